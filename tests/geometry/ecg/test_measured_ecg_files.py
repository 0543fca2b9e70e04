"""ECG files written here byte by byte, and read back."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, TwelveLeadECGWaveformStorage, generate_uid

from geometry.ecg.read import read_ecg
from geometry.ecg.recording import lead_named, load_recording, recording, save_recording
from geometry.errors import Refused

COUNTS = np.array([[0, 100, -100, 2047, -2047, 7], [5, -5, 250, -2048, 1, 0]])  # -2048: nothing recorded, in format 212


def _pack_212(flat: np.ndarray) -> bytes:
    a, b = (flat.reshape(-1, 2).T & 0xFFF).astype(int)
    return np.column_stack([a & 0xFF, (a >> 8) | (b >> 8) << 4, b & 0xFF]).astype(np.uint8).tobytes()


def _record(folder: Path, kind: str, packed: bytes, names: tuple[str, str] = ("I", "V5"), offset: str = "") -> Path:
    (folder / "p.dat").write_bytes(packed)
    sums = [int(row.sum()) % 65536 for row in COUNTS]
    lines = ["p 2 500 6 12:00:00 01/02/1950", f"p.dat {kind}{offset} 200(10)/mV 12 0 0 {sums[0]} 0 {names[0]}"]
    lines += [f"p.dat {kind}{offset} 400/uV 12 0 5 {sums[1]} 0 {names[1]}", "# Doe, John, born 1950"]
    (folder / "p.hea").write_text("\n".join(lines))
    return folder / "p.hea"


@pytest.mark.parametrize("kind", ["16", "61", "212"])
def test_wfdb_counts_become_millivolts_by_gain_and_baseline(tmp_path: Path, kind: str) -> None:
    flat = COUNTS.T.ravel()
    packed = _pack_212(flat) if kind == "212" else flat.astype("<i2" if kind == "16" else ">i2").tobytes()
    found = read_ecg(_record(tmp_path, kind, packed))
    assert found.leads == ("I", "V5") and found.rate == 500.0
    np.testing.assert_allclose(found.values[0], (COUNTS[0] - 10) / 200)
    expected = COUNTS[1] / 400 * 1e-3
    if kind == "212":
        expected[3] = np.nan
    np.testing.assert_allclose(found.values[1], expected)
    assert not any("sum" in note for note in found.notes)
    assert "Doe" not in repr(found) and "1950" not in repr(found)


def test_wfdb_tells_what_it_does_not_read(tmp_path: Path) -> None:
    packed = COUNTS.T.astype("<i2").tobytes()
    for kind in ("516", "16x4", "16:3"):
        with pytest.raises(Refused, match="read are 16, 61, 80, 212"):
            read_ecg(_record(tmp_path, kind, packed))
    with pytest.raises(Refused, match="cut short"):
        read_ecg(_record(tmp_path, "16", packed[:-4]))
    header = _record(tmp_path, "16", packed[:-2] + b"\x01\x00")
    assert any("sum of its samples" in note for note in read_ecg(header).notes)
    header.write_text(header.read_text().replace("p.dat", "../p.dat"))
    with pytest.raises(Refused, match="not understood"):
        read_ecg(header)
    header.write_text("p/3 2 500 6\n")
    with pytest.raises(Refused, match="segments"):
        read_ecg(header)


def test_the_limb_leads_that_follow_are_added() -> None:
    one, two = np.array([1.0, 0.0, 2.0]), np.array([0.5, 1.0, -1.0])
    found = recording({"I": one, "II": two}, 500.0, "CSV")
    values = dict(zip(found.leads, found.values, strict=True))
    np.testing.assert_allclose(values["aVF"], two - one / 2)
    np.testing.assert_allclose(values["aVR"] + values["aVL"] + values["aVF"], 0.0, atol=1e-12)  # Goldberger


def _waveform(path: Path) -> None:
    channels = []
    for meaning, sensitivity in (("Lead II", 2.5), ("Lead aVL (augmented)", 5.0)):
        unit, source, channel = Dataset(), Dataset(), Dataset()
        unit.CodeValue, unit.CodingSchemeDesignator, unit.CodeMeaning = "uV", "UCUM", "microvolt"
        source.CodeValue, source.CodingSchemeDesignator, source.CodeMeaning = "x", "MDC", meaning
        channel.ChannelSourceSequence = Sequence([source])
        channel.ChannelSensitivity, channel.ChannelSensitivityCorrectionFactor = sensitivity, 1.0
        channel.ChannelSensitivityUnitsSequence, channel.ChannelBaseline = Sequence([unit]), 0.0
        channel.WaveformBitsStored, channel.ChannelSampleSkew = 16, 0
        channels.append(channel)
    group = Dataset()
    group.NumberOfWaveformChannels, group.NumberOfWaveformSamples, group.SamplingFrequency = 2, 3, 1000.0
    group.WaveformOriginality, group.ChannelDefinitionSequence = "ORIGINAL", Sequence(channels)
    group.WaveformBitsAllocated, group.WaveformSampleInterpretation = 16, "SS"
    group.WaveformData = np.array([[100, 10], [-200, 20], [300, 30]], "<i2").tobytes()
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = TwelveLeadECGWaveformStorage, generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    data.PatientName, data.SOPClassUID = "Doe^John", TwelveLeadECGWaveformStorage
    data.WaveformSequence = Sequence([group])
    data.save_as(path, enforce_file_format=True)


def test_dicom_waveforms_are_scaled_and_forget_the_patient(tmp_path: Path) -> None:
    _waveform(tmp_path / "ecg")
    found = read_ecg(tmp_path / "ecg")
    assert found.leads == ("II", "aVL") and found.rate == 1000.0
    np.testing.assert_allclose(found.values, [[0.25, -0.5, 0.75], [0.05, 0.1, 0.15]])
    save_recording(found, tmp_path / "kept.npz")
    assert b"Doe" not in (tmp_path / "kept.npz").read_bytes()
    again = load_recording(tmp_path / "kept.npz")
    assert again is not None and again.leads == found.leads and again.notes == found.notes
    plain = pydicom.dcmread(tmp_path / "ecg")
    del plain.WaveformSequence
    plain.save_as(tmp_path / "none.dcm")
    with pytest.raises(Refused, match="no waveform"):
        read_ecg(tmp_path / "none.dcm")


def test_tables_with_and_without_units_and_times(tmp_path: Path) -> None:
    place = tmp_path / "ecg.csv"
    place.write_text("time_ms;I (uV);V1;rhythm\n0;100,5;0,1;1\n2;-100;0,2;1\n4;50;0,3;1\n")
    found = read_ecg(place)
    assert found.rate == pytest.approx(500.0) and found.leads == ("I", "V1")
    np.testing.assert_allclose(found.values, [[0.1005, -0.1, 0.05], [0.1, 0.2, 0.3]])
    place.write_text("I,V1\n0.1,0.2\n0.2,0.1\n0.1,0.2\n")
    assert read_ecg(place, 250.0).rate == 250.0
    with pytest.raises(Refused, match="samples a second"):
        read_ecg(place)
    place.write_text("time_s,I\n0,800\n0.002,-700\n0.004,0\n")
    with pytest.raises(Refused, match="unit"):
        read_ecg(place)


def test_leads_are_known_by_their_many_names() -> None:
    for text, lead in (
        ("Lead I (Einthoven)", "I"),
        ("AVR", "aVR"),
        ("v3", "V3"),
        ("V1 (uV)", "V1"),
        ("ECG lead II", "II"),
    ):
        assert lead_named(text) == lead
    assert lead_named("PLETH") == lead_named("") == lead_named("MLII") == ""
