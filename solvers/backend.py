"""The one place that imports dolfinx: the wheel that carries its own PETSc and MPI where it is installed, else the system's.

Importing this module starts MPI, so it is reached inside worker processes only, never in the window's process.
"""

import importlib.util
import os
from typing import Any

# Before dolfinx, whose wheel brings another HDF5: h5py, which writes the results, cannot be imported after it.
import h5py  # noqa: F401

from geometry.errors import Refused
from geometry.unbroken import unbroken
from solvers.kernels.compile import MATH_FLAGS, find_compiler, native_flags


def _leave_signals_alone() -> None:
    """PETSc would turn a broken pipe to an ended child, or Ctrl-C, into an abort of the whole process."""
    options = os.environ.get("PETSC_OPTIONS", "")
    if "-no_signal_handler" not in options:
        os.environ["PETSC_OPTIONS"] = f"{options} -no_signal_handler".strip()


def _import_dolfinx() -> None:
    """Import dolfinx_solver first (it orders MPI and PETSc), else plain dolfinx; refuses with a sentence."""
    _leave_signals_alone()
    try:
        if importlib.util.find_spec("dolfinx_solver") is not None:
            import dolfinx_solver  # noqa: F401
        import dolfinx.fem.petsc  # noqa: F401
    except ImportError as failure:
        raise Refused(
            f"The finite element library dolfinx cannot be loaded ({failure}). "
            "Run 'make setup' on Linux, or install fenics-dolfinx from conda-forge elsewhere."
        ) from failure


_import_dolfinx()
find_compiler()  # dolfinx compiles every form with it: better to say so now than in the middle of a run

import basix  # noqa: E402
import basix.ufl  # noqa: E402
import dolfinx  # noqa: E402
import dolfinx.fem.petsc  # noqa: E402
import ufl  # noqa: E402
from dolfinx import fem, la, mesh  # noqa: E402
from mpi4py import MPI  # noqa: E402
from petsc4py import PETSc  # noqa: E402

__all__ = ["MPI", "PETSc", "basix", "compiled_form", "dolfinx", "fem", "la", "mesh", "ufl"]


def compiled_form(form: Any) -> Any:
    """A ufl form, compiled; never cut in the middle, which would leave a cache that the next process waits for in vain."""
    with unbroken():
        return fem.form(form, jit_options=_jit_options())


def _jit_options() -> dict[str, Any]:
    """Options for ``fem.form``: fast kernels for this machine that leave the process's floating point state alone.

    -ffast-math would link start-up code that flushes denormals to zero for the whole process (gcc < 13), so its
    harmless parts are named one by one.
    """
    return {"cffi_extra_compile_args": ["-O3", *MATH_FLAGS, *native_flags()]}
