"""Findings that are answered otherwise in one case than in another."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..case import Value
from ..record import JsonRecord
from ..rulebook import Rulebook


@dataclass(frozen=True)
class FindingChange(JsonRecord):
    """A finding with its answers before and after; None where it is not answered."""

    term: str
    before: Value | None
    after: Value | None


def finding_changes(
    rulebook: Rulebook, before: Mapping[str, Value], after: Mapping[str, Value]
) -> tuple[FindingChange, ...]:
    """The findings that are answered otherwise, in the order of the terms."""
    pairs = ((term.name, before.get(term.name), after.get(term.name)) for term in rulebook.findings)
    return tuple(FindingChange(*pair) for pair in pairs if pair[1] != pair[2])


def with_changes(facts: Mapping[str, Value], chosen: Iterable[FindingChange]) -> dict[str, Value]:
    """The answers with some of them changed, given, or taken back."""
    answers = {**facts, **{change.term: change.after for change in chosen}}
    return {term: value for term, value in answers.items() if value is not None}
