"""Examples: whether each card's condition comes to what its examples say, and whether it has one of each kind."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from .. import truth
from ..errors import Problem
from ..language import Against, Condition, Within, show_line
from ..rulebook import Example, RowExample, Rule, Rulebook, Term


def wrong_examples(rulebook: Rulebook) -> Iterator[Problem]:
    """Examples that their card does not come to, and examples that a card lacks."""
    for rule in rulebook.rules.values():
        if rule.row:
            continue
        for example in rule.examples:
            found = truth.NAMES[truth.mark_condition(rule.condition, example_state(rulebook, example))]
            if found != example.mark:
                yield Problem(
                    example.place, f"the example {example.name!r}: the rule {found}", f"that it {example.mark}"
                )
        yield from _missing_examples(rulebook, rule)
    yield from _wrong_row_examples(rulebook)


def rows_of(rulebook: Rulebook, table: str) -> tuple[Rule, ...]:
    """The rows of a table."""
    return tuple(rule for rule in rulebook.rules.values() if rule.row and rule.id.rpartition(".")[0] == table)


def each_given(example: RowExample) -> Iterator[dict[str, Any]]:
    """The facts that an example of a table stands for: one value of each term, all of them in turn."""
    known = {term: values for term, values in example.given.items() if values}
    for values in product(*known.values()):
        yield dict(zip(known, values, strict=True))


def wanted_mark(example: RowExample, row: str) -> str:
    """What a row should come to in an example."""
    return "holds" if row in example.holds else "waits" if row in example.waits else "fails"


def concluded(rows: Iterable[Rule], term: str) -> frozenset[str]:
    """The values of a term that some rows give."""
    return frozenset(str(value) for row in rows for name, value in row.then if name == term)


def _wrong_row_examples(rulebook: Rulebook) -> Iterator[Problem]:
    for table, examples in rulebook.row_examples.items():
        rows = rows_of(rulebook, table)
        for example in examples:
            told: set[str] = set()
            for given in each_given(example):
                for there, expected in _misjudged(rulebook, rows, example, given):
                    if there not in told:
                        told.add(there)
                        yield Problem(example.place, f"the example {_named(example, given)}: {there}", expected)


def _named(example: RowExample, given: Mapping[str, Any]) -> str:
    """The name of an example, with the values that it has in turn."""
    chosen = ", ".join(f"{term}: {value}" for term, value in given.items() if len(example.given[term]) > 1)
    return f"{example.name!r} ({chosen})" if chosen else repr(example.name)


def _misjudged(
    rulebook: Rulebook, rows: Iterable[Rule], example: RowExample, given: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """The rows that come to another mark than the example says, and what is concluded otherwise."""
    state = state_of(rulebook, given)
    marks = {row.id: truth.NAMES[truth.mark_condition(row.condition, state)] for row in rows}
    for row, found in marks.items():
        if found != wanted_mark(example, row):
            yield f"the row {row.rpartition('.')[2]!r} {found}", f"that it {wanted_mark(example, row)}"
    holding = [row for row in rows if marks[row.id] == "holds"]
    for term, values in example.told.items():
        if concluded(holding, term) != set(values):
            there = " and ".join(sorted(concluded(holding, term))) or "nothing"
            yield f"{there} is concluded of {term!r}", " and ".join(values) or "nothing"


def _missing_examples(rulebook: Rulebook, rule: Rule) -> Iterator[Problem]:
    wanted = ("holds", "fails", "waits") if rule.condition != Condition() else ("holds",)
    missing = [mark for mark in wanted if all(example.mark != mark for example in rule.examples)]
    for mark in missing:
        yield Problem(rule.place, f"{rule.id!r} has no example that {mark}", "one example of each kind")
    for line in rule.condition.leaves():
        if isinstance(line, Within | Against) and not missing:
            marks = {truth.mark_line(line, example_state(rulebook, example)) for example in rule.examples}
            if not {truth.HOLDS, truth.FAILS} <= marks:
                expected = "an example on each side of the number"
                yield Problem(line.place or rule.place, f"`{show_line(line)}` is tried on one side only", expected)


def example_state(rulebook: Rulebook, example: Example) -> truth.State:
    """The state in which an example judges its card: its facts, and the conclusions that it gives."""
    return state_of(rulebook, example.given)


def state_of(rulebook: Rulebook, given: Mapping[str, Any]) -> truth.State:
    """The state in which some facts are known, and conclusions among them are settled so."""
    state = truth.State({})
    for name, value in given.items():
        _give(rulebook.terms[name], value, state)
    return state


def _give(term: Term, value: Any, state: truth.State) -> None:
    values = term.domain.values
    if term.finding:
        state.facts[term.name] = value
    elif term.domain.kind == "tally":
        state.counts[term.name] = (value, value)
    elif term.takes_highest:
        reached = values.index(value)
        state.scales[term.name] = {
            one: truth.HOLDS if place <= reached else truth.FAILS for place, one in enumerate(values)
        }
    else:
        held = value if isinstance(value, tuple) else (value,)
        marks = {one: truth.HOLDS if one in held else truth.FAILS for one in values}
        (state.members if term.domain.kind == "several" else state.values)[term.name] = marks
