"""YAML text to a tree of plain text with places, and trees to YAML text; the only file that imports ruamel.yaml.

Nothing is typed: `no`, `12` and `2024-01-01` stay the text that the author wrote. Repeated keys, tags, anchors,
aliases, several documents, deep nesting and files over the size limit are refused.
"""

import io
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from unicodedata import normalize

from .errors import LumbarError, Place, Problem, is_invisible, sign_name

if TYPE_CHECKING:
    from ruamel.yaml.emitter import Emitter

MAX_BYTES = 1_000_000
MAX_DEPTH = 12
BLANK = ("", "~", "null", "Null", "NULL")
WIDTH = 120  # of what is written
PROSE = 118  # a text over several lines is wrapped a little earlier, as most people do
_FORBIDDEN = re.compile("[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# What the parser says where it stops, what that means for whoever writes the file, and what was expected.
_ALIGNED = "a line that does not stand right under those it belongs to"
_PLAIN = (
    ("unexpected end of stream", "a quote that is never closed", "another one where the text ends"),
    (
        "',' or '}'",
        "`{` without its `}`, or no `,` in between",
        "`{name: value, name: value}`; a text with , ? or [ in quotes",
    ),
    ("',' or ']'", "`[` without its `]`, or no `,` in between", "`[one, another]`; a text with , ? or [ in quotes"),
    (
        "mapping values are not allowed",
        "one `: ` too many in a line",
        "a text with `: ` in it in quotes, or a line for each pair",
    ),
    ("did not find expected key", _ALIGNED, "as many spaces before it as before those; quotes around a whole text"),
    ("expected '-' indicator", _ALIGNED, "as many spaces before it as before those"),
    ("sequence entries are not allowed", "a list in the line of its name", "a line for each `- `, below it"),
    ("could not find expected ':'", "a line without `: `", "`name: value`"),
    ("comment or line break", "a text that begins with `>` or `|`", "words, such as `over 50`, or the text in quotes"),
    ("cannot start any token", "a text that begins with a sign", "the text in quotes"),
)
_SPACED = re.compile(r"(?:^ *|(?<=[:,\-?]) *)([^\x20-\x7e])")
_UNCLOSED = ("unexpected end of stream", "',' or '}'", "',' or ']'")
_STRAY = re.compile(r"\s*([–—−•·*](?=\s)|<{7}|={7}|>{7})")


@dataclass(frozen=True)
class Text:
    """A scalar, as written."""

    value: str
    place: Place
    blank: bool = False


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple["Node", ...]
    place: Place


@dataclass(frozen=True)
class Fields:
    """A mapping; keys keep their places and their order. A repeated key is kept once, and stands in `again` too."""

    entries: tuple[tuple[Text, "Node"], ...]
    place: Place
    again: tuple[Text, ...] = ()

    def get(self, key: str) -> "Node | None":
        """The node under the key, or None."""
        return next((node for name, node in self.entries if name.value == key), None)


Node = Text | Items | Fields


class Unreadable(LumbarError):
    """The text is not a document of ours; carries the one problem that stopped the reading."""


def decode(data: bytes, place: Place, limit: int = MAX_BYTES) -> str:
    """Bytes as text in composed Unicode (NFC), or Unreadable where they are too many, binary or not UTF-8."""
    if len(data) > limit:
        raise Unreadable(Problem(place, f"larger than {limit:,} bytes", "a smaller file"))
    if b"\0" in data:
        raise Unreadable(Problem(place, "binary data", "text in UTF-8"))
    try:
        return composed(data.decode("utf-8-sig")).replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            Problem(Place(place.file, line), f"byte 0x{data[error.start]:02x} is not UTF-8", "text in UTF-8")
        ) from error


def composed(text: str) -> str:
    """The text in its composed Unicode form (NFC), so that what looks alike is alike."""
    return text if text.isascii() else normalize("NFC", text)


def read(text: str, file: str) -> tuple[Node | None, list[Problem]]:
    """The tree of a YAML text and the repeated keys in it; None for an empty text; raises Unreadable."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    builder = _Builder(file)
    try:
        node = builder.document(YAML(typ="safe", pure=False).parse(io.StringIO(text)))
    except YAMLError as error:
        raise Unreadable(_explain(error, text, file)) from error
    if isinstance(node, Text) and (problem := _misleading_sign(text, file, 1, 1 + text.count("\n"))):
        raise Unreadable(problem)
    return node, builder.problems


def _misleading_sign(text: str, file: str, first: int, last: int) -> Problem | None:
    """The first invisible sign at the begin of a line or where YAML wants an ordinary space, from line to line."""
    for number, line in enumerate(text.split("\n")[first - 1 : last], first):
        for match in _SPACED.finditer(line):
            if match[1] != "\t" and is_invisible(match[1]):  # of a tab the parser speaks
                there = f"an invisible sign, {sign_name(match[1])}, where it misleads"
                return Problem(Place(file, number, match.start(1) + 1), there, "an ordinary space, or nothing")
    return None


def _explain(error: Exception, text: str, file: str) -> Problem:
    """What stopped the parser, which names no place for a character that YAML forbids, and no tab."""
    if forbidden := _FORBIDDEN.search(text):
        before = text[: forbidden.start()].split("\n")
        place = Place(file, len(before), len(before[-1]) + 1)
        return Problem(place, f"a control character ({forbidden[0]!r})", "text")
    mark, opened = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if mark and (problem := _misleading_sign(text, file, (opened or mark).line + 1, mark.line + 1)):
        return problem
    reason = getattr(error, "problem", None) or str(error).partition("\n")[0]
    if (
        mark
        and opened
        and any(part in reason for part in _UNCLOSED)
        and (opened.line != mark.line or "end of" in reason)
    ):
        mark = opened
    if opened and "could not find expected ':'" in reason:
        mark = opened  # the parser sees it in the next line only
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
    lines = text.split("\n")
    line = "".join(lines[place.line - 1 : place.line])
    if line[place.column - 1 : place.column] == "\t":
        return Problem(place, "a tab", "spaces")
    if problem := _stray_sign(lines, place):
        return problem
    matching = (words for part, *words in _PLAIN if part in reason)
    there, expected = next(matching, [f"not readable as YAML: {reason}", ""])
    excerpt = f"    {line}\n    {' ' * (place.column - 1)}^" if 0 < len(line) <= 160 else ""
    return Problem(place, there, expected, excerpt=excerpt)


def _stray_sign(lines: list[str], place: Place) -> Problem | None:
    """A sign at the start of the line, or of the one above, that is none of YAML's there."""
    for number in (place.line - 1, place.line):
        if stray := _STRAY.match("".join(lines[max(number, 1) - 1 : max(number, 1)])):
            of_a_merge = len(stray[1]) > 1
            expected = "one of the two versions, without marks" if of_a_merge else "`- ` before each line of a list"
            there = f"{stray[1]!r} at the start of a line"
            return Problem(Place(place.file, number, stray.start(1) + 1), there, expected)
    return None


class _Builder:
    """Builds the tree from the events of the parser, so that hostile input is refused as it streams by."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def document(self, events: Iterator[object]) -> Node | None:
        root: Node | None = None
        documents = 0
        for event in events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                documents += 1
                if documents > 1:
                    raise self._refuse(event, "a second document", "one document in a file")
            elif kind not in ("StreamStartEvent", "StreamEndEvent", "DocumentEndEvent"):
                root = self._node(event, events, 1)
        return None if isinstance(root, Text) and root.blank else root

    def _node(self, event: object, events: Iterator[object], depth: int) -> Node:
        kind = type(event).__name__
        if kind == "AliasEvent" or getattr(event, "anchor", None):
            raise self._refuse(
                event, "an anchor or alias", "the text itself (a text that starts with & or * in quotes)"
            )
        if getattr(event, "tag", None):
            raise self._refuse(event, f"a tag ({event.tag})", "plain text")  # type: ignore[attr-defined]
        if depth > MAX_DEPTH:
            raise self._refuse(event, f"nesting deeper than {MAX_DEPTH} levels", "flatter text")
        if kind == "ScalarEvent":
            value: str = event.value  # type: ignore[attr-defined]
            plain: bool = event.implicit[0]  # type: ignore[attr-defined]
            blank = plain and value in BLANK
            return Text("" if blank else composed(value).strip(), self._place(event), blank)
        if kind == "SequenceStartEvent":
            return Items(tuple(self._children(events, depth)), self._place(event))
        return self._fields(event, events, depth)

    def _children(self, events: Iterator[object], depth: int) -> Iterator[Node]:
        for event in events:
            if type(event).__name__.endswith("EndEvent"):
                return
            yield self._node(event, events, depth + 1)

    def _fields(self, start: object, events: Iterator[object], depth: int) -> Fields:
        entries: dict[str, tuple[Text, Node]] = {}
        again: list[Text] = []
        nodes = self._children(events, depth)
        for key in nodes:
            value = next(nodes)
            if not isinstance(key, Text):
                raise self._refuse(start, "a list or mapping as a key", "a name")
            if key.value in entries:
                first = entries[key.value][0].place.line
                self.problems.append(
                    Problem(key.place, f"{key.value[:80]!r} stands here again, first in line {first}", "it once")
                )
                again.append(key)
            else:
                entries[key.value] = (key, value)
        return Fields(tuple(entries.values()), self._place(start), tuple(again))

    def _place(self, event: object) -> Place:
        mark = event.start_mark  # type: ignore[attr-defined]
        return Place(self.file, mark.line + 1, mark.column + 1)

    def _refuse(self, event: object, there: str, expected: str) -> Unreadable:
        return Unreadable(Problem(self._place(event), there, expected))


# --- writing ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Flow:
    """A list or mapping that is written in brackets or braces where it fits in a line."""

    inside: Sequence["Tree"] | Mapping[str, "Tree"]


Tree = str | Flow | Sequence["Tree"] | Mapping[str, "Tree"]


def write(tree: Sequence[Tree] | Mapping[str, Tree]) -> str:
    """The YAML text that `read` gives back, in the form that a person would have written."""
    return "".join(f"{line}\n" for line in _block(tree, 0))


def _block(tree: Sequence[Tree] | Mapping[str, Tree], indent: int) -> Iterator[str]:
    """The lines of a list or mapping, one entry below the other."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from _entry(f"{' ' * indent}{quoted(key)}:", value, indent + 2)
    else:
        for item in tree:
            yield from _entry(f"{' ' * indent}-", item, indent + 2)


def _entry(head: str, value: Tree, indent: int) -> Iterator[str]:
    """The lines of one entry, which begin with its key or its dash; what is below is indented so far."""
    if isinstance(value, str):
        yield from _scalar(head, value, indent)
        return
    if isinstance(value, Flow):
        line = f"{head} {_in_a_line(value)}"
        if len(line) <= WIDTH:
            yield line
            return
        value = _opened(value.inside)
    lines = _block(value, indent)
    if head.endswith("-"):  # the first entry stands behind the dash
        yield f"{head} {next(lines, '[]').lstrip()}"
    else:
        yield head
    yield from lines


def _opened(tree: Sequence[Tree] | Mapping[str, Tree]) -> Sequence[Tree] | Mapping[str, Tree]:
    """What did not fit in a line: its lists and mappings may still do so."""
    if isinstance(tree, Mapping):
        return {key: part if isinstance(part, str | Flow) else Flow(part) for key, part in tree.items()}
    return [part if isinstance(part, str | Flow) else Flow(part) for part in tree]


def _in_a_line(tree: Tree) -> str:
    """A tree in brackets and braces."""
    if isinstance(tree, str):
        return quoted(tree, flow=True)
    inside = tree.inside if isinstance(tree, Flow) else tree
    if isinstance(inside, Mapping):
        pairs = (f"{quoted(key, flow=True)}: {_in_a_line(value)}" for key, value in inside.items())
        return "{" + ", ".join(pairs) + "}"
    return "[" + ", ".join(map(_in_a_line, inside)) + "]"


def _scalar(head: str, text: str, indent: int) -> Iterator[str]:
    """A text behind its key: plain where that is safe, over several lines where it is long."""
    line, margin = f"{head} {text}", " " * indent
    if not _plain(text) and (not text.isprintable() or len(line) + 2 <= WIDTH):
        yield f"{head} {quoted(text)}"
    elif len(line) <= WIDTH:
        yield line
    elif not _plain(text) or any(word.startswith(("-", "?", ":", "#")) for word in text.split(" ")):
        yield f"{head} >-"
        yield from _wrapped(margin + text, margin)
    else:
        yield from _wrapped(line, margin)


def _wrapped(text: str, margin: str) -> list[str]:
    return textwrap.wrap(text, PROSE, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False)


def quoted(text: str, flow: bool = False) -> str:
    """A text as YAML has it on one line, in quotes only where it needs them; within braces and brackets more do."""
    if _plain(text, flow):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in escaped) + '"'


@lru_cache(1 << 12)  # the same names and values come again and again
def _plain(text: str, flow: bool = False) -> bool:
    """Whether a text needs no quotes."""
    found = _emitter().analyze_scalar(text)
    safe: bool = found.allow_flow_plain if flow else found.allow_block_plain
    if flow and (":" in text or "?" in text):  # the parser in C knows YAML 1.1, where these need quotes
        return False
    return safe and text.isprintable() and text not in BLANK


@cache
def _emitter() -> "Emitter":
    from ruamel.yaml import YAML

    emitter: Emitter = YAML(pure=True).get_serializer_representer_emitter(io.StringIO(), None)[2]
    return emitter
