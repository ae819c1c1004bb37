"""Two rulebooks by meaning: what is new, gone or changed, old line beside new, and what makes the rules less safe."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, get_args

from .. import semantics
from ..case import Answer, Case, Members, Range, Value
from ..digests import canonical
from ..proof import Patient, Unsat
from ..proof.equivalence import Two
from ..record import Json, Record, json_of
from ..rulebook import Law, Rule, Rulebook, Term, may_say
from .law_strength import compare_laws
from .renames import Renames, find_renames, renamed
from .wording import LineChange, Thing, changed_lines

Kind = Literal[
    "law",
    "impossible",
    "rule",
    "term",
    "saved case",
    "recommendation",
    "table examples",
    "group",
    "source",
    "claim",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
How = Literal["removed", "weaker", "changed", "undecided", "new", "stronger", "same meaning", "wording"]
HOWS: tuple[How, ...] = get_args(How)
WORDS = {"says", "because", "source", "examples", "ask", "help", "codes", "unit", "for patients", "usual"}
Reach = Literal["", "fewer patients", "more patients", "other patients"]


@dataclass(frozen=True, repr=False)
class RulebookDifference(Record):
    """One thing that is not the same in both: how, and its lines, old beside new.

    `was` is its name before, where it was renamed. `less_safe` says why, if it takes a safeguard away. Of a rule
    whose condition changed, `reach` says for whom it holds now, and `facts` is a patient for whom its condition had
    another result, `odd` those answers that are not as is usual, `marks` the two results. Of a law, `forbids` has
    states that only one of the versions forbids: the one before, and the one after.
    """

    kind: Kind
    name: str
    how: How
    says: str = ""
    lines: tuple[LineChange, ...] = ()
    was: str = ""
    less_safe: str = ""
    reach: Reach = ""
    facts: Mapping[str, Value] = field(default_factory=dict)
    odd: Mapping[str, Value] = field(default_factory=dict)
    marks: tuple[str, str] | None = None
    forbids: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    @property
    def decides(self) -> bool:
        """Whether advice can change through it."""
        return self.kind in ("rule", "term") and self.how not in ("same meaning", "wording")

    def as_json(self) -> Json:
        """The difference as an object; docs/schema describes it."""
        marks = {"before": self.marks[0], "after": self.marks[1]} if self.marks else None
        return {
            "kind": self.kind,
            "name": self.name,
            "change": self.how,
            "was": self.was,
            "less safe": self.less_safe,
            "reach": self.reach,
            "lines": json_of(self.lines),
            "facts": dict(self.facts),
            "odd": dict(self.odd),
            "marks": marks,
            "no longer forbids": list(self.forbids[0]),
            "now forbids": list(self.forbids[1]),
        }


@dataclass(frozen=True, repr=False)
class RulebookDiff(Record):
    """Two rulebooks by meaning: what was renamed, and every difference, those that take a safeguard away first."""

    before: Rulebook
    after: Rulebook
    renames: Renames
    differences: tuple[RulebookDifference, ...]

    def __bool__(self) -> bool:
        """Whether they differ at all."""
        return bool(self.renames or self.differences)

    def as_json(self) -> Json:
        """The two as the object that `lumbar diff --json` prints; docs/schema describes it."""
        return {
            "before": self.before.digest,
            "after": self.after.digest,
            "renamed": self.renames.as_json(),
            "differences": json_of(self.differences),
        }


class Comparison:
    """Two rulebooks, the one before already in the names of the one after; the circuit of both is made when needed."""

    def __init__(self, before: Rulebook, after: Rulebook) -> None:
        self.given = before
        self.renames = find_renames(before, after)
        self.before, self.after = renamed(before, self.renames), after

    @cached_property
    def two(self) -> Two:
        """Both in one circuit."""
        return Two(self.before, self.after)

    @cached_property
    def found(self) -> RulebookDiff:
        """What differs."""
        found = sorted(self._found(), key=lambda one: (not one.less_safe, KINDS.index(one.kind), HOWS.index(one.how)))
        return RulebookDiff(self.given, self.after, self.renames, tuple(found))

    def _found(self) -> Iterator[RulebookDifference]:
        for kind, old, new in self._pairs():
            name = new[0] if new else old[0] if old else ""
            before, after = old[1] if old else None, new[1] if new else None
            lines = changed_lines(before, after)
            if before is not None and after is not None and not lines:
                continue
            one = RulebookDifference(
                kind,
                name,
                "new" if before is None else "removed",
                says_of(after or before),
                lines,
                self._was(kind, name),
            )
            if before is not None and after is not None:
                one = self._changed(one, before, after)
            yield replace(one, less_safe=self._less_safe(one, before, after))

    def _pairs(self) -> Iterator[tuple[Kind, tuple[str, Thing] | None, tuple[str, Thing] | None]]:
        """Every thing of each kind, in both or in one of the two."""
        for kind, of in _THINGS.items():
            old, new = (getattr(book, of) for book in (self.before, self.after))
            for name in dict.fromkeys((*new, *old)):
                if name not in old or name not in new or old[name] != new[name]:
                    yield kind, (name, old[name]) if name in old else None, (name, new[name]) if name in new else None
        shown = [book.recommendation for book in (self.before, self.after)]
        if canonical(shown[0]) != canonical(shown[1]):
            yield "recommendation", *(one and ("recommendation", one) for one in shown)  # type: ignore[misc]

    def _was(self, kind: Kind, name: str) -> str:
        names = {"term": self.renames.terms, "rule": self.renames.rules, "law": self.renames.laws}.get(kind, {})
        return next((old for old, new in names.items() if new == name), "")

    # --- how it changed ----------------------------------------------------------------------------------------------

    def _changed(self, one: RulebookDifference, before: Thing, after: Thing) -> RulebookDifference:
        if all(line.field in WORDS for line in one.lines) and one.kind in ("law", "impossible", "rule", "term"):
            return replace(one, how="wording")
        if isinstance(before, Law) and isinstance(after, Law):
            found = compare_laws(self.after, before, after)
            return replace(one, how=found.strength, forbids=(found.no_longer, found.now))
        if isinstance(before, Rule) and isinstance(after, Rule):
            return self._changed_rule(one, before, after)
        return replace(one, how="changed")

    def _changed_rule(self, one: RulebookDifference, before: Rule, after: Rule) -> RulebookDifference:
        """A rule whose lines differ: proved to mean the same, or with a patient who shows that not."""
        concludes_alike = set(before.then) == set(after.then) and set(before.outranks) == set(after.outranks)
        if before.condition == after.condition:
            return replace(one, how="same meaning" if concludes_alike else "changed")
        patient = self.two.rule(one.name)
        if isinstance(patient, Unsat):
            return replace(one, how="same meaning" if concludes_alike else "changed")
        if not isinstance(patient, Patient):
            return replace(one, how="undecided")
        case = Case("a patient", patient.facts)
        marks = [
            semantics.NAMES[semantics.decide(book, known_to(book, case)).marks[one.name]]
            for book in (self.before, self.after)
        ]
        odd = {name: value for name, value in patient.facts.items() if value != self.two.ordinary.usual[name]}
        reach = _REACH[self.two.reach(one.name)]
        return replace(one, how="changed", reach=reach, facts=patient.facts, odd=odd, marks=(marks[0], marks[1]))

    # --- what makes the rules less safe ------------------------------------------------------------------------------

    def _less_safe(self, one: RulebookDifference, before: Thing | None, after: Thing | None) -> str:
        match one.kind:
            case "law":
                return _LAW.get(one.how, "")
            case "impossible":
                return _IMPOSSIBLE.get(one.how, "")
            case "rule" if isinstance(before, Rule):
                return self._lost_alarm(one, before, after)
            case "term" if isinstance(before, Term):
                return "; ".join(_lost_screening(before, after if isinstance(after, Term) else None))
            case "saved case" if isinstance(before, Case):
                return _lost_case(self.after.terms, before, after)
        return ""

    def _lost_alarm(self, one: RulebookDifference, before: Rule, after: Thing | None) -> str:
        """The alarms that a rule gave, and gives no longer, or to fewer patients."""
        alarms = [
            (name, value)
            for name, value in before.then
            if name in self.before.terms and value in self.before.terms[name].alarms
        ]
        kept = after.then if isinstance(after, Rule) else ()
        lost = [f"{name}: {value}" for name, value in alarms if (name, value) not in kept]
        if lost:
            return f"it no longer gives the alarm {' and '.join(lost)}"
        if alarms and (one.reach in ("fewer patients", "other patients") or one.how == "undecided"):
            given = " and ".join(f"{name}: {value}" for name, value in alarms)
            return f"it {'may give' if one.how == 'undecided' else 'gives'} the alarm {given} to fewer patients"
        return ""


_THINGS: dict[Kind, str] = {
    "law": "laws",
    "impossible": "impossible",
    "rule": "rules",
    "term": "terms",
    "saved case": "cases",
    "table examples": "row_examples",
    "group": "groups",
    "source": "sources",
    "claim": "claims",
}
_REACH: dict[tuple[bool, bool], Reach] = {
    (True, False): "fewer patients",
    (False, True): "more patients",
    (True, True): "other patients",
    (False, False): "",
}
_LAW = {
    "removed": "this law is gone, and nothing forbids it any more",
    "weaker": "this law forbids less than before",
    "changed": "this law no longer forbids all that it did",
    "undecided": "this law may forbid less than before",
}
_IMPOSSIBLE = {
    "new": "proofs no longer look at such patients",
    "stronger": "proofs look at fewer patients than before",
    "changed": "proofs no longer look at some patients",
    "undecided": "proofs may look at fewer patients than before",
}


def compare(before: Rulebook, after: Rulebook) -> RulebookDiff:
    """Compare two rulebooks by meaning."""
    return Comparison(before, after).found


def known_to(rulebook: Rulebook, case: Case) -> Case:
    """The case with the answers that the rulebook has a finding and a value for."""
    terms = rulebook.terms
    return replace(case, facts={name: value for name, value in case.facts.items() if may_say(terms.get(name), value)})


def says_of(thing: object) -> str:
    """What a thing says in one sentence, whatever its kind."""
    for word in ("says", "ask", "citation"):
        if text := getattr(thing, word, ""):
            return str(text)
    return ""


def _lost_screening(before: Term, after: Term | None) -> Iterator[str]:
    """What of a term made sure that an alarm is not missed, and is no longer so."""
    if before.screening and (after is None or not after.screening):
        yield "it is no longer a screening question"
    elif after is not None and before.screening and after.asked_if is not None and before.asked_if != after.asked_if:
        yield "this screening question is asked of other patients than before"
    lost = [value for value in before.alarms if after is None or value not in after.alarms]
    if lost:
        yield f"no longer an alarm: {', '.join(lost)}"


def _lost_case(terms: Mapping[str, Term], before: Case, after: Thing | None) -> str:
    """Why a saved case guards less than before, if it does."""
    if not isinstance(after, Case):
        return "this patient is no longer a saved case"
    old, new = before.expected or {}, after.expected or {}
    lost = [name for name, term in terms.items() if _alarm(term, old.get(name)) > _alarm(term, new.get(name))]
    return f"a lower alarm is expected ({', '.join(lost)})" if lost else ""


def _alarm(term: Term, answer: Answer) -> int:
    """How high an alarm an answer is at least, or how many of its members are alarms; 0 where it is none."""
    if isinstance(answer, Members):
        return sum(value in term.alarms for value in answer.inside)
    value = answer.low if isinstance(answer, Range) else answer
    if value not in term.alarms:
        return 0
    return term.domain.values.index(str(value)) + 1 if term.takes_highest else 1
