import json
from pathlib import Path

import pytest

from app.__main__ import main


def test_the_cell_verb_prints_its_numbers_and_writes_the_currents(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "beat.csv"
    assert main(["cell", "mitchell_schaeffer_2003", "--beats", "3", "--csv", str(target), "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert found["triangulation"] == pytest.approx(found["APD90"] - found["APD50"])
    lines = target.read_text().splitlines()
    assert lines[0] == "time_ms,V_mV,i_in_pA_per_pF,i_out_pA_per_pF"
    assert len(lines) > 1000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["cell", "hodgkin"], "no cell model"),
        (["cell", "mitchell_schaeffer_2003", "--set", "tau_in"], "NAME=NUMBER"),
        (["cell", "mitchell_schaeffer_2003", "--set", "g_Kr=1"], "tau_in"),
        (["cell", "mitchell_schaeffer_2003", "--concentration", "5"], "without a drug"),
        (["drugs", "aspirin"], "dofetilide"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert words in capsys.readouterr().err
