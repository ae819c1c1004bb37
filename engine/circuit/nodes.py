"""The nodes of a circuit: what they are, and what each of them says of a case."""

from dataclasses import dataclass
from typing import Literal

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


def satisfies(atom: Atom, value: Value | None) -> bool:
    """Whether this answer to its finding makes an atom true; of an atom that compares no numbers."""
    if value is None or atom.kind == "known":
        return value is not None
    if atom.kind == "is":
        return value == atom.value
    return int(value) >= atom.number if atom.kind == "at least" else int(value) < atom.number
