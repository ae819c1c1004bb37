"""tables/<table>.examples.csv: for some facts, what a table concludes, by which rows, and which rows wait."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod

from ..case import Value
from ..errors import Place, listed
from ..rulebook import RowExample, Rule, Term
from .cards import value_of
from .files import EXAMPLES
from .problem_collector import ProblemCollector
from .tables import check_header, read_rows

MAX_CHOICES = 1_000
FORM = "`example, terms…, =>, conclusions…, holds, waits`"


@dataclass(frozen=True)
class _Header:
    """The columns of a file of examples, and the rows of its table by their short names."""

    given: tuple[str, ...]
    expected: tuple[str, ...]
    rows: Mapping[str, Rule]


def load_row_examples(
    collector: ProblemCollector, file: str, text: str, terms: Mapping[str, Term], rows: Mapping[str, Rule]
) -> tuple[RowExample, ...]:
    """The examples of one table; `rows` are those of every table, by their whole names."""
    lines = read_rows(collector, file, text)
    at_fault = {problem.place.file for problem in collector.problems}
    if not lines or file.removesuffix(EXAMPLES) + ".csv" in at_fault:
        return ()  # of a table that could not be read, nothing can be said
    table = collector.stem(file.removesuffix(EXAMPLES)) + "."
    mine = {name.removeprefix(table): rule for name, rule in rows.items() if name.startswith(table)}
    if not mine:
        collector.note(Place(file), "examples of no table", f"the rows in tables/{table}csv")
        return ()
    header = _header(collector, Place(file, 1), [cell.strip() for cell in lines[0][1]], terms, mine)
    if header is None:
        return ()
    found = [_example(collector, Place(file, line), header, cells, terms) for line, cells in lines[1:]]
    return tuple(example for example in found if example is not None)


def _header(
    collector: ProblemCollector, place: Place, cells: list[str], terms: Mapping[str, Term], mine: Mapping[str, Rule]
) -> _Header | None:
    if cells[:1] != ["example"] or cells.count("=>") != 1 or cells[-2:] != ["holds", "waits"]:
        collector.note(place, "a header of another form", FORM)
        return None
    arrow, before = cells.index("=>"), len(collector.problems)
    header = _Header(tuple(cells[1:arrow]), tuple(cells[arrow + 1 : -2]), mine)
    check_header(collector, place, [*header.given, *header.expected], terms)
    read = sorted({term for rule in mine.values() for term in rule.condition.terms()})
    given = sorted({term for rule in mine.values() for term, _ in rule.then})
    for columns, known, verb in ((header.given, read, "reads"), (header.expected, given, "gives")):
        for name in columns:
            if name in terms and name not in known:
                collector.note(place, f"no row {verb} {name!r}", listed(known), collector.nearest(name, known))
    return header if len(collector.problems) == before else None


def _example(
    collector: ProblemCollector, place: Place, header: _Header, row: list[str], terms: Mapping[str, Term]
) -> RowExample | None:
    width = len(header.given) + len(header.expected) + 4
    if len(row) != width:
        collector.note(place, f"{len(row)} cells", f"{width}, as in the header")
        return None
    name, *cells, holds, waits = (" ".join(cell.split()) for cell in row)
    if not name:
        collector.note(place, "no name", "what the example is about, in a few words")
    known, expected = cells[: len(header.given)], cells[len(header.given) + 1 :]
    given = {
        term: () if cell == "-" else tuple(_values(collector, terms[term], cell.split(" or "), place))
        for term, cell in zip(header.given, known, strict=True)
    }
    if prod(len(values) for values in given.values() if values) > MAX_CHOICES:
        collector.note(place, "an example that stands for too many", f"at most {MAX_CHOICES:,}")
    concluded = {
        term: tuple(str(value) for value in _values(collector, terms[term], _parts(terms[term], cell), place))
        for term, cell in zip(header.expected, expected, strict=True)
    }
    held, waiting = (tuple(_rows(collector, cell, header.rows, place)) for cell in (holds, waits))
    return RowExample(name, given, concluded, held, waiting, place)


def _parts(term: Term, cell: str) -> list[str]:
    """What stands between semicolons; none for `-`, and a value that has one is whole."""
    if cell in term.domain.values:
        return [cell]
    return [] if cell == "-" else [part.strip() for part in cell.split(";")]


def _values(collector: ProblemCollector, term: Term, texts: Iterable[str], place: Place) -> Iterable[Value]:
    found = (value_of(collector, term, text, place) for text in texts)
    return (value for value in found if value is not None)


def _rows(collector: ProblemCollector, cell: str, rows: Mapping[str, Rule], place: Place) -> Iterable[str]:
    for name in [] if cell == "-" else [part.strip() for part in cell.split(";")]:
        if name in rows:
            yield rows[name].id
        else:
            collector.note(
                place, f"{name[:80]!r} is not a row of the table", listed(sorted(rows)), collector.nearest(name, rows)
            )
