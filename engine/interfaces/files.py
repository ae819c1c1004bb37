"""Case files in: YAML, JSON and NDJSON, a file, several, a folder or standard input; each case as a Case.

Nothing stops the reading: a file or line that cannot be read comes out as a case with the problem and no facts.
"""

import json
import math
import os
import re
import stat
import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Any, BinaryIO, cast

from ..case import Case
from ..document import MAX_BYTES, Fields, Items, Unreadable, decode
from ..document import read as read_yaml
from ..errors import Place, Problem, surely
from ..loader.cases import ID, CaseEntry, entries_of, make_case
from ..loader.files import path_of
from ..loader.problem_collector import MANY
from ..record import Json
from ..rulebook import Rulebook
from .walk import Partition, Walk, left_out, partition_of, printable

SUFFIXES = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson"}
STANDARD_INPUT = "-"
LONGEST = 400  # digits of a number; Python takes long over more, and then refuses
CHANGED, UNCHANGED = "changed while it was read", "a file that nobody writes to meanwhile: decide it again"
_SPACE = b"\xef\xbb\xbf \t\r\n"
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"(?P<colon>\s*:)?|[\[\]{}]|[^\s\[\]{}:,"]+')


@dataclass(frozen=True)
class Maker:
    """Makes cases of entries; `folder` is what the names of folders say of all, `key_of_id` where the id stands."""

    rulebook: Rulebook
    folder: Partition = field(default_factory=dict)
    key_of_id: str = ID

    def make(self, entries: Iterable[CaseEntry], place: Place, name: str) -> Case:
        """The case that the entries make; `name` is its id where it gives none."""
        return make_case(entries, self.rulebook, place, name, self.folder, self.key_of_id)

    def beneath(self, path: Path) -> "Maker":
        """The same for a file in its folders."""
        folder = partition_of(Path(os.path.abspath(path)))  # noqa: PTH100 (no link followed)
        called = {self.rulebook.former_names.get(key, key): text for key, text in folder.items()}
        return replace(self, folder={key: text for key, text in called.items() if is_meant(self.rulebook, key)})


def is_meant(rulebook: Rulebook, name: str) -> bool:
    """Whether the name of a folder is that of a term, or is surely meant for a finding's of today or of before."""
    return name in rulebook.terms or bool(surely(name, (*rulebook.finding_names, *rulebook.split_names)))


class Object(Json):
    """A JSON object, and its keys as they are written, each as often as it is there."""

    written: tuple[str, ...] = ()

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, Any]]) -> "Object":
        """The object of these pairs; of a key that is there again the last counts, and `repeated` names it."""
        found = list(pairs)
        made = cls(found)
        made.written = tuple(key for key, _ in found)
        return made

    def repeated(self) -> set[str]:
        """The keys that are written more than once."""
        return {key for key, times in Counter(self.written).items() if times > 1}


def read(
    paths: str | Path | Iterable[str | Path], rulebook: Rulebook, twice: Callable[[Path], None] = lambda _: None
) -> Iterator[Case]:
    """Every case of a file, folder or `-`, or of several, in order; `twice` is called with files named again."""
    walk, maker = Walk(), Maker(rulebook)
    for given in [paths] if _is_one(paths) else cast("Iterable[Any]", paths):
        path = path_of(given)
        if isinstance(path, Problem):
            yield _unread(path)
        elif str(path) == STANDARD_INPUT:
            yield from read_stream(sys.stdin.buffer, "standard input", rulebook)
        elif os.path.isdir(path):  # noqa: PTH112 (False for what is too long, too)
            yield from _folder(walk, path, maker)
        else:
            yield from _once(walk, path, maker)
        for again in walk.twice:
            twice(again)
        walk.twice.clear()


def _is_one(paths: Any) -> bool:
    """Whether it is one path, or nothing that could be several."""
    return isinstance(paths, str | bytes | os.PathLike) or not hasattr(paths, "__iter__")


def _folder(walk: Walk, folder: Path, maker: Maker) -> Iterator[Case]:
    others: list[Path] = []
    empty = True
    for found in walk.files(folder):
        if isinstance(found, Problem):
            yield _unread(found)
        elif found.suffix.lower() in SUFFIXES:
            yield from _once(walk, found, maker)
        else:
            others.append(found)
            continue
        empty = False
    expected = f"files that end in {', '.join(SUFFIXES)}"
    for problem in left_out(folder, others, f"{expected}; `lumbar batch` reads tables too"):
        yield _unread(problem)
    if empty and not others and not walk.twice:
        yield _unread(Problem(Place(printable(folder)), "no case files here", expected))


def _once(walk: Walk, path: Path, maker: Maker) -> Iterator[Case]:
    """The cases of a file that was not read yet."""
    try:
        if walk.is_new(path):
            yield from cases_of(path, maker.beneath(path))
        elif problem := walk.contradicted(path):
            yield _unread(problem)
    except OSError as error:
        yield _unread(Problem(Place(printable(path)), f"cannot be read ({error.strerror})"))


def cases_of(path: Path, maker: Maker) -> Iterator[Case]:
    """Every case of one file; raises OSError."""
    name = printable(path)
    with path.open("rb") as file:
        before = os.fstat(file.fileno())
        yield from _cases(file, path, name, maker)
        if stat.S_ISREG(before.st_mode) and changed(before, path):
            yield _unread(Problem(Place(name), CHANGED, UNCHANGED))


def _cases(file: BinaryIO, path: Path, name: str, maker: Maker) -> Iterator[Case]:
    kind = SUFFIXES.get(path.suffix.lower())
    if kind is None:
        yield from stream_of(file, name, maker)
    elif kind == "ndjson":
        yield from _lines(_chunks(file), name, maker)
    else:
        yield from (_yaml if kind == "yaml" else _json)(file.read(MAX_BYTES + 1), name, maker)


def changed(before: os.stat_result, path: Path) -> bool:
    """Whether a file is another one by now, or was written to."""
    try:
        now = path.stat()
    except OSError:
        return True
    return any(getattr(before, name) != getattr(now, name) for name in ("st_size", "st_mtime_ns", "st_ino"))


def is_empty(case: Case) -> bool:
    """Whether a case that was read has no answer in it."""
    return not case.facts and not case.problems


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; one over the limit comes in several parts. Where no line ends in LF, a lone CR ends it."""
    first = file.readline(MAX_BYTES + 1)
    if b"\r" not in first.rstrip(b"\r\n") or first.endswith(b"\n"):
        yield first
        yield from iter(lambda: file.readline(MAX_BYTES + 1), b"")
        return
    rest = first
    while rest:
        *lines, rest = rest.split(b"\r")
        yield from (line + b"\n" for line in lines)
        more = b"" if len(rest) > MAX_BYTES else file.read(MAX_BYTES + 1 - len(rest))
        if not more:
            yield rest
        rest = rest + more if more else file.read(MAX_BYTES + 1)


def read_stream(file: BinaryIO, name: str, rulebook: Rulebook) -> Iterator[Case]:
    """Cases in a form that only their first lines tell: NDJSON where each is an object, else JSON or YAML."""
    return stream_of(file, name, Maker(rulebook))


def stream_of(file: BinaryIO, name: str, maker: Maker) -> Iterator[Case]:
    """The cases of `read_stream`, made by a maker."""
    chunks, blank, head = _chunks(file), 0, b""
    for head in chunks:
        if len(head) > MAX_BYTES or head.strip(_SPACE):
            break
        blank, head = blank + 1, b""
    start, second = head.lstrip(_SPACE), b""
    if start.startswith(b"{") and len(head) <= MAX_BYTES:
        second = b"" if _is_object(start) else next(chunks, b"")
    if is_by_line(start, second):
        yield from _lines(chain([head, second] if second else [head], chunks), name, maker, blank)
        return
    whole = bytearray(b"\n" * min(blank, MAX_BYTES) + head + second)
    while len(whole) <= MAX_BYTES and (chunk := next(chunks, b"")):
        whole += chunk
    yield from (_json if start.startswith((b"{", b"[")) else _yaml)(bytes(whole), name, maker)


def is_by_line(start: bytes, second: bytes) -> bool:
    """Whether text of a first and a second line is NDJSON: an object in each, even if the first is a broken one."""
    if not start.startswith(b"{"):
        return False
    return len(start) > MAX_BYTES or _is_object(start) or second.lstrip().startswith(b"{")


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _yaml(data: bytes, name: str, maker: Maker) -> Iterator[Case]:
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
        yield _with(maker.make(entries_of(item), place, _name(name, number, many)), repeated[first:last])


def _json(data: bytes, name: str, maker: Maker) -> Iterator[Case]:
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
        yield _from_json(item, places, _name(name, number, many), maker)


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


def _lines(chunks: Iterator[bytes], name: str, maker: Maker, number: int = 0) -> Iterator[Case]:
    empty = True
    for line in chunks:
        number += 1
        if line.strip() or len(line) > MAX_BYTES:
            empty = False
            yield _line(line, Place(name, number), maker)
        while len(line) > MAX_BYTES and not line.endswith(b"\n"):
            line = next(chunks, b"")
    if empty:
        yield _unread(Problem(Place(name), "no case", "an object of terms and values in each line"))


def read_line(line: bytes, place: Place, rulebook: Rulebook) -> Case:
    """The case of one line of NDJSON."""
    return _line(line, place, Maker(rulebook))


def _line(line: bytes, place: Place, maker: Maker) -> Case:
    value = parse_line(line, place)
    if isinstance(value, Problem):
        return _unread(value)
    return _from_json(value, [place], _name(place.file, place.line, True), maker)


def case_from(value: Object, place: Place, rulebook: Rulebook) -> Case:
    """The case of a JSON object that was read already; the file of `place` is its id where it gives none."""
    return _from_json(value, [place], place.file, Maker(rulebook))


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
        raise ValueError(f"{word} is not a number")

    def number(word: str) -> Any:
        found = (int if word.lstrip("-").isdecimal() else float)(word) if len(word) <= LONGEST else math.inf
        return found if found < math.inf and found > -math.inf else word

    try:
        return json.loads(
            text, object_pairs_hook=Object.of, parse_constant=no_number, parse_int=number, parse_float=number
        )
    except json.JSONDecodeError as error:
        where = Place(place.file, place.line or error.lineno, error.colno)
        return Problem(where, f"not readable as JSON: {error.msg[:1].lower()}{error.msg[1:]}")
    except (ValueError, RecursionError) as error:
        reason = "nesting too deep" if isinstance(error, RecursionError) else str(error)
        return Problem(place, f"not readable as JSON: {reason}")


def _from_json(value: Any, places: list[Place], name: str, maker: Maker) -> Case:
    """The case of a JSON object; `places` has its own and, where they are known, those of its keys."""
    place, *inside = places
    if not isinstance(value, Object):
        return _unread(_no_case(place))
    of_keys = dict(zip(value.written, inside or [place] * len(value.written), strict=True))
    again = value.repeated()
    repeated = [
        Problem(of_keys[key], f"{key[:80]!r} stands here twice", "each key once") for key in value if key in again
    ]
    entries = [CaseEntry(key, entry, of_keys[key], key in again) for key, entry in value.items()]
    return _with(maker.make(entries, Place(place.file, place.line), name), repeated)


def _name(file: str, number: int, many: bool) -> str:
    stem = file if file == "standard input" else Path(file).stem
    return f"{stem}:{number}" if many else stem


def _unread(problem: Problem) -> Case:
    return Case(id=str(problem.place), facts={}, place=problem.place, problems=(problem,), unread=True)


def _with(case: Case, problems: list[Problem]) -> Case:
    """The case with these problems before its own, cut where nobody would read on."""
    found = (*problems, *case.problems)
    if len(found) > MANY:
        more = Problem(case.place or Place(""), f"{len(found) - MANY:,} more problems in this case")
        found = (*found[:MANY], more)
    return replace(case, problems=found)
