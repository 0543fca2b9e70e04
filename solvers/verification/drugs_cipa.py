"""The torsade panel of CiPA: net charge of its 12 training drugs against CVODE on the published CellML, and their order."""

from geometry.progress import Progress
from solvers.drugs.catalogue import find_drugs
from solvers.drugs.markers import QNET_HIGH, QNET_LOW
from solvers.drugs.panel import run_panel
from solvers.result import Check

NAME = "ep-drugs-cipa"
TITLE = "CiPA: net charge of the 12 training drugs and their risk"
LONG = True

_SOURCE = "CVODE on CiPAORdv1.0, 500 beats at 2000 ms from the repository's steady state"
_THRESHOLDS = f"thresholds {QNET_HIGH} and {QNET_LOW} uC/uF, doi 10.1002/cpt.1184"
# mean over 1 to 4 times the free peak; quinidine's has no meaning, it after-depolarises
_QNET = {
    "bepridil": 0.0445,
    "dofetilide": 0.0519,
    "sotalol": 0.0560,
    "terfenadine": 0.0599,
    "cisapride": 0.0602,
    "ondansetron": 0.0621,
    "chlorpromazine": 0.0659,
    "ranolazine": 0.0742,
    "verapamil": 0.0748,
    "diltiazem": 0.0919,
    "mexiletine": 0.0921,
}


def verify(progress: Progress) -> list[Check]:
    """Mean net charge of each drug within 2 %, quinidine's flag, and how many are classed as CiPA's clinicians did."""
    drugs = [drug for drug in find_drugs().values() if drug.purpose == "training"]
    results = {result.drug.name: result for result in run_panel(drugs, progress=progress)}
    checks = [
        Check(f"net charge, {name}", results[name].mean_qnet, value, 0.02 * value, "uC/uF", _SOURCE)
        for name, value in _QNET.items()
    ]
    flagged = sorted(name for name, result in results.items() if result.afterdepolarised)
    checks.append(Check("quinidine alone after-depolarises", float(flagged == ["quinidine"]), 1.0, 0.0, "", _SOURCE))
    right = sum(result.risk == result.drug.risk for result in results.values())
    checks.append(Check("drugs in their risk class", float(right), 12.0, 0.0, "of 12", _THRESHOLDS))
    return checks
