"""The verb that edits a segmentation without a mouse."""

from pathlib import Path
from typing import Any, Literal

from app.commands import Json, opened_case, run, tell_metrics
from app.edited import needed_segmentation
from geometry.errors import Refused
from geometry.segmentation import NAMES

Tool = Literal["smooth", "islands", "fill", "copy_phase", "swap", "erase"]
NEXT, PREVIOUS, ALL = "next", "previous", "all"


def edit(
    case: Path,
    *,
    tool: Tool,
    label: str | None = None,
    other: str | None = None,
    phase: int | None = None,
    slice: int | None = None,
    size: float | None = None,
    keep: Literal["largest", "large", "holes"] | None = None,
    smallest: float | None = None,
    to: str | None = None,
    json: Json = None,
) -> None:
    """Correct a segmentation with a tool that needs no mouse; the automatic result is kept for comparison.

    Labels go by name (lv_cavity) or number (1); phases and slices count from 1, and all are edited where none is named.

    Parameters
    ----------
    tool
        smooth (--size mm) keeps the volume; islands (--keep largest, large with --smallest mm3, or holes); fill the empty
        slices between labelled ones; copy_phase (--phase, --to next, previous, all or a number); swap (--label with
        --other); erase.
    """
    opened = opened_case(case)
    labels = needed_segmentation(opened).labels
    phases = labels.shape[3] if labels.ndim == 4 else 1
    options: dict[str, Any] = {"size": size, "keep": keep, "smallest": smallest}
    options = {name: value for name, value in options.items() if value is not None}
    _refuse_foreign(tool, set(options))
    if slice is not None and tool != "fill":
        options["index"] = slice - 1
    if tool == "swap":
        options |= {"first": _label(label, tool), "second": _label(other, tool)}
    elif tool in ("smooth", "islands", "fill") or label is not None:
        options["label"] = _label(label, tool)
    wanted = None if phase is None else [phase - 1]
    if tool == "copy_phase":
        if phase is None:
            raise Refused("Name the phase to copy from, e.g. --phase 3.")
        options["to"] = targets(phase - 1, to or NEXT, phases)
    run(opened, "edit", {"tool": tool, "phases": wanted, **options})
    tell_metrics(opened.measures(), json, {"case": str(case)})


def targets(phase: int, to: str, phases: int) -> list[int]:
    """The phases that ``to`` means, seen from a phase; the beat is a circle."""
    if to == ALL:
        return [number for number in range(phases) if number != phase]
    if to in (NEXT, PREVIOUS):
        return [(phase + (1 if to == NEXT else -1)) % phases]
    if not to.isdigit():
        raise Refused(f"{to!r} is no phase to copy to; write next, previous, all or a number from 1 to {phases}.")
    return [int(to) - 1]


OWN = {"smooth": {"size"}, "islands": {"keep", "smallest"}}


def _refuse_foreign(tool: str, given: set[str]) -> None:
    foreign = sorted(given - OWN.get(tool, set()))
    if foreign:
        raise Refused(f"The tool {tool!r} has no --{foreign[0]}; leave it out.")


def _label(text: str | None, tool: str) -> int:
    numbers = {name: number for number, name in NAMES.items()} | {str(number): number for number in NAMES}
    if text is None or text not in numbers:
        missing = f"The tool {tool!r} needs a label" if text is None else f"There is no label {text!r}"
        raise Refused(f"{missing}; there are: {', '.join(f'{name} ({number})' for number, name in NAMES.items())}.")
    return numbers[text]


EDIT_VERBS = {"edit": edit}
