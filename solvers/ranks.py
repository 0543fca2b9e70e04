"""Work shared by several processes under MPI, each of which is ``mpiexec -n N python -m`` this module."""

import os
import pickle
import shlex
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from geometry.errors import Cancelled, Refused
from geometry.progress import Progress, silent
from solvers.kernels.compile import threads

_TASK, _ANSWER, _REFUSAL, _CANCEL, _LOG = "task.pickle", "answer.pickle", "refusal.txt", "cancel", "log.txt"


def find_mpiexec() -> list[str]:
    """The command that starts MPI processes: $CARDIOTWIN_MPIEXEC (e.g. ``srun``), else ``mpiexec`` beside Python or on the path."""
    wanted = shlex.split(os.environ.get("CARDIOTWIN_MPIEXEC", ""))
    beside = Path(sys.executable).with_name("mpiexec")
    for command in [wanted] if wanted else [[str(beside)], ["mpiexec"]]:
        if shutil.which(command[0]):
            return command
    raise Refused(
        "Several processes need mpiexec, which was not found. Install an MPI, name its command in CARDIOTWIN_MPIEXEC, "
        "or run without --ranks."
    )


def on_ranks[Answer](
    ranks: int, work: Callable[..., Answer], *arguments: Any, progress: Progress = silent, **options: Any
) -> Answer:
    """What ``work(comm, *arguments, progress=..., **options)`` gives on rank 0, called by ``ranks`` processes together.

    work  a function of a module; all ranks call its ``progress`` equally often, and all are cancelled when the first is
    Refuses what a rank refuses, and when mpiexec is missing or a process ends early. Raises Cancelled.
    """
    command = [*find_mpiexec(), "-n", str(ranks), sys.executable, "-m", "solvers.ranks"]
    with tempfile.TemporaryDirectory(prefix="cardiotwin-ranks-") as room:
        folder = Path(room)
        (folder / _TASK).write_bytes(pickle.dumps((work, arguments, options)))
        env = {**os.environ, "OMP_NUM_THREADS": str(max(1, threads() // ranks))}
        with (
            (folder / _LOG).open("w") as log,
            subprocess.Popen(
                [*command, room], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True, env=env
            ) as child,
        ):
            _pass_on(child, folder, progress)
        if (folder / _ANSWER).exists():
            answer: Answer = pickle.loads((folder / _ANSWER).read_bytes())
            return answer
        if (folder / _REFUSAL).exists():
            raise Refused((folder / _REFUSAL).read_text())
        last = (folder / _LOG).read_text().strip()[-300:] or "no message"
        raise Refused(f"The {ranks} processes ended early ({last}). Run with fewer, or without --ranks.")


def _pass_on(child: "subprocess.Popen[str]", folder: Path, progress: Progress) -> None:
    """Progress of the processes to ``progress``, and its wish to stop to them."""
    assert child.stdout is not None
    stop = False
    try:
        for line in child.stdout:
            fraction, _, message = line.rstrip("\n").partition("\t")
            if stop or not fraction.replace(".", "", 1).isdigit():
                continue
            try:
                progress(float(fraction), message)
            except Cancelled:
                (folder / _CANCEL).touch()
                stop = True
        child.wait()
    finally:
        if child.poll() is None:
            child.terminate()
    if stop:
        raise Cancelled


def _shared_progress(comm: Any, folder: Path) -> Progress:
    """Rank 0 tells on standard output; when it is asked to stop, all stop."""

    def progress(fraction: float, message: str = "") -> None:
        if comm.rank == 0:
            print(f"{fraction:.5f}\t{message}", flush=True)
        if comm.bcast(comm.rank == 0 and (folder / _CANCEL).exists()):
            raise Cancelled

    return progress


def main(folder: Path) -> None:
    """One rank: its share of the work; rank 0 tells progress and writes the answer."""
    from solvers.backend import MPI

    comm = MPI.COMM_WORLD
    work, arguments, options = pickle.loads((folder / _TASK).read_bytes())
    try:
        answer = work(comm, *arguments, progress=_shared_progress(comm, folder), **options)
    except Cancelled:
        return
    except Refused as refusal:  # perhaps here alone: the others must not wait for this rank
        own = folder / f"{comm.rank}-{_REFUSAL}"
        own.write_text(str(refusal))
        own.replace(folder / _REFUSAL)  # whole, whoever ends this rank meanwhile
        comm.Abort(2)
    except Exception:
        traceback.print_exc()
        comm.Abort(1)
    if comm.rank == 0:
        (folder / _ANSWER).write_bytes(pickle.dumps(answer))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
