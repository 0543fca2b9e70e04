"""Scar in the window: rules side by side, the slider, and the slices."""

from pathlib import Path

import numpy as np
import pytest

from app.case import Case
from app.staleness import out_of_date
from geometry.image import Image
from geometry.scar.rules import CORE, RULES
from geometry.scar.study import RULE_DECIDES, ScarStudy, find, prepare
from geometry.scar.wall import Wall
from ui.scar_panel import ScarPanel
from ui.scar_view import FREE
from ui.window import Window


@pytest.fixture(scope="module")
def study() -> ScarStudy:
    """A ring of muscle with a bright wedge."""
    i, j, _ = np.indices((60, 60, 6))
    radius, angle = np.hypot(i - 29.5, j - 29.5), np.rad2deg(np.arctan2(j - 29.5, i - 29.5))
    grey = np.where(radius < 16, 600.0, 100.0) + np.random.default_rng(0).normal(0, 10, radius.shape)
    grey[(radius >= 16) & (np.abs(angle - 90) < 25)] += 800
    endo, epi = (np.clip(radius - r, -12, 12).astype(np.float32) for r in (16.0, 26.0))
    wall = Wall(endo, epi, np.diag([1.5, 1.5, 8.0, 1.0]), (200.0, 0.0, 0.0))
    tissue, _, _ = prepare(grey.astype(np.float32), wall, (), [])
    findings = {name: find(tissue, rule) for name, rule in RULES.items()}
    return ScarStudy(tissue, findings, (), True, ("A note.", RULE_DECIDES))


def panel(window: Window) -> ScarPanel:
    return window.inspector.page("segment").findChildren(ScarPanel)[-1]


@pytest.fixture
def scarred(window: Window, case_folder: Path, study: ScarStudy) -> Window:
    case = Case.open(case_folder)
    case.save_image(Image(study.tissue.grey, study.tissue.affine, "MR", (600.0,), 900.0, "late enhancement"), "lge")
    case.save_scar(study, "roes")
    window.session.refresh()
    window.go("segment")
    return window


def test_without_late_enhancement_there_is_nothing_of_scar(window: Window) -> None:
    window.go("segment")
    assert not hasattr(panel(window), "table")


def test_rules_stand_side_by_side_and_the_kept_one_is_marked(scarred: Window, study: ScarStudy) -> None:
    rows = panel(scarred).table._rows
    assert list(rows) == list(RULES)
    assert [name for name, (button, _, _) in rows.items() if button.isChecked()] == ["roes"]
    grams = study.findings["roes"].amount
    assert rows["roes"][2].text() == f"{grams.core:.0f} + {grams.border:.0f} g"


def test_picking_a_rule_paints_its_scar_and_the_slider_makes_one(scarred: Window, study: ScarStudy) -> None:
    view = panel(scarred).show_slices()
    assert view is not None
    few = int((view.montage._labels == CORE).sum())
    view.pick("sd2")
    many = int((view.montage._labels == CORE).sum())
    assert many > few > 0
    view.slider.setValue(25)
    assert view.table._rows[FREE][0].isChecked()
    between = int((view.montage._labels == CORE).sum())
    assert few <= between < many
    bare = view.montage.grab().toImage()
    view._scar.setChecked(False)
    assert view.montage.grab().toImage() != bare
    view.close()


def test_scar_is_out_of_date_once_the_segmentation_has_changed(scarred: Window, case_folder: Path) -> None:
    case = Case.open(case_folder)
    assert not any("Scar" in sentence for sentence in out_of_date(case))
    segmentation = case.segmentation()
    assert segmentation is not None
    segmentation.labels[0, 0, 0] = 1
    case.save_segmentation(segmentation, ())
    assert any("Scar was measured on another" in sentence for sentence in out_of_date(case))
