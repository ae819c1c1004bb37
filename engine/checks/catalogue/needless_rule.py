"""Each rule changes somebody's answer."""

from collections.abc import Iterator

from ...errors import Problem
from ..finding import Finding
from ..sample import card
from ..subject import Subject

ASKED = "idle"
REMEDY = "Delete it, or write what it was meant to add."
INVALID = {"rules/recognise/x.yaml": card("x", "{smoke: yes}, {light: no}", "{danger: yes}", "")}


def find(subject: Subject) -> Iterator[Finding]:
    """Each rule that can fire, and without which no answer changes."""
    for name in subject.idle_rules:
        there = f"{name!r} can be deleted, and no answer changes"
        yield Finding(Problem(subject.rulebook.rules[name].place, there), blocks=False)
