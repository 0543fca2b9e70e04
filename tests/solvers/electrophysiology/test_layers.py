from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.shapes import slab, two_chamber_heart
from solvers.cells.catalogue import find_cell
from solvers.cells.pace import action_potential_duration, pace
from solvers.cells.variants import layer_variant
from solvers.electrophysiology.cell_kinds import CellKinds, cell_kinds
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.electrophysiology.monodomain import solve_monodomain
from solvers.electrophysiology.stimulus import Stimulus
from solvers.electrophysiology.substrate import substrate_of
from solvers.scenario import Electrophysiology
from solvers.wall_records import Layers

LAYERED = Layers(wall="endo-mid-epi")
TP06, ORD = "tentusscher_panfilov_2006_epi", "ohara_rudy_2011_epi"


def as_in_a_chest(mesh: HeartMesh) -> HeartMesh:
    """The long axis from the base to the left, the front and the feet, the right ventricle to the right and the front."""
    up = np.array([0.6, -0.5, 0.62])
    up /= np.linalg.norm(up)
    septal = np.array([0.7, 0.7, 0.0])
    septal -= septal @ up * up
    septal /= np.linalg.norm(septal)
    turn = np.stack([septal, np.cross(up, septal), up], axis=1)
    marks = {name: tuple(float(v) for v in turn @ np.array(place)) for name, place in mesh.landmarks.items()}
    return replace(mesh, points=mesh.points @ turn.T, landmarks=marks)


@pytest.fixture(scope="module")
def model() -> EikonalModel:
    return EikonalModel(as_in_a_chest(two_chamber_heart(3.2)))


def t_waves(model: EikonalModel, cell: str, layers: Layers) -> dict[str, float]:
    """mV, the largest deflection of each lead after the QRS."""
    answer = model.answer(Electrophysiology(tier="eikonal", cell=cell, layers=layers), 500.0)
    late = answer.ecg.times > np.nanmax(answer.activation) + 60
    leads = dict(zip(answer.ecg.channels, answer.ecg.values[:, late], strict=True))
    return {name: float(values[np.argmax(np.abs(values))]) for name, values in leads.items()}


def test_without_layers_the_t_wave_is_upside_down(model: EikonalModel) -> None:
    # one action potential everywhere: what is activated last is last at rest, so T points against R (no ventricular gradient)
    found = t_waves(model, TP06, Layers())
    assert max(found["II"], found["V5"], found["V6"]) < 0


@pytest.mark.parametrize(
    ("cell", "layers"), [(TP06, LAYERED), (ORD, Layers(wall="endo-mid-epi", endo=0.7, mid=0.0, apex_ks=1.0))]
)
def test_layers_turn_the_t_wave_upright_in_ii_v5_and_v6(model: EikonalModel, cell: str, layers: Layers) -> None:
    # TP06 lasts as long inside as outside (300 ms), so it is the apex that turns it; O'Hara-Rudy lasts 40 ms less outside
    found = t_waves(model, cell, layers)
    assert min(found["II"], found["V5"], found["V6"]) > 0


def test_the_ecg_with_layers_lasts_until_all_is_at_rest(model: EikonalModel) -> None:
    answer = model.answer(Electrophysiology(tier="eikonal", layers=LAYERED))
    leads = np.abs(answer.ecg.values)
    assert leads[:, -1].max() < 0.02 * leads.max()
    assert answer.ecg.times[-1] > 400


def test_each_layer_has_its_share_of_the_wall(two_chambers, two_chamber_fields) -> None:
    scenario = Electrophysiology(layers=Layers(wall="endo-mid-epi", endo=0.5, mid=0.2, apex_ks=1.0))
    kinds = cell_kinds(two_chambers, two_chamber_fields, substrate_of(two_chambers), scenario)
    names = np.array([cell.name.rsplit("_", 1)[1] for cell in kinds.cells])[kinds.of_node]
    depth = two_chamber_fields.epi
    assert set(names) == {"endo", "m", "epi"}
    assert (names[depth < 0.49] == "endo").all()
    assert (names[(depth > 0.51) & (depth < 0.69)] == "m").all()
    assert (names[depth > 0.71] == "epi").all()


def test_the_slow_current_grows_towards_the_apex(two_chambers, two_chamber_fields) -> None:
    scenario = Electrophysiology(layers=Layers(wall="endo-mid-epi", endo=1.0, mid=0.0, apex_ks=3.0))
    kinds = cell_kinds(two_chambers, two_chamber_fields, substrate_of(two_chambers), scenario)
    slow = np.array([cell.parameters["g_Ks"] for cell in kinds.cells])[kinds.of_node] / 0.392
    z = two_chambers.points[:, 2]
    assert slow[np.argmin(z)] == pytest.approx(3.0)
    assert slow[np.argmax(z)] == pytest.approx(1.0)
    assert np.corrcoef(z, slow)[0, 1] < -0.95


def test_uncoupled_nodes_of_a_heart_of_layers_beat_as_their_own_cells() -> None:
    mesh = slab((2.0, 1.0, 1.0), 1.0)
    cells = tuple(layer_variant(TP06, name) for name in ("endo", "m", "epi"))
    kinds = CellKinds(cells, np.arange(len(mesh.points)) % 3)
    cell, start = kinds.start(np.arange(len(mesh.points)))
    everywhere = Stimulus.at(np.arange(len(mesh.points)), len(mesh.points), duration=1.0, strength=52.0)
    run = solve_monodomain(
        mesh, np.zeros((len(mesh.tets), 3, 3)), [everywhere], cell, 600.0, 0.02, start=start, frame_every=0.5
    )
    for k, own in enumerate(cells):
        beat = pace(own, beats=1)
        alone = action_potential_duration(beat.times, beat.V)
        assert action_potential_duration(run.times, run.frames[:, k]) == pytest.approx(alone, abs=1.5)


def test_states_of_the_wrong_size_are_refused() -> None:
    mesh = slab((2.0, 1.0, 1.0), 1.0)
    with pytest.raises(Refused, match="for each node"):
        solve_monodomain(mesh, np.zeros((len(mesh.tets), 3, 3)), [], find_cell(TP06), 1.0, start=np.zeros((19, 2)))


def test_layers_need_surfaces_and_shares_that_fit() -> None:
    mesh = slab((4.0, 2.0, 2.0), 1.0)
    with pytest.raises(Refused, match="no surfaces endo_lv"):
        cell_kinds(mesh, None, substrate_of(mesh), Electrophysiology(layers=LAYERED))
    with pytest.raises(ValidationError, match="more than the whole wall"):
        Layers(endo=0.7, mid=0.4)
