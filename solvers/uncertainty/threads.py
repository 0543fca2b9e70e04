"""Matrices of some hundred members are too small to share: threads that wait for each other take longer than one alone."""

from contextlib import AbstractContextManager

from threadpoolctl import threadpool_limits


def one_thread() -> AbstractContextManager[object]:
    """In this block linear algebra has one thread (on 2 busy cores a calibration took half the time)."""
    found: AbstractContextManager[object] = threadpool_limits(1, "blas")
    return found
