"""Names of tags from a JSON file beside a mesh, as pyansys-heart writes it: STEM.namemap.json."""

import json
from dataclasses import replace
from pathlib import Path

from geometry.errors import Refused
from geometry.exchange.raw_mesh import RawMesh, named


def with_names_beside(raw: RawMesh, path: Path) -> RawMesh:
    """The mesh with the names of its tags, where a map lies beside its file and the file has none itself."""
    beside = path.with_name(f"{path.stem}.namemap.json")
    if not beside.is_file():
        return raw
    try:
        told = json.loads(beside.read_text(encoding="utf-8"))
        surfaces, regions = (named(told.get(key, {})) for key in ("_surface_id_to_name", "_volume_id_to_name"))
    except (ValueError, AttributeError):
        raise Refused("The .namemap.json beside the mesh cannot be read; copy it again, or take it away.") from None
    return replace(raw, surface_names=raw.surface_names or surfaces, region_names=raw.region_names or regions)
