"""Forms made from records: what they show, and what they refuse."""

import pytest
from pytestqt.qtbot import QtBot

from solvers.record import Record
from solvers.scenario import Electrophysiology, Flow
from solvers.wall_records import Velocities
from ui.facts import facts_of, with_value
from ui.form import Form


def test_a_number_out_of_range_is_refused_in_words_and_changes_nothing(qtbot: QtBot) -> None:
    form = Form(Velocities())
    qtbot.addWidget(form)
    heard: list[object] = []
    form.edited.connect(lambda record, text: heard.append(record))
    control = form.rows["fiber"].control
    control.setText("7")
    control.editingFinished.emit()
    assert form.rows["fiber"].wrong.text() == "Must lie between 0.1 and 1.5 m/s."
    assert heard == [] and form.record == Velocities()
    control.setText("abc")
    control.editingFinished.emit()
    assert "is not a number" in form.rows["fiber"].wrong.text()


def test_a_good_number_makes_a_changed_record(qtbot: QtBot) -> None:
    form = Form(Electrophysiology())
    qtbot.addWidget(form)
    heard: list[Electrophysiology] = []
    form.edited.connect(lambda record, text: heard.append(record))
    control = form.parts["velocities"].rows["fiber"].control
    control.setText("0,8")  # a decimal comma is understood
    control.editingFinished.emit()
    assert heard[-1].velocities.fiber == 0.8
    assert heard[-1].fibers == Electrophysiology().fibers


@pytest.mark.parametrize("record", [Electrophysiology(), Flow()])
def test_every_number_of_a_scenario_has_unit_range_and_meaning(record: Record) -> None:
    for facts in facts_of(record):
        if facts.kind == "number":
            assert facts.unit and facts.limits and facts.meaning


def test_an_optional_number_may_be_left_empty(qtbot: QtBot) -> None:
    form = Form(Electrophysiology())
    qtbot.addWidget(form)
    part = form.parts["ensemble"]
    control = part.rows["threshold"].control
    control.setText("80")
    control.editingFinished.emit()
    assert part.record.threshold == 80.0
    control.setText("")
    control.editingFinished.emit()
    assert part.record.threshold is None


def test_a_whole_number_does_not_take_a_fraction() -> None:
    changed, wrong = with_value(Electrophysiology().ensemble, "members", 2.5)
    assert changed is None and wrong
