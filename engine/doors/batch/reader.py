"""Inputs as a stream of cases, from any position on: tables where they are good, and what is set apart."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from ...case import Case
from ...columns import sources, stored, tables
from ...columns.separated import Piece, Spot, Unusable
from ...document import MAX_BYTES
from ...errors import Place, Problem, nearest
from ...rulebook import Rulebook
from .. import files
from .options import Input, Options, Refused, stem_of
from .parts import Part, Position
from .rejects import Judge, Reject, Sorting

Twice = Mapping[str, tuple[int, str]]


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
        self.reading = tables.Reading(rulebook, Judge(rulebook, tables.NoValue))
        self.sorting = Sorting(rulebook)

    def check_columns(self) -> None:
        """Refuse columns that are no findings; raises Refused."""
        known = [term.name for term in self.rulebook.findings]
        problems = []
        for one in self.inputs:
            if one.kind not in ("csv", "parquet"):
                continue
            try:
                columns = sources.columns_of(one.path, one.kind)
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
        breaks = self._breaks(sources.shown(one.path))
        for piece in sources.pieces(one.path, one.kind, here.spot, self.options.size, breaks, self.reading.types):
            after = Position(number, piece.after)
            yield Some(number, here, after, piece=piece)
            here = after

    def _breaks(self, name: str) -> Callable[[bytes, int], Problem]:
        def breaks(line: bytes, number: int) -> Problem:
            """What is wrong with a line of JSON, in the words of a single case."""
            found = files.read_line(line, Place(name, number), self.rulebook).problems
            return found[0] if found else Problem(Place(name, number), "a line that cannot be read", "a JSON object")

        return breaks

    def _document(self, number: int, here: Position) -> Iterator[Some]:
        cases = islice(self._read(self.inputs[number].path), here.spot.row, None)
        while found := list(islice(cases, self.options.size)):
            after = Position(number, Spot(row=here.spot.row + len(found)))
            yield Some(number, here, after, cases=found)
            here = after

    def _read(self, path: Path) -> Iterator[Case]:
        if path.suffix.lower() not in sources.PACKED:
            return files.read([path], self.rulebook)
        name = sources.shown(path)
        data = sources.unpacked(path, MAX_BYTES + 1)
        return files.read_stream(io.BytesIO(data), name.removesuffix(path.suffix), self.rulebook)

    # --- into a part -------------------------------------------------------------------------------------------------

    def add(self, part: Part, some: Some, twice: Twice) -> None:
        """Put some cases into a part, apart where a person must look at them."""
        part.after = some.after
        if some.problem is not None:
            part.rejects.append(self.sorting.broken(some.problem))
            part.count(some.input, 1, ())
        elif some.piece is not None:
            self._add_piece(part, some, some.piece, twice)
        else:
            self._add_cases(part, some, twice)

    def ids(self, some: Some) -> Any:
        """The ids of some cases, those of broken lines left out."""
        if some.piece is not None:
            return self._typed(some.input, some.piece).findings[tables.CASE]
        return tables.texts_of({tables.CASE: [case.id for case in some.cases if not _unread(case)]})[tables.CASE]

    def _typed(self, number: int, piece: Piece) -> tables.Typed:
        return self.reading.read(piece.table, stem_of(self.inputs[number].path), piece.lines)

    def _add_piece(self, part: Part, some: Some, piece: Piece, twice: Twice) -> None:
        part.rejects += [self.sorting.broken(problem) for problem in piece.broken]
        typed = self._typed(some.input, piece)
        ids = typed.findings[tables.CASE]
        part.count(some.input, some.count, stored.marks_of(ids))
        part.unknown.update(dict.fromkeys(typed.unknown))
        refusing = self.options.extra == "refuse"
        apart = []
        for row in tables.rows_to_see(typed, piece.table, list(twice), typed.unknown if refusing else ()):
            place = Place(sources.shown(self.inputs[some.input].path), int(piece.lines[row]))
            written = piece.table.row(row, named=True)
            case = self.sorting.case_of(written, place, ids[row], () if refusing else typed.unknown)
            reject = self._reject(case, twice)
            if reject is not None:
                part.rejects.append(reject)
                apart.append(row)
        part.tables.append(tables.without(typed, apart, self.options.extra == "keep"))

    def _add_cases(self, part: Part, some: Some, twice: Twice) -> None:
        part.count(some.input, some.count, stored.marks_of(self.ids(some)))
        good = []
        for case in some.cases:
            reject = self._reject(case, twice)
            if reject is None:
                good.append(case)
            else:
                part.rejects.append(reject)
        part.loose += good

    def _reject(self, case: Case, twice: Twice) -> Reject | None:
        if case.id in twice and not _unread(case):
            return self.sorting.twice(case, *twice[case.id])
        return self.sorting.reject(case) if case.problems else None


def _unread(case: Case) -> bool:
    return bool(case.problems) and not case.facts and case.id == str(case.problems[0].place)
