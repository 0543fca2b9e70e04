"""Refusing what would not fit into memory before it is asked for: a header may promise anything."""

import psutil

from geometry.errors import Refused

_SHARE = 0.8  # of the memory that is free


def refuse_too_large(size: float, what: str) -> None:
    """Raise Refused where ``size`` bytes are more than this machine has to spare; ``what`` opens the sentence."""
    free = _SHARE * psutil.virtual_memory().available
    if size > free:
        raise Refused(
            f"{what} would need {_gigabytes(size)} of memory, and {_gigabytes(free)} are free here. "
            "If the scan is not that large its header is damaged: export it again; else close other programs."
        )


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:.1f} GB" if size < 1e13 else "thousands of GB"
