"""Fixtures that every room shares, and the rule that nothing is skipped in CI without a known reason."""

import os
from pathlib import Path

import pytest

KNOWN_REASONS = ("only root may mount a small disk",)


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of real, publicly licensed data; tests that need it skip where it is not at hand."""
    folder = os.environ.get("CARDIOTWIN_REFERENCE_DATA")
    if not folder:
        pytest.skip("CARDIOTWIN_REFERENCE_DATA is not set")
    return Path(folder).resolve()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail in CI when something was skipped for a reason that is not known."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get("CI") or reporter is None:
        return
    reasons = {
        str(report.longrepr[2]) for report in reporter.stats.get("skipped", ()) if isinstance(report.longrepr, tuple)
    }
    unknown = [reason for reason in reasons if not any(known in reason for known in KNOWN_REASONS)]
    if unknown:
        reporter.write_line(f"Skipped for reasons nobody expected: {unknown}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
