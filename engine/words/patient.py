"""A tree of reasons for the patient: short sentences, from what the terms themselves say, ask and help with."""

import re
from collections.abc import Iterator

from ..case import Decision, Range
from ..explain import Why
from ..rulebook import Rulebook, Term
from .said import Said, tell


def for_patient(rulebook: Rulebook, decision: Decision, reason: Why) -> Iterator[Said]:
    """What the answer is, the steps to it, the answers of the patient that it follows from, and what is still open."""
    yield Said(_head(reason), style="answer")
    yield Said(reason.term.says or reason.term.ask, 1)
    steps = [one for one in _beneath(reason) if one.term.name != reason.term.name]
    if steps:
        yield Said("How we get there", style="title")
        yield from (Said(_step(one), 1, "plain", "- ") for one in steps)
    told = [rulebook.terms[name] for name in _findings(reason)]
    answers = [(term, decision.case.facts[term.name]) for term in told if term.name in decision.case.facts]
    if answers:
        yield Said("What you told us", style="title")
        for term, value in answers:
            unit = "" if " " in term.unit else term.unit
            yield Said(f"{term.ask} {_sentence(f'{value} {unit}'.strip())}", 1, "plain", "- ")
            yield from (Said(text, 2, "muted") for text in meaning(term, str(value)))
    if reason.missing:
        yield Said("What we still need to know", style="title")
        yield from (Said(rulebook.terms[name].ask, 1, "plain", "- ") for name in reason.missing)


def _head(reason: Why) -> str:
    if reason.how == "disputed":
        return f"{reason.term.name}: the rules do not agree here, so a clinician has to look"
    if reason.answer is None:
        return f"{reason.term.name}: this cannot be said yet"
    if isinstance(reason.answer, Range):
        return f"{reason.term.name}: at least {reason.answer.low}, and it may be more, for not all is known yet"
    return f"{reason.term.name}: {tell(reason.answer)}"


def _beneath(reason: Why) -> Iterator[Why]:
    """The conclusions that a reason goes down through, each once, those nearest to the answers first."""
    for side in reason.sides:
        for rule in side.rules:
            for line in rule.lines():
                for below in line.below:
                    if not below.told:
                        yield from _beneath(below)
    yield reason


def _step(reason: Why) -> str:
    says = reason.term.says
    if reason.term.built_in and reason.answer == "yes":
        return f"Asked and answered: {says}."
    if reason.term.domain.kind == "yes/no" and reason.answer in ("yes", "no"):
        return says if reason.answer == "yes" else f"This is not so: {says[:1].lower()}{says[1:]}"
    return f"{_sentence(f'{reason.term.name}: {tell(reason.answer)}')} {says}"


def _findings(reason: Why) -> Iterator[str]:
    """The findings that the rules of a tree rest on, each once."""
    lines = (line for rule in reason.rules() for line in rule.lines())
    met = (line for line in lines if line.state == ("not met" if line.excluded else "met"))
    yield from dict.fromkeys(name for line in met for name in line.found if not line.below)


def meaning(term: Term, value: str) -> Iterator[str]:
    """What the help of a finding says of one of its values."""
    found = re.search(rf"(?:^|[.;] ){re.escape(value[:1].upper() + value[1:])}: ([^.;]+)", term.help)
    if found:
        yield _sentence(found[1])


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
