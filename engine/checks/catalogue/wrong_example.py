"""Each example of a card gives the result that it expects."""

from collections.abc import Iterator

from ... import semantics
from ...errors import Problem
from ...supposed import supposed
from ..finding import Finding
from ..sample import SMOKE, card
from ..subject import Subject

ASKED = "tried"
WEIGHT = 2
REMEDY = "Correct the card or the example; an example may lack an answer that a line needs."
WRONG = SMOKE.replace("{smoke: no}, rule: fails", "{smoke: no}, rule: holds")
INVALID = {
    "rules/recognise/smoke.yaml": card(
        "smoke", "{smoke: yes}", "{danger: yes}", f"{WRONG}, {{name: x, given: {{smoke: no}}, rule: fails}}"
    )
}


def find(subject: Subject) -> Iterator[Finding]:
    """Each example that is not as it says."""
    for rule in subject.rulebook.own_rules:
        for example in rule.examples:
            found = semantics.NAMES[semantics.mark_condition(rule.condition, supposed(subject.rulebook, example.given))]
            if found != example.mark:
                there = f"the example {example.name!r}: the rule {found}"
                yield Finding(Problem(example.place, there, f"that it {example.mark}"))
