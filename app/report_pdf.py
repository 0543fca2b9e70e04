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
    KeepInFrame,
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
    OPTIONS_CAPTION,
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
    "head", parent=TEXT, fontName="Helvetica-Bold", fontSize=10, leading=12, spaceBefore=4, spaceAfter=2, keepWithNext=1
)
TITLE = ParagraphStyle("title", parent=HEAD, fontSize=15, leading=18)
WIDTH, EDGE, PAD = 180 * mm, 15 * mm, 6  # of what is printed; points that a frame adds around it
HEIGHT = A4[1] - 23 * mm - 2 * PAD
GAP = 6 * mm  # between two tables
SIMULATED = '<font color="#b3541e">SIMULATED</font>'


def write_pdf(facts: Mapping[str, Any], pictures: Pictures, path: Path) -> None:
    """Lay the ``facts`` of a report with its ``pictures`` out on A4."""
    line = str(facts["intended_use"])

    def foot(canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.setFont("Helvetica", 6.5)
        canvas.setFillColor(ACCENT)
        canvas.drawString(EDGE, 8 * mm, line)
        canvas.drawRightString(EDGE + WIDTH, 8 * mm, f"Page {document.page}")

    document = SimpleDocTemplate(
        str(path), pagesize=A4, title="CardioTwin report", author="CardioTwin",
        leftMargin=EDGE - PAD, rightMargin=EDGE - PAD, topMargin=10 * mm, bottomMargin=13 * mm,
    )  # fmt: skip
    document.build(
        [KeepInFrame(WIDTH, HEIGHT, _first_page(facts, pictures), "shrink"), PageBreak(), *_annex(facts, pictures)],
        onFirstPage=foot,
        onLaterPages=foot,
    )


def _first_page(facts: Mapping[str, Any], pictures: Pictures) -> list[Flowable]:
    main = facts["runs"][0] if facts["runs"] else None
    story: list[Flowable] = [Paragraph(_safe(facts["label"]), TITLE), Paragraph(_safe(basis_line(facts)), SMALL)]
    story += [Spacer(1, 2 * mm), _numbers(main_measures(facts), main)]
    if facts["bands_missing"]:
        story += [Spacer(1, mm), Paragraph(_safe(facts["bands_missing"]), SMALL)]
    if main is not None:
        story.append(Paragraph(f"{_safe(main['title'])} ({_safe(main['method'])}) {SIMULATED}", HEAD))
        story += _pictures_of(main, pictures)
    table = facts["options"]
    if table is not None and pictures.options is not None:
        story.append(Paragraph(f"Options {SIMULATED}", HEAD))
        story += [_options(table, main_outcomes(table)), Spacer(1, 2 * mm), _picture(pictures.options, 42 * mm)]
        story.append(Paragraph(_safe(" ".join((OPTIONS_CAPTION, *table["notes"]))), SMALL))
    return [*story, Spacer(1, 2 * mm), Paragraph(_safe(facts["verification_line"]), SMALL)]


def _annex(facts: Mapping[str, Any], pictures: Pictures) -> list[Flowable]:
    story: list[Flowable] = [Paragraph("Annex: what stands behind it", TITLE), Spacer(1, 2 * mm)]
    if rest_measured := other_measures(facts):
        story.append(_metric_table("Measured on the scan and on the mesh", rest_measured, WIDTH))
    if facts["runs"] and (rest_computed := other_numbers(facts["runs"][0])):
        story.append(Spacer(1, 4 * mm))
        story.append(_metric_table(f"{_safe(facts['runs'][0]['title'])} {SIMULATED}", rest_computed, WIDTH))
    story += [KeepTogether(_further_run(run, pictures)) for run in facts["runs"][1:]]
    table = facts["options"]
    rest = [row for row in table["outcomes"] if row not in main_outcomes(table)] if table is not None else []
    if rest:
        story += [Paragraph(f"Options: other outcomes {SIMULATED}", HEAD), _options(table, rest)]
    if pictures.captures:
        story.append(Paragraph("Pictures taken in the window", HEAD))
    for taken, told in zip(pictures.captures, facts["captures"], strict=True):
        story.append(KeepTogether([_picture(taken, 105 * mm), Paragraph(_safe(told["words"]), SMALL)]))
    for title, sentences in annex_sections(facts):
        story.append(Paragraph(_safe(title), HEAD))
        story += [Paragraph("\u2022 " + _safe(sentence), SMALL) for sentence in sentences]
    return story


def _further_run(run: Mapping[str, Any], pictures: Pictures) -> list[Flowable]:
    change = f": {run['change']}" if run["change"] else ""
    story: list[Flowable] = [Paragraph(f"{_safe(run['title'])} {SIMULATED}", HEAD)]
    story.append(Paragraph(_safe(run["method"] + change), SMALL))
    story += [*_pictures_of(run, pictures), Spacer(1, 2 * mm)]
    return [*story, _metric_table("", run["metrics"], WIDTH)]


def _numbers(measures: Sequence[Mapping[str, Any]], main: Mapping[str, Any] | None) -> Flowable:
    width = (WIDTH - GAP) / 2
    columns = [_metric_table("Measured on the scan", measures, width)] if measures else []
    if main is not None:
        columns.append(_metric_table(f"{_safe(main['title'])} {SIMULATED}", main_numbers(main), width))
    table = Table([columns], colWidths=[width + GAP, width][: len(columns)], hAlign="LEFT")
    table.setStyle(_bare("TOP"))
    return table


def _metric_table(title: str, metrics: Iterable[Mapping[str, Any]], width: float) -> Table:
    """Label, value with interval, and a column of bands where any row has one."""
    told = list(metrics)
    shares = (0.41, 0.31, 0.28) if any(m["band"] for m in told) else (0.55, 0.45)
    heads = (
        Paragraph(f"<b>{title}</b>", TEXT),
        Paragraph("value (90 % interval)", SMALL),
        Paragraph("usual or severe", SMALL),
    )
    rows: list[list[Flowable]] = [list(heads[: len(shares)])]
    for m in told:
        cells = (
            Paragraph(_safe(m["label"]), TEXT),
            Paragraph(_safe(m["text"]), TEXT),
            Paragraph(_safe(m["band"]), SMALL),
        )
        rows.append(list(cells[: len(shares)]))
    table = Table(rows, colWidths=[share * width for share in shares], hAlign="LEFT", repeatRows=1)
    table.setStyle(_ruled(0.8))
    return table


def _ruled(room: float) -> TableStyle:
    """A line below each row, and so many points above and below its text."""
    whole = ((0, 0), (-1, -1))
    paddings = [("TOPPADDING", *whole, room), ("BOTTOMPADDING", *whole, 1.5 * room), ("LEFTPADDING", *whole, 0)]
    return TableStyle(
        [
            ("LINEBELOW", *whole, 0.3, RULE),
            ("VALIGN", *whole, "TOP"),
            *paddings,
            ("LINEBELOW", (0, 0), (-1, 0), 0.6, INK),
        ]
    )


def _bare(side: str) -> TableStyle:
    """Nothing around what stands in the cells."""
    whole = ((0, 0), (-1, -1))
    return TableStyle(
        [("VALIGN", *whole, side), *((f"{edge}PADDING", *whole, 0) for edge in ("LEFT", "RIGHT", "TOP", "BOTTOM"))]
    )


def _options(table: Mapping[str, Any], outcomes: Sequence[Mapping[str, Any]]) -> Table:
    head, *rows = options_rows(table, outcomes)
    cells = [[Paragraph(f"<b>{_safe(text)}</b>", TEXT) for text in head]]
    cells += [[Paragraph("<br/>".join(_safe(line) for line in lines), TEXT) for lines in row] for row in rows]
    first = 46 * mm
    drawn = Table(cells, colWidths=[first, *[(WIDTH - first) / (len(head) - 1)] * (len(head) - 1)], hAlign="LEFT")
    drawn.setStyle(_ruled(1.2))
    return drawn


def _pictures_of(run: Mapping[str, Any], pictures: Pictures) -> list[Flowable]:
    """Its fields in a row of three; its first curves below them, or beside where there is one field only."""
    fields, curves = pictures.fields.get(run["name"], ())[:3], pictures.curves.get(run["name"], ())[:1]
    cells = [Image(str(path), width=WIDTH / 3, height=48 * mm, kind="proportional") for path in fields]
    widths, below = [WIDTH / 3] * len(cells), [_picture(one, 47 * mm) for one in curves]
    if len(cells) == 1 and curves:
        cells.append(Image(str(curves[0]), width=WIDTH * 2 / 3, height=47 * mm, kind="proportional"))
        widths, below = [*widths, WIDTH * 2 / 3], []
    return [*([Table([cells], colWidths=widths, hAlign="LEFT", style=_bare("MIDDLE"))] if cells else []), *below]


def _picture(path: Path, height: float) -> Image:
    return Image(str(path), width=WIDTH, height=height, kind="proportional")


def _safe(text: str) -> str:
    """Text for the built-in font, which lacks some signs."""
    plain = shown_unit(text).replace("\u2248", "=").replace("\u2192", "to")
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
