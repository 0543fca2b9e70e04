import numpy as np
import pytest
from scipy.spatial import cKDTree

from geometry.shapes import slab
from solvers.electrophysiology.conduction_system import paced_sources
from solvers.electrophysiology.eikonal import EikonalSolver
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.electrophysiology.purkinje import Network, grow_network, spread_with
from solvers.electrophysiology.purkinje_tree import CLEARANCE, SEGMENT, PurkinjeTree, grow_tree
from solvers.scenario import Electrophysiology, PacingSite


@pytest.fixture(scope="module")
def square():
    """A flat square of 60 mm; the tree starts in its middle."""
    mesh = slab((60.0, 60.0, 2.0), 2.0)
    return mesh.points, mesh.tagged("z_low"), np.array([[30.0, 30.0, 0.0]])


@pytest.fixture(scope="module")
def tree(square) -> PurkinjeTree:
    return grow_tree(*square, np.random.default_rng(1))


def _branches(tree: PurkinjeTree) -> np.ndarray:
    """A number for each run of nodes between two forks."""
    children = np.bincount(tree.parent[tree.parent >= 0], minlength=len(tree.parent))
    branch = np.arange(len(tree.parent))
    for node, parent in enumerate(tree.parent):
        if parent >= 0 and children[parent] == 1:
            branch[node] = branch[parent]
    return branch


def test_a_tree_stays_on_its_surface_and_grows_by_segments(tree):
    assert np.abs(tree.points[:, 2]).max() < 1e-9
    assert (tree.points[:, :2] > -1e-9).all() and (tree.points[:, :2] < 60 + 1e-9).all()
    a, b = tree.segments.T
    assert (a < b).all()
    length = np.linalg.norm(tree.points[a] - tree.points[b], axis=1)
    at_rim = ((tree.points[b, :2] < 1e-9) | (tree.points[b, :2] > 60 - 1e-9)).any(
        axis=1
    )  # the last one is cut off there
    assert length[~at_rim] == pytest.approx(SEGMENT, abs=1e-6)
    assert (length < SEGMENT + 1e-6).all()


def test_a_tree_covers_its_surface(square, tree):
    inside = square[0][np.unique(square[1])]
    away, _ = cKDTree(tree.points[tree.ends]).query(inside)
    assert away.mean() < 3.0
    assert away.max() < 10.0


def test_branches_without_a_common_fork_keep_their_distance(tree):
    branch = _branches(tree)
    pairs = cKDTree(tree.points).query_pairs(0.6 * CLEARANCE, output_type="ndarray")
    strangers = 0
    for i, j in pairs:
        family = [{branch[i], branch[j]}]
        for node in (i, j):  # the branch before, and the one before that
            first = branch[node]
            before = tree.parent[first]
            family.append({first, branch[before] if before >= 0 else -1, before})
        strangers += not (family[1] & family[2])
    # two tips that grow towards each other in the same step may end closer than the clearance
    assert strangers < 0.01 * len(tree.points)


def test_the_same_seed_gives_the_same_tree_and_another_one_another(square, tree):
    again = grow_tree(*square, np.random.default_rng(1))
    assert np.array_equal(again.points, tree.points) and np.array_equal(again.parent, tree.parent)
    other = grow_tree(*square, np.random.default_rng(2))
    assert len(other.points) != len(tree.points) or not np.allclose(other.points, tree.points)


def test_conduction_along_the_tree_takes_its_length_over_its_velocity_in_either_direction():
    # a fork: 0 -3 mm- 1, then 2 mm to the one and 5 mm to the other side
    points = np.array([[0.0, 0, 0], [3, 0, 0], [3, 2, 0], [3, -5, 0]])
    tree = PurkinjeTree(points, np.array([-1, 0, 1, 1]), np.zeros((4, 3)))
    network = Network(tree, tree.ends, np.arange(3))
    assert tree.ends.tolist() == [0, 2, 3]
    from_root = network.times(np.array([4.0, np.inf, np.inf]), 2.0)
    assert from_root == pytest.approx([4.0, 4 + 5 / 2, 4 + 8 / 2])
    from_end = network.times(np.array([np.inf, 1.0, np.inf]), 2.0)
    assert from_end == pytest.approx([1 + 5 / 2, 1.0, 1 + 7 / 2])
    assert np.isinf(network.times(np.full(3, np.inf), 2.0)).all()


def test_a_network_that_is_entered_from_the_wall_activates_the_wall_elsewhere():
    # a strip 40 mm long at 0.5 mm/ms: 80 ms. A cable at 2 mm/ms from 10 to 30 mm saves 20/0.5 - 20/2 = 30 ms of them.
    mesh = slab((40.0, 2.0, 2.0), 1.0)
    x = mesh.points[:, 0]
    nodes = np.array([np.argmin(np.linalg.norm(mesh.points - place, axis=1)) for place in ([10, 1, 1], [30, 1, 1])])
    tree = PurkinjeTree(mesh.points[nodes], np.array([-1, 0]), np.zeros((2, 3)))
    network = Network(tree, tree.ends, nodes)

    def solve(sources):
        return np.min([s.time + np.abs(x - x[s.node]) / 0.5 for s in sources], axis=0)

    start = paced_sources(EikonalSolver(mesh), (PacingSite(x=0, y=1, z=1),))
    activation, sources = spread_with(network, 2.0, start, solve)
    assert activation[x == 40.0] == pytest.approx(50.0)
    assert activation[x == 20.0] == pytest.approx(
        40.0
    )  # 10 mm to the cable, 10 ms along it and 20 ms back, or through the wall
    assert len(sources) == 2


def test_a_grown_network_activates_both_ventricles_as_fast_as_a_layer_and_only_its_own_side_in_block(
    two_chambers, two_chamber_fields
):
    model = EikonalModel(two_chambers, two_chamber_fields)
    layer, grown = (model.front(Electrophysiology(network=name)) for name in ("fast_layer", "grown_tree"))
    left = np.unique(two_chambers.tagged("endo_lv"))
    assert len(grown.sources) > 200
    assert grown.activation.max() == pytest.approx(layer.activation.max(), rel=0.15)
    assert np.quantile(grown.activation[left], 0.9) < 35  # the left endocardium but its base
    blocked = model.front(Electrophysiology(network="grown_tree", conduction="lbbb"))
    right = np.unique(two_chambers.tagged("endo_rv"))
    assert np.isin([source.node for source in blocked.sources], right).all()
    assert grow_network(two_chambers, model.solver, ("endo_lv",), 1).tree.points.shape[0] > 500
