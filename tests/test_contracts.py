"""What every method, cell model, verification problem and scenario must keep, run over everything found in its folder."""

from types import ModuleType

import numpy as np
import pytest
from pydantic import BaseModel

from geometry.errors import Refused
from geometry.image import Image
from geometry.segmenters.catalogue import find_segmenters, segment
from geometry.units import registry
from solvers.cells.catalogue import find_cells
from solvers.record import Record
from solvers.scenario import Electrophysiology, Flow
from solvers.verification.catalogue import find_problems

SEGMENTERS = find_segmenters()
PROBLEMS = find_problems()
NEEDED_PROBLEMS = {"flow-poiseuille", "ep-niederer", "ep-cell-tp06", "ep-ecg-dipole", "ep-ecg-torso"}


def records(record: type[BaseModel]) -> list[type[BaseModel]]:
    """A record and all records inside it."""
    found: list[type[BaseModel]] = [record]
    for field in record.model_fields.values():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found += records(inner)
    return found


@pytest.mark.parametrize("method", SEGMENTERS.values(), ids=SEGMENTERS.keys())
def test_a_segmenter_says_what_it_is(method: ModuleType) -> None:
    assert method.MODALITY in ("MR", "CT")
    assert len(method.TITLE) > 5
    assert len(method.MODEL_CARD) > 200


@pytest.mark.parametrize("method", SEGMENTERS.values(), ids=SEGMENTERS.keys())
def test_a_segmenter_refuses_the_other_modality(method: ModuleType) -> None:
    other = "CT" if method.MODALITY == "MR" else "MR"
    image = Image(np.zeros((16, 16, 8), dtype=np.int16), np.eye(4), other)
    with pytest.raises(Refused):
        segment(image, method.NAME, ())


def test_the_promised_verification_problems_are_there() -> None:
    assert set(PROBLEMS) >= NEEDED_PROBLEMS


def test_there_is_a_cell_model_for_the_default_scenario() -> None:
    assert Electrophysiology().cell in find_cells()


RECORDS = list(dict.fromkeys(record for scenario in (Electrophysiology, Flow) for record in records(scenario)))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_number_of_a_scenario_has_unit_range_and_meaning(record: type[BaseModel]) -> None:
    assert issubclass(record, Record)
    for name, field in record.model_fields.items():
        if field.annotation is not float:
            continue
        facts = field.json_schema_extra
        assert isinstance(facts, dict), name
        unit = str(facts["unit"])
        assert unit == "1" or registry().parse_units(unit), name
        assert field.description, name
        bounds = {type(rule).__name__ for rule in field.metadata}
        assert {"Ge", "Le"} <= bounds, name
