"""The copy of what a layer was last checked against, which is kept beside it: one file, with all that lies beneath."""

import io
import lzma
import tarfile
from pathlib import Path

from ..errors import KnowledgeError, Place, Problem
from .files import MAX_ALL, MAX_FILES
from .stack import COPY, Files

DIGEST = "digest"
"""The first file in it: the digest of the rulebook that the others are."""
_WRONG = (OSError, EOFError, tarfile.TarError, lzma.LZMAError, UnicodeError, ValueError)


def packed(files: Files, digest: str) -> bytes:
    """The copy of what lies beneath a layer; equal knowledge makes equal copies."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:xz", format=tarfile.PAX_FORMAT) as whole:
        for name, data in ((DIGEST, digest.encode()), *sorted(files.items())):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            whole.addfile(entry, io.BytesIO(data))
    return content.getvalue()


def digest_of_copy(directory: str | Path) -> str:
    """The digest of the rulebook in the copy beside a layer; empty where there is none that can be read."""
    try:
        with tarfile.open(Path(directory) / COPY, mode="r|xz") as whole:
            first = whole.next()
            data = whole.extractfile(first) if first and first.isfile() and first.name == DIGEST else None
            return data.read(100).decode() if data else ""
    except _WRONG:
        return ""


def unpacked(directory: Path) -> dict[str, bytes] | None:
    """The files of the copy beside a layer; None where there is none. Raises KnowledgeError for one that is damaged."""
    path = directory / COPY
    if not path.exists():
        return None
    files: dict[str, bytes] = {}
    room = MAX_ALL
    try:
        with tarfile.open(path, mode="r|xz") as whole:
            for entry in whole:
                room -= entry.size
                if room < 0 or len(files) > MAX_FILES:
                    raise ValueError("too large")
                data = whole.extractfile(entry) if entry.isfile() else None
                if data is not None and entry.name != DIGEST:
                    files[entry.name] = data.read()
    except _WRONG as error:
        expected = "the copy as `lumbar upgrade --accept` writes it, or none"
        raise KnowledgeError([Problem(Place(COPY), f"a copy that cannot be read ({error})", expected)]) from error
    return files
