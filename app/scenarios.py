"""The scenarios a new twin starts with."""

from collections.abc import Mapping

from geometry.heart_mesh import HeartMesh
from geometry.metric import Metric
from solvers.scenario import Cuff, Electrophysiology, Ensemble, Flow, PacingSite

VENTRICLE = "ventricle"


def ventricle_scenario(period: float | None) -> Flow:
    """Beats of a ventricle that follows its cine, as fast as when it was scanned (``period`` in ms, where it is known)."""
    rate = 60_000.0 / period if period else Flow().heart_rate
    return Flow(title="Ventricle over a beat", heart_rate=rate, beats=2, ensemble=Ensemble(members=0))


EXERCISE_RATE = 110.0  # 1/min


def exercise(rest: Flow) -> Flow:
    """The same patient on a bicycle, by assumption: 110 beats a minute, the same stroke volume, a cuff of 170 over 80 mmHg.

    The ejection shortens as in healthy people,  413 - 1.7 rate  in ms (Weissler 1968, doi 10.1161/01.cir.37.2.149).
    """
    shorter = (413.0 - 1.7 * EXERCISE_RATE) / (413.0 - 1.7 * rest.heart_rate)
    return rest.model_copy(
        update={
            "title": "Systole at exercise",
            "heart_rate": EXERCISE_RATE,
            "ejection_time": round(rest.ejection_time * shorter),
            "vessels": "tuned to cuff",
            "cuff": Cuff(systolic=170.0, diastolic=80.0),
            "ensemble": Ensemble(members=0),
        }
    )


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
    rest = Flow(stroke_volume=strokes[0]) if strokes else Flow()
    return {"systole": rest, "systole_exercise": exercise(rest)}


def scenario_order(scenarios: Mapping[str, Electrophysiology | Flow]) -> list[str]:
    """The names, those that a person looks at first in front: sinus rhythm before what-if."""
    return sorted(scenarios, key=lambda name: (_paced(scenarios[name]), name))


def _paced(scenario: Electrophysiology | Flow) -> bool:
    return isinstance(scenario, Electrophysiology) and scenario.start == "paced"


def in_order(found: dict[str, Electrophysiology | Flow]) -> dict[str, Electrophysiology | Flow]:
    """The scenarios in the order in which they are run."""
    return {name: found[name] for name in scenario_order(found)}
