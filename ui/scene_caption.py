"""The line below the heart: whose picture it is, that it is simulated, what is known at the picked point, and the draws."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from ui.draws_bar import DrawsBar
from ui.painting import Painting
from ui.readout import readout, title_words
from ui.session import Session
from ui.theme import px
from ui.viewing import MEASURED


class SceneCaption(QWidget):
    """Tells in words what the heart above shows."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.badge = QLabel("SIMULATED", self)
        self.badge.setProperty("role", "badge")
        self.badge.setToolTip("These values were computed by a model, not measured.")
        self.title = QLabel(self)
        self.title.setProperty("role", "head")
        self.told = QLabel(self)
        self.told.setProperty("role", "muted")
        self.told.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.draws = DrawsBar(session, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(12), px(4), px(12), px(6))
        row.setSpacing(px(10))
        row.addWidget(self.badge)
        row.addWidget(self.title)
        row.addWidget(self.told, 1)
        row.addWidget(self.draws)

    def entitle(self, painted: bool) -> None:
        """Name the picture, and whether a field is painted that was computed or measured."""
        self.badge.setVisible(painted)
        self.badge.setText("MEASURED" if self._session.look.field == MEASURED else "SIMULATED")
        self.title.setText(title_words(self._session, painted))
        self.told.setVisible(self._session.mesh is not None)

    def tell(self, paintings: tuple[Painting, ...]) -> None:
        """What is known at the picked point."""
        self.told.setText(readout(self._session, paintings))
