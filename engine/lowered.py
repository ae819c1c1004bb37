"""The alarms that follow from a case beneath a layer, and that the layer takes away, with the rules that do it."""

from collections.abc import Callable, Iterator
from typing import Any

from .case import Case, Decision, Lowered, Mark
from .language import Group, Line, terms_of
from .rulebook import Rule, Rulebook, Term

Decide = Callable[[Rulebook, Case], Decision]
MarkPart = Callable[[Line | Group, Any], int]


def lowered(rulebook: Rulebook, decision: Decision, decide: Decide, marked: MarkPart) -> tuple[Lowered, ...]:
    """The alarms that the layers of a stack take from a decision; `decide` and `marked` are what decides and marks.

    It need not where no rule that is taken can hold: what a rule that does not hold would give cannot be missed.
    """
    beneath = rulebook.beneath
    if beneath is None or not may_lower(rulebook):
        return ()
    facts = {name: value for name, value in decision.case.facts.items() if name in beneath.terms}
    taken = {name for rules in rulebook.taking_from_alarms.values() for name in rules}
    may_hold = (_may_hold(beneath, beneath.rules[name], marked, decision.state) for name in taken)
    if not may_lower(beneath) and not any(may_hold):
        return ()
    before = decide(beneath, Case(decision.case.id, facts)).marked
    earlier = (one for one in before.lowered if not holds(rulebook.terms[one.term], one.alarm, decision))
    return (*earlier, *_taken(rulebook, beneath, before, decision))


def may_lower(rulebook: Rulebook) -> bool:
    """Whether a layer of the stack takes something from a rule that an alarm rests on."""
    beneath = rulebook.beneath
    return beneath is not None and (bool(rulebook.taking_from_alarms) or may_lower(beneath))


def _may_hold(rulebook: Rulebook, rule: Rule, marked: MarkPart, state: Any) -> bool:
    """Whether no part on findings alone keeps the condition of a rule from holding."""
    for part in rule.condition.lines:
        lines = part.lines if isinstance(part, Group) else (part,)
        on_findings = all(rulebook.terms[name].finding for line in lines for name in terms_of(line))
        if on_findings and not marked(part, state) & Mark.HOLDS:
            return False
    return True


def _taken(rulebook: Rulebook, beneath: Rulebook, before: Decision, now: Decision) -> Iterator[Lowered]:
    """The alarms that the highest layer takes away; of a scale, the highest."""
    by = {
        name: rulebook.lowers(name)
        for name, taken in rulebook.taking_from_alarms.items()
        if any(before.mark(rule) & Mark.HOLDS for rule in taken)
    }
    for term in beneath.conclusions:
        lost = [one for one in term.alarms if holds(term, one, before) and not holds(term, one, now)]
        for one in lost[-1:] if term.takes_highest else lost:
            yield Lowered(term.name, one, rulebook.layer, by)


def holds(term: Term, value: str, decision: Decision) -> bool:
    """Whether a value holds; of a scale, at least that value."""
    return bool(decision.state.marks_of(term.name)[value] & Mark.HOLDS)
