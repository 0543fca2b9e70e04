"""The whole road through the real command line, on coarse meshes and with few members so that it is quick.

A file for each patient, so that they run beside each other.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.__main__ import main
from solvers.scenario import Electrophysiology, Flow


@dataclass(frozen=True)
class Road:
    """Commands as a script would give them."""

    capsys: pytest.CaptureFixture[str]

    def verb(self, *words: str) -> dict[str, Any]:
        """Run one command that must end well; its JSON."""
        assert main([*words, "--json", "-"]) == 0, self.capsys.readouterr().err
        return dict(json.loads(self.capsys.readouterr().out.splitlines()[-1]))

    def simulate(self, case: Path, scenario: Electrophysiology | Flow, name: str) -> dict[str, Any]:
        """Simulate from a scenario file."""
        path = case.parent / f"{name}.json"
        path.write_text(scenario.model_dump_json())
        return self.verb("simulate", str(case), "--scenario", str(path))

    def show(self, case: Path, field: str) -> dict[str, Any]:
        """Draw a field; the picture must show more than paper and ink."""
        out = case.parent / f"{field}.png"
        answer = self.verb("show", str(case), "--field", field, "--out", str(out))
        pixels = np.asarray(Image.open(out).convert("RGB"), dtype=int)
        assert (np.ptp(pixels, axis=2) > 40).mean() > 0.02, field
        return answer


@pytest.fixture
def road(capsys: pytest.CaptureFixture[str]) -> Road:
    """The commands."""
    return Road(capsys)
