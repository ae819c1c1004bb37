"""A decision that breaks a law, in words: its alarms and the law; the rest is withheld."""

from collections.abc import Iterator
from dataclasses import replace

from ..case import Decision, Members
from ..errors import listed
from ..rulebook import Rulebook
from .layers import lowered
from .styled_line import StyledLine, format_answer

WITHHELD = (
    "Nothing else is shown for this case: what follows from these answers would break a law of the knowledge base."
)
TO_BE_SEEN = "Have the patient seen by a clinician, and report this as a mistake in the knowledge base."


def broken_laws(rulebook: Rulebook, decision: Decision) -> Iterator[StyledLine]:
    """The alarms of a decision, and the laws that it breaks."""
    yield StyledLine(f"Case {decision.case.id}", style="title")
    yield from (StyledLine(text, 1, "alarm") for text in alarms(rulebook, decision))
    yield from (replace(line, indent=1) for line in lowered(decision.lowered))
    yield StyledLine("A law is broken", style="title")
    for law in decision.broken:
        yield StyledLine(f"{law.says} [{law.id}, {law.place.file}]", 1, "alarm", "- ")
    yield StyledLine(WITHHELD, 1)
    yield StyledLine(TO_BE_SEEN, 1)


def broken_laws_named(decision: Decision) -> str:
    """The laws that a decision breaks in a sentence; nothing where there are none."""
    laws = "; ".join(f"{law.says} [{law.id}, {law.place.file}]" for law in decision.broken)
    return f"A law is broken, so only alarms are shown: {laws}" if laws else ""


def alarms(rulebook: Rulebook, decision: Decision) -> Iterator[str]:
    """The conclusions that a decision which breaks a law still tells, each with its answer."""
    for term in rulebook.conclusions:
        answer = decision.conclusions[term.name]
        if term.name in decision.disputed:
            sides = decision.disputed[term.name].items()
            values = "; ".join(f"{value} ({', '.join(rules)})" if rules else value for value, rules in sides)
            yield f"{term.name}: disputed: {values}"
        elif isinstance(answer, Members):
            yield f"{term.name}: {'; '.join(answer.inside)}"
        elif answer is not None:
            yield f"{term.name}: {format_answer(answer)}"


def broken_laws_in_brief(rulebook: Rulebook, decision: Decision) -> StyledLine:
    """The same in one line."""
    laws = listed([law.id for law in decision.broken])
    texts = "; ".join([*alarms(rulebook, decision), f"breaks the law {laws}; the rest is withheld"])
    return StyledLine(f"{decision.case.id}: {texts}", style="alarm")
