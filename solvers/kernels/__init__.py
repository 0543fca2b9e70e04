"""Kernels in C, compiled on the user's machine by the system's compiler."""
