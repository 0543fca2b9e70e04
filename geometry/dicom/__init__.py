"""DICOM in and out: files, frames, pixels, series, stacks in space and time, segmentations."""
