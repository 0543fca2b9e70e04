"""A process that does the slower edits while the window goes on: growing from strokes, and the tools without a mouse.

A question holds all it needs (arrays, never a case); the answer is a change, or what has grown, or a refusal.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.warm_process import WarmProcess
from geometry.editing.change import Change

DIED = (
    "The process that helps with editing ended unexpectedly; nothing you drew is lost. Use the tool again to start it."
)
GROW = "grow"


@dataclass(frozen=True)
class Edit:
    """What came of a question: a change, or what has grown, or a sentence that says why not; and the seconds it took."""

    number: int
    change: Change | None = None
    grown: NDArray[np.uint8] | None = None
    refusal: str = ""
    seconds: float = 0.0


class WarmEditor(WarmProcess[Edit]):
    """The editing process; close it when done."""

    def __init__(self) -> None:
        super().__init__("app.warm_editor_worker", read=read_edit, died=DIED)

    def ask_grow(self, grey: NDArray[Any], seeds: NDArray[np.uint8], affine: NDArray[np.floating], axis: int) -> int:
        """Ask what grows from strokes in a volume; see ``geometry.editing.grow``."""
        return self._ask(GROW, {}, affine, axis, grey=grey, labels=seeds)

    def ask_tool(
        self,
        tool: str,
        labels: NDArray[np.uint8],
        affine: NDArray[np.floating],
        axis: int,
        options: Mapping[str, Any],
    ) -> int:
        """Ask what a tool changes in one volume of labels; see ``geometry.editing.catalogue``."""
        return self._ask(tool, {"options": dict(options)}, affine, axis, labels=labels)

    def _ask(
        self, tool: str, facts: Mapping[str, Any], affine: NDArray[np.floating], axis: int, **arrays: NDArray[Any]
    ) -> int:
        number = self.next_number()
        text = json.dumps({"number": number, "tool": tool, "axis": axis, **facts})
        write_arrays(self.folder / "question.npz", facts=np.array(text), affine=affine, **arrays)
        return number


def write_arrays(path: Path, **arrays: NDArray[Any]) -> None:
    """Write arrays in one move."""
    fresh = path.with_suffix(".part.npz")
    np.savez(fresh, **arrays)  # type: ignore[arg-type]
    fresh.replace(path)


def write_edit(edit: Edit, path: Path) -> None:
    """Write an answer in one move."""
    arrays: dict[str, NDArray[Any]] = {"refusal": np.array(edit.refusal), "seconds": np.array(edit.seconds)}
    if edit.change is not None:
        change = edit.change
        arrays |= {
            "shape": np.array(change.shape),
            "where": change.where,
            "before": change.before,
            "after": change.after,
        }
    if edit.grown is not None:
        arrays["grown"] = edit.grown
    write_arrays(path, **arrays)


def read_edit(path: Path, number: int) -> Edit:
    """Read what ``write_edit`` wrote."""
    with np.load(path, allow_pickle=False) as data:
        change = None
        if "where" in data:
            change = Change(tuple(int(n) for n in data["shape"]), data["where"], data["before"], data["after"])
        grown = data.get("grown")
        return Edit(number, change, grown, str(data["refusal"]), float(data["seconds"]))
