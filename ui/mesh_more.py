"""The further choices for a mesh: which part, edges at scar, outlines on long-axis planes, layers along the wall of blood."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QGridLayout, QHBoxLayout, QLabel, QSpinBox, QWidget

from app.mesh_options import MeshOptions, Offer
from geometry.meshing.scar_edges import SHORTEST, scar_edge_for
from geometry.meshing.wall_layers import GROWTH, MOST, THICKEST, THINNEST
from ui.file_dialogs import ask_label_maps
from ui.theme import px
from ui.widgets import Fold, button, label

PART_WORDS = {
    "ventricles": "Wall of both ventricles",
    "lv": "Wall of the left ventricle",
    "lv_blood": "Blood of the left ventricle",
    "rv_blood": "Blood of the right ventricle",
}
TIPS = {
    "part": "What is meshed. Walls are for electrical simulation, blood is for flow.",
    "scar": "Edge length in the core and border zone of the scar, where conduction is slow and changes within millimetres. "
    "It grows to the length above away from the scar.",
    "planes": "Label maps of long-axis planes, drawn at end-diastole. They tell where the apex and the base lie, which "
    "short-axis slices leave open.",
    "layers": "Thin layers of tetrahedra along the wall, where the velocity falls to zero: for wall shear stress. Three suit most "
    "hearts. Where there is no room for them there are fewer.",
    "first": "Thickness of the layer next to the wall. Automatic: all layers together are 0.6 of the local edges thick.",
    "growth": "Thickness of each layer over that of the one nearer to the wall.",
}


class MeshMore(Fold):
    """Shows what applies to the case; ``changed`` tells all options with the one that was chosen."""

    changed = Signal(object)

    def __init__(
        self, options: MeshOptions, modality: str, offered: Offer, open_: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__("More", open_, parent)
        self._options, self._modality, self._offered = options, modality, offered
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(px(8))
        self._grid.setVerticalSpacing(px(6))
        self._grid.setColumnStretch(0, 1)
        self._rows: dict[str, tuple[QWidget, ...]] = {}
        self.part = self._parts()
        self.scar = self._number("scar", "Edge length at scar", SHORTEST, 5.0, 0.1, " mm")
        self.layers = QSpinBox(self)
        self.layers.setRange(0, MOST)
        self.layers.setSpecialValueText("none")
        self.layers.valueChanged.connect(lambda count: self._choose(wall_layers=count))
        self._add("layers", "Layers along the wall", self.layers)
        self.first = self._number("first", "Outermost layer", THINNEST, THICKEST, 0.01, " mm")
        self.growth = self._number("growth", "Growth from layer to layer", 1.0, 2.0, 0.05, " \u00d7")
        self.planes, self._drop = self._long_axis()
        self.column.addLayout(self._grid)
        self.column.setContentsMargins(0, 0, 0, px(8))
        self.scar.valueChanged.connect(lambda mm: self._choose(scar_edge=self._told(self.scar, mm)))
        self.first.valueChanged.connect(lambda mm: self._choose(first_layer=self._told(self.first, mm)))
        self.growth.valueChanged.connect(lambda times: self._choose(layer_growth=times))
        self.follow(options)

    def follow(self, options: MeshOptions) -> None:
        """Show these options, and only the controls that apply to them."""
        self._options = options
        blood, offered = options.is_blood(self._modality), self._offered
        shown = {
            "part": bool(offered.parts),
            "scar": offered.scar and not blood,
            "planes": offered.long_axis,
            "layers": blood,
            "first": blood and options.wall_layers > 0,
            "growth": blood and options.wall_layers > 0,
        }
        for name, widgets in self._rows.items():
            for widget in widgets:
                widget.setVisible(shown[name])
        self.setVisible(any(shown.values()))
        edge = options.edge_for(self._modality)
        usual = scar_edge_for(edge)
        self.scar.setMaximum(max(edge, SHORTEST))
        self.scar.setSpecialValueText(f"half ({usual:.2f} mm)")
        for box, value in ((self.scar, options.scar_edge), (self.first, options.first_layer)):
            self._put(box, box.minimum() if value is None else value)
        self._put(self.growth, options.layer_growth or GROWTH)
        self.layers.blockSignals(True)
        self.layers.setValue(options.wall_layers)
        self.layers.blockSignals(False)
        self.part.blockSignals(True)
        self.part.setCurrentIndex(max(self.part.findData(options.part), 0))
        self.part.blockSignals(False)
        names = [Path(file).name for file in options.files]
        self.planes.setText(", ".join(names) if names else "none")
        self._drop.setEnabled(bool(names))

    def _choose(self, **changes: object) -> None:
        options = replace(self._options, **changes)  # type: ignore[arg-type]
        if options.is_blood(self._modality):
            options = replace(options, scar_edge=None)
        else:
            options = replace(options, wall_layers=0, first_layer=None, layer_growth=None)
        self._options = options
        self.changed.emit(options)

    def _told(self, box: QDoubleSpinBox, value: float) -> float | None:
        """None at the lowest value, which stands for the program's own choice."""
        return None if value <= box.minimum() else round(value, 2)

    @staticmethod
    def _put(box: QDoubleSpinBox, value: float) -> None:
        box.blockSignals(True)
        box.setValue(value)
        box.blockSignals(False)

    def _parts(self) -> QComboBox:
        combo = QComboBox(self)
        for part in self._offered.parts:
            combo.addItem(PART_WORDS[part], part)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.currentIndexChanged.connect(lambda at: self._choose(part=combo.itemData(at)))
        self._add("part", "Part", combo, wide=True)
        return combo

    def _number(self, name: str, words: str, least: float, most: float, step: float, unit: str) -> QDoubleSpinBox:
        box = QDoubleSpinBox(self)
        box.setDecimals(2)
        box.setRange(least if name == "growth" else least - step, most)
        box.setSingleStep(step)
        box.setSuffix(unit)
        box.setKeyboardTracking(False)
        if name != "growth":
            box.setSpecialValueText("automatic")
        self._add(name, words, box)
        return box

    def _long_axis(self) -> tuple[QLabel, QWidget]:
        names = label("none", "small")
        take = button("Add\u2026", self._ask)
        drop = button("Clear", lambda: self._choose(files=()))
        place = QWidget(self)
        row = QHBoxLayout(place)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(6))
        row.addWidget(take)
        row.addWidget(drop)
        self._add("planes", "Long-axis outlines", place)
        count = self._grid.rowCount()
        self._grid.addWidget(names, count, 0, 1, 2)
        self._rows["planes"] = (*self._rows["planes"], names)
        return names, drop

    def _ask(self) -> None:
        found = tuple(str(path) for path in ask_label_maps(self))
        if found:
            self._choose(files=tuple(dict.fromkeys((*self._options.files, *found))))

    def _add(self, name: str, words: str, control: QWidget, wide: bool = False) -> None:
        row = self._grid.rowCount()
        head = QLabel(words, self)
        for widget in (head, control):
            widget.setToolTip(f"<p>{TIPS[name]}</p>")
        control.setAccessibleName(words)
        control.setMinimumWidth(px(130))
        if wide:
            self._grid.addWidget(head, row, 0, 1, 2)
            self._grid.addWidget(control, row + 1, 0, 1, 2)
        else:
            self._grid.addWidget(head, row, 0, Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(control, row, 1)
        self._rows[name] = (head, control)
