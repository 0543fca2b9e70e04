"""What a step cannot do without, or a sentence why not."""

from app.case import Case
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.image import Image


def needed_image(case: Case) -> Image:
    """The scan of the case; refuses where there is none."""
    image = case.image()
    if image is None:
        raise Refused(f"The case {case.title!r} has no scan yet; import one first.")
    return image


def needed_mesh(case: Case) -> HeartMesh:
    """The mesh of the case; refuses where there is none."""
    found = case.mesh()
    if found is None:
        raise Refused(f"The case {case.title!r} has no mesh yet; build it first.")
    return found
