"""Two rulebooks over every case that could exist: which answers are the same, and patients for whom they are not."""

from collections.abc import Mapping
from dataclasses import dataclass

from .. import semantics
from ..case import Case
from ..proof import Unknown
from ..proof.equivalence import Two
from ..record import Json
from ..rulebook import Rulebook
from .impact import Change, compare, known_to, shown_terms

MOST = 3
TRIES = 12
UNSEEN = "it rests on marks that differ, and no patient was found whose answer does"


@dataclass(frozen=True)
class EveryCase:
    """Of each conclusion shown: proved the same in every case, with patients for whom it differs, or not decided.

    One of which patients are shown is undecided too where the search for more was given up.

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

    def as_json(self) -> Json:
        """The finding as the object that `lumbar impact --json` prints; docs/schema describes it."""
        differs = {term: [change.as_json() for change in found] for term, found in self.differs.items()}
        return {"same": list(self.same), "differs": differs, "undecided": dict(self.undecided), "more": list(self.more)}


def compare_every_case(before: Rulebook, after: Rulebook, most: int = MOST, tries: int = TRIES) -> EveryCase:
    """Compare the answers of two rulebooks for every case that both can read.

    Of each conclusion patients with other marks are looked for, each with marks that none before had: the answer hangs
    on these alone, so that it is proved the same where all have been tried and none showed another.
    """
    two = Two(before, after)
    same, more = [], []
    differs: dict[str, tuple[Change, ...]] = {}
    undecided: dict[str, str] = {}
    for term in shown_terms(before, after):
        if term not in before.support or term not in after.support:
            undecided[term] = "only one of the two has this conclusion"
            continue
        shown, reason = _shown(two, term, most, tries)
        if shown:
            differs[term] = shown
        if reason == UNSEEN and shown:
            more.append(term)
        elif reason:
            undecided[term] = reason
        elif not shown:
            same.append(term)
    return EveryCase(tuple(same), differs, undecided, tuple(more))


def _shown(two: Two, term: str, most: int, tries: int) -> tuple[tuple[Change, ...], str]:
    """The changes of the first patients who show one, and why there may be more; nothing where all were seen."""
    shown: list[Change] = []
    tried = 0
    for found in two.differences(term, tries):
        if isinstance(found, Unknown):
            return tuple(shown), found.reason
        tried += 1
        case = Case("a patient", found.facts)
        change = compare([term], *(semantics.decide(book, known_to(book, case)) for book in (two.before, two.after)))
        shown += [change] if change else []  # a mark may differ that no answer shows
        if len(shown) == most:
            break
    return tuple(shown), UNSEEN if tried == tries or len(shown) == most else ""
