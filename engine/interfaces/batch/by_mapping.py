"""Inputs read by a mapping: as it says and no further, with what it says nothing of counted."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from ...columns import inputs as files_of
from ...columns import visits
from ...columns.mapped import MappedTable, Mapper, MappingNotes, without_missing_ids
from ...columns.piece import REPEATED, Parsed, Piece, Spot, Unusable, Vocabulary, Written, tidied
from ...errors import Place, Problem, listed, near
from ...facts import tidy
from ...mapping import ColumnMapping
from ...rulebook import Rulebook
from .. import files
from ..walk import printable
from .options import Input, Refused, stem_of

TABLES = ("csv", "ndjson", "parquet", "excel", "statistics")


def parsed_line(name: str, line: bytes, number: int) -> Parsed:
    """A line of JSON as that of a single case is parsed; a key that is there twice has no value."""
    found = files.parse_line(line, Place(name, number))
    if isinstance(found, Problem):
        return found
    again = found.repeated()
    return {key: REPEATED if key in again else value for key, value in found.items()}


def written_as(mapping: ColumnMapping) -> Written:
    """How a mapping says that text is written."""
    return Written(mapping.encoding, mapping.separator)


def vocabulary_of(mapping: ColumnMapping, name: str) -> Vocabulary:
    """What the readers of a file know by a mapping: the names of its columns."""
    return Vocabulary(partial(parsed_line, name), mapping.head, written=written_as(mapping))


class ByMapping:
    """Reads inputs by one mapping."""

    def __init__(self, rulebook: Rulebook, mapping: ColumnMapping) -> None:
        self.mapping = mapping
        self.mapper = Mapper(mapping, rulebook)

    def check(self, inputs: Sequence[Input], options_id: str | None) -> None:
        """Refuse what no mapping can be applied to, and tables that lack a column of it; raises Refused."""
        problems: list[Problem] = []
        if options_id is not None:
            problems.append(Problem(Place("--id"), f"`--id {options_id}` beside a mapping", "the ids as it says them"))
        for one in inputs:
            name = printable(one.path)
            if one.kind not in TABLES:
                problems.append(Problem(Place(name), "not a table, and there is a mapping", listed(TABLES)))
            elif one.kind != "ndjson":
                problems += self._lacking(name, one)
        if problems:
            raise Refused(problems)

    def _lacking(self, name: str, one: Input) -> Iterator[Problem]:
        """The columns of the mapping that an input has not."""
        try:
            written = written_as(self.mapping)
            columns = [*map(tidy, files_of.columns_of(one.path, one.kind, self.mapping.head, written))]
        except Unusable as error:
            yield from error.problems
            return
        for column in self.mapping.in_head:
            if column not in columns:
                yield absent(self.mapping, column, f"in {name}", columns)

    def pieces(self, one: Input, spot: Spot, most: int) -> Iterator[tuple[Piece, MappingNotes]]:
        """The cases of an input from a spot on, under the names of the knowledge base."""
        if not self.mapping.whole:
            for piece in self._raw(one, spot, most):
                found = self._mapped(one, piece)
                yield replace(piece, table=found.table, odd=found.odd, more=()), found.notes
            return
        whole, notes = self._whole(one, most)
        if spot != Spot():  # they were counted with the first part
            notes = MappingNotes(absent=notes.absent)
        for piece in visits.sliced(whole, spot, most):
            yield piece, notes
            notes = MappingNotes(absent=notes.absent)

    def extents(self, one: Input, spot: Spot, most: int) -> Iterator[tuple[Spot, int]]:
        """Where each of `pieces` ends and how many cases it has."""
        if not self.mapping.whole:
            name = files_of.shown(one.path)
            yield from files_of.extents(one.path, one.kind, spot, most, vocabulary_of(self.mapping, name))
            return
        for piece, _ in self.pieces(one, spot, most):
            yield piece.after, piece.table.height + len(piece.broken)

    def _raw(self, one: Input, spot: Spot, most: int) -> Iterator[Piece]:
        vocabulary = vocabulary_of(self.mapping, files_of.shown(one.path))
        for piece in files_of.pieces(one.path, one.kind, spot, most, vocabulary):
            named = tidied(piece)
            yield replace(named, table=without_missing_ids(named.table, self.mapping))

    def _mapped(self, one: Input, piece: Piece) -> MappedTable:
        found = self.mapper.table(piece.table, stem_of(one.path), piece.lines, piece.odd)
        for name in piece.more:
            found.notes.columns.setdefault(name, 1)
        return found

    def _whole(self, one: Input, most: int) -> tuple[Piece, MappingNotes]:
        """All cases of an input at once."""
        mapping, whole = self.mapping, visits.gathered(self._raw(one, Spot(), most))
        beside = self.mapper.unnamed(whole.table, whole.odd) if mapping.long else {}
        if mapping.long:
            whole = visits.widened(whole, mapping.long, mapping.keys, printable(one.path))
        found = visits.with_what_lasts(self._mapped(one, whole), self.mapper)
        found.notes.columns.update(beside)
        return replace(whole, table=found.table, odd=found.odd, more=()), found.notes


def absent(mapping: ColumnMapping, column: str, where: str, columns: Sequence[str] = ()) -> Problem:
    """That a column of which the mapping speaks is not there."""
    target = mapping.columns.get(column)
    of = f", which is {target!r}," if target else ""
    others = [name for name in columns if name not in mapping.named]
    place = mapping.places.get(column, Place(mapping.file))
    return Problem(
        place, f"no column {column[:80]!r}{of} {where}", "a column of that name", "".join(near(column, others)[:1])
    )
