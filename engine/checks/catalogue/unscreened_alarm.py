"""Every finding that an alarm depends on is a screening finding, asked before anything is advised."""

from collections.abc import Iterator

from ...errors import Problem
from ..alarm_rules import findings_behind, rules_for_alarms
from ..finding import Finding
from ..sample import TERMS
from ..subject import Subject

ASKED = "tried"
WEIGHT = 3
REMEDY = "Make the finding a screening finding, or let the rule depend on others."
INVALID = {"terms/lamp.yaml": TERMS.replace("screening: yes, ", "")}


def find(subject: Subject) -> Iterator[Finding]:
    """Each finding that an alarm reads, directly or through conclusions, and that is not a screening finding."""
    rulebook = subject.rulebook
    for term, entry in rules_for_alarms(rulebook):
        for name, through in findings_behind(rulebook, entry.rule).items():
            if not rulebook.terms[name].screening:
                there = f"{entry.rule!r} gives {term}: {entry.value} and reads {name!r} (in {through!r})"
                yield Finding(Problem(rulebook.rules[entry.rule].place, there, f"`screening: yes` for {name!r}"))
