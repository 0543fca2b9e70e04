"""Zoom and shift of the three slice views together: they always show the same neighbourhood of the patient."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ui.planes import Plane
from ui.slice_view import SliceView

MOST = 12.0  # times


class SliceZoom:
    """Holds the middle of what is seen (mm) and how much it is enlarged; the views tell it what the mouse did."""

    def __init__(self, views: Sequence[SliceView]) -> None:
        self._views = views
        self._planes: tuple[Plane, ...] = ()
        self._focus: NDArray[np.floating] = np.zeros(3)
        self.factor = 1.0
        for index, view in enumerate(views):
            view.box.zoomed.connect(lambda factor, a, b, i=index: self._zoom(i, factor, a, b))
            view.box.panned.connect(lambda a, b, i=index: self._pan(i, a, b))

    def look_at(self, planes: tuple[Plane, ...]) -> None:
        """Use these planes; another part of another patient is shown whole."""
        before = self._planes
        same = bool(before) and all(
            np.allclose(one.centre, other.centre) and one.half == other.half
            for one, other in zip(before, planes, strict=True)
        )
        self._planes = planes
        if not same:
            self.reset()

    def reset(self) -> None:
        """Show everything."""
        if self._planes:
            self._focus, self.factor = np.asarray(self._planes[0].centre, dtype=float), 1.0
            self._show()

    def _zoom(self, index: int, factor: float, across: float, up: float) -> None:
        if not self._planes:
            return
        wanted = float(np.clip(self.factor * factor, 1.0, MOST))
        share = 1.0 - self.factor / wanted  # the place under the mouse stays where it is
        plane = self._planes[index]
        middle = plane.on_screen(self._focus)
        self._shift(index, (across - middle[0]) * share, (up - middle[1]) * share)
        self.factor = wanted
        self._show()

    def _pan(self, index: int, across: float, up: float) -> None:
        if self._planes:
            self._shift(index, -across, -up)
            self._show()

    def _shift(self, index: int, across: float, up: float) -> None:
        plane = self._planes[index]
        self._focus = self._focus + across * plane.across + up * plane.up

    def _show(self) -> None:
        for view, plane in zip(self._views, self._planes, strict=True):
            across, up = plane.on_screen(self._focus)
            view.show_region(float(across), float(up), plane.half / self.factor)
