"""The band around a what-if answer, between the process that makes it and the window."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.electrophysiology.band import Band
from solvers.result import Trace


def write_band(band: Band | None, path: Path) -> None:
    """Write a band in one move; an empty file with nothing in it where there is none."""
    fresh = path.with_suffix(".part.npz")
    if band is None:
        np.savez(fresh)
    else:
        arrays: dict[str, NDArray[Any]] = {"times": band.low.times, "low": band.low.values, "high": band.high.values}
        arrays |= {"channels": np.array(band.low.channels), "names": np.array(list(band.values))}
        arrays |= {"bounds": np.array(list(band.values.values())), "apart": band.apart.astype(np.float32)}
        arrays["ecg_apart"] = band.ecg_apart.astype(np.float32)
        np.savez(fresh, **arrays)  # type: ignore[arg-type]
    fresh.replace(path)


def read_band(path: Path) -> Band | None:
    """Read what ``write_band`` wrote."""
    with np.load(path, allow_pickle=False) as data:
        if "times" not in data:
            return None
        channels = tuple(str(name) for name in data["channels"])
        low, high = (Trace(data["times"], data[side], channels, "mV", "12-lead ECG") for side in ("low", "high"))
        bounds = zip(data["names"], data["bounds"], strict=True)
        values, apart = {str(name): (float(a), float(b)) for name, (a, b) in bounds}, data["apart"]
        return Band(low, high, values, len(apart), apart, data["ecg_apart"])
