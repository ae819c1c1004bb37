"""The folder in the user's cache where we keep what need not be worked out twice, and the digest of our own sources."""

import hashlib
import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path


def folder() -> Path | None:
    """Our own folder in the user's cache; None where it cannot be made, or is not the user's alone to write."""
    try:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        folder = Path(base) / "lumbar"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        status = folder.stat()
    except (OSError, RuntimeError):  # a user without a home raises the second
        return None
    if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)):
        return None  # what is kept is believed: read nothing that another could have written
    return folder


def digest_of(directory: str) -> "hashlib._Hash":
    """The digest, to be added to, of the engine's own sources, the Python version and the folder's name."""
    whole = hashlib.sha256(f"{sys.version_info[:3]} {os.path.abspath(directory)}".encode())  # noqa: PTH100 (no link followed)
    engine = Path(__file__).parent
    add(whole, {path.relative_to(engine).as_posix(): path.read_bytes() for path in engine.rglob("*.py")})
    return whole


def add(whole: "hashlib._Hash", files: Mapping[str, bytes]) -> None:
    """Add files to a digest, in the order of their names."""
    for name in sorted(files):
        whole.update(f"{name} {len(files[name])} ".encode() + files[name])


def write(path: Path, content: bytes, keep: int) -> None:
    """Write a file, which appears whole or not at all; of those with its ending only the newest few are kept."""
    temporary = path.with_suffix(f".{os.getpid()}.new")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
        for old in sorted(path.parent.glob(f"*{path.suffix}"), key=lambda file: file.stat().st_mtime)[:-keep]:
            old.unlink(missing_ok=True)
    except OSError:
        temporary.unlink(missing_ok=True)
