"""Case files in: YAML, JSON and NDJSON, a file, several, a folder or standard input; each case as a Case.

Nothing stops the reading: a file or line that cannot be read comes out as a case with the problem and no facts.
"""

import json
import math
import re
import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Any, BinaryIO

from ..case import Case
from ..document import MAX_BYTES, Fields, Items, Unreadable, decode
from ..document import read as read_yaml
from ..errors import Place, Problem
from ..load.cases import Entry, entries_of, make_case
from ..load.fields import MANY
from ..rulebook import Rulebook

SUFFIXES = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson"}
STANDARD_INPUT = "-"
LONGEST = 400  # digits of a number; Python takes long over more, and then refuses
_SPACE = b"\xef\xbb\xbf \t\r\n"
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"(?P<colon>\s*:)?|[\[\]{}]|[^\s\[\]{}:,"]+')


class Object(dict[str, Any]):
    """A JSON object, and its keys as they are written, each as often as it is there."""

    written: tuple[str, ...] = ()

    def repeated(self) -> set[str]:
        """The keys that are written more than once."""
        return {key for key, times in Counter(self.written).items() if times > 1}


def read(paths: Iterable[str | Path], rulebook: Rulebook) -> Iterator[Case]:
    """Every case of the files, folders and `-`, in order."""
    for path in paths:
        if str(path) == STANDARD_INPUT:
            yield from read_stream(sys.stdin.buffer, "standard input", rulebook)
        elif Path(path).is_dir():
            yield from _folder(Path(path), rulebook)
        else:
            yield from _file(Path(path), rulebook)


def _folder(folder: Path, rulebook: Rulebook) -> Iterator[Case]:
    known = {path: amiss(path) for path in sorted(folder.rglob("*")) if not hidden(path, folder)}
    found = [path for path, wrong in known.items() if wrong or (path.suffix in SUFFIXES and path.is_file())]
    if not found:
        expected = f"files that end in {', '.join(SUFFIXES)}"
        yield _unread(Problem(Place(str(folder)), "no case files here", expected))
    for path in found:
        if wrong := known[path]:
            yield _unread(wrong)
        else:
            yield from _file(path, rulebook)


def hidden(path: Path, folder: Path) -> bool:
    """Whether a file of a folder is hidden, or lies in a hidden folder below it."""
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def amiss(path: Path) -> Problem | None:
    """What is wrong with a link in a folder of cases, whose cases would be missed without a word."""
    if not path.is_symlink() or path.is_file():
        return None
    place = Place(str(path).encode(errors="backslashreplace").decode())
    if path.is_dir():
        return Problem(place, "a link to a folder, which is not followed", "the folder itself")
    return Problem(place, "a link that leads nowhere", "a file") if not path.exists() else None


def _file(path: Path, rulebook: Rulebook) -> Iterator[Case]:
    name = str(path).encode(errors="backslashreplace").decode()
    try:
        with path.open("rb") as file:
            if path.suffix not in SUFFIXES:
                yield from read_stream(file, name, rulebook)
            elif SUFFIXES[path.suffix] == "ndjson":
                yield from _lines(_chunks(file), name, rulebook)
            else:
                read_whole = _yaml if SUFFIXES[path.suffix] == "yaml" else _json
                yield from read_whole(file.read(MAX_BYTES + 1), name, rulebook)
    except OSError as error:
        yield _unread(Problem(Place(name), f"cannot be read ({error.strerror})"))


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; one over the limit comes in several parts."""
    return iter(lambda: file.readline(MAX_BYTES + 1), b"")


def read_stream(file: BinaryIO, name: str, rulebook: Rulebook) -> Iterator[Case]:
    """Cases in a form that only their first lines tell: NDJSON where each is an object, else JSON or YAML."""
    chunks, blank, head = _chunks(file), 0, b""
    for head in chunks:
        if len(head) > MAX_BYTES or head.strip(_SPACE):
            break
        blank, head = blank + 1, b""
    start = head.lstrip(_SPACE)
    by_line = start.startswith(b"{") and (len(head) > MAX_BYTES or _is_object(start))
    second = next(chunks, b"") if start.startswith(b"{") and not by_line else b""
    if by_line or second.lstrip().startswith(b"{"):
        yield from _lines(chain([head, second] if second else [head], chunks), name, rulebook, blank)
        return
    whole = b"\n" * min(blank, MAX_BYTES) + head + second + file.read(MAX_BYTES + 1)
    yield from (_json if start.startswith((b"{", b"[")) else _yaml)(whole, name, rulebook)


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _yaml(data: bytes, name: str, rulebook: Rulebook) -> Iterator[Case]:
    try:
        node, repeated = read_yaml(decode(data, Place(name)), name)
    except Unreadable as error:
        yield _unread(error.problem)
        return
    many = isinstance(node, Items)
    items = node.items if isinstance(node, Items) and node.items else (node,)
    repeated.sort(key=lambda problem: (problem.place.line, problem.place.column))
    for number, item in enumerate(items, 1):
        place = Place(name, item.place.line) if item else Place(name)
        if not isinstance(item, Fields):
            yield _unread(Problem(place, "no case", "`term: value` in each line"))
            continue
        after = items[number].place if number < len(items) else Place(name, sys.maxsize)  # type: ignore[union-attr]
        first, last = (bisect_left(repeated, edge, key=attrgetter("place")) for edge in (item.place, after))
        yield _with(make_case(entries_of(item), rulebook, place, _name(name, number, many)), repeated[first:last])


def _json(data: bytes, name: str, rulebook: Rulebook) -> Iterator[Case]:
    try:
        text = decode(data, Place(name))
    except Unreadable as error:
        yield _unread(error.problem)
        return
    value = _parse(text, Place(name))
    if isinstance(value, Problem):
        yield _unread(value)
        return
    many = isinstance(value, list)
    items = value if isinstance(value, list) and value else [value]
    for number, (item, places) in enumerate(zip(items, _places(text, name, many), strict=True), 1):
        yield _from_json(item, places, _name(name, number, many), rulebook)


def _places(text: str, name: str, many: bool) -> list[list[Place]]:
    """For each case of a JSON text without faults, its own place and those of its keys."""
    ends = [match.start() for match in re.finditer("\n", text)]
    level, depth = int(many), 0
    found: list[list[Place]] = []
    for token in _TOKEN.finditer(text):
        closing = token[0] in ("]", "}")
        if (depth == level and not closing) or (depth == level + 1 and token["colon"]):
            line = bisect_left(ends, token.start())
            place = Place(name, line + 1, token.start() - (ends[line - 1] if line else -1))
            found.append([place]) if depth == level else found[-1].append(place)
        depth += (token[0] in ("[", "{")) - closing
    return found or [[Place(name)]]


def _lines(chunks: Iterator[bytes], name: str, rulebook: Rulebook, number: int = 0) -> Iterator[Case]:
    empty = True
    for line in chunks:
        number += 1
        if line.strip() or len(line) > MAX_BYTES:
            empty = False
            yield read_line(line, Place(name, number), rulebook)
        while len(line) > MAX_BYTES and not line.endswith(b"\n"):
            line = next(chunks, b"")
    if empty:
        yield _unread(Problem(Place(name), "no case", "an object of terms and values in each line"))


def read_line(line: bytes, place: Place, rulebook: Rulebook) -> Case:
    """The case of one line of NDJSON."""
    value = parse_line(line, place)
    if isinstance(value, Problem):
        return _unread(value)
    return _from_json(value, [place], _name(place.file, place.line, True), rulebook)


def parse_line(line: bytes, place: Place) -> Object | Problem:
    """The object of one line of NDJSON, or what is wrong with the line."""
    try:
        value = _parse(decode(line, place), place)
    except Unreadable as error:
        return Problem(place, error.problem.there, error.problem.expected)
    return value if isinstance(value, Object | Problem) else _no_case(place)


def _no_case(place: Place) -> Problem:
    return Problem(place, "no case", "an object of terms and values")


def _parse(text: str, place: Place) -> Any:
    def no_number(word: str) -> Any:
        raise ValueError(f"{word} is no number")

    def number(word: str) -> Any:
        found = (int if word.lstrip("-").isdecimal() else float)(word) if len(word) <= LONGEST else math.inf
        return found if found < math.inf and found > -math.inf else word

    def pairs(found: list[tuple[str, Any]]) -> Object:
        made = Object(found)
        made.written = tuple(key for key, _ in found)
        return made

    try:
        return json.loads(text, object_pairs_hook=pairs, parse_constant=no_number, parse_int=number, parse_float=number)
    except json.JSONDecodeError as error:
        where = Place(place.file, place.line or error.lineno, error.colno)
        return Problem(where, f"not readable as JSON: {error.msg[:1].lower()}{error.msg[1:]}")
    except (ValueError, RecursionError) as error:
        reason = "nesting too deep" if isinstance(error, RecursionError) else str(error)
        return Problem(place, f"not readable as JSON: {reason}")


def _from_json(value: Any, places: list[Place], name: str, rulebook: Rulebook) -> Case:
    """The case of a JSON object; `places` has its own and, where they are known, those of its keys."""
    place, *inside = places
    if not isinstance(value, Object):
        return _unread(_no_case(place))
    of_keys = dict(zip(value.written, inside or [place] * len(value.written), strict=True))
    again = value.repeated()
    repeated = [
        Problem(of_keys[key], f"{key[:80]!r} stands here twice", "each key once") for key in value if key in again
    ]
    entries = [Entry(key, entry, of_keys[key], key in again) for key, entry in value.items()]
    return _with(make_case(entries, rulebook, Place(place.file, place.line), name), repeated)


def _name(file: str, number: int, many: bool) -> str:
    stem = file if file == "standard input" else Path(file).stem
    return f"{stem}:{number}" if many else stem


def _unread(problem: Problem) -> Case:
    return Case(id=str(problem.place), facts={}, place=problem.place, problems=(problem,))


def _with(case: Case, problems: list[Problem]) -> Case:
    """The case with these problems before its own, cut where nobody would read on."""
    told = (*problems, *case.problems)
    if len(told) > MANY:
        more = Problem(case.place or Place(""), f"{len(told) - MANY:,} more to mend in this case")
        told = (*told[:MANY], more)
    return replace(case, problems=told)
