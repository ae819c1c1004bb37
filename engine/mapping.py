"""A mapping: which column of somebody's own file is which finding, and which text in it is which value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from .case import Value
from .digests import canonical, digest_of
from .errors import LumbarError, Place
from .facts import tidy
from .record import Record

ROW = "row"
UNTICKED = "unticked"
OPEN = "?"  # at the end of what is proposed, and has not been decided
TICKED = {"1": True, "checked": True, "true": True, "yes": True, "x": True}
TICKED |= {"0": False, "unchecked": False, "false": False, "no": False}
"""What the texts of a checkbox say: whether it is ticked."""


class MappingError(LumbarError):
    """A mapping has problems, or proposals that nobody has decided. The owner of the file can fix them."""


def folded(text: str) -> str:
    """A text as mappings compare it: no letter case, and no spaces around it."""
    return tidy(text).casefold()


@dataclass(frozen=True, repr=False)
class Long(Record):
    """A table with a row for each answer: the columns of what was asked, and of what was answered."""

    item: str
    value: str


@dataclass(frozen=True, repr=False)
class Visit(Record):
    """How the visits of a patient are distinguished and ordered: by an event in its `order`, or by a date.

    `takes_over` says that a later visit has what `lasts` from the one before, where it does not say it itself.
    """

    column: str = ""
    order: tuple[str, ...] = ()
    date: str = ""
    written: str = ""
    takes_over: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads."""
        return tuple(name for name in (self.column, self.date) if name)


@dataclass(frozen=True, repr=False)
class Checkbox(Record):
    """What a tick in a column says of findings, and what its absence does: nothing, where it is None."""

    ticked: Mapping[str, Value]
    unticked: Mapping[str, Value] | None = None


@dataclass(frozen=True, repr=False)
class ColumnMapping(Record):
    """A mapping as it is applied; columns are named as `tidy` has them, and texts as `folded` has them.

    `columns` has the finding of each column (or `expected …`, `none of these`); `values` what texts say of a finding,
    None for "not known"; `missing` the texts that stand for no answer in every column; `keep` what is passed through;
    `left_out` what is not read, and why. `id` is the column of the ids, or ROW.
    """

    id: str
    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, Value | None]] = field(default_factory=dict)
    checkboxes: Mapping[str, Checkbox] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    visit: Visit | None = None
    long: Long | None = None
    keep: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    separator: str = ""
    decimal: str = ""
    places: Mapping[str, Place] = field(default_factory=dict, compare=False)
    text: str = field(default="", compare=False)
    file: str = field(default="", compare=False)

    @cached_property
    def digest(self) -> str:
        """A short name for all that it says, equal where the same is said."""
        return digest_of(canonical(self, ("places", "text", "file", "left_out")))

    @cached_property
    def findings(self) -> Mapping[str, tuple[str, ...]]:
        """The columns that each finding, or other target, is read from."""
        found: dict[str, tuple[str, ...]] = {}
        for column, target in self.columns.items():
            found[target] = (*found.get(target, ()), column)
        for column, box in self.checkboxes.items():
            for name in box.ticked:
                found[name] = (*found.get(name, ()), column)
        return found

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The columns that tell the cases of a table apart: the id, and of which visit it is."""
        return (self.id, *(self.visit.columns if self.visit else ()))

    @cached_property
    def passed(self) -> tuple[str, ...]:
        """The columns that are passed through: those to keep, and what tells a patient's visits apart."""
        visit = (*((self.id,) if self.id != ROW else ()), *self.visit.columns) if self.visit else ()
        return tuple(dict.fromkeys((*visit, *self.keep)))

    @cached_property
    def read(self) -> tuple[str, ...]:
        """The columns that must be there, items of a long table among them."""
        own = () if self.id == ROW else (self.id,)
        long = (self.long.item, self.long.value) if self.long else ()
        visit = self.visit.columns if self.visit else ()
        return tuple(dict.fromkeys((*own, *visit, *long, *self.columns, *self.checkboxes, *self.keep)))

    @cached_property
    def in_head(self) -> tuple[str, ...]:
        """The columns that the head of the file must have: items of a long table stand in its rows."""
        items = {*self.columns, *self.checkboxes} if self.long else set()
        return tuple(name for name in self.read if name not in items)

    @cached_property
    def head(self) -> frozenset[str]:
        """The names by which the head of the file is known."""
        return frozenset(self.in_head) if self.long else self.named

    @cached_property
    def named(self) -> frozenset[str]:
        """Every column of which it says something."""
        return frozenset((*self.read, *self.left_out))

    @property
    def whole(self) -> bool:
        """Whether a row cannot be read by itself, and so the file is read at once."""
        return self.long is not None or (self.visit is not None and self.visit.takes_over)
