"""Examples: whether each card's condition comes to what its examples say, and whether it has one of each kind."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .. import semantics
from ..errors import Problem
from ..language import Against, Condition, Within, show_line
from ..rulebook import Example, Rule, Rulebook, Term


def wrong_examples(rulebook: Rulebook, rules: Iterable[Rule]) -> Iterator[Problem]:
    """Examples that their card does not come to, and examples that a card lacks."""
    for rule in (rule for rule in rules if not rule.row):
        for example in rule.examples:
            found = semantics.NAMES[semantics.mark_condition(rule.condition, example_state(rulebook, example))]
            if found != example.mark:
                yield Problem(
                    example.place, f"the example {example.name!r}: the rule {found}", f"that it {example.mark}"
                )
        yield from _missing_examples(rulebook, rule)


def _missing_examples(rulebook: Rulebook, rule: Rule) -> Iterator[Problem]:
    wanted = ("holds", "fails", "waits") if rule.condition != Condition() else ("holds",)
    missing = [mark for mark in wanted if all(example.mark != mark for example in rule.examples)]
    for mark in missing:
        yield Problem(rule.place, f"{rule.id!r} has no example that {mark}", "one example of each kind")
    for line in rule.condition.leaves():
        if isinstance(line, Within | Against) and not missing:
            marks = {semantics.mark_line(line, example_state(rulebook, example)) for example in rule.examples}
            if not {semantics.HOLDS, semantics.FAILS} <= marks:
                expected = "an example on each side of the number"
                yield Problem(line.place or rule.place, f"`{show_line(line)}` is tried on one side only", expected)


def example_state(rulebook: Rulebook, example: Example) -> semantics.State:
    """The state in which an example judges its card: its facts, and the conclusions that it gives."""
    return state_of(rulebook, example.given)


def state_of(rulebook: Rulebook, given: Mapping[str, Any]) -> semantics.State:
    """The state in which some facts are known, and conclusions among them are settled so."""
    state = semantics.State({})
    for name, value in given.items():
        _give(rulebook.terms[name], value, state)
    return state


def _give(term: Term, value: Any, state: semantics.State) -> None:
    values = term.domain.values
    if term.finding:
        state.facts[term.name] = value
    elif term.domain.kind == "tally":
        state.counts[term.name] = (value, value)
    elif term.takes_highest:
        reached = values.index(value)
        state.scales[term.name] = {
            one: semantics.HOLDS if place <= reached else semantics.FAILS for place, one in enumerate(values)
        }
    else:
        held = value if isinstance(value, tuple) else (value,)
        marks = {one: semantics.HOLDS if one in held else semantics.FAILS for one in values}
        (state.members if term.domain.kind == "several" else state.values)[term.name] = marks
