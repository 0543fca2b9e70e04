"""Markers of a beat and of an ECG that drug safety looks at."""

from dataclasses import dataclass

import numpy as np

from geometry.errors import Refused
from solvers.cells.kernel import Floats
from solvers.cells.pace import action_potential_duration

# qNet below the first is high risk, below the second intermediate (mean of 1 to 4 times the free peak, uC/uF); Li 2019,
# doi 10.1002/cpt.1184
QNET_HIGH, QNET_LOW = 0.0579, 0.0689
QNET_CURRENTS = ("i_NaL", "i_CaL", "i_Kr", "i_Ks", "i_K1", "i_to")


@dataclass(frozen=True)
class BeatMarkers:
    """Of one beat: durations in ms (NaN where it did not repolarise), potentials in mV, and whether it after-depolarised."""

    apd90: float
    apd50: float
    resting: float
    peak: float
    early_afterdepolarisation: bool

    @property
    def triangulation(self) -> float:
        """APD90 - APD50, ms."""
        return self.apd90 - self.apd50


def has_early_afterdepolarisation(times: Floats, V: Floats, rise: float = 1.0, after: float = 150.0) -> bool:
    """Whether V climbed again by ``rise`` mV later than ``after`` ms while above -60 mV, or never came back to -60 mV."""
    late = V[times > after]
    if late.size == 0 or late[-1] > -60.0:
        return True
    above = late[: int(np.argmax(late < -60.0))]  # up to the first time it is repolarised
    fired_again = bool((late[len(above) :] > -40.0).any())
    return fired_again or (above.size > 0 and bool((above - np.minimum.accumulate(above)).max() > rise))


def measure_beat(times: Floats, V: Floats) -> BeatMarkers:
    """Markers of a beat: times (t,) ms from the stimulus, V (t,) mV."""
    fired = float(V.max()) > 0.0
    return BeatMarkers(
        action_potential_duration(times, V, 0.9),
        action_potential_duration(times, V, 0.5),
        float(V[-1]),
        float(V.max()),
        fired and has_early_afterdepolarisation(times, V),
    )


def classify(mean_qnet: float, afterdepolarised: bool) -> str:
    """Risk by the mean qNet over 1 to 4 times the free peak; an early afterdepolarisation overrides it."""
    if afterdepolarised or mean_qnet < QNET_HIGH:
        return "high"
    return "intermediate" if mean_qnet < QNET_LOW else "low"


def correct_qt(qt: float, rr: float) -> dict[str, float]:
    """QT (ms) at a cycle ``rr`` (ms) brought to 60 beats a minute, by four rules; Vandenberk 2016, doi 10.1161/JAHA.116.003264."""
    if not (qt > 0.0 and rr > 0.0):
        raise Refused(f"QT {qt:g} ms at a cycle of {rr:g} ms was given. Both must be above 0.")
    seconds = rr / 1000.0
    return {
        "Bazett": qt / seconds**0.5,
        "Fridericia": qt / seconds ** (1.0 / 3.0),
        "Framingham": qt + 154.0 * (1.0 - seconds),
        "Hodges": qt + 1.75 * (60.0 / seconds - 60.0),
    }
