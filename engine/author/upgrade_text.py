"""What a change of the base means for a layer, in words: what is in the way first, then what to look at."""

from collections.abc import Iterator
from itertools import groupby

from ..errors import Problem, counted
from ..render import StyledLine
from .diff_text import line_change
from .upgrade import CONFLICTS, LayerPiece, Upgrade

NO_COPY = "There is no copy of a base that it was checked against, so nothing can be compared."
KEEP = "`lumbar upgrade --accept` keeps this base as the one that the layer is checked against."
FIX = "Fix what is in the way first; then `lumbar upgrade --accept` keeps this base as the one it is checked against."


def upgrade_lines(found: Upgrade) -> Iterator[StyledLine]:
    """The whole of it."""
    yield StyledLine(_head(found), style="title")
    conflicts = [piece for piece in found.pieces if any(note.what in CONFLICTS for note in piece.notes)]
    noted = [piece for piece in found.pieces if piece.notes and piece not in conflicts]
    if found.problems:
        yield StyledLine("It cannot be read over this base", style="title")
        yield from (StyledLine(str(Problem(one.place, one.words)), 1, "alarm", "- ") for one in found.problems)
    yield from _pieces("Names that have changed beneath", conflicts)
    yield from _alarms(found)
    yield from _pieces("To look at", noted)
    unchanged = [piece for piece in found.pieces if not piece.notes]
    if unchanged:
        kinds = [counted(len(list(some)), kind) for kind, some in groupby(unchanged, key=lambda piece: piece.kind)]
        yield StyledLine(f"Unchanged: {', '.join(kinds)}", style="title")
    if found.in_the_way:
        yield StyledLine(FIX)
    elif not found.unchanged:
        yield StyledLine(KEEP)


def _head(found: Upgrade) -> str:
    over = f"{found.layer} over {found.now.layers[-1].name}"
    if found.before is None:
        return f"{over}. {NO_COPY}"
    if found.unchanged:
        return f"{over}: the base is the one that the layer was last checked against"
    return f"{over}: the base has changed since the layer was last checked against it"


def _pieces(title: str, pieces: list[LayerPiece]) -> Iterator[StyledLine]:
    if pieces:
        yield StyledLine(f"{title}: {len(pieces)}", style="title")
    for piece in pieces:
        yield StyledLine(f"{piece.kind} {piece.name} ({piece.place})", 1, "answer")
        for note in piece.notes:
            yield StyledLine(f"{note.what}: {note.says}", 2, "plain", "* ")
            for line in note.lines:
                yield from line_change(line, 3)


def _alarms(found: Upgrade) -> Iterator[StyledLine]:
    if found.problems:
        return
    if not found.lowered:
        yield StyledLine("Alarms: none beneath is lowered, in any possible case (proved)", style="title")
        return
    yield StyledLine(f"Alarms: {len(found.lowered)} beneath lowered", style="title")
    for one in found.lowered:
        words = one.problem.words if one.blocks else one.problem.there
        yield StyledLine(f"{one.problem.place}: {words}", 1, "alarm" if one.blocks else "plain", "- ")
        if one.patient:
            facts = ", ".join(f"{name}: {value}" for name, value in one.patient.facts.items())
            yield StyledLine(f"a patient: {facts}", 2, "muted")
