"""The good cases of files as typed tables, one after the other, with nothing written; and how many are set apart."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ...columns import tables
from ...rulebook import Rulebook
from .options import Options, Refused, inputs_of
from .parts import Part, Position
from .reader import Reader

NOWHERE = Path(os.devnull)  # nothing is written


def tables_of(rulebook: Rulebook, paths: Sequence[str], size: int = 250_000) -> Iterator[tuple[Any, int]]:
    """Each table of findings, and how many cases beside it were set apart."""
    found = inputs_of(paths, NOWHERE, rulebook)
    if found.left_out:
        raise Refused(found.left_out)
    reader = Reader(rulebook, found.files, Options(extra="drop", size=size))
    reader.check_columns()
    findings = {term.name for term in rulebook.findings}
    for some in reader.stream(Position()):
        part = Part(0, some.start, some.start)
        reader.add(part, some, None)
        whole = tables.joined([_table(rulebook, found) for found in part.found])
        own = [name for name in whole.columns if name == tables.CASE or name in findings]
        yield whole.select(own), sum(one.count for one in part.rejects)


def _table(rulebook: Rulebook, found: Any) -> Any:
    """A table as it is, or that of cases which were read one by one."""
    if isinstance(found, list):
        return tables.table_of(rulebook, [case.id for case in found], [case.facts for case in found])
    return found
