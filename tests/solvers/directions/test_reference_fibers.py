"""Fibres against those of another program on its own coarse heart of two chambers."""

import xml.etree.ElementTree as ET
from pathlib import Path

import h5py
import numpy as np

from geometry.heart_mesh import HeartMesh
from geometry.surface import oriented
from solvers.directions.coordinates import laplace_fields
from solvers.directions.fibers import fibers_from_fields
from solvers.wall_records import FiberAngles

NAMES = {1: "endo_lv", 2: "endo_rv", 3: "epi", 4: "base"}


def arrays(path: Path) -> list[np.ndarray]:
    """The arrays of an XDMF file that holds them as text: points, cells, tags."""
    items = [(item.attrib["Dimensions"].split(), item.text or "") for item in ET.parse(path).iter("DataItem")]
    return [np.array(text.split(), float).reshape([int(n) for n in shape]) for shape, text in items]


def test_fibres_of_the_left_free_wall_are_those_of_another_program(reference_data: Path) -> None:
    folder = reference_data / "ambit" / "demos" / "solid_flow0d" / "input"
    points, tets, _ = arrays(folder / "heart3D_domain.xdmf")
    _, facets, tags = arrays(folder / "heart3D_boundary.xdmf")
    tets = oriented(points, tets.astype(np.int32))
    marks = {"apex": (0.0, 0.0, -75.0), "base_center": (0.0, 0.0, 15.0)}
    one = np.ones(len(tets), np.int32)
    mesh = HeartMesh(
        points,
        tets,
        one,
        {1: "lv"},
        facets.astype(np.int32),
        tags.astype(np.int32),
        NAMES,
        "ventricles",
        landmarks=marks,
    )
    fields = laplace_fields(mesh)
    # theirs goes from +60 to -60 degrees in the left ventricle (and from +90 in the right one, which is not compared)
    ours, _ = fibers_from_fields(fields, FiberAngles(endo=60, epi=-60, sheet_endo=0, sheet_epi=0))
    with h5py.File(folder / "fib_fiber_nodal.h5") as data:
        nodal = data["fibers"][:][tets]
    nodal = nodal * np.sign(np.einsum("mic,mc->mi", nodal, nodal[:, 0]))[..., None]
    theirs = nodal.sum(axis=1)
    theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
    middle = points[tets].mean(axis=1)
    free = (middle[:, 0] < -5) & (middle[:, 2] > -45) & (middle[:, 2] < 0)
    off = np.degrees(np.arccos(np.clip(np.abs(np.einsum("ij,ij->i", ours, theirs)), 0, 1)))[free]
    assert free.sum() > 500
    # two or three tets through the wall, each with 40 to 60 degrees of turn, averaged from nodes: no closer can be asked for
    assert np.median(off) < 12
