"""C kernels compiled by the system's compiler for this very machine, and kept in the user's cache."""

import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import platformdirs
from cffi import FFI

from geometry.errors import Refused
from geometry.unbroken import unbroken

# -ffast-math by its parts. Left out: -ffinite-math-only (NaN means "never activated" here), and -ffast-math itself, which
# at link time adds start-up code that flushes denormals to zero for the whole process (gcc < 13).
MATH_FLAGS = ("-fno-math-errno", "-fno-trapping-math", "-fno-signed-zeros", "-fassociative-math", "-freciprocal-math")
_BASE_FLAGS = ("-std=gnu11", "-O3", "-fPIC", "-shared", *MATH_FLAGS)


def find_compiler() -> list[str]:
    """The C compiler as a command ($CC, else cc, gcc or clang); refuses with what to install when there is none."""
    wanted = shlex.split(os.environ.get("CC", ""))
    for command in [wanted] if wanted else [["cc"], ["gcc"], ["clang"]]:
        if shutil.which(command[0]):
            return command
    missing = f"the C compiler {wanted[0]!r} named in CC was not found" if wanted else "no C compiler was found"
    raise Refused(
        f"The equations are compiled for this machine, but {missing}. Install one and try again: "
        "'sudo apt install build-essential' on Debian or Ubuntu, 'xcode-select --install' on macOS."
    )


def native_flags() -> tuple[str, ...]:
    """Flags that let the compiler use every instruction this processor has."""
    if platform.machine() in ("x86_64", "AMD64"):
        return ("-march=native", "-mprefer-vector-width=512") if "avx512f" in _processor() else ("-march=native",)
    return ("-mcpu=native",)


@lru_cache(maxsize=1)
def _processor() -> str:
    """A text that differs between processors with different instructions."""
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.exists():
        return f"{platform.machine()} {platform.processor()}"
    lines = cpuinfo.read_text(errors="replace").splitlines()
    facts = {line.split(":")[0].strip(): line for line in lines if line.startswith(("model name", "flags", "Features"))}
    return "\n".join([platform.machine(), *facts.values()])


@lru_cache(maxsize=4)
def _compiler_version(command: tuple[str, ...]) -> str:
    return subprocess.run([*command, "--version"], capture_output=True, text=True, check=False).stdout


def cache_folder() -> Path:
    """Where compiled kernels are kept ($XDG_CACHE_HOME, else the user's cache); a temporary folder if that is not writable."""
    folder = platformdirs.user_cache_path("cardiotwin") / "kernels"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="cardiotwin-kernels-"))


@unbroken()
def _build(source: str, target: Path, command: list[str], flags: tuple[str, ...]) -> None:
    """Compile to a private name and rename, so that two processes may build the same kernel at once."""
    attempts = (
        [*_BASE_FLAGS, *native_flags(), "-fopenmp"],
        [*_BASE_FLAGS, *native_flags()],  # Apple's clang has no OpenMP: one thread then
        list(_BASE_FLAGS),
    )
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".build-") as room:
            c_file, library = Path(room) / "kernel.c", Path(room) / target.name
            c_file.write_text(source)
            for attempt in attempts:
                call = [*command, *attempt, *flags, str(c_file), "-o", str(library), "-lm"]
                run = subprocess.run(call, capture_output=True, text=True, check=False)
                if run.returncode == 0:
                    library.replace(target)
                    return
    except OSError as failure:
        raise Refused(
            f"The kernel {target.stem} cannot be kept in {target.parent} ({failure.strerror}). "
            "Make room there, or set XDG_CACHE_HOME to another folder."
        ) from failure
    raise Refused(
        f"The C compiler {command[0]} failed on the kernel {target.stem}: {run.stderr.strip()[-400:]}. "
        "Check that the compiler and the C library headers are installed (Debian: build-essential) and that the disk is not full."
    )


@lru_cache(maxsize=64)
def _load(source: str, cdef: str, name: str, command: tuple[str, ...], flags: tuple[str, ...]) -> tuple[Any, Any]:
    recipe = (source, _processor(), _compiler_version(command), *command, *_BASE_FLAGS, *native_flags(), *flags)
    key = hashlib.sha256("\0".join(recipe).encode()).hexdigest()[:20]
    target = cache_folder() / f"{name}-{key}.so"
    if not target.exists():
        _build(source, target, list(command), flags)
    # Threads that wait at a barrier must sleep: the window and other workers share these cores.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    ffi = FFI()
    ffi.cdef(cdef)
    return ffi, ffi.dlopen(str(target))


def load_kernel(source: Path | str, cdef: str, name: str, flags: tuple[str, ...] = ()) -> tuple[Any, Any]:
    """Compile C ``source`` (a file, or the text itself) unless the cache has it, and load it: ``(ffi, lib)``.

    cdef  the C declarations of its functions, in cffi's language
    name  what the cached file is called, e.g. "diffusion"
    flags more flags for the compiler

    A call ``lib.f(...)`` releases the interpreter's lock. The cache key is the text, flags, processor and compiler.
    Refuses when there is no compiler or it fails.
    """
    text = source.read_text() if isinstance(source, Path) else source
    return _load(text, cdef, name, tuple(find_compiler()), flags)


def threads() -> int:
    """How many threads a kernel may use: $OMP_NUM_THREADS, else the processors this process may run on."""
    wanted = os.environ.get("OMP_NUM_THREADS", "").split(",")[0]
    if wanted.isdigit() and int(wanted) > 0:
        return int(wanted)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
