"""How rules and laws are reviewed: what a reviewer reads of one, its digest, and its state, which is worked out.

A digest covers all that a card says but its examples, comments and layout; of each term that it reads, and of each that
decides whether that is asked, the kind, values, unit and gate, and what it is otherwise; of each conclusion that it
gives whether that is an alarm, and its scale; and the names of the rules that outrank it. A review of another text than
the present one is void.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast
from unicodedata import normalize

from .digests import digest_of
from .language import Condition, show_part
from .record import Record
from .review import STATES, Review, Signed, State
from .rulebook import Law, Rule, Rulebook, Term
from .withdrawn import Withdrawn, withdrawn

Reviewable = Rule | Law
ROW = "."
"""Between the name of a table and that of a row."""


@dataclass(frozen=True, repr=False)
class Reviewed(Record):
    """How a rule or a law is reviewed: its state, and the latest review of each reviewer by its day, newest last.

    `current` are those of them that are about the text as it is now; the others are void.
    """

    state: State
    latest: tuple[Review, ...] = ()
    current: tuple[Review, ...] = ()

    @property
    def again_by(self) -> str:
        """The day by which somebody wants to review it again: the first of those; empty where nobody said one."""
        return min((one.again_by for one in self.current if one.again_by), default="")

    @property
    def is_rejected(self) -> bool:
        """Whether it was rejected, and nobody has reviewed it anew; an edit does not take a rejection back."""
        return any(one.verdict == "rejected" for one in self.current or self.latest)


NOT_REVIEWED = Reviewed("not reviewed")


def key_of(thing: Reviewable) -> tuple[str, str]:
    """The file of its reviews without the ending (`rules/NAME`), and of a row of a table the row."""
    folder = thing.place.file.partition("/")[0].rpartition(":")[2]  # of a layer beneath, its name comes first
    if isinstance(thing, Rule) and thing.row:
        table, _, row = thing.id.partition(ROW)
        return f"tables/{table}", row
    return f"{'rules' if isinstance(thing, Rule) else folder}/{thing.id}", ""


def reviewables(rulebook: Rulebook) -> dict[str, tuple[Reviewable, ...]]:
    """All that can be reviewed, by the file of its reviews: rules, laws and assumptions alone, of a table its rows."""
    found: dict[str, tuple[Reviewable, ...]] = {}
    things: list[Reviewable] = [*rulebook.rules.values(), *rulebook.laws.values(), *rulebook.impossible.values()]
    for thing in things:
        what, _ = key_of(thing)
        found[what] = (*found.get(what, ()), thing)
    return found


def reviewed(rulebook: Rulebook, thing: Reviewable) -> Reviewed:
    """How a rule or a law is reviewed; worked out once for a rulebook."""
    if not rulebook.reviews:
        return NOT_REVIEWED
    what, part = key_of(thing)
    if what not in rulebook.reviews:
        return NOT_REVIEWED
    known: dict[str, Reviewed] = vars(rulebook).setdefault("reviewed", {})
    if thing.id not in known:
        known[thing.id] = _reviewed(rulebook, thing, part, rulebook.reviews[what])
    return known[thing.id]


def _reviewed(rulebook: Rulebook, thing: Reviewable, part: str, reviews: Iterable[Review]) -> Reviewed:
    latest: dict[str, Review] = {}
    for one in by_day(reviews):
        if one.of(part) is not None:
            latest.pop(folded(one.who), None)
            latest[folded(one.who)] = one
    if not latest:
        return NOT_REVIEWED
    now = signed(rulebook, thing).digest
    current = tuple(one for one in latest.values() if cast(Signed, one.of(part)).digest == now)
    state: State = min((one.verdict for one in current), key=STATES.index, default="changed since its review")
    return Reviewed(state, tuple(latest.values()), current)


def by_day(reviews: Iterable[Review]) -> list[Review]:
    """Reviews with the newest last; of one day, the later in the file is the later."""
    return sorted(reviews, key=lambda one: one.day)


def folded(who: str) -> str:
    """The name of a reviewer as it is compared: one who signs in capitals is the same, however accents are written."""
    return " ".join(normalize("NFC", who).split()).casefold()


def withdrawn_of(rulebook: Rulebook) -> Withdrawn | None:
    """What is said of a rulebook that was withdrawn, or of one that it builds on. Raises ListError."""
    stack, one = [rulebook.digest], rulebook.beneath
    while one is not None:
        stack.append(one.digest)
        one = one.beneath
    return withdrawn(stack)


def approved(rulebook: Rulebook) -> frozenset[str]:
    """The rules that somebody approved as they are now, and that nobody wants otherwise; found once for a rulebook."""
    if not rulebook.reviews:
        return frozenset()
    known: frozenset[str] | None = vars(rulebook).get("approved")
    if known is None:
        rules = rulebook.rules.values()
        known = frozenset(rule.id for rule in rules if reviewed(rulebook, rule).state == "approved")
        vars(rulebook)["approved"] = known
    return known


# --- what is read ----------------------------------------------------------------------------------------------------


def signed(rulebook: Rulebook, thing: Reviewable) -> Signed:
    """What a reviewer reads of a rule or a law, with its digest."""
    given = _given(rulebook, thing) if isinstance(thing, Rule) else ()
    lines = (*_own(thing), *_terms(rulebook, thing.condition), *given, *_above(rulebook, thing))
    text = tuple(" ".join(line.split()) for line in lines)  # as it is read from the file of a review
    return Signed(digest_of_text(text), text, key_of(thing)[1])


def digest_of_text(text: Iterable[str]) -> str:
    """The digest of what is read: the order of its lines makes no difference."""
    return digest_of(tuple(sorted(text)))


def _own(thing: Reviewable) -> Iterator[str]:
    yield f"says: {thing.says}"
    yield from _condition(thing.condition, "if" if isinstance(thing, Rule) else "never")
    if isinstance(thing, Rule):
        yield from (f"then: {name}" if value is None else f"then: {name}: {value}" for name, value in thing.then)
        yield from (f"outranks: {other}" for other in thing.outranks)
        yield f"because: {thing.because}"
        yield from _over_another(thing)
    yield from (f"source: {source}" for source in thing.sources)


def _over_another(rule: Rule) -> Iterator[str]:
    """What a rule of a layer does to one beneath."""
    yield from (f"replaces: {rule.replaces}",) if rule.replaces else ()
    yield from (f"gives up: {value}" for value in rule.gives_up)
    yield from (f"lowers an alarm: {rule.lowers}",) if rule.lowers else ()


def _condition(condition: Condition, head: str) -> Iterator[str]:
    yield from (f"{head}: {show_part(part)}" for part in condition.lines)
    if not condition.lines:
        yield f"{head}: always"
    yield from (f"unless: {show_part(part)}" for part in condition.unless)


def _terms(rulebook: Rulebook, condition: Condition) -> Iterator[str]:
    """Each term that is read, and each that decides whether one of them is asked."""
    for name in rulebook.with_gates(sorted(condition.terms())):
        yield f"reads: {name}: {_meant(rulebook.terms[name])}"


def _meant(term: Term) -> str:
    domain = term.domain
    parts = [domain.kind, ", ".join(domain.values)]
    parts += [f"{domain.low} to {domain.high} {term.unit}".strip()] if domain.kind == "number" else []
    parts += ["takes the highest"] if term.takes_highest else []
    parts += [f"otherwise {term.otherwise}"] if term.otherwise is not None else []
    parts += [f"asked if {part}" for part in _condition(term.asked_if, "all")] if term.asked_if else []
    return "; ".join(filter(None, parts))


def _given(rulebook: Rulebook, rule: Rule) -> Iterator[str]:
    """Of each conclusion whether it is an alarm, and where it stands on a scale, of which the highest is taken."""
    for name, value in rule.then:
        term = rulebook.terms[name]
        if value is not None and value in term.alarms:
            yield f"alarm: {name}: {value}"
        if term.takes_highest:
            yield f"the highest of: {name}: {', '.join(term.domain.values)}"


def _above(rulebook: Rulebook, thing: Reviewable) -> Iterator[str]:
    outranking: Mapping[str, tuple[str, ...]] = rulebook.outranking
    yield from (f"outranked by: {other}" for other in (outranking.get(thing.id, ()) if isinstance(thing, Rule) else ()))
