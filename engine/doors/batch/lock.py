"""One run at a time in a folder: a lock that the system takes away from a process that is no more."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from .options import refused

try:
    import fcntl
except ImportError:  # not on Windows: there nothing keeps two runs apart
    fcntl = None  # type: ignore[assignment]

LOCK = "lock"


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Nobody else works in the folder meanwhile, which is made where it is missing; raises Refused.

    The lock names its process and host. What a process of this host left behind is taken over; of another host it
    cannot be known whether it lives.
    """
    made = not out.exists()
    out.mkdir(parents=True, exist_ok=True)
    path = out / LOCK
    try:
        with _taken(path) as file:
            _claim(path, file)
            try:
                yield
            finally:
                with suppress(FileNotFoundError):
                    path.unlink()
    finally:
        if made:
            with suppress(OSError):
                out.rmdir()  # nothing was begun


def _taken(path: Path) -> BinaryIO:
    """The lock file, ours alone."""
    while True:
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o644), "r+b")
        try:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with suppress(FileNotFoundError):
                if os.path.samestat(path.stat(), os.fstat(file.fileno())):
                    return file
            file.close()  # whoever had it has put it away meanwhile
        except BlockingIOError:
            owner = _owner(file)
            file.close()
            there = f"{owner or 'another run'} is at work in this folder"
            raise refused(path.parent, there, "one run at a time: wait for it, or another folder for OUT") from None


def _claim(path: Path, file: BinaryIO) -> None:
    owner, host = _owner(file), socket.gethostname()
    if owner and not owner.endswith(f" on {host}"):
        raise refused(path, f"{owner} may be at work in this folder", "no such file; remove it if that run has ended")
    file.seek(0)
    file.truncate()
    file.write(json.dumps({"process": os.getpid(), "host": host}).encode() + b"\n")
    file.flush()


def _owner(file: BinaryIO) -> str:
    """Whom a lock names."""
    file.seek(0)
    with suppress(ValueError, KeyError, TypeError):
        told = json.loads(file.read(1000))
        return f"process {told['process']} on {told['host']}"
    return ""
