"""Correcting labels by hand: one tool per file, each a function of labels that returns a compact change."""
