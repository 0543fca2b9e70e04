"""The scenarios a new twin starts with."""

from collections.abc import Mapping

from geometry.heart_mesh import HeartMesh
from geometry.metric import Metric
from solvers.scenario import Electrophysiology, Ensemble, Flow, PacingSite

VENTRICLE = "ventricle"


def ventricle_scenario(period: float | None) -> Flow:
    """Beats of a ventricle that follows its cine, as fast as when it was scanned (``period`` in ms, where it is known)."""
    rate = 60_000.0 / period if period else Flow().heart_rate
    return Flow(title="Ventricle over a beat", heart_rate=rate, ensemble=Ensemble(members=0))


def default_scenarios(measures: tuple[Metric, ...], mesh: HeartMesh) -> dict[str, Electrophysiology | Flow]:
    """Sinus rhythm and one pacing site for a wall, one beat at rest for a blood pool."""
    if mesh.kind == "ventricles":
        if "apex" not in mesh.landmarks:  # from elsewhere, with unknown surfaces: nothing can be simulated on it yet
            return {}
        apex = mesh.landmarks["apex"]
        site = PacingSite(x=apex[0], y=apex[1], z=apex[2])
        paced = Electrophysiology(
            title="Pacing", tier="eikonal", start="paced", sites=(site,), ensemble=Ensemble(members=0)
        )
        return {"sinus_rhythm": Electrophysiology(), "pacing": paced}
    strokes = [metric.value for metric in measures if metric.name == "stroke_volume"]
    return {"systole": Flow(stroke_volume=strokes[0]) if strokes else Flow()}


def scenario_order(scenarios: Mapping[str, Electrophysiology | Flow]) -> list[str]:
    """The names, those that a person looks at first in front: sinus rhythm before what-if."""
    return sorted(scenarios, key=lambda name: (_paced(scenarios[name]), name))


def _paced(scenario: Electrophysiology | Flow) -> bool:
    return isinstance(scenario, Electrophysiology) and scenario.start == "paced"


def in_order(found: dict[str, Electrophysiology | Flow]) -> dict[str, Electrophysiology | Flow]:
    """The scenarios in the order in which they are run."""
    return {name: found[name] for name in scenario_order(found)}
