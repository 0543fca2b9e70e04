"""Meshes and closed surfaces of other programs in, ours out; one file per format or idea."""
