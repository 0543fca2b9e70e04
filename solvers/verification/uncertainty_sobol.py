"""Sobol indices of functions whose indices are known exactly, straight and through an emulator, and how honest that is.

Ishigami with a = 7, b = 0.1 (Ishigami & Homma 1990, doi 10.1109/ISUMA.1990.151285) and the G function with
a = 0, 1, 4.5, 9, 99, 99, 99, 99 (Saltelli & Sobol 1995, doi 10.1016/0951-8320(95)00099-2).
"""

import numpy as np
from scipy.stats import norm, qmc

from geometry.heart_mesh import Floats
from geometry.progress import Progress
from solvers.result import Check
from solvers.uncertainty.emulator import fit_emulator
from solvers.uncertainty.sobol import Indices, direct_indices, emulated_indices

NAME = "uncertainty-sobol"
TITLE = "Sobol indices of Ishigami's and Sobol's functions"
A, B = 7.0, 0.1
WEIGHTS = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])
TWO_DIGITS = 0.005
POINTS, MEMBERS = 2**14, 256


def verify(progress: Progress) -> list[Check]:
    """Indices to two digits, the emulator's Q2, and the split of a linear function, which is exact."""
    progress(0.0, "Direct")
    straight = direct_indices(ishigami, _ishigami_inputs, 3, POINTS, 1)
    checks = _against("Ishigami", straight, *exact_ishigami())
    checks += _against("Sobol G", direct_indices(sobol_g, lambda u: u, 8, POINTS, 1), *exact_g())
    progress(0.4, "Emulator")
    inputs = _ishigami_inputs(qmc.Sobol(3, rng=np.random.default_rng(1)).random(MEMBERS))
    emulator = fit_emulator(inputs, ishigami(inputs))
    found = emulated_indices(emulator, _ishigami_inputs, 1, POINTS)
    checks += _against(f"Ishigami, emulator of {MEMBERS} members", found, *exact_ishigami())
    checks.append(Check("Ishigami, leave-one-out Q2", emulator.q2, 1.0, 0.05, "1", "at least 0.95"))
    return [*checks, *_linear()]


def ishigami(x: Floats) -> Floats:
    """(p,) of x (p, 3) in -pi .. pi."""
    return np.asarray(np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0]))


def exact_ishigami() -> tuple[Floats, Floats]:
    """First and total indices in closed form."""
    one, two = 0.5 * (1 + B * np.pi**4 / 5) ** 2, A**2 / 8
    mixed = B**2 * np.pi**8 * (1 / 18 - 1 / 50)
    whole = one + two + mixed
    return np.array([one, two, 0.0]) / whole, np.array([one + mixed, two, mixed]) / whole


def sobol_g(x: Floats) -> Floats:
    """(p,) of x (p, 8) in 0 .. 1."""
    return np.asarray(np.prod((np.abs(4 * x - 2) + WEIGHTS) / (1 + WEIGHTS), axis=1))


def exact_g() -> tuple[Floats, Floats]:
    """First and total indices in closed form."""
    own = 1 / (3 * (1 + WEIGHTS) ** 2)
    whole = np.prod(1 + own) - 1
    return own / whole, own * np.prod(1 + own) / (1 + own) / whole


def _ishigami_inputs(shares: Floats) -> Floats:
    return np.asarray(-np.pi + 2 * np.pi * shares)


def _linear() -> list[Check]:
    """y = 3 a + 2 b + c of standard normals: shares 9/14, 4/14, 1/14, through an emulator of 32 members."""
    slopes = np.array([3.0, 2.0, 1.0])
    inputs = norm.ppf(qmc.LatinHypercube(3, rng=np.random.default_rng(2)).random(32))
    found = emulated_indices(fit_emulator(inputs, inputs @ slopes), norm.ppf, 2)
    exact = slopes**2 / (slopes**2).sum()
    worst = float(np.abs(np.concatenate([found.first, found.total]) - np.tile(exact, 2)).max())
    return [Check("linear, emulator of 32 members, worst index", worst, 0.0, TWO_DIGITS, "1", "variance split, exact")]


def _against(name: str, found: Indices, first: Floats, total: Floats) -> list[Check]:
    rows = (("S", found.first, first), ("ST", found.total, total))
    return [
        Check(f"{name}, {letter}{k + 1}", float(ours[k]), float(exact[k]), TWO_DIGITS, "1", "closed form, two digits")
        for letter, ours, exact in rows
        for k in range(min(4, len(exact)))
    ]
