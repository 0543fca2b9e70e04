"""The middle of the window: heart, slices and strip, arranged for the step."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from ui.capture import Capture
from ui.cell_view import CellView, start_cell
from ui.electrode_table import ElectrodeTable
from ui.electrogram_view import ElectrogramView
from ui.look import CHANCE, SPLIT
from ui.options_view import OptionsView
from ui.painting import modes_of
from ui.scene_panel import ScenePanel
from ui.session import Session
from ui.slices import Slices
from ui.strip import Strip
from ui.theme import px

NARROW = 1150  # pixels of the views beside which there is no room for more controls
LEAST = 200  # pixels of a slice that can be read
BOTH, HEART, SLICES = "both", "heart", "slices"
ARRANGED = {
    "case": BOTH,
    "images": SLICES,
    "segment": SLICES,
    "heart": BOTH,
    "simulate": BOTH,
    "plan": HEART,
    "compare": HEART,
    "report": BOTH,
    "practice": BOTH,
}
WITH_PLOTS = ("simulate", "plan", "compare", "report")


class Workplace(QWidget):
    """Holds the views."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._wish = ""
        self._shape = ("", False, False)
        self.scene_panel = ScenePanel(session, self)
        self.capture = Capture(self.scene_panel, session)
        self.slices = Slices(session, self)
        self.options = OptionsView(session, self)
        self.strip = Strip(session, self)
        self.cell: CellView | None = None
        self.electrogram: ElectrogramView | None = None
        self.electrodes: ElectrodeTable | None = None
        self.across = QSplitter(Qt.Orientation.Horizontal, self)
        self.across.addWidget(self.scene_panel)
        self.across.addWidget(self.slices)
        self.down = QSplitter(Qt.Orientation.Vertical, self)
        self.down.addWidget(self.across)
        self.down.addWidget(self.strip)
        self.down.setCollapsible(0, False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.down)
        layout.addWidget(self.options)
        session.step_changed.connect(self.arrange)
        session.case_changed.connect(self.arrange)
        session.look_changed.connect(self.arrange)
        session.cell_wanted.connect(self.show_cell)
        session.electrogram_wanted.connect(self.show_electrogram)
        session.electrodes_wanted.connect(self.show_electrodes)
        self.arrange()

    def show_cell(self) -> None:
        """Open the cell view with the cell of the scenario."""
        if self.cell is None:
            self.cell = CellView(self._session, self)
        self.cell.open_for(start_cell(self._session))

    def show_electrogram(self) -> None:
        """Open the electrogram of the marked place."""
        if self.electrogram is None:
            self.electrogram = ElectrogramView(self._session, self)
        self.electrogram.come_up()

    def show_electrodes(self) -> None:
        """Open the table of the ECG's electrodes."""
        if self.electrodes is None:
            self.electrodes = ElectrodeTable(self._session, self)
        self.electrodes.come_up()

    def wish(self, layout: str) -> None:
        """Use one layout in every step; empty: the one that suits the step."""
        self._wish = layout
        self.arrange()

    def arrange(self) -> None:
        """Show what the step needs."""
        step = self._session.step
        result, look = self._session.result, self._session.look
        roomy = (SPLIT,) if self.width() >= px(NARROW) else (SPLIT, CHANCE)  # the threshold takes room above the heart
        wide = (
            step == "simulate"
            and look.mode in roomy
            and result is not None
            and look.mode in modes_of(result, look.field)
        )
        cramped = self.width() - self.scene_panel.minimumSizeHint().width() < px(LEAST)  # no room for slices beside it
        layout = self._wish or (HEART if wide or (cramped and step in WITH_PLOTS) else ARRANGED[step])
        plots, table = step in WITH_PLOTS, step == "compare" and look.options
        if (layout, plots, table) == self._shape:
            return
        self._shape = (layout, plots, table)
        self.down.setVisible(not table)
        self.options.setVisible(table)
        if table:
            return
        self.scene_panel.setVisible(layout != SLICES)
        self.slices.setVisible(layout != HEART)
        self.slices.arrange(layout == SLICES)
        self.across.setSizes([700, 300])
        self.down.setSizes([700, 250] if plots else [960, 40])
        if layout == SLICES:
            self.slices.draw()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Another width may have room for more, or less."""
        super().resizeEvent(event)
        self.arrange()

    def finish(self) -> None:
        """Free timers and graphics."""
        if self.cell is not None:
            self.cell.finish()
        if self.electrogram is not None:
            self.electrogram.finish()
        self.strip.finish()
        self.slices.finish()
        self.scene_panel.scene.finish()
