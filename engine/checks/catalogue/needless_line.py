"""Each line of a rule changes somebody's answer."""

from collections.abc import Iterator

from ...errors import Place, Problem
from ...language import show_part
from ..finding import Finding
from ..sample import DARK, card
from ..subject import Subject

ASKED = "idle"
REMEDY = "Leave it out, or correct it."
LINES = "{light: no}, {hours: 900 or more}, {hours: 800 or more}"
INVALID = {"rules/recognise/old_bulb.yaml": card("old_bulb", LINES, "{fault: bulb}", DARK)}


def find(subject: Subject) -> Iterator[Finding]:
    """Each line that can be left out; the same line in several rows of a table is one finding."""
    lines: dict[tuple[str, str], list[Place]] = {}
    besides = {one.rule for one in subject.dead} | {*subject.idle_rules}
    for name, part in subject.idle.lines(besides):
        place = part.place or subject.rulebook.rules[name].place
        lines.setdefault((place.file, show_part(part)), []).append(place)
    for (_, text), places in sorted(lines.items()):
        rows = f" in each of {len(places)} rows" if len(places) > 1 else ""
        yield Finding(Problem(min(places), f"`{text}` can be left out{rows}, and no answer changes"), blocks=False)
