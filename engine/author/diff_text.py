"""How two rulebooks differ, in words: what is less safe first, then old line beside new, and equal changes together."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from ..differences import LineChange, RulebookDiff, RulebookDifference
from ..errors import counted, listed
from ..render import StyledLine, condition_in_words
from ..rulebook import Rule

FEW = 6
TITLES = {
    "law": "Laws",
    "impossible": "Assumptions about patients",
    "rule": "Rules",
    "term": "Terms",
    "saved case": "Saved cases",
    "recommendation": "Recommendation",
    "table examples": "Examples of tables",
    "group": "Groups of questions",
    "source": "Sources",
    "claim": "Claims of the article",
}
HOWS = {
    "same meaning": "reworded, and proved to mean the same",
    "wording": "other words, the same lines",
    "undecided": "not decided whether they mean the same",
}


def differences(found: RulebookDiff, short: bool = False) -> Iterator[StyledLine]:
    """Everything that differs; `short` counts what no advice can change through."""
    if not found:
        yield StyledLine("Nothing differs.", style="answer")
        return
    unsafe = [one for one in found.differences if one.less_safe]
    rest = [one for one in found.differences if not one.less_safe]
    if unsafe:
        yield StyledLine(f"LESS SAFE: {counted(len(unsafe), 'safeguard')} removed or weakened", style="alarm")
        yield from _grouped(unsafe, found, named=True)
    yield from renames(found)
    shown = [one for one in rest if not short or _is_shown(one)]
    for kind, of_kind in groupby(shown, key=lambda one: one.kind):
        for how, of_how in groupby(of_kind, key=lambda one: one.how):
            those = list(of_how)
            yield StyledLine(f"{TITLES[kind]}, {HOWS.get(how, how)}: {len(those)}", style="title")
            yield from _grouped(those, found)
    if left := [one for one in rest if one not in shown]:
        counts = [counted(len(list(some)), kind) for kind, some in groupby(left, key=lambda one: one.kind)]
        yield StyledLine(
            f"Also different, but no advice changes because of it: {', '.join(counts)} (`lumbar diff`).", style="muted"
        )


def _is_shown(one: RulebookDifference) -> bool:
    return one.decides or one.kind in ("law", "impossible")


def renames(found: RulebookDiff) -> Iterator[StyledLine]:
    """What has another name, and the same use."""
    renamed = list(found.renames.listed())
    if renamed:
        yield StyledLine(f"Renamed, and used as before: {len(renamed)}", style="title")
    for kind, of_kind in groupby(renamed, key=lambda one: one[0]):
        those = [f"{old} is now {new}" for _, old, new in of_kind]
        for text in those[:FEW]:
            yield StyledLine(f"{kind} {text}", 1, "plain", "* ")
        if len(those) > FEW:
            yield StyledLine(f"and {len(those) - FEW} more {kind}s", 1, "muted")


def _grouped(those: Sequence[RulebookDifference], found: RulebookDiff, named: bool = False) -> Iterator[StyledLine]:
    """Differences, and those that are alike together."""
    groups: dict[object, list[RulebookDifference]] = {}
    for one in those:
        alike = (one.kind, one.how, one.lines, one.less_safe) if one.lines and one.how == "changed" else id(one)
        groups.setdefault(alike, []).append(one)
    for group in groups.values():
        one = group[0]
        names = one.name if len(group) == 1 else f"{len(group)} alike: {listed([each.name for each in group], FEW)}"
        head = f"{one.kind} {names}" if named else names
        yield StyledLine(
            f"{head}: {one.less_safe}" if one.less_safe else head, 1, "alarm" if one.less_safe else "answer"
        )
        yield from one_difference(one, found, 2)


def one_difference(one: RulebookDifference, found: RulebookDiff, indent: int) -> Iterator[StyledLine]:
    """What is to be said of one thing that differs."""
    if one.how in ("new", "removed"):
        yield StyledLine(one.says, indent)
        book = found.after if one.how == "new" else found.before
        if one.kind == "rule" and one.name in book.rules:
            yield StyledLine(read_back(book.rules[one.name]), indent, "muted")
        return
    for line in one.lines:
        yield from line_change(line, indent)
    if one.reach:
        yield StyledLine(f"it holds for {one.reach} than before", indent, "plain", "* ")
    if one.marks:
        odd = ", ".join(f"{name}: {value}" for name, value in one.odd.items()) or "what is usual"
        yield StyledLine(f"its condition {one.marks[1]} (before: {one.marks[0]}) with {odd}", indent, "plain", "* ")
    for word, state in (("no longer forbids", one.forbids[0]), ("now forbids", one.forbids[1])):
        if state:
            yield StyledLine(f"{word}: {', '.join(state)}", indent, "plain", "* ")


def line_change(line: LineChange, indent: int) -> Iterator[StyledLine]:
    """A field that differs, the old line beside the new one."""
    if len(line.before) == len(line.after) == 1:
        yield StyledLine(f"{line.field}: {line.after[0]} (before: {line.before[0]})", indent, "plain", "* ")
        return
    for word, lines in (("now", line.after), ("no longer", line.before)):
        for text in lines[:FEW]:
            yield StyledLine(f"{line.field}, {word}: {text}", indent, "plain", "* ")
        if len(lines) > FEW:
            yield StyledLine(f"{line.field}, {word}: {len(lines) - FEW} more", indent, "muted", "* ")


def read_back(rule: Rule) -> str:
    """A rule as its sentence."""
    then = " and ".join(term if value is None else f"{term} is {value}" for term, value in rule.then)
    return f"{condition_in_words(rule.condition)}, then {then}."
