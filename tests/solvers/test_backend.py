import subprocess
import sys


def load_backend(preparation: str) -> str:
    """What a fresh process says when it imports the backend after ``preparation``."""
    code = f"""
import os, sys
{preparation}
from geometry.errors import Refused
try:
    import solvers.backend as backend
    print("loaded", backend.dolfinx.__version__, backend.MPI.COMM_SELF.size, backend.PETSc.ScalarType.__name__)
except Refused as refusal:
    print("refused:", refusal)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return run.stdout


def test_the_backend_is_real_and_serial_here() -> None:
    assert load_backend("").split()[2:] == ["1", "float64"]


def test_a_missing_dolfinx_is_a_sentence() -> None:
    said = load_backend("sys.modules['dolfinx'] = None")
    assert said.startswith("refused:")
    assert "conda-forge" in said


def test_a_missing_compiler_is_a_sentence_before_the_first_form() -> None:
    said = load_backend("os.environ['CC'] = 'no-such-compiler'")
    assert "no-such-compiler" in said
    assert "build-essential" in said
