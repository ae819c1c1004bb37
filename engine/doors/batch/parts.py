"""One part of the work: cases gathered from the inputs, evaluated at once, and written whole."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ...case import Case, Value
from ...columns import stored, tables
from ...columns.separated import Spot
from ...rulebook import Rulebook
from .options import Options
from .rejects import Reject
from .store import Store, whole, write_json


@dataclass(frozen=True, order=True)
class Position:
    """Where reading stands: the number of an input, and the spot in it."""

    input: int = 0
    spot: Spot = field(default_factory=Spot)

    def as_json(self) -> dict[str, Any]:
        """The position as a record has it."""
        return {"input": self.input, **asdict(self.spot)}

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Position":
        """The position that a record tells."""
        return cls(told["input"], Spot(**{key: value for key, value in told.items() if key != "input"}))


@dataclass
class Part:
    """Cases that are evaluated together; `cases` counts all that came, `segments` the ids of each input in order."""

    number: int
    start: Position
    after: Position
    cases: int = 0
    tables: list[Any] = field(default_factory=list)
    loose: list[Case] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    marks: list[Any] = field(default_factory=list)
    segments: list[list[int]] = field(default_factory=list)
    inputs: Counter[int] = field(default_factory=Counter)
    unknown: dict[str, None] = field(default_factory=dict)
    settled: bool = False

    def count(self, number: int, cases: int, marks: Any) -> None:
        """Note so many cases of an input, and the ids of those that have one."""
        self.cases += cases
        self.inputs[number] += cases
        if len(marks):
            self.marks.append(marks)
            self.segments.append([number, len(marks)])


class Writer:
    """Evaluates parts and writes them; one for a thread."""

    def __init__(self, rulebook: Rulebook, options: Options, store: Store) -> None:
        self.rulebook = rulebook
        self.options = options
        self.store = store
        self.program = tables.Answering(rulebook)
        self.scales = [term for term in rulebook.conclusions if term.takes_highest]
        self.findings = {term.name for term in rulebook.findings}

    def write(self, part: Part) -> dict[str, Any]:
        """Write a part; gives back its record."""
        whole_table = tables.joined([*part.tables, *self._loose(part.loose)])
        if not whole_table.width:
            whole_table = tables.table_of(self.rulebook, [], [])
        own = [name for name in whole_table.columns if name == tables.CASE or name in self.findings]
        findings = whole_table.select(own)
        answers = tables.beside(self.program.answers(findings, self.options.trace), whole_table.drop(own))
        assert part.cases == answers.height + len(part.rejects), "a case was lost"
        form = self.options.form
        self._put(self.store.answers(part.number), answers, form)
        self._put(self.store.findings(part.number), findings, "parquet")
        levels = self._write_rejects(part)
        whole(self.store.marks(part.number), lambda path: stored.write_marks(part.marks, path))
        record = {
            "part": part.number,
            "start": part.start.as_json(),
            "after": part.after.as_json(),
            "cases": part.cases,
            "decided": answers.height,
            "rejects": len(part.rejects),
            "reasons": dict(Counter(reject.reason for reject in part.rejects)),
            "levels": levels,
            "segments": part.segments,
            "inputs": {str(number): count for number, count in part.inputs.items()},
            "unknown": list(part.unknown),
            "settled": part.settled,
        }
        write_json(self.store.record(part.number), record)
        return record

    def _put(self, path: Path, table: Any, form: str) -> None:
        whole(path, lambda part: stored.write(table, part, form, self.rulebook.digest))

    def _loose(self, cases: Sequence[Case]) -> list[Any]:
        if not cases:
            return []
        table = tables.table_of(self.rulebook, [case.id for case in cases], [case.facts for case in cases])
        names = dict.fromkeys(name for case in cases for name in case.expected or ())
        texts = {
            f"{tables.EXPECTED}{name}": [tables.told_answer((case.expected or {}).get(name)) for case in cases]
            for name in names
        }
        return [tables.beside(table, tables.texts_of(texts))]

    def _write_rejects(self, part: Part) -> list[list[int]]:
        """The rejects, the most urgent first; gives back where those of each level stand."""
        ranked = sorted(zip(self._least(part.rejects), part.rejects, strict=True), key=lambda pair: -self._level(*pair))
        lines = bytearray()
        levels: dict[int, list[int]] = {}
        for least, reject in ranked:
            told = reject.as_json(least)
            line = json.dumps(told, ensure_ascii=False).encode(errors="backslashreplace") + b"\n"
            level = levels.setdefault(self._level(least, reject), [len(lines), 0])
            level[1] += len(line)
            lines += line
        whole(self.store.rejects(part.number), lambda path: path.write_bytes(bytes(lines)))
        return [[level, *place] for level, place in levels.items()]

    def _least(self, rejects: Sequence[Reject]) -> list[dict[str, Value | None]]:
        if not rejects:
            return []
        facts = [reject.case.facts for reject in rejects]
        frame = self.program.evaluate(tables.table_of(self.rulebook, [""] * len(facts), facts))
        rows = frame.select([f"{term.name} at least" for term in self.scales]).to_dicts()
        return [
            {term.name: row[f"{term.name} at least"] if known else None for term in self.scales}
            for row, known in zip(rows, facts, strict=True)
        ]

    def _level(self, least: dict[str, Value | None], _: Reject) -> int:
        """How urgent: twice the place of the highest value; what nothing is known of stands above the lowest."""
        places = [
            2 * term.domain.values.index(str(value)) if (value := least[term.name]) is not None else 1
            for term in self.scales
        ]
        return max(places, default=0)
