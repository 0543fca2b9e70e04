"""The doubt of an activation: the eikonal model run for every draw of velocities, fibre angles and outlines."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geometry.heart_mesh import Floats
from geometry.progress import Progress, silent
from solvers.electrophysiology.activation_metrics import activation_metrics
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.electrophysiology.outlines import model_of, needed_outlines
from solvers.result import Trace
from solvers.scenario import Electrophysiology
from solvers.uncertainty.ensemble import Members, run_members
from solvers.uncertainty.member_store import Arrays, MemberStore
from solvers.uncertainty.sampling import draws
from solvers.uncertainty.summary import interval

# A member takes half a second; starting processes and sending them the heart takes longer than they save below this
# (16 members, 30 000 nodes, busy machine with 2 cores: 15 s here, 28 s in two processes).
WORTH_PROCESSES = 64


@dataclass(frozen=True)
class EikonalMemberAnswer:
    """Activation (n,) ms, ECG and the metrics' values of one member."""

    activation: NDArray[np.float32]
    ecg: Trace
    values: dict[str, float]


class EikonalMember:
    """Runs one draw; prepares the mesh once per process that it is sent to."""

    def __init__(self, model: EikonalModel, scenario: Electrophysiology, duration: float) -> None:
        self._mesh, self._fields, self._scenario, self._duration = model.mesh, model.fields, scenario, duration
        self._outlines = needed_outlines(model.mesh, scenario)

    @classmethod
    def with_model(cls, model: EikonalModel, scenario: Electrophysiology, duration: float) -> "EikonalMember":
        """One that is ready here already."""
        member = cls(model, scenario, duration)
        member._model = model
        return member

    def __getstate__(self) -> dict[str, object]:
        """What is sent to a process: without the prepared model, which holds a compiled kernel."""
        return {name: value for name, value in self.__dict__.items() if name != "_model"}

    @cached_property
    def _model(self) -> EikonalModel:
        return EikonalModel(self._mesh, self._fields)

    def __call__(self, draw: Electrophysiology) -> EikonalMemberAnswer:
        """Activation, ECG and metrics of this draw."""
        model = model_of(self._model, self._outlines, self._scenario, draw)
        answer = model.answer(draw, self._duration)
        metrics = activation_metrics(model.mesh, answer.activation, answer.ecg)
        return EikonalMemberAnswer(answer.activation.astype(np.float32), answer.ecg, {m.name: m.value for m in metrics})


def run_eikonal_ensemble(
    model: EikonalModel,
    scenario: Electrophysiology,
    duration: float,
    workers: int,
    progress: Progress = silent,
    cluster: str = "",
    kept: Path | None = None,
) -> Members[EikonalMemberAnswer]:
    """All members of the scenario's ensemble; their ECGs share the times 0 .. ``duration`` ms.

    cluster, kept   address of a Dask scheduler, and the folder where finished members are kept until all are
    """
    wanted = scenario.ensemble
    members = draws(scenario, wanted.members, wanted.seed)
    workers = workers if wanted.members >= WORTH_PROCESSES else 1
    context = f"eikonal {model.mesh.digest()} {duration:g}"
    store = None if kept is None else MemberStore(kept, context, _packed, _unpacked)
    member = EikonalMember.with_model(model, scenario, duration)
    return run_members(member, members, workers, progress, store, cluster)


def _packed(answer: EikonalMemberAnswer) -> Arrays:
    ecg, values = answer.ecg, answer.values
    facts = np.array([*ecg.channels, ecg.unit, ecg.label])
    names, numbers = np.array(list(values)), np.array(list(values.values()))
    arrays = {"activation": answer.activation, "times": ecg.times, "ecg": ecg.values, "facts": facts}
    return arrays | {"names": names, "numbers": numbers}


def _unpacked(arrays: Arrays) -> EikonalMemberAnswer:
    *channels, unit, label = (str(word) for word in arrays["facts"])
    ecg = Trace(arrays["times"], arrays["ecg"], tuple(channels), unit, label)
    values = {str(name): float(x) for name, x in zip(arrays["names"], arrays["numbers"], strict=True)}
    return EikonalMemberAnswer(arrays["activation"], ecg, values)


def ecg_band(answers: list[EikonalMemberAnswer]) -> tuple[Trace, Trace]:
    """The 5 % and 95 % curves of the members' ECGs, at each time on its own."""
    first = answers[0].ecg
    low, high = interval(np.array([answer.ecg.values for answer in answers]))
    return (
        Trace(first.times, low, first.channels, first.unit, f"12-lead ECG, 5 % of {len(answers)} members"),
        Trace(first.times, high, first.channels, first.unit, f"12-lead ECG, 95 % of {len(answers)} members"),
    )


def ecg_members(answers: list[EikonalMemberAnswer]) -> Trace:
    """The ECG of each member, (members, leads, t)."""
    first, values = answers[0].ecg, np.array([answer.ecg.values for answer in answers], np.float32)
    return Trace(first.times, values, first.channels, first.unit, "12-lead ECG, each member")


def default_threshold(activation: Floats) -> float:
    """ms, the 90th percentile of a single run, rounded to 5 ms: what counts as late in this heart."""
    return float(5 * round(float(np.nanquantile(activation, 0.9)) / 5))
