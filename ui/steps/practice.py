"""Practice: what will come here, honestly."""

from ui.steps.page import Page
from ui.widgets import label


class PracticePage(Page):
    """Not there yet."""

    title = "Practice"

    def fill(self) -> None:
        """Say so."""
        self.column.addWidget(label("Practice cases are not in this version."))
        self.column.addWidget(
            label(
                "Here a trainee will work on a sample patient, commit an answer and a confidence before the reveal, "
                "and be scored on accuracy, on how honest the confidence was, and on what was overlooked.",
                "muted",
            )
        )
