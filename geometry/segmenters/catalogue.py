"""All segmentation methods, found by walking this folder, and the choice among them."""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from typing import Protocol, cast

import geometry.segmenters
from geometry.errors import Refused
from geometry.image import Image
from geometry.progress import Progress, silent
from geometry.segmentation import Segmentation


class Segmenter(Protocol):
    """What a module in this folder must define to be a method."""

    NAME: str
    TITLE: str
    MODALITY: str
    MODEL_CARD: str

    def segment(
        self, image: Image, seeds: Sequence[tuple[float, float, float]] = (), progress: Progress = silent
    ) -> Segmentation:
        """Labels and their chances for a scan; seeds are mm points (RAS); raises ``Refused`` with a sentence."""
        ...


def find_segmenters() -> dict[str, Segmenter]:
    """Every method by its NAME, in alphabetical order of their modules."""
    found: dict[str, Segmenter] = {}
    for entry in pkgutil.iter_modules(geometry.segmenters.__path__):
        module = importlib.import_module(f"{geometry.segmenters.__name__}.{entry.name}")
        if not entry.ispkg and hasattr(module, "NAME") and hasattr(module, "segment"):
            found[module.NAME] = cast(Segmenter, module)
    return found


def segment(
    image: Image,
    method: str | None = None,
    seeds: Sequence[tuple[float, float, float]] = (),
    progress: Progress = silent,
) -> Segmentation:
    """Segment with the named method, or with the first one made for the scan's modality."""
    chosen = _choose(image, method, find_segmenters())
    return chosen.segment(image, seeds, progress)


def _choose(image: Image, method: str | None, known: Mapping[str, Segmenter]) -> Segmenter:
    if method is None:
        fitting = [one for one in known.values() if image.modality == one.MODALITY]
        if not fitting:
            raise Refused(f"There is no segmentation method for {image.modality} scans; import a segmentation instead.")
        return fitting[0]
    if method not in known:
        raise Refused(f"There is no segmentation method called {method!r}; choose one of: {', '.join(known)}.")
    chosen = known[method]
    if image.modality != chosen.MODALITY:
        raise Refused(
            f"The method {chosen.TITLE!r} is made for {chosen.MODALITY}, but this scan is {image.modality}; "
            f"choose a method for {image.modality} or another scan."
        )
    return chosen
