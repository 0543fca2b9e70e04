"""The tool bar of editing: the tools with their keys, and below them the settings of the one in hand."""

from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.contours import COLOURS, WORDS
from ui.edit_model import ANYTHING, BACKGROUND, LARGEST, OUTSIDE, SMALLEST, EditModel
from ui.edit_overlay import NEUTRAL
from ui.edit_tools import BRUSH, BY_NAME, CONTOUR, ERASER, GROW, ROUND, THRESHOLD, TOOLS, Tool
from ui.icons import icon
from ui.theme import Theme, px
from ui.widgets import Segments, button

POINT_HINT = "Choose a tool: B brush, E eraser, G grow, C contour. F1 shows all keys."


class EditBar(QFrame):
    """Shows and sets the state of editing."""

    def __init__(self, model: EditModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("header")
        self._model = model
        self.tools: dict[str, QToolButton] = {}
        self.chips: dict[int, QToolButton] = {}
        self.undo, self.redo = self._button("Undo (Ctrl+Z)"), self._button("Redo (Ctrl+Shift+Z)")
        stack = model.session.undo
        self.undo.clicked.connect(stack.undo)
        self.redo.clicked.connect(stack.redo)
        stack.canUndoChanged.connect(self.undo.setEnabled)
        stack.canRedoChanged.connect(self.redo.setEnabled)
        self.undo.setEnabled(stack.canUndo())
        self.redo.setEnabled(stack.canRedo())
        self.compare = self._button("Show the boundary before the edits, dashed (A)")
        self.compare.setCheckable(True)
        self.compare.toggled.connect(lambda on: model.set(compare=on))
        column = QVBoxLayout(self)
        column.setContentsMargins(px(8), px(3), px(8), px(4))
        column.setSpacing(px(2))
        column.addLayout(self._first_row())
        column.addLayout(self._second_row())
        model.changed.connect(self.refresh)
        model.strokes_changed.connect(self.refresh)
        model.session.case_changed.connect(self.refresh)
        model.session.data_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the state."""
        model, tool = self._model, self._model.tool
        for name, piece in self.tools.items():
            piece.setChecked(name == tool)
        for label, chip in self.chips.items():
            chip.setVisible(label in model.choices or (label == OUTSIDE and tool == GROW))
            chip.setChecked(label == model.label)
        for number, label in enumerate(model.choices, start=1):
            self.chips[label].setToolTip(f"{WORDS[label]} ({number})")
        round_tool, painting = tool in ROUND, tool in (BRUSH, THRESHOLD, GROW, CONTOUR)
        for widget, wanted in (
            (self.radius, round_tool),
            (self.size_words, round_tool),
            (self.shape, tool in (BRUSH, ERASER, THRESHOLD)),
            (self.low, tool == THRESHOLD),
            (self.high, tool == THRESHOLD),
            (self.over, painting),
            (self.scope, tool == ""),
            (self.accept, tool == GROW),
            (self.discard, tool == GROW),
        ):
            widget.setVisible(wanted)
        self.accept.setEnabled(model.grown is not None)
        self.discard.setEnabled(model.seeds is not None)
        self._show_values()
        growing = " Growing ..." if model.helper.busy else ""
        words = (BY_NAME[tool].hint if tool else POINT_HINT) + growing
        self.hint.setText(words)
        self.hint.setToolTip(words)  # it may be cut short on a small screen

    def dress(self, theme: Theme) -> None:
        """Wear a theme."""
        for name, piece in self.tools.items():
            piece.setIcon(icon(BY_NAME[name].icon, theme.text, theme.accent))
        for piece, name in ((self.undo, "undo"), (self.redo, "redo"), (self.compare, "before")):
            piece.setIcon(icon(name, theme.text, theme.accent))

    def _first_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(px(1))
        for tool in TOOLS:
            row.addWidget(self._tool(tool))
            if tool.name in (CONTOUR, "holes", "everywhere"):
                row.addWidget(_rule(self))
        self.hint = QLabel(self)
        self.hint.setProperty("role", "small")
        self.hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.hint.setIndent(px(10))
        row.addWidget(self.hint, 1)
        for piece in (self.compare, self.undo, self.redo):
            row.addWidget(piece)
        return row

    def _second_row(self) -> QHBoxLayout:
        model = self._model
        row = QHBoxLayout()
        row.addStrut(px(30))  # as high for every tool, so that the slices stay where they are
        row.setSpacing(px(6))
        group = QButtonGroup(self)
        for label in (*COLOURS, OUTSIDE):
            chip = QToolButton(self)
            chip.setProperty("role", "label")
            chip.setCheckable(True)
            chip.setText(f" {WORDS[label] if label else 'Outside'}")
            chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            chip.setIcon(_square(COLOURS.get(label, NEUTRAL)))
            chip.setIconSize(QSize(px(10), px(10)))
            chip.setStyleSheet(_chip_style(COLOURS.get(label, NEUTRAL)))
            chip.setToolTip("Outside of every label (0)")
            chip.clicked.connect(partial(model.choose, label))
            group.addButton(chip)
            self.chips[label] = chip
            row.addWidget(chip)
        self.radius = QSlider(Qt.Orientation.Horizontal, self)
        self.radius.setRange(round(SMALLEST * 2), round(LARGEST * 2))
        self.radius.setFixedWidth(px(90))
        self.radius.setToolTip("Radius of the brush ([ and ], or Shift + wheel)")
        self.radius.valueChanged.connect(lambda v: model.resize(v / 2))
        self.size_words = QLabel(self)
        self.size_words.setMinimumWidth(px(52))
        self.shape = Segments({"disc": "Disc", "ball": "Ball"}, self)
        self.shape.setToolTip("Paint on this slice only, or as a ball on the slices it reaches")
        self.shape.chosen.connect(lambda key: model.set(ball=key == "ball"))
        self.scope = Segments({"slice": "This slice", "all": "All slices"}, self)
        self.scope.setToolTip("What smooth, islands, holes, copy, swap and erase work on")
        self.scope.chosen.connect(lambda key: model.set(whole=key == "all"))
        self.low, self.high = self._grey("From this grey value"), self._grey("To this grey value")
        self.over = QComboBox(self)
        self.over.setToolTip("Which labels may be painted over")
        self.over.addItem("Over anything", ANYTHING)
        self.over.addItem("Over background", BACKGROUND)
        for label in COLOURS:
            self.over.addItem(f"Over {WORDS[label]}", str(label))
        self.over.activated.connect(lambda i: model.set(over=self.over.itemData(i)))
        self.accept = button("Accept", model.accept, main=True, tip="Make what has grown an edit (Enter)")
        self.discard = button("Discard", model.discard, tip="Forget the strokes (Esc)")
        for widget in (self.radius, self.size_words, self.shape, self.scope, self.low, self.high, self.over):
            row.addWidget(widget)
        row.addWidget(self.accept)
        row.addWidget(self.discard)
        row.addStretch(1)
        return row

    def _show_values(self) -> None:
        model = self._model
        for widget, value in (
            (self.radius, round(model.radius * 2)),
            (self.low, model.limits[0]),
            (self.high, model.limits[1]),
        ):
            widget.blockSignals(True)
            widget.setValue(value)  # type: ignore[arg-type]
            widget.blockSignals(False)
        self.size_words.setText(f"{model.radius:.1f} mm")
        self.shape.show_choice("ball" if model.ball else "disc")
        self.scope.show_choice("all" if model.whole else "slice")
        self.over.setCurrentIndex(max(self.over.findData(model.over), 0))
        self.compare.blockSignals(True)
        self.compare.setChecked(model.compare)
        self.compare.blockSignals(False)

    def _tool(self, tool: Tool) -> QToolButton:
        keys = f" ({tool.key})" if tool.key else ""
        piece = self._button(f"<b>{tool.title}</b>{keys}<br>{tool.hint}")
        piece.setCheckable(tool.mouse)
        if tool.name == "swap":
            piece.clicked.connect(self._choose_other)
        else:
            piece.clicked.connect(partial(self._model.hold if tool.mouse else self._model.act, tool.name))
        self.tools[tool.name] = piece
        return piece

    def _choose_other(self) -> None:
        menu = QMenu(self)
        for label in self._model.choices:
            if label != self._model.label:
                menu.addAction(f"{WORDS[self._model.label]}  \u2194  {WORDS[label]}", partial(self._model.swap, label))
        menu.popup(self.tools["swap"].mapToGlobal(self.tools["swap"].rect().bottomLeft()))

    def _button(self, tip: str) -> QToolButton:
        piece = QToolButton(self)
        piece.setProperty("role", "flat")
        piece.setIconSize(QSize(px(20), px(20)))
        piece.setToolTip(tip)
        piece.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return piece

    def _grey(self, tip: str) -> QDoubleSpinBox:
        box = QDoubleSpinBox(self)
        box.setRange(-1e5, 1e5)
        box.setDecimals(0)
        box.setToolTip(tip)
        box.setKeyboardTracking(False)
        box.valueChanged.connect(lambda _: self._model.set(limits=(self.low.value(), self.high.value())))
        return box


def _rule(parent: QWidget) -> QFrame:
    rule = QFrame(parent)
    rule.setFixedSize(px(1), px(20))
    rule.setStyleSheet("background: rgba(128, 140, 155, 90);")
    return rule


def _square(colour: str) -> QIcon:
    picture = QPixmap(px(10), px(10))
    picture.fill(QColor(colour))
    return QIcon(picture)


def _chip_style(colour: str) -> str:
    shape = f"border-radius: {px(9)}px; padding: {px(2)}px {px(8)}px; font-size: {px(12)}px;"
    return (
        f"QToolButton {{ border: 1px solid transparent; background: transparent; {shape} }}"
        f"QToolButton:checked {{ border: 1px solid {colour}; background: rgba(128, 140, 155, 40); font-weight: 600; }}"
        f"QToolButton:hover {{ background: rgba(128, 140, 155, 40); }}"
    )
