"""What a change does, in words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ..errors import Problem, counted, listed
from ..render import StyledLine, format_change
from ..rulebook import Rulebook
from .impact import Change

if TYPE_CHECKING:  # what these were made with is not needed to tell of them
    from .diff import Names, RuleDifference
    from .equivalence import EveryCase

MOST = 8


def change(found: Change, rulebooks: Sequence[Rulebook], indent: int = 0) -> Iterator[StyledLine]:
    """One case whose advice changes, with the rules that make the difference; rulebooks: after, and before."""
    says = f": {found.case.says}" if found.case.says else ""
    yield StyledLine(f"{found.case.id}{says}", indent, "answer")
    for term, (old, new) in found.answers.items():
        yield StyledLine(f"{term}: {'; '.join(format_change(old, new))}", indent + 1, "plain", "* ")
    yield from _through(found, rulebooks, indent + 1)


def _through(found: Change, rulebooks: Sequence[Rulebook], indent: int) -> Iterator[StyledLine]:
    """The rules that make the difference."""
    for word, rules in (("now", found.now), ("no longer", found.gone)):
        for rule in rules[:MOST]:
            yield StyledLine(f"{word}: {rule}: {_says(rule, rulebooks)}", indent, "muted")
        if len(rules) > MOST:
            yield StyledLine(f"{word}: {len(rules) - MOST} more rules", indent, "muted")


def _says(rule: str, rulebooks: Sequence[Rulebook]) -> str:
    return next((book.rules[rule].says for book in rulebooks if rule in book.rules), "")


def saved_changes(changes: Sequence[Change], rulebooks: Sequence[Rulebook], count: int) -> Iterator[StyledLine]:
    """What becomes of the saved cases."""
    if not changes:
        yield StyledLine(f"None of {counted(count, 'saved case')} changes its answer.", style="answer")
        return
    yield StyledLine(f"{len(changes)} of {counted(count, 'saved case')} get other advice:", style="alarm")
    for found in changes:
        yield from change(found, rulebooks, 1)


def many(counted_cases: Mapping[str, Any]) -> Iterator[StyledLine]:
    """What becomes of the cases of files, by kind of change."""
    count, apart = counted_cases["count"], counted_cases["set apart"]
    beside = f" ({apart:,} rejected, which no rule can read)" if apart else ""
    yield from problems(map(Problem.of, counted_cases["problems"]))
    if empty := counted_cases["empty"]:
        yield StyledLine(f"{empty:,} of {count:,} cases have no answer in them.", style="alarm")
    if not counted_cases["changed"]:
        yield StyledLine(f"None of {count:,} cases{beside} changes its answer.", style="answer")
        return
    yield StyledLine(f"{counted_cases['changed']:,} of {count:,} cases{beside} get other advice:", style="alarm")
    for kind in counted_cases["kinds"]:
        yield StyledLine(
            f"{kind['answer']}: {kind['after']} (before: {kind['before']}): {kind['count']:,}", 1, "plain", "* "
        )
        yield StyledLine(f"such as {', '.join(kind['such as'])}", 2, "muted")
        for word, key in (("now", "now"), ("no longer", "gone")):
            if kind[key]:
                yield StyledLine(f"{word}: {listed(kind[key], MOST)}", 2, "muted")


def problems(found: Iterable[Problem]) -> Iterator[StyledLine]:
    """What is in the way."""
    for problem in found:
        for number, line in enumerate(str(problem).splitlines()):
            yield StyledLine(line, 1, "alarm" if not number else "muted", "- " if not number else "")


# --- every case ------------------------------------------------------------------------------------------------------


def every_case(found: "EveryCase", rulebooks: Sequence[Rulebook]) -> Iterator[StyledLine]:
    """What becomes of every patient there could be."""
    if found.proved:
        yield StyledLine("No patient is affected: proved for every possible case.", style="answer")
        return
    if found.same:
        yield StyledLine(f"Proved the same for every possible case: {', '.join(found.same)}.")
    told: list[Change] = []
    for term, patients in found.differs.items():
        more = ", and perhaps in other ways" if term in found.more else ""
        yield StyledLine(f"{term} differs for such patients{more}:", style="alarm")
        for one in patients:
            again = any((one.case, one.now, one.gone) == (other.case, other.now, other.gone) for other in told)
            yield from patient(replace(one, now=(), gone=()) if again else one, rulebooks, 1)
            told.append(one)
    for term, reason in found.undecided.items():
        further = " in any other way" if term in found.differs else ""
        yield StyledLine(f"{term}: whether it differs{further} is not decided ({reason}).", style="alarm")


def patient(found: Change, rulebooks: Sequence[Rulebook], indent: int) -> Iterator[StyledLine]:
    """A patient that was found, by all that is known of it."""
    facts = ", ".join(f"{name}: {value}" for name, value in found.case.facts.items())
    yield StyledLine(facts or "nothing known", indent, "plain", "- ")
    for old, new in found.answers.values():
        yield StyledLine("; ".join(format_change(old, new)), indent + 1, "answer")
    yield from _through(found, rulebooks, indent + 1)


# --- rules -----------------------------------------------------------------------------------------------------------


def rules(found: Sequence["RuleDifference"]) -> Iterator[StyledLine]:
    """The rules that differ, by kind."""
    for kind, of_kind in groupby(found, key=lambda one: one.kind):
        those = list(of_kind)
        yield StyledLine(f"{KIND_TITLES[kind]}: {len(those)}", style="title")
        for one in those:
            yield StyledLine(one.rule, 1, "answer")
            yield from (StyledLine(text, 2, "plain", "* ") for text in one.told)
            if one.marks:
                facts = ", ".join(f"{name}: {value}" for name, value in one.facts.items()) or "nothing known"
                yield StyledLine(f"its condition {one.marks[1]} (before: {one.marks[0]}) for {facts}", 2, "plain", "* ")


KIND_TITLES = {
    "added": "Added",
    "gone": "Gone",
    "renamed": "Renamed, with the same meaning",
    "told otherwise": "Same lines and conclusions, other words or sources",
    "reworded": "Reworded, and proved to mean the same",
    "changed": "Changed",
    "undecided": "Not decided",
}


def names(found: Iterable["Names"]) -> Iterator[StyledLine]:
    """Everything else that differs, by name."""
    for one in found:
        for word, those in (("added", one.added), ("gone", one.gone), ("changed", one.changed)):
            if those:
                yield StyledLine(f"{one.kind} {word}: {', '.join(those)}")
