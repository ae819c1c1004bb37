"""The alarms that follow from a case beneath a layer, and that the layer takes away, with the rules that do it."""

from collections.abc import Callable, Iterator

from .case import Case, Decision, Lowered, Mark
from .rulebook import Rulebook, Term

Decide = Callable[[Rulebook, Case], Decision]


def lowered(rulebook: Rulebook, decision: Decision, decide: Decide) -> tuple[Lowered, ...]:
    """The alarms that the layers of a stack take from a decision; `decide` decides its case beneath."""
    beneath = rulebook.beneath
    if beneath is None or not may_lower(rulebook):
        return ()
    facts = {name: value for name, value in decision.case.facts.items() if name in beneath.terms}
    before = decide(beneath, Case(decision.case.id, facts)).marked
    earlier = (one for one in before.lowered if not holds(rulebook.terms[one.term], one.alarm, decision))
    return (*earlier, *_taken(rulebook, beneath, before, decision))


def may_lower(rulebook: Rulebook) -> bool:
    """Whether a layer of the stack takes something from a rule that an alarm rests on."""
    beneath = rulebook.beneath
    return beneath is not None and (bool(rulebook.taking_from_alarms) or may_lower(beneath))


def _taken(rulebook: Rulebook, beneath: Rulebook, before: Decision, now: Decision) -> Iterator[Lowered]:
    """Of each conclusion, the highest alarm that the highest layer takes away."""
    by = {
        name: rulebook.lowers(name)
        for name, taken in rulebook.taking_from_alarms.items()
        if any(before.mark(rule) & Mark.HOLDS for rule in taken)
    }
    for term in beneath.conclusions:
        lost = [one for one in term.alarms if holds(term, one, before) and not holds(term, one, now)]
        if lost:
            yield Lowered(term.name, lost[-1], rulebook.layer, by)


def holds(term: Term, value: str, decision: Decision) -> bool:
    """Whether a value holds; of a scale, at least that value."""
    state = decision.state
    room = state.scales if term.takes_highest else state.members if term.domain.kind == "several" else state.values
    return bool(room[term.name][value] & Mark.HOLDS)
