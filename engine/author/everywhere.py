"""Two rulebooks over every case that could exist: which answers are the same, and patients for whom they are not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .. import truth
from ..case import Case
from ..proof import Patient, Undecided
from ..proof.same import Two
from ..rulebook import Rulebook
from .impact import Change, compare, known_to, shown_terms

MOST = 3


@dataclass(frozen=True)
class Everywhere:
    """Of each conclusion shown: proved the same in every case, with patients for whom it differs, or not decided.

    `more` names those that may differ in further ways than the patients show.
    """

    same: tuple[str, ...]
    differs: Mapping[str, tuple[Change, ...]]
    undecided: Mapping[str, str]
    more: tuple[str, ...]

    @property
    def proved(self) -> bool:
        """Whether no patient there could be gets another answer."""
        return not self.differs and not self.undecided

    def as_json(self) -> dict[str, Any]:
        """The finding as the object that `lumbar impact --json` prints; docs/schema describes it."""
        differs = {term: [change.as_json() for change in found] for term, found in self.differs.items()}
        return {"same": list(self.same), "differs": differs, "undecided": dict(self.undecided), "more": list(self.more)}


def compare_everywhere(before: Rulebook, after: Rulebook, most: int = MOST) -> Everywhere:
    """Compare the answers of two rulebooks for every case that both can read."""
    two = Two(before, after)
    same, more = [], []
    differs: dict[str, tuple[Change, ...]] = {}
    undecided: dict[str, str] = {}
    for term in shown_terms(before, after):
        if term not in before.support or term not in after.support:
            undecided[term] = "only one of the two has this conclusion"
            continue
        found = list(two.differences(term, most))
        reasons = [one.reason for one in found if isinstance(one, Undecided)]
        patients = [one for one in found if isinstance(one, Patient)]
        if reasons:
            undecided[term] = reasons[0]
        if patients:
            differs[term] = tuple(_changes(before, after, term, patients))
        if len(patients) == most:
            more.append(term)
        if not found:
            same.append(term)
    return Everywhere(tuple(same), differs, undecided, tuple(more))


def _changes(before: Rulebook, after: Rulebook, term: str, patients: Sequence[Patient]) -> Iterator[Change]:
    for patient in patients:
        case = Case("a patient", patient.facts)
        decisions = (truth.decide(book, known_to(book, case)) for book in (before, after))
        change = compare([term], *decisions)
        if change is not None:  # a mark may differ that no answer shows
            yield change
