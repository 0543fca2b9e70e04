"""The picture of the heart as it is now, with its legends and what it shows: copied, saved, or put into the report."""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QImage, QImageWriter, QKeySequence, QPainter
from PySide6.QtWidgets import QFileDialog, QMenu

from app.captures import keep_capture
from geometry.errors import Refused
from ui.frame import INTENDED_USE
from ui.readout import HINT
from ui.session import Session
from ui.theme import px

if TYPE_CHECKING:
    from ui.scene_panel import ScenePanel

ACTS = {
    "copy": ("Copy the picture", "Ctrl+Shift+C"),
    "save": ("Save it as PNG ...", "Ctrl+Shift+S"),
    "report": ("Put it into the report", "Ctrl+Shift+R"),
}


class Capture(QObject):
    """Fills the menu of the camera button above the heart."""

    def __init__(self, panel: "ScenePanel", session: Session) -> None:
        super().__init__(panel)
        self._panel, self._session = panel, session
        menu = QMenu(panel)
        acts = {"copy": self.copy, "save": self.ask, "report": self.put_into_report}
        for key, (words, keys) in ACTS.items():
            act = menu.addAction(words)
            act.setShortcut(QKeySequence(keys))
            act.triggered.connect(partial(_call, acts[key]))
            panel.addAction(act)
        panel.controls.tools["capture"].setMenu(menu)

    def words(self) -> str:
        """What the picture shows."""
        panel = self._panel
        shown = "; ".join(painting.title for painting in panel.paintings)
        return f"{panel.caption.title.text()}: {shown}" if shown else panel.caption.title.text()

    def copy(self) -> None:
        """Put the picture on the clipboard."""
        QGuiApplication.clipboard().setImage(picture_of_heart(self._panel, self._session))
        self._session.said.emit("The picture is on the clipboard.", "info")

    def ask(self) -> None:
        """Save it where the user says."""
        path, _ = QFileDialog.getSaveFileName(self._panel, "Save the picture", "heart.png", "Pictures (*.png)")
        if not path:
            return
        path = path if path.lower().endswith(".png") else f"{path}.png"
        done = picture_of_heart(self._panel, self._session).save(path)
        words = f"Saved as {path}." if done else f"{path} cannot be written; choose another folder."
        self._session.said.emit(words, "info" if done else "bad")

    def put_into_report(self) -> None:
        """Keep it in the case; the next report shows it."""
        case, buffer = self._session.case, QBuffer()
        if case is None:
            return
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, QByteArray(b"PNG")).write(picture_of_heart(self._panel, self._session))
        try:
            keep_capture(case, bytes(buffer.data().data()), self.words())
        except (OSError, Refused) as fault:
            self._session.said.emit(str(fault), "bad")
            return
        self._session.said.emit(
            "Kept for the report: write it again in the step Report to have the picture in it.", "info"
        )
        if self._session.step == "report":
            self._session.show_step("report")  # its page lists them


def picture_of_heart(panel: "ScenePanel", session: Session) -> QImage:
    """The views of the heart with legends, badge and title, without the controls above; the intended use below."""
    ratio, scene = panel.devicePixelRatioF(), panel.scene
    told = panel.caption.told.text()
    panel.caption.told.setText(told.removesuffix(HINT).rstrip())
    whole = panel.grab()
    panel.caption.told.setText(told)
    painter = QPainter(whole)
    painter.drawImage(QRect(scene.plotter.mapTo(panel, QPoint(0, 0)), scene.plotter.size()), as_image(scene.picture()))
    painter.end()
    top, foot = panel.controls.geometry().bottom() + 1, px(22)
    area = QRect(0, round(top * ratio), whole.width(), whole.height() - round(top * ratio))
    found = QImage(area.width(), area.height() + round(foot * ratio), QImage.Format.Format_RGB32)
    found.fill(QColor(session.theme.window))
    painter = QPainter(found)
    painter.drawImage(QPoint(0, 0), whole.toImage().copy(area))
    font = QFont(panel.font())
    font.setPixelSize(round(px(11) * ratio))
    painter.setFont(font)
    painter.setPen(QColor(session.theme.muted))
    line = QRect(round(px(12) * ratio), area.height(), area.width(), round(foot * ratio))
    painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, INTENDED_USE)
    painter.end()
    return found


def as_image(pixels: NDArray[np.uint8]) -> QImage:
    """(h, w, 3) bytes as a Qt image."""
    rows = np.ascontiguousarray(pixels)
    height, width = rows.shape[:2]
    return QImage(rows.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def _call(act: object, _checked: bool = False) -> None:
    assert callable(act)
    act()
