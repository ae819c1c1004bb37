"""The nodes of a circuit: what they are, and what each of them says of a case."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from .. import semantics
from ..case import Value
from ..language import Against

Pair = tuple[int, int]
FALSE, TRUE = 0, 1
NEVER: Pair = (FALSE, TRUE)
ALWAYS: Pair = (TRUE, FALSE)


@dataclass(frozen=True)
class Atom:
    """A bit that a case gives, false where its finding is unknown.

    `kind` is: is (the finding has `value`), known, at least or under (the number, against `number`), holds or fails
    (`line`, a number against a number).
    """

    kind: Literal["is", "known", "at least", "under", "holds", "fails"]
    term: str
    value: str = ""
    number: int = 0
    line: Against | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        """The findings that it rests on."""
        return (self.term,) if self.line is None else (self.term, self.line.other)


@dataclass(frozen=True)
class Gate:
    """A node: an atom, or the AND, OR or NOT of earlier nodes; the first two nodes are FALSE and TRUE."""

    kind: Literal["constant", "atom", "and", "or", "not"]
    inputs: tuple[int, ...] = ()
    atom: Atom | None = None


@dataclass(frozen=True)
class Circuit:
    """The nodes in order, and where the marks of the rulebook stand: a pair is (holds, fails), each a node.

    `rules` are the marks of conditions; `support` whether each rule fires for each of its conclusions, or is ruled out
    there; `values` and `members` the marks of each value; `scales` those of "at least" each value; `counts` those of
    "at least k", k from 1; `answered` is a single node for each finding.
    """

    nodes: tuple[Gate, ...]
    rules: Mapping[str, Pair]
    support: Mapping[tuple[str, str], Pair]
    values: Mapping[str, Mapping[str, Pair]]
    members: Mapping[str, Mapping[str, Pair]]
    scales: Mapping[str, Mapping[str, Pair]]
    counts: Mapping[str, tuple[Pair, ...]]
    answered: Mapping[str, int]

    def evaluate(self, facts: Mapping[str, Value], at_fault: frozenset[str] = frozenset()) -> list[bool]:
        """Every node for one case, the slow way; findings `at_fault` say everything at once that they could say."""
        state = semantics.State(dict(facts))
        found = [False, True]
        for gate in self.nodes[len(found) :]:
            inputs = (found[place] for place in gate.inputs)
            if gate.atom is not None:
                doubted = not at_fault.isdisjoint(gate.atom.reads)
                found.append(could_say(state, gate.atom, at_fault) if doubted else says(state, gate.atom))
            elif gate.kind == "not":
                found.append(not any(inputs))
            else:
                found.append(any(inputs) if gate.kind == "or" else all(inputs))
        return found


def says(state: semantics.State, atom: Atom) -> bool:
    """Whether a case says what an atom says."""
    if atom.line is not None:
        return bool(
            semantics.mark_line(atom.line, state) & (semantics.HOLDS if atom.kind == "holds" else semantics.FAILS)
        )
    return is_so(atom, state.facts.get(atom.term))


def could_say(state: semantics.State, atom: Atom, at_fault: Collection[str]) -> bool:
    """Whether a case could say what an atom says, if what is at fault could be anything."""
    return all(term in at_fault or term in state.facts for term in atom.reads)


def is_so(atom: Atom, value: Value | None) -> bool:
    """Whether this answer to its finding makes an atom true that is not held against another number."""
    if value is None or atom.kind == "known":
        return value is not None
    if atom.kind == "is":
        return value == atom.value
    return int(value) >= atom.number if atom.kind == "at least" else int(value) < atom.number
