"""What a scenario says about the vessels behind each outlet of a mesh, and where they start from."""

from collections.abc import Callable, Mapping
from math import inf

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.units import convert
from solvers.flow.fitness import OUTLETS, outlet_names, refuse_unconditioned
from solvers.flow.network import Network, Passage
from solvers.flow.waveform import Waveform, one_beat
from solvers.flow.windkessel import Outlet, OutletModel, PressureOutlet
from solvers.flow_records import PressureCurve, Resistance, Windkessel
from solvers.scenario import Flow

RESISTANCE = "mmHg*s/mL", "kPa*ms/mm**3"
PRESSURE = "mmHg", "kPa"


def outlet_of(settings: Windkessel | Resistance) -> Outlet:
    """A windkessel or resistance of a scenario, in internal units."""
    venous = convert(settings.venous, *PRESSURE)
    if isinstance(settings, Resistance):
        return Outlet(convert(settings.resistance, *RESISTANCE), venous=venous)
    return Outlet(
        proximal=convert(settings.proximal, *RESISTANCE),
        distal=convert(settings.distal, *RESISTANCE),
        compliance=convert(settings.compliance, "mL/mmHg", "mm**3/kPa"),
        venous=venous,
    )


def outlet_models(blood: HeartMesh, scenario: Flow) -> dict[str, OutletModel]:
    """Name -> what is behind it, in the order of the mesh; refuses an outlet without a condition, and one without an outlet."""
    said = dict(scenario.outlets)
    if OUTLETS in outlet_names(blood):
        said.setdefault(OUTLETS, scenario.windkessel)
    refuse_unconditioned(blood, said)
    return {name: _model(name, said[name], scenario) for name in outlet_names(blood)}


def _model(name: str, settings: Windkessel | Resistance | PressureCurve, scenario: Flow) -> OutletModel:
    if not isinstance(settings, PressureCurve):
        return outlet_of(settings)
    cycle = 60_000.0 / scenario.heart_rate
    wave = Waveform(settings.times, tuple(convert(value, *PRESSURE) for value in settings.values))
    return PressureOutlet(one_beat(wave, cycle, f"The pressure curve of {name}"))


def periodic_starts(
    models: Mapping[str, OutletModel],
    drive: Callable[[float], float],
    cycle: float,
    passage: Passage | None = None,
) -> Floats:
    """(k,) kPa, stored pressures that come back after one beat of the circulation without space.

    drive  mm3/ms into it at a time in ms, or the pressure in kPa before the ``passage`` that leads into it
    """
    return Network(tuple(models.values()), drive, cycle, passage).periodic()[0]


def steady_outlets(blood: HeartMesh, scenario: Flow) -> dict[str, OutletModel]:
    """What stands for the outlets at a constant flow, pressures counting from theirs: nothing, or whole resistances for several."""
    models = outlet_models(blood, scenario)
    if len(models) == 1:
        return dict.fromkeys(models, Outlet(0.0))
    resistances = {name: Outlet(model.resistance(inf)) for name, model in models.items() if isinstance(model, Outlet)}
    if len(resistances) < len(models):
        raise Refused(
            "An ensemble needs a resistance or windkessel behind every outlet. "
            "Give one instead of the pressure curve, or set the members to 0."
        )
    return dict(resistances)
