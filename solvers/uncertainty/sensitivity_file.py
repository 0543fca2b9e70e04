"""What an ensemble teaches, on disk: sensitivity.json (inputs, indices, sizes of the emulators), beside the run's members."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from solvers.result_file import read_members
from solvers.uncertainty.drawn import INPUT
from solvers.uncertainty.emulator import Emulator, Sizes
from solvers.uncertainty.member_table import MemberTable, Output
from solvers.uncertainty.sampling import Varied
from solvers.uncertainty.sensitivity import Sensitivity, Study
from solvers.uncertainty.sobol import Indices

NUMBERS = "sensitivity.json"


def sensitivity_text(found: Sensitivity) -> str:
    """The content of sensitivity.json."""
    table = found.table
    facts = {
        "varied": [asdict(number) | {"name": number.name} for number in table.varied],
        "outputs": [asdict(output) for output in table.outputs],
        "studies": [_facts(study) for study in found.studies],
        "notes": found.notes,
    }
    return json.dumps(facts, indent=1)


def load_sensitivity(folder: Path) -> Sensitivity | None:
    """What stands in the folder of a run; None where nothing was learned from it."""
    path = folder / NUMBERS
    if not path.exists():
        return None
    facts = json.loads(path.read_text())
    members = read_members(folder)
    varied = tuple(_varied(fact) for fact in facts["varied"])
    outputs = tuple(Output(**fact) for fact in facts["outputs"])
    inputs = np.column_stack([members[INPUT + number.name] for number in varied])
    table = MemberTable(varied, inputs, outputs, np.column_stack([members[one.name] for one in outputs]))
    return Sensitivity(table, tuple(_study(table, fact) for fact in facts["studies"]), tuple(facts["notes"]))


def _facts(study: Study) -> dict[str, Any]:
    emulator, indices = study.emulator, study.indices
    return {
        "output": study.output.name,
        "q2": emulator.q2,
        "coverage": emulator.coverage,
        "next": study.next_measurement(),
        "sizes": asdict(emulator.sizes),
        "indices": {name: np.asarray(values).tolist() for name, values in vars(indices).items()},
    }


def _study(table: MemberTable, fact: dict[str, Any]) -> Study:
    place = [output.name for output in table.outputs].index(fact["output"])
    column = table.answers[:, place]
    sizes = fact["sizes"] | {"lengths": tuple(fact["sizes"]["lengths"])}
    emulator = Emulator.of(table.inputs, column, Sizes(**sizes))
    indices = Indices(**{name: np.asarray(values) for name, values in fact["indices"].items()})
    return Study(table.outputs[place], table.varied, emulator, indices)


def _varied(fact: dict[str, Any]) -> Varied:
    known = {name: value for name, value in fact.items() if name != "name"}
    return Varied(**known | {"path": tuple(fact["path"])})
