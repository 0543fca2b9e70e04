"""Heart: from the segmentation to tetrahedra with fibres."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from ui.steps.images import fact_table
from ui.steps.page import Page
from ui.theme import px
from ui.widgets import button, label, section

EDGES = (0.8, 5.0)  # mm, what the mesher is offered


class HeartPage(Page):
    """Build the heart and look at it."""

    title = "Heart"
    lead = "The segmentation becomes a volume that can be simulated."

    def fill(self) -> None:
        """Add controls and facts."""
        session = self.session
        mesh = session.mesh
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(QLabel("Edge length"))
        row.addStretch(1)
        self.edge = QLineEdit(self)
        self.edge.setPlaceholderText("automatic")
        self.edge.setFixedWidth(px(96))
        self.edge.setToolTip(
            f"Mean edge of the tetrahedra, {EDGES[0]:g} to {EDGES[1]:g} mm. Finer is slower and more exact."
        )
        row.addWidget(self.edge)
        row.addWidget(QLabel("mm"))
        holder = QWidget(self)
        holder.setLayout(row)
        self.column.addWidget(holder)
        self.wrong = label("", "bad")
        self.wrong.hide()
        self.column.addWidget(self.wrong)
        start = button("Build the heart" if mesh is None else "Build it again", self._start, main=True)
        start.setEnabled(session.segmentation is not None and not self.watch.busy)
        start.setToolTip("" if session.segmentation is not None else "Segment the scan first.")
        self.column.addWidget(start)
        if mesh is None:
            return
        self.column.addWidget(section("Heart"))
        kinds = {"ventricles": "Wall of the ventricles", "blood_pool": "Blood in the left heart and aorta"}
        fibers = "along the wall, rule-based" if mesh.fiber is not None else "none"
        self.column.addWidget(
            fact_table(
                {
                    "What": kinds.get(mesh.kind, mesh.kind),
                    "Tetrahedra": f"{len(mesh.tets):,}",
                    "Nodes": f"{len(mesh.points):,}",
                    "Mean edge": f"{session.mesh_facts[0]:.2f} mm",
                    "Volume": f"{session.mesh_facts[1] / 1000:.1f} mL",
                    "Fibres": fibers if mesh.kind == "ventricles" else "not needed for blood",
                }
            )
        )
        assert session.case is not None
        self.add_notes(mesh.notes)
        self.add_notes(session.stale, "Out of date")

    def _start(self) -> None:
        text = self.edge.text().strip().replace(",", ".")
        try:
            edge = float(text) if text else None
        except ValueError:
            edge = -1.0
        if edge is not None and not EDGES[0] <= edge <= EDGES[1]:
            self.wrong.setText(f"The edge length must lie between {EDGES[0]:g} and {EDGES[1]:g} mm.")
            self.wrong.show()
            return
        self.watch.start("mesh", {"edge": edge} if edge is not None else {})
