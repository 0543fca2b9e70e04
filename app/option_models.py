"""Whether what is compared was solved alike: by one model, on one mesh."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Ran:
    """A run as far as its model goes: ``method`` (e.g. "eikonal") and a hash of the ``mesh``, as its stamp has it."""

    title: str
    method: str
    mesh: str


def unlike_notes(runs: Sequence[Ran]) -> tuple[str, ...]:
    """A sentence where models differ, and one where meshes do; none where all were solved alike."""
    notes = []
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
