"""Two rulebooks by meaning: rules that came, went, say the same in other words, or mean something else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from .. import semantics
from ..case import Case, Value
from ..errors import Place
from ..proof import Verdict
from ..proof.equivalence import Two
from ..record import Json
from ..rulebook import Example, Rule, Rulebook
from .impact import known_to

NOWHERE = Place("")
Kind = Literal["added", "gone", "renamed", "told otherwise", "reworded", "changed", "undecided"]
KINDS: tuple[Kind, ...] = ("added", "gone", "renamed", "told otherwise", "reworded", "changed", "undecided")


@dataclass(frozen=True)
class RuleDifference:
    """A rule that is not the same in both: how, and in words what else is to be told.

    `facts` is a patient for whom the condition of a changed rule comes to something else, `marks` what it comes to.
    """

    rule: str
    kind: Kind
    told: tuple[str, ...] = ()
    facts: Mapping[str, Value] = field(default_factory=dict)
    marks: tuple[str, str] | None = None

    def as_json(self) -> Json:
        """The difference as the object that `lumbar diff --json` prints; docs/schema describes it."""
        marks = {"before": self.marks[0], "after": self.marks[1]} if self.marks else None
        return {
            "rule": self.rule,
            "change": self.kind,
            "told": list(self.told),
            "facts": dict(self.facts),
            "marks": marks,
        }


def rules_that_differ(before: Rulebook, after: Rulebook) -> Iterator[RuleDifference]:
    """The rules that are not the same, by kind and name."""
    found = [*_unpaired(before, after), *_paired(before, after)]
    yield from sorted(found, key=lambda one: (KINDS.index(one.kind), one.rule))


def _unpaired(before: Rulebook, after: Rulebook) -> Iterator[RuleDifference]:
    gone = {name: rule for name, rule in before.rules.items() if name not in after.rules}
    added = {name: rule for name, rule in after.rules.items() if name not in before.rules}
    for name, rule in added.items():
        old = next((one for one in gone if _meaning(gone[one]) == _meaning(rule)), None)
        if old is None:
            yield RuleDifference(name, "added", (rule.says,))
        else:
            del gone[old]
            yield RuleDifference(name, "renamed", (f"it was {old}",))
    yield from (RuleDifference(name, "gone", (rule.says,)) for name, rule in gone.items())


def _paired(before: Rulebook, after: Rulebook) -> Iterator[RuleDifference]:
    pairs = {name: (rule, after.rules[name]) for name, rule in before.rules.items() if name in after.rules}
    differing = {name: pair for name, pair in pairs.items() if _text(pair[0]) != _text(pair[1])}
    two = Two(before, after) if any(old.condition != new.condition for old, new in differing.values()) else None
    for name, (old, new) in differing.items():
        told = tuple(_told(old, new))
        if two is not None and old.condition != new.condition:
            yield _by_condition(before, after, name, told, two.rule(name))
        elif old.then != new.then or old.outranks != new.outranks:
            yield RuleDifference(name, "changed", told)
        else:
            yield RuleDifference(name, "told otherwise", told)


def _by_condition(
    before: Rulebook, after: Rulebook, name: str, told: tuple[str, ...], found: Verdict
) -> RuleDifference:
    """A rule whose condition is written differently: proved to mean the same, or with a patient who shows that not."""
    if found.kind == "undecided":
        return RuleDifference(name, "undecided", (*told, found.reason))
    if found.patient is not None:
        case = Case("a patient", found.patient.facts)
        marks = [semantics.NAMES[semantics.decide(book, known_to(book, case)).marks[name]] for book in (before, after)]
        return RuleDifference(name, "changed", told, found.patient.facts, (marks[0], marks[1]))
    concludes_alike = _meaning(before.rules[name])[1:] == _meaning(after.rules[name])[1:]
    return RuleDifference(name, "reworded" if concludes_alike else "changed", told)


def _meaning(rule: Rule) -> tuple[object, ...]:
    return rule.condition, frozenset(rule.then), frozenset(rule.outranks)


def _text(rule: Rule) -> Rule:
    """The rule without the places where it stands."""
    examples = tuple(Example(one.name, dict(one.given), one.mark, NOWHERE) for one in rule.examples)
    return replace(rule, place=NOWHERE, examples=examples)


def _told(old: Rule, new: Rule) -> Iterator[str]:
    """What of a rule is written differently, apart from its lines."""
    for word in ("says", "because", "status"):
        if getattr(old, word) != getattr(new, word):
            yield f"{word}: {getattr(new, word)} (before: {getattr(old, word)})"
    for word, before, after in (
        ("then", _conclusions(old), _conclusions(new)),
        ("outranks", old.outranks, new.outranks),
    ):
        yield from (f"{word} now: {one}" for one in after if one not in before)
        yield from (f"{word} no longer: {one}" for one in before if one not in after)
    for word, one, other in (
        ("sources", old.sources, new.sources),
        ("examples", _text(old).examples, _text(new).examples),
    ):
        if one != other:
            yield f"other {word}"


def _conclusions(rule: Rule) -> tuple[str, ...]:
    return tuple(name if value is None else f"{name}: {value}" for name, value in rule.then)


@dataclass(frozen=True)
class Names:
    """The names of one kind that came, went or changed."""

    kind: str
    added: tuple[str, ...]
    gone: tuple[str, ...]
    changed: tuple[str, ...]


def names_that_differ(before: Rulebook, after: Rulebook) -> Iterator[Names]:
    """Terms, laws, assumptions and sources that are not the same in both."""
    for kind in ("terms", "laws", "impossible", "sources", "claims"):
        old, new = (_without_places(getattr(book, kind)) for book in (before, after))
        found = Names(
            kind,
            tuple(name for name in new if name not in old),
            tuple(name for name in old if name not in new),
            tuple(name for name in new if name in old and old[name] != new[name]),
        )
        if found.added or found.gone or found.changed:
            yield found


def _without_places(things: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: replace(thing, place=replace(thing.place, file="", line=0, column=0)) for name, thing in things.items()
    }
