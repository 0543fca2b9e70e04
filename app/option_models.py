"""Whether what is compared was solved alike: by one model, on one mesh, with all its leads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Ran:
    """A run as far as its model goes: ``method`` (e.g. "eikonal"), a hash of the ``mesh``, and the numbers (from 1) of its
    pacing sites that did not capture."""

    title: str
    method: str
    mesh: str
    silent: tuple[int, ...] = ()

    @classmethod
    def of(cls, title: str, method: str, stamp: Mapping[str, Any], values: Mapping[str, float]) -> "Ran":
        """From the stamp and the ``values`` of a run, by the names of their metrics."""
        sites = (stamp.get("scenario") or {}).get("sites") or ()
        weak = (k for k, site in enumerate(sites, 1) if values.get(f"capture_{k}", 0.0) > site.get("strength", 0.0))
        return cls(title, method, str(stamp.get("mesh")), tuple(weak))


def unlike_notes(runs: Sequence[Ran]) -> tuple[str, ...]:
    """A sentence where models differ, one where meshes do, and one for each pacing site that did not capture."""
    notes = [
        f"In '{run.title}' pacing site {site} does not capture: its beat is the one without it."
        for run in runs
        for site in run.silent
    ]
    if len({run.method for run in runs}) > 1:
        notes.append(
            f"Different models are compared: {_told(runs)}. Part of a difference comes from that; run all by one tier to judge "
            "the options alone."
        )
    meshes = dict.fromkeys(run.mesh for run in runs)
    if len(meshes) > 1:
        groups = (" and ".join(_named(run for run in runs if run.mesh == mesh)) for mesh in meshes)
        notes.append(
            f"Different meshes are compared: {'; '.join(groups)}. Part of a difference comes from that; run all on the mesh as "
            "it is now."
        )
    return tuple(notes)


def _told(runs: Sequence[Ran]) -> str:
    methods = dict.fromkeys(run.method for run in runs)
    return "; ".join(f"{', '.join(_named(r for r in runs if r.method == method))} by {method}" for method in methods)


def _named(runs: Iterable[Ran]) -> list[str]:
    return [f"'{run.title}'" for run in runs]
