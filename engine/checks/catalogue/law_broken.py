"""No possible case breaks a law."""

from collections.abc import Iterator

from ..finding import Finding
from ..subject import Subject

ASKED = "proved"
WEIGHT = 3
REMEDY = "Run `lumbar why` on the patient shown: it names the rules that let it happen. Correct them."
LAW = "law: x\nsays: Old is no fault.\nnever: [{fault: bulb}, {hours: 2000 or more}]\nsource: [{LAMPS: all}]"
INVALID = {"laws/x.yaml": LAW}


def find(subject: Subject) -> Iterator[Finding]:
    """Each law that some patient breaks, or that is undecided."""
    for one in subject.laws:
        if not one.verdict.proved:
            yield subject.of_law(one.law, one.verdict, "the law {} is broken", f"breaks_{one.law.id}", one.law.says)
