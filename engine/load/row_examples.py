"""tables/<table>.examples.csv: for some facts, which rows of the table hold, which wait, and that all others fail."""

from collections.abc import Iterable, Mapping
from math import prod

from ..case import Value
from ..errors import Place, listed
from ..rulebook import RowExample, Rule, Term
from .cards import value_of
from .fields import Desk
from .files import EXAMPLES
from .tables import check_header, read_rows

MAX_CHOICES = 1_000
ENDING = ["=>", "holds", "waits"]


def load_row_examples(
    desk: Desk, file: str, text: str, terms: Mapping[str, Term], rows: Mapping[str, Rule]
) -> tuple[RowExample, ...]:
    """The examples of one table; `rows` are those of every table, by their whole names."""
    lines = read_rows(desk, file, text)
    if not lines:
        return ()
    header = [cell.strip() for cell in lines[0][1]]
    if header[:1] != ["example"] or header[-3:] != ENDING:
        desk.note(Place(file, 1), "a header of another form", "`example, terms…, =>, holds, waits`")
        return ()
    columns = header[1:-3]
    check_header(desk, Place(file, 1), columns, terms)
    table = desk.stem(file.removesuffix(EXAMPLES)) + "."
    mine = {name.removeprefix(table): rule for name, rule in rows.items() if name.startswith(table)}
    if not mine:
        desk.note(Place(file), "examples of no table", f"the rows in tables/{table}csv")
        return ()
    read = {term for rule in mine.values() for term in rule.condition.terms()}
    for name in columns:
        if name in terms and name not in read:
            desk.note(Place(file, 1), f"no row reads {name!r}", listed(sorted(read)), desk.nearest(name, read))
    found = [_example(desk, Place(file, line), header, cells, terms, mine) for line, cells in lines[1:]]
    return tuple(example for example in found if example is not None)


def _example(
    desk: Desk,
    place: Place,
    header: list[str],
    row: list[str],
    terms: Mapping[str, Term],
    mine: Mapping[str, Rule],
) -> RowExample | None:
    if len(row) != len(header):
        desk.note(place, f"{len(row)} cells", f"{len(header)}, as in the header")
        return None
    name, *cells, arrow, holds, waits = (" ".join(cell.split()) for cell in row)
    if not name:
        desk.note(place, "no name", "what the example is about, in a few words")
    if arrow not in ("", "=>"):
        desk.note(place, f"{arrow[:80]!r} under `=>`", "nothing, or `=>`")
    given = {
        term: () if cell == "-" else _values(desk, term, cell, terms, place)
        for term, cell in zip(header[1:-3], cells, strict=True)
        if term in terms
    }
    if prod(len(values) for values in given.values() if values) > MAX_CHOICES:
        desk.note(place, "an example that stands for too many", f"at most {MAX_CHOICES:,}")
    return RowExample(name, given, _rows(desk, holds, mine, place), _rows(desk, waits, mine, place), place)


def _values(desk: Desk, term: str, cell: str, terms: Mapping[str, Term], place: Place) -> tuple[Value, ...]:
    found = (value_of(desk, term, terms[term].domain, text, place) for text in cell.split(" or "))
    return tuple(value for value in found if value is not None)


def _rows(desk: Desk, cell: str, mine: Mapping[str, Rule], place: Place) -> tuple[str, ...]:
    names: Iterable[str] = () if cell == "-" else [name.strip() for name in cell.split(";")]
    for name in names:
        if name not in mine:
            desk.note(place, f"{name[:80]!r} is no row of the table", listed(sorted(mine)), desk.nearest(name, mine))
    return tuple(mine[name].id for name in names if name in mine)
