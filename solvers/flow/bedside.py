"""What an echo laboratory makes of a flow: gradients by Bernoulli's equation, orifice by continuity, recovery of pressure.

Velocities in m/s, areas in mm2, gradients in mmHg. x = EOA / A, the share of the aorta that the jet takes up:
recovery  4 v^2 2 x (1 - x)  (Baumgartner 1999, J Am Coll Cardiol 33:1655),
energy loss coefficient  EOA A / (A - EOA)  (Garcia 2000, doi 10.1161/01.CIR.101.7.765).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.heart_mesh import Floats
from geometry.metric import Metric
from solvers.flow.metrics import bernoulli


@dataclass(frozen=True)
class Doppler:
    """What Doppler would measure over a beat.

    times   (t,) ms;  jet, tract  (t,) m/s, fastest in the jet, and in the outflow tract before the narrowing
    tract_area, aorta_area   mm2;  volume  mm3 a beat;  cycle  ms
    """

    times: Floats
    jet: Floats
    tract: Floats
    tract_area: float
    aorta_area: float
    volume: float
    ejecting: NDArray[np.bool_]

    def velocity_integral(self, velocity: Floats) -> float:
        """VTI in mm (m/s times ms) over ejection."""
        return float(np.trapezoid(np.where(self.ejecting, velocity, 0.0), self.times))

    @property
    def effective_area(self) -> float:
        """EOA = A_LVOT VTI_LVOT / VTI_jet."""
        return self.tract_area * self.velocity_integral(self.tract) / self.velocity_integral(self.jet)

    @property
    def index(self) -> float:
        """Dimensionless index  VTI_LVOT / VTI_jet."""
        return self.velocity_integral(self.tract) / self.velocity_integral(self.jet)

    def mean_gradient(self, *, proximal: bool) -> float:
        """Mean over ejection of  4 (v2^2 - v1^2),  or 4 v2^2."""
        gradient = bernoulli_curve(self.jet, self.tract if proximal else np.zeros_like(self.jet))
        length = np.trapezoid(self.ejecting.astype(float), self.times)
        return float(np.trapezoid(np.where(self.ejecting, gradient, 0.0), self.times) / length)


def bernoulli_curve(jet: Floats, tract: Floats) -> Floats:
    """4 (v2^2 - v1^2) at every moment."""
    return np.array([bernoulli(float(v2), float(v1)) for v2, v1 in zip(jet, tract, strict=True)])


def pressure_recovery(velocity: float, effective: float, aorta: float) -> float:
    """What comes back behind the narrowing, mmHg: 4 v^2 2 x (1 - x); none where the jet is as wide as the aorta."""
    share = min(effective / aorta, 1.0)
    return 4.0 * velocity**2 * 2 * share * (1 - share)


def energy_loss_coefficient(effective: float, aorta: float) -> float:
    """mm2; infinite where nothing is lost."""
    return effective * aorta / (aorta - effective) if effective < aorta else float("inf")


def doppler_metrics(seen: Doppler, computed: float, body: float | None = None) -> list[Metric]:
    """Gradients side by side with the computed peak drop (mmHg), and the orifice; ``body`` in m2 indexes it."""
    top = int(np.argmax(seen.jet))
    fastest, before = float(seen.jet[top]), float(seen.tract[top])
    effective = seen.effective_area
    recovered = pressure_recovery(fastest, effective, seen.aorta_area)
    net = bernoulli(fastest, before) - recovered
    loss = energy_loss_coefficient(effective, seen.aorta_area)
    found = [
        Metric("echo_mean_gradient", "Mean gradient as echo computes it", seen.mean_gradient(proximal=False), "mmHg",
               note="mean of 4 v^2 over ejection"),
        Metric("pressure_recovery", "Pressure that comes back in the aorta", recovered, "mmHg",
               note="4 v^2 2x (1 - x), x = EOA / area of the aorta; Baumgartner 1999"),
        Metric("bernoulli_drop_recovered", "Bernoulli drop with proximal velocity and recovery", net, "mmHg",
               note=f"v1 = {before:.2f} m/s in the outflow tract; computed from the flow itself: {computed:.0f} mmHg"),
        Metric("echo_orifice_area", "Effective orifice area by continuity", effective / 100, "cm^2",
               note="outflow tract: area times velocity integral, over that of the jet"),
        Metric("velocity_index", "Dimensionless velocity index", seen.index, "1", note="severe below 0.25 (Otto 2021)"),
        Metric("energy_loss_coefficient", "Energy loss coefficient", loss / 100, "cm^2", note="Garcia 2000"),
    ]  # fmt: skip
    if body:
        index = Metric(
            "energy_loss_index",
            "Energy loss index",
            loss / 100 / body,
            "cm2/m2",
            note="severe at 0.52 or less (Garcia 2000)",
        )
        found.append(index)
    return found
