"""What a run leaves: fields on the mesh, traces over time, numbers with intervals, and how it was made.

A result is a folder: result.json (numbers, checks, stamp), fields.vtkhdf (ParaView opens it), traces.npz.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.metric import Metric


@dataclass(frozen=True)
class Field:
    """A quantity on the nodes of the mesh.

    values     (n,) or (n, 3); with ``times``: (t, n) or (t, n, 3). NaN where there is no answer
    unit       e.g. "ms"
    label      as shown, e.g. "Activation time"
    times      ms of each frame; empty for a field that does not change
    low_word, high_word   what small and large mean, e.g. "EARLY", "LATE"
    """

    values: NDArray[np.floating]
    unit: str
    label: str
    times: tuple[float, ...] = ()
    low_word: str = ""
    high_word: str = ""

    def fits(self, nodes: int) -> bool:
        """Whether it is on as many nodes as a mesh has (an older run may be on another)."""
        return int(np.asarray(self.values).shape[1 if self.times else 0]) == nodes


@dataclass(frozen=True)
class Trace:
    """Curves over time: values (channels, t) or, of an ensemble, (members, channels, t); one name per channel, times (t,) ms."""

    times: NDArray[np.floating]
    values: NDArray[np.floating]
    channels: tuple[str, ...]
    unit: str
    label: str

    def member(self, number: int) -> "Trace":
        """The curves of one member of an ensemble, counted from 0."""
        return replace(self, values=np.asarray(self.values)[number])


@dataclass(frozen=True)
class Lines:
    """Something drawn as lines: points (p, 3) mm, segments (s, 2) between them, label as shown.

    values   (s,) what a segment is coloured by;  frames  (s,) the frame of the run at which it is drawn; None: there are none
    """

    points: NDArray[np.floating]
    segments: NDArray[np.integer]
    label: str
    values: NDArray[np.floating] | None = None
    frames: NDArray[np.integer] | None = None


@dataclass(frozen=True)
class Check:
    """One thing that was verified: a value against a reference within a tolerance (all in ``unit``)."""

    name: str
    value: float
    reference: float
    tolerance: float
    unit: str = ""
    source: str = ""

    @property
    def passed(self) -> bool:
        """Whether the value is within the tolerance (a NaN never is)."""
        return bool(abs(self.value - self.reference) <= self.tolerance)


@dataclass(frozen=True)
class Result:
    """A finished run.

    kind     "electrophysiology" or "flow"
    method   what produced it, in words: "eikonal", "monodomain", "Navier-Stokes" ...
    fields   name -> Field. With an ensemble, for a field F: F_mean, F_sd, F_exceedance (probability), F_members (members, n)
    traces   name -> Trace, e.g. "ecg" (mV, 12 leads), "pressure_flow"; with an ensemble ecg_low, ecg_high, ecg_members
    metrics  numbers with 90 % intervals where an ensemble was run
    checks   self-checks made during the run (flux balance, conduction ...)
    notes    sentences: warnings, what it is not validated for
    stamp    everything needed to run it again: scenario, mesh digest, versions, seeds, wall time
    lines    name -> Lines, e.g. "purkinje": a grown network
    members  metric name -> (members,) its value in each member of the ensemble, NaN where that one failed; and
             "input:PATH" -> (members,) the number drawn for the scenario's entry PATH, e.g. "input:velocities.fiber"
    """

    kind: str
    method: str
    fields: Mapping[str, Field] = field(default_factory=dict)
    traces: Mapping[str, Trace] = field(default_factory=dict)
    metrics: tuple[Metric, ...] = ()
    checks: tuple[Check, ...] = ()
    notes: tuple[str, ...] = ()
    stamp: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, Lines] = field(default_factory=dict)
    members: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
