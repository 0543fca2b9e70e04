"""The ECG's lead field: a small cube of rising voltage is a dipole seen from afar."""

import numpy as np

from geometry.heart_mesh import Floats, HeartMesh
from geometry.progress import Progress
from geometry.shapes import slab
from solvers.electrophysiology.ecg import Conductor, LeadField, twelve_leads
from solvers.electrophysiology.electrodes import Electrodes
from solvers.result import Check

NAME = "ep-ecg-dipole"
TITLE = "ECG of a 1 mm cube with a gradient of -100 mV/mm"

# mV at R mm on the side the cube's wave travels to, sigma_i = sigma_e: the potential of a uniformly polarised 1 mm cube,
# -(1/4 pi) * integral of grad V . grad(1/r), by an independent cubature.
CUBE = {5.0: 0.31827, 10.0: 0.079577, 20.0: 0.0198944, 40.0: 0.0049736}


def verify(progress: Progress) -> list[Check]:
    """Far and near field, the sums of Einthoven and Goldberger, sign, and no ECG of a uniform voltage."""
    cube = slab((1.0, 1.0, 1.0), 0.125)
    checks = []
    for step, (distance, value) in enumerate(CUBE.items()):
        progress(step / len(CUBE), TITLE)
        found = float(cube_potentials(cube, distance, np.array([-100.0, 0.0, 0.0]))[0])
        checks.append(
            Check(f"potential at {distance:g} mm", found, value, 1e-3 * value, "mV", "cubature of the cube's integral")
        )
    ahead, behind = cube_potentials(cube, 10.0, np.array([-100.0, 0.0, 0.0]))
    checks.append(Check("behind the wave against ahead", float(behind / ahead), -1.0, 1e-3, "1", "symmetry"))
    aside = cube_potentials(cube, 10.0, np.array([0.0, -100.0, 0.0]))[0]
    checks.append(Check("beside the wave", float(aside / ahead), 0.0, 1e-3, "1", "symmetry"))
    flat = cube_potentials(cube, 10.0, np.zeros(3), offset=30.0)[0]
    checks.append(Check("of a uniform voltage", float(flat), 0.0, 1e-9, "mV", "no gradient, no source"))
    leads = twelve_leads(np.random.default_rng(1).normal(size=(9, 50)))
    checks.append(
        Check("I + III - II", float(np.abs(leads[0] + leads[2] - leads[1]).max()), 0.0, 1e-12, "mV", "Einthoven")
    )
    checks.append(Check("aVR + aVL + aVF", float(np.abs(leads[3:6].sum(axis=0)).max()), 0.0, 1e-12, "mV", "Goldberger"))
    progress(1.0, TITLE)
    return checks


def cube_potentials(cube: HeartMesh, distance: float, gradient: Floats, offset: float = 0.0) -> Floats:
    """mV at ``distance`` mm from the cube's middle on the sides +x and -x, for V = offset + gradient . x."""
    middle = cube.points.mean(axis=0)
    places = middle + np.array([[distance, 0.0, 0.0], [-distance, 0.0, 0.0]])
    rows = LeadField(cube).rows(Electrodes(("ahead", "behind"), places), conductor=Conductor(1.0, 1.0, 1.0))
    return np.asarray(rows @ (offset + cube.points @ gradient))
