"""The questions for files and folders; each gives None where nothing was chosen."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

LABEL_FORMATS = {"NIfTI (*.nii.gz)": ".nii.gz", "NRRD (*.nrrd)": ".nrrd", "DICOM SEG (*.dcm)": ".dcm"}
MESHES = "Meshes and closed surfaces (*.vtu *.vtk *.vtkhdf *.msh *.xdmf *.pts *.elem *.node *.ele *.vtp *.stl *.ply);;All files (*)"
MESH_FORMATS = {
    "VTU: ParaView, meshio (*.vtu)": ".vtu",
    "VTKHDF (*.vtkhdf)": ".vtkhdf",
    "VTK, legacy (*.vtk)": ".vtk",
    "XDMF (*.xdmf)": ".xdmf",
    "Gmsh (*.msh)": ".msh",
    "openCARP (*.pts)": ".pts",
    "Surface with names (*.vtp)": ".vtp",
    "Surface (*.stl)": ".stl",
    "Surface (*.ply)": ".ply",
}
VELOCITIES = "Measured velocities (*.nii *.nii.gz *.npz *.vti *.vtk);;All files (*)"
ECGS = "ECGs (*.hea *.dat *.dcm *.ima *.csv *.tsv *.txt);;All files (*)"
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


def ask_ecg(parent: QWidget) -> Path | None:
    """A measured ECG."""
    path, _ = QFileDialog.getOpenFileName(parent, "Choose a measured ECG", "", ECGS)
    return Path(path) if path else None


def ask_velocity(parent: QWidget) -> Path | None:
    """Velocities that a scanner measured."""
    path, _ = QFileDialog.getOpenFileName(parent, "Choose measured velocities", "", VELOCITIES)
    return Path(path) if path else None


def ask_mesh(parent: QWidget) -> Path | None:
    """A mesh, or a closed surface."""
    path, _ = QFileDialog.getOpenFileName(parent, "Choose a mesh or a closed surface", "", MESHES)
    return Path(path) if path else None


def ask_where_the_mesh_goes(parent: QWidget) -> Path | None:
    """Where the mesh goes, with the ending of the chosen format."""
    path, chosen = QFileDialog.getSaveFileName(parent, "Export the mesh", "heart.vtu", ";;".join(MESH_FORMATS))
    if not path:
        return None
    known = tuple(MESH_FORMATS.values())
    return Path(path if path.lower().endswith(known) else path + MESH_FORMATS.get(chosen, ".vtu"))


def ask_where_to_write(parent: QWidget) -> Path | None:
    """Where labels go, with the ending of the chosen format."""
    path, chosen = QFileDialog.getSaveFileName(parent, "Write the labels", "labels.nii.gz", ";;".join(LABEL_FORMATS))
    if not path:
        return None
    known = (".nii", ".mha", *LABEL_FORMATS.values())
    return Path(path if path.lower().endswith(known) else path + LABEL_FORMATS.get(chosen, ".nii.gz"))
