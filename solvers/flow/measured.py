"""Measured velocities beside computed ones: how far apart they are, and the measured ones as an inflow."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.heart_mesh import Floats, HeartMesh
from geometry.measured_velocity import MeasuredVelocity
from geometry.metric import Metric
from solvers.flow.inflow import scaled_to_unit_flux
from solvers.flow.surface_integrals import nodal_flux
from solvers.flow_records import FlowCurve
from solvers.result import Field

SEEN = 0.5  # of the blood's nodes, at least, that must lie inside the measured image
FAST = 0.25  # of the largest mean speed over the beat: frames with less are not compared
MEASURED, DIFFERENCE = "velocity_measured", "velocity_difference"


@dataclass(frozen=True)
class Likeness:
    """Fields of the measured velocity and of the difference, at the times of the run, and what they come to.

    rms          m/s, root mean square of the vector difference over the blood while it moves
    correlation  of the components;  slope  of computed against measured ones
    shift        ms by which the measured beat was moved, so that both are fastest at the same time
    """

    measured: Field
    difference: Field
    rms: float
    correlation: float
    slope: float
    shift: float

    def metrics(self) -> list[Metric]:
        """As numbers of a run."""
        moved = f"measured beat moved by {self.shift:.0f} ms, so that both are fastest at the same time"
        return [
            Metric("velocity_rms_difference", "Measured against computed velocity, RMS", self.rms, "m/s", note=moved),
            Metric("velocity_correlation", "Measured against computed velocity, correlation", self.correlation, "1"),
            Metric("velocity_slope", "Computed velocity per measured", self.slope, "1", note="least squares over components"),
        ]  # fmt: skip


def compare(mesh: HeartMesh, computed: Field, measured: MeasuredVelocity) -> Likeness:
    """Lay a measured beat over a computed one (t, n, 3) m/s on the mesh; refuses an image that lies elsewhere."""
    seen = measured.at(mesh.points)
    inside = np.isfinite(seen).all(axis=(0, 2))
    if inside.mean() < SEEN:
        raise Refused(
            f"Only {inside.mean():.0%} of the blood lies inside the measured image. Is it of this patient and in the same "
            "coordinates (mm, right-front-head)?"
        )
    weights = np.where(inside, _volumes(mesh), 0.0)
    times, values = np.asarray(computed.times), np.asarray(computed.values)
    own, other = (_mean_speed(one, weights) for one in (values, seen))
    shift = float(times[own.argmax()] - measured.times[int(other.argmax())]) if len(seen) > 1 else 0.0
    laid = _at_times(seen, measured, times - shift)
    apart = np.linalg.norm(values - laid, axis=-1).astype(np.float32)
    moving = own >= FAST * own.max() if len(seen) > 1 else np.arange(len(times)) == own.argmax()
    weight = np.broadcast_to(weights[inside, None], (int(moving.sum()), int(inside.sum()), 3)).ravel()
    first, second = laid[moving][:, inside].ravel().astype(float), values[moving][:, inside].ravel().astype(float)
    rms = np.sqrt(3 * np.average((first - second) ** 2, weights=weight))
    correlation, slope = _agreement(first, second, weight)
    return Likeness(
        Field(laid, "m/s", "Measured velocity", computed.times, "SLOW", "FAST"),
        Field(apart, "m/s", "Measured against computed velocity", computed.times, "ALIKE", "APART"),
        float(rms), correlation, slope, shift,
    )  # fmt: skip


def measured_curve(blood: HeartMesh, measured: MeasuredVelocity) -> FlowCurve:
    """The measured flow through the inlet over the beat, closed; refuses one that does not go in."""
    if len(measured.times) < 4:
        raise Refused(f"{len(measured.times)} phases make no curve over the beat; four are needed at least.")
    flows = -np.einsum("ij,tij->t", nodal_flux(blood, "inlet"), _at_inlet(blood, measured))
    if flows.max() <= 0:
        raise Refused(
            "By the measured velocities no blood enters through the inlet. Are the components along the image's axes "
            "rather than the patient's, or is their sign turned?"
        )
    times = [*measured.times, measured.cycle]
    if times[0] > 0:
        times, flows = [0.0, *times], np.array([flows[-1], *flows])
    return FlowCurve(times=tuple(times), values=(*flows.tolist(), float(flows[0])))


def measured_profile(blood: HeartMesh, measured: MeasuredVelocity) -> Floats:
    """(n, 3) in 1/mm2, the measured velocities over the inlet at their largest flow, still at the rim, of unit flux."""
    velocity = _at_inlet(blood, measured)
    flows = -np.einsum("ij,tij->t", nodal_flux(blood, "inlet"), velocity)
    profile = np.asarray(velocity[int(flows.argmax())], dtype=float)
    profile[np.unique(blood.tagged("wall"))] = 0.0
    return scaled_to_unit_flux(blood, profile)


def _at_inlet(blood: HeartMesh, measured: MeasuredVelocity) -> Floats:
    """(t, n, 3) m/s, zero off the inlet."""
    nodes = np.unique(blood.tagged("inlet"))
    found = np.zeros((len(measured.times), *blood.points.shape))
    found[:, nodes] = measured.at(blood.points[nodes])
    if not np.isfinite(found).all():
        raise Refused("The inlet lies outside the measured image; its flow was not measured there.")
    return found


def _volumes(mesh: HeartMesh) -> Floats:
    shares = np.repeat(mesh.tet_volumes() / 4, 4)
    return np.bincount(mesh.tets.ravel(), weights=shares, minlength=len(mesh.points))


def _mean_speed(velocity: NDArray[np.floating], weights: Floats) -> Floats:
    return np.array([weights @ np.linalg.norm(np.nan_to_num(one), axis=1) / weights.sum() for one in velocity])


def _at_times(seen: NDArray[np.float32], measured: MeasuredVelocity, times: Floats) -> NDArray[np.float32]:
    """(s, n, 3) at other times of the beat, linear between its phases and from the last to the first."""
    known = np.array([*measured.times, measured.times[0] + measured.cycle])
    laid = np.empty((len(times), *seen.shape[1:]), dtype=np.float32)
    for number, time in enumerate((times - known[0]) % measured.cycle + known[0]):
        after = int(np.clip(np.searchsorted(known, time, side="right"), 1, len(known) - 1))
        share = (time - known[after - 1]) / (known[after] - known[after - 1])
        laid[number] = (1 - share) * seen[after - 1] + share * seen[after % len(seen)]
    return laid


def _agreement(first: Floats, second: Floats, weight: Floats) -> tuple[float, float]:
    a, b = (one - np.average(one, weights=weight) for one in (first, second))
    own, both, other = (np.average(one, weights=weight) for one in (a * a, a * b, b * b))
    return float(both / max(np.sqrt(own * other), 1e-300)), float(both / max(own, 1e-300))
