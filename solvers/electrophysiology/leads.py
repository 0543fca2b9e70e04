"""Leads of a pacemaker: where those of each role lie on a heart, and what a plan with them is judged by."""

from dataclasses import dataclass

import numpy as np

from geometry.corridor import distance_to_way
from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.metric import Metric
from geometry.scar.on_mesh import SCAR_CORE
from solvers.directions.coordinates import heart_axes
from solvers.electrophysiology.activation_metrics import qrs_bounds, region_nodes
from solvers.electrophysiology.conduction_system import SYSTEM, Root, place_root
from solvers.electrophysiology.eikonal_model import EikonalAnswer
from solvers.scenario import Electrophysiology, LeadRole, PacingSite, Place

PLACES = {  # where a lead of the conduction system is drawn
    "his": Root("His bundle", "endo_lv", 0.9, 0.0, 0.0),
    "left_bundle": Root("left bundle area", "endo_lv", 0.7, 0.0, 0.0),
}
LATERAL = Root("mid lateral epicardium", "epi", 0.5, 180.0, 0.0)
WORDS: dict[str, tuple[str, str, str]] = {
    "total_activation_time": ("Total activation time", "ms", "first to last node of the wall"),
    "lv_activation": ("Left ventricular activation", "ms", "from the first of both ventricles"),
    "qrs_duration": ("QRS duration", "ms", "of the simulated ECG"),
    "q_lv": ("Q-LV", "ms", "QRS onset to the lead, in the beat without pacing; response was likelier above 95 ms"),
    "scar_distance": ("Lead to dense scar", "mm", "straight line"),
}


@dataclass(frozen=True)
class OwnBeat:
    """The beat of the conduction system without pacing: its answer, and when its QRS begins, ms."""

    answer: EikonalAnswer
    onset: float


def own_rhythm(scenario: Electrophysiology) -> Electrophysiology:
    """The scenario without any lead."""
    return scenario.model_copy(update={"start": "his_purkinje", "sites": (), "candidates": ()})


def own_beat(answer: EikonalAnswer) -> OwnBeat:
    """An answer to ``own_rhythm`` with the onset of its QRS."""
    return OwnBeat(answer, qrs_bounds(answer.ecg, float(np.nanmax(answer.activation)))[0])


def snapped(mesh: HeartMesh, site: PacingSite, vein: tuple[Place, ...] = (), width: float = 0.0) -> PacingSite:
    """The site where a lead of its role can lie: on its surface, the left one along the ``vein`` where there is one.

    width   mm of the corridor around the vein in which it may lie; 0: as near to the vein itself as can be
    Refuses a corridor without any node of the left epicardium.
    """
    point = np.array([site.x, site.y, site.z])
    if site.role in PLACES:
        if not len(mesh.tagged("endo_lv")):
            raise Refused("A lead in the conduction system needs a mesh with the surface endo_lv; choose another role.")
        at = mesh.points[place_root(mesh, PLACES[site.role])]
    elif site.role == "site":
        return site
    else:
        nodes = surface_nodes(mesh, site.role)
        if site.role == "lv_lead" and vein and width > 0:
            nodes = _in_corridor(mesh, nodes, vein, width)
        elif site.role == "lv_lead" and vein:
            point = nearest_on(np.array(vein), point)
        at = mesh.points[nodes[np.argmin(np.linalg.norm(mesh.points[nodes] - point, axis=1))]]
    x, y, z = (round(float(c), 2) for c in at)
    return site.model_copy(update={"x": x, "y": y, "z": z})


def surface_nodes(mesh: HeartMesh, role: LeadRole) -> np.ndarray:
    """Nodes on which a lead of the right or the left ventricle can lie; refuses a mesh without that surface."""
    if role == "rv_lead":
        nodes, words = np.unique(mesh.tagged("endo_rv")), "a right ventricle (surface endo_rv)"
    else:
        outer = np.unique(mesh.tagged("epi"))
        nodes, words = np.setdiff1d(outer, region_nodes(mesh, "rv")), "an epicardium (surface epi)"
    if not len(nodes):
        raise Refused(f"This lead needs {words}, which the mesh has not. Choose another role.")
    return nodes


def _in_corridor(mesh: HeartMesh, nodes: np.ndarray, vein: tuple[Place, ...], width: float) -> np.ndarray:
    within = nodes[distance_to_way(np.array(vein), mesh.points[nodes]) <= width / 2]
    if not len(within):
        raise Refused(
            f"The corridor of {width:g} mm around the vein holds no node of the left epicardium. Make it wider, or draw the "
            "vein over the left ventricle."
        )
    return np.asarray(within)


def nearest_on(line: Floats, point: Floats) -> Floats:
    """The place (3,) of a polyline (p, 3) nearest to a point."""
    if len(line) == 1:
        return np.asarray(line[0])
    begin, way = line[:-1], np.diff(line, axis=0)
    share = np.clip(((point - begin) * way).sum(axis=1) / np.maximum((way**2).sum(axis=1), 1e-12), 0.0, 1.0)
    places = begin + share[:, None] * way
    return np.asarray(places[np.argmin(np.linalg.norm(places - point, axis=1))])


def usual_crt(mesh: HeartMesh) -> tuple[PacingSite, PacingSite]:
    """A lead at the apex of the right ventricle and one on the lateral left epicardium, to begin with."""
    right = surface_nodes(mesh, "rv_lead")
    low = mesh.points[right[np.argmin(heart_axes(mesh).height(mesh.points[right]))]]
    side = mesh.points[place_root(mesh, LATERAL)]
    roles: tuple[tuple[LeadRole, Floats], ...] = (("rv_lead", low), ("lv_lead", side))
    first, second = (
        PacingSite(role=role, x=round(float(p[0]), 2), y=round(float(p[1]), 2), z=round(float(p[2]), 2))
        for role, p in roles
    )
    return first, second


def planned_lead(scenario: Electrophysiology) -> int | None:
    """Which of the sites is being placed: the last left lead, else the last one in the wall."""
    walls = [k for k, site in enumerate(scenario.sites) if site.role not in SYSTEM]
    left = [k for k in walls if scenario.sites[k].role == "lv_lead"]
    chosen = left or walls
    return chosen[-1] if chosen else None


def with_lead(scenario: Electrophysiology, lead: PacingSite) -> Electrophysiology:
    """The scenario with another place for the lead that is being placed."""
    place = planned_lead(scenario)
    sites = list(scenario.sites)
    if place is not None:
        sites[place] = lead
    return scenario.model_copy(update={"sites": tuple(sites), "candidates": ()})


@dataclass(frozen=True)
class Judge:
    """What the beats of one plan with leads are judged by on one heart, found once for many of them.

    left  nodes of the left ventricle
    node  where the lead that is placed meets living tissue; None: there is none, or no beat without pacing
    scar  mm from it to dense scar; None: there is none
    """

    left: np.ndarray
    node: int | None
    scar: float | None

    @classmethod
    def of(cls, mesh: HeartMesh, scenario: Electrophysiology, own: OwnBeat | None) -> "Judge":
        """For the leads of a scenario and a beat without them, which tells what of the heart lives."""
        left, number = region_nodes(mesh, "lv"), planned_lead(scenario)
        if number is None:
            return cls(left, None, None)
        site = scenario.sites[number]
        place = np.array([site.x, site.y, site.z])
        scar = [tag for tag, name in mesh.region_names.items() if name == SCAR_CORE]
        nodes = np.unique(mesh.tets[np.isin(mesh.region, scar)]) if scar else np.empty(0, int)
        away = float(np.linalg.norm(mesh.points[nodes] - place, axis=1).min()) if len(nodes) else None
        if own is None:
            return cls(left, None, away)
        alive = np.flatnonzero(np.isfinite(own.answer.activation))
        return cls(left, int(alive[np.argmin(np.linalg.norm(mesh.points[alive] - place, axis=1))]), away)

    def values(self, answer: EikonalAnswer, own: OwnBeat | None) -> dict[str, float]:
        """The numbers of ``WORDS`` for one beat; those of the lead only where there is one, and scar."""
        activation = answer.activation
        first, last = float(np.nanmin(activation)), float(np.nanmax(activation))
        begin, end = qrs_bounds(answer.ecg, last)
        found = {"total_activation_time": last - first, "qrs_duration": end - begin}
        if len(self.left) and np.isfinite(activation[self.left]).any():
            found["lv_activation"] = float(np.nanmax(activation[self.left]) - first)
        if self.node is not None and own is not None:
            found["q_lv"] = float(own.answer.activation[self.node] - own.onset)
        if self.scar is not None:
            found["scar_distance"] = self.scar
        return found


def lead_values(
    mesh: HeartMesh, scenario: Electrophysiology, answer: EikonalAnswer, own: OwnBeat | None
) -> dict[str, float]:
    """The numbers of ``WORDS`` for one beat of a scenario."""
    return Judge.of(mesh, scenario, own).values(answer, own)


def lead_metrics(values: dict[str, float]) -> tuple[Metric, ...]:
    """The numbers as metrics, in the order of ``WORDS``."""
    return tuple(
        Metric(name, label, values[name], unit, note=note)
        for name, (label, unit, note) in WORDS.items()
        if name in values
    )
