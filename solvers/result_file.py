"""Results on disk: result.json (numbers, checks, stamp), fields.vtkhdf (ParaView opens it), traces.npz, lines.npz,
members.npz (where an ensemble was run).

The fields follow VTKHDF 2.0 (an unstructured grid whose mesh is static while point data move). Fields that have a time axis
of their own (ensemble members) lie beside it in the group /Series, which ParaView passes over.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.metric import Metric
from solvers.result import Check, Field, Lines, Result, Trace

VTK_TETRA = 10


def save_result(result: Result, mesh: HeartMesh, folder: Path) -> None:
    """Write ``result`` (on the nodes of ``mesh``) into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_fields(result, mesh, folder / "fields.vtkhdf")
    _write_traces(result, folder / "traces.npz")
    _write_lines(result, folder / "lines.npz")
    if result.members:
        np.savez_compressed(folder / "members.npz", **dict(result.members))  # type: ignore[arg-type]
    facts = {
        "kind": result.kind,
        "method": result.method,
        "metrics": [metric.to_dict() for metric in result.metrics],
        "checks": [asdict(check) | {"passed": check.passed} for check in result.checks],
        "notes": result.notes,
        "stamp": dict(result.stamp),
        "fields": {name: _facts_of(field) for name, field in result.fields.items()},
        "traces": {
            name: {"unit": t.unit, "label": t.label, "channels": t.channels} for name, t in result.traces.items()
        },
        "lines": {name: lines.label for name, lines in result.lines.items()},
    }
    (folder / "result.json").write_text(json.dumps(facts, indent=1, default=float))


def load_result(folder: Path) -> Result:
    """Read what ``save_result`` wrote; refuses a folder that holds no whole result."""
    path = folder / "result.json"
    if not path.exists():
        raise Refused(f"The run {folder.name!r} holds no finished result; run it again.")
    facts = json.loads(path.read_text())
    return Result(
        kind=facts["kind"],
        method=facts["method"],
        fields=_read_fields(facts["fields"], folder / "fields.vtkhdf"),
        traces=_read_traces(facts["traces"], folder / "traces.npz"),
        metrics=tuple(Metric(**metric) for metric in facts["metrics"]),
        checks=tuple(Check(**{k: v for k, v in check.items() if k != "passed"}) for check in facts["checks"]),
        notes=tuple(facts["notes"]),
        stamp=facts["stamp"],
        lines=_read_lines(facts.get("lines", {}), folder / "lines.npz"),
        members=read_members(folder),
    )


def read_members(folder: Path) -> dict[str, NDArray[np.float64]]:
    """The values of each member alone (see ``Result.members``); empty for a run that kept none."""
    path = folder / "members.npz"
    if not path.exists():
        return {}
    with np.load(path, allow_pickle=False) as data:
        return {name: np.asarray(data[name], dtype=np.float64) for name in data.files}


def read_numbers(folder: Path) -> dict[str, Any]:
    """The content of result.json alone, without loading any field."""
    return dict(json.loads((folder / "result.json").read_text()))


def _facts_of(field: Field) -> dict[str, Any]:
    return {
        "unit": field.unit,
        "label": field.label,
        "times": field.times,
        "low_word": field.low_word,
        "high_word": field.high_word,
        "shape": field.values.shape,
    }


def _main_times(result: Result) -> tuple[float, ...]:
    """The time axis of the animation: the longest one that is not an ensemble's."""
    axes = [f.times for name, f in result.fields.items() if f.times and not name.endswith("_members")]
    return max(axes, key=len, default=())


def _write_fields(result: Result, mesh: HeartMesh, path: Path) -> None:
    times = _main_times(result)
    with h5py.File(path, "w") as file:
        root = file.create_group("VTKHDF", track_order=True)
        root.attrs["Version"] = np.array([2, 0], dtype="i8")
        root.attrs.create("Type", np.bytes_(b"UnstructuredGrid"), dtype=h5py.string_dtype("ascii", 16))
        _write_grid(root, mesh)
        data = root.create_group("PointData")
        offsets: dict[str, NDArray[np.int64]] = {}
        for name, field in result.fields.items():
            values = np.asarray(field.values, dtype=np.float32)
            if field.times and field.times != times:
                file.create_dataset(f"Series/{name}", data=values, compression="gzip", compression_opts=1, shuffle=True)
                continue
            step = len(mesh.points) if field.times else 0
            offsets[name] = np.arange(max(len(times), 1), dtype="i8") * step
            flat = values.reshape((-1, *values.shape[2:])) if field.times else values
            data.create_dataset(name, data=flat, compression="gzip", compression_opts=1, shuffle=True)
        _write_steps(root, times, offsets)


def _write_grid(root: h5py.Group, mesh: HeartMesh) -> None:
    cells = len(mesh.tets)
    root["NumberOfPoints"] = np.array([len(mesh.points)], dtype="i8")
    root["NumberOfCells"] = np.array([cells], dtype="i8")
    root["NumberOfConnectivityIds"] = np.array([4 * cells], dtype="i8")
    root["Points"] = np.asarray(mesh.points, dtype=np.float64)
    root["Connectivity"] = np.asarray(mesh.tets, dtype="i8").ravel()
    root["Offsets"] = np.arange(cells + 1, dtype="i8") * 4
    root["Types"] = np.full(cells, VTK_TETRA, dtype="u1")
    cell_data = root.create_group("CellData")
    for name, values in {"region": np.asarray(mesh.region, dtype="i4"), **mesh.cell_data}.items():
        cell_data[name] = values


def _write_steps(root: h5py.Group, times: tuple[float, ...], offsets: dict[str, NDArray[np.int64]]) -> None:
    count = max(len(times), 1)
    zeros = np.zeros(count, dtype="i8")
    steps = root.create_group("Steps")
    steps.attrs["NSteps"] = count
    steps["Values"] = np.asarray(times or (0.0,), dtype=np.float64)
    steps["PartOffsets"] = zeros
    steps["NumberOfParts"] = zeros + 1
    steps["PointOffsets"] = zeros
    steps["CellOffsets"] = zeros[:, None]
    steps["ConnectivityIdOffsets"] = zeros[:, None]
    for name, starts in offsets.items():
        steps[f"PointDataOffsets/{name}"] = starts
    steps["CellDataOffsets/region"] = zeros


class StoredField(Field):
    """A field whose values are read when they are first asked for; the file stays open for as long as that may happen."""

    def __init__(self, file: h5py.File, place: str, fact: dict[str, Any]) -> None:
        for name in ("unit", "label", "low_word", "high_word"):
            object.__setattr__(self, name, fact[name])
        object.__setattr__(self, "times", tuple(fact["times"]))
        object.__setattr__(self, "_stored", (file, place, tuple(fact["shape"])))

    def __getattr__(self, name: str) -> Any:
        """The values, kept from then on."""
        if name != "values":
            raise AttributeError(name)
        file, place, shape = self.__dict__.pop("_stored")
        values = np.asarray(file[place]).reshape(shape)
        object.__setattr__(self, "values", values)
        return values


def _read_fields(facts: dict[str, Any], path: Path) -> dict[str, Field]:
    file = h5py.File(path, "r")
    series = set(file.get("Series", ()))
    return {
        name: StoredField(file, f"Series/{name}" if name in series else f"VTKHDF/PointData/{name}", fact)
        for name, fact in facts.items()
    }


def _write_traces(result: Result, path: Path) -> None:
    arrays: dict[str, NDArray[Any]] = {}
    for name, trace in result.traces.items():
        arrays[f"{name}/times"] = trace.times
        arrays[f"{name}/values"] = trace.values
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def _read_traces(facts: dict[str, Any], path: Path) -> dict[str, Trace]:
    with np.load(path) as data:
        return {
            name: Trace(
                data[f"{name}/times"], data[f"{name}/values"], tuple(fact["channels"]), fact["unit"], fact["label"]
            )
            for name, fact in facts.items()
        }


def _write_lines(result: Result, path: Path) -> None:
    if not result.lines:
        return
    arrays: dict[str, NDArray[Any]] = {}
    for name, lines in result.lines.items():
        arrays[f"{name}/points"] = np.asarray(lines.points, np.float32)
        arrays[f"{name}/segments"] = np.asarray(lines.segments, np.int32)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def _read_lines(labels: dict[str, str], path: Path) -> dict[str, Lines]:
    if not labels:
        return {}
    with np.load(path, allow_pickle=False) as data:
        return {name: Lines(data[f"{name}/points"], data[f"{name}/segments"], label) for name, label in labels.items()}
