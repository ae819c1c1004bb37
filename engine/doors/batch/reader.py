"""Inputs as a stream of cases, from any position on: tables where they are good, and what is set apart."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ...case import Case
from ...columns import apart, ids, tables
from ...columns import inputs as files_of
from ...columns.piece import REPEATED, Parsed, Piece, Spot, Unusable, Vocabulary
from ...document import MAX_BYTES
from ...errors import Place, Problem, nearest
from ...rulebook import Rulebook
from .. import files
from .options import Input, Options, Refused, stem_of
from .parts import Part, Position
from .rejects import Sorting, is_unread


@dataclass(frozen=True)
class Some:
    """Some cases of an input: a piece of a table, or cases that were read one by one; `after` is where the next are."""

    input: int
    start: Position
    after: Position
    piece: Piece | None = None
    cases: Sequence[Case] = ()
    problem: Problem | None = None

    @property
    def count(self) -> int:
        """How many cases came in."""
        if self.piece is not None:
            return int(self.piece.table.height) + len(self.piece.broken)
        return len(self.cases) + (self.problem is not None)


class Reader:
    """Reads the inputs of a batch."""

    def __init__(self, rulebook: Rulebook, inputs: Sequence[Input], options: Options) -> None:
        self.rulebook = rulebook
        self.inputs = inputs
        self.options = options
        self.reading = tables.Reading(rulebook)
        self.sorting = Sorting(rulebook, options.unique)
        expected = (f"{tables.EXPECTED}{term.name}" for term in rulebook.conclusions)
        self.names = frozenset([*rulebook.terms, tables.CASE, *tables.ASIDE, *expected])

    def check_columns(self) -> None:
        """Refuse columns that are no findings; raises Refused."""
        known = [term.name for term in self.rulebook.findings]
        problems = []
        for one in self.inputs:
            if one.kind not in ("csv", "parquet", "excel"):
                continue
            try:
                columns = files_of.columns_of(one.path, one.kind, self.names)
            except Unusable:
                continue
            problems += [
                Problem(Place(str(one.path)), f"{name[:80]!r} is no finding", "findings only", nearest(name, known))
                for name in columns
                if name not in self.rulebook.terms
                and name not in (tables.CASE, *tables.ASIDE)
                and not name.startswith(tables.EXPECTED)
            ]
        if problems:
            raise Refused(problems)

    # --- what comes --------------------------------------------------------------------------------------------------

    def stream(self, start: Position) -> Iterator[Some]:
        """Everything from a position on."""
        here = start
        for number in range(start.input, len(self.inputs)):
            here = Position(number, start.spot) if number == start.input else Position(number)
            following = Position(number + 1)
            try:
                for some in self._input(number, here):
                    here = some.after
                    yield some
            except Unusable as error:
                yield Some(number, here, following, problem=error.problem)

    def _input(self, number: int, here: Position) -> Iterator[Some]:
        one = self.inputs[number]
        if one.kind == "document":
            yield from self._document(number, here)
            return
        vocabulary = self._vocabulary(files_of.shown(one.path))
        for piece in files_of.pieces(one.path, one.kind, here.spot, self.options.size, vocabulary):
            after = Position(number, piece.after)
            yield Some(number, here, after, piece=piece)
            here = after

    def extents(self, number: int, here: Position) -> Iterator[tuple[Position, Position, int]]:
        """Start, end and count of all that `stream` gives of an input, read no more than need be."""
        one = self.inputs[number]
        try:
            if one.kind == "document":
                yield from ((some.start, some.after, some.count) for some in self._document(number, here))
                return
            vocabulary = self._vocabulary(files_of.shown(one.path))
            for spot, count in files_of.extents(one.path, one.kind, here.spot, self.options.size, vocabulary):
                after = Position(number, spot)
                yield here, after, count
                here = after
        except Unusable:
            yield here, Position(number + 1), 1

    def _vocabulary(self, name: str) -> Vocabulary:
        """What the readers of a file know of the rulebook; a line of JSON is parsed as that of a single case."""

        def parse(line: bytes, number: int) -> Parsed:
            found = files.parse_line(line, Place(name, number))
            if isinstance(found, Problem):
                return found
            again = found.repeated()
            return {key: REPEATED if key in again else value for key, value in found.items()}

        return Vocabulary(parse, self.names, self.reading.types)

    def _document(self, number: int, here: Position) -> Iterator[Some]:
        cases = islice(self._read(self.inputs[number].path), here.spot.row, None)
        while found := list(islice(cases, self.options.size)):
            after = Position(number, Spot(row=here.spot.row + len(found)))
            yield Some(number, here, after, cases=found)
            here = after

    def _read(self, path: Path) -> Iterator[Case]:
        if path.suffix.lower() not in files_of.SUFFIXES:
            return files.read([path], self.rulebook)
        name = files_of.shown(path)
        data = files_of.unpacked(path, MAX_BYTES + 1)
        return files.read_stream(io.BytesIO(data), name.removesuffix(path.suffix), self.rulebook)

    # --- into a part -------------------------------------------------------------------------------------------------

    def add(self, part: Part, some: Some, twice: ids.Twice | None) -> None:
        """Put some cases into a part, apart where a person must look at them."""
        part.after = some.after
        if some.problem is not None:
            part.rejects.append(self.sorting.broken([some.problem]))
            part.count(some.input, 1, ())
        elif some.piece is not None:
            self._add_piece(part, some, some.piece, twice)
        else:
            self._add_cases(part, some, twice)

    def _scope(self, some: Some) -> int:
        """Where an id may not be used twice: in all inputs, or in its own."""
        return 0 if self.options.unique else some.input + 1

    def _add_piece(self, part: Part, some: Some, piece: Piece, twice: ids.Twice | None) -> None:
        path = self.inputs[some.input].path
        refuse = self.options.extra == "refuse"
        typed = self.reading.read(piece.table, stem_of(path), piece.lines, refuse, piece.odd)
        marks = ids.marks_of(typed.findings[tables.CASE], self._scope(some))
        part.count(some.input, some.count, marks)
        part.unknown.update(dict.fromkeys([*typed.unknown, *piece.more]))
        rows = self.sorting.rows_of(files_of.shown(path))
        good, bad = apart.parted(typed, piece.lines, ids.times(twice, marks), self.options.extra == "keep", rows)
        part.found.append(good)
        part.rejects += [one for one in (self.sorting.broken(piece.broken), bad) if one.count]

    def _add_cases(self, part: Part, some: Some, twice: ids.Twice | None) -> None:
        named = [number for number, case in enumerate(some.cases) if not is_unread(case)]
        names = tables.texts_of({tables.CASE: [some.cases[number].id for number in named]})[tables.CASE]
        marks = ids.marks_of(names, self._scope(some))
        part.count(some.input, some.count, marks)
        times = dict(zip(named, ids.times(twice, marks).tolist(), strict=True))
        good, bad = self.sorting.cases(some.cases, [times.get(number, 0) for number in range(len(some.cases))])
        part.add(good)
        part.rejects += [bad] if bad.count else []
