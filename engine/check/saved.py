"""Saved cases: whether each still gets its answer and breaks no law, and writing the present answer into it."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from .. import truth
from ..case import Answer, Case, Decision, Members, Range, plain
from ..errors import Place, Problem
from ..language import quoted
from ..rulebook import Rulebook


class Decides(Protocol):
    """Whatever decides a case: truth, or the chain."""

    def decide(self, case: Case) -> Decision:
        """Every conclusion of a case."""
        ...


def changed_cases(rulebook: Rulebook, decisions: Iterable[Decision]) -> Iterator[Problem]:
    """Saved cases whose answer is no longer the expected one, is disputed, or breaks a law."""
    for decision in decisions:
        case, place = decision.case, decision.case.place or Place("")
        for term, wanted, found in differences(rulebook, decision):
            yield Problem(place, f"{case.id}: {term} is {_told(found)}", _told(wanted))
        for term, sides in decision.disputed.items():
            told = "; ".join(f"{value} ({', '.join(rules)})" for value, rules in sides.items())
            yield Problem(place, f"{case.id}: {term} is disputed: {told}", "one answer")
        for law in truth.broken_laws(rulebook, decision):
            yield Problem(law.place, f"the law {law.id!r} is broken by the case {case.id!r}", law.says)


def _told(answer: Answer) -> str:
    return "unknown" if answer is None else str(plain(answer))


def answer_terms(rulebook: Rulebook) -> tuple[str, ...]:
    """The conclusions that make up the answer: those that a recommendation shows, or all where nothing says which."""
    if rulebook.recommendation is None:
        return tuple(term.name for term in rulebook.conclusions)
    names: dict[str, None] = {}
    for section in rulebook.recommendation.sections:
        names.update(dict.fromkeys(section.terms))
        names.update((tally, None) for _, *tallies in section.sides for tally in tallies)
    return tuple(names)


def differences(rulebook: Rulebook, decision: Decision) -> Iterator[tuple[str, Answer, Answer]]:
    """The terms of the answer that are not as the case expects, each with what it expects and what is found."""
    expected = decision.case.expected or {}
    for name in answer_terms(rulebook):
        wanted, found = expected.get(name), decision.conclusions[name]
        if isinstance(found, Members):
            wanted = wanted or Members()
        if wanted != found:
            yield name, wanted, found


def expected_text(rulebook: Rulebook, decision: Decision) -> str:
    """The whole answer as the `expected …` lines of a case file."""
    lines: list[str] = []
    for name in answer_terms(rulebook):
        answer, head = decision.conclusions[name], f"expected {name}:"
        if isinstance(answer, Range):
            lines.append(f"{head} {{at least: {quoted(str(answer.low))}, at most: {quoted(str(answer.high))}}}")
        elif isinstance(answer, Members):
            lines += _members_text(head, answer)
        elif answer is not None:
            lines.append(f"{head} {quoted(str(answer))}")
    return "\n".join(lines) + "\n"


def _members_text(head: str, answer: Members) -> list[str]:
    if not answer.open:
        return [head, *(f"  - {quoted(value)}" for value in answer.inside)] if answer.inside else []
    lines = [head]
    for word, values in (("in", answer.inside), ("open", answer.open)):
        lines += [f"  {word}:", *(f"    - {quoted(value)}" for value in values)] if values else []
    return lines


def accept(rulebook: Rulebook, reading: Decides) -> Iterator[Path]:
    """Write the present answer into every saved case that expects another; gives the files changed."""
    for case in rulebook.cases.values():
        decision = reading.decide(case)
        if case.place and any(differences(rulebook, decision)):
            path = Path(rulebook.directory) / case.place.file
            path.write_text(with_answer(path.read_text(encoding="utf-8"), rulebook, decision), encoding="utf-8")
            yield path


def with_answer(text: str, rulebook: Rulebook, decision: Decision) -> str:
    """The text of a saved case with this answer in place of the one that it expected."""
    kept = "\n".join(_without_answers(text.splitlines())).rstrip()
    return f"{kept}\n\n{expected_text(rulebook, decision)}"


def _without_answers(lines: Iterable[str]) -> Iterator[str]:
    keep = True
    for line in lines:
        if line and not line.startswith((" ", "#")):
            keep = not line.startswith("expected ")
        if keep:
            yield line
