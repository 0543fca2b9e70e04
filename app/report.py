"""The report of a case: one page and an annex as PDF and HTML, and report.json that says the same to a program.

report/  report.pdf · report.html (whole in itself) · report.json (``cardiotwin run`` repeats what it tells)
"""

import json
import tempfile
from pathlib import Path

from app.case import Case
from app.folders import whole_folder
from app.options import told_runs
from app.report_facts import report_facts
from app.report_html import write_html
from app.report_pdf import write_pdf
from app.report_pictures import draw_pictures
from geometry.errors import Refused
from geometry.progress import Progress, part


def write_report(case: Case, progress: Progress) -> Path:
    """Write report/report.pdf, .html and .json into the case; refuses a case with nothing to tell."""
    scenarios = case.scenarios()
    order = [name for name in told_runs(case) if name in scenarios]
    if not case.measures() and not order:
        raise Refused(f"The case {case.title!r} has neither measures nor runs yet; segment it or simulate first.")
    progress(0.0, "Collecting what the report tells")
    facts = report_facts(case, order)
    with whole_folder(case.folder / "report") as fresh, tempfile.TemporaryDirectory(prefix="cardiotwin-") as room:
        pictures = draw_pictures(case, facts, Path(room), part(progress, 0.1, 0.95))
        progress(0.95, "Writing the report")
        (fresh / "report.json").write_text(json.dumps(facts, indent=1, default=float))
        write_html(facts, pictures, fresh / "report.html")
        write_pdf(facts, pictures, fresh / "report.pdf")
    return case.folder / "report" / "report.pdf"
