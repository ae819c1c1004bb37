"""Each line of a rule is untrue of some answer."""

from collections.abc import Iterator, Mapping

from ...errors import Problem
from ...language import Is, Line, Within, show_line
from ...rulebook import Term
from ..finding import Finding
from ..sample import DARK, card
from ..subject import Subject

ASKED = "tried"
WEIGHT = 2
REMEDY = "Leave the line out, or correct its values. It only makes the rule wait until the question is answered."
LINES = "{light: no}, {hours: 900 or more}, {smoke: yes or no}"
INVALID = {"rules/recognise/old_bulb.yaml": card("old_bulb", LINES, "{fault: bulb}", DARK)}


def find(subject: Subject) -> Iterator[Finding]:
    """Each line of a rule that every possible answer meets."""
    for rule in subject.rulebook.rules.values():
        for line in rule.condition.leaves():
            if _every_answer(line, subject.rulebook.terms):
                there = f"`{show_line(line)}` is true of every answer"
                yield Finding(Problem(line.place or rule.place, there, "a line that is untrue of some answer"))


def _every_answer(line: Line, terms: Mapping[str, Term]) -> bool:
    domain = terms[line.term].domain
    if isinstance(line, Is):
        return domain.kind != "several" and set(line.values) >= set(domain.values)
    if not isinstance(line, Within):
        return False
    high = domain.kind != "tally" and line.high is not None and line.high >= domain.high
    return (line.low is None or line.low <= domain.low) and (line.high is None or high)
