"""Each rule fires for some patient."""

from collections.abc import Iterator

from ...errors import Problem
from ...proof.rules import Dead
from ..finding import Finding, parts_text
from ..sample import card
from ..subject import Subject

ASKED = "proved"
WEIGHT = 2
REMEDY = "Two of its lines exclude each other, or a rule that outranks it always fires with it: correct one."
INVALID = {"rules/recognise/x.yaml": card("x", "{smoke: yes}, {smoke: no}", "{danger: yes}", "")}


def find(subject: Subject) -> Iterator[Finding]:
    """Each rule that can fire for nobody, with the lines that exclude each other, or the rules above it."""
    for dead in subject.dead:
        place = subject.rulebook.rules[dead.rule].place
        if dead.verdict.kind == "undecided":
            yield Finding(Problem(place, f"undecided whether {dead.rule!r} can fire ({dead.verdict.reason})"))
        else:
            assumed = subject.rulebook.impossible[dead.assuming[0]].place if dead.assuming else None
            yield Finding(Problem(place, _text(dead), "a rule that applies to some patient"), cause=assumed)


def _text(dead: Dead) -> str:
    if dead.lines:
        by = f" by the assumption {' and '.join(map(repr, dead.assuming))}" if dead.assuming else ""
        return f"{dead.rule!r} can never fire: {parts_text(dead.lines)} is true of no patient{by}"
    above = f"a rule that outranks it does too: {', '.join(dead.outranked_by)}" if dead.outranked_by else "it is taken"
    return f"{dead.rule!r} can never fire: where its lines hold, {above}"
