"""Each finding that rules read changes somebody's answer."""

from collections.abc import Iterator

from ...errors import Problem
from ..finding import Finding
from ..sample import DARK, card
from ..subject import Subject

ASKED = "idle"
REMEDY = "Let a rule depend on it, or stop asking it."
LINES = "{hours: 900 or more}, {any of: [{light: no}, {hours: 900 or more}]}"
INVALID = {
    "rules/recognise/old_bulb.yaml": card("old_bulb", LINES, "{fault: bulb}", DARK),
    "rules/recognise/new_bulb.yaml": "",
}


def find(subject: Subject) -> Iterator[Finding]:
    """Each finding whose answers change nothing."""
    for name in subject.idle.findings():
        there = f"{name!r} is read, and none of its answers changes anything"
        yield Finding(Problem(subject.rulebook.terms[name].place, there), blocks=False)
