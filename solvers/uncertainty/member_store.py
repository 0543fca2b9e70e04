"""Finished members on disk, so that an ensemble that was cut off goes on where it was."""

import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from geometry.errors import Refused

Arrays = Mapping[str, NDArray[Any]]


class MemberStore[R]:
    """One file for each member, named by the hash of what it was computed from: mesh and program, scenario, number.

    Draws are records (``model_dump_json``).

    context  what all members share, e.g. the digest of the mesh
    pack, unpack   a member's answer as plain arrays, and back
    """

    def __init__(self, folder: Path, context: str, pack: Callable[[R], Arrays], unpack: Callable[[Arrays], R]) -> None:
        self._folder, self._context, self._pack, self._unpack = folder, context, pack, unpack

    def load(self, number: int, draw: Any) -> R | None:
        """The answer of a member; None where it was not finished."""
        try:
            with self._place(number, draw).open("rb") as file:
                data = np.load(file, allow_pickle=False)
                return self._unpack({name: data[name] for name in data.files})
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            return None

    def save(self, number: int, draw: Any, value: R) -> None:
        """Keep an answer; the file appears whole or not at all, even when the power goes."""
        place = self._place(number, draw)
        fresh = place.with_suffix(".part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with fresh.open("wb") as file:
                np.savez_compressed(file, **self._pack(value))  # type: ignore[arg-type]
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(place)
        except OSError as failure:
            raise Refused(
                f"A finished member could not be written ({failure.strerror}). Make room on the disk."
            ) from failure

    def _place(self, number: int, draw: Any) -> Path:
        made_of = f"{self._context}\n{number}\n{draw.model_dump_json()}"
        return self._folder / f"{hashlib.sha256(made_of.encode()).hexdigest()[:32]}.npz"
