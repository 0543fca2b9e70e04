"""The report of a case as a PDF: what was measured, what was simulated, how sure it is, and what it rests on."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Image, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from app.case import Case
from app.folders import whole_folder
from app.heart_picture import draw_field
from app.report_curves import draw_curves
from app.scenarios import scenario_order
from app.staleness import out_of_date
from geometry.errors import Refused
from geometry.measures.body import indexed
from geometry.metric import Metric, with_unit
from geometry.progress import Progress
from solvers.result import Check, Result

DISCLAIMER = "Research and education software. Not a medical device. Not for diagnosis or treatment."
INK, ACCENT, RULE = colors.HexColor("#1c2530"), colors.HexColor("#b3541e"), colors.HexColor("#d5dae0")
TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=8, leading=10, textColor=INK)
SMALL = ParagraphStyle("small", parent=TEXT, fontSize=6.5, leading=8, textColor=colors.HexColor("#57616d"))
HEAD = ParagraphStyle(
    "head", parent=TEXT, fontName="Helvetica-Bold", fontSize=10.5, leading=13, spaceBefore=4, spaceAfter=2
)
TITLE = ParagraphStyle("title", parent=HEAD, fontSize=15, leading=18)


def write_report(case: Case, progress: Progress) -> Path:
    """Write report/report.pdf into the case; refuses a case with nothing to tell.

    The first page is what a clinician reads: numbers, the main run with its doubt, its curves. What it rests on follows.
    """
    order = [name for name in scenario_order(case.scenarios()) if name in case.runs()]
    if not case.measures() and not order:
        raise Refused(f"The case {case.title!r} has neither measures nor runs yet; segment it or simulate first.")
    with whole_folder(case.folder / "report") as fresh, tempfile.TemporaryDirectory(prefix="cardiotwin-") as room:
        story = _head(case)
        results = {name: case.result(name) for name in order}
        measured = case.measures()
        measured = (*measured, *indexed(measured, case.subject()))
        story.append(_numbers(measured, results[order[0]] if order else None))
        for index, name in enumerate(order):
            progress(index / (len(order) + 1), f"Drawing '{name}' for the report")
            story += _run(case, name, results[name], Path(room), main=index == 0)
        progress(0.95, "Writing the report")
        story += _foundations(case, results)
        document = SimpleDocTemplate(
            str(fresh / "report.pdf"), pagesize=A4, title="CardioTwin report", author="CardioTwin",
            leftMargin=15 * mm, rightMargin=15 * mm, topMargin=10 * mm, bottomMargin=13 * mm,
        )  # fmt: skip
        document.build(story, onFirstPage=_footer, onLaterPages=_footer)
    return case.folder / "report" / "report.pdf"


def _head(case: Case) -> list[Flowable]:
    image, segmentation = case.image(), case.segmentation()
    words = f"Scan: {image.source}. " if image else ""
    words += f"Segmented by: {segmentation.method}. " if segmentation else ""
    words += "Intervals are 90 %."
    return [Paragraph(_safe(case.title), TITLE), Paragraph(_safe(words), SMALL), Spacer(1, 1.5 * mm)]


def _numbers(measures: Sequence[Metric], result: Result | None) -> Table:
    """What was measured and, beside it, what was simulated."""
    columns = [_metric_table("Measured on the scan", measures)]
    if result is not None:
        columns.append(_metric_table('<font color="#b3541e">SIMULATED</font>', result.metrics))
    table = Table([columns], colWidths=[90 * mm] * len(columns), hAlign="LEFT")
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]))
    return table


def _metric_table(title: str, metrics: Sequence[Metric]) -> Table:
    rows = [[Paragraph(f"<b>{title}</b>", TEXT), ""]]
    rows += [[Paragraph(_safe(m.label), TEXT), Paragraph(_safe(m.text()), TEXT)] for m in metrics]
    table = Table(rows, colWidths=[50 * mm, 37 * mm])
    ruled = [("LINEBELOW", (0, 0), (-1, -1), 0.3, RULE), ("PADDING", (0, 0), (-1, -1), 1)]
    table.setStyle(TableStyle(ruled))
    return table


def _run(case: Case, name: str, result: Result, room: Path, *, main: bool) -> list[Flowable]:
    title = _safe(case.scenario(name).title)
    story: list[Flowable] = [] if main else [PageBreak()]
    story.append(Paragraph(f'{title} <font color="#b3541e">SIMULATED</font>', HEAD))
    story.append(_pictures(case, name, result, room))
    for trace in ("ecg", "pressure_flow"):
        if trace in result.traces:
            path = draw_curves(result, trace, room / f"{name}-{trace}.png")
            story.append(Image(str(path), width=180 * mm, height=50 * mm, kind="proportional"))
    return story if main else [*story, _metric_table("Numbers", result.metrics)]


def _pictures(case: Case, name: str, result: Result, room: Path) -> Table:
    """The main field, then the first field that has a doubt: with it, its SD, and its probability over the threshold."""
    wanted = ("activation_time", "velocity", "wall_shear_stress")
    fields = [(field, False) for field in wanted if field in result.fields][:1]
    for doubted in [field for field in wanted if f"{field}_sd" in result.fields][:1]:
        fields += [(doubted, True), (f"{doubted}_sd", False), (f"{doubted}_exceedance", False)]
    cells: list[Flowable | str] = []
    for field, doubt in fields:
        path = room / f"{name}-{field}-{doubt}.png"
        draw_field(case, name, field, path, doubt=doubt, size=(3.5, 2.6))
        cells.append(Image(str(path), width=88 * mm, height=64 * mm, kind="proportional"))
    cells += [""] * (len(cells) % 2)
    return Table([cells[i : i + 2] for i in range(0, len(cells), 2)] or [[""]], colWidths=[90 * mm, 90 * mm])


def _foundations(case: Case, results: Mapping[str, Result]) -> list[Flowable]:
    """What stands behind the numbers: conventions, checks, warnings, and how to make them again."""
    story: list[Flowable] = [PageBreak(), Paragraph("What stands behind it", HEAD)]
    story += _notes("Measures", [metric.note for metric in case.measures()])
    for name, result in results.items():
        story.append(Paragraph(f"{_safe(case.scenario(name).title)}: {_safe(result.method)}, physics", HEAD))
        story += _checks(result.checks)
        story += _notes("", [*result.notes, *(metric.note for metric in result.metrics)])
        story.append(Paragraph(_safe(_stamp(result)), SMALL))
    return story + _notes("Out of date", out_of_date(case))


def _notes(title: str, notes: Iterable[str]) -> list[Flowable]:
    """Each different note once."""
    told = [note for note in dict.fromkeys(notes) if note]
    head = [Paragraph(title, HEAD)] if told and title else []
    return [*head, *(Paragraph("\u2022 " + _safe(note), SMALL) for note in told)]


def _checks(checks: Iterable[Check]) -> list[Flowable]:
    return [
        Paragraph(
            f"<b>{'passed' if check.passed else 'FAILED'}</b>  {_safe(check.name)}: "
            + _safe(with_unit(f"{check.value:.4g}", check.unit))
            + f" (wanted {check.reference:.4g} within {check.tolerance:.2g}) {_safe(check.source)}",
            SMALL,
        )
        for check in checks
    ]


def _stamp(result: Result) -> str:
    parts = [f"{key} {value}" for key, value in result.stamp.items() if isinstance(value, str | int | float)]
    return "Made from: " + ", ".join(parts)


def _footer(canvas: Canvas, document: SimpleDocTemplate) -> None:
    canvas.setFont("Helvetica", 6.5)
    canvas.setFillColor(ACCENT)
    canvas.drawString(15 * mm, 8 * mm, DISCLAIMER)
    canvas.drawRightString(195 * mm, 8 * mm, f"Page {document.page}")


def _safe(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
