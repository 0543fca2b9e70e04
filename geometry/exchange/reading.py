"""Which reader a file needs, and what no reader may be given."""

from collections.abc import Callable, Mapping
from pathlib import Path

from geometry.errors import Cancelled, Refused
from geometry.exchange.carp import read_carp
from geometry.exchange.msh import read_msh
from geometry.exchange.name_map import with_names_beside
from geometry.exchange.plain_surface import read_ply, read_stl
from geometry.exchange.raw_mesh import RawMesh
from geometry.exchange.tetgen import read_tetgen
from geometry.exchange.vtk_files import read_vtk
from geometry.exchange.xdmf import read_xdmf

READERS: Mapping[str, Callable[[Path], RawMesh]] = {
    ".vtu": read_vtk,
    ".vtk": read_vtk,
    ".vtp": read_vtk,
    ".vtkhdf": read_vtk,
    ".msh": read_msh,
    ".xdmf": read_xdmf,
    ".pts": read_carp,
    ".elem": read_carp,
    ".stl": read_stl,
    ".ply": read_ply,
    ".node": read_tetgen,
    ".ele": read_tetgen,
}
POINTER = b"version https://git-lfs"
XML_ENDS = {".vtu": b"</VTKFile>", ".vtp": b"</VTKFile>", ".xdmf": b"</Xdmf>"}


def read_raw(path: Path) -> RawMesh:
    """What the file holds; raises Refused where it is missing, of no known format, cut short or damaged."""
    ending = path.suffix.lower()
    if ending not in READERS:
        raise Refused(
            f"Meshes are not read from {ending or 'files without an ending'}; there are readers for {', '.join(READERS)}."
        )
    check_file(path, ending)
    return in_sentences(lambda: with_names_beside(READERS[ending](path), path), ending)


def in_sentences(read: Callable[[], RawMesh], ending: str) -> RawMesh:
    """What ``read`` gives; whatever goes wrong in it is a sentence."""
    try:
        return read()
    except (Refused, Cancelled, MemoryError):
        raise
    except OSError:
        raise Refused(
            f"This {ending} file cannot be opened: it is damaged or may not be read; copy it again."
        ) from None
    except (Exception, SystemExit) as fault:  # a stranger's file may bring about anything
        raise Refused(
            f"This {ending} file is cut short, damaged or of another format ({type(fault).__name__}); copy it again."
        ) from None


def check_file(path: Path, ending: str) -> None:
    """Refuses what is missing, empty, a pointer of git-lfs or cut short."""
    if not path.is_file():
        raise Refused("There is no such mesh file; choose it again.")
    size = path.stat().st_size
    if size == 0:
        raise Refused("The mesh file is empty; copy it again.")
    with path.open("rb") as stream:
        if stream.read(len(POINTER)) == POINTER:
            raise Refused(
                "This file only points to a mesh that git-lfs keeps elsewhere; fetch it with 'git lfs pull' and choose it again."
            )
        stream.seek(max(size - 4096, 0))
        if ending in XML_ENDS and XML_ENDS[ending].lower() not in stream.read().lower():
            raise Refused(f"This {ending} file is cut short: its last line is missing; copy it again.")
