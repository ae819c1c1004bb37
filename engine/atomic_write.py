"""A file that appears whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copymode

SUFFIX = ".part"


@contextmanager
def replacing(path: Path, private: bool = False, durable: bool = False) -> Iterator[Path]:
    """An empty file beside `path`, to be written: at the end it takes the place of `path`, or is gone after an error.

    It is hidden, and new under a name that nobody can know, so that nothing is written through a link. A `private` one
    is for the user alone; any other has the mode of the file that it replaces. A `durable` one is on the disk before it
    takes its place, and its place is too. Raises OSError.
    """
    part = path.with_name(f".{path.name}.{os.urandom(4).hex()}{SUFFIX}")
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666))
    try:
        if not private and path.exists():
            copymode(path, part)
        yield part
        if durable:
            sync(part)
        part.replace(path)
        if durable:
            sync(path.parent)
    finally:
        try:
            part.unlink(missing_ok=True)
        except KeyboardInterrupt:  # Polars tells of an interrupt a second time
            part.unlink(missing_ok=True)
            raise


def sync(path: Path) -> None:
    """Bring a file, or what was put into a folder, to the disk."""
    if os.name == "posix" or path.is_file():
        handle = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
