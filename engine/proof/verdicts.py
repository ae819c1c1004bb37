"""What a question about every case comes to: proved, broken with a patient, or undecided; frozen records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..case import Value

Facts = Mapping[str, Value]


@dataclass(frozen=True)
class Limits:
    """How long one question may take; past either it is undecided."""

    conflicts: int = 200_000
    seconds: float = 20.0

    @property
    def reached(self) -> str:
        """That a question was given up."""
        return f"no verdict within {self.conflicts:,} conflicts and {self.seconds:g} seconds"


@dataclass(frozen=True)
class Sat:
    """There is such a case: this one."""

    facts: Facts


@dataclass(frozen=True)
class Unsat:
    """There is no such case, which is proved; `core` has nodes that cannot be true together."""

    core: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Unknown:
    """Whether there is such a case is not known, and why. It never counts as a proof."""

    reason: str


@dataclass(frozen=True)
class Patient(Sat):
    """A case that shows something; `smallest` where it is proved that none with fewer answers does."""

    smallest: bool = True


@dataclass(frozen=True)
class Verdict:
    """Proved for every case; broken, with a patient who shows it; or undecided, with the reason.

    `resting_on` are the assumptions about patients without which a proof was not found.
    """

    kind: Literal["proved", "broken", "undecided"]
    patient: Patient | None = None
    reason: str = ""
    resting_on: tuple[str, ...] = field(default=())

    @property
    def proved(self) -> bool:
        """Whether it holds for every case; an undecided one does not count."""
        return self.kind == "proved"


def verdict(found: Patient | Unsat | Unknown, resting_on: tuple[str, ...] = ()) -> Verdict:
    """The verdict on "this never happens", from what was found when it was looked for."""
    match found:
        case Unsat():
            return Verdict("proved", resting_on=resting_on)
        case Unknown():
            return Verdict("undecided", reason=found.reason)
    return Verdict("broken", patient=found)
