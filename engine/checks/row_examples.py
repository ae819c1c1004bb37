"""Examples of tables: each tried on every row of its table, and what the rows that hold conclude."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from .. import semantics
from ..cache import Cached
from ..case import Given
from ..digests import canonical, digest_of
from ..errors import Place, Problem
from ..language import Condition
from ..record import Json
from ..rulebook import RowExample, Rule, Rulebook
from ..supposed import supposed


@dataclass(frozen=True)
class TriedRows:
    """One set of facts that an example of a table stands for, and the mark of each row for them."""

    example: RowExample
    given: Given
    marks: Sequence[tuple[Rule, int]]


@dataclass(frozen=True)
class RightTables:
    """The digests of tables whose examples are all right."""

    digests: tuple[str, ...] = ()


def rows_of(rulebook: Rulebook, table: str) -> tuple[Rule, ...]:
    """The rows of a table."""
    return tuple(rule for rule in rulebook.rules.values() if rule.row and rule.id.rpartition(".")[0] == table)


def concluded(rows: Iterable[Rule], term: str) -> frozenset[str]:
    """The values of a term that some rows give."""
    return frozenset(str(value) for row in rows for name, value in row.then if name == term)


def tried_table(rulebook: Rulebook, rows: Sequence[Rule], examples: Sequence[RowExample]) -> Iterator[TriedRows]:
    """The examples of one table, tried on its rows; a line that many share is looked at once for the same answers."""
    parts = list(dict.fromkeys(part for row in rows for part in row.condition.lines))
    places = [[parts.index(part) for part in row.condition.lines] for row in rows]
    reads = [tuple(Condition((part,)).terms()) for part in parts]
    known: dict[tuple[int, tuple[Any, ...]], int] = {}
    for example in examples:
        for given in each_given(example):
            state = supposed(rulebook, given)
            marks = []
            for key in ((place, tuple(map(given.get, terms))) for place, terms in enumerate(reads)):
                if key not in known:
                    known[key] = semantics.mark_part(parts[key[0]], state)
                marks.append(known[key])
            yield TriedRows(
                example,
                given,
                [(row, _joined([marks[place] for place in own])) for row, own in zip(rows, places, strict=True)],
            )


def _joined(marks: Sequence[int]) -> int:
    return semantics.FAILS if semantics.FAILS in marks else semantics.at_least(len(marks), marks)


def each_given(example: RowExample) -> Iterator[Json]:
    """The facts that an example stands for: one value of each term, all of them in turn."""
    known = {term: values for term, values in example.given.items() if values}
    for values in product(*known.values()):
        yield dict(zip(known, values, strict=True))


def wrong_rows(rulebook: Rulebook) -> Iterator[Problem]:
    """The wrong examples of all tables; one that was found right is not tried again until it or its rows change."""
    kept = Cached(RightTables, rulebook.directory)
    known = (kept.read() or RightTables()).digests
    right = []
    for table, examples in rulebook.row_examples.items():
        rows = rows_of(rulebook, table)
        digest = _rests_on(rulebook, rows, examples)
        wrong = [] if digest in known else list(wrong_row_examples(tried_table(rulebook, rows, examples)))
        yield from wrong
        right += [] if wrong else [digest]
    if set(right) != set(known):
        kept.write(RightTables(tuple(right)))


def _rests_on(rulebook: Rulebook, rows: Sequence[Rule], examples: Sequence[RowExample]) -> str:
    """A digest of a table, its examples, and the terms that they name."""
    names = {name for row in rows for name in (*row.condition.terms(), *(term for term, _ in row.then))}
    names |= {name for example in examples for name in example.given}
    terms = [rulebook.terms[name] for name in sorted(names)]
    return digest_of(canonical(([(row.id, row.condition, row.then) for row in rows], examples, terms)))


def wrong_row_examples(tried: Iterable[TriedRows]) -> Iterator[Problem]:
    """Examples of tables to which a row or its conclusion does not come; each fault once, with the first facts."""
    noted: set[tuple[Place, str]] = set()
    for one in tried:
        for there, expected in _misjudged(one):
            if (one.example.place, there) not in noted:
                noted.add((one.example.place, there))
                yield Problem(one.example.place, f"the example {_named(one)}: {there}", expected)


def _named(one: TriedRows) -> str:
    """The name of an example, with the values that it has in turn."""
    several = (term for term in one.given if len(one.example.given[term]) > 1)
    chosen = ", ".join(f"{term}: {one.given[term]}" for term in several)
    return f"{one.example.name!r} ({chosen})" if chosen else repr(one.example.name)


def _misjudged(one: TriedRows) -> Iterator[tuple[str, str]]:
    """The rows that come to another mark than the example says, and what is concluded otherwise."""
    holding = []
    for row, mark in one.marks:
        found, wanted = semantics.NAMES[mark], _wanted_mark(one.example, row.id)
        if found != wanted:
            yield f"the row {row.id.rpartition('.')[2]!r} {found}", f"that it {wanted}"
        if found == "holds":
            holding.append(row)
    for term, values in one.example.expected.items():
        if concluded(holding, term) != set(values):
            there = " and ".join(sorted(concluded(holding, term))) or "nothing"
            yield f"{there} is concluded of {term!r}", " and ".join(values) or "nothing"


def _wanted_mark(example: RowExample, row: str) -> str:
    return "holds" if row in example.holds else "waits" if row in example.waits else "fails"
