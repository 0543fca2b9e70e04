"""A measured ECG."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from geometry.errors import Refused
from geometry.heart_mesh import Floats

STANDARD = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
MILLIVOLTS = {"mv": 1.0, "uv": 1e-3, "\u00b5v": 1e-3, "\u03bcv": 1e-3, "nv": 1e-6, "v": 1e3}
HIGHEST = 50.0  # mV; more is no ECG from the skin, but a wrong unit
RATES = (50.0, 20_000.0)  # Hz
_SPELT = {lead.lower(): lead for lead in STANDARD}


@dataclass(frozen=True)
class EcgRecording:
    """Standard leads (c), values (c, t) mV with NaN where nothing was recorded, samples a second, the kind of file, notes."""

    leads: tuple[str, ...]
    values: Floats
    rate: float
    source: str
    notes: tuple[str, ...] = ()


def lead_named(text: str) -> str:
    """The standard lead that a channel's name means ("Lead aVL (augmented)", "V1 [mV]", "v1"); empty for no such one."""
    word = re.sub(r"\(.*?\)|\b(lead|ecg|ekg|mdc|channel)\b", " ", text.replace("_", " "), flags=re.IGNORECASE)
    parts = re.sub(r"\[.*?\]", " ", word).split()
    return _SPELT.get(parts[0].lower(), "") if parts else ""


def recording(found: Mapping[str, Floats], rate: float, source: str, notes: tuple[str, ...] = ()) -> EcgRecording:
    """An ECG from its leads in mV; limb leads that follow from I and II are added. Refuses what cannot be one."""
    if not RATES[0] <= rate <= RATES[1]:
        raise Refused(f"The file tells {rate:g} samples a second; an ECG has {RATES[0]:g} to {RATES[1]:g}.")
    leads = {name: np.asarray(values, float) for name, values in found.items() if name in STANDARD}
    if not leads:
        raise Refused(f"No lead of a 12-lead ECG was found. Channels must be named {', '.join(STANDARD)}.")
    most = max(float(np.nanmax(np.abs(values), initial=0.0)) for values in leads.values())
    if most > HIGHEST:
        raise Refused(f"The ECG reaches {most:.0f} mV, which no heart does at the skin: its unit is told wrongly.")
    if not any(np.nanstd(values) > 0 for values in leads.values() if np.isfinite(values).any()):
        raise Refused("The ECG is flat in every lead; choose another recording.")
    added = [name for name in _followed(leads) if name not in leads]
    leads = _followed(leads) | leads
    if added:
        notes = (*notes, f"{', '.join(added)} follow from the leads I and II.")
    missing = [name for name in STANDARD if name not in leads]
    if missing:
        notes = (*notes, f"Not recorded: {', '.join(missing)}.")
    ordered = tuple(name for name in STANDARD if name in leads)
    return EcgRecording(ordered, np.array([leads[name] for name in ordered]), rate, source, notes)


def save_recording(found: EcgRecording, path: Path) -> None:
    """Write in one move."""
    fresh = path.with_suffix(".part.npz")
    path.parent.mkdir(parents=True, exist_ok=True)
    facts: dict[str, Any] = {
        "leads": np.array(found.leads),
        "source": np.array(found.source),
        "notes": np.array(found.notes, dtype=str),
    }
    np.savez_compressed(fresh, values=found.values.astype(np.float32), rate=np.array(found.rate), **facts)
    fresh.replace(path)


def load_recording(path: Path) -> EcgRecording | None:
    """Read what ``save_recording`` wrote; None where there is none."""
    if not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as data:
        leads, notes = (tuple(str(word) for word in data[name]) for name in ("leads", "notes"))
        return EcgRecording(leads, data["values"].astype(float), float(data["rate"]), str(data["source"]), notes)


def _followed(leads: Mapping[str, Floats]) -> dict[str, Floats]:
    """Einthoven and Goldberger: III = II - I, aVR = -(I + II)/2, aVL = I - II/2, aVF = II - I/2."""
    if not {"I", "II"} <= {*leads}:
        return {}
    one, two = leads["I"], leads["II"]
    return {"III": two - one, "aVR": -(one + two) / 2, "aVL": one - two / 2, "aVF": two - one / 2}
