"""The report as one HTML file that holds its pictures."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

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

TEMPLATE = "report.html"


def write_html(facts: Mapping[str, Any], pictures: Pictures, path: Path) -> None:
    """Fill the template with the ``facts`` of a report and its ``pictures``; every text is escaped."""
    world = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined)
    table = facts["options"]
    text = world.get_template(TEMPLATE).render(
        facts=facts,
        basis=basis_line(facts),
        measures=main_measures(facts),
        more_measures=other_measures(facts),
        numbers=main_numbers(facts["runs"][0]) if facts["runs"] else [],
        more_numbers=other_numbers(facts["runs"][0]) if facts["runs"] else [],
        fields={name: _inline(paths) for name, paths in pictures.fields.items()},
        curves={name: _inline(paths) for name, paths in pictures.curves.items()},
        options=options_rows(table, main_outcomes(table)) if table else [],
        more_options=options_rows(table, rest) if table and (rest := _rest(table)) else [],
        option_notes=table["notes"] if table else [],
        options_caption=OPTIONS_CAPTION,
        options_picture=_inline([pictures.options])[0] if pictures.options is not None else "",
        captures=list(zip(_inline(pictures.captures), [one["words"] for one in facts["captures"]], strict=True)),
        sections=annex_sections(facts),
    )
    path.write_text(text, encoding="utf-8")


def _rest(table: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    main = main_outcomes(table)
    return [row for row in table["outcomes"] if row not in main]


def _inline(paths: Sequence[Path]) -> list[str]:
    return ["data:image/png;base64," + base64.b64encode(path.read_bytes()).decode() for path in paths]
