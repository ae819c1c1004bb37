"""A rule gives each value of a conclusion, or it is the `otherwise`."""

from collections.abc import Iterator

from ...errors import Problem, listed
from ...rulebook import Rulebook, Term
from ..finding import Finding
from ..sample import TERMS
from ..subject import Subject

ASKED = "tried"
WEIGHT = 2
REMEDY = "Write the rule that gives it, or remove the value."
INVALID = {"terms/lamp.yaml": TERMS.replace("[bulb, none]", "[bulb, switch, none]")}


def find(subject: Subject) -> Iterator[Finding]:
    """Each conclusion with values that nobody can get."""
    for term in subject.rulebook.conclusions:
        if never := _never_given(subject.rulebook, term):
            values = listed([f"{term.name}: {value}" for value in never], 4)
            yield Finding(Problem(term.place, f"no rule gives {values}", "a rule that gives it, or a term without it"))


def _never_given(rulebook: Rulebook, term: Term) -> list[str]:
    mine = rulebook.layers[-1].like.get(term.name, {}) if term.layer != rulebook.layer else term.domain.values
    given = {entry.value for entry in rulebook.support[term.name]} | {term.otherwise}
    if term.takes_highest:
        given.add(term.domain.values[0])
    return [value for value in mine if value not in given]
