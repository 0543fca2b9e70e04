import errno
import multiprocessing
import struct
import time
from pathlib import Path

import pytest

from geometry.errors import Refused
from solvers.kernels.compile import find_compiler, load_kernel

SOURCE = "double twice(double x) { return 2 * x; }"
CDEF = "double twice(double x);"


def _twice(folder: str) -> float:
    import os

    os.environ["XDG_CACHE_HOME"] = folder
    return float(load_kernel(SOURCE, CDEF, "twice")[1].twice(21.0))


def test_a_kernel_is_compiled_and_called() -> None:
    assert load_kernel(SOURCE, CDEF, "twice")[1].twice(1.5) == 3.0


def test_processes_that_compile_the_same_kernel_at_once_both_get_it(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(_twice, [str(tmp_path)] * 2) == [42.0, 42.0]
    kept = list((tmp_path / "cardiotwin" / "kernels").iterdir())
    assert [path.suffix for path in kept] == [".so"]  # one library, no half-built rest


def test_a_changed_source_is_another_kernel() -> None:
    other = load_kernel("double twice(double x) { return 2 * x + 1; }", CDEF, "twice")[1]
    assert other.twice(1.0) == 3.0


def test_a_machine_without_a_compiler_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refused, match="build-essential"):
        find_compiler()


def test_a_source_that_does_not_compile_is_refused_with_the_compilers_words() -> None:
    with pytest.raises(Refused, match="undeclared"):
        load_kernel("double twice(double x) { return nothing; }", CDEF, "broken")


def test_loading_a_kernel_leaves_the_floating_point_state_of_the_process_alone() -> None:
    load_kernel("double half(double x) { return x / 2; }", "double half(double x);", "half")
    smallest = struct.unpack("d", struct.pack("q", 1))[0]
    assert smallest * 1.0 > 0.0  # a denormal number: flushed to zero if -ffast-math were linked


def test_a_kernel_lets_other_threads_run() -> None:
    import threading

    source = """
    #include <time.h>
    void wait_ms(int ms) { struct timespec t = {0, ms * 1000000L}; nanosleep(&t, 0); }
    """
    lib = load_kernel(source, "void wait_ms(int ms);", "wait")[1]
    sleeper = threading.Thread(target=lib.wait_ms, args=(300,))
    begun = time.perf_counter()
    sleeper.start()
    time.sleep(0.001)
    assert time.perf_counter() - begun < 0.25
    sleeper.join()


def test_a_full_disk_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(Refused, match="No space left"):
        load_kernel(
            "double third(double x) { return x / 3; }" + f"/* {time.time()} */", "double third(double x);", "third"
        )
