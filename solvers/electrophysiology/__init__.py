"""Activation, action potentials and ECG of a heart: eikonal and monodomain."""
