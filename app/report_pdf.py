"""The report laid out as a PDF: a page that a clinician reads, then what it rests on."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    Image,
    KeepTogether,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from app.report_pictures import Pictures, main_outcomes
from app.report_text import (
    annex_sections,
    basis_line,
    main_measures,
    main_numbers,
    options_rows,
    other_measures,
    other_numbers,
)
from geometry.metric import shown_unit

INK, ACCENT, RULE = colors.HexColor("#1c2530"), colors.HexColor("#b3541e"), colors.HexColor("#d5dae0")
TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=7.5, leading=9, textColor=INK)
SMALL = ParagraphStyle("small", parent=TEXT, fontSize=6.5, leading=8, textColor=colors.HexColor("#57616d"))
HEAD = ParagraphStyle(
    "head", parent=TEXT, fontName="Helvetica-Bold", fontSize=10, leading=12, spaceBefore=4, spaceAfter=2
)
TITLE = ParagraphStyle("title", parent=HEAD, fontSize=15, leading=18)
WIDTH = 180 * mm
SIMULATED = '<font color="#b3541e">SIMULATED</font>'


def write_pdf(facts: Mapping[str, Any], pictures: Pictures, path: Path) -> None:
    """Lay the ``facts`` of a report with its ``pictures`` out on A4."""
    line = str(facts["intended_use"])

    def foot(canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.setFont("Helvetica", 6.5)
        canvas.setFillColor(ACCENT)
        canvas.drawString(15 * mm, 8 * mm, line)
        canvas.drawRightString(195 * mm, 8 * mm, f"Page {document.page}")

    document = SimpleDocTemplate(
        str(path), pagesize=A4, title="CardioTwin report", author="CardioTwin",
        leftMargin=15 * mm, rightMargin=15 * mm, topMargin=10 * mm, bottomMargin=13 * mm,
    )  # fmt: skip
    document.build(
        [*_first_page(facts, pictures), PageBreak(), *_annex(facts, pictures)], onFirstPage=foot, onLaterPages=foot
    )


def _first_page(facts: Mapping[str, Any], pictures: Pictures) -> list[Flowable]:
    main = facts["runs"][0] if facts["runs"] else None
    story: list[Flowable] = [Paragraph(_safe(facts["label"]), TITLE), Paragraph(_safe(basis_line(facts)), SMALL)]
    story += [Spacer(1, 1.5 * mm), _numbers(main_measures(facts), main)]
    if main is not None:
        story.append(Paragraph(f"{_safe(main['title'])} ({_safe(main['method'])}) {SIMULATED}", HEAD))
        story += _pictures_row(pictures.fields.get(main["name"], ()), 3, 46 * mm)
        story += [_picture(one, 40 * mm) for one in pictures.curves.get(main["name"], ())[:1]]
    table = facts["options"]
    if table is not None and pictures.options is not None:
        story.append(Paragraph(f"Options {SIMULATED}", HEAD))
        story += [_options(table, main_outcomes(table)), Spacer(1, 2 * mm), _picture(pictures.options, 42 * mm)]
        story.append(Paragraph(_safe(" ".join(table["notes"])), SMALL))
    return [*story, Paragraph(_safe(facts["verification_line"]), SMALL)]


def _annex(facts: Mapping[str, Any], pictures: Pictures) -> list[Flowable]:
    story: list[Flowable] = [Paragraph("Annex: what stands behind it", TITLE)]
    if rest_measured := other_measures(facts):
        story.append(_metric_table("Measured on the scan and on the mesh", rest_measured, WIDTH))
    if facts["runs"] and (rest_computed := other_numbers(facts["runs"][0])):
        story.append(Spacer(1, 2 * mm))
        story.append(_metric_table(f"{_safe(facts['runs'][0]['title'])} {SIMULATED}", rest_computed, WIDTH))
    story += [KeepTogether(_further_run(run, pictures)) for run in facts["runs"][1:]]
    table = facts["options"]
    rest = [row for row in table["outcomes"] if row not in main_outcomes(table)] if table is not None else []
    if rest:
        story += [Paragraph(f"Options: other outcomes {SIMULATED}", HEAD), _options(table, rest)]
    if pictures.captures:
        story.append(Paragraph("Pictures taken in the window", HEAD))
    for taken, told in zip(pictures.captures, facts["captures"], strict=True):
        story.append(KeepTogether([_picture(taken, 78 * mm), Paragraph(_safe(told["words"]), SMALL)]))
    for title, sentences in annex_sections(facts):
        story.append(Paragraph(_safe(title), HEAD))
        story += [Paragraph("\u2022 " + _safe(sentence), SMALL) for sentence in sentences]
    return story


def _further_run(run: Mapping[str, Any], pictures: Pictures) -> list[Flowable]:
    change = f": {run['change']}" if run["change"] else ""
    story: list[Flowable] = [Paragraph(f"{_safe(run['title'])} {SIMULATED}", HEAD)]
    story.append(Paragraph(_safe(run["method"] + change), SMALL))
    story += _pictures_row(pictures.fields.get(run["name"], ()), 3, 46 * mm)
    story += [_picture(one, 40 * mm) for one in pictures.curves.get(run["name"], ())[:1]]
    return [*story, _metric_table("", run["metrics"], WIDTH)]


def _numbers(measures: Sequence[Mapping[str, Any]], main: Mapping[str, Any] | None) -> Flowable:
    columns = [_metric_table("Measured on the scan", measures, WIDTH / 2)] if measures else []
    if main is not None:
        columns.append(_metric_table(SIMULATED, main_numbers(main), WIDTH / 2))
    table = Table([columns], colWidths=[WIDTH / 2] * len(columns), hAlign="LEFT")
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]))
    return table


def _metric_table(title: str, metrics: Iterable[Mapping[str, Any]], width: float) -> Table:
    rows = [
        [Paragraph(f"<b>{title}</b>", TEXT), Paragraph("90 % interval", SMALL), Paragraph("usual or severe", SMALL)]
    ]
    rows += [
        [Paragraph(_safe(m["label"]), TEXT), Paragraph(_safe(m["text"]), TEXT), Paragraph(_safe(m["band"]), SMALL)]
        for m in metrics
    ]
    table = Table(rows, colWidths=[share * (width - 3 * mm) for share in (0.4, 0.32, 0.28)], hAlign="LEFT")
    table.setStyle(_ruled(0.8))
    return table


def _ruled(room: float) -> TableStyle:
    """A line below each row, and so many points above and below its text."""
    whole = ((0, 0), (-1, -1))
    paddings = [("TOPPADDING", *whole, room), ("BOTTOMPADDING", *whole, 1.5 * room), ("LEFTPADDING", *whole, 0)]
    return TableStyle([("LINEBELOW", *whole, 0.3, RULE), ("VALIGN", *whole, "TOP"), *paddings])


def _options(table: Mapping[str, Any], outcomes: Sequence[Mapping[str, Any]]) -> Table:
    head, *rows = options_rows(table, outcomes)
    cells = [[Paragraph(f"<b>{_safe(text)}</b>", TEXT) for text in head]]
    cells += [[Paragraph("<br/>".join(_safe(line) for line in lines), TEXT) for lines in row] for row in rows]
    first = 46 * mm
    drawn = Table(
        cells, colWidths=[first, *[(WIDTH - 3 * mm - first) / (len(head) - 1)] * (len(head) - 1)], hAlign="LEFT"
    )
    drawn.setStyle(_ruled(1.2))
    return drawn


def _pictures_row(paths: Sequence[Path], most: int, height: float) -> list[Flowable]:
    if not paths:
        return []
    cells = [Image(str(path), width=WIDTH / most, height=height, kind="proportional") for path in paths[:most]]
    return [
        Table([cells], colWidths=[WIDTH / most] * len(cells), hAlign="LEFT", style=[("PADDING", (0, 0), (-1, -1), 0)])
    ]


def _picture(path: Path, height: float) -> Image:
    return Image(str(path), width=WIDTH, height=height, kind="proportional")


def _safe(text: str) -> str:
    """Text for the built-in font, which lacks some signs."""
    plain = shown_unit(text).replace("\u2248", "=").replace("\u2192", "to")
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
