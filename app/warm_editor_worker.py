"""The editing process: ``python -m app.warm_editor_worker FOLDER``; see ``app.warm_editor``."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.warm_editor import GROW, Edit, write_edit
from app.warm_process import serve
from geometry.editing.catalogue import run_tool
from geometry.editing.grow import grow
from geometry.errors import Refused

MOST_KEPT = 200  # grown slices that are remembered


def begin(folder: Path) -> Callable[[], bool]:
    """What is returned answers the newest question, where there is a new one."""
    told = 0
    kept: dict[bytes, NDArray[np.uint8]] = {}

    def answer() -> bool:
        nonlocal told
        path = folder / "question.npz"
        if not path.exists():
            return False
        with np.load(path, allow_pickle=False) as data:
            facts = json.loads(str(data["facts"]))
            if facts["number"] == told:
                return False
            arrays = {name: data[name] for name in data.files if name != "facts"}
        told = facts["number"]
        if len(kept) > MOST_KEPT:
            kept.clear()
        write_edit(edited(facts, arrays, kept), folder / f"{told}.npz")
        return True

    return answer


def edited(facts: dict[str, Any], arrays: dict[str, NDArray[Any]], kept: dict[bytes, NDArray[np.uint8]]) -> Edit:
    """The answer to one question."""
    began = time.perf_counter()
    number, axis, affine, labels = facts["number"], facts["axis"], arrays["affine"], arrays["labels"]
    try:
        if facts["tool"] == GROW:
            grown = grow(arrays["grey"], labels, affine, axis, kept)
            return Edit(number, grown=grown, seconds=time.perf_counter() - began)
        change = run_tool(facts["tool"], labels, affine, axis, [0], facts["options"])
        return Edit(number, change, seconds=time.perf_counter() - began)
    except Refused as refusal:
        return Edit(number, refusal=str(refusal), seconds=time.perf_counter() - began)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    sys.exit(serve(place, lambda: begin(place)))
