"""Which rulebooks must no longer be used: a list that ships with the program, and one that a clinic names."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar

from .document import Fields, Node, Text, Unreadable, decode, read
from .errors import LumbarError, Place, Problem
from .record import JsonRecord

FOLDER = "LUMBAR_WITHDRAWN"
"""The variable of the environment that names the folder of a clinic's own list."""
FILE = "withdrawn.yaml"
SHIPPED = Path(__file__).with_name(FILE)
FIELDS = ("day", "because", "instead")


class ListError(LumbarError):
    """A list of withdrawn rulebooks that cannot be read: what is wrong in it, all at once."""


@dataclass(frozen=True, repr=False)
class Withdrawn(JsonRecord):
    """A rulebook that was withdrawn: on which day, why, and what to use in its place (may be empty)."""

    KEYS: ClassVar = {"digest": ""}

    digest: str
    day: str
    because: str
    instead: str = ""

    def __str__(self) -> str:
        instead = f" Use {self.instead} in its place." if self.instead else ""
        return f"WITHDRAWN on {self.day}: do not use these rules. {self.because.rstrip('.')}.{instead}"


_read: dict[tuple[str, int, int], dict[str, Withdrawn]] = {}  # by path, time and size of a file that was read


def withdrawn(digests: Iterable[str]) -> Withdrawn | None:
    """What is said of the first of some rulebooks that was withdrawn; None where none was. Raises ListError."""
    lists = [_entries(path) for path in _lists()]
    return next((entries[digest] for digest in digests for entries in lists if digest in entries), None)


def _lists() -> Iterator[Path]:
    yield SHIPPED
    if folder := os.environ.get(FOLDER, ""):
        yield Path(folder) / FILE


def _entries(path: Path) -> dict[str, Withdrawn]:
    """The entries of a list by digest, read once for each state of the file."""
    try:
        status = path.stat()
        key = (str(path), status.st_mtime_ns, status.st_size)
        if key not in _read:
            _read[key] = _parsed(path, path.read_bytes())
    except OSError as error:
        expected = f"the list of withdrawn rulebooks, {FILE}, in the folder that {FOLDER} or --withdrawn names"
        raise ListError([Problem(Place(str(path)), f"cannot be read ({error.strerror})", expected)]) from error
    return _read[key]


def _parsed(path: Path, content: bytes) -> dict[str, Withdrawn]:
    try:
        node, problems = read(decode(content, Place(str(path))), str(path))
    except Unreadable as error:
        raise ListError([error.problem]) from error
    if node is not None and not isinstance(node, Fields):
        problems = [*problems, Problem(node.place, "no entries", "a digest and its fields for each")]
    found: dict[str, Withdrawn] = {}
    for key, entry in node.entries if isinstance(node, Fields) else ():
        problems = [*problems, *_problems(key, entry)]
        found[key.value] = Withdrawn(key.value, *(_text(entry, name) for name in FIELDS))
    if problems:
        raise ListError(list(problems))
    return found


def _problems(key: Text, entry: Node) -> Iterator[Problem]:
    if len(key.value) != 16 or not set(key.value) <= set("0123456789abcdef"):
        yield Problem(key.place, f"{key.value[:80]!r} is not a digest", "sixteen digits and letters from a to f")
    if not isinstance(entry, Fields):
        yield Problem(entry.place, "no fields", ", ".join(FIELDS))
        return
    for name, _ in entry.entries:
        if name.value not in FIELDS:
            yield Problem(name.place, f"{name.value[:80]!r} is not a field here", ", ".join(FIELDS))
    for missing in FIELDS[:2]:
        if not _text(entry, missing):
            yield Problem(entry.place, f"no `{missing}`", f"a text under `{missing}`")
    if (day := _text(entry, "day")) and not _is_day(day):
        yield Problem(entry.place, f"{day[:80]!r} under `day`", "a day such as 2026-12-01")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text  # Python 3.11 and later read other forms too
    except ValueError:
        return False


def _text(entry: Node, name: str) -> str:
    node = entry.get(name) if isinstance(entry, Fields) else None
    return " ".join(node.value.split()) if isinstance(node, Text) else ""
