"""No saved case breaks a law."""

from collections.abc import Iterator

from ...errors import Problem
from ..finding import Finding
from ..saved_cases import named
from ..subject import Subject

ASKED = "tried"
WEIGHT = 3
REMEDY = "Correct the rules that let it happen. Only the saved case is shown, no other patient."
LAW = "law: light\nsays: A dark lamp is no fault.\nnever: [{fault: bulb}]\nsource: [{LAMPS: all}]"
INVALID = {"laws/light.yaml": LAW}


def find(subject: Subject) -> Iterator[Finding]:
    """Each law that saved cases break, with their names."""
    for name, cases in subject.broken.items():
        law = subject.rulebook.laws[name]
        problem = Problem(law.place, f"the law {name!r} is broken by {named(cases)}", law.says)
        yield Finding(problem, trials=tuple(subject.trial(subject.rulebook.cases[case], law) for case in cases))
