"""No saved case gets two answers to one question."""

from collections.abc import Iterator

from ..finding import Finding
from ..sample import SAMPLE, card
from ..saved_cases import other_answers
from ..subject import Subject

ASKED = "tried"
WEIGHT = 2
REMEDY = "Add `outranks` to one of the two rules, or lines so that only one of them holds."
INVALID = {
    "rules/recognise/cold.yaml": card("cold", "{light: no}", "{fault: none}", ""),
    "cases/dark.yaml": SAMPLE["cases/dark.yaml"].replace("expected fault: bulb\n", ""),
}


def find(subject: Subject) -> Iterator[Finding]:
    """Saved cases with a dispute."""
    yield from other_answers(subject.rulebook, subject.decisions, disputed=True)
