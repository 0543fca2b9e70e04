"""How the window looks: two sets of colours, one style sheet, and sizes that follow the screen."""

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from string import Template

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

BASE = 13  # pixels of the normal text on a 1080-line screen
FAMILIES = ["Inter", "Segoe UI", "SF Pro Text", "Noto Sans", "Open Sans", "DejaVu Sans Condensed", "DejaVu Sans"]


@dataclass(frozen=True)
class Theme:
    """The colours of a theme, as #rrggbb."""

    name: str
    window: str
    panel: str
    card: str
    field: str
    line: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_text: str
    selected: str
    good: str
    warn: str
    bad: str
    plot: str
    grid: str


DARK = Theme(
    name="dark",
    window="#0d1117",
    panel="#141a22",
    card="#1a222c",
    field="#0f151c",
    line="#27313d",
    text="#e6ecf2",
    muted="#9aa8b8",
    faint="#66758a",
    accent="#58b6c9",
    accent_text="#06161a",
    selected="#1d3540",
    good="#74c69d",
    warn="#e3b161",
    bad="#ef7b80",
    plot="#10161d",
    grid="#1f2833",
)
LIGHT = Theme(
    name="light",
    window="#eceff3",
    panel="#f8fafb",
    card="#ffffff",
    field="#ffffff",
    line="#d5dce4",
    text="#18222d",
    muted="#52606f",
    faint="#8492a2",
    accent="#0f7285",
    accent_text="#ffffff",
    selected="#d6ebef",
    good="#1f7a4c",
    warn="#93610c",
    bad="#b3373e",
    plot="#ffffff",
    grid="#edf1f4",
)
THEMES = {theme.name: theme for theme in (DARK, LIGHT)}


def scale_for(height: float) -> float:
    """How much larger than normal everything is drawn on a screen of that many (logical) lines."""
    return float(min(max(height / 1080.0, 0.92), 2.2))


def px(size: float) -> int:
    """Pixels on this screen of what is ``size`` pixels on a 1080-line one."""
    return round(size * QApplication.font().pixelSize() / BASE) if QApplication.font().pixelSize() > 0 else round(size)


def stroke(width: float) -> float:
    """Width of a line on this screen that is ``width`` pixels wide on a 1080-line one."""
    return width * px(100) / 100


def style_sheet(theme: Theme, scale: float) -> str:
    """The Qt style sheet: the template beside this file with its colours filled in and its pixels scaled."""
    here = Path(__file__).parent
    facts = asdict(theme) | {"here": here.as_posix()}
    text = Template((here / "theme.qss").read_text()).substitute(facts)
    return re.sub(r"(\d+)px", lambda found: f"{max(1, round(int(found[1]) * scale))}px", text)


def wear(application: QApplication, theme: Theme) -> None:
    """Dress the application in a theme, at the size its screen asks for."""
    scale = scale_for(application.primaryScreen().availableGeometry().height())
    font = QFont()
    font.setFamilies(FAMILIES)
    font.setPixelSize(round(BASE * scale))
    application.setStyle("Fusion")
    application.setFont(font)
    application.setPalette(_palette(theme))
    application.setStyleSheet(style_sheet(theme, scale))


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, theme.window),
        (role.Base, theme.field),
        (role.AlternateBase, theme.card),
        (role.Button, theme.card),
        (role.Text, theme.text),
        (role.WindowText, theme.text),
        (role.ButtonText, theme.text),
        (role.ToolTipBase, theme.card),
        (role.ToolTipText, theme.text),
        (role.PlaceholderText, theme.faint),
        (role.Highlight, theme.accent),
        (role.HighlightedText, theme.accent_text),
    ):
        palette.setColor(which, QColor(colour))
    return palette
