"""Measures of a heart as a mesh, one per file."""
