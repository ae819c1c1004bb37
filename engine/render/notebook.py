"""Records as HTML for notebooks: the lines that a command prints, indented and weighted as there."""

from collections.abc import Iterable, Iterator

from htpy import Element, div, fragment

from ..case import Case, Decision
from ..drawing.text_width import printable
from ..explain import Difference, Enough, Questions, Why, WhyNot
from ..record import Record
from .contrast import difference, enough
from .next_question import questions
from .styled_line import Style, StyledLine, format_answer
from .why import why
from .why_not import why_not

CSS: dict[Style, str] = {
    "title": "font-weight: bold; margin-top: 0.6em",
    "answer": "font-weight: bold",
    "alarm": "font-weight: bold; border-left: 6px solid #c62828; padding-left: 6px",
    "muted": "opacity: 0.7",
    "plain": "",
}


def html(record: Record) -> str | None:
    """A record as a part of a page; None where it has no lines of its own."""
    lines = lines_of(record)
    return None if lines is None else printable(str(fragment[[_line(line) for line in lines]]))


def lines_of(record: Record) -> Iterable[StyledLine] | None:
    """The lines of a record that can be shown without its rulebook."""
    match record:
        case Case():
            return _case(record)
        case Decision():
            return _decision(record)
        case Why():
            return why(record, "reasons")
        case WhyNot():
            return why_not(record, "reasons")
        case Difference():
            return difference(record, "reasons")
        case Enough():
            return enough(record, "reasons")
        case Questions():
            return questions(record, "reasons")
    return None


def _line(line: StyledLine) -> Element:
    return div(style=f"margin-left: {1.5 * line.indent}em; {CSS[line.style]}")[line.bullet + line.text]


def _case(case: Case) -> Iterator[StyledLine]:
    yield StyledLine(f"Case {case.id}", style="title")
    yield from (StyledLine(f"{name}: {value}") for name, value in case.facts.items())
    yield from (StyledLine(str(problem), style="alarm") for problem in case.problems)


def _decision(decision: Decision) -> Iterator[StyledLine]:
    yield StyledLine(f"Decision of case {decision.case.id}", style="title")
    for law in decision.broken:
        yield StyledLine(f"It breaks the law {law.id}: {law.says}", style="alarm")
    for name, answer in decision.conclusions.items():
        if name in decision.disputed:
            yield StyledLine(f"{name}: disputed ({' or '.join(decision.disputed[name])})", style="alarm")
        elif answer is not None:
            yield StyledLine(f"{name}: {format_answer(answer)}")
    yield StyledLine(f"open questions: {len(decision.ask)}", style="muted")
