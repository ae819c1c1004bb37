"""What made the difference between two decisions: the findings, or the part of the knowledge, that does it alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from .. import semantics
from ..case import Decision
from ..circuit import CompiledRulebook
from ..minimise import minimise
from ..record import Json, JsonRecord
from ..rulebook import DependencyCycle, Rule, Rulebook, Term
from .answers import advice, shown
from .findings import FindingChange, finding_changes
from .mixtures import Decisive, decisive
from .preconditions import check_both
from .rule_changes import ConclusionChange, Judged, changes, steps
from .verify import check_difference


@dataclass(frozen=True)
class KnowledgeChange(JsonRecord):
    """A rule or term that one rulebook has otherwise than the other: `how` is new, gone or changed."""

    kind: str
    name: str
    how: str
    says: str = field(compare=False)
    file: str = field(compare=False)


@dataclass(frozen=True, repr=False)
class Difference(JsonRecord):
    """What made the advice differ between two decisions, and nothing else.

    `findings` (or `knowledge`, for two rulebooks) explain the whole difference by themselves; `smallest` says that no
    smaller set does. Other answers could undo it: with those in `also` changed too, the advice is the later one, from
    whichever case each of the answers `beside` is taken; `minimal` says that none of `also` can be left out. `steps`
    are the conclusions on the way to what changed in the advice.
    """

    KEYS: ClassVar = {"before": "", "after": ""}

    before: Decision
    after: Decision
    findings: tuple[FindingChange, ...] = ()
    knowledge: tuple[KnowledgeChange, ...] = ()
    also: tuple[FindingChange, ...] = ()
    beside: tuple[str, ...] = ()
    smallest: bool = True
    minimal: bool = True
    steps: tuple[ConclusionChange, ...] = ()
    advice: tuple[ConclusionChange, ...] = ()

    def as_json(self) -> Json:
        """The difference as the object that `lumbar compare --json` prints; docs/schema describes it."""
        return {"before": self.before.named, "after": self.after.named, **super().as_json()}


def compare(compiled: CompiledRulebook, before: Decision, after: Decision, terms: Sequence[str] = ()) -> Difference:
    """What made the difference between two cases under one rulebook: in the advice, or in the terms named."""
    rulebook = compiled.rulebook
    check_both([(rulebook, before), (rulebook, after)], terms)
    terms_asked = tuple(terms) or shown(rulebook)
    first, second = Judged(rulebook, before), Judged(rulebook, after)
    differing = finding_changes(rulebook, before.case.facts, after.case.facts)
    same = advice(before, terms_asked) == advice(after, terms_asked)
    part = Decisive() if same else decisive(compiled, before.case.facts, differing, terms_asked)
    check_difference(rulebook, before, after, part, terms_asked)
    found = changes(first, second, terms_asked)
    return Difference(
        before,
        after,
        findings=part.changes,
        also=part.also,
        beside=tuple(change.term for change in differing if change not in (*part.changes, *part.also)),
        smallest=part.smallest,
        minimal=part.minimal,
        steps=steps(first, second, found),
        advice=found,
    )


# --- two rulebooks ---------------------------------------------------------------------------------------------------


def compare_rulebooks(before: Judged, after: Judged, terms: Sequence[str] = ()) -> Difference:
    """What of the knowledge made the difference between the decisions of one case under two rulebooks."""
    check_both([(one.rulebook, one.decision) for one in (before, after)], terms)
    terms_asked = tuple(terms) or tuple(dict.fromkeys((*shown(after.rulebook), *shown(before.rulebook))))
    later = advice(after.decision, terms_asked)

    def brings(chosen: Sequence[KnowledgeChange]) -> bool:
        mixed = _mixed(before.rulebook, after.rulebook, chosen)
        return _is_whole(mixed) and advice(semantics.decide(mixed, before.decision.case), terms_asked) == later

    differing = knowledge_changes(before.rulebook, after.rulebook)
    needed = minimise(differing, lambda sets: list(map(brings, sets)))
    found = changes(before, after, terms_asked)
    return Difference(
        before.decision,
        after.decision,
        knowledge=needed,
        beside=tuple(change.name for change in differing if change not in needed),
        smallest=len(needed) <= 1,
        steps=steps(before, after, found),
        advice=found,
    )


def knowledge_changes(before: Rulebook, after: Rulebook) -> tuple[KnowledgeChange, ...]:
    """The terms and rules that answers can depend on, and that two rulebooks do not have alike."""
    found = []
    kinds: tuple[tuple[str, Mapping[str, Rule | Term], Mapping[str, Rule | Term]], ...] = (
        ("term", before.terms, after.terms),
        ("rule", before.rules, after.rules),
    )
    for kind, old, new in kinds:
        for name in dict.fromkeys([*new, *old]):
            present = new.get(name) or old[name]
            how = "gone" if name not in new else "new" if name not in old else "changed"
            if how != "changed" or _meaning(old[name]) != _meaning(new[name]):
                found.append(KnowledgeChange(kind, name, how, present.says, present.place.file))
    return tuple(found)


def _meaning(thing: Rule | Term) -> tuple[object, ...]:
    """What of a rule or term answers depend on."""
    if isinstance(thing, Rule):
        return thing.condition, thing.then, thing.outranks
    return thing.domain, thing.finding, thing.screening, thing.asked_if, thing.otherwise, thing.takes_highest


def _mixed(before: Rulebook, after: Rulebook, chosen: Iterable[KnowledgeChange]) -> Rulebook:
    """The rulebook before, with what is chosen as it is after."""
    terms, rules = dict(before.terms), dict(before.rules)
    for change in chosen:
        if change.how == "gone":
            (terms if change.kind == "term" else rules).pop(change.name)
        elif change.kind == "term":
            terms[change.name] = after.terms[change.name]
        else:
            rules[change.name] = after.rules[change.name]
    return replace(before, terms=terms, rules=rules)


def _is_whole(rulebook: Rulebook) -> bool:
    """Whether the rules speak only of terms and values that there are, and form no circle."""
    for rule in rulebook.rules.values():
        names = {*rule.condition.terms(), *(term for term, _ in rule.then)}
        if not names <= rulebook.terms.keys() or not set(rule.outranks) <= rulebook.rules.keys():
            return False
        if any(value is not None and value not in rulebook.terms[term].domain.values for term, value in rule.then):
            return False
    try:
        return bool(rulebook.stages)
    except DependencyCycle:
        return False
