"""Scar on a synthetic patient: carried over from the cine, aligned, weighed, kept."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.scar.breath_hold import find_shifts, on_grid
from geometry.scar.rules import CORE, RULES, classify
from geometry.scar.scar_file import load_study, picked_rule, save_study
from geometry.scar.study import RULE_DECIDES, ScarStudy, measure_scar, scar_metrics
from geometry.scar.wall import nearest_phase, wall_on
from geometry.segmentation import MYOCARDIUM
from sample_scans.infarct import CORE as TRUE_CORE
from sample_scans.late_enhancement import EnhancedPatient


@pytest.fixture(scope="module")
def study(struck: EnhancedPatient) -> ScarStudy:
    return measure_scar(struck.lge, struck.cine, struck.chambers, draws=8)


def test_the_phase_is_that_of_the_trigger_time(struck: EnhancedPatient) -> None:
    assert nearest_phase(struck.cine, struck.chambers, struck.lge)[0] == 2
    unknown = replace(struck.lge, times=())
    phase, why = nearest_phase(struck.cine, struck.chambers, unknown)
    assert phase == struck.chambers.ed and "not known" in why


def test_the_wall_carried_to_its_own_grid_is_the_wall(struck: EnhancedPatient) -> None:
    wall, box = wall_on(struck.lge, struck.chambers, 2)
    own = struck.chambers.phase(2)[box] == MYOCARDIUM
    assert 2 * (wall.inside & own).sum() / (wall.inside.sum() + own.sum()) > 0.97


def test_breath_holds_are_found_to_a_millimetre(struck: EnhancedPatient) -> None:
    wall, box = wall_on(struck.lge, struck.chambers, 2)
    found = find_shifts(np.asarray(struck.lge.voxels[box], np.float32), on_grid(struck.cine, 2, wall), wall)
    true = struck.shifts[box[2]]
    errors = [np.hypot(f.i - t[0], f.j - t[1]) for f, t in zip(found, true, strict=True) if f.believed]
    assert len(errors) >= len(true) - 2
    assert np.median(errors) < 0.5 and max(errors) < 1.5
    assert np.median(np.hypot(*true.T)) > 1.5  # there was something to find


def test_scar_weighs_what_was_painted(struck: EnhancedPatient, study: ScarStudy) -> None:
    # a sharp transmural infarct of 15 to 25 g; the sum over slices 10 mm apart is good to about a tenth
    true = struck.facts["core_g"]
    for name in ("fwhm", "sd5"):
        assert study.findings[name].amount.core == pytest.approx(true, rel=0.15)
    assert study.tissue.wall_mass == pytest.approx(struck.facts["wall_g"], rel=0.06)
    assert study.findings["sd2"].amount.core > study.findings["sd5"].amount.core
    assert study.notes[-1] == RULE_DECIDES


def test_remote_muscle_holds_no_scar(struck: EnhancedPatient, study: ScarStudy) -> None:
    _, box = wall_on(struck.lge, struck.chambers, 2)
    dead = struck.tissue[box] == TRUE_CORE
    assert not (study.tissue.remote & dead).any()
    assert study.tissue.remote_sd == pytest.approx(27.0, rel=0.15)  # 3 % of the grey value of dense scar


def test_a_seed_in_healthy_muscle_takes_the_place_of_the_search(struck: EnhancedPatient) -> None:
    wall, box = wall_on(struck.lge, struck.chambers, 2)
    healthy = (struck.tissue[box] == MYOCARDIUM) & (wall.depth > 0.4) & (wall.depth < 0.6) & wall.inside
    i, j, k = np.argwhere(healthy)[healthy.sum() // 2]
    x, y, z = (float(v) for v in wall.affine[:3, :3] @ (i, j, k) + wall.affine[:3, 3])
    found = measure_scar(struck.lge, struck.cine, struck.chambers, remote=[(x, y, z)], align=False, draws=0)
    assert 10 <= found.tissue.remote.sum() < 200
    assert set(np.flatnonzero(found.tissue.remote.any(axis=(0, 1)))) == {k}
    with pytest.raises(Refused, match="does not lie in the wall"):
        measure_scar(struck.lge, struck.cine, struck.chambers, remote=[(0.0, 500.0, 0.0)], align=False, draws=0)


def test_every_number_has_an_interval_and_voxels_have_chances(study: ScarStudy) -> None:
    for finding in study.findings.values():
        assert finding.core_range is not None
        assert finding.core_range[0] <= finding.amount.core <= finding.core_range[1]
        assert finding.core_chance is not None and 0 <= finding.core_chance.min() <= finding.core_chance.max() <= 1
    sure = study.findings["fwhm"].core_chance
    assert sure is not None and sure[classify(study.tissue, RULES["fwhm"]) == CORE].mean() > 0.7
    names = {metric.name for metric in scar_metrics(study)}
    assert {"scar_core_fwhm", "scar_border_roes"} <= names and "scar_border_fwhm" not in names


def test_a_study_comes_back_from_disk(study: ScarStudy, tmp_path: Path) -> None:
    save_study(study, tmp_path, "roes")
    again = load_study(tmp_path)
    assert picked_rule(tmp_path) == "roes"
    assert again.notes == study.notes and again.shifts == study.shifts
    for name, finding in study.findings.items():
        assert again.findings[name].amount == finding.amount
        assert np.array_equal(classify(again.tissue, RULES[name]), classify(study.tissue, RULES[name]))
    chance, kept = study.findings["fwhm"].core_chance, again.findings["fwhm"].core_chance
    assert chance is not None and kept is not None and np.abs(chance - kept).max() < 1 / 254
    assert load_study(tmp_path, chances=False).findings["fwhm"].core_chance is None


def test_what_does_not_fit_together_is_refused(struck: EnhancedPatient) -> None:
    away = struck.lge.affine.copy()
    away[:3, 3] += 400.0
    with pytest.raises(Refused, match="does not lie within"):
        measure_scar(replace(struck.lge, affine=away), struck.cine, struck.chambers)
    with pytest.raises(Refused, match="several phases"):
        measure_scar(struck.cine, struck.cine, struck.chambers)
    empty = replace(struck.chambers, labels=np.zeros_like(struck.chambers.labels))
    with pytest.raises(Refused, match="segment the cine first"):
        measure_scar(struck.lge, struck.cine, empty)
