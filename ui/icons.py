"""The pictures on buttons, by what they mean (Material Design Icons through qtawesome)."""

import qtawesome
from PySide6.QtGui import QIcon

NAMES = {
    "case": "mdi6.folder-heart-outline",
    "images": "mdi6.image-multiple-outline",
    "segment": "mdi6.vector-curve",
    "heart": "mdi6.heart-outline",
    "simulate": "mdi6.pulse",
    "plan": "mdi6.target",
    "compare": "mdi6.compare",
    "report": "mdi6.file-document-outline",
    "practice": "mdi6.school-outline",
    "play": "mdi6.play",
    "pause": "mdi6.pause",
    "undo": "mdi6.undo",
    "redo": "mdi6.redo",
    "theme": "mdi6.theme-light-dark",
    "open": "mdi6.folder-open-outline",
    "palette": "mdi6.palette-outline",
    "cut": "mdi6.content-cut",
    "fibers": "mdi6.waves",
    "landmarks": "mdi6.map-marker-outline",
    "lines": "mdi6.chart-bell-curve",
    "cell": "mdi6.chart-timeline-variant",
    "velocity": "mdi6.arrow-top-right",
    "particles": "mdi6.dots-hexagon",
    "front": "mdi6.rotate-3d",
    "only3d": "mdi6.cube-outline",
    "onlyslices": "mdi6.view-grid-outline",
    "both": "mdi6.view-split-vertical",
    "cancel": "mdi6.close",
    "done": "mdi6.check-circle-outline",
    "failed": "mdi6.alert-circle-outline",
    "warn": "mdi6.alert-outline",
    "seed": "mdi6.map-marker-plus-outline",
    "fit": "mdi6.fit-to-page-outline",
    "contrast": "mdi6.contrast-circle",
    "back": "mdi6.step-backward",
    "next": "mdi6.step-forward",
    "info": "mdi6.information-outline",
    "heart_scan": "mdi6.heart-pulse",
    "brush": "mdi6.brush",
    "eraser": "mdi6.eraser",
    "threshold": "mdi6.brush-variant",
    "grow": "mdi6.auto-fix",
    "contour": "mdi6.vector-polyline-edit",
    "between": "mdi6.layers-triple-outline",
    "smooth": "mdi6.blur",
    "islands": "mdi6.circle-multiple-outline",
    "holes": "mdi6.circle-slice-8",
    "to_next": "mdi6.page-next-outline",
    "to_previous": "mdi6.page-previous-outline",
    "everywhere": "mdi6.content-duplicate",
    "swap": "mdi6.swap-horizontal",
    "erase": "mdi6.trash-can-outline",
    "pointer": "mdi6.cursor-default-outline",
    "before": "mdi6.file-compare",
    "accept": "mdi6.check",
    "home": "mdi6.home-outline",
}


def icon(name: str, colour: str, chosen: str = "") -> QIcon:
    """An icon in a colour, and in another where it is checked."""
    found: QIcon = qtawesome.icon(NAMES[name], color=colour, color_on=chosen or colour)
    return found
