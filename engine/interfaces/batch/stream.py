"""The good cases of files as typed tables, one after the other, with nothing written; and what stands beside them."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...columns import partition, tables
from ...errors import Place, Problem
from ...rulebook import Rulebook
from ..walk import printable
from .options import Options, Refused, inputs_of
from .parts import Part, Position
from .reader import Reader
from .recognised import Noticed, suggestions, unheard, unrecognised

NOWHERE = Path(os.devnull)  # nothing is written


@dataclass
class Beside:
    """What was read beside the good cases: how many are rejected, how many have no answer, and what is wrong."""

    rejected: int = 0
    empty: int = 0
    problems: list[Problem] = field(default_factory=list)


def tables_of(rulebook: Rulebook, paths: Sequence[str], beside: Beside, size: int = 250_000) -> Iterator[Any]:
    """Each table of findings; `beside` is filled, and whole when the last table has been taken."""
    found = inputs_of(paths, NOWHERE, rulebook)
    if found.left_out:
        raise Refused(found.left_out)
    reader = Reader(rulebook, found.files, Options(extra="drop", size=size))
    reader.check_columns()
    findings = {term.name for term in rulebook.findings}
    counts: Counter[int] = Counter()
    noticed: dict[int, Noticed] = {}
    unknown: dict[str, None] = {}
    for some in reader.stream(Position()):
        part = Part(0, some.start, some.start)
        reader.add(part, some, None)
        whole = tables.joined([_table(rulebook, found) for found in part.found])
        own = whole.select([name for name in whole.columns if name == tables.CASE or name in findings])
        beside.rejected += sum(one.count for one in part.rejects)
        beside.empty += partition.without_answer(own)
        counts.update(part.inputs)
        unknown.update(part.unknown)
        for number, one in part.noticed.items():
            noticed[number] = one.and_also(noticed.get(number, Noticed()))
        yield own
    names = [printable(one.path) for one in reader.inputs]
    beside.problems += [*reader.changed.values(), *unrecognised(names, counts, noticed, rulebook, None)]
    beside.problems += _slips(unknown, rulebook)


def _slips(unknown: dict[str, None], rulebook: Rulebook) -> Iterator[Problem]:
    extra = suggestions(unknown, rulebook)
    for name in unheard(extra):
        yield Problem(Place("columns"), f"{name!r} is not a finding, and was not read", "", extra[name])


def _table(rulebook: Rulebook, found: Any) -> Any:
    """A table as it is, or that of cases which were read one by one."""
    if isinstance(found, list):
        return tables.table_of(rulebook, [case.id for case in found], [case.facts for case in found])
    return found
