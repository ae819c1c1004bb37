"""Case files in: YAML, JSON and NDJSON, a file, several, a folder or standard input; each case as a Case.

Nothing stops the reading: a file or line that cannot be read comes out as a case with the problem and no facts.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from ..case import Case
from ..document import MAX_BYTES, Fields, Items, Unreadable, decode
from ..document import read as read_yaml
from ..errors import Place, Problem
from ..load.cases import Entry, entries_of, make_case
from ..rulebook import Rulebook

SUFFIXES = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson"}
STANDARD_INPUT = "-"


class _Object(dict[str, Any]):
    """A JSON object, and the keys that it repeats."""

    repeated: tuple[str, ...] = ()


def read(paths: Iterable[str | Path], rulebook: Rulebook) -> Iterator[Case]:
    """Every case of the files, folders and `-`, in order."""
    for path in paths:
        if str(path) == STANDARD_INPUT:
            yield from _stream(sys.stdin.buffer, "standard input", rulebook)
        elif Path(path).is_dir():
            yield from _folder(Path(path), rulebook)
        else:
            yield from _file(Path(path), rulebook)


def _folder(folder: Path, rulebook: Rulebook) -> Iterator[Case]:
    found = [path for path in sorted(folder.rglob("*")) if path.suffix in SUFFIXES and path.is_file()]
    if not found:
        expected = f"files that end in {', '.join(SUFFIXES)}"
        yield _unread(Problem(Place(str(folder)), "no case files here", expected))
    for path in found:
        yield from _file(path, rulebook)


def _file(path: Path, rulebook: Rulebook) -> Iterator[Case]:
    try:
        with path.open("rb") as file:
            if path.suffix not in SUFFIXES:
                yield from _stream(file, str(path), rulebook)
            elif SUFFIXES[path.suffix] == "ndjson":
                yield from _lines(file, str(path), rulebook)
            else:
                read_whole = _yaml if SUFFIXES[path.suffix] == "yaml" else _json
                yield from read_whole(file.read(MAX_BYTES + 1), str(path), rulebook)
    except OSError as error:
        yield _unread(Problem(Place(str(path)), f"cannot be read ({error.strerror})"))


def _stream(file: BinaryIO, name: str, rulebook: Rulebook) -> Iterator[Case]:
    """Cases in a form that only their first line tells: NDJSON where it is a whole object, else JSON or YAML."""
    first = file.readline(MAX_BYTES + 1)
    start = first.lstrip(b"\xef\xbb\xbf \t\r\n")
    while first and not start and len(first) <= MAX_BYTES:
        first = file.readline(MAX_BYTES + 1)
        start = first.lstrip()
    try:
        whole_object = start.startswith(b"{") and isinstance(json.loads(start), dict)
    except ValueError:
        whole_object = False
    if whole_object:
        yield from _lines(file, name, rulebook, first)
    elif start.startswith((b"{", b"[")):
        yield from _json(first + file.read(MAX_BYTES + 1), name, rulebook)
    else:
        yield from _yaml(first + file.read(MAX_BYTES + 1), name, rulebook)


def _yaml(data: bytes, name: str, rulebook: Rulebook) -> Iterator[Case]:
    try:
        node, repeated = read_yaml(decode(data, Place(name)), name)
    except Unreadable as error:
        yield _unread(error.problem)
        return
    many = isinstance(node, Items)
    for number, item in enumerate(node.items if isinstance(node, Items) else (node,), 1):
        place = Place(name, item.place.line) if item else Place(name)
        if not isinstance(item, Fields):
            yield _unread(Problem(place, "no case", "`term: value` in each line"))
            continue
        last = max((value.place for _, value in item.entries), default=place)
        mine = tuple(problem for problem in repeated if place <= problem.place <= last) if many else tuple(repeated)
        yield _with(make_case(entries_of(item), rulebook, place, _name(name, number, many)), mine)


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
    many, position = isinstance(value, list), 0
    for number, item in enumerate(value if isinstance(value, list) else [value], 1):
        position = text.find("{", position)
        yield _from_json(item, text, position, Place(name), _name(name, number, many), rulebook)
        for key in item if isinstance(item, dict) else ():
            position = max(position, _offset(text, key, position) + 1)
        position = text.find("}", position)


def _lines(file: BinaryIO, name: str, rulebook: Rulebook, first: bytes = b"") -> Iterator[Case]:
    number = 0
    line = first or file.readline(MAX_BYTES + 1)
    while line:
        number += 1
        place = Place(name, number)
        too_long = len(line) > MAX_BYTES
        if too_long or line.strip():
            yield _line(line, place, rulebook)
        while too_long and line and not line.endswith(b"\n"):
            line = file.readline(MAX_BYTES)
        line = file.readline(MAX_BYTES + 1)


def _line(line: bytes, place: Place, rulebook: Rulebook) -> Case:
    try:
        text = decode(line, place)
    except Unreadable as error:
        return _unread(Problem(place, error.problem.there, error.problem.expected))
    value = _parse(text, place)
    if isinstance(value, Problem):
        return _unread(value)
    return _from_json(value, "", 0, place, _name(place.file, place.line, True), rulebook)


def _parse(text: str, place: Place) -> Any:
    def no_number(word: str) -> Any:
        raise ValueError(f"{word} is no number")

    def pairs(found: list[tuple[str, Any]]) -> _Object:
        made = _Object(found)
        if len(made) < len(found):
            keys = [key for key, _ in found]
            made.repeated = tuple(key for key in made if keys.count(key) > 1)
        return made

    try:
        return json.loads(text, object_pairs_hook=pairs, parse_constant=no_number)
    except json.JSONDecodeError as error:
        where = Place(place.file, place.line or error.lineno, error.colno)
        return Problem(where, f"not readable as JSON: {error.msg[:1].lower()}{error.msg[1:]}")
    except (ValueError, RecursionError) as error:
        reason = "nesting too deep" if isinstance(error, RecursionError) else str(error)
        return Problem(place, f"not readable as JSON: {reason}")


def _from_json(value: Any, text: str, start: int, place: Place, name: str, rulebook: Rulebook) -> Case:
    """The case of a JSON object; `text` from `start` is searched for the places of its keys."""
    if not isinstance(value, _Object):
        return _unread(Problem(place, "no case", "an object of terms and values"))
    places = {key: _place(text, key, start, place) for key in value}
    again = [Problem(places[key], f"{key!r} stands here twice", "each key once") for key in value.repeated]
    entries = [Entry(key, None if key in value.repeated else entry, places[key]) for key, entry in value.items()]
    where = Place(place.file, place.line or text.count("\n", 0, max(start, 0)) + 1)
    return _with(make_case(entries, rulebook, where, name), tuple(again))


def _offset(text: str, key: str, start: int) -> int:
    match = re.compile(re.escape(json.dumps(key, ensure_ascii=False)) + r"\s*:").search(text, max(start, 0))
    return match.start() if match else start


def _place(text: str, key: str, start: int, place: Place) -> Place:
    if not text:
        return place
    offset = _offset(text, key, start)
    return Place(place.file, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def _name(file: str, number: int, many: bool) -> str:
    stem = file if file == "standard input" else Path(file).stem
    return f"{stem}:{number}" if many else stem


def _unread(problem: Problem) -> Case:
    return Case(id=str(problem.place), facts={}, place=problem.place, problems=(problem,))


def _with(case: Case, problems: tuple[Problem, ...]) -> Case:
    if not problems:
        return case
    return Case(case.id, case.facts, case.place, case.says, case.sources, case.expected, problems + case.problems)
