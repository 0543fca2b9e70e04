"""The files of a scan, whether they lie in a folder, in a zip archive or alone."""

import io
import logging
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pydicom
from pydicom.config import disable_value_validation
from pydicom.dataset import FileDataset

from geometry.errors import Refused
from geometry.memory import refuse_too_large
from geometry.progress import Progress

_PREAMBLE = 132
_LARGE = 1_000_000_000  # bytes; below, nothing is checked
_MOST_PACKED = 60  # times; pictures seldom pack better than 10 to 1
_DEFLATED = b"1.2.840.10008.1.2.1.99"
# A data set without preamble opens with an element of group 0002 or 0008, in either byte order.
_OPENINGS = (b"\x02\x00", b"\x08\x00", b"\x00\x02", b"\x00\x08")


@dataclass(frozen=True)
class Member:
    """One file, perhaps inside an archive; ``name`` is empty for a plain file."""

    path: Path
    name: str = ""


def list_members(path: Path) -> tuple[Member, ...]:
    """Every file under a folder, inside a zip archive, or the one file; raises Refused where nothing can be read."""
    if not path.exists():
        raise Refused("There is no such file or folder; choose the scan again.")
    try:
        if path.is_dir():
            return tuple(
                Member(file) for file in sorted(path.rglob("*")) if file.is_file() and not _is_litter(file.name)
            )
        if path.suffix.lower() == ".zip" or zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                _refuse_bomb(archive, path.stat().st_size)
                return tuple(
                    Member(path, name) for name in archive.namelist() if not _is_litter(name.rsplit("/", 1)[-1])
                )
    except (OSError, zipfile.BadZipFile) as cause:
        raise Refused(_unreadable(cause)) from cause
    if path.stat().st_size == 0:
        raise Refused("The file is empty; copy the scan again from where it came.")
    if _is_media_directory(path):
        return list_members(path.parent)
    return (Member(path),)


def open_all(members: tuple[Member, ...], progress: Progress) -> Iterator[tuple[Member, BinaryIO | None]]:
    """Each file in turn, open for reading (None where it cannot be); an archive is opened only once."""
    with ExitStack() as stack:
        archives: dict[Path, zipfile.ZipFile] = {}
        for index, member in enumerate(members):
            progress(index / max(len(members), 1), f"Reading file {index + 1} of {len(members)}")
            if member.name and member.path not in archives:
                archives[member.path] = stack.enter_context(zipfile.ZipFile(member.path))
            stream = _open_or_none(member, archives)
            with stream or nullcontext():
                yield member, stream


@contextmanager
def tolerant() -> Iterator[None]:
    """No complaints about odd values (invalid dates of research scans, say): what is used is checked where it is used.

    The complaints would also write values, names among them, into logs.
    """
    log = logging.getLogger("pydicom")
    level = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings(), disable_value_validation():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)


def parse(stream: BinaryIO, *, pixels: bool) -> FileDataset | None:
    """The data set in ``stream``, or None where this is no DICOM; raises where it is DICOM but broken."""
    opening = stream.read(_PREAMBLE)
    has_preamble = opening[128:] == b"DICM"
    if not has_preamble and opening[:2] not in _OPENINGS:
        return None
    stream.seek(0)
    _refuse_to_inflate_too_much(stream)
    with tolerant():
        data = pydicom.dcmread(stream, stop_before_pixels=not pixels, force=True)
        if has_preamble or "Rows" in data or "SOPClassUID" in data or "Modality" in data:
            return data
    return None


def _refuse_bomb(archive: zipfile.ZipFile, packed: int) -> None:
    """Raise Refused where an archive would unpack to far more than pictures ever do."""
    sizes = [info.file_size for info in archive.infolist()]
    total = sum(sizes)
    if total > _LARGE and total > _MOST_PACKED * packed:
        raise Refused(
            f"The zip archive would unpack to {total / 1e9:.0f} GB from {packed / 1e6:.1f} MB, which no scan does; "
            "unpack it yourself if you trust it, and choose the folder."
        )
    refuse_too_large(max(sizes, default=0), "A file of the zip archive")


def _refuse_to_inflate_too_much(stream: BinaryIO) -> None:
    """Raise EOFError where a deflated data set unpacks to more than pictures ever do (pydicom would unpack it all)."""
    head = stream.read(1024)
    stream.seek(0)
    size = size_of(stream)
    stream.seek(0)
    if _DEFLATED not in head or size * 1032 < _LARGE:
        return
    stream.seek(144 + int.from_bytes(head[140:144], "little"))  # behind the meta group, whose length is its first value
    unpacker, total = zlib.decompressobj(-zlib.MAX_WBITS), 0
    while chunk := stream.read(1 << 16):
        while chunk:
            total += len(unpacker.decompress(chunk, 1 << 24))
            chunk = unpacker.unconsumed_tail
            if total > _LARGE and total > _MOST_PACKED * size:
                raise EOFError
    stream.seek(0)


def size_of(stream: BinaryIO | None) -> int:
    """Bytes in an open file."""
    return 0 if stream is None else stream.seek(0, io.SEEK_END)


def _open_or_none(member: Member, archives: dict[Path, zipfile.ZipFile]) -> BinaryIO | None:
    try:
        # An archive's own stream cannot go back without unpacking again: it is read whole.
        return io.BytesIO(archives[member.path].read(member.name)) if member.name else member.path.open("rb")
    except RuntimeError as cause:  # zipfile says so when a password is needed, or when the packing is unknown
        raise Refused(_unreadable(cause)) from cause
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError):
        return None


def _is_litter(name: str) -> bool:
    return not name or name.startswith(".") or name == "Thumbs.db"


def _is_media_directory(path: Path) -> bool:
    return path.name.upper() == "DICOMDIR"


def _unreadable(cause: BaseException) -> str:
    if isinstance(cause, zipfile.BadZipFile):
        return "The zip archive is damaged; copy it again from where it came, or unpack it and choose the folder."
    if isinstance(cause, NotImplementedError):
        return "The zip archive is packed in a way that is not supported; unpack it first and choose the folder."
    if isinstance(cause, RuntimeError):
        return "The zip archive is locked with a password; unpack it first and choose the folder."
    return f"The scan cannot be read ({type(cause).__name__}); check that the disk is there and that you may read it."
