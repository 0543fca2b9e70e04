"""The vein that a left lead is brought through: where on the heart its leads and the places tried for them can lie."""

from collections.abc import Sequence

import numpy as np

from geometry.corridor import spread_over, way_over
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from solvers.electrophysiology.leads import planned_lead, snapped
from solvers.scenario import Electrophysiology, PacingSite, Place

USUAL_WIDTH = 10.0  # mm: a lead moves within the vein and its side branches; assumed


def laid_vein(mesh: HeartMesh, places: Sequence[Place]) -> tuple[Place, ...]:
    """A vein through places (mm, RAS) that were clicked or read, over the epicardium; refuses places beside the heart."""
    way = way_over(mesh, np.array(places, float).reshape(-1, 3))
    return tuple((round(float(x), 2), round(float(y), 2), round(float(z), 2)) for x, y, z in way)


def longer_vein(mesh: HeartMesh, vein: tuple[Place, ...], place: Place) -> tuple[Place, ...]:
    """The vein led on over the epicardium to one more place."""
    return (*vein, *laid_vein(mesh, (vein[-1], place))[1:]) if vein else laid_vein(mesh, (place,))


def within_vein(mesh: HeartMesh, scenario: Electrophysiology) -> Electrophysiology:
    """The scenario with its left leads and the places tried brought into the corridor; itself without a vein.

    Refuses a corridor in which the mesh has no node of the left epicardium.
    """
    if not scenario.vein:
        return scenario
    sites = tuple(_brought(mesh, scenario, site) for site in scenario.sites)
    tried = dict.fromkeys(_brought(mesh, scenario, site) for site in scenario.candidates)
    return scenario.model_copy(update={"sites": sites, "candidates": tuple(tried)})


def places_along(mesh: HeartMesh, scenario: Electrophysiology, count: int) -> tuple[PacingSite, ...]:
    """As many places for the planned lead, evenly along the vein and in its corridor; those that coincide once; 0: none.

    Refuses a scenario without a vein or without a left lead.
    """
    if count == 0:
        return ()
    number = planned_lead(scenario)
    if len(scenario.vein) < 2:
        raise Refused("There is no vein along which places could be tried; draw one first.")
    if number is None or scenario.sites[number].role != "lv_lead":
        raise Refused("There is no left lead whose place could be tried along the vein; add one first.")
    lead = scenario.sites[number]
    at = spread_over(np.array(scenario.vein), count)
    places = (lead.model_copy(update=dict(zip("xyz", map(float, place), strict=True))) for place in at)
    return tuple(dict.fromkeys(_brought(mesh, scenario, place) for place in places))


def _brought(mesh: HeartMesh, scenario: Electrophysiology, site: PacingSite) -> PacingSite:
    return snapped(mesh, site, scenario.vein, scenario.vein_width) if site.role == "lv_lead" else site
