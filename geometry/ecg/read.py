"""Any file with a measured ECG."""

from pathlib import Path

from geometry.ecg.dicom_waveform import read_dicom_ecg
from geometry.ecg.recording import EcgRecording
from geometry.ecg.table import read_ecg_table
from geometry.ecg.wfdb import read_wfdb
from geometry.errors import Refused

TABLES = (".csv", ".tsv", ".txt")


def read_ecg(path: Path, rate: float | None = None) -> EcgRecording:
    """A WFDB record (its .hea or signal file), a DICOM waveform, or a table; told by content where the name says nothing."""
    if not path.is_file():
        raise Refused("There is no such file with an ECG.")
    ending = path.suffix.lower()
    if ending == ".hea":
        return read_wfdb(path)
    if ending == ".dat":
        header = path.with_suffix(".hea")
        if not header.is_file():
            raise Refused("The header (.hea) of this WFDB record is not beside it; put both into one folder.")
        return read_wfdb(header)
    if ending in TABLES:
        return read_ecg_table(path, rate)
    with path.open("rb") as file:
        if file.read(132)[128:] == b"DICM" or ending in (".dcm", ".ima"):
            return read_dicom_ecg(path)
    raise Refused("This is no ECG that can be read: a WFDB header (.hea), a DICOM waveform, or a table (.csv).")
