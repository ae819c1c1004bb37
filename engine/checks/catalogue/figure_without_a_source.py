"""Each figure in what a rule says comes from its lines or from a source that it cites."""

from collections.abc import Iterator

from ...errors import Problem
from ..figures import figures, numbers_by_source, numbers_of_lines, numbers_of_sources
from ..finding import Finding
from ..sample import SAMPLE, SMOKE, card
from ..subject import Subject

ASKED = "tried"
REMEDY = "Cite the source that has it, with the figure at the place; or your own choice as a `[convention]`."
SHARE = card("smoke", "{smoke: yes}", "{danger: yes}", SMOKE).replace("Made up", "Of 30 % of lamps, made up")
INVALID = {"rules/recognise/smoke.yaml": SHARE}
VALID = {**INVALID, "sources.yaml": SAMPLE["sources.yaml"].replace("seen: all", "seen: 30 % of lamps smoked")}


def find(subject: Subject) -> Iterator[Finding]:
    """Each figure of `says` and `because` that neither a line nor a source has."""
    known = numbers_by_source(subject.rulebook)
    for rule in subject.rulebook.own_rules:
        cited, own = numbers_of_sources(known, rule), numbers_of_lines(rule)
        if cited is None:
            continue
        for figure in figures(rule):
            if figure.where != "the name" and not figure.is_in(own | cited):
                there = f"`{figure.where}` has {figure.text}, which no source named here has"
                yield Finding(Problem(rule.place, there, "a source that has it, or a labelled convention"))
