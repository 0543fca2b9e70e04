"""The verb that moves the electrodes of the ECG."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.commands import Json, opened_case
from app.console import print_json, say
from app.electrodes import moved_from_table, placed_electrodes, with_electrodes, write_electrodes
from app.needed import needed_mesh


def electrodes(
    case: Path,
    *,
    scenario: str,
    electrodes: Path | None = None,
    reset: bool = False,
    out: Path | None = None,
    json: Json = None,
) -> None:
    """Tell where the electrodes of a scenario's ECG are (mm, RAS), and move them; the scenario has to be run again then.

    Parameters
    ----------
    scenario
        A stored scenario of the heart's activation
    electrodes
        Table (.csv) of rows NAME,x,y,z with RA, LA, LL, V1 ... V6; those that are not in it stay where they are
    reset
        Put all of them back on the template first
    out
        File (.csv) to write the places to, to be changed and read again
    """
    opened = opened_case(case)
    moved = moved_from_table(electrodes) if electrodes is not None else ()
    if reset or moved:
        with_electrodes(opened, scenario, moved, reset=reset)
    found = placed_electrodes(needed_mesh(opened), opened, scenario)
    for name, (place, own) in found.items():
        say(f"  {name}: {', '.join(f'{c:.1f}' for c in place)} mm{' (moved)' if own else ''}")
    if out is not None:
        write_electrodes({name: place for name, (place, _) in found.items()}, out)
    places = {name: list(place) for name, (place, _) in found.items()}
    told = sorted(name for name, (_, own) in found.items() if own)
    print_json({"case": str(case), "scenario": scenario, "electrodes": places, "moved": told}, json)


ELECTRODE_VERBS: Mapping[str, Any] = {"electrodes": electrodes}
