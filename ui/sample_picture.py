"""A picture of a sample patient for its card: the middle of the scan with the known heart tinted on it."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage, QPixmap

from geometry.image import load_image
from geometry.segmentation import load_segmentation
from sample_scans.catalogue import Sample
from ui.contours import COLOURS
from ui.planes import reslice, slice_planes
from ui.window_level import automatic

SIDE = 220  # samples along each side of the picture


def sample_picture(sample: Sample) -> QPixmap:
    """The short-axis (MR) or long-axis (CT) slice through the heart."""
    image, truth = load_image(sample.scan), load_segmentation(sample.truth)
    planes = slice_planes(image, truth, None)
    plane = planes[0] if image.modality == "MR" else planes[1]
    step = 2 * plane.half / SIDE
    values = reslice(image.phase(0), image.affine, plane, step)
    low, high = automatic(image).limits
    grey = np.nan_to_num(np.clip((values - low) / (high - low), 0, 1)) * 255
    colours = np.repeat(grey[..., None], 3, axis=-1)
    labels = np.nan_to_num(reslice(truth.phase(truth.ed), truth.affine, plane, step, order=0)).round().astype(int)
    for number, colour in COLOURS.items():
        ink = QColor(colour)
        tint = np.array([ink.red(), ink.green(), ink.blue()])
        inside = labels == number
        colours[inside] = 0.62 * colours[inside] + 0.38 * tint
    return _pixmap(colours.astype(np.uint8))


def _pixmap(colours: NDArray[np.uint8]) -> QPixmap:
    """(across, up, 3) to a picture with up upwards."""
    rows = np.ascontiguousarray(colours.transpose(1, 0, 2)[::-1])
    height, width = rows.shape[:2]
    return QPixmap.fromImage(QImage(rows.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy())
