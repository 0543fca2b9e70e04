"""Heart: from the segmentation to tetrahedra with fibres."""

import psutil
from PySide6.QtWidgets import QWidget

from app.mesh_steps import scar_volume
from app.staleness import scar_digest
from geometry.meshing import USUAL_EDGES
from geometry.meshing.mesh_forecast import WallSize, wall_size
from geometry.segmentation import Segmentation
from ui.edge_slider import EdgeSlider
from ui.job_watch import JobWatch
from ui.keep_up import KeepUp
from ui.landmark_fold import LandmarkFold
from ui.quality_fold import QualityFold
from ui.session import Session
from ui.steps.images import fact_table
from ui.steps.page import Page
from ui.widgets import button, section


class HeartPage(Page):
    """Build the heart and look at it."""

    title = "Heart"
    lead = "The segmentation becomes a volume that can be simulated."
    chosen: float | None = None  # mm, edge; None for what suits the scan
    _unfolded = False  # whether the quality is shown
    _measured: tuple[tuple[Segmentation, str], WallSize] | None = None

    def __init__(self, session: Session, watch: JobWatch, parent: QWidget | None = None) -> None:
        super().__init__(session, watch, parent)
        session.theme_changed.connect(self.refresh)
        self.keep_up = KeepUp(session, watch, self)

    def fill(self) -> None:
        """Add controls and facts."""
        session = self.session
        mesh = session.mesh
        self.edge = EdgeSlider(self._wanted(), self._wall_size(), psutil.virtual_memory().available / 1e9, self)
        self.edge.changed.connect(self._choose)
        self.column.addWidget(self.edge)
        start = button("Build the heart" if mesh is None else "Build it again", self._start, main=True)
        start.setEnabled(session.segmentation is not None and not self.watch.busy)
        start.setToolTip("" if session.segmentation is not None else "Segment the scan first.")
        self.column.addWidget(start)
        if mesh is None:
            return
        self.column.addWidget(section("Heart"))
        found = session.quality
        blood = "Blood in the left heart and aorta" if "throat" in mesh.landmarks else "Blood"
        kinds = {"ventricles": "Wall of the ventricles", "blood_pool": blood}
        fibers = "along the wall, rule-based" if mesh.fiber is not None else "none"
        self.column.addWidget(
            fact_table(
                {
                    "What": kinds.get(mesh.kind, mesh.kind),
                    "Tetrahedra": f"{len(mesh.tets):,}",
                    "Nodes": f"{len(mesh.points):,}",
                    **({} if found is None else {"Mean edge": f"{found.whole.edge:.2f} mm"}),
                    **({} if found is None else {"Volume": f"{found.volume / 1000:.1f} mL"}),
                    "Fibres": fibers if mesh.kind == "ventricles" else "not needed for blood",
                }
            )
        )
        self.quality = QualityFold(session, lambda: self.watch.start("quality", {}), self._unfolded, self)
        self.quality.unfolded.connect(self._unfold)
        self.column.addWidget(self.quality)
        if session.landmarks.places():
            self.landmarks = LandmarkFold(session, session.look.landmarks, self)
            session.landmarks.changed.connect(self.landmarks.show_places)
            self.column.addWidget(self.landmarks)
        assert session.case is not None
        self.add_notes(mesh.notes)
        self.add_notes(session.stale, "Out of date")

    def _wanted(self) -> float:
        image = self.session.image
        return self.chosen or USUAL_EDGES[image.modality if image is not None else "MR"]

    def _wall_size(self) -> WallSize | None:
        """None where the size of the mesh cannot be told from the labels."""
        segmentation, image, case = self.session.segmentation, self.session.image, self.session.case
        if segmentation is None or image is None or image.modality != "MR" or case is None:
            return None
        scar = scar_digest(case)
        if self._measured is None or self._measured[0][0] is not segmentation or self._measured[0][1] != scar:
            self._measured = (segmentation, scar), wall_size(segmentation, scar_volume(case))
        return self._measured[1]

    def _choose(self, edge: float) -> None:
        self.chosen = edge

    def _unfold(self, on: bool) -> None:
        self._unfolded = on

    def _start(self) -> None:
        self.watch.start("mesh", {"edge": self.chosen} if self.chosen is not None else {})
