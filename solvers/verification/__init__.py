"""Verification problems shipped with the program: one file each, found by walking this folder (``catalogue``)."""
