"""A law that protects patients with a finding also protects patients who were not asked about it."""

from collections.abc import Iterator

from ...proof import laws
from ..finding import Finding
from ..subject import Subject

ASKED = "proved"
WEIGHT = 3
REMEDY = "Add a law with `unknown` for the finding, or let rules wait for the answer. An error for a screening finding."
LAW = "law: x\nsays: It says.\nnever: [{smoke: yes}, {fault: bulb}]\nsource: [{LAMPS: all}]"
DARK = "impossible: smoky\nsays: A dark lamp never smokes.\nnever: [{smoke: yes}, {light: no}]\nsource: [{LAMPS: all}]"
INVALID = {"laws/x.yaml": LAW, "impossible/smoky.yaml": DARK}


def find(subject: Subject) -> Iterator[Finding]:
    """Each law that a patient breaks in whom the finding was not asked."""
    stated = laws.stated(subject.prover)
    for one in subject.holding:
        for twin in laws.twins(subject.prover, one.law, stated):
            if not twin.verdict.proved:
                there = f"the law {{}} says nothing of a patient in whom {twin.finding!r} was not asked"
                wanted = f"a law with `{twin.finding}: unknown`, or rules that wait for it"
                blocks = subject.rulebook.terms[twin.finding].screening
                name = f"not_asked_{one.law.id}"
                yield subject.of_law(twin.law, twin.verdict, there, name, wanted, blocks)
