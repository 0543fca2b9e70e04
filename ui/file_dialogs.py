"""The questions for files and folders; each gives None where nothing was chosen."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

LABEL_FORMATS = {"NIfTI (*.nii.gz)": ".nii.gz", "NRRD (*.nrrd)": ".nrrd", "DICOM SEG (*.dcm)": ".dcm"}
LABEL_MAPS = "Label maps (*.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd *.dcm *.ima);;All files (*)"


def ask_scan_file(parent: QWidget) -> Path | None:
    """An archive, a volume, or any picture of a DICOM folder."""
    path, _ = QFileDialog.getOpenFileName(parent, "Choose a scan: a zip archive, a NIfTI file, or any DICOM file")
    return Path(path) if path else None


def ask_scan_folder(parent: QWidget) -> Path | None:
    """A folder of DICOM files."""
    path = QFileDialog.getExistingDirectory(parent, "Choose a folder of DICOM files")
    return Path(path) if path else None


def ask_case(parent: QWidget, start: Path) -> Path | None:
    """A case folder."""
    path = QFileDialog.getExistingDirectory(parent, "Open a case", str(start))
    return Path(path) if path else None


def ask_label_maps(parent: QWidget) -> tuple[Path, ...]:
    """Files with label maps; none where nothing was chosen."""
    paths, _ = QFileDialog.getOpenFileNames(parent, "Choose label maps", "", LABEL_MAPS)
    return tuple(Path(path) for path in paths)


def ask_where_to_write(parent: QWidget) -> Path | None:
    """Where labels go, with the ending of the chosen format."""
    path, chosen = QFileDialog.getSaveFileName(parent, "Write the labels", "labels.nii.gz", ";;".join(LABEL_FORMATS))
    if not path:
        return None
    known = (".nii", ".mha", *LABEL_FORMATS.values())
    return Path(path if path.lower().endswith(known) else path + LABEL_FORMATS.get(chosen, ".nii.gz"))
