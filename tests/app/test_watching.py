"""Progress on the command line where there is no terminal."""

import pytest

from app import watching


def test_lines_come_now_and_then(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    now = [0.0]
    monkeypatch.setattr(watching.time, "monotonic", lambda: now[0])
    with watching.watched() as progress:
        for second in range(50):
            now[0] = float(second)
            progress(second / 50, f"at {second} s")
    assert capsys.readouterr().err.splitlines() == ["   42 %  at 21 s", "   84 %  at 42 s"]
