"""One process at a time, by a lock file that the system frees when its process ends; alone imports filelock."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import LumbarError, Place, Problem

KNOWLEDGE = ".lumbar.lock"


class InUse(LumbarError):
    """What another process is working on."""


@contextmanager
def locked(path: Path, place: Path, there: str, expected: str) -> Iterator[None]:
    """Holds the lock file `path`; where another does, raises InUse with `there` and `expected` at `place`."""
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise InUse([Problem(Place(str(place)), there, expected)]) from None
    try:
        yield
    finally:
        if os.name == "posix":  # elsewhere it cannot be removed while it is held
            with suppress(FileNotFoundError):
                path.unlink()
        lock.release()


def is_held(path: Path) -> bool:
    """Whether a process holds the lock file `path`."""
    if not path.exists():
        return False
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


@contextmanager
def locked_folder(folder: Path, name: str, there: str, expected: str) -> Iterator[None]:
    """The same with a lock file in a folder, which is made where it is missing, and removed if it stayed empty."""
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with locked(folder / name, folder, there, expected):
            yield
    finally:
        if made:
            with suppress(OSError):
                folder.rmdir()


@contextmanager
def saving(knowledge: Path) -> Iterator[None]:
    """One author at a time writes into a knowledge base, from the page or by a command; raises InUse."""
    with locked(knowledge / KNOWLEDGE, knowledge, "somebody else is saving", "another try in a moment"):
        yield
