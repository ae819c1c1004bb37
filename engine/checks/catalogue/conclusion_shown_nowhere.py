"""Each conclusion is shown in the recommendation, or a rule or a law reads it."""

from collections.abc import Iterator

from ...errors import Problem
from ...rulebook import Rulebook, Section
from ..finding import Finding
from ..sample import TERMS, card
from ..subject import Subject

ASKED = "tried"
REMEDY = "Show it in `recommendation.yaml`, let a rule read it, or remove it with what gives it."
SHOWN = "notice: It is a lamp.\nexplain: fault\nsections: [{title: Lamp, terms: [danger, fault]}]"
COST = "  cost: {kind: yes/no, otherwise: no, says: Whether it costs anything.}\n"
INVALID = {
    "recommendation.yaml": SHOWN,
    "terms/lamp.yaml": TERMS + COST,
    "rules/recognise/cost.yaml": card("cost", "{smoke: yes}", "{cost: yes}", ""),
}
VALID = {**INVALID, "recommendation.yaml": SHOWN.replace("fault]", "fault, cost]"), "rules/recognise/cost.yaml": ""}


def find(subject: Subject) -> Iterator[Finding]:
    """Each conclusion that nobody sees; without a recommendation all are shown."""
    rulebook = subject.rulebook
    if rulebook.recommendation is None:
        return
    known = {*_shown(rulebook), *_read(rulebook)}
    for term in rulebook.conclusions:
        if term.name not in known and term.layer == rulebook.layer:
            there = f"{term.name!r} is shown nowhere, and no rule or law reads it"
            yield Finding(Problem(term.place, there, "a section of the recommendation, or a rule that reads it"))


def _read(rulebook: Rulebook) -> Iterator[str]:
    for condition in (one.condition for part in (rulebook.rules, rulebook.laws) for one in part.values()):
        yield from condition.terms()


def _shown(rulebook: Rulebook) -> Iterator[str]:
    shown = rulebook.recommendation
    if shown is not None:
        yield shown.explain
        for section in (*shown.sections, *shown.sections_for_patients):
            yield from _of_section(section)


def _of_section(section: Section) -> Iterator[str]:
    yield from (*section.terms, *section.on_alarm)
    for _, *tallies in section.sides:
        yield from tallies
