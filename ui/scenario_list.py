"""The scenarios as an indented list to choose from, with what can be done to the tree."""

from collections.abc import Callable

from PySide6.QtCore import QItemSelectionModel, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.scenario_tree import Branch, depths_among, parent_then, scenario_tree
from app.scenario_words import SAME
from ui.session import Session
from ui.theme import px
from ui.widgets import button, label, notice

MOST = 7  # rows that are seen at a time
NAME = Qt.ItemDataRole.UserRole
WHOLE_ROW = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows


class ScenarioList(QWidget):
    """Shows the tree; ``chosen`` carries the name of the scenario that is picked."""

    chosen = Signal(str)

    def __init__(self, session: Session, busy: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.branches = {branch.name: branch for branch in scenario_tree(session.scenarios)}
        self.list = QTreeWidget(self)
        self.list.setProperty("role", "tree")
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setIndentation(px(16))
        self.list.setRootIsDecorated(False)
        self.list.setItemsExpandable(False)
        self.list.setUniformRowHeights(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.told = QVBoxLayout()
        self.told.setSpacing(px(6))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(6))
        column.addWidget(self.list)
        column.addLayout(self.told)
        column.addWidget(self._tools(busy))
        self._items = self._fill()
        self._size()
        self.show_chosen()
        self.list.currentItemChanged.connect(lambda item, _: self.chosen.emit(item.data(0, NAME)) if item else None)
        self.list.itemChanged.connect(self._renamed)

    def show_chosen(self) -> None:
        """Mark the scenario that is set up and tell what it changes."""
        name = self._session.scenario_name
        item = self._items.get(name)
        if item is not None and self.list.currentItem() is not item:
            self.list.blockSignals(True)
            self.list.setCurrentItem(item, 0, WHOLE_ROW)
            self.list.blockSignals(False)
        self._tell(self.branches.get(name))

    def show_changed(self) -> None:
        """Show changed titles and numbers without making the list again."""
        self.branches = {branch.name: branch for branch in scenario_tree(self._session.scenarios)}
        self.list.blockSignals(True)
        for name, item in self._items.items():
            if name in self.branches:
                self._label(item, self.branches[name])
        self.list.blockSignals(False)
        self.show_chosen()

    def _label(self, item: QTreeWidgetItem, branch: Branch) -> None:
        """Title and state of a scenario in its row."""
        session = self._session
        doubted = bool(session.scenario_doubts.get(branch.name))
        item.setText(0, branch.title)
        item.setText(1, _state(session, branch.name))
        item.setToolTip(0, branch.change or branch.title)
        item.setForeground(1, QColor(session.theme.warn if doubted else session.theme.muted))

    def _tell(self, branch: Branch | None) -> None:
        while self.told.count():
            old = self.told.takeAt(0)
            widget = old.widget() if old is not None else None
            if widget is not None:
                widget.deleteLater()
        if branch is None:
            return
        if branch.change:
            words = "The same as its parent so far" if branch.change == SAME else f"Changes its parent: {branch.change}"
            self.told.addWidget(label(f"{words}.", "small"))
        for sentence in self._session.scenario_doubts.get(branch.name, ()):
            self.told.addWidget(notice(sentence))
        if branch.stale:
            self.told.addWidget(self._answers(branch.name))

    def _answers(self, name: str) -> QWidget:
        """What can be said to a parent that has changed."""
        row = QWidget(self)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(px(2))
        tree, child = self._session.tree, self._session.scenarios[name]
        take = _link("Take it over", lambda: tree.rebase(name))
        take.setToolTip("Its parent's new numbers, and its own where it changes something")
        take.setEnabled(parent_then(child) is not None)
        keep = _link("It is meant so", lambda: tree.confirm(name))
        keep.setToolTip("Keep all its numbers as they are")
        for link in (take, keep):
            layout.addWidget(link)
        layout.addStretch(1)
        return row

    def _fill(self) -> dict[str, QTreeWidgetItem]:
        found, above = dict[str, QTreeWidgetItem](), list[QTreeWidgetItem]()
        for branch in self.branches.values():
            del above[branch.depth :]
            item = QTreeWidgetItem()
            item.setData(0, NAME, branch.name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._label(item, branch)
            if above:
                above[-1].addChild(item)
            else:
                self.list.addTopLevelItem(item)
            above.append(item)
            found[branch.name] = item
        self.list.expandAll()
        return found

    def _size(self) -> None:
        row = px(26)
        for item in self._items.values():
            item.setSizeHint(0, QSize(0, row))
        self.list.setFixedHeight(row * min(max(len(self._items), 2), MOST) + px(8))
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)

    def _tools(self, busy: bool) -> QWidget:
        row = QWidget(self)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(px(2))
        known = bool(self._session.scenario_name)
        for text, act, tip, allowed in (
            ("Make a child", self._make_child, "A copy to change: another option", known),
            ("Rename", self._rename, "Give it another title (F2)", known),
            ("Delete", self._delete, "Take it out with its run; Undo brings both back (Del)", known and not busy),
        ):
            tool = _link(text, act)
            tool.setToolTip(tip)
            tool.setEnabled(allowed)
            layout.addWidget(tool)
        layout.addStretch(1)
        if not busy:
            keys = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.list, self._delete)
            keys.setContext(Qt.ShortcutContext.WidgetShortcut)
        return row

    def _make_child(self) -> None:
        self._session.tree.make_child(self._session.scenario_name)

    def _rename(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.list.editItem(item, 0)

    def _delete(self) -> None:
        if self._session.scenario_name:
            self._session.tree.delete(self._session.scenario_name)

    def _renamed(self, item: QTreeWidgetItem, column: int) -> None:
        name, words = item.data(0, NAME), item.text(0)
        if column == 0 and name in self.branches:
            self._session.tree.rename(name, words)
            if not words.strip():
                item.setText(0, self.branches[name].title)


def run_chooser(session: Session, names: tuple[str, ...], chosen: str, parent: QWidget) -> QComboBox:
    """A drop-down of runs, indented as their scenarios are in the tree; runs without a scenario come last."""
    depths = depths_among(session.scenarios, names)
    box = QComboBox(parent)
    for name in (*depths, *(name for name in names if name not in depths)):
        box.addItem("\u2003" * depths.get(name, 0) + session.title_of(name), name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setCurrentIndex(max(box.findData(chosen), 0))
    return box


def _state(session: Session, name: str) -> str:
    if session.scenario_doubts.get(name):
        return "out of date"
    return "" if name in session.runs else "not run"


def _link(text: str, act: Callable[[], object]) -> QWidget:
    found = button(text, act)
    found.setProperty("role", "link")
    return found
