"""Cell models: one file each, found by walking this folder (``catalogue``)."""
