"""What a knowledge base is made of: terms, rules, laws, sources, claims, sections of the recommendation."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..case import Given, Value
from ..citation import Citation
from ..digests import WithDigest
from ..errors import Place
from ..language import Condition, Domain
from ..record import Record

SCREENED = "screening complete"
COMPLETE = "complete"


@dataclass(frozen=True, repr=False)
class Term(WithDigest):
    """A word of the knowledge base: a finding (asked or measured) or a conclusion (reached by rules).

    `fixed` marks a fact that never changes, such as the past. `usual` is what made-up cases mostly have: a value, or
    the two ends of a range of numbers. `for_patients` has a sentence for each value, empty if there is nothing to say.
    `gap` says that the `otherwise` does not count as an answer, and `accepts` why complete cases may end without one.
    `group` names the questions among which a finding is asked, `none` is what it is where a person says "none of these"
    of them, and `loses` why a question that is not asked may lose an alarm. `formerly` has the names it had before,
    `split_from` those of findings that asked this and something else in one, and `former_values` those of its values,
    old to new.
    """

    name: str
    domain: Domain
    finding: bool
    place: Place
    ask: str = ""
    help: str = ""
    says: str = ""
    unit: str = ""
    codes: tuple[str, ...] = ()
    screening: bool = False
    lasts: bool = False
    fixed: bool = False
    asked_if: Condition | None = None
    unread: str = ""
    otherwise: str | None = None
    takes_highest: bool = False
    screening_for: tuple[str, ...] = ()
    usual: str | tuple[int, int] | None = None
    built_in: bool = False
    for_patients: Mapping[str, str] = field(default_factory=dict, hash=False)
    gap: bool = False
    accepts: str = ""
    group: str = ""
    none: Value | None = None
    loses: str = ""
    formerly: tuple[str, ...] = ()
    split_from: tuple[str, ...] = ()
    former_values: Mapping[str, str] = field(default_factory=dict, hash=False)
    layer: str = ""

    @property
    def ordinary(self) -> Value | None:
        """The most usual answer to a finding; None where the knowledge base names none."""
        if self.domain.values:
            return self.usual if isinstance(self.usual, str) else None
        return self.middle

    @property
    def middle(self) -> int:
        """The most ordinary number of a finding: the middle of what is usual, or of what is possible."""
        low, high = self.usual if isinstance(self.usual, tuple) else (self.domain.low, self.domain.high)
        return (low + high) // 2

    @property
    def alarms(self) -> tuple[str, ...]:
        """The values that are screened for; on a scale the lowest of them, and every one above it."""
        if not (self.takes_highest and self.screening_for):
            return self.screening_for
        return self.domain.values[min(map(self.domain.values.index, self.screening_for)) :]

    @property
    def single(self) -> bool:
        """Whether one value at most may hold, so that two dispute."""
        return self.domain.kind in ("yes/no", "choice") and not self.takes_highest


@dataclass(frozen=True, repr=False)
class Retired(Record):
    """A rule that was taken out: what it said, why it went, and when.

    A layer that takes out a rule beneath it says what is `given up` with it, and why an alarm that it lowers may be.
    """

    id: str
    says: str
    because: str
    day: str
    place: Place
    gives_up: tuple[str, ...] = ()
    lowers: str = ""
    layer: str = ""


@dataclass(frozen=True, repr=False)
class QuestionGroup(Record):
    """Questions that are asked together, under a title and one sentence."""

    name: str
    title: str
    says: str
    place: Place


@dataclass(frozen=True, repr=False)
class Example(Record):
    """What a card's own condition should come to for some facts: `mark` is holds, fails or waits."""

    name: str
    given: Given
    mark: str
    place: Place


@dataclass(frozen=True, repr=False)
class Rule(WithDigest):
    """A card, or a row of a table (its id is then `table.row`).

    `outranks` makes it an exception to other rules, added where a case came out wrong: ripple-down rules (P. Compton
    and R. Jansen, A philosophical basis for knowledge acquisition, 1990). `replaces` names the rule of a layer beneath
    that it takes the place of, `gives_up` what that one gave and this one does not, and `lowers` says why an alarm may
    be lower by it.
    """

    id: str
    says: str
    condition: Condition
    then: tuple[tuple[str, str | None], ...]
    because: str
    sources: tuple[Citation, ...]
    place: Place
    outranks: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    row: bool = False
    formerly: tuple[str, ...] = ()
    replaces: str = ""
    gives_up: tuple[str, ...] = ()
    lowers: str = ""
    layer: str = ""

    @property
    def stage(self) -> str:
        """The folder of a card, below rules/; or the table of a row."""
        return self.id.rpartition(".")[0] if self.row else "/".join(self.place.file.split("/")[1:-1])


@dataclass(frozen=True, repr=False)
class RowExample(Record):
    """For some facts, what a table concludes: which of its rows hold and which wait; all others fail.

    `given` has every term of the header: none of its values where it is not known, several where each will do.
    `expected` has what the rows that hold conclude, as far as the header asks.
    """

    name: str
    given: Mapping[str, tuple[Value, ...]]
    expected: Mapping[str, tuple[str, ...]]
    holds: tuple[str, ...]
    waits: tuple[str, ...]
    place: Place


@dataclass(frozen=True, repr=False)
class Law(WithDigest):
    """What must never happen, or (under impossible/) what no patient can be."""

    id: str
    says: str
    condition: Condition
    sources: tuple[Citation, ...]
    place: Place
    layer: str = ""


@dataclass(frozen=True, repr=False)
class Source(WithDigest):
    """A paper, guideline or page: its citation, what was seen of it and on which day, and when to look again."""

    key: str
    citation: str
    seen: str
    place: Place
    id: str = ""
    address: str = ""
    read_on: str = ""
    look_again_by: str = ""


@dataclass(frozen=True, repr=False)
class Claim(WithDigest):
    """A numbered claim of the article that started the knowledge base."""

    number: str
    says: str
    place: Place


@dataclass(frozen=True, repr=False)
class Section(Record):
    """A part of the recommendation as shown: a title, its terms, and pairs of tallies to set side by side.

    The short form has for each term the words of its answers (`in_short`; empty where nothing is to be said), shows at
    most `at_most` members, those in `first` before others, and where nothing else is to be said what `on_alarm` has for
    the conclusion that is an alarm.
    """

    title: str
    terms: tuple[str, ...]
    sides: tuple[tuple[str, str, str], ...] = ()
    in_short: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)
    on_alarm: Mapping[str, str] = field(default_factory=dict, hash=False)
    first: tuple[str, ...] = ()
    at_most: int = 0


@dataclass(frozen=True, repr=False)
class Recommendation(Record):
    """How an answer is shown: a notice, the sections in order, and the conclusion that `why` explains first.

    A patient is shown `sections_for_patients`, if there are any, under `notice_for_patients`.
    """

    notice: str
    explain: str
    sections: tuple[Section, ...]
    notice_for_patients: str = ""
    sections_for_patients: tuple[Section, ...] = ()


def may_say(term: Term | None, value: object) -> bool:
    """Whether a value is one that a case may give to a term; to no term it may give none."""
    if term is None or not term.finding:
        return False
    low, high, values = term.domain.low, term.domain.high, term.domain.values
    return value in values if values else isinstance(value, int) and low <= value <= high


def readable(terms: Mapping[str, Term], facts: Mapping[str, object]) -> bool:
    """Whether facts, kept from before, are still what a case may say."""
    return all(may_say(terms.get(name), value) for name, value in facts.items())
