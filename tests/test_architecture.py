"""The rules of the house, checked on the code as it is."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("app", "geometry", "solvers", "ui", "sample_scans")
SOURCES = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]


def test_imports_go_one_way() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    answer = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("package", PACKAGES)
def test_the_packages_come_from_this_checkout(package: str) -> None:
    module = importlib.import_module(package)
    assert Path(str(module.__file__)).resolve().parent == ROOT / package


def test_the_windows_process_never_loads_mpi() -> None:
    code = "import sys, ui.main, ui.window; print([m for m in sys.modules if m in ('dolfinx', 'petsc4py', 'mpi4py', 'gmsh')])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_knows_everything(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 320
    assert path.stem not in ("utils", "common", "helpers", "misc")


def test_the_lock_names_versions_and_hashes_but_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text
    pinned = [line for line in text.splitlines() if line and line[0].isalpha()]
    assert len(pinned) > 50
    assert all("==" in line for line in pinned)
    assert text.count("--hash=sha256:") >= len(pinned)
