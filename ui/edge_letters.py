"""The patient's directions (R, L, A, P, H, F) at the borders of the 3D view, as on a radiology screen; they follow the camera."""

import numpy as np
import pyvista as pv
from vtkmodules.vtkRenderingCore import vtkTextActor

from ui.planes import direction_letter
from ui.theme import px

PLACES = ((0.015, 0.5), (0.985, 0.5), (0.5, 0.975), (0.5, 0.025))
CLEAR = 0.5  # a border's direction must lie within 60 degrees of a letter's to be named


class EdgeLetters:
    """Four letters over the first renderer."""

    def __init__(self, plotter: pv.Plotter) -> None:
        self._renderer = plotter.renderers[0]
        self._actors = []
        for x, y in PLACES:
            actor = vtkTextActor()
            actor.GetPositionCoordinate().SetCoordinateSystemToNormalizedViewport()
            actor.SetPosition(x, y)
            text = actor.GetTextProperty()
            text.SetJustificationToCentered()
            text.SetVerticalJustificationToCentered()
            text.SetFontSize(px(13))
            text.BoldOn()
            self._renderer.AddViewProp(actor)
            self._actors.append(actor)
        plotter.add_on_render_callback(lambda _: self.follow(self._shown), render_event=True)
        self._shown = False

    def dress(self, colour: str) -> None:
        """Take a colour."""
        for actor in self._actors:
            actor.GetTextProperty().SetColor(*pv.Color(colour).float_rgb)

    def follow(self, shown: bool) -> None:
        """Name the directions the camera has at its borders."""
        self._shown = shown
        camera = self._renderer.GetActiveCamera()
        up = np.array(camera.GetViewUp())
        right = np.cross(camera.GetDirectionOfProjection(), up)
        right = right / max(float(np.linalg.norm(right)), 1e-9)
        for actor, direction in zip(self._actors, (-right, right, up, -up), strict=True):
            clear = shown and float(np.abs(direction).max()) > CLEAR
            actor.SetInput(direction_letter(direction) if clear else "")
