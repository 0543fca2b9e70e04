"""A heart, or the blood in it, as tetrahedra with named regions, named surfaces and directions."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
OUTLINE = "outline_"  # prefix of point data by which an ensemble moves the nodes (``geometry.outline_doubt``)
POINTS, CELLS = "point_data/", "cell_data/"  # prefixes in the file


@dataclass(frozen=True)
class HeartMesh:
    """Tetrahedra of a wall ("ventricles") or of the blood inside ("blood_pool").

    points        (n, 3) mm, RAS
    tets          (m, 4) node indices, positively oriented
    region        (m,) region number of each tet, named in ``region_names``
    facets        (k, 3) triangles of the boundary, normals outwards
    facet_tag     (k,) tag of each triangle, named in ``facet_names``
                  ventricles: endo_lv, endo_rv, epi, base; blood pool: inlet, outlet, wall
    fiber, sheet  (m, 3) unit vectors, or None while there are none
    point_data    name -> (n,) or (n, 3), e.g. transmural, apex_base coordinates
    cell_data     name -> (m,), e.g. aha17 (segment 1 to 17, 0 outside the left wall)
    kind          "ventricles" or "blood_pool"
    landmarks     name -> (x, y, z) mm, e.g. apex, base_center, rv_insertion, annulus, throat
    notes         sentences worth telling
    """

    points: Floats
    tets: Ints
    region: Ints
    region_names: Mapping[int, str]
    facets: Ints
    facet_tag: Ints
    facet_names: Mapping[int, str]
    kind: str
    fiber: Floats | None = None
    sheet: Floats | None = None
    point_data: Mapping[str, Floats] = field(default_factory=dict)
    landmarks: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    cell_data: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)

    def tagged(self, name: str) -> Ints:
        """(j, 3), the boundary triangles of one surface, by name; empty when there is none."""
        tags = [tag for tag, known in self.facet_names.items() if known == name]
        return self.facets[np.isin(self.facet_tag, tags)]

    def tet_volumes(self) -> Floats:
        """(m,) mm3, signed."""
        a, b, c, d = (self.points[self.tets[:, i]] for i in range(4))
        return np.asarray(np.einsum("ij,ij->i", np.cross(b - a, c - a), d - a) / 6.0)

    def edge_length(self) -> float:
        """mm, mean edge length."""
        pairs = ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))
        lengths = [
            np.linalg.norm(self.points[self.tets[:, i]] - self.points[self.tets[:, j]], axis=1) for i, j in pairs
        ]
        return float(np.mean(lengths))

    def with_points(self, points: Floats) -> "HeartMesh":
        """The same mesh, moved."""
        return replace(self, points=points)

    def digest(self) -> str:
        """A hash of geometry, tags, directions and the doubt of the outlines: what results depend on."""
        total = hashlib.sha256()
        for array in (self.points, self.tets, self.region, self.facets, self.facet_tag, self.fiber, self.sheet):
            total.update(b"-" if array is None else np.ascontiguousarray(array).tobytes())
        for name in sorted(name for name in self.point_data if name.startswith(OUTLINE)):
            total.update(np.ascontiguousarray(self.point_data[name]).tobytes())
        return total.hexdigest()[:16]


def save_mesh(mesh: HeartMesh, path: Path) -> None:
    """Write ``path`` (.npz), the program's own exact format; see ``exchange`` for others."""
    arrays: dict[str, NDArray[np.generic]] = {
        "points": mesh.points,
        "tets": mesh.tets,
        "region": mesh.region,
        "facets": mesh.facets,
        "facet_tag": mesh.facet_tag,
    }
    if mesh.fiber is not None:
        arrays["fiber"] = mesh.fiber
    if mesh.sheet is not None:
        arrays["sheet"] = mesh.sheet
    arrays |= {f"{POINTS}{name}": values for name, values in mesh.point_data.items()}
    arrays |= {f"{CELLS}{name}": values for name, values in mesh.cell_data.items()}
    facts = {
        "kind": mesh.kind,
        "region_names": {str(k): v for k, v in mesh.region_names.items()},
        "facet_names": {str(k): v for k, v in mesh.facet_names.items()},
        "landmarks": dict(mesh.landmarks),
        "notes": mesh.notes,
    }
    np.savez(path, facts=np.array(json.dumps(facts)), **arrays)  # type: ignore[arg-type]


def load_mesh(path: Path) -> HeartMesh:
    """Read what ``save_mesh`` wrote."""
    with np.load(path, allow_pickle=False) as data:
        facts = json.loads(str(data["facts"]))
        return HeartMesh(
            points=data["points"],
            tets=data["tets"],
            region=data["region"],
            region_names={int(k): v for k, v in facts["region_names"].items()},
            facets=data["facets"],
            facet_tag=data["facet_tag"],
            facet_names={int(k): v for k, v in facts["facet_names"].items()},
            kind=facts["kind"],
            fiber=data.get("fiber"),
            sheet=data.get("sheet"),
            point_data={k.removeprefix(POINTS): data[k] for k in data.files if k.startswith(POINTS)},
            cell_data={k.removeprefix(CELLS): data[k] for k in data.files if k.startswith(CELLS)},
            landmarks={k: (v[0], v[1], v[2]) for k, v in facts["landmarks"].items()},
            notes=tuple(facts["notes"]),
        )
