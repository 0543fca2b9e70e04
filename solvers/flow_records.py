"""The parts of a flow scenario: vessels, pressures, measured curves, blood that thins."""

from solvers.record import Record, choice, number


class Windkessel(Record):
    """Three-element outlet: proximal resistance, compliance, distal resistance."""

    proximal: float = number(
        0.05,
        "mmHg*s/mL",
        0.001,
        10,
        "Characteristic impedance Rp",
        "Stergiopulos 1999, doi 10.1152/ajpheart.1999.276.1.H81",
    )
    distal: float = number(1.0, "mmHg*s/mL", 0.01, 50, "Peripheral resistance Rd", "Stergiopulos 1999")
    compliance: float = number(1.5, "mL/mmHg", 0.001, 50, "Arterial compliance C", "Stergiopulos 1999")
    venous: float = number(5, "mmHg", 0, 30, "Venous pressure")


class VesselOutline(Record):
    """How far the wall of the blood lies outside the segmented one: the mean over it, more where its edge is less clear."""

    vessel: float = number(
        0,
        "mm",
        -3,
        3,
        "Wall of the vessel outside the segmented one",
        "assumed, as readers differ; a mesh of a segmentation with probabilities has its own SD",
        sd=0.3,
    )


class Cuff(Record):
    """Blood pressure at the arm, taken as that of the aorta."""

    systolic: float = number(120, "mmHg", 60, 280, "Systolic pressure by cuff", "healthy adult at rest")
    diastolic: float = number(75, "mmHg", 30, 160, "Diastolic pressure by cuff", "healthy adult at rest")
    error: float = number(
        8,
        "mmHg",
        1,
        30,
        "SD of the error of one reading",
        "the most that ISO 81060-2 lets a device have; its mean at most 5",
    )


class Ventricle(Record):
    """Used where the blood is that of a ventricle whose wall moves."""

    atrial_pressure: float = number(
        8,
        "mmHg",
        0,
        40,
        "Pressure of the atrium while the ventricle fills",
        "mean left atrial pressure, 4 to 12 at rest",
    )


class Resistance(Record):
    """A plain resistance behind an outlet."""

    resistance: float = number(1.0, "mmHg*s/mL", 0, 500, "Resistance of the vessels behind")
    venous: float = number(5, "mmHg", 0, 100, "Pressure behind them")


class PressureCurve(Record):
    """A pressure over one beat, repeated; straight between its points."""

    times: tuple[float, ...] = choice(
        (0.0, 857.0), "Times from the start of the beat, ms; the last is the beat's length"
    )
    values: tuple[float, ...] = choice((90.0, 90.0), "Pressures then, mmHg; the last is the first")


class FlowCurve(Record):
    """A flow over one beat, repeated; straight between its points."""

    times: tuple[float, ...] = choice((0.0, 857.0), "Times from the start of the beat, ms; the last is its length")
    values: tuple[float, ...] = choice((0.0, 0.0), "Flows then, mL/s; the last is the first")


class VentriclePressure(Record):
    """The pressure of the ventricle, where it drives the inlet: half a sine wave above the filling pressure, or a curve."""

    peak: float = number(120, "mmHg", 20, 350, "Peak pressure of the ventricle", "healthy adult at rest")
    filling: float = number(8, "mmHg", 0, 60, "Pressure while it fills", "4 to 12 at rest")
    duration: float = number(400, "ms", 100, 700, "How long it is raised", "ejection and both isovolumic phases")
    curve: PressureCurve | None = choice(None, "A measured curve in place of the three numbers")
    ejection_fraction: float = number(
        60,
        "%",
        8,
        85,
        "Ejection fraction, where a closed loop finds the pressure",
        "healthy adult; measured where there are phases",
    )


class Thinning(Record):
    """Blood that is thicker where it moves slowly (Carreau): viscosity falls from this one to the one of fast blood."""

    still: float = number(56, "mPa*s", 1, 500, "Viscosity at rest", "Cho 1991, doi 10.3233/bir-1991-283-415")
    relaxation: float = number(3313, "ms", 1, 100_000, "Relaxation time lambda", "Cho 1991")
    power: float = number(0.3568, "1", 0.05, 1, "Power n", "Cho 1991")
