from dataclasses import replace

import numpy as np
import pytest

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.mesh_part import part_of, pieces
from geometry.meshing.companion import with_regions_of
from geometry.scar.on_mesh import BORDER_ZONE, SCAR_CORE
from geometry.shapes import slab
from solvers.arrhythmia.induction import induction
from solvers.arrhythmia.protocol import Protocol, Site
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.electrophysiology.run import run_electrophysiology
from solvers.electrophysiology.substrate import substrate_of
from solvers.electrophysiology.what_if import QuickWhatIf
from solvers.scenario import Electrophysiology, Ensemble, PacingSite
from solvers.verification.scar_detour import with_region
from solvers.wall_records import FiberAngles, GreyZone

SITE = PacingSite(x=0.0, y=1.0, z=1.0)
ALONE = Ensemble(members=0)


def strand(length: float = 24.0, edge: float = 0.5) -> HeartMesh:
    """A bar along its fibres, with a plug of scar over half of its cross-section and grey zone beyond it."""
    mesh = slab((length, 2.0, 2.0), edge)
    middle = mesh.points[mesh.tets].mean(axis=1)
    x = middle[:, 0]
    scarred = with_region(mesh, (x > 8.0) & (x < 11.0) & (middle[:, 1] < 1.0), SCAR_CORE)
    return with_region(scarred, (x > 13.0) & (x < 16.0), BORDER_ZONE)


def paced(**changed: object) -> Electrophysiology:
    return Electrophysiology(start="paced", sites=(SITE,), ensemble=ALONE, duration=90.0, **changed)


def test_a_part_has_its_own_nodes_facets_and_data(two_chambers: HeartMesh) -> None:
    left = two_chambers.region == 1
    part = part_of(two_chambers, left)
    assert part.mesh.tet_volumes().sum() == pytest.approx(two_chambers.tet_volumes()[left].sum())
    assert np.array_equal(part.mesh.points, two_chambers.points[part.nodes])
    assert len(part.mesh.tagged("endo_lv")) > 0.9 * len(two_chambers.tagged("endo_lv"))
    assert len(part.mesh.facets) < len(two_chambers.facets)
    values = np.arange(len(part.nodes), dtype=float)
    spread = part.spread(values)
    assert np.isnan(spread).sum() == len(two_chambers.points) - len(part.nodes)
    assert np.array_equal(spread[part.nodes], values)


def test_a_run_with_scar_has_no_values_inside_it_and_does_not_cry_block() -> None:
    mesh = strand(edge=1.0)
    dead = substrate_of(mesh).dead
    assert dead.sum() == 6  # x of 9 and 10, y of 0
    result = run_electrophysiology(mesh, paced(tier="monodomain"))
    activation = result.fields["activation_time"].values
    assert np.array_equal(np.isnan(activation), dead)
    assert np.isnan(result.fields["potential"].values[:, dead]).all()
    assert np.isfinite(result.fields["potential"].values[:, ~dead]).all()
    assert np.isfinite(result.traces["ecg"].values).all()
    notes = " ".join(result.notes)
    assert "Dense scar and lesions do not conduct" in notes
    assert "numerical" not in notes
    reached = next(check for check in result.checks if check.name == "share of nodes activated")
    assert reached.passed


def test_the_grey_zone_delays_both_tiers_alike() -> None:
    mesh = strand()
    zone = GreyZone(fiber=0.5)
    behind = mesh.points[:, 0] > 17.0
    late = {}
    for tier in ("eikonal", "monodomain"):
        for name, grey in (
            ("slow", zone),
            ("healthy", GreyZone(fiber=1, cross=1, sodium=1, calcium=1, rapid=1, slow=1)),
        ):
            result = run_electrophysiology(mesh, paced(tier=tier, grey_zone=grey))
            late[tier, name] = float(result.fields["activation_time"].values[behind].mean())
    # 3 mm at half of 0.65 m/s instead of all of it: 4.6 ms
    assert late["eikonal", "slow"] - late["eikonal", "healthy"] == pytest.approx(3.0 / 0.65, rel=0.02)
    assert late["monodomain", "slow"] - late["monodomain", "healthy"] == pytest.approx(3.0 / 0.65, abs=1.2)


def test_cells_of_the_grey_zone_are_remodelled() -> None:
    mesh = strand()
    model = EikonalModel(mesh)
    kinds = model.kinds(paced(tier="eikonal"))
    healthy, grey = kinds.cells
    share = {name: grey.parameters[name] / healthy.parameters[name] for name in ("g_Na", "g_CaL", "g_Kr", "g_Ks")}
    assert share == pytest.approx({"g_Na": 0.38, "g_CaL": 0.31, "g_Kr": 0.30, "g_Ks": 0.20})  # doi 10.1038/ncomms11437
    x = mesh.points[:, 0]
    assert (kinds.of_node[(x > 13.5) & (x < 15.5)] == 1).all()
    assert (kinds.of_node[x < 12.5] == 0).all()


def test_a_site_in_scar_is_refused_with_where_to_go() -> None:
    mesh = strand()
    inside = PacingSite(x=9.5, y=0.0, z=1.0)
    with pytest.raises(Refused, match="lies in dense scar"):
        run_electrophysiology(mesh, paced(tier="eikonal").model_copy(update={"sites": (inside,)}))


def test_a_site_beside_the_heart_is_refused() -> None:
    far = PacingSite(x=200.0, y=0.0, z=0.0)
    with pytest.raises(Refused, match="away from the wall"):
        run_electrophysiology(strand(), paced(tier="eikonal").model_copy(update={"sites": (far,)}))


def test_fibres_that_are_no_directions_are_refused() -> None:
    mesh = strand()
    assert mesh.fiber is not None
    for wrong in (0.0, 2.0, np.nan):
        with pytest.raises(Refused, match="not of unit length"):
            run_electrophysiology(replace(mesh, fiber=wrong * mesh.fiber), paced(tier="eikonal"))


def test_a_wall_that_is_all_scar_is_refused() -> None:
    mesh = slab((4.0, 2.0, 2.0), 1.0)
    with pytest.raises(Refused, match="dense scar"):
        substrate_of(with_region(mesh, np.ones(len(mesh.tets), bool), SCAR_CORE))


@pytest.mark.parametrize("tier", ["eikonal", "monodomain"])
def test_pieces_that_nothing_reaches_are_told(tier: str) -> None:
    one, other = slab((8.0, 2.0, 2.0), 1.0), slab((3.0, 2.0, 2.0), 1.0)
    points = np.concatenate([one.points, other.points + np.array([40.0, 0.0, 0.0])])
    mesh = replace(
        one,
        points=points,
        tets=np.concatenate([one.tets, other.tets + len(one.points)]).astype(np.int32),
        region=np.concatenate([one.region, other.region]),
        fiber=np.tile([1.0, 0.0, 0.0], (len(one.tets) + len(other.tets), 1)),
    )
    assert np.array_equal(np.unique(pieces(mesh), return_counts=True)[1], [len(one.points), len(other.points)])
    result = run_electrophysiology(mesh, paced(tier=tier))
    assert any(f"1 piece of the tissue with {len(other.points)} of" in note for note in result.notes)
    assert np.isnan(result.fields["activation_time"].values).sum() == len(other.points)
    assert "numerical" not in " ".join(result.notes)


def test_sites_in_scar_are_left_out_of_a_protocol() -> None:
    mesh = strand(edge=1.0)
    x = mesh.points[:, 0]
    dead = np.flatnonzero(substrate_of(mesh).dead)
    sites = {"start": Site(np.flatnonzero(x < 1.5), np.flatnonzero(x == 2.0)), "scar": Site(dead, dead[:1])}
    protocol = Protocol(s1=100.0, train=1, extras=((60.0,),), watch=5.0)
    found = induction(mesh, Electrophysiology(cell="mitchell_schaeffer_2003"), sites, protocol)
    assert found["sites_tried"] == 1
    assert any("site scar lies in dense scar" in note for note in found["notes"])


def test_the_coarse_heart_of_a_drag_has_the_scar_too(two_chambers: HeartMesh) -> None:
    middle = two_chambers.points[two_chambers.tets].mean(axis=1)
    scarred = with_region(two_chambers, (middle[:, 0] < -10) & (middle[:, 2] < -20), SCAR_CORE)
    plain = replace(scarred, region=np.zeros_like(scarred.region), region_names={0: "wall"})
    assert np.array_equal(with_regions_of(scarred, plain).region, scarred.region)
    quick = QuickWhatIf(plain, scarred, Electrophysiology(fibers=FiberAngles()))
    activation, _ = quick.answer([])
    assert np.array_equal(np.isnan(activation), substrate_of(scarred).dead)


def test_a_block_in_the_grey_zone_is_told_as_that_and_as_doubtful() -> None:
    # the plug of grey zone cannot conduct on this mesh: its cells have a tenth of the sodium current
    zone = GreyZone(fiber=0.1, cross=0.1, sodium=0.1)
    mesh = strand(edge=1.0)
    result = run_electrophysiology(mesh, paced(tier="monodomain", grey_zone=zone))
    words = " ".join(result.notes)
    assert "nodes of the grey zone were not activated" in words
    assert "Only a finer mesh tells which" in words
