from dataclasses import replace

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.shapes import slab
from solvers.electrophysiology.capture import capture_threshold, check_capture
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.scenario import Electrophysiology, PacingSite

MIDDLE, CORNER = (8.0, 8.0, 4.0), (0.0, 0.0, 0.0)


@pytest.fixture(scope="module")
def block() -> EikonalModel:
    """Tissue of 16 x 16 x 8 mm with fibres along x."""
    mesh = slab((16.0, 16.0, 8.0), 1.0)
    fiber = np.tile([1.0, 0.0, 0.0], (len(mesh.tets), 1))
    return EikonalModel(replace(mesh, fiber=fiber, sheet=np.roll(fiber, 1, axis=1)))


def _paced(*sites: PacingSite) -> Electrophysiology:
    return Electrophysiology(start="paced", sites=sites, tier="monodomain")


def _site(at: tuple[float, float, float], strength: float) -> PacingSite:
    return PacingSite(x=at[0], y=at[1], z=at[2], strength=strength)


def test_a_site_captures_above_its_threshold_and_not_below(block):
    threshold = capture_threshold(block, _paced(_site(MIDDLE, 50)), 0)
    # a cell alone needs some 20 mV over 2 ms, 10 mV/ms or 14 uA/mm3; tissue around it takes more, the usual 50 are enough
    assert 8 < threshold < 50
    strong, weak = _site(MIDDLE, 1.1 * threshold), _site(MIDDLE, 0.85 * threshold)
    found = check_capture(block, _paced(strong, weak))
    assert found.scenario.sites == (strong,)
    assert "Pacing site 2" in found.notes[0] and "does not capture" in found.notes[0]
    assert [metric.value for metric in found.metrics] == pytest.approx([threshold, threshold])


def test_a_corner_which_has_less_tissue_to_load_it_needs_less(block):
    scenario = _paced(_site(MIDDLE, 50), _site(CORNER, 50))
    assert capture_threshold(block, scenario, 1) < capture_threshold(block, scenario, 0)


def test_a_beat_without_any_capture_is_refused(block):
    with pytest.raises(Refused, match=r"No pacing site captures.*does not capture: 1 uA/mm3"):
        check_capture(block, _paced(_site(MIDDLE, 1.0)))
