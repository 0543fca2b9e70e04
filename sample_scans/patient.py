"""What the generator gives: a scan, its truth and the numbers that are known of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from geometry.image import Image
from geometry.segmentation import Segmentation


@dataclass(frozen=True)
class Patient:
    """One synthetic patient.

    image  the scan
    truth  labels on its grid, by majority of what lies in each voxel
    facts  numbers from the surfaces or the dense samples, not from the voxel labels; the unit ends the name
    """

    image: Image
    truth: Segmentation
    facts: Mapping[str, float]
