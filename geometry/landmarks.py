"""Landmarks that a person may move: where apex, valves and the insertions of the right ventricle are put by hand."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import HeartMesh

Point = tuple[float, float, float]
MOVABLE = {
    "apex": "Apex",
    "base_center": "Mitral valve, middle",
    "rv_valve_center": "Valves of the RV, middle",
    "rv_insertion_anterior": "Anterior insertion of the RV",
    "rv_insertion_inferior": "Inferior insertion of the RV",
}
FOUND = "_found"  # behind the name of a landmark that was moved: where the program had found it
FOLLOWING = ("lv_cavity_apex", "rv_insertion_anterior", "rv_insertion_inferior")  # found anew when the axes change
FURTHEST = 60.0  # mm from the nearest node
SHORTEST = 20.0  # mm from apex to mitral valve


@dataclass(frozen=True)
class Landmarks:
    """Places (x, y, z) mm RAS of the landmarks that were moved by hand; None where the program's own stands."""

    apex: Point | None = None
    base_center: Point | None = None
    rv_valve_center: Point | None = None
    rv_insertion_anterior: Point | None = None
    rv_insertion_inferior: Point | None = None

    def moved(self) -> dict[str, Point]:
        """Those that were moved, by name."""
        return {name: place for name, place in asdict(self).items() if place is not None}

    def with_place(self, name: str, place: Point | None) -> "Landmarks":
        """The same with one of them moved, or back where the program found it."""
        return replace(self, **{name: place})


def with_landmarks(mesh: HeartMesh, landmarks: Landmarks) -> HeartMesh:
    """The mesh with these landmarks, and NAME_found where the program had them; those not moved go back there.

    Refuses places far from the heart, an apex at the valve, and landmarks that the mesh does not have.
    """
    known, moved = mesh.landmarks, landmarks.moved()
    found = {name: known.get(name + FOUND, known[name]) for name in MOVABLE if name in known}
    missing = [MOVABLE[name] for name in moved if name not in found]
    if missing:
        raise Refused(f"This heart has no such landmark: {', '.join(missing)}. Leave it as it is.")
    marks = {name: place for name, place in known.items() if name not in FOLLOWING and not name.endswith(FOUND)}
    marks |= {name: place for name, place in found.items() if name not in FOLLOWING}
    marks |= moved | {name + FOUND: found[name] for name in moved}
    for name, place in moved.items():
        away = float(np.linalg.norm(mesh.points - np.asarray(place), axis=1).min())
        if away > FURTHEST:
            raise Refused(f"{MOVABLE[name]} would be {away:.0f} mm away from the heart; put it on the heart.")
    if np.linalg.norm(np.subtract(marks["apex"], marks["base_center"])) < SHORTEST:
        raise Refused(f"Apex and mitral valve would be closer than {SHORTEST:.0f} mm; move one of them away.")
    return replace(mesh, landmarks=marks)


def landmark_places(mesh: HeartMesh, landmarks: Landmarks) -> dict[str, Point]:
    """Where each movable landmark of a mesh is now: as moved, else as found."""
    known = mesh.landmarks
    found = {name: known.get(name + FOUND, known[name]) for name in MOVABLE if name in known}
    return found | {name: place for name, place in landmarks.moved().items() if name in found}


def landmarks_text(landmarks: Landmarks) -> str:
    """As the text of a file."""
    return json.dumps(landmarks.moved(), indent=1)


def load_landmarks(path: Path) -> Landmarks:
    """Read what ``landmarks_text`` wrote; none moved where there is no file."""
    return landmarks_from(json.loads(path.read_text())) if path.exists() else Landmarks()


def landmarks_from(facts: Mapping[str, list[float]]) -> Landmarks:
    """From plain data."""
    return Landmarks(**{name: (float(p[0]), float(p[1]), float(p[2])) for name, p in facts.items()})
