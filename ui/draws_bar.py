"""The control of the ensemble's draws, below the heart in the views of doubt: play, stop, or one by one."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QToolButton, QWidget

from ui.ensemble import members_of
from ui.icons import icon
from ui.look import VALUE
from ui.session import Session
from ui.theme import px
from ui.tried_beat import tried

PLAY = "Play the draws: each is one run of the ensemble, and as likely as the others"
STOP = "Stop: mean and doubt again"


class DrawsBar(QWidget):
    """Hidden where there are no draws to show."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.button = QToolButton(self)
        self.button.setProperty("role", "flat")
        self.button.setIconSize(QSize(px(18), px(18)))
        self.button.setCheckable(True)
        self.number = QSpinBox(self)
        self.number.setPrefix("Draw ")
        self.number.setSpecialValueText("All draws")
        self.number.setWrapping(True)
        self.number.setFixedWidth(px(132))
        self.number.setToolTip("One run of the ensemble by itself (arrow keys); below the first: mean and doubt of all")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(4))
        row.addWidget(self.button)
        row.addWidget(self.number)
        self.button.clicked.connect(self._clicked)
        self.number.valueChanged.connect(lambda number: session.draws.show(number, draws_of(session)))
        signals = (session.look_changed, session.step_changed, session.case_changed, session.data_changed)
        for signal in (*signals, session.answer_changed, session.band.changed, session.live_changed):
            signal.connect(self.refresh)
        session.draws.changed.connect(self.refresh)
        session.theme_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Offer the draws there are; show which one is drawn."""
        draws, count, theme = self._session.draws, draws_of(self._session), self._session.theme
        self.setVisible(count > 1)
        playing = draws.playing
        self.button.setChecked(playing)
        self.button.setIcon(icon("stop" if playing else "play", theme.text))
        self.button.setToolTip(STOP if playing else PLAY)
        self.number.blockSignals(True)
        self.number.setRange(0, max(count, 1))
        self.number.setSuffix(f" of {count}")
        self.number.setValue(draws.number)
        self.number.blockSignals(False)

    def _clicked(self) -> None:
        draws = self._session.draws
        if draws.playing:
            draws.stop()
        else:
            draws.play(draws_of(self._session))


def draws_of(session: Session) -> int:
    """How many draws can be shown in place of the mean; 0 where no doubt is looked at."""
    result = session.result
    if result is None or session.look.mode == VALUE or session.step == "compare" or not session.painted:
        return 0
    if tried(session):
        return len(session.band.late) if session.band.late is not None else 0
    members = members_of(result, session.look.field)
    return len(members) if members is not None else 0
