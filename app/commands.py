"""The verbs that work on a case."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from app.case import Case
from app.console import print_json, say
from app.edited import needed_segmentation
from app.following import follow
from app.jobs import start_job, tell_interrupted
from app.mesh_options import MeshOptions, needed_options
from app.mesh_sizes import mesh_sizes
from app.needed import needed_image
from app.staleness import out_of_date
from geometry.errors import Refused
from geometry.metric import Metric
from sample_scans.catalogue import samples

Json = Annotated[str | None, Parameter("--json", allow_leading_hyphen=True)]
Part = Literal["ventricles", "lv", "lv_blood", "rv_blood"]


def list_samples(*, json: Json = None) -> None:
    """List the sample patients that come with the program."""
    found = samples()
    for sample in found:
        say(f"{sample.key}  {sample.title}: {sample.description}")
    print_json({"samples": [{"key": s.key, "title": s.title, "scan": str(s.scan)} for s in found]}, json)


def segment(
    case: Path,
    *,
    seed: list[str] | None = None,
    method: str | None = None,
    json: Json = None,
) -> None:
    """Find the chambers and measure them; --seed x,y,z (mm, RAS) points into the LV when it needs help."""
    opened = opened_case(case)
    run(opened, "segment", {"seeds": [point(text) for text in seed or ()], "method": method})
    tell_metrics(opened.measures(), json, {"case": str(case)})


def mesh(
    case: Path,
    *,
    edge: float | None = None,
    part: Part = "ventricles",
    scar_edge: float | None = None,
    long_axis: list[Path] | None = None,
    wall_layers: int | None = None,
    first_layer: float | None = None,
    layer_growth: float | None = None,
    forecast: bool = False,
    json: Json = None,
) -> None:
    """Build the mesh (with fibres where there is a wall); --edge is the element size in mm.

    --part of a cine is both ventricles, the wall of the left one alone, or the blood of one (with inlet and outlet in its base).
    --scar-edge is that in core and border of measured scar: half of --edge without it. --long-axis, once for each, is a label
    map of long-axis planes drawn at end-diastole (any plane, labels as ours or named): apex and base follow it.
    --wall-layers puts so many thin layers along the wall of blood: together 0.6 of the local edges thick, unless --first-layer
    (mm) tells the outermost; each is --layer-growth times as thick as the one before.
    --forecast only tells how many tetrahedra, seconds and GB of memory it would take.
    """
    opened = opened_case(case)
    files = tuple(str(file.resolve()) for file in long_axis or ())
    asked = MeshOptions(part, edge, scar_edge, files, wall_layers or 0, first_layer, layer_growth)
    if forecast:
        _tell_forecast(opened, asked, json)
        return
    run(opened, "mesh", asked.to_job())
    built = opened.mesh()
    assert built is not None
    from geometry.quality import mesh_quality

    quality = mesh_quality(built)
    say(f"{quality.nodes} nodes, {quality.tets} tetrahedra, edges {quality.edge:.2f} mm")
    for note in built.notes:
        say(f"  {note}")
    tell_metrics(opened.measures(), json, {"case": str(case), "quality": vars(quality) | {}})


def _tell_forecast(case: Case, asked: MeshOptions, json: str | None) -> None:
    image, segmentation = needed_image(case), needed_segmentation(case)
    sizes = mesh_sizes(case, segmentation, image)
    if sizes is None:
        raise Refused(
            "The labels do not reach from the ventricle into the aorta; how large the mesh gets cannot be told."
        )
    told = sizes.forecast(needed_options(case, image.modality, asked.to_job()))
    say(f"About {told.tets} tetrahedra, {told.gigabytes:.1f} GB of memory, {told.seconds:.0f} s")
    print_json({"case": str(case.folder), **vars(told)}, json)


def motion(case: Path, *, json: Json = None) -> None:
    """Let the wall of the mesh follow the cine over the beat, periodic in time."""
    from geometry.wall_motion.motion import motion_metrics

    opened = opened_case(case)
    run(opened, "motion", {})
    moving = opened.motion()
    assert moving is not None
    for note in moving.notes:
        say(f"  {note}")
    curves = {name: {"ml": values, "by_labels_ml": moving.wanted[name]} for name, values in moving.volumes.items()}
    plain = {name: {key: one.tolist() for key, one in curve.items()} for name, curve in curves.items()}
    more = {"case": str(case), "volumes": plain, "shares": moving.shares.tolist(), "period_ms": moving.period}
    tell_metrics(motion_metrics(moving), json, more)


def show(
    case: Path,
    *,
    field: str,
    out: Path,
    run: str | None = None,
    doubt: bool = False,
    time: float | None = None,
    json: Json = None,
) -> None:
    """Draw one field of a run on the heart into a PNG; --doubt lays the uncertainty over it."""
    from app.heart_picture import draw_field, find_run

    opened = opened_case(case)
    name = run or find_run(opened, field)
    limits = draw_field(opened, name, field, out, doubt=doubt, time=time)
    say(f"The picture is {out}")
    print_json({"case": str(case), "run": name, "field": field, "picture": str(out), "limits": limits}, json)


CASE_VERBS: Mapping[str, Any] = {
    "samples": list_samples,
    "segment": segment,
    "mesh": mesh,
    "motion": motion,
    "show": show,
}


def scan_path(text: str) -> Path:
    """The path of a scan, or of the sample patient of that letter; refuses what is not there."""
    path = Path(text)
    for sample in samples():
        if text.upper() == sample.key and not path.exists():
            return sample.scan
    if not path.exists():
        keys = ", ".join(sample.key for sample in samples())
        raise Refused(f"There is no scan at {path}; give a folder or file, or one of the sample patients {keys}.")
    return path.resolve()


def opened_case(folder: Path) -> Case:
    """Open a case and say what happened to runs that died."""
    case = Case.open(folder)
    for sentence in (*tell_interrupted(case.folder), *out_of_date(case)):
        say(sentence)
    return case


def run(case: Case, verb: str, options: Mapping[str, Any]) -> None:
    """Do one step in a worker process and wait for it."""
    follow(start_job(case.folder, verb, options, parent=os.getpid()))


def discard(case: Case) -> None:
    """Remove a case that never came to be."""
    import shutil

    shutil.rmtree(case.folder, ignore_errors=True)


def point(text: str) -> tuple[float, float, float]:
    """Three numbers from "x,y,z"."""
    try:
        x, y, z = (float(number) for number in text.split(","))
    except ValueError:
        raise Refused(
            f"{text!r} is not a point; write three numbers in mm as x,y,z (RAS), e.g. --seed=-20,15,40."
        ) from None
    return x, y, z


def tell_metrics(metrics: tuple[Metric, ...], target: str | None, more: Mapping[str, Any]) -> None:
    """Say the numbers, and write them as JSON where asked."""
    for metric in metrics:
        say(f"  {metric.label}: {metric.text()}")
    print_json({**more, "metrics": {metric.name: metric.to_dict() for metric in metrics}}, target)
