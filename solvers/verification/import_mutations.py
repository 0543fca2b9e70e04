"""Scans spoilt on purpose, by a seeded generator: bytes, lengths, tags, headers, archives, for ``imaging_import``."""

import io
import re
import struct
import zipfile
from collections.abc import Callable

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from geometry.dicom.files import tolerant
from solvers.verification.import_files import Files, ending_of, zipped

Random = np.random.Generator
_JUNK = ("", "junk", "-1", "0", "nan", "1e308", "99999999999", "\\\\\\", "é\x00\xff", "1\\2\\3\\4\\5\\6\\7\\8")
_HUGE = {"Rows": 65535, "Columns": 65535, "NumberOfFrames": 2_000_000_000, "BitsAllocated": 64, "SamplesPerPixel": 999}
# Ways after which no grey value and no place need be mistaken for another: they can be found out, or cost pictures.
KNOWABLE = (
    "truncate", "long", "delete_tag", "wrong_value", "wrong_vr", "absurd_size", "other_syntax", "bad_place",
    "huge_dimensions", "bomb", "traversal",
)  # fmt: skip
# Places in the header (nifti1.h): dim, datatype, bitpix, pixdim, vox_offset, scl_slope, form codes, srow, xyzt_units.
_NIFTI_FIELDS = (
    (40, "<h"), (42, "<h"), (44, "<h"), (48, "<h"), (70, "<h"), (72, "<h"), (80, "<f"), (88, "<f"), (108, "<f"),
    (112, "<f"), (252, "<h"), (254, "<h"), (280, "<f"), (123, "<b"),
)  # fmt: skip
_SYNTAXES = (
    "1.2.840.10008.1.2", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.5", "1.2.3.4.5",
)  # fmt: skip


def spoil(files: Files, random: Random) -> tuple[str, Files]:
    """One scan spoilt in one way: the name of the way, and the files. Up to half of its files are hit."""
    names = sorted(files)
    hit = [str(name) for name in random.choice(names, size=max(1, int(random.integers(1, len(names) + 1)) // 2))]
    ways = [*_BYTES, *(_DICOM if names[0].endswith(".dcm") else _OTHERS.get(ending_of(names[0]), ()))]
    way = ways[int(random.integers(len(ways)))]
    return way.__name__.strip("_"), dict(files) | {name: way(files[name], random) for name in hit}


# --- any bytes ------------------------------------------------------------------------------------------------------


def _flip(content: bytes, random: Random) -> bytes:
    spoilt = bytearray(content)
    reach = len(spoilt) if random.random() < 0.5 else min(len(spoilt), 1500)  # headers come first
    for place in random.integers(0, reach, int(random.integers(1, 40))):
        spoilt[place] = random.integers(256)
    return bytes(spoilt)


def _truncate(content: bytes, random: Random) -> bytes:
    return content[: int(random.integers(0, len(content)))]


def _zero(content: bytes, random: Random) -> bytes:
    start, length = int(random.integers(len(content))), int(random.integers(1, 400))
    return content[:start] + bytes(min(length, len(content) - start)) + content[start + length :]


def _insert(content: bytes, random: Random) -> bytes:
    place = int(random.integers(len(content)))
    return content[:place] + random.bytes(int(random.integers(1, 200))) + content[place:]


def _repeat(content: bytes, random: Random) -> bytes:
    place = int(random.integers(len(content)))
    return content[:place] + content


def _long(content: bytes, random: Random) -> bytes:
    """A length somewhere becomes four gigabytes."""
    place = int(random.integers(max(len(content) - 4, 1)))
    return content[:place] + b"\xfe\xff\xff\xff" + content[place + 4 :]


# --- DICOM ----------------------------------------------------------------------------------------------------------


def _edited(content: bytes, edit: Callable[[Dataset], None]) -> bytes:
    with tolerant():
        data = pydicom.dcmread(io.BytesIO(content), force=True)
        try:
            edit(data)
            stream = io.BytesIO()
            data.save_as(stream, enforce_file_format=False)
        except Exception:  # not every nonsense can be written
            return content[: len(content) // 2]
    return stream.getvalue()


def _any_tag(data: Dataset, random: Random) -> BaseTag:
    tags = list(data.keys())
    return tags[int(random.integers(len(tags)))]


def _delete_tag(content: bytes, random: Random) -> bytes:
    def edit(data: Dataset) -> None:
        for _ in range(int(random.integers(1, 4))):
            del data[_any_tag(data, random)]

    return _edited(content, edit)


def _wrong_value(content: bytes, random: Random) -> bytes:
    def edit(data: Dataset) -> None:
        element = data[_any_tag(data, random)]
        if element.VR not in ("SQ", "OW", "OB", "US"):
            data[element.tag] = pydicom.DataElement(element.tag, "LO", str(_JUNK[int(random.integers(len(_JUNK)))]))
            data[element.tag].VR = element.VR if random.random() < 0.5 else "UN"

    return _edited(content, edit)


def _wrong_vr(content: bytes, random: Random) -> bytes:
    places = [found.start() for found in re.finditer(rb"(US|DS|IS|UI|CS|LO|SH|OW)[\x00-\x40]\x00", content)]
    place = places[int(random.integers(len(places)))] if places else 0
    vr = (b"SQ", b"OB", b"FD", b"UN", b"AT", b"zz")[int(random.integers(6))]
    return content[:place] + vr + content[place + 2 :]


def _absurd_size(content: bytes, random: Random) -> bytes:
    name = list(_HUGE)[int(random.integers(len(_HUGE)))]
    return _edited(content, lambda data: setattr(data, name, _HUGE[name]))


def _other_syntax(content: bytes, random: Random) -> bytes:
    def edit(data: Dataset) -> None:
        data.file_meta.TransferSyntaxUID = _SYNTAXES[int(random.integers(len(_SYNTAXES)))]

    spoilt = content
    for syntax in _SYNTAXES[:3]:
        spoilt = spoilt.replace(
            syntax.encode() + b"\0", _SYNTAXES[int(random.integers(len(_SYNTAXES)))].encode()[: len(syntax) + 1], 1
        )
    return _edited(content, edit) if random.random() < 0.5 else spoilt


def _bad_place(content: bytes, random: Random) -> bytes:
    name, values = (
        ("PixelSpacing", ["0", "0"]),
        ("PixelSpacing", ["-1", "1e30"]),
        ("ImageOrientationPatient", ["0"] * 6),
        ("ImageOrientationPatient", ["1", "0", "0", "1", "0", "0"]),
        ("ImagePositionPatient", ["1e300", "0", "0"]),
        ("ImagePositionPatient", ["1", "2"]),
        ("RescaleSlope", "1e300"),
        ("TriggerTime", "-1e20"),
    )[int(random.integers(8))]
    return _edited(content, lambda data: setattr(data, name, values))


# --- volumes and archives -------------------------------------------------------------------------------------------


def _nifti_header(content: bytes, random: Random) -> bytes:
    """A dimension, size, type or offset of the header becomes nonsense (gzip is not opened for it: bytes are hit)."""
    if content[:2] == b"\x1f\x8b":
        import gzip

        return gzip.compress(_nifti_header(gzip.decompress(content), random))
    place, kind = _NIFTI_FIELDS[int(random.integers(len(_NIFTI_FIELDS)))]
    values = (0, -1, 32767, 7) if kind == "<h" else (0, -1, 99, 7) if kind == "<b" else (0.0, -1.0, np.nan, 1e30)
    return (
        content[:place] + struct.pack(kind, values[int(random.integers(4))]) + content[place + struct.calcsize(kind) :]
    )


def _text_header(content: bytes, random: Random) -> bytes:
    """A number or word of the header of an NRRD or MetaImage file becomes another."""
    stop = min(len(content), 500)
    words = list(re.finditer(rb"[A-Za-z0-9.\-]+", content[:stop]))
    found = words[int(random.integers(len(words)))]
    new = (b"0", b"-7", b"99999999", b"nan", b"gzip", b"/dev/zero", b"LIST", b"../../x.raw", b"")[
        int(random.integers(9))
    ]
    return content[: found.start()] + new + content[found.end() :]


def _huge_dimensions(content: bytes, random: Random) -> bytes:
    size = str(int(random.integers(4000, 60000))).encode()
    return re.sub(rb"(DimSize =|sizes:)[^\n]*", rb"\1 %s %s %s" % (size, size, size), content)


def bomb(content: bytes, random: Random) -> bytes:
    """The directory of the archive says that its first file is four gigabytes."""
    at = content.find(b"PK\x01\x02")
    return content[: at + 24] + b"\xf0\xff\xff\xff" + content[at + 28 :] if at >= 0 else content


def _traversal(content: bytes, random: Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    prefix = ("../../../tmp/", "/etc/", "..\\..\\")[int(random.integers(3))]
    return zipped({prefix + name: held for name, held in files.items()})


_BYTES = (_flip, _flip, _truncate, _zero, _insert, _repeat, _long)
_DICOM = (_delete_tag, _delete_tag, _wrong_value, _wrong_value, _wrong_vr, _absurd_size, _other_syntax, _bad_place)
_NIFTI = (_nifti_header, _nifti_header, _nifti_header)
_TEXT = (_text_header, _text_header, _text_header, _huge_dimensions)
_OTHERS = {
    ".nii": _NIFTI, ".nii.gz": _NIFTI, ".nrrd": _TEXT, ".mha": _TEXT, ".zip": (bomb, _traversal, _traversal),
}  # fmt: skip
