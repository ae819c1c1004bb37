"""The part of the page that sets a batch beside the drawn patients of its knowledge base."""

from collections.abc import Iterator, Sequence

from htpy import Node, div, h2, p, table, td, th, tr

from ...circuit import CompiledRulebook
from ...columns.population import Figures, Group, Wanted, figures
from ...columns.summary import Summary
from ...population import Population
from ...rulebook import Rulebook
from ..population import WARNING

PATIENTS = 21_000
SPAN = 2.0
SAYS = (
    "How many of a hundred get each alarm: of this batch, and of patients drawn as the knowledge base describes them, "
    "at their first visit. In brackets with the shares that are guesses halved and doubled."
)


def beside(rulebook: Rulebook, population: Population, summary: Summary) -> Node:
    """The alarms of a batch beside those of drawn patients: of all, of the well, and of each serious illness."""
    runs = figures(CompiledRulebook(rulebook), population, Wanted(PATIENTS), SPAN)
    now = runs[0]
    serious = [name for name, group in now.groups.items() if group.serious and name != "ill"]
    rows = [_row("this batch", [f"{one:.1f}" for one in _of_batch(rulebook, summary)])]
    rows += [_row(name, list(_cells([run.groups[name] for run in runs], now))) for name in ("all", "well", *serious)]
    head = tr[th, (th(scope="col")[alarm] for alarm in now.alarms)]
    return [h2["Beside drawn patients"], p[SAYS], div(".wide")[table[head, rows]], p(".muted")[WARNING]]


def _row(name: str, cells: Sequence[str]) -> Node:
    return tr[th(scope="row")[name], (td[cell] for cell in cells)]


def _cells(groups: Sequence[Group], now: Figures) -> Iterator[str]:
    for alarm in now.alarms:
        first, low, high = (group[alarm] for group in groups)
        yield f"{first:.1f} ({low:.0f}–{high:.0f})"


def _of_batch(rulebook: Rulebook, summary: Summary) -> Iterator[float]:
    """Of a hundred decided cases, how many get each alarm, on a scale this step or above."""
    for term in rulebook.conclusions:
        spread = summary.spreads.get(term.name)
        for value in term.alarms:
            place = term.domain.values.index(value)
            enough = term.domain.values[place:] if term.takes_highest else (value,)
            reached = sum(spread.settled.get(one, 0) + spread.open.get(one, 0) for one in enough) if spread else 0
            yield 100 * reached / summary.cases if summary.cases else 0.0
