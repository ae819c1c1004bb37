"""Conclusions of a rulebook as they would be if some findings were asked of everybody, made from its own circuit."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from ..language import Line, terms_of
from ..rulebook import Rulebook
from .compiler import Compiler, marks_of

ROOMS = ("rules", "support", "values", "members", "scales", "counts")


class Regated:
    """Takes gates away; only what reads their findings, at however many removes, is built again.

    `whole` has every rule and conclusion, and the nodes are shared. Of the conclusions, only these `terms` and those
    that they rest on are right afterwards.
    """

    def __init__(self, whole: Compiler, terms: Iterable[str]) -> None:
        self.whole = whole
        self.book = whole.rulebook
        self.reads = {rule.id: rule.condition.terms() for rule in self.book.rules.values()}
        self.lines: dict[str, list[Line]] = {}
        for line in whole.lines:
            for name in terms_of(line):
                self.lines.setdefault(name, []).append(line)
        self.terms = self._beneath(terms)
        self.rules = {rule for name in self.terms for rule in self._rules(name)}

    def without(self, findings: Collection[str]) -> Compiler:
        """The circuit without the gates of these findings."""
        found = Compiler(_ungated(self.book, findings), self.whole.nodes, self.whole.places)
        built_in = dict(found.values)
        moved = {name for name, pairs in built_in.items() if pairs != self.whole.values[name]}
        moved |= {term.name for term in self.book.findings if {term.name, *self.book.gating(term.name)} & set(findings)}
        for room in ROOMS:
            before: Mapping[object, object] = getattr(self.whole, room)
            getattr(found, room).update(before)
        found.values.update(built_in)
        gone = {line for name in moved for line in self.lines.get(name, ())}
        found.lines = {line: pair for line, pair in self.whole.lines.items() if line not in gone} | found.lines
        self._settle(found, moved)
        return found

    def _settle(self, found: Compiler, moved: set[str]) -> None:
        """Build again what reads what has moved, in the order of work."""
        changed: set[str] = set()
        for stage in self.book.stages:
            for rule in stage.rules:
                if rule in self.rules and not moved.isdisjoint(self.reads[rule]):
                    found.rules[rule] = found.condition(self.book.rules[rule].condition)
                    changed |= {rule} if found.rules[rule] != self.whole.rules[rule] else set()
            for name in stage.terms:
                if name not in self.terms or changed.isdisjoint(self._rules(name)):
                    continue
                found.settle(self.book.terms[name], changed=changed)
                if marks_of(found, name) != marks_of(self.whole, name):
                    moved.add(name)
                    for line in self.lines.get(name, ()):
                        found.lines.pop(line, None)

    def _rules(self, name: str) -> set[str]:
        """The rules that give a conclusion, and those that outrank them there."""
        return {rule for entry in self.book.support[name] for rule in (entry.rule, *entry.outrankers)}

    def _beneath(self, terms: Iterable[str]) -> frozenset[str]:
        """Some conclusions, and those that they rest on."""
        found: set[str] = set()
        left = [name for name in terms if name in self.book.support]
        while left:
            name = left.pop()
            if name not in found:
                found.add(name)
                read = {one for rule in self._rules(name) for one in self.reads[rule]}
                left += [one for one in read if one in self.book.support]
        return frozenset(found)


def _ungated(rulebook: Rulebook, findings: Collection[str]) -> Rulebook:
    """The rulebook without these gates, on which the order of work does not rest."""
    terms = {name: replace(term, asked_if=None) if name in findings else term for name, term in rulebook.terms.items()}
    made = replace(rulebook, terms=terms)
    vars(made).update(stages=rulebook.stages, support=rulebook.support)
    return made
