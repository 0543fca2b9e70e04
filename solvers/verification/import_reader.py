"""Reads scans in a process of its own, so that a crash or hang is one more outcome: python -m solvers.verification.import_reader.

Each line of standard input is a request, {"path": ..., "modality": ..., "into": FOLDER}; each line of the answer holds
{"kind": "read" | "refused" | "stumbled" | "crashed", "words": ..., "memory": GB}; what was read lies in FOLDER/read.npz.
"""

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

import numpy as np

from geometry.errors import Refused
from geometry.read_scan import STUMBLED, read_scan


def answer(path: Path, modality: str | None, into: Path) -> dict[str, Any]:
    """Read one scan and say how it went."""
    try:
        image = read_scan(path, modality=modality)
    except Refused as refusal:
        words = str(refusal)
        kind = "stumbled" if words.startswith(STUMBLED) else "refused" if words.endswith(".") else "crashed"
    except Exception as fault:
        kind, words = "crashed", f"{type(fault).__name__}: {fault}"
    else:
        kind, words = "read", image.source
        np.savez(into / "read.npz", voxels=image.voxels, affine=image.affine, times=np.asarray(image.times))
    return {"kind": kind, "words": words, "memory": _memory()}


def _memory() -> float:
    """GB, the most that this process or one of its children ever had."""
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return most / (1e9 if sys.platform == "darwin" else 1e6)


if __name__ == "__main__":
    with os.fdopen(os.dup(1), "w") as told:
        os.dup2(2, 1)  # what a library prints must not get between the answers
        for line in sys.stdin:
            request = json.loads(line)
            reply = answer(Path(request["path"]), request["modality"], Path(request["into"]))
            print(json.dumps(reply), file=told, flush=True)
