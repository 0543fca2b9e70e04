"""The verbs that look at a heart that is there: its quality, its fibres, its landmarks."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from app.commands import Json, opened_case, point, run
from app.console import print_json, say
from app.needed import needed_mesh
from app.staleness import own_marks_differ
from geometry.landmarks import MOVABLE, Landmarks, landmark_places, with_landmarks
from geometry.tet_quality import load_quality


def quality(case: Path, *, json: Json = None) -> None:
    """Tell how good the tetrahedra are and where the flattest lie."""
    opened = opened_case(case)
    found = load_quality(opened.folder / "mesh")
    if found is None:
        run(opened, "quality", {})
        found = load_quality(opened.folder / "mesh")
    assert found is not None
    whole = found.whole
    say(f"{whole.tets} tetrahedra, smallest angle {whole.min_dihedral:.1f} degrees, {whole.inverted} inverted")
    say(f"99 % of the radius ratios are below {whole.radius_ratio_p99:.2f}; the flattest:")
    for flat in found.worst:
        say(
            f"  {flat.angle:.1f} degrees, radius ratio {flat.ratio:.2f}, at {', '.join(f'{c:.1f}' for c in flat.place)} mm"
        )
    print_json({"case": str(case), **asdict(found)}, json)


def fibers(case: Path, *, json: Json = None) -> None:
    """Trace lines along the fibres and tell their helix angles by depth in the wall."""
    from geometry.fiber_lines import helix_angles, load_lines

    opened = opened_case(case)
    run(opened, "fibers", {})
    built, lines = opened.mesh(), load_lines(opened.folder / "mesh")
    assert built is not None and lines is not None
    helix, _ = helix_angles(built)
    depth = built.point_data["transmural"][built.tets].mean(axis=1)
    say(f"{len(lines.starts) - 1} lines; helix angle in degrees (median, and 90 % of the wall), 0 % is inside:")
    rows = []
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        inside = helix[(depth >= low) & (depth <= low + 0.2)]
        least, middle, most = (float(v) for v in np.percentile(inside, (5, 50, 95))) if len(inside) else (0.0,) * 3
        rows.append({"depth": [low, low + 0.2], "median": middle, "p5": least, "p95": most})
        say(f"  {100 * low:3.0f} to {100 * low + 20:3.0f} %: {middle:+.0f} ({least:+.0f} to {most:+.0f})")
    print_json({"case": str(case), "lines": len(lines.starts) - 1, "helix_deg": rows}, json)


def landmarks(
    case: Path,
    *,
    apex: str | None = None,
    base: str | None = None,
    rv_base: str | None = None,
    anterior: str | None = None,
    inferior: str | None = None,
    reset: bool = False,
    json: Json = None,
) -> None:
    """Move landmarks to x,y,z (mm, RAS) and lay again what depends on them: coordinates, fibres, segments.

    --base is the middle of the mitral valve, --rv-base that of the right ventricle's valves, --anterior and --inferior are
    the insertions of the right ventricle; --reset puts the others back where the program found them.
    Without any, tells where they are.
    """
    opened = opened_case(case)
    heart = needed_mesh(opened)
    moved = Landmarks() if reset else opened.landmarks()
    for name, text in zip(MOVABLE, (apex, base, rv_base, anterior, inferior), strict=True):
        if text is not None:
            moved = moved.with_place(name, point(text))
    if moved != opened.landmarks():
        with_landmarks(heart, moved)  # refuses before anything is kept
        opened.save_landmarks(moved)
    if own_marks_differ(opened):
        run(opened, "landmarks", {})
    places = landmark_places(needed_mesh(opened), moved)
    for name, place in places.items():
        say(
            f"  {MOVABLE[name]}: {', '.join(f'{c:.1f}' for c in place)} mm{' (moved)' if name in moved.moved() else ''}"
        )
    print_json({"case": str(case), "landmarks": places, "moved": sorted(moved.moved())}, json)


HEART_VERBS: Mapping[str, Any] = {"quality": quality, "fibers": fibers, "landmarks": landmarks}
