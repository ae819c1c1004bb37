"""What to ask next, and why, in words."""

from collections.abc import Iterator

from ..errors import counted, listed
from ..explain import Effect, OpenQuestion, Questions, outcome
from .answers import format_settled, format_values, joined_by_or
from .styled_line import StyledLine
from .why import Length

FIRST = 8
"""So many questions are shown whole; of the others, the names."""


def questions(questions: Questions, length: Length = "reasons") -> Iterator[StyledLine]:
    """The questions that can still change the advice, the most useful first."""
    yield StyledLine(_head(questions), style="answer")
    if length != "line":
        first = questions.asked if length == "everything" else questions.asked[:FIRST]
        for number, question in enumerate(first, 1):
            yield from why_asked(questions, question, number, length)
        rest = [question.term.name for question in questions.asked[len(first) :]]
        if rest:
            yield StyledLine(f"After these, {counted(len(rest), 'more')}".removesuffix("s"), style="title")
            yield StyledLine(", ".join(rest), 1, "muted")
        if questions.needless:
            yield StyledLine("Not answered, and can change nothing any more", style="title")
            yield StyledLine(listed(questions.needless, 1_000 if length == "everything" else 12), 1, "muted")


def _head(questions: Questions) -> str:
    name = questions.decision.case.id
    if questions.settled:
        return f"No answer can change the advice of {name} any more. {_proof(questions)}"
    screening = sum(question.term.screening for question in questions.asked)
    first = f", {screening} of them for screening" if screening else ""
    asked = [question.term.name for question in questions.asked]
    return f"{counted(len(asked), 'question')} can still change the advice of {name}{first}; first: {asked[0]}"


def _proof(questions: Questions) -> str:
    if not questions.decision.ask:
        return "Every question that applies is answered."
    if questions.proof == "structure":
        return "Proved: nothing in it depends on what is not answered."
    return "Proved: no answers to what is left, in any possible patient, change any of it."


def why_asked(
    questions: Questions, question: OpenQuestion, number: int = 0, length: Length = "reasons"
) -> Iterator[StyledLine]:
    """A question, and what its answers would settle; numbered where several stand below each other."""
    screening = " (screening)" if question.term.screening else ""
    yield StyledLine(f"{f'{number}. ' if number else ''}{question.term.name}{screening}", style="title")
    yield StyledLine(question.term.ask, 1, "plain", "? ")
    settled: dict[str, list[str]] = {}  # answers that read alike are shown once
    for effect in question.effects:
        settled.setdefault(_settled(questions, effect), []).append(format_values(effect.answers, question.term))
    for settles, values in settled.items():
        if settles:
            yield StyledLine(f"{joined_by_or(values)}: {settles}", 1, "plain", "if ")
    if not any(settled):
        yield StyledLine(f"together with other answers it settles {listed(question.touches, 5)}", 1)
    if question.waiting and length == "everything":
        yield StyledLine(f"rules that wait for it: {', '.join(question.waiting)}", 1, "muted")
    if not question.sure:
        yield StyledLine("it may turn out to change nothing: that is not decided", 1, "muted")


def _settled(questions: Questions, effect: Effect) -> str:
    """What an answer would settle by itself; empty where nobody would see it."""
    then = ((term, outcome(questions.decision, term), after) for term, after in effect.settles.items())
    return "; ".join(filter(None, (format_settled(*one) for one in then)))
