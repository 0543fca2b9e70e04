"""The floating-point type that kernels calculate in."""

from pathlib import Path
from typing import Literal

Precision = Literal["single", "double"]


def real_math(precision: Precision) -> str:
    """C text that defines ``real`` and its ``inline_exp``, ``inline_log`` and ``inline_sqrt``, to put before a kernel."""
    text = Path(__file__).with_name("math.h").read_text()
    return f"#define SINGLE\n{text}" if precision == "single" else text


def c_name(precision: Precision) -> str:
    """What C calls the type."""
    return {"single": "float", "double": "double"}[precision]
