"""A cell model's kernel: its description written as C over a structure of arrays, and compiled."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.cells.cell import Cell, names_in
from solvers.kernels.compile import load_kernel
from solvers.kernels.precision import Precision, real_math

Floats = NDArray[np.float64]

_CDEF = """
void advance(int64_t n, const double *p, double *y, const double *stimulus, double dt, int threads);
void record(int64_t n, const double *p, double *y, const double *stimulus, double dt, int64_t steps, double *V);
"""
_BLOCK = """
static __attribute__((noinline)) void advance_block(int64_t n, int64_t first, int64_t last, const double *p, double *y,
                          const double *stimuli, double step) {{
  const real dt = REAL(step);
{parameters}
#pragma omp simd
  for (int64_t i = first; i < last; ++i) {{
    const real stimulus = REAL(stimuli[i]);
{load}
{body}
{store}
  }}
}}

/* One step of every cell. y is (states, n), stimuli (n,) in mV/ms. Blocks are handed out one by one, so that a thread
   whose core is taken by somebody else does not hold up the rest. */
void advance(int64_t n, const double *p, double *y, const double *stimuli, double dt, int threads) {{
  const int64_t size = 1024, blocks = (n + size - 1) / size;
#pragma omp parallel num_threads(threads) if (blocks > 1)
  {{
    const unsigned before = flush_tiny();
#pragma omp for schedule(dynamic)
    for (int64_t b = 0; b < blocks; ++b)
      advance_block(n, b * size, (b + 1) * size < n ? (b + 1) * size : n, p, y, stimuli, dt);
    restore_tiny(before);
  }}
}}

/* Many steps of few cells, one thread. stimuli and V (after each step) are (steps, n). */
void record(int64_t n, const double *p, double *y, const double *stimuli, double dt, int64_t steps, double *V) {{
  for (int64_t k = 0; k < steps; ++k) {{
    advance_block(n, 0, n, p, y, stimuli + k * n, dt);
    memcpy(V + k * n, y, n * sizeof(double));
  }}
}}
"""


def _to_c(expression: str) -> str:
    """The same expression in C: numbers become ``real``, functions the inline ones."""
    number = r"(?<![\w.])\d+\.?\d*(?:[eE][+-]?\d+)?"
    expression = re.sub(number, lambda found: f"REAL({found[0]}{'.0' * found[0].isdigit()})", expression)
    return re.sub(r"\b(exp|log|sqrt)\(", r"inline_\1(", expression).replace("select(", "SELECT(")


def _stage(cell: Cell, step: str, to: str) -> list[str]:
    """C lines that take every state from the start of the step over ``step``, with the equations as they stand now."""
    lines = [f"const real {name} = {_to_c(expression)};" for name, expression in cell.assignments()]
    lines += [f"{to}{y} = {y}_inf + (REAL({y}_0) - {y}_inf) * inline_exp(-{step} / tau_{y});" for y in cell.gates]
    lines += [f"{to}{y} = {y}_0 + {step} * ({_to_c(rate)});" for y, rate in cell.rates.items() if rate != "0"]
    return lines


def write_kernel(cell: Cell, order: int, precision: Precision = "double") -> str:
    """C text of ``cell``; order 1: Rush-Larsen and forward Euler, order 2: the midpoint rule of both.

    In single precision the right-hand sides are computed so; states and their sums with the increments stay double.
    The midpoint form of Rush-Larsen is that of Perego and Veneziani, doi 10.1090/S0025-5718-2009-02229-2.
    """
    moving = [y for y in cell.states if cell.rates.get(y) != "0"]  # the others are read and never written
    declare = [f"real {y} = REAL({y}_0);" for y in cell.states]
    final = [f"double end_{y};" for y in moving]
    if order == 1:
        body = [*declare, *final, *_stage(cell, "dt", "end_")]
    else:
        half = [f"double half_{y};" for y in moving]
        take = [f"{y} = REAL(half_{y});" for y in moving]
        body = [*declare, *half, *final, "{", *_stage(cell, "(REAL(0.5) * dt)", "half_"), "}", *take]
        body += ["{", *_stage(cell, "dt", "end_"), "}"]
    rows = list(enumerate(cell.states))
    used = set().union(*(names_in(e) for _, e in cell.assignments()), *(names_in(e) for e in cell.rates.values()))
    parameters = [f"  const real {name} = REAL(p[{k}]);" for k, name in enumerate(cell.parameters) if name in used]
    block = _BLOCK.format(
        parameters="\n".join(parameters),
        load="\n".join(f"    const double {y}_0 = y[{k} * n + i];" for k, y in rows),
        body="\n".join(f"    {line}" for line in body),
        store="\n".join(f"    y[{k} * n + i] = end_{y};" for k, y in rows if y in moving),
    )
    return f"{real_math(precision)}\n#define SELECT(c, a, b) ((c) ? (a) : (b))\n{block}"


@dataclass(frozen=True)
class CellKernel:
    """A compiled cell model. States are (states, n) float64, the first row is V (mV)."""

    cell: Cell
    ffi: Any
    lib: Any

    def rest(self, n: int) -> Floats:
        """(states, n), every cell at rest."""
        return np.repeat(np.array(list(self.cell.states.values()))[:, None], n, axis=1)

    def parameters(self) -> Floats:
        """Parameter values in the kernel's order."""
        return np.array(list(self.cell.parameters.values()))

    def advance(self, y: Floats, stimulus: Floats, dt: float, threads: int = 1) -> None:
        """One step of ``dt`` ms in place; stimulus (n,) mV/ms."""
        p, cast = self.parameters(), self.ffi.from_buffer
        self.lib.advance(y.shape[1], cast("double[]", p), cast("double[]", y), cast("double[]", stimulus), dt, threads)

    def record(self, y: Floats, stimulus: Floats, dt: float) -> Floats:
        """V (steps, n) after each step, y advanced in place; stimulus (steps, n) mV/ms."""
        V, p, cast = np.empty_like(stimulus), self.parameters(), self.ffi.from_buffer
        steps, n = stimulus.shape
        arrays = (cast("double[]", array) for array in (p, y, stimulus))
        self.lib.record(n, *arrays, dt, steps, cast("double[]", V))
        return V


def compile_cell(cell: Cell, order: int = 1, precision: Precision = "double") -> CellKernel:
    """The kernel of ``cell`` of that order in time (1 or 2); see ``write_kernel``."""
    # Variants that differ in numbers only share one kernel: values are arguments, not part of the text.
    # Threaded jumps between the clamps of neighbouring exponentials would keep gcc from vectorising the larger models.
    ffi, lib = load_kernel(write_kernel(cell, order, precision), _CDEF, "cell", ("-fno-thread-jumps",))
    return CellKernel(cell, ffi, lib)
