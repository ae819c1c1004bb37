"""One part of the work: cases gathered from the inputs, evaluated at once, and written whole."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ...case import Case
from ...circuit import CompiledRulebook
from ...columns import duplicates, encoding, lookup, tables
from ...columns.mapped import KEPT, MappingNotes
from ...columns.piece import Spot
from ...columns.rejects import Rejects, RejectsWriter
from ...columns.results import laws_broken
from ...expected import answer_text
from ...facts import EXPECTED
from ...none_of_these import NONE_OF_THESE, SEPARATOR
from ...record import Json
from ...rulebook import Rulebook
from .options import Options
from .recognised import Noticed
from .store import Store, whole, write_json

OTHERS = "all others"


@dataclass(frozen=True, order=True)
class Position:
    """Where reading stands: the number of an input, and the spot in it."""

    input: int = 0
    spot: Spot = field(default_factory=Spot)

    def as_json(self) -> Json:
        """The position as a record has it."""
        return {"input": self.input, **asdict(self.spot)}

    @classmethod
    def of(cls, written: Json) -> "Position":
        """The position that a record tells."""
        return cls(written["input"], Spot(**{key: value for key, value in written.items() if key != "input"}))


def add_counts(to: dict[str, int], more: Mapping[str, int]) -> None:
    """Add counts to counts."""
    for name, count in more.items():
        to[name] = to.get(name, 0) + count


def first_counts(texts: Mapping[str, int]) -> dict[str, int]:
    """The most frequent of some texts; all others are counted together."""
    most = sorted(texts.items(), key=lambda one: (-one[1], one[0]))
    rest = sum(count for _, count in most[KEPT:])
    return dict(most[:KEPT]) | ({OTHERS: rest} if rest else {})


@dataclass
class Part:
    """Cases that are evaluated together; `cases` counts all that came, `marks` are their ids as numbers.

    `found` are the good ones in order: tables, and lists of cases that were read one by one. `notes` has what a mapping
    does not say of them, and `absent` the columns of it that none of them has.
    """

    number: int
    start: Position
    after: Position
    cases: int = 0
    found: list[Any] = field(default_factory=list)
    rejects: list[Rejects] = field(default_factory=list)
    marks: list[Any] = field(default_factory=list)
    inputs: Counter[int] = field(default_factory=Counter)
    unknown: dict[str, None] = field(default_factory=dict)
    noticed: dict[int, Noticed] = field(default_factory=dict)
    settled: bool = False
    notes: MappingNotes = field(default_factory=MappingNotes)
    absent: set[str] | None = None

    def note(self, notes: MappingNotes) -> None:
        """Add what a mapping does not say of some cases."""
        add_counts(self.notes.columns, notes.columns)
        add_counts(self.notes.taken_over, notes.taken_over)
        for column, texts in notes.values.items():
            add_counts(self.notes.values.setdefault(column, {}), texts)
        self.absent = {*notes.absent} if self.absent is None else self.absent & {*notes.absent}

    def count(self, number: int, cases: int, marks: Any) -> None:
        """Note so many cases of an input, and the ids of those that have one."""
        self.cases += cases
        self.inputs[number] += cases
        if len(marks):
            self.marks.append(marks)

    def notice(self, number: int, noticed: Noticed) -> None:
        """Note what is noticed of an input."""
        self.noticed[number] = self.noticed.get(number, Noticed()).and_also(noticed)

    def add(self, cases: Sequence[Case]) -> None:
        """Put good cases after those that are there."""
        if not self.found or not isinstance(self.found[-1], list):
            self.found.append([])
        self.found[-1] += cases


class Writer:
    """Evaluates parts and writes them; one for a thread."""

    def __init__(self, rulebook: Rulebook, options: Options, store: Store) -> None:
        self.rulebook = rulebook
        self.options = options
        self.store = store
        compiled = CompiledRulebook(rulebook)
        self.program = tables.Answering(compiled)
        self.rejected = RejectsWriter(compiled)
        self.findings = {term.name for term in rulebook.findings}
        self.domains = encoding.domains_of(rulebook)

    def write(self, part: Part) -> Json:
        """Write a part; gives back its record."""
        whole_table = tables.joined(self._loose(some) if isinstance(some, list) else some for some in part.found)
        if not whole_table.width:
            whole_table = tables.table_of(self.rulebook, [], [])
        own = [name for name in whole_table.columns if name == tables.CASE or name in self.findings]
        findings = whole_table.select(own)
        frame = self.program.frame
        rows = frame.of(findings)
        answers_of = tables.flag_answers if self.options.form == "parquet" else tables.plain_answers
        answers = tables.beside(answers_of(rows, self.options.trace), whole_table.drop(own), frame.form.names)
        empty = rows.empty
        rejects = sum(one.count for one in part.rejects)
        assert part.cases == answers.height + rejects, "a case was lost"
        form = self.options.form
        digest = self.rulebook.digest
        whole(self.store.answers(part.number), lambda path: lookup.write(answers, path, form, digest))
        if self.options.store:
            whole(self.store.findings(part.number), lambda path: encoding.write(whole_table, path, self.domains))
        levels = self._write_rejects(part)
        whole(self.store.marks(part.number), lambda path: duplicates.write_marks(part.marks, path))
        record = {
            "part": part.number,
            "start": part.start.as_json(),
            "after": part.after.as_json(),
            "cases": part.cases,
            "decided": answers.height - empty,
            "empty": empty,
            "broken laws": laws_broken(answers),
            "rejects": rejects,
            "reasons": dict(sum((Counter(one.counts()) for one in part.rejects), Counter())),
            "levels": levels,
            "inputs": {str(number): count for number, count in part.inputs.items()},
            "unknown": list(part.unknown),
            "noticed": {str(number): noticed.as_json() for number, noticed in part.noticed.items()},
            "settled": part.settled,
        } | self._noted(part)
        write_json(self.store.record(part.number), record)
        return record

    def _noted(self, part: Part) -> Json:
        """What a mapping does not say of the cases of a part."""
        if part.absent is None:
            return {}
        values = {column: first_counts(texts) for column, texts in part.notes.values.items()}
        mapping = {"columns": part.notes.columns, "values": values, "taken over": part.notes.taken_over}
        return {"mapping": mapping | {"absent": sorted(part.absent)}}

    def _loose(self, cases: Sequence[Case]) -> Any:
        table = tables.table_of(self.rulebook, [case.id for case in cases], [case.facts for case in cases])
        names = dict.fromkeys(name for case in cases for name in case.expected or ())
        texts: dict[str, list[str | None]] = {
            f"{EXPECTED}{name}": [answer_text((case.expected or {}).get(name)) for case in cases] for name in names
        }
        if any(case.none_of_these for case in cases):
            texts[NONE_OF_THESE] = [f"{SEPARATOR} ".join(case.none_of_these) or None for case in cases]
        return tables.beside(table, tables.texts_of(texts))

    def _write_rejects(self, part: Part) -> list[list[int]]:
        levels: list[list[int]] = []
        whole(self.store.rejects(part.number), lambda path: levels.extend(self.rejected.write(part.rejects, path)))
        return levels
