"""The circuit of a rulebook in which some findings are asked of everybody, made from that of the rulebook itself."""

from collections.abc import Collection
from dataclasses import replace

from ..language import Line, terms_of
from ..rulebook import Rulebook
from .compiler import Compiler, marks_of
from .nodes import Pair

ROOMS = ("values", "members", "scales", "counts")


def without_gates(whole: Compiler, findings: Collection[str]) -> Compiler:
    """The circuit without the gates of these findings; only what reads them, at however many removes, is built again.

    `whole` has every rule and conclusion; its nodes are shared.
    """
    book = _ungated(whole.rulebook, findings)
    found = Compiler(book, whole.nodes, whole.places)
    moved = {name for name, pairs in found.values.items() if pairs != whole.values[name]}  # the built-in terms
    moved |= {term.name for term in book.findings if {term.name, *whole.rulebook.gating(term.name)} & set(findings)}
    reading: dict[str, list[Line]] = {}
    for line in whole.lines:
        for name in terms_of(line):
            reading.setdefault(name, []).append(line)
    kept = {line: pair for line, pair in whole.lines.items() if moved.isdisjoint(terms_of(line))}
    found.lines = kept | found.lines
    for stage in book.stages:
        for rule in stage.rules:
            condition = book.rules[rule].condition
            same = moved.isdisjoint(condition.terms())
            found.rules[rule] = whole.rules[rule] if same else found.condition(condition)
        for name in stage.terms:
            if _settle(whole, found, name):
                moved.add(name)
                for line in reading.get(name, ()):
                    found.lines.pop(line, None)
    return found


def _settle(whole: Compiler, found: Compiler, name: str) -> bool:
    """Settle a conclusion, and whether its marks are other nodes than they were."""
    entries = found.rulebook.support[name]
    rules = [rule for entry in entries for rule in (entry.rule, *entry.outrankers)]
    if all(found.rules[rule] == whole.rules[rule] for rule in rules):
        found.support |= {(entry.rule, name): whole.support[entry.rule, name] for entry in entries}
        for room in ROOMS:
            marks: dict[str, dict[str, Pair]] = getattr(whole, room)
            if name in marks:
                getattr(found, room)[name] = marks[name]
        return False
    found.settle(found.rulebook.terms[name])
    return marks_of(found, name) != marks_of(whole, name)


def _ungated(rulebook: Rulebook, findings: Collection[str]) -> Rulebook:
    """The rulebook without these gates, on which the order of work does not rest."""
    terms = {name: replace(term, asked_if=None) if name in findings else term for name, term in rulebook.terms.items()}
    made = replace(rulebook, terms=terms)
    vars(made).update(stages=rulebook.stages, support=rulebook.support)
    return made
