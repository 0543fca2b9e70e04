"""Opens the window."""

import gc
import os
import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QApplication

from geometry.errors import Refused
from ui.window import Window


def main(path: Path | None = None) -> int:
    """Open the window, on a case or scan when one is given, and stay until it is closed; refuses where there is no display."""
    application = make_application()
    window = open_window(application, path)
    window.show()
    code = application.exec()
    del window
    gc.collect()  # while Qt is still there: its end stumbles over widgets that circles of references keep
    return code


def make_application() -> QApplication:
    """The Qt application; refuses with a sentence where no window can be shown."""
    running = QCoreApplication.instance()
    if isinstance(running, QApplication):
        return running
    if not has_display():
        raise Refused(
            "There is no display to open the window on. Start it in a desktop session, or use the command line: cardiotwin --help."
        )
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontCreateNativeWidgetSiblings)
    application = QApplication(["cardiotwin"])
    application.setApplicationName("CardioTwin")
    return application


def open_window(application: QApplication, path: Path | None) -> Window:
    """The window, sized for its screen, on a case, or on the way in with a scan, when one is given."""
    window = Window(application)
    room = application.primaryScreen().availableGeometry()
    window.resize(min(round(room.width() * 0.94), 3600), min(round(room.height() * 0.92), 2000))
    if path is not None:
        window.bring_in(path.resolve())
    return window


def has_display() -> bool:
    """Whether this machine offers a screen to draw on."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
