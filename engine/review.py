"""What clinicians said of a rule, a table or a law after reading it: frozen records."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from .errors import Place
from .record import Record

Verdict = Literal["approved", "changes wanted", "rejected"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
State = Literal["rejected", "changes wanted", "changed since its review", "not reviewed", "approved"]
"""How a rule or a law is reviewed, the worst first."""
STATES: tuple[State, ...] = get_args(State)


def today() -> str:
    """The present day, as reviews and sources name it: 2026-11-29."""
    return f"{date.today():%Y-%m-%d}"


@dataclass(frozen=True, repr=False)
class Signed(Record):
    """What a reviewer read, word by word: `text` has a line for each part of it, and `digest` is worked out from it.

    `part` is the name of a row of a table; empty for a rule or a law.
    """

    digest: str
    text: tuple[str, ...] = ()
    part: str = ""


@dataclass(frozen=True, repr=False)
class Review(Record):
    """One review: who, in what role, on which day, the verdict, and what was read.

    `day` and `again_by` (when to review again; empty if not said) are days such as 2026-11-29. `what` names the thing
    with its kind, as its file does: `rules/centralises_on_extension`.
    """

    what: str
    who: str
    role: str
    day: str
    verdict: Verdict
    signed: tuple[Signed, ...]
    place: Place
    note: str = ""
    again_by: str = ""

    def of(self, part: str) -> Signed | None:
        """What was read of a part; None where the review says nothing of it."""
        return next((one for one in self.signed if one.part == part), None)
