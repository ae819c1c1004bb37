"""Every single edit of a rule: what a slip of the pen, or a mistaken thought, could have written instead."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ..errors import Place
from ..language import Against, Condition, Domain, Group, Is, Line, Misread, Within, parse_line, show_line, title_of
from ..rulebook import Rule, Rulebook

Part = Line | Group


@dataclass(frozen=True)
class Edit:
    """A rule as it would be, and in words what is other than it was.

    `part` is the place, among the parts of `if` and then those of `unless`, of the one that was edited; None where the
    condition is as it was.
    """

    rule: Rule
    edited: Rule
    words: str
    place: Place
    part: int | None = None


def edits(rulebook: Rulebook, rule: Rule) -> Iterator[Edit]:
    """The edits of a rule that could still be read; a row has no `unless`, no groups and no `outranks`."""
    domains = {name: term.domain for name, term in rulebook.terms.items()}
    yield from _of_condition(rule, domains)
    yield from _of_conclusions(rule, domains)
    for lower in rule.outranks:
        kept = tuple(other for other in rule.outranks if other != lower)
        yield Edit(rule, replace(rule, outranks=kept), f"`outranks: {lower}` left out", rule.place)


# --- conditions ------------------------------------------------------------------------------------------------------


def _of_condition(rule: Rule, domains: Mapping[str, Domain]) -> Iterator[Edit]:
    condition = rule.condition
    for number, part in enumerate(condition.lines + condition.unless):
        place = part.place or rule.place
        if not rule.row:
            here, there = ("if", "unless") if number < len(condition.lines) else ("unless", "if")
            yield _edit(rule, number, _turned(condition, number), f"`{_shown(part)}` under `{there}`, not `{here}`")
        yield _edit(rule, number, _with(condition, number, ()), f"`{_shown(part)}` left out")
        for edited, words, where in _of_part(part, domains):
            yield replace(_edit(rule, number, _with(condition, number, (edited,)), words), place=where or place)


def _edit(rule: Rule, number: int, condition: Condition, words: str) -> Edit:
    part = (rule.condition.lines + rule.condition.unless)[number]
    return Edit(rule, replace(rule, condition=condition), words, part.place or rule.place, number)


def _with(condition: Condition, number: int, parts: tuple[Part, ...]) -> Condition:
    """The condition with other parts, or none, where one was."""
    lines, unless = condition.lines, condition.unless
    if number < len(lines):
        return Condition((*lines[:number], *parts, *lines[number + 1 :]), unless)
    number -= len(lines)
    return Condition(lines, (*unless[:number], *parts, *unless[number + 1 :]))


def _turned(condition: Condition, number: int) -> Condition:
    """The condition with one part under `unless` that was under `if`, or the reverse."""
    part, rest = (condition.lines + condition.unless)[number], _with(condition, number, ())
    if number < len(condition.lines):
        return Condition(rest.lines, (*rest.unless, part))
    return Condition((*rest.lines, part), rest.unless)


def _of_part(part: Part, domains: Mapping[str, Domain]) -> Iterator[tuple[Part, str, Place | None]]:
    if not isinstance(part, Group):
        for line in _of_line(part, domains):
            yield line, _instead(show_line(line), show_line(part)), part.place
        return
    for least in (part.least - 1, part.least + 1):
        if 1 <= least <= len(part.lines):
            edited = replace(part, least=least)
            yield edited, _instead(title_of(edited), title_of(part)), part.place
    for number, inner in enumerate(part.lines):
        before, after = part.lines[:number], part.lines[number + 1 :]
        if part.least <= len(before + after):
            yield replace(part, lines=before + after), f"`{show_line(inner)}` left out", inner.place
        for line in _of_line(inner, domains):
            words = _instead(show_line(line), show_line(inner))
            yield replace(part, lines=(*before, line, *after)), words, inner.place


def _instead(new: str, old: str) -> str:
    return f"`{new}` instead of `{old}`"


def _shown(part: Part) -> str:
    return f"{title_of(part)} …" if isinstance(part, Group) else show_line(part)


# --- lines -----------------------------------------------------------------------------------------------------------


def _of_line(line: Line, domains: Mapping[str, Domain]) -> Iterator[Line]:
    match line:
        case Is() if line.besides:
            for edited in _other_values(Is(line.term, line.besides), domains[line.term].values):
                others = tuple(value for value in domains[line.term].values if value not in edited.values)
                if others:
                    yield replace(line, values=others, besides=edited.values)
        case Is():
            yield from _other_values(line, domains[line.term].values)
        case Within():
            yield from _other_bounds(line, domains)
        case Against():
            yield from _other_relations(line)


def _other_values(line: Is, values: tuple[str, ...]) -> Iterator[Is]:
    """A value moved to its neighbour, one left out, a neighbour added."""
    added: dict[str, None] = {}
    for number, value in enumerate(line.values):
        before, after = line.values[:number], line.values[number + 1 :]
        if before or after:
            yield replace(line, values=before + after)
        for other in neighbours(value, values):
            if other not in line.values:
                added[other] = None
                yield replace(line, values=(*before, other, *after))
    for other in added:
        yield replace(line, values=(*line.values, other))


def neighbours(value: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """The value before and the value after, as far as there are such."""
    place = values.index(value)
    return values[max(place - 1, 0) : place] + values[place + 1 : place + 2]


def _other_bounds(line: Within, domains: Mapping[str, Domain]) -> Iterator[Line]:
    """Each number of the phrase one lower and one higher, as far as the phrase can still be read."""
    for number in re.finditer(r"\d+", line.words):
        for value in (int(number[0]) - 1, int(number[0]) + 1):
            phrase = f"{line.words[: number.start()]}{value}{line.words[number.end() :]}"
            try:
                yield parse_line(line.term, phrase, domains, line.place or Place(""))
            except Misread:
                continue


_NEAR_RELATIONS = {
    "over": (("at least", 0), ("above", 2)),
    "under": (("at most", 0), ("below", 2)),
    "at least": (("over", 0),),
    "at most": (("under", 0),),
    "same as": (("at least", 0), ("at most", 0)),
}


def _other_relations(line: Against) -> Iterator[Line]:
    for relation, amount in _NEAR_RELATIONS.get(line.relation, ()):
        yield replace(line, relation=relation, amount=amount)
    if line.amount:
        for amount in (line.amount - 1, line.amount + 1):
            if amount > 0 and not (line.relation == "% below" and amount > 100):
                yield replace(line, amount=amount)


# --- conclusions -----------------------------------------------------------------------------------------------------


def _of_conclusions(rule: Rule, domains: Mapping[str, Domain]) -> Iterator[Edit]:
    """A conclusion left out, or its value moved to its neighbour."""
    for number, (term, value) in enumerate(rule.then):
        before, after = rule.then[:number], rule.then[number + 1 :]
        told = term if value is None else f"{term}: {value}"
        yield Edit(rule, replace(rule, then=before + after), f"`{told}` not concluded", rule.place)
        for other in neighbours(value, domains[term].values) if value is not None else ():
            if (term, other) not in rule.then:
                edited = replace(rule, then=(*before, (term, other), *after))
                yield Edit(rule, edited, _instead(f"{term}: {other}", told), rule.place)
