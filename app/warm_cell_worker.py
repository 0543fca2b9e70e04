"""The pacing process: ``python -m app.warm_cell_worker FOLDER``; see ``app.warm_cell``."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from app.warm_cell import CellQuestion, answer_question, write_cell_answer
from app.warm_process import serve


def begin(folder: Path) -> Callable[[], bool]:
    """What is returned answers the newest question, where there is a new one."""
    told = 0

    def answer() -> bool:
        nonlocal told
        path = folder / "question.json"
        if not path.exists():
            return False
        asked = json.loads(path.read_text())
        if asked["number"] == told:
            return False
        told = asked["number"]
        found = answer_question(CellQuestion(**asked["question"]), told)
        write_cell_answer(found, folder / f"{told}.npz")
        return True

    return answer


if __name__ == "__main__":
    place = Path(sys.argv[1])
    sys.exit(serve(place, lambda: begin(place)))
