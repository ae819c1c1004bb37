"""What the page begins with: who needs a person now, what has to be fixed, and the question that keeps most open."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from htpy import Node, a, b, div, h2, h3, li, p, ul

from ...columns.results import OPEN, Answers, Row
from ...columns.summary import LEAST, MOST, REJECTS, Question, Spread, Summary
from ...drawing.charts import share
from ...drawing.page import unfolded
from ...errors import counted, listed
from ...record import Json
from ...rulebook import Rulebook
from .reasons import Reasons

IN_SIGHT = 10  # ids of an alarm that are in the open
REASONED = 25  # cases of an alarm whose reason is shown where they are unfolded
FEW = 4  # rejected rows that are in the open
UNFOLDED = 50  # rejected rows that are shown in all
ANSWERS_NAMED = 6  # answers of which it is said how often they are not known


@dataclass(frozen=True)
class Links:
    """Addresses in a page that is served: of a case, and of all cases with an answer; a file has none."""

    case: Callable[[str], str]
    answer: Callable[[str, str], str]
    rejects: str


@dataclass(frozen=True)
class Start:
    """What the beginning of the page is made of; `names` of files, where they are called otherwise than their path."""

    rulebook: Rulebook
    answers: Answers
    summary: Summary
    reasons: Reasons
    links: Links | None = None
    names: Mapping[str, str] = field(default_factory=dict)


def first(start: Start) -> Node:
    """Everything that needs a person, the worst first, in so few lines that the details are not far below."""
    kinds = (_alarms, _rejected, _unlawful, _may_alarm, _question, _unknown)
    parts = [part for kind in kinds for part in kind(start)]
    nothing = "Nothing: every case has all its answers, and none is an alarm."
    none = "No case was decided, so nothing can be said of any."
    return [h2["What needs a person"], parts or p[nothing if start.summary.cases else none]]


def _block(title: str, *content: Node, now: bool = False) -> Node:
    return div(class_=["first", {"now": now}])[h3[title], content]


# --- alarms ----------------------------------------------------------------------------------------------------------


def _alarms(start: Start) -> Iterator[Node]:
    """Who has an alarm for certain, by id, with the reasons of the first."""
    for (term, value), count in start.summary.alarms.items():
        if count:
            rows = start.answers.alarmed(term, value, REASONED)
            title = f"{term}: {value} in {counted(count, 'case')}"
            yield _block(title, _named(start, rows, count, term, value), _reasons(start, rows), now=True)


def _may_alarm(start: Start) -> Iterator[Node]:
    """How many more may have an alarm."""
    said = [f"{value} in {counted(count, 'case')}" for (_, value), count in start.summary.may_alarm.items() if count]
    if said:
        yield _block("May still become an alarm", p[f"Once open questions are answered, at most: {listed(said, 6)}."])


def _named(start: Start, rows: Sequence[Row], count: int, term: str, value: str) -> Node:
    """The ids of the first cases, and where the others are."""
    shown = [_case(start, row.case) for row in rows[:IN_SIGHT]]
    named = [node for one in shown for node in (", ", one)][1:]
    if count <= len(shown):
        return p[named]
    if start.links:
        return p[named, " ", a(href=start.links.answer(term, value))[f"and {count - len(shown):,} more"]]
    column = f"{term} at least" if start.rulebook.terms[term].takes_highest else term
    return p[named, f" and {count - len(shown):,} more: in answers/, all with “{value}” under “{column}”."]


def _case(start: Start, name: str) -> Node:
    return a(href=start.links.case(name))[name] if start.links else b[name]


def _reasons(start: Start, rows: Sequence[Row]) -> Node:
    lines = [li[_case(start, row.case), f" {reason}"] for row, reason in start.reasons.of_alarms(rows)]
    title = "Why" if len(rows) < REASONED else f"Why, of the first {REASONED}"
    return unfolded(title, ul[lines])


# --- what has to be fixed --------------------------------------------------------------------------------------------


def _rejected(start: Start) -> Iterator[Node]:
    """The rejected rows, as their file has them: the worst first."""
    count = start.summary.rejects.count
    if not count:
        return
    rows = [*islice(rejected_rows(start.answers.folder), UNFOLDED)]
    lines = [li[_fault(start, row)] for row in rows]
    more = unfolded(f"{len(lines) - FEW} more", ul[lines[FEW:]]) if len(lines) > FEW else None
    rest = None
    if start.links:
        rest = p[a(href=start.links.rejects)["Fix them"]]
    elif count > len(lines):
        rest = p[f"{REJECTS} has all {count:,}."]
    title = f"Rejected: {counted(count, 'case')} to be fixed, the worst first"
    yield _block(title, ul[lines[:FEW]], more, rest, now=True)


def rejected_rows(folder: Path) -> Iterator[Json]:
    """The rejected rows of a folder of answers, the worst first."""
    path = folder / REJECTS
    if path.exists():
        with path.open(encoding="utf-8") as lines:
            yield from (json.loads(line) for line in lines)


def _fault(start: Start, row: Json) -> Node:
    """A rejected row in one line: what is wrong, where, and how bad it may be."""
    problem = row["problems"][0] if "problems" in row else row
    file = start.names.get(str(problem.get("file")), str(problem.get("file") or ""))
    place = f"{file}:{problem['line']}" if problem.get("line") else file
    parts = [problem.get("there", ""), problem.get("expected") and f"expected {problem['expected']}"]
    parts.append(problem.get("suggestion") and f"did you mean {problem['suggestion']}")
    fault = "; ".join(filter(None, parts))
    unread = is_unread(row) or not row.get("case")
    return [b[place] if unread else [_case(start, str(row["case"])), f" {place}"], f": {fault}. {reaches(row)}"]


def is_unread(row: Json) -> bool:
    """Whether a line or file could not be read at all: such a row is called after its place."""
    problem = row["problems"][0] if "problems" in row else row
    file, line = str(problem.get("file") or ""), problem.get("line")
    return row.get("case") in (file, f"{file}:{line}")


def reaches(row: Json) -> str:
    """How bad a rejected row is, at least and at most, in words."""
    least, most = row.get(LEAST) or {}, row.get(MOST) or {}
    return "; ".join(_between(name, least.get(name), top) for name, top in {**least, **most}.items())


def _between(name: str, low: str | None, high: str | None) -> str:
    if low == high and low is not None:
        return f"{name}: {low}"
    return f"{name}: " + (f"at least {low}" if low else "nothing certain") + (f", at most {high}" if high else "")


def _unlawful(start: Start) -> Iterator[Node]:
    """How many cases break a law, which no right rulebook lets happen, and how many have a disputed answer."""
    breaking, disputed = start.summary.breaking_cases, start.summary.disputed_cases
    if breaking:
        says = f"{counted(breaking, 'case')} would break a law of the knowledge base, and show only alarms."
        yield _block("Broken laws", p[f"{says} The rules have to be looked at; the cases are below."], now=True)
    if disputed:
        yield _block("Disputed", p[f"In {counted(disputed, 'case')} rules disagree; the cases are below."])


# --- what is not known -----------------------------------------------------------------------------------------------


def _question(start: Start) -> Iterator[Node]:
    """The screening question whose answer completes most cases."""
    found = {name: one for name, one in start.summary.questions.items() if one.open}
    if not found:
        return
    name = max(found, key=lambda one: (found[one].alone, found[one].open))
    yield _block(
        "The question that would settle most", p[b[start.rulebook.terms[name].ask or name], " ", _keeps(found[name])]
    )


def _keeps(question: Question) -> str:
    if not question.alone:
        return f"It is one of several screening questions open in {counted(question.open, 'case')}."
    others = (
        f", and one of several in {question.open - question.alone:,} more" if question.open > question.alone else ""
    )
    return f"It is the only screening question still open in {counted(question.alone, 'case')}{others}."


def _unknown(start: Start) -> Iterator[Node]:
    """In one sentence, which answers are not known yet, and in how many cases."""
    if not start.summary.waiting:
        return
    cases = start.summary.cases
    counts = {name: unknown(spread) for name, spread in start.summary.spreads.items()}
    known = sorted((name for name in counts if counts[name]), key=lambda name: -counts[name])
    said = listed([f"{name} in {share(counts[name], cases)}" for name in known], ANSWERS_NAMED)
    says = f"{share(start.summary.waiting, cases)} of {counted(cases, 'case')} have an answer that is still open"
    yield _block("Not known yet", p[f"{says}: {said}." if said else f"{says}."])


def unknown(spread: Spread) -> int:
    """In how many cases an answer of one value is not known yet."""
    return spread.without.get(OPEN, 0)
