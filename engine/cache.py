"""The one cache: records that need not be worked out twice, kept in a folder of the user's.

What is kept is believed, so nothing is read that another user could have written: the folder and each file in it are
the user's own and open to no other writer, no link is followed, and every folder above belongs to the user or to root.
What is unpickled is made of our own records alone, which run no code. Windows has no such owners: there the cache is as
safe as the user's profile.
"""

import gc
import hashlib
import io
import os
import pickle
import stat
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import is_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from .atomic_write import replacing

T = TypeVar("T")
NEWEST = 8
"""So many records of each kind are kept, those used last."""
_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_OURS = f"{__package__}."


def folder() -> Path | None:
    """Our own folder in the user's cache; None where it cannot be made, or another user could write in it."""
    try:
        base = _base()
        if base is None or not all(_safe(above) for above in (base, *base.parents) if above.exists()):
            return None
        base.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = base / "lumbar"
        folder.mkdir(exist_ok=True, mode=0o700)
        return folder if _safe(base) and stat.S_ISDIR(folder.lstat().st_mode) and _own(folder.lstat()) else None
    except (OSError, RuntimeError):  # a user without a home raises the second
        return None


def _base() -> Path | None:
    """The folder of all caches, without links; a relative XDG_CACHE_HOME is none, as its specification says."""
    set_there = Path(os.environ.get("XDG_CACHE_HOME", ""))
    base = set_there if set_there.is_absolute() else Path.home() / ".cache"
    return base.resolve() if base.is_absolute() else None


def _own(status: os.stat_result) -> bool:
    """Whether it is the user's own, and no other may write there."""
    return not hasattr(os, "geteuid") or (status.st_uid == os.geteuid() and not status.st_mode & _OTHERS)


def _safe(above: Path) -> bool:
    """Whether no other user but root can take away what is in a folder, to put something else in its place."""
    status = above.stat()
    if not hasattr(os, "geteuid"):
        return True
    if status.st_uid not in (0, os.geteuid()):
        return False
    return not status.st_mode & _OTHERS or bool(status.st_mode & stat.S_ISVTX) or _of_own_group(status)


def _of_own_group(status: os.stat_result) -> bool:
    """Whether only the group that is named after the user may write there, as many systems set it up."""
    import grp
    import pwd

    try:
        alone = grp.getgrgid(status.st_gid).gr_name == pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return False
    return alone and not status.st_mode & stat.S_IWOTH


@cache
def _sources() -> bytes:
    """The digest of the Python version and of the engine's own sources, which stay what they are while it runs."""
    whole = hashlib.sha256(f"{sys.version_info[:3]}".encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        whole.update(path.read_bytes())
    return whole.digest()


class Cached(Generic[T]):
    """One record in the cache, of a folder, or of files wherever they are: it is gone when one of these changes.

    Where the folder has no name, or no folder of the cache is safe, nothing is read and nothing written.
    """

    def __init__(self, kind: type[T], directory: str, files: Mapping[str, bytes] | None = None) -> None:
        self.kind = kind
        self.path = _path(kind.__name__.lower(), directory, files or {})

    @classmethod
    def named(cls, kind: type[T], name: str) -> "Cached[T]":
        """The record in the file of this name, whose name another record of ours has."""
        found = cls(kind, "")
        base = folder() if name and Path(name).name == name else None
        found.path = base / name if base else None
        return found

    def read(self) -> T | None:
        """The record; None where there is none, or what is there cannot be one."""
        content = None if self.path is None else _read(self.path)
        collecting = gc.isenabled()
        gc.disable()  # nothing of what is read can be garbage yet, and looking for it takes half the time
        try:
            found = unpickle(content) if content else None
        except Exception:  # whatever a damaged file raises, the record can be made again
            return None
        finally:
            if collecting:
                gc.enable()
        return found if isinstance(found, self.kind) else None

    def write(self, content: T) -> None:
        """Keep the record for the next time."""
        if self.path is not None:
            _write(self.path, pickled(content))


def _path(kind: str, directory: str, files: Mapping[str, bytes]) -> Path | None:
    base = folder() if directory else None
    if base is None:
        return None
    place = "" if files else os.path.abspath(directory)  # noqa: PTH100 (no link followed)
    whole = hashlib.sha256(_sources() + place.encode(errors="surrogateescape"))
    for name in sorted(files):
        whole.update(f"{name} {len(files[name])} ".encode() + files[name])
    return base / f"{whole.hexdigest()}.{kind}"


def _read(path: Path) -> bytes | None:
    """What a file holds; None where there is none, or one that another user could have written."""
    try:
        with open(os.open(path, _OPEN), "rb") as file:  # noqa: PTH123 (a descriptor)
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or not _own(status):
                return None
            content = file.read()
        with suppress(OSError):
            os.utime(path)  # what is used stays, and what was used longest ago goes
        return content
    except OSError:
        return None


def _write(path: Path, content: bytes) -> None:
    """Write a file, which appears whole or not at all; of those with its ending only the few used last are kept."""
    with suppress(OSError):
        with replacing(path, private=True) as part:
            part.write_bytes(content)
        for old in sorted(path.parent.glob(f"*{path.suffix}"), key=lambda file: file.stat().st_mtime)[:-NEWEST]:
            old.unlink(missing_ok=True)


class _Records(pickle.Unpickler):
    """Unpickles records of the engine, and plain texts, numbers and collections; nothing that could run code."""

    def find_class(self, module: str, name: str) -> Any:
        """A record's class."""
        if module.startswith(_OURS) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and (is_dataclass(found) or issubclass(found, Enum)):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is not a record of lumbar")


def unpickle(content: bytes) -> Any:
    """What was pickled, where it is made of records alone; else raises whatever is wrong with it."""
    return _Records(io.BytesIO(content)).load()


def pickled(content: object) -> bytes:
    """Records, texts, numbers and collections as bytes."""
    return pickle.dumps(content, protocol=pickle.HIGHEST_PROTOCOL)
