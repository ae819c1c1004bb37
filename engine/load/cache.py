"""A rulebook kept ready on disk under the digest of everything it was made from, so that it cannot go stale."""

import gc
import hashlib
import os
import pickle
import stat
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from ..rulebook import Rulebook

KEPT = 8


def kept(files: Mapping[str, bytes], directory: str, make: Callable[[], Rulebook]) -> Rulebook:
    """The rulebook of the files, as it was made before, or made now and kept."""
    folder = _folder()
    if folder is None:
        return make()
    path = folder / f"{_key(files, directory)}.pickle"
    rulebook = _read(path)
    if rulebook is None:
        rulebook = make()
        rulebook.stages, rulebook.support  # noqa: B018 (worked out once, kept with the rest)
        _write(path, rulebook)
    return rulebook


def _key(files: Mapping[str, bytes], directory: str) -> str:
    """The digest of the knowledge, the engine's own sources, the Python version and the folder's name."""
    whole = hashlib.sha256(f"{sys.version_info[:3]} {os.path.abspath(directory)}".encode())  # noqa: PTH100 (no link followed)
    engine = Path(__file__).parent.parent
    sources = {path.relative_to(engine).as_posix(): path.read_bytes() for path in sorted(engine.rglob("*.py"))}
    for part in (sources, files):
        for name in sorted(part):
            whole.update(f"{name} {len(part[name])} ".encode() + part[name])
    return whole.hexdigest()


def _folder() -> Path | None:
    """Our own folder in the user's cache; None where it cannot be made, or is not the user's alone to write."""
    try:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        folder = Path(base) / "lumbar"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        status = folder.stat()
    except (OSError, RuntimeError):  # a user without a home raises the second
        return None
    if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)):
        return None  # a pickle is code: read none that another could have written
    return folder


def _read(path: Path) -> Rulebook | None:
    collecting = gc.isenabled()
    gc.disable()  # nothing of what is read can be garbage yet, and looking for it takes half the time
    try:
        found = pickle.loads(path.read_bytes())
    except Exception:  # whatever a damaged file raises, the rulebook can be made anew
        return None
    finally:
        if collecting:
            gc.enable()
    return found if isinstance(found, Rulebook) else None


def _write(path: Path, rulebook: Rulebook) -> None:
    temporary = path.with_suffix(f".{os.getpid()}.new")
    try:
        temporary.write_bytes(pickle.dumps(rulebook, protocol=pickle.HIGHEST_PROTOCOL))
        temporary.replace(path)
        for old in sorted(path.parent.glob("*.pickle"), key=lambda file: file.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        temporary.unlink(missing_ok=True)
