"""The further choices for a mesh: what applies is shown, what is chosen is what the mesher is told, and the forecast follows."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from app.mesh_options import PARTS, MeshOptions, Offer, needed_options
from ui.mesh_more import MeshMore
from ui.steps.heart import HeartPage
from ui.window import Window


@pytest.fixture
def page(window: Window) -> Iterator[HeartPage]:
    """The step Heart, with the further choices unfolded."""
    found = window.inspector.page("heart")
    assert isinstance(found, HeartPage)
    found._more = True
    window.go("heart")
    found.refresh()
    assert found.more is not None
    yield found
    found._more = False


def shown(more: MeshMore) -> set[str]:
    return {name for name, widgets in more._rows.items() if not widgets[0].isHidden()}


@pytest.mark.parametrize(
    ("options", "modality", "offered", "expected"),
    [
        (MeshOptions(), "MR", Offer(PARTS, False, False), {"part"}),
        (MeshOptions(), "MR", Offer(PARTS, True, True), {"part", "scar", "planes"}),
        (MeshOptions("lv_blood"), "MR", Offer(PARTS, True, True), {"part", "planes", "layers"}),
        (MeshOptions(wall_layers=3), "CT", Offer((), False, False), {"layers", "first", "growth"}),
    ],
)
def test_only_what_applies_is_shown(
    qtbot: QtBot, options: MeshOptions, modality: str, offered: Offer, expected: set[str]
) -> None:
    more = MeshMore(options, modality, offered, True)
    qtbot.addWidget(more)
    assert shown(more) == expected


def test_a_choice_is_told_to_the_mesher_and_the_forecast_follows(
    page: HeartPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, object]] = []
    more = page.more
    assert more is not None
    monkeypatch.setattr(page.watch, "start", lambda verb, options: told.append((verb, options)))
    assert shown(more) == {"part"}  # no scar, no long-axis series, and a wall
    before = page.edge.cost.text()
    more.part.setCurrentIndex(more.part.findData("lv_blood"))
    assert "layers" in shown(more) and page.edge.cost.text() != before
    plain = page.edge.cost.text()
    more.layers.setValue(3)
    more.first.setValue(0.1)
    assert page.edge.cost.text() != plain
    page._start()
    assert told == [("mesh", {"part": "lv_blood", "wall_layers": 3, "first_layer": 0.1})]
    more.part.setCurrentIndex(more.part.findData("ventricles"))
    page._start()
    assert told[1] == ("mesh", {"part": "ventricles"})  # layers go with the blood


def test_what_the_window_asks_for_is_what_the_verb_accepts(page: HeartPage) -> None:
    case = page.session.case
    assert case is not None
    for asked in (MeshOptions("lv_blood", wall_layers=2, first_layer=0.1), MeshOptions(edge=2.0)):
        assert needed_options(case, "MR", asked.to_job()) == replace(asked)
