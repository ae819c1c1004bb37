"""What was found of the edits of rules, kept from one time to the next in the user's cache folder.

What examples tell is kept for each card and each table, and what saved cases and proofs tell of an edit for the whole
knowledge base, each under a digest of all that it rests on. Where that has changed it is tried anew; what was kept then
says only where to look first: which saved case noticed the edit, which patients showed that an answer hangs on one.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b

from .. import kept as cache
from ..case import Decision, Value
from ..language import Condition, show
from ..rulebook import Rulebook, readable
from .apart import Apart
from .by_examples import ByExamples
from .saved import answer_terms

KEPT = 8
MOST = 500
"""Patients who are kept."""

ROOMS = ("laws", "impossible")
Outcomes = Mapping[tuple[str, int], str | bool]
"""Of edits, by rule and place among its edits: the saved case that noticed it; else whether it changes nothing."""
Aparts = Mapping[str, Apart | None]
"""Of edited conditions, by all that they rest on: where they differ from what they were."""


class Kept:
    """What was kept of one folder of knowledge; nothing where the folder has no name.

    `same` tells that nothing has changed of what follows from any case, so that the `outcomes` are still right.
    """

    def __init__(self, rulebook: Rulebook, decisions: Sequence[Decision], proving: bool) -> None:
        folder = cache.folder() if rulebook.directory else None
        self.path = folder / f"{cache.digest_of(rulebook.directory).hexdigest()}.edits" if folder else None
        self.meaning = _meaning(rulebook, decisions, proving) if folder else ""
        self.same = False
        self.by_examples: Mapping[str, ByExamples] = {}
        self.outcomes: Outcomes = {}
        self.aparts: Aparts = {}
        self.patients: Sequence[Mapping[str, Value]] = ()
        self._read(rulebook)

    def _read(self, rulebook: Rulebook) -> None:
        try:
            content = cache.unpickle(cache.read(self.path)) if self.path else ("", {}, {}, {}, ())
            meaning, by_examples, outcomes, aparts, patients = content
            still = tuple(facts for facts in patients if readable(rulebook.terms, facts))
            if not all(isinstance(one, ByExamples) for one in by_examples.values()):
                return
            if not all(isinstance(one, Apart | None) for one in aparts.values()) or not isinstance(outcomes, dict):
                return
        except Exception:  # whatever a damaged file raises, all of it can be tried anew
            return
        self.same = self.path is not None and meaning == self.meaning
        self.by_examples, self.outcomes, self.aparts, self.patients = by_examples, outcomes, aparts, still

    def save(
        self,
        by_examples: Mapping[str, ByExamples],
        outcomes: Outcomes,
        aparts: Aparts,
        patients: Sequence[Mapping[str, Value]],
    ) -> None:
        """Keep what was found for the next time; `patients` are those who showed something now."""
        if self.path is not None:
            earlier = [facts for facts in self.patients if self.same and facts not in patients]
            kept = dict(by_examples), dict(outcomes), dict(aparts), (*earlier, *patients)[-MOST:]
            content = (self.meaning, *kept)
            cache.write(self.path, cache.pickled(content), KEPT)


def resting_on(rulebook: Rulebook, *conditions: Condition) -> str:
    """A digest of conditions and of their terms."""
    names = sorted(frozenset[str]().union(*(one.terms() for one in conditions)))
    whole = ([show(one) for one in conditions], [rulebook.terms[name] for name in names])
    return blake2b(repr(whole).encode(), digest_size=16).hexdigest()


def _meaning(rulebook: Rulebook, decisions: Sequence[Decision], proving: bool) -> str:
    """A digest of all that says what follows from a case, of the saved cases, and of how each was decided."""
    rules = [(one.id, one.row, show(one.condition), one.then, one.outranks) for one in rulebook.rules.values()]
    laws = [(kind, one.id, show(one.condition, law=True)) for kind in ROOMS for one in getattr(rulebook, kind).values()]
    cases = [(decision.case.id, decision.case.facts, decision.marks) for decision in decisions]
    whole = (proving, rules, laws, cases, rulebook.terms, answer_terms(rulebook))
    return blake2b(repr(whole).encode()).hexdigest()
