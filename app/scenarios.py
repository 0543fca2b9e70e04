"""The scenarios a new twin starts with."""

from pathlib import Path
from typing import Any

from app.case import Case
from app.scenario_tree import as_child
from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh
from geometry.metric import Metric
from solvers.flow.shares import with_shared_vessels
from solvers.flow_records import Cuff, VentriclePressure, Windkessel
from solvers.scenario import Electrophysiology, Ensemble, Flow, PacingSite

VENTRICLE = "ventricle"
MEASURABLE = (
    8.0,
    85.0,
)  # %, ejection fractions that a flow takes over; others are no heart's, but a wrong segmentation's


def ventricle_scenario(period: float | None) -> Flow:
    """Beats of a ventricle that follows its cine, as fast as when it was scanned (``period`` in ms, where it is known).

    Three: the first starts from rest, and the energy of the second still shows it.
    """
    rate = 60_000.0 / period if period else Flow().heart_rate
    return Flow(title="Ventricle over a beat", heart_rate=rate, beats=3, ensemble=Ensemble(members=0))


EXERCISE_RATE = 110.0  # 1/min


def exercise(rest: Flow) -> Flow:
    """The same patient on a bicycle, by assumption: 110 beats a minute, the same stroke volume, a cuff of 170 over 80 mmHg.

    The ejection shortens as in healthy people,  413 - 1.7 rate  in ms (Weissler 1968, doi 10.1161/01.cir.37.2.149). The ensemble
    is that of ``rest``: as many members, drawn with the same seed.
    """
    shorter = (413.0 - 1.7 * EXERCISE_RATE) / (413.0 - 1.7 * rest.heart_rate)
    return rest.model_copy(
        update={
            "title": _title_at_exercise(rest.title),
            "heart_rate": EXERCISE_RATE,
            "ejection_time": round(rest.ejection_time * shorter),
            "vessels": "tuned to cuff",
            "cuff": Cuff(systolic=170.0, diastolic=80.0),
        }
    )


def _title_at_exercise(title: str) -> str:
    return title.replace("at rest", "at exercise") if "at rest" in title else f"{title}, exercise"


def checkpoint_of(case: Case, name: str) -> Path:
    """Where the state of a run is kept until it has finished."""
    return case.folder / "checkpoints" / f"{name}.npz"


def has_checkpoint(case: Case, name: str) -> bool:
    """Whether a run of a scenario was cut and can go on."""
    return checkpoint_of(case, name).exists()


EXERCISE = "_exercise"  # ends the name of a scenario that is another one at exercise


def counterpart(name: str) -> str:
    """The name of the same scenario at exercise, or at rest where it is that at exercise."""
    return name.removesuffix(EXERCISE) if name.endswith(EXERCISE) else name + EXERCISE


def has_states(name: str, scenario: Electrophysiology | Flow | None) -> bool:
    """Whether a scenario can be at rest or at exercise: a vessel's can; a ventricle moves as it did in the scanner."""
    return isinstance(scenario, Flow) and not name.startswith(VENTRICLE)


def at_exercise(name: str, rest: Electrophysiology | Flow) -> Flow:
    """The scenario ``rest`` at exercise; refuses one that has no such state."""
    if not isinstance(rest, Flow) or not has_states(name, rest):
        raise Refused(
            f"{rest.title!r} has no exercise state; only the flow through a vessel does. Choose one of those."
        )
    if name.endswith(EXERCISE):
        raise Refused(f"{rest.title!r} is at exercise already, and the case no longer has what it was made from.")
    own = any(not isinstance(behind, Windkessel) for behind in rest.outlets.values())
    if rest.inflow is not None or rest.inlet != "ejection" or own:
        raise Refused(
            f"{rest.title!r} has a measured inflow, a pressure at its inlet, or outlets that are no windkessels, and what becomes "
            "of them at exercise is not known. Make a scenario of its own with what they are then."
        )
    return exercise(rest)


def members_of(case: Case, name: str) -> Path:
    """Where the finished members of a run's ensemble are kept until all are."""
    return case.folder / "checkpoints" / f"{name}-members"


def has_members(case: Case, name: str) -> bool:
    """Whether a run of a scenario was cut after some members had finished."""
    return members_of(case, name).is_dir() and any(members_of(case, name).iterdir())


def _of_the_ventricle(measured: dict[str, float]) -> dict[str, Any]:
    """What a flow takes over of the numbers that were measured on the images."""
    taken: dict[str, Any] = {}
    if "stroke_volume" in measured:
        taken["stroke_volume"] = measured["stroke_volume"]
    if MEASURABLE[0] <= measured.get("ejection_fraction", 0.0) <= MEASURABLE[1]:
        taken["ventricle_pressure"] = VentriclePressure(ejection_fraction=round(measured["ejection_fraction"]))
    return taken


def default_scenarios(measures: tuple[Metric, ...], mesh: HeartMesh) -> dict[str, Electrophysiology | Flow]:
    """Sinus rhythm and one pacing site for a wall, one beat at rest for a blood pool."""
    if mesh.kind == "ventricles":
        if "apex" not in mesh.landmarks:  # from elsewhere, with unknown surfaces: nothing can be simulated on it yet
            return {}
        apex = mesh.landmarks["apex"]
        site = PacingSite(x=apex[0], y=apex[1], z=apex[2])
        paced = Electrophysiology(title="Pacing", tier="eikonal", start="paced", sites=(site,))
        return {"sinus_rhythm": Electrophysiology(), "pacing": paced}
    measured = {metric.name: metric.value for metric in measures}
    rest = with_shared_vessels(Flow(**_of_the_ventricle(measured)), mesh)
    return {"systole": rest, counterpart("systole"): as_child({"systole": rest}, "systole", exercise(rest))}
