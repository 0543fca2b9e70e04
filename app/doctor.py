"""Whether this machine has what the program needs, in sentences."""

import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

import psutil

from app.settings import cases_folder
from geometry.errors import Refused
from solvers.kernels.compile import find_compiler

GIGABYTE = 1024**3
NEEDED_MEMORY = 4
NEEDED_DISK = 2


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    name: str
    well: bool
    text: str


def examine() -> tuple[Finding, ...]:
    """Look at everything."""
    return (_python(), _dolfinx(), _compiler(), _mesher(), _screen(), _memory(), _disk())


def _python() -> Finding:
    return Finding("Python", sys.version_info >= (3, 12), sys.version.split()[0])


def _dolfinx() -> Finding:
    command = [sys.executable, "-c", "import solvers.backend as b; print(b.dolfinx.__version__)"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    if answer.returncode == 0:
        return Finding("dolfinx", True, answer.stdout.split()[-1])
    last = (answer.stderr.strip().splitlines() or ["no word"])[-1]
    return Finding("dolfinx", False, f"cannot be loaded ({last}); install as the README says")


def _compiler() -> Finding:
    try:
        return Finding("C compiler", True, " ".join(find_compiler()))
    except Refused as refusal:
        return Finding("C compiler", False, str(refusal))


def _mesher() -> Finding:
    found = importlib.util.find_spec("mmgpy") is not None
    return Finding("mesher", found, "mmg" if found else "mmg is missing; install as the README says")


def _screen() -> Finding:
    if sys.platform != "linux" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return Finding("screen", True, "there")
    if shutil.which("xvfb-run"):
        return Finding("screen", True, "none, but pictures can be made on a virtual one")
    return Finding("screen", False, "none, and no virtual one (Debian, Ubuntu: apt install xvfb)")


def _memory() -> Finding:
    free = psutil.virtual_memory().available / GIGABYTE
    return Finding("memory", free >= NEEDED_MEMORY, f"{free:.1f} GB free ({NEEDED_MEMORY} GB are needed)")


def _disk() -> Finding:
    place = cases_folder()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free / GIGABYTE
    return Finding("disk", free >= NEEDED_DISK, f"{free:.1f} GB free at {place} ({NEEDED_DISK} GB are needed)")
