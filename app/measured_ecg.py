"""The patient's own ECG in a case: ecg/measured.npz, without name, date or the path it came from."""

from pathlib import Path

from app.case import Case
from geometry.ecg.read import read_ecg
from geometry.ecg.recording import EcgRecording, load_recording, save_recording
from geometry.errors import Refused
from geometry.read_scan import only_sentences

PLACE = Path("ecg", "measured.npz")


def take_ecg(case: Case, file: Path, rate: float | None = None) -> EcgRecording:
    """Read an ECG and keep it in the case, in place of an older one."""
    from solvers.electrophysiology.measured_ecg import median_beat

    with only_sentences():
        found = read_ecg(file, rate)
    median_beat(found)  # refuses what has no beat
    save_recording(found, case.folder / PLACE)
    return found


def kept_ecg(case: Case) -> EcgRecording | None:
    """The measured ECG of a case; None while there is none."""
    return load_recording(case.folder / PLACE)


def needed_ecg(case: Case) -> EcgRecording:
    """The measured ECG of a case; refuses where there is none."""
    found = kept_ecg(case)
    if found is None:
        raise Refused(f"The case {case.title!r} has no measured ECG yet; take one in with --measured FILE.")
    return found
