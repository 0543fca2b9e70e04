"""The column of one intervention on the page of the step Plan."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.steps.page import Page
from ui.theme import px


class PlanPanel(QWidget):
    """A column that subclasses fill; the page gives the session and the jobs."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.page, self.session, self.watch = page, page.session, page.watch
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(px(8))
