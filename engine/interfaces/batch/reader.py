"""Inputs as a stream of cases, from any position on: tables where they are good, and what is set apart."""

import io
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from ...case import Case
from ...columns import duplicates, partition, rejects, tables
from ...columns import inputs as files_of
from ...columns.frame import refuse_shared_names
from ...columns.mapped import MappingNotes
from ...columns.piece import Piece, Spot, Unusable, Vocabulary, are_alike, as_one
from ...columns.program import CASE
from ...document import MAX_BYTES
from ...errors import Place, Problem, nearest
from ...facts import EXPECTED, tidy
from ...none_of_these import NONE_OF_THESE
from ...rulebook import Rulebook
from .. import files
from ..files import is_meant
from ..walk import printable
from .by_mapping import ByMapping, parsed_line
from .options import ROW, Input, Options, Refused, stem_of
from .parts import Part, Position
from .recognised import Noticed, like_ids, no_id, nothing_heard
from .rejected import Sorting

FIRST_LINE = 1 << 16  # bytes in which the first line is looked for
BLANK = b"\xef\xbb\xbf \t\r\n"


@dataclass(frozen=True)
class Some:
    """Some cases of an input: a piece of a table, or cases that were read one by one; `after` is where the next are.

    `notes` has what a mapping does not say of the piece, where there is a mapping.
    """

    input: int
    start: Position
    after: Position
    piece: Piece | None = None
    cases: Sequence[Case] = ()
    problem: Problem | None = None
    notes: MappingNotes | None = None

    @property
    def count(self) -> int:
        """How many cases came in."""
        if self.piece is not None:
            return int(self.piece.table.height) + len(self.piece.broken)
        return len(self.cases) + (self.problem is not None)


def together(several: Sequence[Some]) -> Iterator[Some]:
    """The same cases, neighbours that can be read at once as one: a small table costs as much as a large one."""
    group: list[Some] = []
    for some in several:
        if group and not _is_like(group[-1], some):
            yield from _as_one(group)
            group = []
        group.append(some)
    if group:
        yield from _as_one(group)


def _is_like(before: Some, some: Some) -> bool:
    one, other = before.piece, some.piece
    follows = before.input == some.input and before.after == some.start and before.notes is some.notes is None
    return follows and one is not None and other is not None and are_alike(one, other)


def _as_one(group: Sequence[Some]) -> Sequence[Some]:
    pieces = [some.piece for some in group if some.piece is not None]
    piece = as_one(pieces) if len(pieces) > 1 else None
    return group if piece is None else [replace(group[-1], start=group[0].start, piece=piece)]


class Reader:
    """Reads the inputs of a batch."""

    def __init__(self, rulebook: Rulebook, inputs: Sequence[Input], options: Options) -> None:
        self.rulebook = rulebook
        self.inputs = inputs
        self.options = options
        self.reading = tables.Reading(rulebook)
        self.sorting = Sorting(rulebook, options.unique, options.mapping)
        expected = (f"{EXPECTED}{term.name}" for term in rulebook.conclusions)
        self.aside = (CASE, *tables.ASIDE, NONE_OF_THESE)
        self.renamed: dict[str, str] = {}
        self.names = frozenset([*rulebook.terms, *rulebook.names_of_before, *self.aside, *expected, options.id or CASE])
        self.by_mapping = ByMapping(rulebook, options.mapping) if options.mapping else None
        self.changed: dict[int, Problem] = {}

    def check_columns(self) -> None:
        """Look at the columns of each input before anything is read; raises Refused, and KnowledgeError.

        It is refused that the ids may be in a column that was not named, that no input has a finding, and, if asked
        for, columns that are no findings; and of the knowledge base, two columns of answers of one name.
        """
        refuse_shared_names(self.rulebook)
        if self.by_mapping:
            self.by_mapping.check(self.inputs, options_id=self.options.id)
            return
        problems: list[Problem] = []
        foreign: list[Problem] = []
        if self.options.id in self.rulebook.terms:
            there = f"`--id` names {self.options.id!r}, of which answers are read"
            problems.append(Problem(Place("--id"), there, "a column that is not a finding"))
        for one in self.inputs:
            columns = self._columns(one)
            if columns is None:
                continue
            name = printable(one.path)
            if self.options.extra == "refuse":
                problems += self._extra(name, columns)
            if CASE not in columns and (lacks := no_id(name, self.options.id, like_ids(columns, self.rulebook))):
                problems.append(lacks)
            if one.kind != "ndjson" and not any(column in self.reading.findings for column in columns):
                foreign.append(nothing_heard(name, columns, self.rulebook))
        if problems or len(foreign) == len(self.inputs):
            raise Refused([*problems, *foreign])

    def _columns(self, one: Input) -> list[str] | None:
        """The columns of a table, or the keys of a first line, as they are read; None where they are not known yet."""
        try:
            if one.kind == "ndjson":
                start = files_of.unpacked(one.path, FIRST_LINE).lstrip(BLANK).partition(b"\n")[0]
                line = files.parse_line(start, Place("", 1))
                columns = None if isinstance(line, Problem) else list(line)
            elif one.kind in ("csv", "parquet", "excel"):
                columns = list(files_of.columns_of(one.path, one.kind, self.names))
            else:
                columns = None
        except Unusable:
            columns = None
        if columns is None:
            return None
        names = self._new_names(columns)
        return [names.get(name, name) for name in map(tidy, [*columns, *one.partition])]

    def _new_names(self, columns: Collection[str]) -> dict[str, str]:
        """How columns are to be named: as terms are called today, and so that the ids are in `case`, or nothing is."""
        called = {tidy(name): name for name in columns}
        former = self.rulebook.former_names.items()
        every = [(head + old, head + new) for old, new in former for head in ("", EXPECTED)]
        today = {called[old]: new for old, new in every if old in called and new not in called}
        self.renamed |= {tidy(old): new for old, new in today.items()}
        return today | self._names_of_ids(columns)

    def _names_of_ids(self, columns: Collection[str]) -> dict[str, str]:
        chosen = self.options.id
        if chosen in (None, CASE):
            return {}
        return {CASE: tables.given_name(CASE, columns)} | ({} if chosen == ROW else {str(chosen): CASE})

    def _extra(self, file: str, columns: Iterable[str]) -> Iterator[Problem]:
        known = [term.name for term in self.rulebook.findings]
        for name in columns:
            if name in self.rulebook.terms or name in self.aside or name.startswith(EXPECTED):
                continue
            yield Problem(Place(file), f"{name[:80]!r} is not a finding", "findings only", nearest(name, known))

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
            self.check_unchanged(number)

    def check_unchanged(self, number: int) -> None:
        """Note it where an input is not what it was at the begin."""
        if number not in self.changed and (problem := self.inputs[number].changed()):
            self.changed[number] = problem

    def _input(self, number: int, here: Position) -> Iterator[Some]:
        one = self.inputs[number]
        if one.kind == "document":
            yield from self._document(number, here)
            return
        if self.by_mapping:
            for piece, notes in self.by_mapping.pieces(one, here.spot, self.options.size):
                after = Position(number, piece.after)
                yield Some(number, here, after, piece=piece, notes=notes)
                here = after
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
            size = self.options.size
            for spot, count in (
                self.by_mapping.extents(one, here.spot, size)
                if self.by_mapping
                else files_of.extents(one.path, one.kind, here.spot, size, vocabulary)
            ):
                after = Position(number, spot)
                yield here, after, count
                here = after
        except Unusable:
            yield here, Position(number + 1), 1

    def _vocabulary(self, name: str) -> Vocabulary:
        """What the readers of a file know of the rulebook."""
        return Vocabulary(partial(parsed_line, name), self.names, self.reading.types)

    def _document(self, number: int, here: Position) -> Iterator[Some]:
        cases = islice(self._read(self.inputs[number]), here.spot.row, None)
        while found := list(islice(cases, self.options.size)):
            after = Position(number, Spot(row=here.spot.row + len(found)))
            yield Some(number, here, after, cases=found)
            here = after

    def _read(self, one: Input) -> Iterator[Case]:
        path, name = one.path, files_of.shown(one.path)
        heard = {key: text for key, text in one.partition.items() if key in self.names or is_meant(self.rulebook, key)}
        maker = files.Maker(self.rulebook, heard, self.options.id or CASE)
        if path.suffix.lower() in files_of.SUFFIXES:
            name, data = name.removesuffix(path.suffix), files_of.unpacked(path, MAX_BYTES + 1)
            return files.stream_of(io.BytesIO(data), name, maker)
        return files.cases_of(path, maker)

    # --- into a part -------------------------------------------------------------------------------------------------

    def add(self, part: Part, some: Some, twice: duplicates.Twice | None) -> None:
        """Put some cases into a part, apart where a person must look at them."""
        part.after = some.after
        if some.problem is not None:
            part.rejects.append(self.sorting.broken([some.problem]))
            part.count(some.input, 1, ())
            part.notice(some.input, Noticed(heard=True, named=True))
        elif some.piece is not None:
            self._add_piece(part, some, some.piece, twice)
        else:
            self._add_cases(part, some, twice)

    def _scope(self, some: Some) -> int:
        """Where an id may not be used twice: in all inputs, or in its own."""
        return 0 if self.options.unique else some.input + 1

    def _add_piece(self, part: Part, some: Some, piece: Piece, twice: duplicates.Twice | None) -> None:
        one = self.inputs[some.input]
        path, names = one.path, {} if self.by_mapping else self._new_names(piece.table.columns)
        refuse, piece = self.options.extra == "refuse" and not self.by_mapping, self._shaped(one, piece)
        folder = {names.get(name, name): text for name, text in one.partition.items()}
        typed = self.reading.read(piece.table, stem_of(path), piece.lines, refuse, piece.odd, folder)
        marks = duplicates.marks_of(typed.findings[tables.CASE], self._scope(some))
        part.count(some.input, some.count, marks)
        if some.notes is None:
            part.unknown.update(dict.fromkeys([*typed.unknown, *piece.more]))
        else:
            part.note(some.notes)
        part.notice(some.input, self._noticed(one, typed, piece.more))
        rows = self.sorting.rows_of(printable(path))
        good, bad = rejects.split_rejects(
            typed, piece.lines, duplicates.times(twice, marks), self.options.extra == "keep", rows
        )
        part.found.append(good)
        part.rejects += [one for one in (self.sorting.broken(piece.broken), bad) if one.count]

    def _shaped(self, one: Input, piece: Piece) -> Piece:
        """The piece with its ids in `case`; a store has them there already, and so has a mapped table."""
        if one.kind == "store" or self.by_mapping:
            return piece
        names = self._new_names(piece.table.columns)
        odd = {names.get(name, name): cells for name, cells in piece.odd.items()}
        return replace(piece, table=partition.with_names(piece.table, names), odd=odd)

    def _noticed(self, one: Input, typed: tables.Typed, more: Sequence[str]) -> Noticed:
        if not typed.raw.height:
            return Noticed(heard=True, named=True)  # what is broken is reported as such
        heard = typed.findings.width > 1 or bool(typed.faults)
        given = typed.raw.height - typed.raw[CASE].null_count() if CASE in typed.raw.columns else 0
        like = () if self.by_mapping else like_ids([*typed.unknown, *more], self.rulebook)
        if one.kind == "store":
            return Noticed(heard, True, like)
        return Noticed(heard, given > 0, like, given < typed.raw.height)

    def _noticed_cases(self, some: Some) -> Noticed:
        stem = re.escape(stem_of(self.inputs[some.input].path))
        named = self.options.id is None or any(
            case.unread or not re.fullmatch(rf"{stem}(:\d+)?", case.id) for case in some.cases
        )
        return Noticed(any(case.facts or case.problems for case in some.cases), named)

    def _add_cases(self, part: Part, some: Some, twice: duplicates.Twice | None) -> None:
        named = [number for number, case in enumerate(some.cases) if not case.unread]
        names = tables.texts_of({tables.CASE: [some.cases[number].id for number in named]})[tables.CASE]
        marks = duplicates.marks_of(names, self._scope(some))
        part.count(some.input, some.count, marks)
        part.notice(some.input, self._noticed_cases(some))
        times = dict(zip(named, duplicates.times(twice, marks).tolist(), strict=True))
        good, bad = self.sorting.cases(some.cases, [times.get(number, 0) for number in range(len(some.cases))])
        part.add(good)
        part.rejects += [bad] if bad.count else []
