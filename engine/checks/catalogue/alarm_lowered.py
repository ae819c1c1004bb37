"""No layer lowers an alarm of what lies beneath it, unless a rule of it that takes one says why that is right."""

from collections.abc import Iterator
from dataclasses import replace

from ...case import Case
from ...errors import Place, Problem, listed
from ...lowered import holds
from ...proof.lowered import LostAlarm, Lowering
from ...rulebook import Rulebook
from ...semantics import decide
from ..finding import Finding
from ..sample import card, over_the_sample
from ..subject import Subject

ASKED = "proved"
WEIGHT = 3
REMEDY = (
    "Let the alarm stand, or say `lowers:` with the reason in the card that replaces or outranks the rule, or in the "
    "record of the retired one: the patients are then shown, and every explanation says it."
)
HERE = card("smoke_here", "{smoke: yes}, {hours: over 9}", "{danger: yes}", "").replace(
    "examples: []", "replaces: smoke"
)
INVALID = over_the_sample({"rules/own/smoke_here.yaml": HERE})
VALID = over_the_sample(
    {"rules/own/smoke_here.yaml": HERE.replace("over 9", "0 or more").replace(", {hours: 0 or more}", "")}
)


def find(subject: Subject) -> Iterator[Finding]:
    """Each alarm that a layer lowers; where a rule says why, its patients are shown and it does not block.

    Of the layers beneath, what blocks: another layer on top hides nothing.
    """
    rulebook = subject.rulebook
    while rulebook.beneath is not None:
        for lost in Lowering(subject.prover, rulebook).lost():
            found = _finding(subject, rulebook, lost)
            if found.blocks or rulebook is subject.rulebook:
                yield found
        rulebook = rulebook.beneath


def _finding(subject: Subject, rulebook: Rulebook, lost: LostAlarm) -> Finding:
    name, value = lost.alarm
    reasons = [reason for one in lost.by if (reason := rulebook.lowers(one))]
    undecided = lost.verdict.kind == "undecided"
    accepted = bool(lost.by) and len(reasons) == len(lost.by) and not undecided
    says = f"Has the alarm beneath {rulebook.layer!r}, and not in it."
    patient = subject.patient(f"lowered_{'_'.join(lost.by)}_{name}_{value}", says, lost.verdict)
    there = f"{name}: {value}, an alarm beneath, is lowered {_by(lost)}"
    if undecided:
        there = f"undecided ({lost.verdict.reason}) whether {there}"
    if accepted:
        there += f", accepted: {'; '.join(reasons)}"
    expected = (
        "the alarm, or `lowers:` with the reason" if lost.by else "the alarm: only a rule that takes it may lower it"
    )
    place = _place(rulebook, lost.by or _guilty(rulebook, patient, lost))
    return Finding(Problem(place, there, expected), blocks=not accepted, patient=patient)


def _by(lost: LostAlarm) -> str:
    if not lost.by:
        return "by a rule that neither replaces, retires nor outranks another"
    return f"by {lost.by[0]!r}" if len(lost.by) == 1 else f"by {listed(lost.by, 6)} together"


def _guilty(rulebook: Rulebook, patient: Case | None, lost: LostAlarm) -> tuple[str, ...]:
    """The rules of the layer without each of which the patient would keep the alarm."""
    if patient is None or rulebook.beneath is None:
        return ()
    term = rulebook.terms[lost.alarm[0]]
    patient = replace(patient, facts={name: value for name, value in patient.facts.items() if name in rulebook.terms})
    found = []
    for rule in rulebook.own_rules:
        without = replace(rulebook, rules={name: one for name, one in rulebook.rules.items() if name != rule.id})
        if holds(term, lost.alarm[1], decide(without, patient).marked):
            found.append(rule.id)
    return tuple(found)


def _place(rulebook: Rulebook, names: tuple[str, ...]) -> Place:
    if not names:
        return rulebook.layers[-1].place
    return rulebook.rules[names[0]].place if names[0] in rulebook.rules else rulebook.retired[names[0]].place
