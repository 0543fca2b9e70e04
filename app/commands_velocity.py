"""The verb of measured velocities."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from app.commands import Json, opened_case, run, tell_metrics
from app.console import say
from app.measured_velocity import LIKENESS, SUFFIX, needed_velocity
from geometry.errors import Refused
from geometry.measured_velocity import Axes, Unit


def velocity(
    case: Path,
    *,
    file: Annotated[Path | None, Parameter("--from")] = None,
    unit: Unit | None = None,
    beat: float | None = None,
    axes: Axes = "patient",
    over: Annotated[str | None, Parameter("--run")] = None,
    inflow: str | None = None,
    json: Json = None,
) -> None:
    """Take in velocities that a scanner measured (4D flow), lay them over a finished flow, and drive a flow by them.

    Parameters
    ----------
    file
        NIfTI (x, y, z, phase, 3), .npz of velocity (phase, x, y, z, 3), affine and times, or a VTK image of one phase
    unit
        That of the file, which does not tell it
    beat
        Length of a beat in ms, where there are several phases
    axes
        Whether the components go to the patient's right, front and head, or along the image's own axes
    over
        The run to compare with; the newest flow without
    inflow
        A flow scenario; one more is made, NAME_measured, driven by the measured flow and its profile at the inlet
    """
    opened = opened_case(case)
    if file is not None and unit is None:
        raise Refused("Files of velocities do not say in which unit they are. Give it with --unit m/s, cm/s or mm/s.")
    name = over or next((one for one in reversed(opened.runs()) if opened.result(one).kind == "flow"), None)
    files = [str(file.resolve())] if file is not None else []
    if not files:
        needed_velocity(opened)
    run(opened, "velocity", {"files": files, "unit": unit, "beat": beat, "axes": axes, "run": name, "inflow": inflow})
    measured = needed_velocity(opened)
    fastest = measured.fastest()
    say(f"  {len(measured.times)} phases over {measured.cycle:.0f} ms, fastest {fastest:.2f} m/s")
    if inflow is not None:
        say(f"  The scenario {inflow.removesuffix(SUFFIX) + SUFFIX!r} is driven by the measured flow.")
    found = opened.result(name).metrics if name is not None else ()
    told = tuple(metric for metric in found if metric.name in LIKENESS)
    tell_metrics(told, json, {"case": str(case), "run": name, "phases": len(measured.times), "fastest_m_s": fastest})


VELOCITY_VERBS: Mapping[str, Any] = {"velocity": velocity}
