"""The verbs that check the machine and the program itself."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from app.console import print_json, say
from app.doctor import examine
from app.verification_record import record_verification
from app.watching import watched
from geometry.errors import Refused
from geometry.progress import silent

if TYPE_CHECKING:
    from solvers.result import Check
    from solvers.verification.catalogue import Problem

Json = Annotated[str | None, Parameter("--json", allow_leading_hyphen=True)]


def doctor(*, json: Json = None) -> int:
    """Look whether this machine has what the program needs, and say what is missing."""
    findings = examine()
    for finding in findings:
        say(f"{'ok     ' if finding.well else 'MISSING'}  {finding.name}: {finding.text}")
    print_json({"findings": [vars(finding) for finding in findings], "well": all(f.well for f in findings)}, json)
    return 0 if all(finding.well for finding in findings) else 2


def verify(*names: str, figures: Path | None = None, json: Json = None) -> int:
    """Run the verification problems (all, or those or the groups named) against analytic or published answers.

    --figures is a folder for pictures: every check beside its tolerance, and the curves of problems that have some.
    """
    from solvers.threads import one_thread
    from solvers.verification.catalogue import choose_problems

    rows, passed = [], True
    for name, problem in choose_problems(names).items():
        say(f"{name}: {problem.TITLE}")
        began = time.perf_counter()
        with watched() as progress, one_thread():
            checks = problem.verify(progress)
        record_verification(name, problem.TITLE, checks)
        if figures is not None:
            _draw(name, problem, checks, figures)
        for check in checks:
            passed = passed and check.passed
            verdict = "pass" if check.passed else "FAIL"
            values = f"{check.value:.5g} (reference {check.reference:.5g} +- {check.tolerance:.2g} {check.unit})"
            say(f"  {verdict}  {check.name}: {values}  {check.source}")
            rows.append({"problem": name} | vars(check) | {"passed": check.passed})
        say(f"  {time.perf_counter() - began:.1f} s")
    say("All checks passed." if passed else "Some checks FAILED.")
    print_json({"checks": rows, "passed": passed}, json)
    return 0 if passed else 1


def _draw(name: str, problem: "Problem", checks: "list[Check]", folder: Path) -> None:
    from app.verification_figure import draw_checks, draw_plot

    folder.mkdir(parents=True, exist_ok=True)
    draw_checks(problem.TITLE, checks, folder / f"{name}.png")
    if plot := getattr(problem, "plot", None):
        draw_plot(problem.TITLE, plot(silent), folder / f"{name}-curves.png")


def benchmark(*names: str, json: Json = None) -> int:
    """Measure speed and memory (all benchmarks, or those named)."""
    from app.benchmarks import BENCHMARKS

    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        raise Refused(f"There is no benchmark {unknown[0]!r}; there are: {', '.join(BENCHMARKS)}.")
    results: dict[str, Any] = {}
    for name in names or tuple(BENCHMARKS):
        rows = BENCHMARKS[name]()
        results[name] = [vars(row) for row in rows]
        for row in rows:
            share = f", share {row.share:.2f}" if row.share else ""
            say(f"  {name}  {row.what}: {row.seconds:.3g} s, {row.megabytes:.0f} MB{share}")
    print_json(results, json)
    return 0


def install_desktop(*, remove: bool = False) -> None:
    """Let a double click on a scan offer CardioTwin (Linux desktops, for the present user); --remove takes it back."""
    from app.desktop import install

    for path in install(remove):
        say(f"  {path}")
    say("Taken back." if remove else "A double click on a scan, archive or folder now offers CardioTwin.")


CHECK_VERBS: Mapping[str, Any] = {
    "doctor": doctor,
    "verify": verify,
    "benchmark": benchmark,
    "install-desktop": install_desktop,
}
