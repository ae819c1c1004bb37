"""A patient who should get another answer: what is wanted, which rules give way, which lines tell the patient apart.

The difference list of ripple-down rules: lines that are true of this patient, and not of the saved cases whose answer
would change with it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .. import semantics
from ..case import Case, Decision, Members, Range
from ..language import Condition, Line
from ..rulebook import Rule, Rulebook
from . import parse_input
from .baseline import SavedCases, with_rule
from .draft import Draft
from .examples import Known, lines_true_of
from .impact import CaseChange
from .parse_input import Refused


@dataclass(frozen=True)
class PatientGoal:
    """A patient, and what the patient should get; `rules` give another value now, and are to give way.

    `corrects` is the rule that gave the answer of now, if one did: the new rule begins with its lines.
    """

    case: Case
    decision: Decision
    then: tuple[str, str | None]
    rules: tuple[str, ...]
    corrects: str = ""


def wanted(rulebook: Rulebook, case: Case, text: str) -> PatientGoal:
    """What a patient should get, as `term: value`; raises Refused where no new rule can give it."""
    name, _, phrase = (part.strip() for part in text.partition(":"))
    term, value = parse_input.conclusion(rulebook, name, phrase or None)
    decision = semantics.decide(rulebook, case).marked
    answer = decision.conclusions[term]
    if answer == value or (isinstance(answer, Members) and value in answer.inside):
        raise Refused(f"{case.id} gets {term}: {value} already")
    entry = rulebook.terms[term]
    firing = [one for one in rulebook.support[term] if semantics.status(one, decision.marks) & semantics.HOLDS]
    if entry.takes_highest:
        reached = str(answer.low if isinstance(answer, Range) else answer)
        if value and entry.domain.values.index(value) < entry.domain.values.index(reached):
            givers = " and ".join(one.rule for one in firing if one.value == reached)
            raise Refused(
                f"{term} takes the highest value, and {reached} is given by {givers}; expected a change of that rule"
            )
    rules = tuple(one.rule for one in firing if one.value != value) if entry.single else ()
    present = str(answer.low if isinstance(answer, Range) else answer)
    wrong = [one.rule for one in firing if one.value == present] if entry.single or entry.takes_highest else []
    return PatientGoal(case, decision, (term, value), rules, next(iter([*wrong, *rules]), ""))


def values_of(rulebook: Rulebook, decision: Decision) -> dict[str, Known]:
    """Everything that is known of a patient: findings and conclusions, as an example may give them."""
    known: dict[str, Known] = dict(decision.case.facts)
    for name, answer in decision.conclusions.items():
        if isinstance(answer, Members):
            known[name] = answer.inside
        elif answer is not None and not isinstance(answer, Range):
            known[name] = answer
    return {name: known[name] for name in rulebook.terms if name in known}


def case_name(text: str) -> str:
    """The name of a case as the file of a saved case may have it."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "a_patient"


def candidates(saved: SavedCases, goal: PatientGoal, others: Sequence[Decision] = ()) -> Iterator[Line]:
    """Lines that are true of the patient, and do not rest on what is to be concluded.

    A number is divided between the patient and the nearest of the `others`.
    """
    rulebook = saved.rulebook
    values_of_others = [values_of(rulebook, other) for other in others]
    for name, value in values_of(rulebook, goal.decision).items():
        term = rulebook.terms[name]
        several = term.domain.kind == "several"  # what is advised, and no reason for anything
        used = not term.unread and name not in goal.decision.not_used
        if used and not several and goal.then[0] not in saved.rests_on(name):
            yield from lines_true_of(term, value, [known[name] for known in values_of_others if name in known])


def lines_that_differ(saved: SavedCases, goal: PatientGoal, touched: Sequence[CaseChange]) -> list[tuple[Line, int]]:
    """The candidates that tell the patient from saved cases that are touched, with how many, the most first."""
    counts = {
        line: sum(saved.fails_in(line, change.case.id) for change in touched)
        for line in candidates(saved, goal, [saved.decisions[change.case.id] for change in touched])
    }
    found = [(line, count) for line, count in counts.items() if count]
    return sorted(found, key=lambda pair: -pair[1])


def touched_by(saved: SavedCases, goal: PatientGoal, condition: Condition) -> list[CaseChange]:
    """The other saved cases whose answer a rule of this condition would change."""
    rule = trial_rule(saved.rulebook, goal, condition)
    return [one for one in saved.changes(with_rule(saved.rulebook, rule), rule) if one.case.id != goal.case.id]


def trial_rule(rulebook: Rulebook, goal: PatientGoal, condition: Condition) -> Rule:
    """The rule that a patient and a condition amount to, under a name that is free."""
    name = next(word for word in ("new_rule", *(f"new_rule_{n}" for n in range(99))) if word not in rulebook.rules)
    return Draft(f"rules/{name}.yaml", condition=condition, then=(goal.then,), outranks=goal.rules).rule


def gets(decision: Decision, term: str, value: str) -> bool:
    """Whether a conclusion has a value; of a scale, whether it reaches just that."""
    answer = decision.conclusions[term]
    return (
        answer == value
        or (isinstance(answer, Members) and value in answer.inside)
        or (isinstance(answer, Range) and answer.low == value)
    )


def begin_card(rulebook: Rulebook, goal: PatientGoal) -> Draft:
    """The card as it begins: with the lines of the rule that it corrects, to which it is an exception."""
    condition = rulebook.rules[goal.corrects].condition if goal.corrects else Condition()
    return Draft(condition=condition, then=(goal.then,), outranks=goal.rules)


def still(saved: SavedCases, goal: PatientGoal, condition: Condition) -> Decision | None:
    """What the patient gets even so, if a rule of this condition does not give what is wanted; None where it does."""
    rule = trial_rule(saved.rulebook, goal, condition)
    found = saved.seen(with_rule(saved.rulebook, rule), rule, goal.decision).marked
    term, value = goal.then
    return None if value is None or gets(found, term, value) else found
