"""What a check finds: one thing to fix, or where it does not block to consider, with a patient who shows it."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..case import Case
from ..errors import Problem
from ..language import show_part
from ..proof.laws import Part


@dataclass(frozen=True)
class Finding:
    """One thing found: an error if it blocks, or advice; `check` is the name of the file that found it."""

    problem: Problem
    blocks: bool = True
    patient: Case | None = None
    check: str = ""


def parts_text(parts: Iterable[Part]) -> str:
    """Lines as they are told: `one` with `another`."""
    return " with ".join(f"`{show_part(part)}`" for part in parts)
