"""Each law applies to some patient; a law that applies to nobody proves nothing."""

from collections.abc import Iterator

from ...errors import Problem
from ..finding import Finding, parts_text
from ..subject import Subject

ASKED = "proved"
WEIGHT = 2
REMEDY = "Two of its lines exclude each other: correct one."
LAW = "law: x\nsays: It says.\nnever: [{danger: yes}, {light: yes}, {light: no}]\nsource: [{LAMPS: all}]"
INVALID = {"laws/x.yaml": LAW}


def find(subject: Subject) -> Iterator[Finding]:
    """Each law with lines that are true of no patient."""
    for one in subject.laws:
        if one.never_applies:
            there = f"the law {one.law.id!r} can never apply: {parts_text(one.never_applies)} is true of no patient"
            yield Finding(Problem(one.law.place, there, "lines that some patient meets"))
