"""The state of a long computation in a file, so that another process can go on from it."""

import zipfile
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused
from geometry.unbroken import unbroken

Arrays = dict[str, NDArray[Any]]


def write_state(path: Path, version: int, made_for: str, values: Mapping[str, Any]) -> None:
    """Replace the file in one go, so that a crash leaves the old one; refuses where it cannot be written.

    made_for   words that tell the computation apart;  values  numbers, words and arrays by name
    """
    partial = path.with_name(path.name + ".part")
    try:
        with unbroken():
            with partial.open("wb") as file:
                np.savez(file, format=version, made_for=made_for, **values)
            partial.replace(path)
    except OSError as failure:
        raise Refused(
            f"The checkpoint could not be written ({failure.strerror}). Make room on the disk and restart."
        ) from failure


def read_state(path: Path, version: int) -> tuple[str, Arrays]:
    """What it was made for and its values; refuses a file that is missing, damaged or of another version."""
    try:
        with np.load(path, allow_pickle=False) as file:
            kept = {name: file[name] for name in file.files}
    except FileNotFoundError as failure:
        raise Refused("There is no checkpoint to go on from. Start the simulation from its beginning.") from failure
    except (OSError, ValueError, zipfile.BadZipFile, EOFError) as failure:
        raise Refused("The checkpoint cannot be read; it is damaged. Start from the beginning.") from failure
    if int(kept.pop("format", np.array(-1))) != version:
        raise Refused("The checkpoint was written by another version of the program. Start from the beginning.")
    return str(kept.pop("made_for")), kept


def flattened(record: Any, prefix: str = "") -> dict[str, Any]:
    """The fields of a dataclass by name, those of records in it as "name.field"; what is None is left out."""
    found: dict[str, Any] = {}
    for one in fields(record):
        value = getattr(record, one.name)
        if is_dataclass(value):
            found |= flattened(value, f"{prefix}{one.name}.")
        elif value is not None:
            found[prefix + one.name] = value
    return found


def rebuilt[Kind](kind: type[Kind], kept: Arrays, prefix: str = "", **inner: type[Any]) -> Kind:
    """The dataclass that was ``flattened``; ``inner`` are the kinds of the records in it; what was left out is None."""
    values: dict[str, Any] = {}
    for one in fields(kind):  # type: ignore[arg-type]
        name = prefix + one.name
        if one.name in inner:
            there = any(key.startswith(f"{name}.") for key in kept)
            values[one.name] = rebuilt(inner[one.name], kept, f"{name}.") if there else None
        elif name in kept:
            values[one.name] = kept[name] if kept[name].ndim else kept[name].item()
        elif one.default is MISSING:
            values[one.name] = None
    return kind(**values)
