"""What has the same meaning under another name: terms, values, rules and laws; and a rulebook put into new names.

A rename is seen by its use: what reads and gives the new name is what read and gave the old one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from ..case import Answer, Case, Members, Range
from ..language import Against, Condition, Group, Is, Line
from ..record import Record
from ..rulebook import Law, Recommendation, RowExample, Rule, Rulebook, Section, Term

Named = TypeVar("Named", Rule, Law)
ALIKE = 0.5  # so much of the use of two names must be the same


@dataclass(frozen=True, repr=False)
class Renames(Record):
    """Old name to new name; `values` has for each term, by its new name, the values that were renamed."""

    terms: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    laws: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.terms or self.values or self.rules or self.laws)

    def term(self, name: str) -> str:
        """The new name of a term."""
        return self.terms.get(name, name)

    def value(self, term: str, value: Any) -> Any:
        """The new name of a value of a term, which is named as before."""
        return self.values.get(self.term(term), {}).get(value, value)

    def as_json(self) -> list[dict[str, str]]:
        """The renames as a list of objects; docs/schema describes it."""
        return [{"kind": kind, "before": old, "after": new} for kind, old, new in self.listed()]

    def listed(self) -> Iterator[tuple[str, str, str]]:
        """Each rename: the kind of thing, its old name and its new one."""
        yield from (("term", old, new) for old, new in self.terms.items())
        yield from (
            ("value", f"{term}: {old}", f"{term}: {new}")
            for term, pairs in self.values.items()
            for old, new in pairs.items()
        )
        yield from (("rule", old, new) for old, new in self.rules.items())
        yield from (("law", old, new) for old, new in self.laws.items())


# --- found -----------------------------------------------------------------------------------------------------------


def find_renames(before: Rulebook, after: Rulebook) -> Renames:
    """What was renamed between two rulebooks."""
    if before.digest == after.digest:
        return Renames()
    terms = _renamed_terms(before, after)
    values = dict(_renamed_values(before, after, Renames(terms)))
    old = renamed(before, Renames(terms, values))
    return Renames(terms, values, _same_meaning(old.rules, after.rules), _same_meaning(old.laws, after.laws))


def _renamed_terms(before: Rulebook, after: Rulebook) -> dict[str, str]:
    gone = [term for name, term in before.terms.items() if name not in after.terms]
    added = [term for name, term in after.terms.items() if name not in before.terms]
    if not gone or not added:
        return {}
    used, uses = _uses(before), _uses(after)
    pairs = [
        (
            _alike(used.get(old.name, frozenset()), uses.get(new.name, frozenset())) + _same_words(old, new),
            old.name,
            new.name,
        )
        for old in gone
        for new in added
        if old.finding == new.finding and old.domain.kind == new.domain.kind
    ]
    return _best(pairs)


def _same_words(old: Term, new: Term) -> float:
    """How much of what is written of two terms is the same, as far as it goes beyond their names."""
    pairs = ((old.ask, new.ask), (old.help, new.help), (old.says, new.says), (old.domain, new.domain))
    return sum(0.15 for one, other in pairs if one and one == other)


def _uses(rulebook: Rulebook) -> dict[str, frozenset[str]]:
    """For each term the cards and laws that name it."""
    found: dict[str, set[str]] = {}
    for thing in _cards(rulebook):
        names = set(thing.condition.terms())
        names |= {name for name, _ in thing.then} if isinstance(thing, Rule) else set()
        for name in names:
            found.setdefault(name, set()).add(thing.id)
    for term in rulebook.findings:
        for name in rulebook.applies_to(term.name):
            found.setdefault(name, set()).add(f"gate of {term.name}")
    return {name: frozenset(things) for name, things in found.items()}


def _cards(rulebook: Rulebook) -> Iterator[Rule | Law]:
    """Everything that has a condition."""
    yield from rulebook.rules.values()
    yield from rulebook.laws.values()
    yield from rulebook.impossible.values()


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one or other else 0.0


def _best(pairs: Iterable[tuple[float, str, str]]) -> dict[str, str]:
    """Old to new, the pairs that are most alike first, and each name once."""
    found: dict[str, str] = {}
    for alike, old, new in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if alike >= ALIKE and old not in found and new not in found.values():
            found[old] = new
    return found


def _renamed_values(before: Rulebook, after: Rulebook, terms: Renames) -> Iterator[tuple[str, dict[str, str]]]:
    used, uses = _value_uses(before, terms), _value_uses(after, Renames())
    for old in before.terms.values():
        name = terms.term(old.name)
        new = after.terms.get(name)
        if new is None or new.domain.kind != old.domain.kind or new.domain.values == old.domain.values:
            continue
        gone = [value for value in old.domain.values if value not in new.domain.values]
        added = [value for value in new.domain.values if value not in old.domain.values]
        pairs = [
            (_alike(used.get((name, one), frozenset()), uses.get((name, other), frozenset())), one, other)
            for one in gone
            for other in added
            if _figures(one) == _figures(other)
        ]
        if found := _best(pairs):
            yield name, found


def _figures(text: str) -> list[str]:
    """The numbers in a value: what has another number in it is no other name for it."""
    return re.findall(r"\d+", text)


def _value_uses(rulebook: Rulebook, terms: Renames) -> dict[tuple[str, str], frozenset[str]]:
    """For each value of a term the cards and laws that name it."""
    found: dict[tuple[str, str], set[str]] = {}
    for thing in _cards(rulebook):
        pairs = [
            (line.term, value)
            for line in thing.condition.leaves()
            if isinstance(line, Is)
            for value in line.besides or line.values
        ]
        if isinstance(thing, Rule):
            pairs += [(name, value) for name, value in thing.then if value is not None]
        for name, value in pairs:
            found.setdefault((terms.term(name), value), set()).add(thing.id)
    return {pair: frozenset(things) for pair, things in found.items()}


def _same_meaning(before: Mapping[str, Named], after: Mapping[str, Named]) -> dict[str, str]:
    """Things of two rulebooks with the same condition and conclusions, under names that only one of them has."""
    added: dict[object, list[str]] = {}
    for name, thing in after.items():
        if name not in before:
            added.setdefault(_meaning(thing), []).append(name)
    found = {}
    for name, thing in before.items():
        if name not in after and added.get(_meaning(thing)):
            found[name] = added[_meaning(thing)].pop(0)
    return found


def _meaning(thing: Rule | Law) -> object:
    then = frozenset(thing.then) if isinstance(thing, Rule) else ()
    return frozenset(thing.condition.lines), frozenset(thing.condition.unless), then


# --- put into new names ----------------------------------------------------------------------------------------------


def renamed(rulebook: Rulebook, names: Renames) -> Rulebook:
    """A rulebook in its new names; nothing else of it changes."""
    return _Renaming(names).rulebook(rulebook) if names else rulebook


@dataclass
class _Renaming:
    names: Renames

    def rulebook(self, book: Rulebook) -> Rulebook:
        rule = {self.names.rules.get(name, name): self.rule(rule) for name, rule in book.rules.items()}
        return replace(
            book,
            terms={self.names.term(name): self.term(term) for name, term in book.terms.items()},
            rules=rule,
            laws={self.names.laws.get(name, name): self.law(law) for name, law in book.laws.items()},
            impossible={name: self.law(law) for name, law in book.impossible.items()},
            cases={name: self.case(case) for name, case in book.cases.items()},
            row_examples={name: tuple(map(self.row, rows)) for name, rows in book.row_examples.items()},
            recommendation=self.recommendation(book.recommendation) if book.recommendation else None,
        )

    def condition(self, condition: Condition) -> Condition:
        return Condition(tuple(map(self.part, condition.lines)), tuple(map(self.part, condition.unless)))

    def part(self, part: Line | Group) -> Line | Group:
        return replace(part, lines=tuple(map(self.line, part.lines))) if isinstance(part, Group) else self.line(part)

    def line(self, line: Line) -> Line:
        name = self.names.term(line.term)
        if isinstance(line, Is):
            values, besides = (self.values(line.term, some) for some in (line.values, line.besides))
            return replace(line, term=name, values=values, besides=besides)
        if isinstance(line, Against):
            return replace(line, term=name, other=self.names.term(line.other))
        return replace(line, term=name)

    def values(self, term: str, values: Sequence[str]) -> tuple[str, ...]:
        return tuple(self.names.value(term, value) for value in values)

    def term(self, term: Term) -> Term:
        def new(value: Any) -> Any:
            return self.names.value(term.name, value)

        return replace(
            term,
            name=self.names.term(term.name),
            domain=replace(term.domain, values=self.values(term.name, term.domain.values)),
            asked_if=self.condition(term.asked_if) if term.asked_if else None,
            otherwise=new(term.otherwise),
            screening_for=self.values(term.name, term.screening_for),
            usual=new(term.usual),
            for_patients={new(value): words for value, words in term.for_patients.items()},
        )

    def rule(self, rule: Rule) -> Rule:
        return replace(
            rule,
            id=self.names.rules.get(rule.id, rule.id),
            condition=self.condition(rule.condition),
            then=tuple((self.names.term(name), self.names.value(name, value)) for name, value in rule.then),
            outranks=tuple(self.names.rules.get(name, name) for name in rule.outranks),
            examples=tuple(replace(one, given=self.given(one.given)) for one in rule.examples),
        )

    def law(self, law: Law) -> Law:
        return replace(law, id=self.names.laws.get(law.id, law.id), condition=self.condition(law.condition))

    def row(self, row: RowExample) -> RowExample:
        given, expected = self.given(row.given), self.given(row.expected)
        holds, waits = (tuple(self.names.rules.get(name, name) for name in some) for some in (row.holds, row.waits))
        return replace(row, given=given, expected=expected, holds=holds, waits=waits)

    def given(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {
            self.names.term(name): self.values(name, value)
            if isinstance(value, tuple)
            else self.names.value(name, value)
            for name, value in given.items()
        }

    def case(self, case: Case) -> Case:
        expected = case.expected and {
            self.names.term(name): self.answer(name, one) for name, one in case.expected.items()
        }
        return replace(case, facts=self.given(case.facts), expected=expected)

    def answer(self, term: str, answer: Answer) -> Answer:
        if isinstance(answer, Range):
            return Range(self.names.value(term, answer.low), self.names.value(term, answer.high))
        if isinstance(answer, Members):
            return Members(self.values(term, answer.inside), self.values(term, answer.open))
        return self.names.value(term, answer)  # type: ignore[no-any-return]

    def recommendation(self, shown: Recommendation) -> Recommendation:
        return replace(
            shown,
            explain=self.names.term(shown.explain),
            sections=tuple(map(self.section, shown.sections)),
            sections_for_patients=tuple(map(self.section, shown.sections_for_patients)),
        )

    def section(self, section: Section) -> Section:
        new = self.names.term
        return replace(
            section,
            terms=tuple(map(new, section.terms)),
            sides=tuple((name, new(one), new(other)) for name, one, other in section.sides),
            in_short={new(name): self.words(name, words) for name, words in section.in_short.items()},
            on_alarm={new(name): words for name, words in section.on_alarm.items()},
            first=tuple(self.member(section, member) for member in section.first),
        )

    def words(self, term: str, words: Mapping[str, str]) -> dict[str, str]:
        return {self.names.value(term, value): text for value, text in words.items()}

    def member(self, section: Section, member: str) -> str:
        return next((new for name in section.terms if (new := self.names.value(name, member)) != member), member)
