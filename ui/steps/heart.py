"""Heart: from the segmentation to tetrahedra with fibres."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
from PySide6.QtWidgets import QWidget

from app.mesh_options import MeshOptions, last_options, offer
from app.mesh_sizes import MeshSizes, mesh_sizes
from app.staleness import scar_digest
from geometry.meshing.mesh_forecast import Forecast
from geometry.segmentation import Segmentation
from ui.edge_slider import EdgeSlider
from ui.job_watch import JobWatch
from ui.keep_up import KeepUp
from ui.landmark_fold import LandmarkFold
from ui.mesh_more import MeshMore
from ui.quality_fold import QualityFold
from ui.session import Session
from ui.steps.images import fact_table
from ui.steps.page import OUT_OF_DATE, Page
from ui.widgets import button, section


class HeartPage(Page):
    """Build the heart and look at it."""

    title = "Heart"
    lead = "The segmentation becomes a volume that can be simulated."
    options = MeshOptions()  # as chosen for the open case
    _options_of: Path | None = None  # the case they were chosen for
    more: MeshMore | None = None  # while there is something to mesh
    _unfolded = _more = False  # whether the quality and the further choices are shown
    _measured: tuple[tuple[Segmentation, str], MeshSizes | None] | None = None

    def __init__(self, session: Session, watch: JobWatch, parent: QWidget | None = None) -> None:
        super().__init__(session, watch, parent)
        session.theme_changed.connect(self.refresh)
        self.keep_up = KeepUp(session, watch, self)

    def fill(self) -> None:
        """Add controls and facts."""
        session = self.session
        mesh = session.mesh
        self._take_options()
        self.more = None
        sizes, free = self._sizes(), psutil.virtual_memory().available / 1e9
        self.edge = EdgeSlider(self.options.edge_for(self._modality()), self._teller(sizes), free, self)
        self.edge.changed.connect(lambda edge: self._choose(replace(self.options, edge=edge)))
        self.column.addWidget(self.edge)
        if session.case is not None and session.segmentation is not None:
            offered = offer(session.case, session.segmentation, self._modality())
            self.more = MeshMore(self.options, self._modality(), offered, self._more, self)
            self.more.changed.connect(self._choose)
            self.more.unfolded.connect(self._unfold_more)
            self.column.addWidget(self.more)
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
        self.add_notes(session.stale, OUT_OF_DATE)

    def _modality(self) -> str:
        image = self.session.image
        return image.modality if image is not None else "MR"

    def _take_options(self) -> None:
        """What was chosen last for this case: the choices of its present mesh when it was just opened."""
        case = self.session.case
        if case is not None and case.folder != self._options_of:
            self.options, self._options_of = last_options(case), case.folder

    def _sizes(self) -> MeshSizes | None:
        """None where the size of the mesh cannot be told from the labels."""
        segmentation, image, case = self.session.segmentation, self.session.image, self.session.case
        if segmentation is None or image is None or case is None:
            return None
        scar = scar_digest(case)
        if self._measured is None or self._measured[0][0] is not segmentation or self._measured[0][1] != scar:
            self._measured = (segmentation, scar), mesh_sizes(case, segmentation, image)
        return self._measured[1]

    def _teller(self, sizes: MeshSizes | None) -> Callable[[float], Forecast] | None:
        return None if sizes is None else lambda edge: sizes.forecast(replace(self.options, edge=edge))

    def _choose(self, options: MeshOptions) -> None:
        self.options = options
        self.edge.tell()
        if self.more is not None:
            self.more.follow(options)

    def _unfold(self, on: bool) -> None:
        self._unfolded = on

    def _unfold_more(self, on: bool) -> None:
        self._more = on

    def _start(self) -> None:
        self.watch.start("mesh", self.options.to_job())
