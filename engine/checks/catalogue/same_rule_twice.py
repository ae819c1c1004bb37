"""No rule says what another says already."""

from collections.abc import Iterator

from ...errors import Problem
from ...rulebook import Rule
from ..finding import Finding
from ..sample import SMOKE, card
from ..subject import Subject

ASKED = "tried"
WEIGHT = 2
REMEDY = "Delete one of the two; a tally would count both."
INVALID = {"rules/recognise/smoke_again.yaml": card("smoke_again", "{smoke: yes}", "{danger: yes}", SMOKE)}


def find(subject: Subject) -> Iterator[Finding]:
    """Each rule with the lines of an earlier one, in any order, if one gives all that the other gives."""
    earlier: dict[tuple[frozenset[object], frozenset[object]], list[Rule]] = {}
    for rule in subject.rulebook.rules.values():
        same = earlier.setdefault((frozenset(rule.condition.lines), frozenset(rule.condition.unless)), [])
        for other in same:
            if set(rule.then) <= set(other.then) or set(other.then) <= set(rule.then):
                there = f"{rule.id!r} says what {other.id!r} ({other.place}) says"
                yield Finding(Problem(rule.place, there, "one of the two"))
                break
        same.append(rule)
