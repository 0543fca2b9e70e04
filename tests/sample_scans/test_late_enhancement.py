"""The synthetic heart attack: as heavy as its surfaces say, where it was put, as bright as it should be."""

import numpy as np
import pytest

from sample_scans.anatomy_heart import DENSITY, Heart, volumes
from sample_scans.infarct import BORDER, CORE, NO_REFLOW, Infarct, infarct_masses
from sample_scans.late_enhancement import draw_infarct, make_late_enhancement

STRUCK = Infarct(depth=1.0, width=0.9, height=26.0, border=2.0, no_reflow=0.5)


def test_the_parts_of_the_wall_weigh_what_the_wall_weighs() -> None:
    masses = infarct_masses(Heart(), STRUCK, 0.2)
    assert masses["wall_g"] == pytest.approx(volumes(Heart(), 0.2)["wall"] * DENSITY, rel=1e-3)
    assert 0 < masses["no_reflow_g"] < masses["core_g"] < masses["wall_g"]
    # an infarct that covers everything is the wall
    whole = infarct_masses(Heart(), Infarct(width=9.0, height=900.0, depth=1.0), 0.2)
    assert whole["core_g"] == pytest.approx(whole["wall_g"], rel=1e-6)
    assert infarct_masses(Heart(), None, 0.2)["core_g"] == 0.0


def test_the_scan_shows_the_infarct_with_its_mass_and_brightness() -> None:
    patient = make_late_enhancement(4, STRUCK, spacing=2.6, field_of_view=130.0, breath_hold=0.0)
    gram = abs(np.linalg.det(patient.lge.affine[:3, :3])) * 1e-3 * DENSITY
    # slices of 8 mm every 10 mm: the sum over them is good to about a tenth
    dead = np.isin(patient.tissue, (CORE, NO_REFLOW))
    assert dead.sum() * gram == pytest.approx(patient.facts["core_g"], rel=0.12)
    grey = {name: float(np.median(patient.lge.voxels[patient.tissue == name])) for name in (1, 2, BORDER, CORE)}
    assert grey[2] < 0.25 * grey[CORE] and grey[2] < grey[BORDER] < grey[CORE]
    assert 0.5 * grey[CORE] < grey[1] < 0.75 * grey[CORE]  # blood
    assert not patient.shifts.any()


def test_infarcts_are_drawn_by_seed() -> None:
    first, again, other = (draw_infarct(np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == again != other
