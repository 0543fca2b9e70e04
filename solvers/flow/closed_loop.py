"""The whole circulation without space, as a closed loop: the ventricle's pressure where nobody measured it.

Four chambers whose elastances vary, four valves, arteries and veins of the body and the lungs, from the library ``circulation``
(MIT): Regazzoni et al. 2022, doi 10.1016/j.jcp.2022.111083. The arteries of the body are those behind the outlets of the scenario,
the aortic valve has besides its resistance the loss of the vessel's narrowing. Contractility and the volume of blood are found so
that the ventricle ejects the scenario's stroke volume with its ejection fraction; the chamber is as large as that asks for.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from scipy.optimize import root

from geometry.centerline import Centerline
from geometry.errors import Refused
from geometry.heart_mesh import Floats
from geometry.progress import Progress
from geometry.units import convert
from solvers.flow.drive import refuse_driven_members
from solvers.flow.network import Passage
from solvers.flow.shares import behind_outlets, joint
from solvers.flow.steady import fluid_of
from solvers.flow_records import PressureCurve
from solvers.result import Check, Trace
from solvers.scenario import Flow

STEP = 1.0  # ms, forward Euler, at most; within 0.2 % of an adaptive method, and a stiff ventricle needs less
SETTLING, SETTLED, TRIALS = 8.0, 20.0, 40  # s before a trial is judged, and before the answer is; trials at most
CLOSE = 0.01  # of stroke volume and ejection fraction
VENOUS = 0.3  # share of the body's resistance that lies behind its veins: 0.32 of 1.05 mmHg s/mL in the published model
USUAL = 136.8  # mL, end-diastolic volume of the published model, by which the left ventricle is scaled
# Of the left ventricle: mmHg/mL and mL. The published 0.17 and 42 let nobody eject 70 %, and ask for four times the end-systolic
# elastance of healthy people, 2.3 (Chen 2001, doi 10.1016/s0735-1097(01)01651-5); with these it fills to 12 mmHg.
STIFFNESS, EMPTY = 0.1, 10.0
USUAL_CYCLE = 0.8  # s, its beat; with the root of the beat's length contraction and relaxation become longer (Bazett)
ELASTANCE = np.log(0.2), np.log(20.0)  # mmHg/mL, the least and the largest that is tried
LONGEST = 0.85  # of the beat, that the ventricle's pressure is taken to be raised
POINTS = 200  # of the curve that drives the flow
ATRIUM, VENTRICLE, OUT = 0, 1, 5  # of the library's variables: pressures in mmHg, flow through the aortic valve in mL/s
VOLUME, AORTA, VEINS = 1, 4, 5  # of its states: the left ventricle's volume in mL, pressures in mmHg


@dataclass(frozen=True)
class Demand:
    """What a heart has to do: mL, %, 1/min; resistance mmHg s/mL and compliance mL/mmHg of the body; loss mmHg s2/mL2."""

    stroke_volume: float
    ejection_fraction: float
    heart_rate: float
    resistance: float
    compliance: float
    loss: float

    @property
    def end_diastolic_volume(self) -> float:
        """ML."""
        return self.stroke_volume / (self.ejection_fraction / 100)


@dataclass(frozen=True)
class ClosedLoop:
    """A beat that comes back.

    times  (t,) ms;  atrium, ventricle, aorta  (t,) mmHg;  volume  (t,) mL of the left ventricle;  outflow  (t,) mL/s
    contractility  end-systolic elastance, mmHg/mL
    """

    demand: Demand
    times: Floats
    atrium: Floats
    ventricle: Floats
    aorta: Floats
    volume: Floats
    outflow: Floats
    contractility: float

    @cached_property
    def stroke_volume(self) -> float:
        """ML that leave through the aortic valve."""
        return float(self.outflow.sum() * (self.times[1] - self.times[0]) / 1000)

    @property
    def ejection_fraction(self) -> float:
        """Percent."""
        return 100 * float(np.ptp(self.volume) / self.volume.max())

    @property
    def raised(self) -> float:
        """ms that the ventricle's pressure lies above the atrium's, for most of the beat at most."""
        length = float(self.times[-1] + self.times[1])
        return min(float(self.times[self.ventricle > self.atrium].max()), LONGEST * length)

    def curve(self) -> PressureCurve:
        """The ventricle's pressure over a beat, for the inlet."""
        length = float(self.times[-1] + self.times[1])
        at = np.linspace(0, length, POINTS + 1)
        values = np.interp(at, self.times, self.ventricle, period=length)
        return PressureCurve(times=tuple(at.tolist()), values=tuple(values.round(3).tolist()))

    def trace(self) -> Trace:
        """Pressures of the atrium, ventricle and aorta over the beat."""
        names = ("left atrium", "left ventricle", "aorta")
        return Trace(
            self.times,
            np.array([self.atrium, self.ventricle, self.aorta]),
            names,
            "mmHg",
            "Closed loop",
        )

    def checks(self) -> list[Check]:
        """What it ejects against what was asked for."""
        asked, source = self.demand, "the scenario"
        return [
            Check("stroke volume of the closed loop", self.stroke_volume, asked.stroke_volume,
                  CLOSE * asked.stroke_volume, "mL", source),
            Check("ejection fraction of the closed loop", self.ejection_fraction, asked.ejection_fraction,
                  CLOSE * asked.ejection_fraction, "%", source),
        ]  # fmt: skip

    def note(self) -> str:
        """Its numbers in words."""
        return (
            "The ventricle's pressure comes from the circulation as a closed loop (Regazzoni 2022): "
            f"it fills to {self.volume.max():.0f} mL and ejects {self.stroke_volume:.0f} mL at {self.ventricle.max():.0f} mmHg; "
            f"aorta {self.aorta.max():.0f} / {self.aorta.min():.0f} mmHg, left atrium {self.atrium.mean():.0f} mmHg on average, "
            f"end-systolic elastance {self.contractility:.1f} mmHg/mL."
        )


def with_closed_loop(scenario: Flow, line: Centerline, progress: Progress) -> tuple[Flow, ClosedLoop | None]:
    """The scenario driven by the ventricle's pressure of the closed loop along ``line``, where its inlet asks for that."""
    if scenario.inlet != "closed loop":
        return scenario, None
    refuse_driven_members(scenario)  # before the search, which takes its time
    loop = closed_loop(demand_of(scenario, line), progress)
    driven = scenario.ventricle_pressure.model_copy(update={"curve": loop.curve(), "duration": loop.raised})
    return scenario.model_copy(update={"inlet": "ventricle pressure", "ventricle_pressure": driven}), loop


def demand_of(scenario: Flow, line: Centerline) -> Demand:
    """What the scenario asks of the heart; refuses outlets that are no windkessels."""
    behind, _ = joint(behind_outlets(scenario))
    passage = Passage.along(line, fluid_of(scenario).density, one_way=True)
    return Demand(
        scenario.stroke_volume,
        scenario.ventricle_pressure.ejection_fraction,
        scenario.heart_rate,
        behind.proximal + behind.distal,
        behind.compliance,
        convert(passage.loss, "kPa*ms^2/mm^6", "mmHg*s^2/mL^2"),
    )


def closed_loop(demand: Demand, progress: Progress) -> ClosedLoop:
    """The circulation that does what is asked for; refuses what no heart can do."""
    search = _Search(demand, progress)
    found = root(
        search, [np.log(2.3), 0.0], method="hybr", options={"xtol": 1e-3, "maxfev": TRIALS, "eps": 1e-2, "factor": 1.0}
    )
    loop = search.last_beat(found.x, SETTLED)
    if not all(check.passed for check in loop.checks()):
        raise Refused(
            f"No circulation was found that ejects {demand.stroke_volume:.0f} mL, {demand.ejection_fraction:.0f} % of its volume, "
            f"{demand.heart_rate:.0f} times a minute against {demand.resistance:.2f} mmHg s/mL: "
            f"the nearest ejects {loop.stroke_volume:.0f} mL and {loop.ejection_fraction:.0f} %. Correct one of these numbers."
        )
    return loop


class _Search:
    """Trials one after the other, each from where the one before ended, so that they settle soon."""

    def __init__(self, demand: Demand, progress: Progress) -> None:
        self._demand, self._progress, self._tried = demand, progress, 0
        self._state: Floats | None = None
        self._added = 0.0

    def __call__(self, unknown: Floats) -> Floats:
        """How far off stroke and end-diastolic volume are."""
        self._tried += 1
        self._progress(min(0.9, self._tried / 16), "Finding the circulation that ejects this stroke volume")
        loop, asked = self.last_beat(unknown, SETTLING), self._demand
        return np.array([
            loop.stroke_volume / asked.stroke_volume - 1, loop.volume.max() / asked.end_diastolic_volume - 1,
        ])  # fmt: skip

    def last_beat(self, unknown: Floats, seconds: float) -> ClosedLoop:
        """The last beat of some time, with the logarithm of the elastance (mmHg/mL) and the volume of blood added (litres)."""
        elastance, cycle = float(np.exp(np.clip(unknown[0], *ELASTANCE))), 60 / self._demand.heart_rate
        states, variables = [], []
        with _model(self._demand, elastance) as model:
            stable = model.parameters["valves"]["AV"]["Rmin"] / elastance
            count = int(np.ceil(cycle / min(STEP / 1000, stable)))
            step, beats = cycle / count, int(np.ceil(seconds / cycle))
            state = model.state.copy() if self._state is None else self._state
            state[VEINS] += 1000 * (unknown[1] - self._added) / model.parameters["circulation"]["SYS"]["C_VEN"]
            for beat in range(beats):
                for k in range(count):
                    state = state + step * model.rhs(k * step, state)
                    if beat == beats - 1:
                        states.append(state)
                        variables.append(model.var.copy())
        self._state, self._added = state, float(unknown[1])
        seen, over = np.array(variables), np.array(states)
        rises = _rise(seen[:, VENTRICLE], seen[:, ATRIUM])
        seen, over = np.roll(seen, -rises, axis=0), np.roll(over, -rises, axis=0)
        times = 1000 * step * np.arange(count, dtype=np.float64)
        atrium, ventricle, out = seen[:, ATRIUM], seen[:, VENTRICLE], seen[:, OUT]
        stiffest = elastance + model.parameters["chambers"]["LV"]["EB"]
        return ClosedLoop(self._demand, times, atrium, ventricle, over[:, AORTA], over[:, VOLUME], out, stiffest)


def _rise(ventricle: Floats, atrium: Floats) -> int:
    """When the ventricle's pressure passes the atrium's for good: where a beat begins."""
    top = int(ventricle.argmax())
    below = np.roll(ventricle <= atrium, -top - 1)
    return int((np.flatnonzero(below)[-1] + top + 2) % len(ventricle)) if below.any() else 0


@contextmanager
def _model(demand: Demand, elastance: float) -> Iterator[Any]:
    """The library's model with this heart and these vessels; it writes files and sets up logging, which ends here."""
    from circulation.base import remove_units  # takes a while, which only this should pay
    from circulation.regazzoni2020 import Regazzoni2020

    size, quiet = demand.end_diastolic_volume / USUAL, logging.NullHandler()
    chambers = remove_units(Regazzoni2020.default_parameters()["chambers"])
    left, pace = chambers["LV"], float(np.sqrt(60 / demand.heart_rate / USUAL_CYCLE))
    chambers["LV"] = left | {"EA": elastance, "EB": STIFFNESS / size, "V0": EMPTY * size}
    for name, chamber in chambers.items():  # shorter where the beat is; atria contract just before ventricles
        begins = left["tC"] - (chamber["TC"] if name.endswith("A") else 0.0)
        chambers[name] = chamber | {"TC": pace * chamber["TC"], "TR": pace * chamber["TR"], "tC": pace * begins}
    body = {
        "R_AR": (1 - VENOUS) * demand.resistance, "R_VEN": VENOUS * demand.resistance, "C_AR": demand.compliance,
    }  # fmt: skip
    logging.getLogger().addHandler(quiet)
    try:
        with TemporaryDirectory() as folder:
            model = Regazzoni2020(
                {"HR": demand.heart_rate / 60, "chambers": chambers, "circulation": {"SYS": body}},
                outdir=Path(folder),
            )
            model.R_AV = _narrowed(model.R_AV, demand.loss)
            yield model
    finally:
        logging.getLogger().removeHandler(quiet)


def _narrowed(valve: Any, loss: float) -> Any:
    """The resistance of a valve, mmHg s/mL, whose open way loses ``loss`` Q^2 besides R Q."""

    def resistance(before: float, behind: float) -> float:
        plain = float(valve(before, behind))
        excess = before - behind
        if excess <= 0 or loss == 0:
            return plain
        return 0.5 * (plain + float(np.sqrt(plain**2 + 4 * loss * excess)))  # R Q + B Q^2 = excess, and excess / Q

    return resistance
