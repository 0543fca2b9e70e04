"""The parts of a heart's activation that differ from person to person and are seen in no image: exits and currents."""

from typing import Literal

from solvers.record import Record, choice, number


class RootSite(Record):
    """An exit of the conduction system on an endocardium, told on the axes of the heart.

    The SDs say how far a healthy heart may differ from what was read off Durrer's figures (doi 10.1161/01.CIR.41.6.899);
    they are assumed.
    """

    name: str = choice("", "What it is called")
    surface: Literal["endo_lv", "endo_rv"] = choice("endo_lv", "The endocardium that it lies on")
    height: float = number(0.5, "1", 0, 0.9, "Height of the exit (0 apex, 1 base)", "Durrer 1970; SD assumed", sd=0.08)
    angle: float = number(
        0,
        "deg",
        -180,
        180,
        "Angle of the exit (0 middle of the septum, 90 anterior wall)",
        "Durrer 1970; SD assumed",
        sd=15,
    )
    time: float = number(
        0, "ms", -60, 60, "Time of the exit (only differences between exits count)", "Durrer 1970; SD assumed", sd=3
    )


class Repolarization(Record):
    """How strong the currents are that end the action potential, in every cell of the heart."""

    rapid: float = number(1, "1", 0.2, 3, "IKr against the published cell", "as published")
    slow: float = number(1, "1", 0.2, 3, "IKs against the published cell", "as published")
