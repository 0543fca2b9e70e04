"""What must not be cut in the middle: while it lasts, the signal that ends a cancelled process at once is not heard."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

END = signal.SIGUSR2  # neither Python nor MPI nor PETSc uses it; left alone, it ends a process even inside a long call


@contextmanager
def unbroken() -> Iterator[None]:
    """Let the block come to its end, e.g. one that writes several files; in the main thread only, elsewhere it does nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(END, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(END, before)


def end_in_peace() -> None:
    """Not to be ended at once any more: this process has heard that it is cancelled, and ends by itself."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(END, signal.SIG_IGN)


def end_at_once() -> None:
    """To be ended at once when it is cancelled and does not hear it, whatever the program that started this process ignores."""
    signal.signal(END, signal.SIG_DFL)
