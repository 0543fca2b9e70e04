"""What a series is good for: proposed from planes, times and pulses; descriptions, often missing, only help.

The long axis of the left ventricle points left, forward and down; u below is near its mean direction, and the short
axis of most hearts lies within 35 degrees of it (planes: Cerqueira et al. 2002, doi:10.1161/hc0402.102975).
"""

from dataclasses import dataclass

import numpy as np

from geometry.dicom.groups import Group
from geometry.dicom.kinds import (
    body_plane,
    called_late,
    called_long_axis,
    called_short_axis,
    called_something_else,
    is_flat,
    is_flow,
    is_map,
    modality_words,
    shows_phase_or_velocity,
)
from geometry.dicom.stack import LEAST_SLICES
from geometry.dicom.values import Vector
from geometry.image import Image

SHORT_CINE, LONG_CINE, LATE, CT_PHASE, OTHER = (
    "short-axis cine",
    "long-axis cine",
    "LGE short axis",
    "CT phase",
    "other",
)
_USUAL_AXIS = np.array([0.68, -0.60, -0.42])  # LPS
_ACROSS, _ALONG = 0.80, 0.50  # cosine between a plane's normal and the long axis: short axis above, long axis below


@dataclass(frozen=True)
class Role:
    """A proposal: one of the names above, and why."""

    name: str
    reason: str


def propose_roles(groups: list[Group]) -> list[Role]:
    """The role of each group of a study."""
    axis, told = _heart_axis(groups)
    roles = [_role(group, axis, told) for group in groups]
    if not any(role.name == SHORT_CINE for role in roles):
        stacks = [
            n
            for n, (group, role) in enumerate(zip(groups, roles, strict=True))
            if role.name == LONG_CINE and group.parallel and group.slices >= 6 and not called_long_axis(group.first)
        ]
        if len(stacks) == 1:
            reason = (
                f"the only oblique cine stack, {groups[stacks[0]].slices} slices, though turned unusually: check it"
            )
            roles[stacks[0]] = Role(SHORT_CINE, reason)
    return roles


def role_of_volume(image: Image) -> Role:
    """The role of a scan from a file that says little: by its modality, phases and planes."""
    if image.modality == "CT":
        return Role(CT_PHASE, f"CT, {image.phases} phase{'s' if image.phases > 1 else ''}")
    if image.phases < 5:
        return Role(OTHER, f"{image.phases} phase{'s' if image.phases > 1 else ''}, and the file does not say of what")
    normal = image.affine[:3, 2] / np.linalg.norm(image.affine[:3, 2]) * [-1.0, -1.0, 1.0]
    if np.abs(normal).max() > 0.97:
        return Role(SHORT_CINE, f"{image.phases} phases; the planes are not oblique, so this is a guess: check it")
    if abs(normal @ _USUAL_AXIS) >= _ALONG:
        return Role(SHORT_CINE, f"{image.phases} phases, slices across the usual axis of the heart")
    return Role(LONG_CINE, f"{image.phases} phases, slices along the usual axis of the heart")


def is_cine(group: Group) -> bool:
    """Whether the frames of each slice go through one beat."""
    if group.phases < 3 or _over_many_beats(group) or _inversions(group) > 2:
        return False
    row = max(group.rows, key=len)
    beat = row[0].interval
    moments = [frame.trigger for frame in row if frame.trigger is not None]
    spread = (max(moments) - min(moments)) / beat if beat and moments else 0.0
    percents = [frame.percent for frame in row if frame.percent is not None]
    return group.phases >= 8 or spread >= 0.5 or bool(percents and max(percents) - min(percents) >= 50)


def _heart_axis(groups: list[Group]) -> tuple[Vector, str]:
    """(3,) long axis of the heart, LPS, as this study's cines show it, else the usual one; and from where, in words."""
    cines = [g for g in groups if g.first.modality == "MR" and g.slices and is_cine(g) and not body_plane(g.first)]
    views = [g.first.normal for g in cines if g.slices < LEAST_SLICES]
    usual = _USUAL_AXIS / np.linalg.norm(_USUAL_AXIS)
    stacks = [g for g in cines if g.parallel and g.slices >= 5 and abs(g.first.normal @ usual) > _ACROSS]
    if stacks:
        best = max(stacks, key=lambda g: g.slices)
        across = sum(abs(float(view @ best.first.normal)) < _ALONG for view in views)
        also = f", across {across} long-axis view{'s' if across > 1 else ''}" if across else ""
        return best.first.normal, f"across the usual axis of the heart{also}"
    for one in views:
        for other in views:
            line = np.cross(one, other)
            if np.linalg.norm(line) > 0.5 and abs(line @ usual) / np.linalg.norm(line) > 0.7:
                return line / np.linalg.norm(line), "across the line in which the long-axis views meet"
    return usual, "across the usual axis of the heart"


def _role(group: Group, axis: Vector, told: str) -> Role:
    first = group.first
    if first.modality == "CT":
        return _ct_role(group)
    refusal = _no_picture_of_the_heart(group)
    if refusal:
        return Role(OTHER, refusal)
    if not group.parallel:
        return Role(LONG_CINE if is_cine(group) else OTHER, f"{group.slices} views turned against each other")
    tilt = abs(float(first.normal @ axis))
    if is_cine(group):
        return _cine_role(group, tilt, told)
    evidence = _late_evidence(group)
    if evidence and tilt >= _ACROSS and group.slices >= LEAST_SLICES:
        return Role(LATE, f"{evidence}, {group.slices} slices {told}")
    if evidence:
        return Role(OTHER, f"{evidence}, but not a short-axis stack")
    return Role(OTHER, f"{group.phases} picture{'s' if group.phases > 1 else ''} per slice, not over one beat")


def _ct_role(group: Group) -> Role:
    first = group.first
    if is_flat(first) or not first.placed or group.slices < LEAST_SLICES or not group.parallel:
        return Role(OTHER, "CT, but not a volume")
    reasons = ["CT volume" if group.phases == 1 else f"CT volumes at {group.phases} points of the beat"]
    if group.phases == 1 and first.percent is not None:
        reasons.append(f"at {first.percent:.0f} % of the beat")
    reasons.append("with contrast agent" if first.contrast else "no contrast agent is named")
    return Role(CT_PHASE, ", ".join(reasons))


def _no_picture_of_the_heart(group: Group) -> str:
    """Why an MR series is neither cine nor late enhancement, or nothing."""
    first = group.first
    if first.modality != "MR":
        return f"modality {modality_words(first.modality)}"
    if not first.placed:
        return "does not say where it lies"
    if is_flat(first):
        return "projections or a localiser"
    if shows_phase_or_velocity(first):
        return "grey values are phases or velocities"
    if is_flow(first):
        return "measures flow (velocity-encoding pulses)"
    if is_map(first) or _inversions(group) > 2:
        return "a map of relaxation times, or the pictures for one"
    if _over_many_beats(group):
        return f"{group.phases} pictures over many beats, as of first-pass perfusion"
    if called_something_else(first) and not called_late(first):
        return "its description names a localiser, map, perfusion, flow or tagging"
    return ""


def _cine_role(group: Group, tilt: float, told: str) -> Role:
    first = group.first
    what = f"{group.phases} phases of one beat, {group.slices} parallel slice{'s' if group.slices > 1 else ''}"
    plane = body_plane(first)
    if plane:
        named = ", though its description says short axis" if called_short_axis(first) else ""
        return Role(OTHER, f"{what} in an {plane} plane of the body{named}")
    if group.slices < LEAST_SLICES:
        if tilt >= _ACROSS:
            return Role(OTHER, f"{what} across the heart: too few for a stack")
        return Role(LONG_CINE, f"{what} along the heart's axis")
    if called_late(first):
        return Role(OTHER, f"{what}, but its description says late enhancement")
    if tilt >= _ACROSS or (tilt >= _ALONG and not called_long_axis(first)) or called_short_axis(first):
        degrees = float(np.degrees(np.arccos(min(tilt, 1.0))))
        return Role(SHORT_CINE, f"{what} {told}" + (f" (within {degrees:.0f} degrees)" if degrees > 10 else ""))
    return Role(LONG_CINE, f"{what} along the heart's axis")


def _late_evidence(group: Group) -> str:
    """Why a still series may show late enhancement; two signs of three are needed, or its name."""
    first = group.first
    inverted = "IR" in first.sequence[:-1] or (first.inversion is not None and 150 <= first.inversion <= 700)
    signs = [
        f"inversion pulse at {first.inversion:.0f} ms" if first.inversion else "inversion pulse" if inverted else "",
        "contrast agent" if first.contrast else "",
        "called late enhancement" if called_late(first) else "",
    ]
    found = [sign for sign in signs if sign]
    black_blood = first.echo is not None and first.echo > 20  # STIR and the like
    return ", ".join(found) if (len(found) > 1 or called_late(first) or inverted) and not black_blood else ""


def _over_many_beats(group: Group) -> bool:
    """Whether the frames of a slice were taken one per beat: over far more time than one breath-hold's beat can show."""
    if group.phases < 15:
        return False
    row = max(group.rows, key=len)
    triggers = [frame.trigger for frame in row if frame.trigger is not None]
    if triggers and row[0].interval and max(triggers) - min(triggers) > 3 * row[0].interval:
        return True
    seconds = [frame.second for frame in row if frame.second is not None]
    moving = len({round(trigger) for trigger in triggers}) > len(row) // 2
    return not moving and len(set(seconds)) > len(row) // 2 and max(seconds) - min(seconds) > 0.4 * len(row)


def _inversions(group: Group) -> int:
    """How many different inversion times a slice was taken with."""
    row = max(group.rows, key=len)
    return len({round(frame.inversion) for frame in row if frame.inversion is not None})
