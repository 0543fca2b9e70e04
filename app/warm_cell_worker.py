"""The pacing process: ``python -m app.warm_cell_worker FOLDER``; see ``app.warm_cell``."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.warm_cell import CellQuestion, answer_question, write_cell_answer
from app.warm_process import answering, serve


def begin(folder: Path) -> Callable[[], bool]:
    """What is returned answers the newest question, where there is a new one."""

    def reply(number: int, question: dict[str, Any]) -> None:
        write_cell_answer(answer_question(CellQuestion(**question), number), folder / f"{number}.npz")

    return answering(folder, reply)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    sys.exit(serve(place, lambda: begin(place)))
