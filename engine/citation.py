"""What a statement rests on: a source and the place in it."""

from dataclasses import dataclass

from .record import Record


@dataclass(frozen=True, repr=False)
class Citation(Record):
    """A source and the place in it; `label` is how sure it is (empty: seen in the source itself)."""

    source: str
    place: str
    label: str = ""

    def __str__(self) -> str:
        return f"{self.source}: {self.place}" + (f" [{self.label}]" if self.label else "")
