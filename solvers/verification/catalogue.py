"""The verification problems there are: every module of this folder that says ``NAME``, ``TITLE`` and ``verify``."""

import importlib
import pkgutil
from collections.abc import Mapping
from typing import Protocol, cast

import solvers.verification
from geometry.errors import Refused
from geometry.progress import Progress
from solvers.result import Check


class Problem(Protocol):
    """A verification problem: a module."""

    NAME: str
    TITLE: str

    def verify(self, progress: Progress) -> list[Check]:
        """Solve it and compare with its references."""
        ...


def find_problems() -> Mapping[str, Problem]:
    """name -> problem, for every one found."""
    names = sorted(found.name for found in pkgutil.iter_modules(solvers.verification.__path__))
    modules = (importlib.import_module(f"solvers.verification.{name}") for name in names)
    return {module.NAME: cast(Problem, module) for module in modules if hasattr(module, "NAME")}


def choose_problems(names: tuple[str, ...]) -> Mapping[str, Problem]:
    """The problems asked for: a name is a problem, or the first word of a group ("imaging").

    Without names it is all but those that say they are ``LONG``.
    """
    known = find_problems()
    chosen: dict[str, Problem] = {}
    for name in names or tuple(key for key, one in known.items() if not getattr(one, "LONG", False)):
        found = {key: one for key, one in known.items() if key == name or key.startswith(f"{name}-")}
        if not found:
            raise Refused(f"There is no verification problem {name!r}. Choose from: {', '.join(known)}.")
        chosen |= found
    return chosen
