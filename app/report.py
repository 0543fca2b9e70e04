"""The report of a case as a PDF: what was measured, what was simulated, how sure it is, and what it rests on."""

import tempfile
from collections.abc import Iterable
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
from geometry.errors import Refused
from geometry.metric import Metric
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
PICTURES = 3


def write_report(case: Case, progress: Progress) -> Path:
    """Write report/report.pdf into the case; refuses a case with nothing to tell."""
    order = [name for name in scenario_order(case.scenarios()) if name in case.runs()]
    if not case.measures() and not order:
        raise Refused(f"The case {case.title!r} has neither measures nor runs yet; segment it or simulate first.")
    with whole_folder(case.folder / "report") as fresh, tempfile.TemporaryDirectory(prefix="cardiotwin-") as room:
        story: list[Flowable] = [Paragraph(_safe(case.title), TITLE), Paragraph(DISCLAIMER, SMALL), Spacer(1, 2 * mm)]
        story += _measures(case)
        for index, name in enumerate(order):
            progress(index / (len(order) + 1), f"Drawing '{name}' for the report")
            if index:
                story.append(PageBreak())
            story += _run(case, name, Path(room))
        progress(0.95, "Writing the report")
        story += [Spacer(1, 2 * mm), *(Paragraph(_safe(sentence), SMALL) for sentence in case.stale())]
        document = SimpleDocTemplate(
            str(fresh / "report.pdf"), pagesize=A4, title="CardioTwin report", author="CardioTwin",
            leftMargin=15 * mm, rightMargin=15 * mm, topMargin=12 * mm, bottomMargin=14 * mm,
        )  # fmt: skip
        document.build(story, onFirstPage=_footer, onLaterPages=_footer)
    return case.folder / "report" / "report.pdf"


def _measures(case: Case) -> list[Flowable]:
    image, segmentation = case.image(), case.segmentation()
    words = f"Scan: {image.source}. " if image else ""
    if segmentation:
        words += f"Segmented by: {segmentation.method}."
    story: list[Flowable] = [Paragraph("Measured on the scan", HEAD), Paragraph(_safe(words), TEXT), Spacer(1, 1 * mm)]
    if case.measures():
        story.append(_metric_table(case.measures()))
    return story


def _run(case: Case, name: str, room: Path) -> list[Flowable]:
    result, scenario = case.result(name), case.scenario(name)
    story: list[Flowable] = [
        Paragraph(f'{_safe(scenario.title)} <font color="#b3541e">SIMULATED</font>', HEAD),
        Paragraph(f"Method: {_safe(result.method)} (physics).", TEXT),
        _pictures(case, name, result, room),
    ]
    for trace in ("ecg", "pressure_flow", "pressure", "flow"):
        if trace in result.traces:
            path = draw_curves(result, trace, room / f"{name}-{trace}.png")
            story.append(Image(str(path), width=180 * mm, height=52 * mm, kind="proportional"))
            break
    story += [_metric_table(result.metrics), Paragraph("What stands behind it", HEAD), *_checks(result.checks)]
    story += [Paragraph("\u2022 " + _safe(note), SMALL) for note in result.notes]
    story.append(Paragraph(_safe(_stamp(result)), SMALL))
    return story


def _pictures(case: Case, name: str, result: Result, room: Path) -> Table:
    wanted = ("activation_time", "velocity", "wall_shear_stress")
    main = next((field for field in wanted if field in result.fields), None)
    doubted = next((field for field in wanted if f"{field}_sd" in result.fields), None)
    fields = [(main, False)] if main else []
    if doubted:
        fields += [(doubted, True), (f"{doubted}_sd", False), (f"{doubted}_exceedance", False)]
    cells = []
    for field, doubt in fields[: PICTURES + 1]:
        if field in result.fields:
            path = room / f"{name}-{field}-{doubt}.png"
            draw_field(case, name, field, path, doubt=doubt)
            cells.append(Image(str(path), width=88 * mm, height=66 * mm, kind="proportional"))
    rows = [cells[i : i + 2] + [""] * (2 - len(cells[i : i + 2])) for i in range(0, len(cells), 2)]
    return Table(rows or [[""]], colWidths=[90 * mm, 90 * mm])


def _metric_table(metrics: Iterable[Metric]) -> Table:
    rows = [[Paragraph(f"<b>{text}</b>", TEXT) for text in ("", "Value (90 % interval)", "")]]
    rows += [[Paragraph(_safe(t), s) for t, s in ((m.label, TEXT), (m.text(), TEXT), (m.note, SMALL))] for m in metrics]
    table = Table(rows, colWidths=[55 * mm, 45 * mm, 80 * mm])
    table.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.3, RULE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("PADDING", (0, 0), (-1, -1), 1.5),
            ]
        )
    )
    return table


def _checks(checks: Iterable[Check]) -> list[Flowable]:
    return [
        Paragraph(
            f"<b>{'passed' if check.passed else 'FAILED'}</b>  {_safe(check.name)}: {check.value:.4g} {_safe(check.unit)}"
            f" (wanted {check.reference:.4g} within {check.tolerance:.2g}) {_safe(check.source)}",
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
