"""Images: what the scan is, and how to bring one in."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QGridLayout, QLabel, QWidget

from ui.steps.page import Page
from ui.theme import px
from ui.widgets import button, label, section


class ImagesPage(Page):
    """Facts of the scan."""

    title = "Images"
    lead = "The scan as it was read. Check that it is the right patient part, the right way round."

    def fill(self) -> None:
        """Add the facts."""
        image = self.session.image
        if image is None:
            self.column.addWidget(label("There is no scan in this case yet."))
        else:
            size = " x ".join(str(n) for n in image.voxels.shape[:3])
            step = " x ".join(f"{s:.2g}" for s in image.spacing)
            facts = {"Kind": image.source or image.modality, "Voxels": size, "Spacing": f"{step} mm"}
            if image.phases > 1:
                facts["Phases"] = str(image.phases)
            if image.cycle:
                facts["Heart beat"] = f"{image.cycle:.0f} ms ({60000 / image.cycle:.0f} / min)"
            self.column.addWidget(section("Scan"))
            self.column.addWidget(fact_table(facts))
            self.add_notes(image.notes, "What the reader noticed")
        self.column.addWidget(section("Bring in"))
        self.column.addWidget(
            button("Read a scan file ...", self._read_file, tip="NIfTI, NRRD, or a zip of DICOM files")
        )
        self.column.addWidget(button("Read a DICOM folder ...", self._read_folder))
        self.column.addWidget(
            label("Turn the wheel to move through slices, with Ctrl to zoom. Click to move the crosshair.", "small")
        )

    def _read_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Read a scan")
        if path:
            self.watch.start("import", {"scan": path, "modality": None})

    def _read_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, "Read a DICOM folder")
        if path:
            self.watch.start("import", {"scan": str(Path(path)), "modality": None})


def fact_table(facts: dict[str, str]) -> QWidget:
    """Names and values in two columns."""
    table = QWidget()
    grid = QGridLayout(table)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(px(14))
    grid.setVerticalSpacing(px(5))
    for row, (name, value) in enumerate(facts.items()):
        key = QLabel(name)
        key.setProperty("role", "muted")
        grid.addWidget(key, row, 0)
        grid.addWidget(label(value), row, 1)
    grid.setColumnStretch(1, 1)
    return table
