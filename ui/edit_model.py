"""Which editing tool is held and how, and what it does to the labels of the phase and slice in view."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.warm_editor import Edit
from geometry.editing.catalogue import run_tool
from geometry.editing.change import Change
from geometry.editing.grow import OUTSIDE as MARK_OUTSIDE
from geometry.editing.grow import accepted
from geometry.editing.threshold_brush import usual_range
from geometry.errors import Refused
from geometry.segmentation import AORTA, LV, MYOCARDIUM, ROOT, RV
from ui.contours import WORDS
from ui.edit_helper import EditHelper
from ui.edit_tools import BY_NAME, GROW, THRESHOLD
from ui.job_watch import JobWatch
from ui.native import NativeGrid
from ui.session import Session

SMALLEST, LARGEST = 0.5, 40.0  # mm, radius of the brush
FACTOR = 1.2  # of the radius per press of a key
ANYTHING, BACKGROUND = "anything", "background"
OUTSIDE = 0  # the label of a stroke of Grow that is in none
BLOCKING = ("segment", "import", "road", "edit")  # jobs that replace the labels
Labels = NDArray[np.uint8]


class EditModel(QObject):
    """The state of editing. The tool bar shows and sets it, the mouse uses it, the overlay draws it."""

    changed = Signal()  # tool, label, size, rule, what is shown
    strokes_changed = Signal()  # marks of Grow, or what has grown

    def __init__(
        self, session: Session, watch: JobWatch, place: Callable[[], Any], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.session, self._watch, self._place = session, watch, place
        self.helper = EditHelper(self)
        self.tool, self.label, self.radius = "", LV, 6.0
        self.ball, self.whole, self.compare = False, False, False
        self.over = ANYTHING
        self.limits = (0.0, 0.0)
        self.seeds: Labels | None = None
        self.grown: Labels | None = None
        self._grid: NativeGrid | None = None
        self._asked: tuple[str, Callable[[Change], None]] = ("", lambda _: None)
        self.helper.answered.connect(self._answered)
        self.helper.failed.connect(lambda words: session.said.emit(words, "bad"))
        session.case_changed.connect(self._opened)
        session.data_changed.connect(self.discard)
        session.phase_changed.connect(self.discard)

    # --- what is in view ----------------------------------------------------------------------------------------------

    @property
    def grid(self) -> NativeGrid | None:
        """How the slices of the scan lie on the screen."""
        image = self.session.image
        if image is None:
            return None
        if self._grid is None or self._grid.affine is not image.affine:
            self._grid = NativeGrid.of(image.affine, image.voxels.shape)
        return self._grid

    @property
    def index(self) -> int:
        """The slice in view."""
        return self.grid.index_of(self._place()) if self.grid is not None else 0

    @property
    def phase(self) -> int:
        """The phase in view, as it counts in the labels."""
        segmentation = self.session.segmentation
        single = segmentation is None or segmentation.labels.ndim == 3
        return 0 if single else min(self.session.phase, segmentation.labels.shape[3] - 1)  # type: ignore[union-attr]

    @property
    def volume(self) -> Labels | None:
        """(x, y, z), the labels in view."""
        segmentation = self.session.segmentation
        return segmentation.phase(self.phase) if segmentation is not None else None

    @property
    def grey(self) -> NDArray[Any] | None:
        """(x, y, z), the scan in view."""
        image = self.session.image
        return image.phase(min(self.session.phase, image.phases - 1)) if image is not None else None

    @property
    def choices(self) -> tuple[int, ...]:
        """The labels that can be drawn on this kind of scan, in the order of their keys."""
        image = self.session.image
        return (LV, ROOT, AORTA, MYOCARDIUM) if image is not None and image.modality == "CT" else (LV, MYOCARDIUM, RV)

    @property
    def may_overwrite(self) -> tuple[int, ...] | None:
        """The labels that may be painted over; None for all."""
        if self.over == ANYTHING:
            return None
        return (0,) if self.over == BACKGROUND else (int(self.over),)

    # --- setting it up ------------------------------------------------------------------------------------------------

    def hold(self, tool: str) -> None:
        """Take a mouse tool into the hand, or none; the held one again puts it away."""
        tool = "" if tool == self.tool else tool
        if tool and not (self.allowed() and self.session.labels.begin()):
            return
        if tool != GROW:
            self.discard()
        self.tool = tool
        if tool == THRESHOLD:
            self._suit_limits()
        if tool == GROW:
            self.helper.warm_up()
        elif self.label == OUTSIDE:
            self.label = LV
        self.changed.emit()

    def choose(self, label: int) -> None:
        """Draw with another label."""
        if label == OUTSIDE and self.tool != GROW:
            return
        self.label = label
        if self.tool == THRESHOLD:
            self._suit_limits()
        self.changed.emit()

    def resize(self, radius: float) -> None:
        """Change the size of the brush, mm."""
        self.radius = float(np.clip(radius, SMALLEST, LARGEST))
        self.changed.emit()

    def set(self, **facts: Any) -> None:
        """Change ``ball``, ``whole``, ``over``, ``compare`` or ``limits``."""
        for name, value in facts.items():
            setattr(self, name, value)
        self.changed.emit()

    # --- doing it -----------------------------------------------------------------------------------------------------

    def allowed(self) -> bool:
        """Whether labels may be edited now; says why not."""
        running = [job.verb for job, status in self._watch.jobs.items() if status.state == "running"]
        if any(verb in BLOCKING for verb in running):
            self.session.said.emit("Wait until the running step has finished: it makes the labels anew.", "warn")
            return False
        return True

    def commit(self, change: Change, text: str) -> None:
        """Make a change of the volume in view an edit of the segmentation."""
        segmentation = self.session.segmentation
        if segmentation is not None and self.allowed():
            self.session.labels.change(change.in_phase(self.phase, segmentation.labels.shape), text)

    def act(self, tool: str) -> None:
        """Use a tool that needs no mouse."""
        grid, volume = self.grid, self.volume
        if grid is None or not self.allowed():
            return
        if volume is None:
            self.session.said.emit("There are no labels yet: segment, or draw with the brush (B).", "warn")
            return
        words = f"{BY_NAME[tool].title}: {WORDS[self.label or LV]}"
        here = {} if self.whole else {"index": self.index}
        label = {"label": self.label or LV}
        if tool in ("next", "previous", "everywhere"):
            self._copy(tool, here)
        elif tool == "erase":
            self._at_once("erase", here | label, words)
        elif tool == "fill":
            self._ask("fill", label | self._drawn(), words)
        elif tool == "smooth":
            self._ask("smooth", label | here | {"over": self.may_overwrite}, words)
        else:
            self._ask("islands", label | here | {"keep": "holes" if tool == "holes" else "largest"}, words)

    def swap(self, other: int) -> None:
        """Exchange the label with another one."""
        here = {} if self.whole else {"index": self.index}
        self._at_once("swap", here | {"first": self.label or LV, "second": other}, "Swap labels")

    # --- growing ------------------------------------------------------------------------------------------------------

    def add_seeds(self, change: Change) -> None:
        """Add a stroke, and ask what grows."""
        grid, grey = self.grid, self.grey
        if grid is None or grey is None:
            return
        if self.seeds is None:
            self.seeds = np.zeros(grid.shape, dtype=np.uint8)
        self.seeds[np.unravel_index(change.where, change.shape)] = self.label or MARK_OUTSIDE
        self.strokes_changed.emit()
        if np.isin(self.seeds, (0, MARK_OUTSIDE), invert=True).any():
            self.helper.grow(np.ascontiguousarray(grey), self.seeds, grid.affine, grid.axis)
            self._asked = (GROW, lambda _: None)

    def accept(self) -> None:
        """Make what has grown an edit."""
        if self.grown is not None and self.volume is not None:
            change = accepted(self.volume, self.grown, self.may_overwrite)
            self.discard()
            self.commit(change, "Grow from strokes")

    def discard(self) -> None:
        """Forget strokes and what has grown."""
        if self.seeds is not None or self.grown is not None:
            self.seeds = self.grown = None
            self.helper.forget()
            self.strokes_changed.emit()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _suit_limits(self) -> None:
        grey, volume = self.grey, self.volume
        if grey is not None and volume is not None:
            axis, index = self.grid.axis if self.grid else 2, self.index
            here, mask = np.take(grey, index, axis=axis), np.take(volume, index, axis=axis) == self.label
            self.limits = usual_range(here if mask.any() else grey, mask if mask.any() else volume == self.label)

    def _drawn(self) -> dict[str, Any]:
        """Fill gaps between labelled slices; where there are none, redraw between the slices a person has drawn."""
        segmentation, grid, volume = self.session.segmentation, self.grid, self.volume
        if segmentation is None or grid is None or volume is None or segmentation.by_hand is None:
            return {}
        rest = tuple(a for a in range(3) if a != grid.axis)
        labelled = np.flatnonzero((volume == self.label).any(axis=rest))
        if len(labelled) and len(labelled) <= labelled[-1] - labelled[0]:
            return {}
        hand = segmentation.by_hand[..., self.phase] if segmentation.by_hand.ndim == 4 else segmentation.by_hand
        drawn = [int(k) for k in np.flatnonzero((hand & (volume == self.label)).any(axis=rest))]
        return {"drawn": drawn} if len(drawn) > 1 else {}

    def _copy(self, tool: str, here: dict[str, Any]) -> None:
        segmentation, grid = self.session.segmentation, self.grid
        if segmentation is None or grid is None:
            return
        phases = segmentation.labels.shape[3] if segmentation.labels.ndim == 4 else 1
        step = {"next": 1, "previous": -1}.get(tool)
        to = [p for p in range(phases) if p != self.phase] if step is None else [(self.phase + step) % phases]
        try:
            change = run_tool(
                "copy_phase", segmentation.labels, grid.affine, grid.axis, [self.phase], here | {"to": to}
            )
        except Refused as refusal:
            self.session.said.emit(str(refusal), "warn")
            return
        self.session.labels.change(change, BY_NAME[tool].title)
        if step is not None:
            self.session.set_phase(to[0])

    def _at_once(self, tool: str, options: dict[str, Any], text: str) -> None:
        grid, volume = self.grid, self.volume
        if grid is not None and volume is not None and self.allowed():
            self.commit(run_tool(tool, volume, grid.affine, grid.axis, [0], options), text)

    def _ask(self, tool: str, options: dict[str, Any], text: str) -> None:
        grid, volume = self.grid, self.volume
        if grid is None or volume is None or self.helper.busy:
            return
        phase = self.phase
        self._asked = (text, lambda change: self._put(change, phase, text))
        self.helper.tool(tool, np.ascontiguousarray(volume), grid.affine, grid.axis, options)
        self.changed.emit()

    def _put(self, change: Change, phase: int, text: str) -> None:
        segmentation = self.session.segmentation
        if segmentation is None or change.shape != segmentation.labels.shape[:3]:
            return
        if not change:
            self.session.said.emit(f"{text}: nothing to change.", "info")
        self.session.labels.change(change.in_phase(phase, segmentation.labels.shape), text)

    def _answered(self, answer: Edit) -> None:
        if answer.refusal:
            self.session.said.emit(answer.refusal, "warn")
        elif answer.grown is not None and self.seeds is not None:
            self.grown = answer.grown
            self.strokes_changed.emit()
        elif answer.change is not None:
            self._asked[1](answer.change)
        self.changed.emit()

    def _opened(self) -> None:
        self.tool, self.label, self.over = "", LV, ANYTHING
        self.whole = self.compare = False
        self.helper.rest()
        self.discard()
        self.changed.emit()
