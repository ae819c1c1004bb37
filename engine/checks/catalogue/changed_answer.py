"""Each saved case gets the answer that it expects."""

from collections.abc import Iterator

from ..finding import Finding
from ..sample import SAMPLE
from ..saved_cases import other_answers
from ..subject import Subject

ASKED = "tried"
WEIGHT = 2
REMEDY = (
    "If the new answer is right, `lumbar check --accept` writes it into the case; if not, a rule is wrong. For several "
    "cases, the first change is named: fix that, and the rest may follow."
)
INVALID = {"cases/dark.yaml": SAMPLE["cases/dark.yaml"].replace("fault: bulb", "fault: none")}


def find(subject: Subject) -> Iterator[Finding]:
    """Saved cases with another answer; those in which the same thing changed first are one finding."""
    yield from other_answers(subject.rulebook, subject.decisions)
