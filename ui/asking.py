"""Questions to a process of their own, from a window that never waits: asked when the knobs rest, looked at with a timer."""

from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import QObject, QTimer, Signal


class Answering(Protocol):
    """A process that answers the newest question; an answer has a ``refusal``, empty where it is a good one."""

    @property
    def waiting(self) -> bool:
        """Whether an answer is still to come."""

    def ask(self, question: Any) -> int:
        """Ask; the number of the question."""

    def poll(self) -> Any:
        """The newest answer that was not given out yet, or None."""

    def error(self) -> str:
        """A sentence when the process cannot answer."""

    def close(self) -> None:
        """End it."""


class Asking(QObject):
    """Emits each answer, or the sentence why there is none; the process starts with the first question.

    begin     starts the process
    question  what to ask now, None: nothing
    settled   ms without a change before it is asked
    """

    answered = Signal(object)
    refused = Signal(str)

    def __init__(
        self,
        parent: QObject,
        begin: Callable[[], Answering],
        question: Callable[[], Any],
        settled: int,
        look_every: int,
    ) -> None:
        super().__init__(parent)
        self._begin, self._question = begin, question
        self._process: Answering | None = None
        self._later = QTimer(self, singleShot=True, interval=settled)
        self._later.timeout.connect(self._ask)
        self._poll = QTimer(self, interval=look_every)
        self._poll.timeout.connect(self._look)

    @property
    def resting(self) -> bool:
        """Whether there is no process."""
        return self._process is None

    def later(self) -> None:
        """Something changed: ask when it has settled."""
        self._later.start()

    def finish(self) -> None:
        """Ask no more, and end the process."""
        self._later.stop()
        self._poll.stop()
        if self._process is not None:
            self._process.close()
            self._process = None

    def _ask(self) -> None:
        question = self._question()
        if question is None:
            return
        if self._process is None or self._process.error():
            self.finish()
            self._process = self._begin()
        self._process.ask(question)
        self._poll.start()

    def _look(self) -> None:
        process = self._process
        if process is None:
            return
        answer = process.poll()
        wrong = answer.refusal if answer is not None else process.error()
        if wrong or not process.waiting:
            self._poll.stop()
        if wrong:
            self.refused.emit(wrong)
        elif answer is not None:
            self.answered.emit(answer)
