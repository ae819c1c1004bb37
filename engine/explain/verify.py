"""Checks each explanation against `semantics`, by another way than it was found, before it is given.

An explanation that does not pass is a bug, and is never shown: InternalError.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from .. import semantics as truth
from ..case import Answer, Case, Decision, Members, Value
from ..errors import InternalError
from ..rulebook import Rulebook, Term
from .answers import STATUS, Outcome, advice, outcome
from .findings import FindingChange
from .mixtures import Decisive

Answers = Mapping[str, Value | None]


def decided(rulebook: Rulebook, facts: Answers) -> Decision:
    """What `semantics` decides of some answers; None is none."""
    return truth.decide(rulebook, Case("checked", {name: value for name, value in facts.items() if value is not None}))


def verify(confirmed: bool, problem: str) -> None:
    """Raise InternalError unless an explanation is confirmed."""
    if not confirmed:
        raise InternalError.of(f"this explanation is not confirmed: {problem}")


def check_why(
    rulebook: Rulebook, decision: Decision, term: Term, answer: Answer, rules: Collection[str], leaves: Iterable[str]
) -> None:
    """The leaves alone give the answer, and of the rules that fire for it none is left out."""
    again = decided(rulebook, {name: decision.case.facts[name] for name in leaves})
    if term.finding:
        verify(decision.case.facts.get(term.name) == answer, f"{term.name} is answered otherwise")
        return
    verify(
        outcome(again, term.name) == outcome(decision, term.name), f"{term.name} does not follow from the reasons given"
    )
    firing = {
        entry.rule for entry in rulebook.support.get(term.name, ()) if _fires(again, rulebook, term.name, entry.rule)
    }
    given = set(rules)
    verify(
        given == firing or (term.takes_highest and given <= firing),
        f"the rules given for {term.name} are not those that fire: {firing ^ given}",
    )


def _fires(decision: Decision, rulebook: Rulebook, term: str, rule: str) -> bool:
    entries = [entry for entry in rulebook.support[term] if entry.rule == rule]
    return any(truth.status(entry, decision.marks) & truth.HOLDS for entry in entries)


def check_difference(
    rulebook: Rulebook, before: Decision, after: Decision, part: Decisive, terms: Iterable[str]
) -> None:
    """The changes turn the one advice into the other, and none of them can be left out.

    With those in `also` they do so still, and where one of these is said to be needed a mixture without it does not.
    """
    expected, whole = advice(after, terms), (*part.changes, *part.also)

    def brings(chosen: Iterable[FindingChange]) -> bool:
        changes = {change.term: change.after for change in chosen}
        return advice(decided(rulebook, {**before.case.facts, **changes}), expected) == expected

    verify(brings(part.changes) and brings(whole), "the findings given do not make the difference")
    for left_out in part.changes:
        verify(not brings(one for one in part.changes if one != left_out), f"{left_out.term} can be left out")
    for left_out, mixture in part.without.items():
        verify(set(whole) - set(mixture) == {left_out}, f"that is not a mixture without {left_out.term}")
        verify(not brings(mixture), f"{left_out.term} can be left out")


def check_changed(rulebook: Rulebook, facts: Answers, changes: Answers, after: Mapping[str, Outcome]) -> Decision:
    """The decision that the changes bring, which is what they are said to bring."""
    found = decided(rulebook, {**facts, **changes})
    verify(not truth.impossibilities(rulebook, found.case.facts), f"{dict(changes)} is not a possible patient")
    verify(advice(found, after) == dict(after), f"{dict(changes)} leads to something else")
    return found


def check_enough(rulebook: Rulebook, decision: Decision, part: Sequence[str], terms: Sequence[str]) -> None:
    """The part gives what the whole gives, and none of it can be left out."""
    facts, expected = decision.case.facts, advice(decision, terms)
    verify(advice(decided(rulebook, {name: facts[name] for name in part}), terms) == expected, "the part is not enough")
    for left_out in part:
        rest = {name: facts[name] for name in part if name != left_out}
        verify(advice(decided(rulebook, rest), terms) != expected, f"{left_out} can be left out")


def check_counterfactual(
    rulebook: Rulebook,
    decision: Decision,
    changes: Sequence[tuple[str, Value | None]],
    term: str,
    expected: Sequence[str],
) -> None:
    """The changes bring one of the values wanted, to a patient that there can be."""
    found = decided(rulebook, {**decision.case.facts, **dict(changes)}).marked
    answer = found.conclusions[term]
    held = set(answer.inside) if isinstance(answer, Members) else {str(answer)}
    verify(term not in found.disputed and bool(held & set(expected)), f"the changes do not lead to {term}: {expected}")
    verify(not truth.impossibilities(rulebook, found.case.facts), "the changes lead to an impossible patient")


def check_argument(rulebook: Rulebook, decision: Decision, rule: str, status: str, term: str) -> None:
    """The rule's own condition says what the rule is said to do for the term."""
    entry = next(entry for entry in rulebook.support[term] if entry.rule == rule)
    names = (entry.rule, *entry.outrankers)
    marks = {name: truth.mark_condition(rulebook.rules[name].condition, decision.state) for name in names}
    verify(status == STATUS[truth.status(entry, marks)], f"{rule} is said to be {status} for {term}")


def check_effect(rulebook: Rulebook, decision: Decision, answers: Answers, settles: Mapping[str, Outcome]) -> None:
    """The answers settle what they are said to settle."""
    found = decided(rulebook, {**decision.case.facts, **answers})
    verify(advice(found, settles) == dict(settles), f"{dict(answers)} settles something else")
