"""Each number in a card has an example on both sides of it."""

from collections.abc import Iterator

from ...errors import Problem
from ...language import show_line
from ..examples import tried_on_one_side
from ..finding import Finding
from ..sample import DARK, card
from ..subject import Subject
from .missing_example import missing

ASKED = "tried"
REMEDY = "Add an example on the other side of the number, as close to it as possible."
INVALID = {
    "rules/recognise/old_bulb.yaml": card(
        "old_bulb",
        "{light: no}, {hours: 900 or more}",
        "{fault: bulb}",
        DARK.replace("hours: 899", "hours: 900, light: yes").replace("light: no, hours: 900, ", "hours: 900, "),
    )
}


def find(subject: Subject) -> Iterator[Finding]:
    """Each line with a number that is tried on one side only, in a card with an example of each kind."""
    for rule in subject.rulebook.own_rules:
        if rule.row or missing(rule):
            continue
        for line in tried_on_one_side(subject.rulebook, rule.condition, rule.examples):
            there = f"`{show_line(line)}` is tried on one side only"
            yield Finding(Problem(line.place or rule.place, there, "an example on each side of the number"))
