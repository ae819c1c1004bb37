"""Each card has an example that holds, one that fails and one that waits."""

from collections.abc import Iterator

from ...errors import Problem
from ...language import Condition
from ...rulebook import Rule
from ..finding import Finding
from ..sample import SMOKE, card
from ..subject import Subject

ASKED = "tried"
REMEDY = "Add the example; a patient who narrowly misses the rule teaches most."
INVALID = {
    "rules/recognise/smoke.yaml": card(
        "smoke", "{smoke: yes}", "{danger: yes}", SMOKE.partition("}, {name: not")[0] + "}"
    )
}


def find(subject: Subject) -> Iterator[Finding]:
    """Each kind of example that a card lacks."""
    for rule in subject.rulebook.own_rules:
        for mark in missing(rule):
            yield Finding(Problem(rule.place, f"{rule.id!r} has no example that {mark}", "one example of each kind"))


def missing(rule: Rule) -> list[str]:
    """The marks that no example of a card comes to; a rule without lines can only hold, and a row has none itself."""
    wanted = () if rule.row else ("holds", "fails", "waits") if rule.condition != Condition() else ("holds",)
    return [mark for mark in wanted if all(example.mark != mark for example in rule.examples)]
