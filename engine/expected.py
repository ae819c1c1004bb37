"""The answer that a case says it should have: read from outside values, and written as one text that is read again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .case import Answer, Members, Range
from .errors import Place, Problem
from .facts import EXPECTED, Misspelt, is_missing, plain, read_value, text_of, tidy
from .rulebook import Term

ENDS, RANGE = ("at least", "at most"), " to "


def read_expected(term: Term, raw: Any, place: Place = Place("")) -> Answer | Misspelt | None:  # noqa: B008 (frozen)
    """What an outside value says that the answer of a conclusion should be: a value, its two ends, or its members.

    A text may hold two ends with " to " between, or members with ";". None where it says nothing.
    """
    raw = plain(raw)
    if is_missing(raw):
        return None
    if term.domain.kind == "several":
        return _members(term, raw, place)
    if type(raw) is str and RANGE in raw and _is_ordered(term):
        raw = dict(zip(ENDS, raw.split(RANGE, 1), strict=True))
    return _range(term, raw, place) if issubclass(type(raw), Mapping) else read_value(term, raw, place)


def _range(term: Term, raw: Mapping[object, object], place: Place) -> Range | Misspelt:
    expected = "one value; of a scale or tally `at least`, `at most`"
    if set(raw) != set(ENDS) or not _is_ordered(term):
        return Misspelt(Problem(place, f"`{EXPECTED}{term.name}` is not a single value", expected))
    ends = [read_value(term, raw[end], place) for end in ENDS]
    if wrong := [end for end in ends if isinstance(end, Misspelt)]:
        return _all_of(wrong)
    low, high = (None if isinstance(end, Misspelt) else end for end in ends)
    if low is None or high is None:
        return Misspelt(Problem(place, f"`{EXPECTED}{term.name}` lacks one of its ends", expected))
    values = term.domain.values
    if (values.index(str(low)) > values.index(str(high))) if values else int(low) > int(high):
        return Misspelt(Problem(place, f"`{EXPECTED}{term.name}` is {low} at least and {high} at most", expected))
    return Range(low, high)


def _listed(text: str, values: Sequence[str]) -> Iterator[str]:
    """The members that a text lists with ";" between; where one has a ";" itself, the longest that is one is meant."""
    parts = text.split(";")
    while parts:
        count = next((n for n in range(len(parts), 1, -1) if tidy(";".join(parts[:n])) in values), 1)
        yield ";".join(parts[:count])
        parts = parts[count:]


def _members(term: Term, raw: Any, place: Place) -> Members | Misspelt:
    text = text_of(raw)
    if text is not None:
        raw = [*_listed(text, term.domain.values)]
    lists = raw if issubclass(type(raw), Mapping) else {"in": raw}
    found: dict[str, tuple[str, ...]] = {"in": (), "open": ()}
    for key, items in lists.items():
        if key not in found or not (items is None or issubclass(type(items), list)):
            expected = "a list, or `in:` and `open:` with a list each"
            return Misspelt(Problem(place, f"`{EXPECTED}{term.name}` is not a list", expected))
        values = [read_value(term, item, place) for item in items or ()]
        if wrong := [value for value in values if isinstance(value, Misspelt)]:
            return _all_of(wrong)
        found[key] = tuple(value for value in term.domain.values if value in values)
    return Members(found["in"], found["open"])


def _all_of(wrong: Sequence[Misspelt]) -> Misspelt:
    return replace(wrong[0], also=tuple(one.problem for one in wrong[1:]))


def _is_ordered(term: Term) -> bool:
    return term.takes_highest or term.domain.kind == "tally"


def answer_text(answer: Answer | None) -> str | None:
    """An expected answer as one text, as `read_expected` reads it."""
    if isinstance(answer, Range):
        return f"{answer.low}{RANGE}{answer.high}"
    if isinstance(answer, Members):
        return "; ".join(map(str, answer.inside))
    return None if answer is None else str(answer)
