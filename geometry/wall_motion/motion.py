"""The motion of every node of a mesh over the beat, as a short Fourier series: smooth, and periodic."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.heart_mesh import Floats
from geometry.metric import Metric

FILE = "motion.npz"


@dataclass(frozen=True)
class WallMotion:
    """Displacement of each node from where the mesh has it (end-diastole).

    series    (2 k + 1, n, 3) mm: mean, then cosine and sine of each harmonic of the beat
    shares    (phases,) where in the beat each phase of the cine lies, 0 to 1
    period    ms of a beat; None where the scan does not say it
    volumes   name of a cavity -> (phases,) ml of the moved mesh
    wanted    the same by the labels, in proportion: wanted at end-diastole is the volume of the mesh
    wall      (phases,) volume of the wall, 1 at end-diastole: muscle keeps its own within some percent
    ed        phase in which nothing is displaced
    notes     sentences
    """

    series: NDArray[np.float32]
    shares: Floats
    period: float | None
    volumes: dict[str, Floats]
    wanted: dict[str, Floats]
    wall: Floats
    ed: int
    notes: tuple[str, ...] = ()

    def displacement(self, share: float) -> Floats:
        """(n, 3) mm at a share of the beat; 0 and 1 are the same."""
        return np.asarray(np.tensordot(harmonics(np.array([share]), self.order)[0], self.series, axes=1), float)

    def velocity(self, share: float) -> Floats:
        """(n, 3) mm per beat; divide by ``period`` for mm/ms."""
        k = np.arange(1, self.order + 1)
        turn = 2 * np.pi * k * share
        slope = np.zeros(2 * self.order + 1)
        slope[1::2], slope[2::2] = -2 * np.pi * k * np.sin(turn), 2 * np.pi * k * np.cos(turn)
        return np.asarray(np.tensordot(slope, self.series, axes=1), float)

    @property
    def order(self) -> int:
        """How many harmonics there are."""
        return (len(self.series) - 1) // 2

    def worst_volume_error(self, name: str) -> float:
        """Largest relative difference from what is wanted over the phases."""
        return float(np.abs(self.volumes[name] / self.wanted[name] - 1.0).max())


def harmonics(shares: Floats, order: int) -> Floats:
    """(t, 2 order + 1): 1, then cosine and sine of each harmonic at shares of the beat."""
    columns = [np.ones_like(shares)]
    for k in range(1, order + 1):
        columns += [np.cos(2 * np.pi * k * shares), np.sin(2 * np.pi * k * shares)]
    return np.column_stack(columns)


def motion_metrics(motion: WallMotion) -> tuple[Metric, ...]:
    """Smallest volume and ejection fraction of the moved cavities, and how far their volumes are off at worst."""
    found = []
    for name, volumes in motion.volumes.items():
        side = name.upper()
        words = "Of the moving mesh, up to the plane where its base is cut."
        emptied = 100.0 * (1.0 - float(volumes.min()) / float(volumes[motion.ed]))
        found += [
            Metric(
                f"motion_{name}_esv", f"{side} smallest volume, moving mesh", float(volumes.min()), "ml", note=words
            ),
            Metric(f"motion_{name}_ef", f"{side} ejection fraction, moving mesh", emptied, "%", note=words),
            Metric(
                f"motion_{name}_error",
                f"{side} volume, moving mesh against labels, worst phase",
                100.0 * motion.worst_volume_error(name),
                "%",
                note="Relative to end-diastole, where both are set equal.",
            ),
        ]
    change = 100.0 * float(np.abs(motion.wall - 1.0).max())
    note = "Muscle keeps its volume within some percent; more shows labels that do not fit each other."
    found.append(Metric("motion_wall_change", "Wall volume, moving mesh, largest change", change, "%", note=note))
    return tuple(found)


def save_motion(motion: WallMotion, folder: Path) -> None:
    """Write motion.npz beside the mesh; what was there is replaced when the new one is whole."""
    facts = {"period": motion.period, "ed": motion.ed, "notes": motion.notes, "cavities": list(motion.volumes)}
    arrays: dict[str, NDArray[Any]] = {"series": motion.series, "shares": motion.shares, "wall": motion.wall}
    for name in motion.volumes:
        arrays |= {f"volumes/{name}": motion.volumes[name], f"wanted/{name}": motion.wanted[name]}
    fresh = folder / f".{FILE}"
    np.savez(fresh, facts=np.array(json.dumps(facts)), **arrays)  # type: ignore[arg-type]
    fresh.replace(folder / FILE)


def load_motion(folder: Path) -> WallMotion | None:
    """Read what ``save_motion`` wrote; None where it did not."""
    if not (folder / FILE).exists():
        return None
    with np.load(folder / FILE, allow_pickle=False) as data:
        facts = json.loads(str(data["facts"]))
        volumes, wanted = (
            {name: data[f"{kind}/{name}"] for name in facts["cavities"]} for kind in ("volumes", "wanted")
        )
        return WallMotion(
            data["series"],
            data["shares"],
            facts["period"],
            volumes,
            wanted,
            data["wall"],
            facts["ed"],
            tuple(facts["notes"]),
        )
