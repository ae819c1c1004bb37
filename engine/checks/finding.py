"""What a check finds: one thing to fix, or where it does not block to consider, with a patient who shows it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ..case import Case, Decision
from ..errors import Place, Problem
from ..language import show_part
from ..proof.laws import Part


@dataclass(frozen=True)
class Witness:
    """A case in which a fault shows; `shows` says of another decision of it whether the fault is there too.

    `rules` might have kept the fault away, had they fired.
    """

    case: Case
    shows: Callable[[Decision], bool]
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """One thing found: an error if it blocks, or advice; `check` is the name of the file that found it.

    `trials` are cases in which it shows, to look for its cause; `cause` is the place of the cause, where it is known.
    `weight` is how bad it is: 3 if somebody may come to harm, 2 if answers are wrong, 1 if something is missing.
    """

    problem: Problem
    blocks: bool = True
    patient: Case | None = None
    check: str = ""
    trials: tuple[Witness, ...] = field(default=(), compare=False, repr=False)
    cause: Place | None = None
    weight: int = 1


def parts_text(parts: Iterable[Part]) -> str:
    """Lines as they are printed: `one` with `another`."""
    return " with ".join(f"`{show_part(part)}`" for part in parts)
