"""One part of the work: cases gathered from the inputs, evaluated at once, and written whole."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ...case import Case
from ...circuit import CompiledRulebook
from ...columns import duplicates, encoding, lookup, partition, tables
from ...columns.piece import Spot
from ...columns.rejects import Rejects, RejectsWriter
from ...columns.results import laws_broken
from ...facts import EXPECTED
from ...none_of_these import NONE_OF_THESE, SEPARATOR
from ...record import Json
from ...rulebook import Rulebook
from .options import Options
from .recognised import Noticed
from .store import Store, whole, write_json


@dataclass(frozen=True, order=True)
class Position:
    """Where reading stands: the number of an input, and the spot in it."""

    input: int = 0
    spot: Spot = field(default_factory=Spot)

    def as_json(self) -> Json:
        """The position as a record has it."""
        return {"input": self.input, **asdict(self.spot)}

    @classmethod
    def of(cls, told: Json) -> "Position":
        """The position that a record tells."""
        return cls(told["input"], Spot(**{key: value for key, value in told.items() if key != "input"}))


@dataclass
class Part:
    """Cases that are evaluated together; `cases` counts all that came, `marks` are their ids as numbers.

    `found` are the good ones in order: tables, and lists of cases that were read one by one.
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
        answers = tables.beside(self.program.answers(findings, self.options.trace), whole_table.drop(own))
        empty = partition.without_answer(findings)
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
        }
        write_json(self.store.record(part.number), record)
        return record

    def _loose(self, cases: Sequence[Case]) -> Any:
        table = tables.table_of(self.rulebook, [case.id for case in cases], [case.facts for case in cases])
        names = dict.fromkeys(name for case in cases for name in case.expected or ())
        texts: dict[str, list[str | None]] = {
            f"{EXPECTED}{name}": [tables.answer_text((case.expected or {}).get(name)) for case in cases]
            for name in names
        }
        if any(case.none_of_these for case in cases):
            texts[NONE_OF_THESE] = [f"{SEPARATOR} ".join(case.none_of_these) or None for case in cases]
        return tables.beside(table, tables.texts_of(texts))

    def _write_rejects(self, part: Part) -> list[list[int]]:
        levels: list[list[int]] = []
        whole(self.store.rejects(part.number), lambda path: levels.extend(self.rejected.write(part.rejects, path)))
        return levels
