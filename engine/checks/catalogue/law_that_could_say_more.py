"""A law of three lines or more needs each line: without it the law would not hold."""

from collections.abc import Iterator

from ...errors import Problem
from ...language import show_part
from ...proof import laws
from ..finding import Finding
from ..subject import Subject

ASKED = "proved"
REMEDY = "Leave the line out: the law then protects more patients."
LAW = (
    "law: x\nsays: It.\nnever: [{smoke: yes}, {light: no}, {hours: 9}]\nunless: [{danger: yes}]\nsource: [{LAMPS: all}]"
)
INVALID = {"laws/x.yaml": LAW}


def find(subject: Subject) -> Iterator[Finding]:
    """Each line without which a law holds as well."""
    for one in subject.holding:
        for part in laws.needless(subject.prover, one.law):
            there = f"the law {one.law.id!r} holds without `{show_part(part)}` too"
            yield Finding(Problem(one.law.place, there, "a law that says as much as is true"), blocks=False)
