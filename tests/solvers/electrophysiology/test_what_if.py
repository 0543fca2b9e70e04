import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.heart_mesh import save_mesh
from solvers.directions.fibers import add_fibers
from solvers.electrophysiology.what_if import WhatIf
from solvers.scenario import Electrophysiology, PacingSite
from solvers.wall_records import FiberAngles


@pytest.fixture(scope="module")
def question(two_chambers) -> WhatIf:
    return WhatIf(two_chambers, Electrophysiology())


def test_the_activation_starts_at_the_site(two_chambers, question):
    site = (-31.0, 0.0, -20.0)
    activation, ecg = question.answer([PacingSite(x=site[0], y=site[1], z=site[2], time=3)])
    first = two_chambers.points[np.argmin(activation)]
    assert np.linalg.norm(first - site) < 4
    assert activation.min() == pytest.approx(3, abs=1e-6)
    assert ecg.values.shape == (12, len(ecg.times))


def test_pacing_takes_longer_than_the_conduction_system(question):
    paced, _ = question.answer([PacingSite(x=-31, y=0, z=-20)])
    sinus, _ = question.answer([])
    assert paced.max() > 1.3 * sinus.max()


def test_a_paced_left_wall_sends_its_wave_away_from_v6_and_towards_v1(question):
    # a lateral left ventricular beat looks like right bundle branch block: negative in V6 and I, positive in V1
    _, ecg = question.answer([PacingSite(x=-31, y=0, z=-20)])
    area = {name: values.sum() for name, values in zip(ecg.channels, ecg.values, strict=True)}
    assert area["V6"] < 0
    assert area["I"] < 0
    assert area["V1"] > 0


def test_normal_conduction_gives_the_shapes_every_clinician_knows(question):
    # rS in V1, an R wave in V6 and I, negative aVR
    _, ecg = question.answer([])
    named = dict(zip(ecg.channels, ecg.values, strict=True))
    assert -named["V1"].min() > named["V1"].max()
    assert named["V6"].max() > -named["V6"].min()
    assert named["I"].max() > -named["I"].min()
    assert -named["aVR"].min() > named["aVR"].max()


def test_an_answer_comes_while_the_user_waits(question):
    begin = time.process_time()
    question.answer([PacingSite(x=-31, y=0, z=-20)])
    # measured 0.02 s of processor time on this mesh of 5 000 nodes (0.1 s at 30 000)
    assert time.process_time() - begin < 0.3


def test_a_click_beside_the_heart_is_refused(question):
    with pytest.raises(Refused, match="click on the heart"):
        question.answer([PacingSite(x=500, y=0, z=0)])


def test_no_finite_element_library_is_loaded(two_chambers, tmp_path: Path):
    save_mesh(add_fibers(two_chambers, FiberAngles()), tmp_path / "mesh.npz")
    code = (
        "import sys; from pathlib import Path\n"
        "from geometry.heart_mesh import load_mesh\n"
        "from solvers.scenario import Electrophysiology\n"
        "from solvers.electrophysiology.what_if import WhatIf\n"
        f"WhatIf(load_mesh(Path({str(tmp_path / 'mesh.npz')!r})), Electrophysiology()).answer([])\n"
        "assert not {'dolfinx', 'mpi4py', 'petsc4py'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])


def test_one_of_two_sites_that_is_dragged_gives_what_a_heart_that_knows_nothing_gives(two_chambers, question):
    still, places = PacingSite(x=-31, y=0, z=-20), ((0.0, 30.0, -20.0), (3.0, 30.0, -24.0))
    for x, y, z in places:
        activation, _ = question.answer([still, PacingSite(x=x, y=y, z=z)])
    fresh, _ = WhatIf(two_chambers, Electrophysiology()).answer([still, PacingSite(x=x, y=y, z=z)])
    np.testing.assert_allclose(activation, fresh, atol=2e-3)
