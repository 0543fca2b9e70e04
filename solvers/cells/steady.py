"""Cells paced until every beat is as the one before: many at once, with the limit cycles kept in the user's cache."""

import hashlib
import math
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import platformdirs

from geometry.errors import Refused
from geometry.progress import Progress, silent
from solvers.cells.cell import Cell
from solvers.cells.kernel import CellKernel, Floats, compile_cell
from solvers.cells.variants import together
from solvers.kernels.compile import threads

# Steps of the second-order kernel while nobody looks: (share of the cycle at which it ends, ms). APD90 moves by 0.2 ms
# against steps of 0.01 ms (CiPA cell, 2000 ms).
_SCHEDULE = ((0.01, 0.05), (0.6, 0.2), (1.0, 0.4))
_VERSION = "1"


def _pieces(cell: Cell, cycle_length: float, n: int) -> list[tuple[float, Floats]]:
    """(step, stimuli) of one beat's pieces."""
    pieces, begin = [], 0.0
    for share, dt in _SCHEDULE:
        steps = max(1, round((share * cycle_length - begin) / dt))
        times = begin + dt * np.arange(steps)
        on = times < cell.stimulus[1] - 1e-9
        pieces.append((dt, np.repeat(np.where(on, cell.stimulus[0], 0.0)[:, None], n, axis=1)))
        begin += steps * dt
    return pieces


def _pace_columns(kernel: CellKernel, y: Floats, cycle_length: float, beats: int, progress: Progress) -> Floats:
    pieces = _pieces(kernel.cell, cycle_length, y.shape[1])
    for beat in range(beats):
        for dt, stimulus in pieces:
            kernel.record(y, stimulus, dt)
        progress((beat + 1) / beats, f"{kernel.cell.title}: beat {beat + 1} of {beats}")
    return y


def settle(
    cell: Cell,
    cycle_length: float,
    beats: int,
    columns: Mapping[str, Floats] | None = None,
    progress: Progress = silent,
) -> tuple[Cell, Floats]:
    """States (s, n) of n cells after ``beats`` beats, and the model they belong to.

    columns  parameter -> (n,) values, one a cell; the model returned has these as constant states. Without: one cell.
    """
    columns = columns or {}
    varied = cell.varying(*columns)
    kernel, n = compile_cell(varied, 2), max((len(values) for values in columns.values()), default=1)
    y = kernel.rest(n)
    for name, values in columns.items():
        y[list(varied.states).index(name)] = values
    return varied, _pace_array(kernel, y, cycle_length, beats, progress)


def _pace_array(kernel: CellKernel, y: Floats, cycle_length: float, beats: int, progress: Progress) -> Floats:
    """States (s, n) after these beats; refuses cells that diverged."""
    n = y.shape[1]
    # Parts of whole vectors, so that two threads have the same work.
    parts = np.array_split(np.arange(n), max(1, min(threads(), math.ceil(n / 8))))
    with ThreadPoolExecutor(len(parts)) as pool:
        chunks = [np.ascontiguousarray(y[:, part]) for part in parts]
        reports = [progress, *[silent] * (len(parts) - 1)]
        runs = [
            pool.submit(_pace_columns, kernel, chunk, cycle_length, beats, report)
            for chunk, report in zip(chunks, reports, strict=True)
        ]
        y = np.concatenate([run.result() for run in runs], axis=1)
    if not np.isfinite(y).all():
        raise Refused(
            f"{kernel.cell.title} diverged when paced at {cycle_length:g} ms. Check the parameters that were changed."
        )
    return y


def cycle_folder() -> Path:
    """Where limit cycles are kept ($XDG_CACHE_HOME, else the user's cache)."""
    return platformdirs.user_cache_path("cardiotwin") / "limit-cycles"


def _key(cell: Cell, cycle_length: float, beats: int) -> str:
    recipe = repr((_VERSION, cell, tuple(cell.rates.items()), _SCHEDULE, cycle_length, beats))
    return hashlib.sha256(recipe.encode()).hexdigest()[:24]


def limit_cycle(cell: Cell, cycle_length: float = 1000.0, beats: int = 500, progress: Progress = silent) -> Cell:
    """The model that starts from where ``beats`` beats of ``cycle_length`` ms lead it; from the cache if it was done before."""
    return limit_cycles([cell], cycle_length, beats, progress)[0]


def limit_cycles(
    cells: Sequence[Cell], cycle_length: float = 1000.0, beats: int = 500, progress: Progress = silent
) -> tuple[Cell, ...]:
    """The same for several cells of one model, which are paced together: some ten take no longer than one."""
    if cycle_length <= 0.0:
        raise Refused(f"A cycle length of {cycle_length:g} ms was asked for. Give one above 0, e.g. 1000.")
    ends = [_kept_states(cell, cycle_length, beats) for cell in cells]
    fresh = [k for k, end in enumerate(ends) if end is None]
    if fresh:
        merged, y = together([cells[k] for k in fresh])
        y = _pace_array(compile_cell(merged, 2), y, cycle_length, beats, progress)
        for k, end in zip(fresh, y.T, strict=True):
            ends[k] = own = np.ascontiguousarray(end[: len(cells[k].states)])
            _keep(_path(cells[k], cycle_length, beats), own)
    return tuple(
        cell.with_states(dict(zip(cell.states, end, strict=True)))
        for cell, end in zip(cells, ends, strict=True)
        if end is not None
    )


def next_beats(cells: Sequence[Cell], cycle_length: float = 1000.0) -> tuple[Floats, Floats]:
    """Times (t,) ms from the stimulus and V (t, n) mV of the next beat of several cells of one model, together."""
    merged, start = together(cells)
    kernel, y = compile_cell(merged, 2), np.ascontiguousarray(start)
    pieces = _pieces(merged, cycle_length, y.shape[1])
    times = np.cumsum(np.concatenate([np.full(len(stimulus), dt) for dt, stimulus in pieces]))
    return times, np.concatenate([kernel.record(y, stimulus, dt) for dt, stimulus in pieces])


def _path(cell: Cell, cycle_length: float, beats: int) -> Path:
    return cycle_folder() / f"{cell.name}-{_key(cell, cycle_length, beats)}.npy"


def _kept_states(cell: Cell, cycle_length: float, beats: int) -> Floats | None:
    try:
        end = np.load(_path(cell, cycle_length, beats), allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None  # none yet, or half a file from a full disk: pace again
    return np.asarray(end) if end.shape == (len(cell.states),) else None


def _keep(path: Path, states: Floats) -> None:
    """Write by rename; a cache that cannot be written is no reason to stop."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npy", delete=False) as file:
            np.save(file, states)
        Path(file.name).replace(path)
    except OSError:
        return
