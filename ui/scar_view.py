"""Scar on the late enhancement in a window of its own: slices on the left, rules side by side on the right."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QLabel, QScrollArea, QSlider, QVBoxLayout, QWidget

from geometry.measures.segments import SEGMENT_NAMES
from geometry.scar.rules import Rule, classify, rule_named
from geometry.scar.study import RULE_DECIDES, Finding, ScarStudy, find
from ui.scar_montage import Montage
from ui.scar_rules import BORDER, CORE, DARK, REMOTE, RuleTable, in_words
from ui.theme import Theme, px
from ui.widgets import label, notice, section

FREE = "free"  # the row whose threshold the slider sets


class ScarView(QDialog):
    """Looks at one study; nothing here changes the case."""

    def __init__(self, study: ScarStudy, chosen: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Scar on late enhancement")
        self.study = study
        self._rule: Rule = rule_named(chosen)
        self.montage = Montage(study, self)
        self.table = RuleTable(study.findings, chosen, theme, self)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(10, 80)
        self.slider.setValue(50)
        self.slider.valueChanged.connect(self._slide)
        self._level = QLabel(self)
        self._told = label("", "")
        self._deep = label("", "small")
        self._scar, self._remote = QCheckBox("Scar", self), QCheckBox("Remote muscle", self)
        self._doubt = QCheckBox("Chance of core", self)
        self._doubt.setToolTip(
            "The more opaque, the likelier core, with another remote region, noise, shift or outline"
        )
        self._doubt.toggled.connect(lambda _: self._paint())
        for box in (self._scar, self._remote):
            box.setChecked(True)
            box.toggled.connect(lambda _: self.montage.show_layers(self._scar.isChecked(), self._remote.isChecked()))
        self.table.picked.connect(self.pick)
        self._lay_out()
        self._show_free()
        self.pick(chosen)
        self.resize(px(1240), px(700))

    def pick(self, key: str) -> None:
        """Show another rule on the slices."""
        self._rule = self._free_rule() if key == FREE else rule_named(key)
        finding = self.study.findings.get(key) or find(self.study.tissue, self._rule, self.study.no_reflow)
        self._paint()
        self._told.setText(f"{self._rule.title}: {self._rule.meaning} {in_words(finding)}")
        self._deep.setText(_segments(finding))

    def _paint(self) -> None:
        held = self.study.findings.get(self._rule.name)
        chance = held.core_chance if held is not None else None
        self._doubt.setEnabled(chance is not None)
        labels = classify(self.study.tissue, self._rule, self.study.no_reflow)
        self.montage.show_labels(labels, chance if self._doubt.isChecked() else None)

    def _slide(self) -> None:
        self._show_free()
        self.table.choose(FREE)
        self.pick(FREE)

    def _free_rule(self) -> Rule:
        return rule_named(f"sd{self.slider.value() / 10:g}")

    def _show_free(self) -> None:
        rule = self._free_rule()
        self._level.setText(f"Own threshold: {rule.title}")
        self.table.set_row(FREE, rule, find(self.study.tissue, rule, self.study.no_reflow), "Own n SD")

    def _lay_out(self) -> None:
        side = QWidget(self)
        column = QVBoxLayout(side)
        column.setContentsMargins(px(14), px(10), px(14), px(12))
        column.setSpacing(px(7))
        column.addWidget(notice(RULE_DECIDES))
        column.addWidget(section("Core and border, g"))
        column.addWidget(self.table)
        column.addWidget(self._level)
        column.addWidget(self.slider)
        column.addWidget(section("Picked rule"))
        column.addWidget(self._told)
        column.addWidget(self._deep)
        column.addWidget(section("Shown"))
        column.addWidget(_legend(self))
        row = QHBoxLayout()
        row.addWidget(self._scar)
        row.addWidget(self._remote)
        row.addWidget(self._doubt)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(section("Worth knowing"))
        for note in self.study.notes[:-1]:
            column.addWidget(label(note, "small"))
        column.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(side)
        area.setFixedWidth(px(390))
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.montage, 1)
        whole.addWidget(area)


def _legend(parent: QWidget) -> QLabel:
    parts = ((CORE, "core"), (BORDER, "border zone"), (DARK, "no reflow"), (REMOTE, "remote muscle"))
    words = "   ".join(
        f'<span style="color:{colour}">\u25a0</span>&nbsp;{text.replace(" ", "&nbsp;")}' for colour, text in parts
    )
    found = QLabel(words, parent)
    found.setWordWrap(True)
    return found


def _segments(finding: Finding) -> str:
    """The segments with most core, in words."""
    worst = sorted(finding.segments.items(), key=lambda item: -item[1][0])[:4]
    rows = [
        f"{number} {SEGMENT_NAMES[number - 1]}: {100 * share:.0f} % core, {100 * reach:.0f} % of the wall deep"
        for number, (share, reach) in worst
        if share > 0.02
    ]
    return "\n".join(rows) or "No segment holds core."
