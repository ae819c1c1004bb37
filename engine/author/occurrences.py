"""Where the names of terms, values and rules stand in the files of a knowledge base, and other texts put there."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..document import Fields, Items, Node, Text, quoted, read
from ..errors import LumbarError, Place, Problem
from ..facts import EXPECTED
from ..language import OTHER_THAN

NAMED_UNDER = ("then", "terms", "explain", "for", "against", "from")
"""The fields that have the name of a term as their text."""
VALUED = ("values", "otherwise", "screening for", "usual", "none", "for patients", "values formerly")
"""The fields of a term that have its values."""
REVIEWS = "reviews/"
"""What was read stays as it was read, and is void then."""
OR = " or "
Path = tuple[str, ...]


@dataclass(frozen=True)
class Edit:
    """A text at a place, and the one that takes its place."""

    place: Place
    old: str
    new: str


class Unplaceable(LumbarError):
    """A text that is to be replaced does not stand in one line as it reads; carries the problem."""


def term_edits(name: str, text: str, terms: Iterable[str], old: str, new: str) -> Iterator[Edit]:
    """What is to be replaced in a file where a term is called otherwise."""
    known = frozenset(terms)
    if name.endswith(".csv") or name.startswith(REVIEWS):
        return
    for path, node, is_key in _walk(_tree(name, text), ()):
        under = path[-1] if path else ""
        if is_key:
            if node.value.removeprefix(EXPECTED) == old and under not in known:
                yield Edit(node.place, node.value, node.value.removesuffix(old) + new)
        elif node.value == old and (under in NAMED_UNDER or "carry" in path):
            yield Edit(node.place, old, new)
        elif under in known and old == max(
            (one for one in known if node.value.endswith(f" {one}")), key=len, default=""
        ):
            yield Edit(node.place, node.value, f"{node.value.removesuffix(old)}{new}")


def value_edits(name: str, text: str, term: str, old: str, new: str) -> Iterator[Edit]:
    """What is to be replaced in a file where a value of a term is called otherwise."""
    if name.endswith(".csv") or name.startswith(REVIEWS):
        return
    for keys, node, is_key in _walk(_tree(name, text), ()):
        path = tuple(key.removeprefix(EXPECTED) for key in keys)
        if term not in path:
            if path and path[-1] == "first" and not is_key and node.value == old:
                yield Edit(node.place, old, new)
            continue
        defined = name.startswith("terms/") and path.index(term) == 1
        if defined and path[2:3] not in [(key,) for key in VALUED]:
            continue
        changed = phrase_with(node.value, old, new)
        if changed != node.value:
            yield Edit(node.place, node.value, changed)


def rule_edits(name: str, text: str, old: str, new: str) -> Iterator[Edit]:
    """What is to be replaced in a file where a rule is called otherwise."""
    if not name.startswith("rules/"):
        return
    for path, node, is_key in _walk(_tree(name, text), ()):
        if not is_key and node.value == old and path and path[-1] in ("rule", "outranks") and len(path) == 1:
            yield Edit(node.place, old, new)


def phrase_with(phrase: str, old: str, new: str) -> str:
    """A phrase with one of its values called otherwise."""

    def part(text: str) -> str:
        head = OTHER_THAN if text.startswith(OTHER_THAN) else ""
        return f"{head}{new}" if text.removeprefix(head) == old else text

    return new if phrase == old else OR.join(map(part, phrase.split(OR)))


def table_with(text: str, header: Callable[[str], str], cell: Callable[[str, str], str]) -> str:
    """A table with other heads and cells; a row without a change stays as it is written."""
    lines = text.splitlines(keepends=True)
    reader = csv.reader(io.StringIO(text, newline=""))
    heads: list[str] = []
    first = 0
    for row in reader:
        last = reader.line_num
        if not heads:
            heads, changed = row, [header(one) for one in row]
        else:
            changed = [cell(head, one) for head, one in zip(heads, row, strict=False)] + row[len(heads) :]
        if changed != row:
            out = io.StringIO()
            csv.writer(out, lineterminator="\n").writerow(changed)
            lines[first:last] = [out.getvalue(), *[""] * (last - first - 1)]
        first = last
    return "".join(lines)


def replaced(text: str, edits: Iterable[Edit]) -> str:
    """A text with all edits made; raises Unplaceable, with every place where a text is not found in one line."""
    lines = text.splitlines(keepends=True)
    problems: list[Problem] = []
    for edit in sorted(edits, key=lambda edit: edit.place, reverse=True):
        line, start = lines[edit.place.line - 1], edit.place.column - 1
        is_quoted = line[start : start + 1] in ("'", '"')
        begin = start + is_quoted
        if not line.startswith(edit.old, begin):
            there = f"{edit.old[:60]!r} is written over several lines, or with signs that are written otherwise"
            problems.append(Problem(edit.place, there, "it in one line, as it reads"))
            continue
        new = edit.new if is_quoted else quoted(edit.new, flow=True)
        lines[edit.place.line - 1] = line[:begin] + new + line[begin + len(edit.old) :]
    if problems:
        raise Unplaceable(problems)
    return "".join(lines)


def with_field(text: str, body: Fields, key: str, entry: str, brackets: str) -> str:
    """A text with an entry more under a field, a list (`[]`) or a mapping (`{}`), which is made where there is none."""
    lines = text.splitlines(keepends=True)
    there = body.get(key)
    opened, closed = brackets[0], brackets[1]
    if isinstance(there, Text):  # one text, which becomes a list of two
        line = lines[there.place.line - 1]
        begin = there.place.column - 1
        lines[there.place.line - 1] = f"{line[:begin]}{opened}{entry}, {line[begin:].rstrip()}{closed}\n"
    elif there is not None and _sign(lines, there.place) == opened:
        _insert(lines, there.place, 1, f"{entry}, ")
    elif there is not None:
        bullet = "- " if opened == "[" else ""
        lines.insert(there.place.line - 1, f"{' ' * (there.place.column - 1)}{bullet}{entry}\n")
    elif _sign(lines, body.place) == "{":
        _insert(lines, body.place, 1, f"{key}: {opened}{entry}{closed}, ")
    else:
        first = body.entries[0][0].place
        lines.insert(first.line - 1, f"{' ' * (first.column - 1)}{key}: {opened}{entry}{closed}\n")
    return "".join(lines)


def with_former_name(file: str, text: str, old: str) -> str:
    """The text of a card with a name more that it had before."""
    root = _tree(file, text)
    if isinstance(root, Fields) and (root.get("formerly") or _sign(text.splitlines(), root.place) == "{"):
        return with_field(text, root, "formerly", old, "[]")
    end = "" if text.endswith("\n") else "\n"
    return f"{text}{end}formerly: [{old}]\n"


def _sign(lines: list[str], place: Place) -> str:
    return lines[place.line - 1][place.column - 1 : place.column]


def _insert(lines: list[str], place: Place, after: int, text: str) -> None:
    line, at = lines[place.line - 1], place.column - 1 + after
    lines[place.line - 1] = line[:at] + text + line[at:]


def body_of(name: str, text: str, term: str) -> Fields | None:
    """The fields of a term in a file of terms."""
    root = _tree(name, text)
    for _, group in root.entries if isinstance(root, Fields) else ():
        found = group.get(term) if isinstance(group, Fields) else None
        if isinstance(found, Fields):
            return found
    return None


def _tree(name: str, text: str) -> Node | None:
    return read(text, name)[0]


def _walk(node: Node | None, path: Path) -> Iterator[tuple[Path, Text, bool]]:
    """Every text with the keys above it, and whether it is a key itself."""
    if isinstance(node, Text):
        yield path, node, False
    elif isinstance(node, Items):
        for item in node.items:
            yield from _walk(item, path)
    elif isinstance(node, Fields):
        for key, value in node.entries:
            yield path, key, True
            yield from _walk(value, (*path, key.value))


def texts_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """The files of a knowledge base as text, without the pages that are no knowledge."""
    return {name: content.decode() for name, content in files.items() if re.search(r"\.(yaml|csv)$", name)}
