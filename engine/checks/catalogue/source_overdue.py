"""A source of which it is said when to look again is looked at again by then."""

from collections.abc import Iterator

from ...errors import Problem
from ...review import today
from ..finding import Finding
from ..subject import Subject

ASKED = "tried"
REMEDY = "Look whether it still says so, and set `read on` and `look again by`."
LAMPS = "LAMPS: {{citation: Made up., seen: all, read on: 2000-01-01, look again by: {0}}}"
INVALID = {"sources.yaml": LAMPS.format("2001-01-01")}
VALID = {"sources.yaml": LAMPS.format("2999-01-01")}


def find(subject: Subject) -> Iterator[Finding]:
    """Each source whose day is past."""
    day = today()
    for source in subject.rulebook.sources.values():
        if source.look_again_by and source.look_again_by < day:
            there = f"{source.key!r} was to be looked at again by {source.look_again_by}"
            there += f", and was last read on {source.read_on}" if source.read_on else ""
            yield Finding(Problem(source.place, there, "a later day under `look again by`"), blocks=False)
