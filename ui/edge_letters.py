"""Words over the 3D views: the patient's directions at the borders, as on a radiology screen, and captions of two views."""

from collections.abc import Sequence

import numpy as np
import pyvista as pv
from vtkmodules.vtkRenderingCore import vtkTextActor

from ui.planes import direction_letter
from ui.theme import px

PLACES = ((0.015, 0.5), (0.985, 0.5), (0.5, 0.975), (0.5, 0.025))
CAPTION = (0.03, 0.93)
NOTE = (0.03, 0.06)
CLEAR = 0.5  # a border's direction must lie within 60 degrees of a letter's to be named


class EdgeLetters:
    """Four letters over the first renderer, and a caption over each; the letters follow the camera."""

    def __init__(self, plotter: pv.Plotter) -> None:
        self.captions: tuple[str, ...] = ()
        self._renderer = plotter.renderers[0]
        self._letters = [_text(self._renderer, place, 13) for place in PLACES]
        self._captions = [_text(renderer, CAPTION, 13) for renderer in (plotter.renderers[0], plotter.renderers[1])]
        self._note = _text(plotter.renderers[0], NOTE, 11)
        self._note.GetTextProperty().BoldOff()
        for actor in (*self._captions, self._note):
            actor.GetTextProperty().SetJustificationToLeft()
        self._shown = False
        plotter.iren.add_observer("InteractionEvent", lambda *_: self.follow(self._shown))

    def dress(self, faint: str, muted: str, text: str) -> None:
        """Take the colours of a theme."""
        for actor in self._letters:
            actor.GetTextProperty().SetColor(*pv.Color(faint).float_rgb)
        self._note.GetTextProperty().SetColor(*pv.Color(muted).float_rgb)
        for actor in self._captions:
            actor.GetTextProperty().SetColor(*pv.Color(text).float_rgb)

    def caption(self, captions: Sequence[str]) -> None:
        """Name the views; nothing for none."""
        self.captions = tuple(captions)
        for actor, words in zip(self._captions, (*captions, "", "")[:2], strict=True):
            actor.SetInput(words)

    def note(self, words: str) -> None:
        """Say something in the corner of the first view; nothing for none."""
        self._note.SetInput(words)

    def follow(self, shown: bool) -> None:
        """Name the directions the camera has at its borders."""
        self._shown = shown
        camera = self._renderer.GetActiveCamera()
        up = np.array(camera.GetViewUp())
        right = np.cross(camera.GetDirectionOfProjection(), up)
        right = right / max(float(np.linalg.norm(right)), 1e-9)
        for actor, direction in zip(self._letters, (-right, right, up, -up), strict=True):
            clear = shown and float(np.abs(direction).max()) > CLEAR
            actor.SetInput(direction_letter(direction) if clear else "")


def _text(renderer: pv.Renderer, place: tuple[float, float], size: float) -> vtkTextActor:
    actor = vtkTextActor()
    actor.GetPositionCoordinate().SetCoordinateSystemToNormalizedViewport()
    actor.SetPosition(*place)
    text = actor.GetTextProperty()
    text.SetJustificationToCentered()
    text.SetVerticalJustificationToCentered()
    text.SetFontSize(px(size))
    text.BoldOn()
    renderer.AddViewProp(actor)
    return actor
