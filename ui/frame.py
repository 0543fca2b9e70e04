"""What lies around the pages of the window: steps on the left, messages above, intended use and running step below."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMessageBox, QSplitter, QVBoxLayout, QWidget

from ui.theme import px

INTENDED_USE = "Research and education software. Not a medical device."
NARROWEST, WIDEST = 300, 480  # pixels of the inspector on a normal screen


def beside(workplace: QWidget, inspector: QWidget) -> QSplitter:
    """The views with the inspector on their right."""
    work = QSplitter(Qt.Orientation.Horizontal)
    work.addWidget(workplace)
    work.addWidget(inspector)
    inspector.setMinimumWidth(px(NARROWEST))
    inspector.setMaximumWidth(px(WIDEST))
    work.setStretchFactor(0, 1)
    work.setStretchFactor(1, 0)
    work.setSizes([1200, px(330)])
    work.setCollapsible(0, False)
    return work


def framed(step_bar: QWidget, messages: QWidget, pages: QWidget, jobs: QWidget) -> QWidget:
    """All of it in one widget."""
    right = QWidget()
    column = QVBoxLayout(right)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(messages)
    column.addWidget(pages, 1)
    middle = QHBoxLayout()
    middle.setSpacing(0)
    middle.addWidget(step_bar)
    middle.addWidget(right, 1)
    whole = QWidget()
    outer = QVBoxLayout(whole)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.setSpacing(0)
    outer.addLayout(middle, 1)
    outer.addWidget(_foot(jobs))
    return whole


def _foot(jobs: QWidget) -> QFrame:
    foot = QFrame()
    foot.setObjectName("footer")
    row = QHBoxLayout(foot)
    row.setContentsMargins(px(14), px(3), px(14), px(3))
    foot.setMinimumHeight(px(34))
    use = QLabel(INTENDED_USE, foot)
    use.setProperty("role", "small")
    row.addWidget(use)
    row.addStretch(1)
    row.addWidget(jobs)
    return foot


def tell_about(parent: QWidget) -> None:
    """Say what this is."""
    QMessageBox.about(
        parent,
        "CardioTwin",
        f"<b>CardioTwin</b><p>From one patient's scan to a working twin of that heart, with the doubt of every answer on top."
        f"<p>{INTENDED_USE} Not for diagnosis or treatment.<p>Simulated results; what stands behind each is shown beside it.",
    )
