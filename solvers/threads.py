"""Small matrices (some hundred members, the blocks of a flow) are not worth sharing: threads wait for each other, none gains."""

from contextlib import AbstractContextManager

from threadpoolctl import threadpool_limits


def one_thread() -> AbstractContextManager[object]:
    """In this block linear algebra has one thread (on 2 cores a calibration took half the time, a flow half the CPU)."""
    found: AbstractContextManager[object] = threadpool_limits(1, "blas")
    return found
