"""Folders that appear whole or not at all."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from geometry.errors import Refused
from geometry.unbroken import unbroken


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder to fill; it takes the place of ``target`` when the block ends well, else it is removed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.parent / f".new-{target.name}-{uuid.uuid4().hex[:8]}"
    with unbroken():
        fresh.mkdir()
        try:
            yield fresh
            replace_folder(fresh, target)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def replace_folder(fresh: Path, target: Path) -> None:
    """Put ``fresh`` where ``target`` is; the old one is kept until the new one is in place."""
    old = target.parent / f".old-{target.name}-{uuid.uuid4().hex[:8]}"
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def is_cut_short(target: Path) -> bool:
    """Whether the replacement of a folder stopped between its two moves (the process was killed, say)."""
    return not target.exists() and any(target.parent.glob(f".old-{target.name}-*"))


def mend_folder(target: Path) -> None:
    """Put a folder back whose replacement was cut short."""
    if is_cut_short(target):
        max(target.parent.glob(f".old-{target.name}-*"), key=lambda path: path.stat().st_mtime).rename(target)


def replace_text(path: Path, text: str) -> None:
    """Write a small file in one move, so that a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}-{uuid.uuid4().hex[:8]}")
    with unbroken():
        try:
            fresh.write_text(text)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)


def link(source: Path, target: Path) -> None:
    """The same file under a second name; a copy where the disk has no such thing."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


@contextmanager
def held(path: Path, busy: str) -> Iterator[None]:
    """Hold a lock file; refuses at once with a sentence where another process holds it."""
    lock = filelock.FileLock(path)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise Refused(busy) from None
    try:
        yield
    finally:
        lock.release()
