"""Texts of terms/ with something more in them, laid out as what is around it: a value, a sentence, a finding."""

from collections.abc import Sequence

from ..document import Fields, Items, Node, quoted, read
from ..errors import Place

WIDTH = 120


def part_of(file: str, text: str, name: str) -> Node | None:
    """A part of a file, by its first key."""
    root = read(text, file)[0]
    return root.get(name) if isinstance(root, Fields) else None


def with_value(text: str, values: Items, place: int, value: str) -> str:
    """A text with a value more in a list, at this place of it."""
    lines = text.splitlines(keepends=True)
    if _sign(lines, values.place) != "[":
        bullet = _before(lines, values.items[0].place)
        at = _line_of(values.items[place]) if place < len(values.items) else _after(lines, values.items[-1], 2)
        lines.insert(at, f"{bullet}{quoted(value)}\n")
        return "".join(lines)
    if place < len(values.items):
        _insert(lines, values.items[place].place, f"{quoted(value, flow=True)}, ")
        return "".join(lines)
    end = _closing(lines, values.items[-1].place)
    line, at = lines[end.line - 1], end.column - 1
    more = f", {quoted(value, flow=True)}"
    if len(line.rstrip()) + len(more) > WIDTH and not line[at + 1 :].strip():
        more = f",\n{' ' * values.place.column}{quoted(value, flow=True)}"
    lines[end.line - 1] = line[:at] + more + line[at:]
    return "".join(lines)


def with_sentence(text: str, body: Fields, key: str, values: Sequence[str], value: str, sentence: str) -> str:
    """A text with a sentence more for one of the values, in their order, under a field of a term, which may be new."""
    lines = text.splitlines(keepends=True)
    there = body.get(key)
    if isinstance(there, Fields) and _sign(lines, there.place) == "{":
        _insert(lines, there.entries[0][0].place, f"{quoted(value, flow=True)}: {quoted(sentence, flow=True)}, ")
        return "".join(lines)
    following = values[values.index(value) + 1 :]
    later = [key for key, _ in there.entries if key.value in following] if isinstance(there, Fields) else []
    if later:
        lines.insert(_line_of(later[0]), f"{_before(lines, later[0].place)}{quoted(value)}: {quoted(sentence)}\n")
        return "".join(lines)
    if isinstance(there, Fields):
        last, margin = there.entries[-1][0], ""
    elif _sign(lines, body.place) == "{":
        _insert(lines, body.place, f"{key}: {{{quoted(value, flow=True)}: {quoted(sentence, flow=True)}}}, ", 1)
        return "".join(lines)
    else:
        last, margin = body.entries[-1][0], "  "
    indent = " " * (last.place.column - 1)
    head = f"{indent}{key}:\n" if margin else ""
    lines.insert(_after(lines, last, 0), f"{head}{indent}{margin}{quoted(value)}: {quoted(sentence)}\n")
    return "".join(lines)


def with_finding(text: str, findings: Fields, written: str) -> str:
    """A text with a finding more at the end of its findings, as it is `written` by itself."""
    lines = text.splitlines(keepends=True)
    last = findings.entries[-1][0]
    at = _after(lines, last, 0)
    spaced = len(findings.entries) > 1 and not lines[last.place.line - 2].strip()
    indent = " " * (last.place.column - 1)
    body = "".join(f"{indent}{line}" for line in written.splitlines(keepends=True))
    lines.insert(at, ("\n" if spaced else "") + body)
    return "".join(lines)


def _sign(lines: list[str], place: Place) -> str:
    return lines[place.line - 1][place.column - 1 : place.column]


def _before(lines: list[str], place: Place) -> str:
    """What a line has before a place."""
    return lines[place.line - 1][: place.column - 1]


def _line_of(node: Node) -> int:
    return node.place.line - 1


def _insert(lines: list[str], place: Place, text: str, after: int = 0) -> None:
    line, at = lines[place.line - 1], place.column - 1 + after
    lines[place.line - 1] = line[:at] + text + line[at:]


def _after(lines: list[str], node: Node, bullet: int) -> int:
    """The number of the first line behind an entry that begins at a node, `bullet` columns behind its dash."""
    margin, at = node.place.column - 1 - bullet, node.place.line
    end = at
    while at < len(lines):
        line = lines[at]
        if line.strip() and len(line) - len(line.lstrip()) <= margin:
            break
        at += 1
        end = at if line.strip() else end
    if end and not lines[end - 1].endswith("\n"):
        lines[end - 1] += "\n"
    return end


def _closing(lines: list[str], place: Place) -> Place:
    """Where the list in brackets ends whose last text begins at a place."""
    number, at, quote = place.line, place.column - 1, ""
    while number <= len(lines):
        line = lines[number - 1]
        while at < len(line):
            sign = line[at]
            if quote:
                quote = "" if sign == quote else quote
            elif sign in "\"'" and not line[:at].rstrip()[-1:].isalnum():
                quote = sign
            elif sign == "]":
                return Place(place.file, number, at + 1)
            at += 1
        number, at = number + 1, 0
    return place
