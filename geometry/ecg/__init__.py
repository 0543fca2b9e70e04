"""Measured ECGs: WFDB records, DICOM waveforms and CSV tables, read without the patient's identity."""
