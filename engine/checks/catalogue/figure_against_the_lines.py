"""A figure in the name or the sentence of a rule is one of its lines, where these have figures."""

from collections.abc import Iterator

from ...errors import Problem
from ...language import show_line
from ..figures import figures, number_lines, numbers_of_lines
from ..finding import Finding
from ..sample import SAMPLE
from ..subject import Subject

ASKED = "tried"
WEIGHT = 2
REMEDY = "One of the two was changed without the other: correct it."
OLD = SAMPLE["rules/recognise/old_bulb.yaml"]
INVALID = {"rules/recognise/old_bulb.yaml": OLD.replace("It says what follows.", "After 800 hours a bulb is old.")}
VALID = {"rules/recognise/old_bulb.yaml": OLD.replace("It says what follows.", "After 900 hours a bulb is old.")}


def find(subject: Subject) -> Iterator[Finding]:
    """Each figure of a name or of `says` that the lines with numbers do not have."""
    for rule in subject.rulebook.own_rules:
        own, lines = numbers_of_lines(rule), number_lines(rule)
        for figure in figures(rule) if lines else ():
            if figure.where != "because" and not figure.share and not figure.is_in(own):
                conditions = " and ".join(f"`{show_line(line)}`" for line in lines)
                where = figure.where if figure.where == "the name" else f"`{figure.where}`"
                there = f"{where} has {figure.text}, and the lines say {conditions}"
                yield Finding(Problem(rule.place, there, "the same figure in both"))
