"""Two rulebooks over every case that could exist: which answers are the same, and patients for whom they are not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from .. import semantics
from ..case import Case
from ..differences.rulebooks import known_to
from ..proof import Patient, Unsat
from ..proof.equivalence import Two
from ..record import JsonRecord
from .impact import CaseChange, Cause, compare, shown_terms

MOST = 2
TRIES = 3
A_PATIENT = "a patient"
UNSEEN = "it rests on marks that differ, and no patient was found whose answer does"


@dataclass(frozen=True)
class EveryCase(JsonRecord):
    """Of each conclusion shown: proved the same in every case, with patients for whom it differs, or not decided.

    `more` names those that may differ in further ways than the patients show; `added` and `gone` those that only one
    of the two rulebooks has.
    """

    same: tuple[str, ...]
    differs: Mapping[str, tuple[CaseChange, ...]]
    undecided: Mapping[str, str]
    more: tuple[str, ...]
    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def proved(self) -> bool:
        """Whether no patient there could be gets another answer."""
        return not (self.differs or self.undecided or self.added or self.gone)

    @property
    def patients(self) -> tuple[CaseChange, ...]:
        """The patients, each once, with all of the answers that differ."""
        found: list[CaseChange] = []
        for changes in self.differs.values():
            found += [change for change in changes if change not in found]
        return tuple(found)


def compare_every_case(
    two: Two, causes: Iterable[Cause] = (), known: Sequence[CaseChange] = (), most: int = MOST
) -> EveryCase:
    """Compare the answers of two rulebooks for every case that both can read.

    Of each conclusion patients are looked for, each of whom shows it in another way; the `known` changes are looked at
    first, and a patient found for one conclusion serves the others.
    """
    before, after = two.before, two.after
    terms = shown_terms(before, after)
    both = [term for term in terms if term in before.support and term in after.support]
    order = {term: place for place, stage in enumerate(after.stages) for term in stage.terms}
    search = _Search(two, tuple(causes), both, most, list(known))
    search.look_at_laws()
    for term in sorted(both, key=lambda one: order[one]):
        search.look(term)
    return EveryCase(
        tuple(term for term in both if term in search.same),
        {term: search.differs[term] for term in both if term in search.differs},
        search.undecided,
        tuple(search.more),
        tuple(term for term in terms if term not in before.support),
        tuple(term for term in terms if term not in after.support),
    )


class _Search:
    """Looks for patients, conclusion by conclusion."""

    def __init__(
        self, two: Two, causes: tuple[Cause, ...], terms: Sequence[str], most: int, patients: list[CaseChange]
    ) -> None:
        self.two, self.causes, self.terms, self.most = two, causes, terms, most
        self.patients = patients
        self.same: list[str] = []
        self.more: list[str] = []
        self.differs: dict[str, tuple[CaseChange, ...]] = {}
        self.undecided: dict[str, str] = {}

    def look_at_laws(self) -> None:
        """Find a patient whose advice is withheld for another law than before."""
        found = self.two.breaking()
        if isinstance(found, Patient) and (change := self._change(Case(A_PATIENT, found.facts))):
            self.patients.append(change)

    def look(self, term: str) -> None:
        """Find out of one conclusion whether it differs, and for whom."""
        shown = [change for change in self.patients if term in change.answers][: self.most]
        tried = [change.case.facts for change in shown]
        reason = ""
        while len(shown) < self.most and len(tried) < TRIES and not reason:
            found = self.two.difference(term, tried)
            if isinstance(found, Unsat):
                self._settle(term, shown)
                return
            if not isinstance(found, Patient):
                reason = found.reason
                break
            tried.append(found.facts)
            change = self._change(Case(A_PATIENT, found.facts))
            if change is not None and term in change.answers:
                shown.append(change)
                self.patients.append(change)
        self._settle(term, shown, reason or UNSEEN)

    def _settle(self, term: str, shown: Sequence[CaseChange], reason: str = "") -> None:
        """What is known of a conclusion: a difference that was shown is decided, whatever else may be."""
        if shown:
            self.differs[term] = tuple(shown)
            self.more += [term] if reason else []
        elif reason:
            self.undecided[term] = reason
        else:
            self.same.append(term)

    def _change(self, case: Case) -> CaseChange | None:
        """How the advice to a patient changes, if it does."""
        decisions = [semantics.decide(book, known_to(book, case)) for book in (self.two.before, self.two.after)]
        change = compare(self.terms, decisions[0], decisions[1], self.causes)
        usual = self.two.ordinary.usual
        odd = {name: value for name, value in case.facts.items() if value != usual[name]}
        return change and replace(change, odd=odd, whole=not decisions[1].ask)
