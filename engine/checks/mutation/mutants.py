"""The mutants of a rule: every small change that a slip of the pen, or a mistaken thought, could make of it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ...errors import Place
from ...language import Against, Condition, Domain, Group, Is, Line, Misread, Within, parse_line, show_line, title_of
from ...rulebook import Rule, Rulebook

Part = Line | Group


@dataclass(frozen=True)
class Mutant:
    """A rule with one change: the rule as it is, the rule as it would be, and what differs, in words."""

    rule: Rule
    mutated: Rule
    change: str
    place: Place

    @property
    def of_condition(self) -> bool:
        """Whether the condition was changed, and not what the rule concludes or outranks."""
        return self.mutated.condition != self.rule.condition


def mutants(rulebook: Rulebook, rule: Rule) -> Iterator[Mutant]:
    """The mutants of a rule that the language can say; a row has no `unless`, no groups and no `outranks`."""
    for number, part in enumerate(rule.condition.lines + rule.condition.unless):
        for condition, change, place in _of_part(rule, number, part, rulebook.domains):
            yield Mutant(rule, replace(rule, condition=condition), change, place or part.place or rule.place)
    yield from _of_conclusions(rule, rulebook.domains)
    for lower in rule.outranks:
        kept = tuple(other for other in rule.outranks if other != lower)
        yield Mutant(rule, replace(rule, outranks=kept), f"`outranks: {lower}` left out", rule.place)


# --- conditions ------------------------------------------------------------------------------------------------------


def _of_part(
    rule: Rule, number: int, part: Part, domains: Mapping[str, Domain]
) -> Iterator[tuple[Condition, str, Place | None]]:
    """The conditions with one part turned, left out, or replaced by one like it."""
    condition = rule.condition
    shown = f"{title_of(part)} …" if isinstance(part, Group) else show_line(part)
    if not rule.row:
        here, there = ("if", "unless") if number < len(condition.lines) else ("unless", "if")
        yield _turned(condition, number, part), f"`{shown}` under `{there}`, not `{here}`", part.place
    yield _with(condition, number), f"`{shown}` left out", part.place
    for like, change, place in _like_group(part, domains) if isinstance(part, Group) else _like_line(part, domains):
        yield _with(condition, number, like), change, place


def _with(condition: Condition, number: int, *parts: Part) -> Condition:
    """The condition with other parts, or none, where one was."""
    lines, unless = condition.lines, condition.unless
    if number < len(lines):
        return Condition((*lines[:number], *parts, *lines[number + 1 :]), unless)
    number -= len(lines)
    return Condition(lines, (*unless[:number], *parts, *unless[number + 1 :]))


def _turned(condition: Condition, number: int, part: Part) -> Condition:
    """The condition with one part under `unless` that was under `if`, or the reverse."""
    rest = _with(condition, number)
    if number < len(condition.lines):
        return Condition(rest.lines, (*rest.unless, part))
    return Condition((*rest.lines, part), rest.unless)


def _like_line(line: Line, domains: Mapping[str, Domain]) -> Iterator[tuple[Line, str, Place | None]]:
    for other in _near(line, domains):
        yield other, _instead(show_line(other), show_line(line)), line.place


def _like_group(group: Group, domains: Mapping[str, Domain]) -> Iterator[tuple[Group, str, Place | None]]:
    for least in (group.least - 1, group.least + 1):
        if 1 <= least <= len(group.lines):
            other = replace(group, least=least)
            yield other, _instead(title_of(other), title_of(group)), group.place
    for number, line in enumerate(group.lines):
        before, after = group.lines[:number], group.lines[number + 1 :]
        if group.least <= len(before + after):
            yield replace(group, lines=before + after), f"`{show_line(line)}` left out", line.place
        for like, change, place in _like_line(line, domains):
            yield replace(group, lines=(*before, like, *after)), change, place


def _instead(new: str, old: str) -> str:
    return f"`{new}` instead of `{old}`"


# --- lines -----------------------------------------------------------------------------------------------------------


def _near(line: Line, domains: Mapping[str, Domain]) -> Iterator[Line]:
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


def _of_conclusions(rule: Rule, domains: Mapping[str, Domain]) -> Iterator[Mutant]:
    """A conclusion left out, or its value moved to its neighbour."""
    for number, (term, value) in enumerate(rule.then):
        before, after = rule.then[:number], rule.then[number + 1 :]
        shown = term if value is None else f"{term}: {value}"
        yield Mutant(rule, replace(rule, then=before + after), f"`{shown}` not concluded", rule.place)
        for other in neighbours(value, domains[term].values) if value is not None else ():
            if (term, other) not in rule.then:
                mutated = replace(rule, then=(*before, (term, other), *after))
                yield Mutant(rule, mutated, _instead(f"{term}: {other}", shown), rule.place)
