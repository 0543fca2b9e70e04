"""A small left ventricle with everything that a file can hold."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geometry.exchange.mesh_import import Wishes, import_mesh
from geometry.exchange.writing import write_mesh
from geometry.heart_mesh import HeartMesh
from geometry.shapes import half_ellipsoid_ventricle


@pytest.fixture(scope="session")
def heart() -> HeartMesh:
    """Fibres around the long axis, sheets along the radius, two regions, a height at the nodes; 74 mm long."""
    made = half_ellipsoid_ventricle(6.0)
    centers = made.points[made.tets].mean(axis=1)
    radial = centers * [1.0, 1.0, 0.0]
    radial /= np.linalg.norm(radial, axis=1, keepdims=True)
    return replace(
        made,
        fiber=np.cross([0.0, 0.0, 1.0], radial),
        sheet=radial,
        region=np.where(centers[:, 2] < -30, 2, 1).astype(np.int32),
        region_names={1: "lv", 2: "scar"},
        cell_data={"aha17": np.arange(len(made.tets), dtype=np.int32) % 18},
        point_data={"height": made.points[:, 2].copy(), "place": made.points * 2},
    )


def there_and_back(mesh: HeartMesh, path: Path, **wishes: object) -> HeartMesh:
    """Written, and read again."""
    write_mesh(mesh, path)
    return import_mesh(path, Wishes(**wishes))  # type: ignore[arg-type]
