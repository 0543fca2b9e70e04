"""Tells a Linux desktop of CardioTwin, so that a double click on a scan offers it (freedesktop.org entry and MIME types)."""

import shutil
import subprocess
import sys
from pathlib import Path

import platformdirs

from geometry.errors import Refused

NAME = "cardiotwin"
# application/dicom, application/zip and inode/directory are known to every desktop; the others are told to it here.
TYPES = ("application/dicom", "application/zip", "application/x-nifti", "application/x-nrrd", "application/x-metaimage",
         "inode/directory")  # fmt: skip
ENTRY = """[Desktop Entry]
Type=Application
Name=CardioTwin
Comment=From one patient's scan to a working twin of that heart (research and education)
Exec={command} app %f
Icon=cardiotwin
Terminal=false
Categories=Science;MedicalSoftware;
MimeType={types};
StartupWMClass=cardiotwin
"""
MIME = """<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="application/x-nifti"><comment>NIfTI volume</comment>
    <glob pattern="*.nii"/><glob pattern="*.nii.gz" weight="60"/></mime-type>
  <mime-type type="application/x-nrrd"><comment>NRRD volume</comment>
    <glob pattern="*.nrrd"/><glob pattern="*.nhdr"/></mime-type>
  <mime-type type="application/x-metaimage"><comment>MetaImage volume</comment>
    <glob pattern="*.mha"/><glob pattern="*.mhd"/></mime-type>
</mime-info>
"""
ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="#0d1117"/>
<path d="M32 53 12 33a12 12 0 0 1 20-13 12 12 0 0 1 20 13z" fill="none" stroke="#58b6c9" stroke-width="4"
 stroke-linejoin="round"/><path d="M10 37h14l4-9 7 16 4-7h15" fill="none" stroke="#ef7b80" stroke-width="3"
 stroke-linejoin="round"/></svg>
"""


def files(share: Path) -> dict[Path, str]:
    """What is written below ``share`` (usually ~/.local/share), by path."""
    command = f'"{sys.executable}" -m app'
    return {
        share / "applications" / f"{NAME}.desktop": ENTRY.format(command=command, types=";".join(TYPES)),
        share / "mime" / "packages" / f"{NAME}.xml": MIME,
        share / "icons" / "hicolor" / "scalable" / "apps" / f"{NAME}.svg": ICON,
    }


def install(remove: bool = False) -> tuple[Path, ...]:
    """Write (or remove) the entry for the present user; returns the files; raises Refused where there is no such desktop."""
    if sys.platform != "linux":
        raise Refused("This works on a Linux desktop only; elsewhere choose 'Open with' for a scan once.")
    share = Path(platformdirs.user_data_path())
    for path, text in files(share).items():
        if remove:
            path.unlink(missing_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for tool, folder in (("update-mime-database", "mime"), ("update-desktop-database", "applications")):
        if shutil.which(tool) and (share / folder).is_dir():
            subprocess.run([tool, str(share / folder)], check=False, capture_output=True)
    return tuple(files(share))
