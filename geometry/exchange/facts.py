"""What formats have no place for (names, kind, landmarks, unit): one line of JSON that our own files carry."""

import json
from collections.abc import Mapping
from typing import Any

from geometry.exchange.raw_mesh import named
from geometry.heart_mesh import HeartMesh


def facts_of(mesh: HeartMesh) -> dict[str, Any]:
    """The facts of a mesh, ready for JSON."""
    return {
        "unit": "mm",
        "kind": mesh.kind,
        "region_names": {str(number): name for number, name in mesh.region_names.items()},
        "surface_names": {str(number): name for number, name in mesh.facet_names.items()},
        "landmarks": dict(mesh.landmarks),
    }


def read_facts(text: str) -> dict[str, Any]:
    """The same facts from a file; empty where they are none of ours."""
    try:
        facts = json.loads(text)
    except ValueError:
        return {}
    return dict(facts) if isinstance(facts, dict) else {}


def names_in(facts: Mapping[str, Any], table: str) -> dict[int, str]:
    """One of the two tables of names: "region_names" or "surface_names"."""
    return named(facts.get(table, {}))
