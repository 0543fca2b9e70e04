"""Slower edits in a process of their own: it is asked here and looked at with a timer, so the window never waits."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from app.warm_editor import WarmEditor

EVERY = 15  # ms


class EditHelper(QObject):
    """Starts the process when it is first needed; emits each answer, or a sentence when there is none."""

    answered = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: WarmEditor | None = None
        self._timer = QTimer(self, interval=EVERY)
        self._timer.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        """Whether an answer is awaited."""
        return self._timer.isActive()

    def warm_up(self) -> None:
        """Start the process before it is needed."""
        if self._process is None or self._process.error():
            self.rest()
            self._process = WarmEditor()

    def grow(self, grey: NDArray[Any], seeds: NDArray[np.uint8], affine: NDArray[np.floating], axis: int) -> int:
        """Ask what grows from strokes; the newest question wins."""
        self.warm_up()
        assert self._process is not None
        self._timer.start()
        return self._process.ask_grow(grey, seeds, affine, axis)

    def tool(
        self,
        name: str,
        labels: NDArray[np.uint8],
        affine: NDArray[np.floating],
        axis: int,
        options: Mapping[str, Any],
    ) -> int:
        """Ask what a tool changes in one volume."""
        self.warm_up()
        assert self._process is not None
        self._timer.start()
        return self._process.ask_tool(name, labels, affine, axis, options)

    def forget(self) -> None:
        """Wait for no answer any more."""
        self._timer.stop()

    def rest(self) -> None:
        """End the process."""
        self._timer.stop()
        if self._process is not None:
            self._process.close()
            self._process = None

    def _look(self) -> None:
        process = self._process
        if process is None:
            return
        answer, wrong = process.poll(), process.error()
        if answer is not None and not process.waiting:
            self._timer.stop()
        if answer is not None:
            self.answered.emit(answer)
        elif wrong:
            self._timer.stop()
            self.failed.emit(wrong)
