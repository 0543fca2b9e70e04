"""What the window's process may not hold."""

import subprocess
import sys


def test_the_window_never_loads_dolfinx_petsc_or_mpi() -> None:
    code = (
        "import sys, ui.main, ui.pictures, app.jobs, app.warm\n"
        "from solvers.cells.catalogue import find_cells\n"
        "find_cells()\n"
        "print([m for m in ('dolfinx', 'dolfinx_solver', 'petsc4py', 'mpi4py', 'ldrb', 'gmsh') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
