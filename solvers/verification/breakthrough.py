"""Where and when a beat appears and ends on a two-chambered heart: normal, and with a blocked bundle branch.

Durrer 1970 (doi 10.1161/01.CIR.41.6.899): three areas of the left endocardium first, the right one 5-10 ms later, all in 80 ms.
Wyndham 1979 (Circulation 59:1165; 11 patients): the epicardium is first reached over the right ventricle, 7-25 ms after the
onset of the QRS, and last at the base, after 63-96 ms. Blocks: QRS of 120 ms or more; in left block the lateral wall is last
and V1 negative, in right block the right ventricle is last and V1 ends positive (AHA/ACCF/HRS 2009,
doi 10.1161/CIRCULATIONAHA.108.191095).
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geometry.heart_mesh import Floats, HeartMesh, Ints
from geometry.progress import Progress, silent
from geometry.shapes import two_chamber_heart
from geometry.shapes_pose import in_the_chest
from solvers.directions.coordinates import heart_axes
from solvers.electrophysiology.activation_metrics import qrs_bounds, region_nodes
from solvers.electrophysiology.eikonal_model import EikonalModel
from solvers.result import Check
from solvers.scenario import Electrophysiology

NAME = "ep-breakthrough"
TITLE = "Activation of a two-chambered heart against Durrer 1970 and Wyndham 1979, and in bundle branch block"

EDGE = 2.5  # mm
EARLY = 1.0  # ms after the first activation: what is active by then is an area of its own
DURRER, WYNDHAM, GUIDELINE = "Durrer 1970", "Wyndham 1979", "AHA/ACCF/HRS 2009"
NETWORKS = {"fast_layer": "fast layer", "grown_tree": "grown tree"}


def verify(progress: Progress = silent) -> list[Check]:
    """Times and places of the first and last activation, and the QRS, with either Purkinje network."""
    mesh = in_the_chest(two_chamber_heart(EDGE))
    model, checks = EikonalModel(mesh), []
    for number, (network, words) in enumerate(NETWORKS.items()):
        progress(number / len(NETWORKS), f"Beats through the {words}")
        for conduction, look in (("normal", _normal), ("lbbb", _left_block), ("rbbb", _right_block)):
            beat = _beat(model, Electrophysiology(conduction=conduction, network=network))
            checks += look(beat, f"{words}, {conduction}: ")
    return checks


@dataclass(frozen=True)
class _Beat:
    """A beat and what is asked about it: activation (n,) ms, leads (12, t) inside the QRS, its onset and duration (ms)."""

    mesh: HeartMesh
    activation: Floats
    leads: dict[str, Floats]
    onset: float
    qrs: float

    def nodes(self, surface: str) -> Ints:
        return np.unique(self.mesh.tagged(surface))

    def first(self, surface: str) -> int:
        nodes = self.nodes(surface)
        return int(nodes[np.argmin(self.activation[nodes])])

    def last(self, surface: str) -> int:
        nodes = self.nodes(surface)
        return int(nodes[np.argmax(self.activation[nodes])])

    def net(self, lead: str, start: float = 0.0) -> float:
        """Area of a lead over its absolute area, -1 to 1, from a share of the QRS to its end."""
        values = self.leads[lead][round(start * len(self.leads[lead])) :]
        return float(values.sum() / np.abs(values).sum())


def _beat(model: EikonalModel, scenario: Electrophysiology) -> _Beat:
    answer = model.answer(scenario)
    onset, end = qrs_bounds(answer.ecg, float(answer.activation.max()))
    inside = (answer.ecg.times >= onset) & (answer.ecg.times <= end)
    leads = {name: answer.ecg.values[k, inside] for k, name in enumerate(answer.ecg.channels)}
    return _Beat(model.mesh, answer.activation, leads, onset, end - onset)


def _within(name: str, value: float, low: float, high: float, unit: str, source: str) -> Check:
    return Check(name, value, (low + high) / 2, (high - low) / 2, unit, source)


def _normal(beat: _Beat, words: str) -> list[Check]:
    activation, axes = beat.activation, heart_axes(beat.mesh)
    right, first, last = beat.first("endo_rv"), beat.first("epi"), beat.last("epi")
    angle = float(np.degrees(axes.angle(beat.mesh.points[[first]])[0]))
    height = axes.height(beat.mesh.points[[first, last]])
    on_right = float(first in region_nodes(beat.mesh, "rv"))
    return [
        Check(words + "early areas of the left endocardium", _areas(beat, "endo_lv"), 3, 0, "", DURRER),
        _within(words + "right endocardium first", activation[right] - activation.min(), 5, 10, "ms", DURRER),
        Check(words + "epicardium first over the right ventricle", on_right, 1, 0, "", WYNDHAM),
        _within(words + "epicardial breakthrough", activation[first] - beat.onset, 7, 25, "ms", WYNDHAM),
        _within(words + "breakthrough, angle from mid septum to anterior", angle, 0, 90, "deg", "anterior, paraseptal"),
        _within(words + "breakthrough, height", float(height[0]), 0.2, 0.7, "1", "near the anterior papillary muscle"),
        _within(words + "last epicardium", activation[last] - beat.onset, 63, 96, "ms", WYNDHAM),
        _within(words + "last epicardium, height", float(height[1]), 2 / 3, 1.1, "1", "basal; " + WYNDHAM),
        _within(words + "total activation", float(np.ptp(activation)), 65, 100, "ms", DURRER + ", about 80"),
    ]


def _left_block(beat: _Beat, words: str) -> list[Check]:
    axes, latest = heart_axes(beat.mesh), int(np.argmax(beat.activation))
    aside = abs(float(np.degrees(axes.angle(beat.mesh.points[[latest]])[0])))
    return [
        Check(words + "first in the right ventricle", _in_right(beat, int(np.argmin(beat.activation))), 1, 0),
        _within(words + "last place, angle from mid septum", aside, 110, 180, "deg", "lateral wall"),
        _within(words + "QRS", beat.qrs, 120, 180, "ms", GUIDELINE),
        _within(words + "V1, net area of the QRS", beat.net("V1"), -1, -0.5, "1", GUIDELINE),
        _within(words + "V6, net area of the QRS", beat.net("V6"), 0.5, 1, "1", GUIDELINE),
    ]


def _right_block(beat: _Beat, words: str) -> list[Check]:
    return [
        Check(words + "last in the right ventricle", _in_right(beat, int(np.argmax(beat.activation))), 1, 0),
        _within(words + "QRS", beat.qrs, 120, 180, "ms", GUIDELINE),
        _within(words + "V1, net area of the last third", beat.net("V1", 2 / 3), 0.5, 1, "1", GUIDELINE),
        _within(
            words + "V6, net area of the last third", beat.net("V6", 2 / 3), -1, -0.1, "1", GUIDELINE + ": broad S"
        ),
    ]


def _in_right(beat: _Beat, node: int) -> float:
    return float(node in region_nodes(beat.mesh, "rv"))


def _areas(beat: _Beat, surface: str) -> int:
    """How many separate areas of a surface are active within ``EARLY`` ms of its first."""
    nodes, triangles = beat.nodes(surface), beat.mesh.tagged(surface)
    early = nodes[beat.activation[nodes] <= beat.activation[nodes].min() + EARLY]
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    both = np.searchsorted(early, edges[np.isin(edges, early).all(axis=1)])
    graph = coo_array((np.ones(len(both)), both.T), shape=(len(early), len(early)))
    return int(connected_components(graph, directed=False)[0])
