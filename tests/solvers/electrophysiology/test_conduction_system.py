import numpy as np
import pytest

from geometry.errors import Refused
from solvers.directions.fibers import fibers_from_fields
from solvers.electrophysiology.conduction_system import (
    conducting_surfaces,
    his_purkinje_sources,
    network_triangles,
    paced_sources,
    sources_of,
)
from solvers.electrophysiology.eikonal import Conduction, EikonalSolver
from solvers.scenario import Electrophysiology, PacingSite
from solvers.verification import breakthrough
from solvers.wall_records import FiberAngles


def test_the_roots_lie_where_durrer_found_them(two_chambers):
    sources = his_purkinje_sources(two_chambers)
    anterior, septal, posterior, right = (two_chambers.points[s.node] for s in sources)
    left_nodes, right_nodes = np.unique(two_chambers.tagged("endo_lv")), np.unique(two_chambers.tagged("endo_rv"))
    assert all(s.node in left_nodes for s in sources[:3])
    assert sources[3].node in right_nodes
    # in this heart the septum is at +x, anterior at +y, the base at z = 0, the apex at -67 mm
    assert anterior[1] > 8
    assert posterior[1] < -8
    assert abs(septal[1]) < 5
    assert septal[0] > 10
    assert anterior[2] > septal[2] > posterior[2]
    assert right[0] > 30  # free wall of the right ventricle, beyond the septum
    # doi 10.1161/01.CIR.41.6.899: left sites at 0-5 ms, right one 5-10 ms later
    assert all(s.time <= 5 for s in sources[:3])
    assert 5 <= sources[3].time <= 10


def test_a_left_ventricle_alone_has_the_left_roots(left_ventricle):
    assert len(his_purkinje_sources(left_ventricle)) == 3


def test_a_normal_beat_ends_at_the_base_of_the_posterior_wall_in_physiological_time(two_chambers, two_chamber_fields):
    fiber, _ = fibers_from_fields(two_chamber_fields, FiberAngles())
    solver = EikonalSolver(two_chambers)
    found = solver.activation_times(fiber, Conduction(0.65, 0.25, 2.0), his_purkinje_sources(two_chambers))
    # Durrer 1970: about 80 ms in all; last epicardial site 63-96 ms (Wyndham 1979). The test heart's walls are thin.
    assert 55 < found.max() < 100
    last = two_chambers.points[np.argmax(found)]
    assert last[2] > -20  # basal
    left = np.unique(two_chambers.tagged("endo_lv"))
    assert found[left].max() < 40  # the left endocardium is activated within some 30 ms


def test_pacing_snaps_to_the_wall_and_refuses_a_click_beside_the_heart(two_chambers):
    solver = EikonalSolver(two_chambers)
    (source,) = paced_sources(solver, (PacingSite(x=-31, y=0, z=-20, time=12),))
    assert source.time == 12
    assert np.linalg.norm(two_chambers.points[source.node] - [-31, 0, -20]) < 4
    with pytest.raises(Refused, match=r"Pacing site 1 .* mm away"):
        paced_sources(solver, (PacingSite(x=200, y=0, z=0),))
    with pytest.raises(Refused, match="no pacing site"):
        sources_of(two_chambers, solver, Electrophysiology(start="paced"))


def test_a_blocked_bundle_branch_leaves_the_roots_of_the_other_side(two_chambers, left_ventricle):
    left, right = (np.unique(two_chambers.tagged(name)) for name in ("endo_lv", "endo_rv"))
    assert all(s.node in right for s in his_purkinje_sources(two_chambers, "lbbb"))
    assert all(s.node in left for s in his_purkinje_sources(two_chambers, "rbbb"))
    assert len(his_purkinje_sources(two_chambers, "rbbb")) == 3
    with pytest.raises(Refused, match="left bundle branch is blocked"):
        his_purkinje_sources(left_ventricle, "lbbb")


def test_the_network_of_a_blocked_side_and_of_the_base_is_silent(two_chambers):
    triangles = np.concatenate([two_chambers.tagged("endo_lv"), two_chambers.tagged("endo_rv")])
    on_left = np.arange(len(triangles)) < len(two_chambers.tagged("endo_lv"))
    normal, blocked = (
        network_triangles(two_chambers, triangles, conducting_surfaces(two_chambers, name))
        for name in ("normal", "lbbb")
    )
    assert not blocked[on_left].any()
    assert np.array_equal(blocked[~on_left], normal[~on_left])
    # the apex of this heart lies at -67 mm and its base at 0
    height = 1 + two_chambers.points[triangles][:, :, 2].mean(axis=1) / 67
    assert height[normal].max() < 0.91 < height.max()


def test_the_breakthrough_of_normal_and_blocked_beats_is_as_published():
    checks = breakthrough.verify()
    assert len(checks) == 36
    assert [check for check in checks if not check.passed] == []
