"""Examples proposed for a condition: one that holds, a near miss for each of its parts, and one that waits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .. import semantics
from ..errors import Place
from ..language import NUMERIC, Against, Condition, Group, Is, Line, Within, terms_of
from ..rulebook import Example, Rulebook, Term
from ..supposed import supposed

NOWHERE = Place("proposed")
MOST = 20_000  # so many partial answers are tried before a proposal is given up
Known = Any  # a value, or the members of a term with several
Given = dict[str, Known]
Part = Line | Group


@dataclass
class _Search:
    """Looks for what must be given so that a condition holds, value by value, the nearest to `like` first."""

    rulebook: Rulebook
    condition: Condition
    like: Mapping[str, Known]
    tried: int = 0

    def found(self) -> Given | None:
        in_order = dict.fromkeys(name for line in self.condition.leaves() for name in terms_of(line))
        return self._found({}, list(in_order))

    def _found(self, given: Given, left: Sequence[str]) -> Given | None:
        self.tried += 1
        mark = mark_given(self.rulebook, self.condition, given)
        if mark == semantics.HOLDS and not left:
            return None if self._impossible(given) else given
        if mark == semantics.FAILS or not left or self.tried > MOST:
            return None
        name, *rest = left
        for value in candidates(self.rulebook.terms[name], self.condition, self.like.get(name)):
            answer = self._found({**given, name: value}, rest)
            if answer is not None:
                return answer
        return None

    def _impossible(self, given: Given) -> bool:
        facts = {name: value for name, value in given.items() if self.rulebook.terms[name].finding}
        return bool(semantics.impossibilities(self.rulebook, facts))


def mark_given(rulebook: Rulebook, condition: Condition, given: Given) -> int:
    """The mark of a condition where this is given, as an example of a card judges it."""
    return semantics.mark_condition(condition, supposed(rulebook, given))


def candidates(term: Term, condition: Condition, like: Known) -> list[Known]:
    """The values of a term that can make a difference: what is like first, then its neighbours."""
    domain = term.domain
    if term.built_in:
        return ["yes"]  # until it is yes it is not known; it is never no
    if domain.kind == "several":
        values: list[Known] = [(value,) for value in domain.values] + [(), domain.values]
    elif domain.kind in NUMERIC:
        values = _numbers(term, condition)
    else:
        values = list(domain.values)
    if like not in values:
        return values
    place = values.index(like)
    return sorted(values, key=lambda value: abs(values.index(value) - place))


def _numbers(term: Term, condition: Condition) -> list[int]:
    """The numbers on both sides of every edge, those on the inner side first."""
    high = term.domain.high if term.domain.kind == "number" else 10**9
    inner, outer = [], []
    for line in condition.leaves():
        if isinstance(line, Within) and line.term == term.name:
            inner += [edge for edge in (line.low, line.high) if edge is not None]
            outer += [edge for edge in (line.low and line.low - 1, line.high and line.high + 1) if edge is not None]
        elif isinstance(line, Against) and term.name in terms_of(line):
            middle = (term.domain.low + min(high, 100)) // 2
            steps = (0, 1, line.amount, line.amount + 1, line.amount - 1)
            inner += [middle, *(middle + sign * step for step in steps for sign in (1, -1))]
    inside = [value for value in (*inner, *outer) if term.domain.low <= value <= high]
    return list(dict.fromkeys(inside)) or [term.domain.low]


# --- what is proposed ------------------------------------------------------------------------------------------------


def propose(rulebook: Rulebook, condition: Condition, like: Mapping[str, Known] | None = None) -> tuple[Example, ...]:
    """Examples for a card's condition; `like` is a patient of whom it holds. Empty where nothing makes it hold."""
    holding = _Search(rulebook, condition, like or {}).found()
    if holding is None:
        return ()
    first = _needed(rulebook, condition, holding)
    made = [_example("all lines met", first, "holds")]
    if condition == Condition():
        return tuple(made)
    made += _on_the_edges(rulebook, condition, first)
    made += [_example(name, given, "fails") for name, given in _misses(rulebook, condition, holding, first)]
    made += _other_sides(rulebook, condition, holding, made)
    made += _waiting(rulebook, condition, first)
    return tuple(_unique(made))


def _example(name: str, given: Given, mark: str) -> Example:
    return Example(name, given, mark, NOWHERE)


def _unique(examples: Sequence[Example]) -> Iterator[Example]:
    """Each only once, and no name twice."""
    seen: list[Given] = []
    names: set[str] = set()
    for example in examples:
        if example.given not in seen:
            seen.append(dict(example.given))
            name, number = example.name, 2
            while name in names:
                name, number = f"{example.name}, {number}", number + 1
            names.add(name)
            yield replace(example, name=name)


def _needed(rulebook: Rulebook, condition: Condition, given: Given) -> Given:
    """What is given, without what the condition does not need to hold."""
    kept = dict(given)
    for name in given:
        less = {other: value for other, value in kept.items() if other != name}
        if mark_given(rulebook, condition, less) == semantics.HOLDS:
            kept = less
    return kept


def _turned(condition: Condition, number: int) -> Condition:
    """The condition where one of its parts, and that alone, does not hold."""
    lines, unless = list(condition.lines), list(condition.unless)
    if number < len(lines):
        unless.append(lines.pop(number))
    else:
        lines.append(unless.pop(number - len(lines)))
    return Condition(tuple(lines), tuple(unless))


def _misses(rulebook: Rulebook, condition: Condition, like: Given, first: Given) -> Iterator[tuple[str, Given]]:
    """For each part of a condition what misses by this part alone, and on each side of a range."""
    for number, part in enumerate(condition.lines + condition.unless):
        found = _Search(rulebook, _turned(condition, number), {**like, **first}).found()
        if found is None:
            continue
        wanted = [name for name in like if name in first or _in(part, name)]
        yield _named(part, found, like), {name: found[name] for name in wanted}
        if isinstance(part, Within) and None not in (part.low, part.high) and part in condition.lines:
            for edge in (part.low - 1, part.high + 1):  # type: ignore[operator]
                other = {**first, part.term: edge}
                if mark_given(rulebook, condition, other) == semantics.FAILS and _in_range(rulebook, part.term, edge):
                    yield f"{part.term} {edge}", other


def _in(part: Part, name: str) -> bool:
    return any(name in terms_of(line) for line in (part.lines if isinstance(part, Group) else (part,)))


def _in_range(rulebook: Rulebook, term: str, number: int) -> bool:
    domain = rulebook.terms[term].domain
    return domain.low <= number and (domain.kind == "tally" or number <= domain.high)


def _on_the_edges(rulebook: Rulebook, condition: Condition, first: Given) -> Iterator[Example]:
    """What still holds at the other end of each range of numbers."""
    for part in condition.leaves():
        if isinstance(part, Within):
            for edge in (part.low, part.high):
                other = {**first, part.term: edge}
                fresh = edge is not None and edge != first.get(part.term)
                if fresh and mark_given(rulebook, condition, other) == semantics.HOLDS:
                    yield _example(f"{part.term} {edge}", other, "holds")


def _other_sides(rulebook: Rulebook, condition: Condition, like: Given, made: Sequence[Example]) -> Iterator[Example]:
    """What lies on the side of a number on which no example lies yet."""
    states = [supposed(rulebook, example.given) for example in made]
    for leaf in condition.leaves():
        if not isinstance(leaf, Within | Against):
            continue
        marks = {semantics.mark_line(leaf, state) for state in states}
        for wanted in {semantics.HOLDS, semantics.FAILS} - marks:
            extra = Condition((leaf,)) if wanted == semantics.HOLDS else Condition((), (leaf,))
            parts = len(condition.lines + condition.unless)
            for other in (condition, *(_turned(condition, number) for number in range(parts))):
                both = Condition(other.lines + extra.lines, other.unless + extra.unless)
                found = _Search(rulebook, both, like).found()
                if found is not None:
                    mark = "holds" if other is condition else "fails"
                    yield _example(f"{_named(leaf, found, {})}", found, mark)
                    break


def _waiting(rulebook: Rulebook, condition: Condition, first: Given) -> Iterator[Example]:
    """What is not decided without one answer, the last that can be left out."""
    for name in reversed(first):
        less = {other: value for other, value in first.items() if other != name}
        if mark_given(rulebook, condition, less) == semantics.UNKNOWN:
            yield _example(f"{name} not known", less, "waits")
            return


def _named(part: Part, given: Given, like: Given) -> str:
    """A name for a near miss: what is different in it."""
    if isinstance(part, Group) and part.least > 1:
        return f"fewer than {part.least} of the {len(part.lines)}"
    if isinstance(part, Group):
        return f"none of the {len(part.lines)}"
    different = [name for name in terms_of(part) if given.get(name) != like.get(name)] or [part.term]
    return " and ".join(f"{name} {_shown(given.get(name))}" for name in different)


def _shown(value: Known) -> str:
    return " and ".join(value) or "none" if isinstance(value, tuple) else str(value)


def lines_true_of(term: Term, value: Known, others: Sequence[Known] = ()) -> tuple[Line, ...]:
    """Lines that are true of a patient whose term has this value; a number is divided from the nearest of others."""
    if term.domain.kind == "several":
        return tuple(Is(term.name, (member,)) for member in value)
    if term.domain.kind not in NUMERIC:
        return (Is(term.name, (value,)),)
    high = term.domain.high if term.domain.kind == "number" else None
    below = max((one for one in others if one < value), default=value - 1)
    above = min((one for one in others if one > value), default=value + 1)
    low_edge, high_edge = _round(below + 1, value), _round(value, above - 1)
    lines = [Within(term.name, low_edge, None, f"{low_edge} or more")] if value > term.domain.low else []
    return (*lines, *([Within(term.name, None, high_edge, f"at most {high_edge}")] if value != high else []))


def _round(low: int, high: int) -> int:
    """The roundest number between two, ends included; of several the one nearest their middle."""
    middle = (low + high) / 2
    for step in (100, 50, 10, 5, 1):
        found = range(-(-low // step) * step, high + 1, step)
        if found:
            return min(found, key=lambda number: abs(number - middle))
    return high
