"""tables/<table>.csv: dense steps, each row a rule."""

import csv
import io
import re
from collections.abc import Mapping

from ..errors import Place
from ..language import Condition, Line, Misread, no_term, parse_line
from ..rulebook import Rule, Term
from .cards import conclusion_is_known
from .known_names import KnownNames
from .problem_collector import ProblemCollector

MAX_ROWS = 2_000
LEFT_OUT = ("-", "")
"""Cells that say nothing; an empty one is a problem besides."""
_ROW = re.compile(r"[a-z0-9][a-z0-9_]*\Z")


def load_table(collector: ProblemCollector, file: str, text: str, known: KnownNames) -> list[Rule]:
    """The rules of a table."""
    rows = read_rows(collector, file, text)
    if not rows:
        return []
    header = [cell.strip() for cell in rows[0][1]]
    if header[:1] != ["row"] or header.count("=>") != 1 or header[-2:] != ["because", "source"]:
        there = "semicolons between the cells" if len(header) == 1 and ";" in header[0] else "a header of another form"
        collector.note(Place(file, 1), there, "`row, terms…, =>, conclusions…, because, source`, with commas")
        return []
    check_header(collector, Place(file, 1), [name for name in header[1:-2] if name != "=>"], known.terms)
    table = collector.stem(file)
    rules = [_row(collector, Place(file, line), table, header, row, known) for line, row in rows[1:]]
    return [rule for rule in rules if rule is not None]


def read_rows(collector: ProblemCollector, file: str, text: str) -> list[tuple[int, list[str]]]:
    """The rows of a CSV file, each with its line, the header first; empty where there is something to mend."""
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        collector.note(Place(file, reader.line_num), f"not readable as CSV: {error}")
        return []
    if len(rows) < 2:
        collector.note(Place(file), "an empty table", "a header and at least one row")
        return []
    if len(rows) > MAX_ROWS:
        collector.note(Place(file), f"{len(rows):,} rows", f"at most {MAX_ROWS:,}")
        return []
    return rows


def check_header(collector: ProblemCollector, place: Place, columns: list[str], terms: Mapping[str, Term]) -> None:
    """Note what heads a column and is not a term, or heads two."""
    for number, name in enumerate(columns):
        if name not in terms:
            collector.problems.append(no_term(place, name, collector.nearest(name, terms)))
        elif name in columns[:number]:
            collector.note(place, f"{name!r} heads two columns", "each term once")


def _row(
    collector: ProblemCollector, place: Place, table: str, header: list[str], row: list[str], known: KnownNames
) -> Rule | None:
    if len(row) != len(header):
        collector.note(place, f"{len(row)} cells", f"{len(header)}, as in the header")
        return None
    cells = list(zip(header, (" ".join(cell.split()) for cell in row), strict=True))
    name, arrow, because, source = cells[0][1], header.index("=>"), cells[-2][1], cells[-1][1]
    read, concluding = cells[1:arrow], cells[arrow + 1 : -2]
    _check_row(collector, place, name, [*read, *concluding], all(cell == "-" for _, cell in concluding), because)
    said, given = (
        [(term, cell) for term, cell in cells if cell not in LEFT_OUT and term in known.terms]
        for cells in (read, concluding)
    )
    lines = [_line(collector, term, cell, known, place) for term, cell in said]
    entries = [entry.partition(":") for entry in source.split(";")]
    return Rule(
        id=f"{table}.{name}",
        says="; ".join(f"{term}: {cell}" for term, cell in given),
        condition=Condition(tuple(line for line in lines if line)),
        then=tuple((term, cell) for term, cell in given if conclusion_is_known(collector, term, cell, place, known)),
        because=because,
        sources=tuple(
            collector.cite(key.strip(), text.strip(), place, known.sources, known.claims) for key, _, text in entries
        ),
        place=place,
        row=True,
    )


def _check_row(
    collector: ProblemCollector,
    place: Place,
    name: str,
    cells: list[tuple[str, str]],
    concludes_nothing: bool,
    because: str,
) -> None:
    """Note what no row may leave out."""
    blank = [term for term, cell in cells if not cell]
    for empty in blank:
        collector.note(place, f"an empty cell under {empty!r}", "`-` to leave it out, or a value")
    if not _ROW.match(name):
        collector.note(place, f"{name[:80]!r} is not a name of a row", "small letters, digits and _")
    if not blank and concludes_nothing:
        collector.note(place, "no conclusion", "at least one in every row")
    if not because:
        collector.note(place, "no `because`", "a reason in every row")


def _line(collector: ProblemCollector, term: str, cell: str, known: KnownNames, place: Place) -> Line | None:
    try:
        return parse_line(term, cell, known.domains, place)
    except Misread as error:
        collector.problems += error.problems
        return None
