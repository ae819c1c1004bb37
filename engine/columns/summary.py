"""What many answers come to: counts over all parts of a batch, made in one lazy pass that holds no part in memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from ..alarms import scales_of
from ..rulebook import Rulebook, Term
from .piece import for_polars
from .program import BROKEN_LAWS
from .results import (
    DISPUTED,
    GAP,
    OPEN,
    WITHHELD,
    Answers,
    alarm_is_on,
    alarm_may_come,
    alarms_of,
    answer_of,
    breaking,
    expected_of,
    listed,
    open_questions,
)

Key = tuple[str, ...]
LEAST, MOST = "at least", "at most"
REJECTS = "rejects.ndjson"
WAITING, ALONE = "\0waiting", "\0alone"
# What a sender wrote stands in quotes, or last in parentheses: cases with the same fault have the rest in common.
_QUOTED = r"""(^|\bid )(?:'[^']*'|"[^"]*")"""
_FIRST_NUMBER = r"^-?[\d,]+ "
_IN_PARENTHESES = r"\s*\([^()]*\)$"


@dataclass(frozen=True)
class Spread:
    """How many cases got which answer to a conclusion.

    `settled` has each value (or member of several) that stands; `open` of a scale each value that is reached while
    more may come, and of several each member that may come in; `without` the cases that got no value, by the reason.
    """

    settled: Mapping[str, int]
    open: Mapping[str, int] = field(default_factory=dict)
    without: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """A screening question: the cases that wait for an answer while it is open, and those where it alone is open."""

    open: int
    alone: int


@dataclass(frozen=True)
class Comparison:
    """Answers held against what was expected: `counts` has the cases for each pair (expected, answered)."""

    counts: Mapping[tuple[str, str], int]

    @property
    def cases(self) -> int:
        """How many cases say what is expected."""
        return sum(self.counts.values())

    @property
    def agreeing(self) -> int:
        """How many of them got it."""
        return sum(count for (expected, answered), count in self.counts.items() if expected == answered)

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa, unweighted: agreement beyond chance (Cohen 1960); None where chance alone agrees always."""
        sides: tuple[dict[str, int], dict[str, int]] = ({}, {})
        for pair, count in self.counts.items():
            for side, value in zip(sides, pair, strict=True):
                side[value] = side.get(value, 0) + count
        by_chance = sum(count * sides[1].get(value, 0) for value, count in sides[0].items())
        whole = self.cases * self.cases
        return None if by_chance == whole else (self.cases * self.agreeing - by_chance) / (whole - by_chance)


@dataclass(frozen=True)
class Rejects:
    """What was rejected: how many, by reason, and by the step that each scale reaches at least and at most.

    None stands for what could not be read.
    """

    count: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    least: Mapping[str, Mapping[str | None, int]] = field(default_factory=dict)
    most: Mapping[str, Mapping[str | None, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Summary:
    """The counts of a whole batch; every rule, question and term is there, those that never came up with 0."""

    cases: int
    waiting: int
    spreads: Mapping[str, Spread]
    fired: Mapping[str, int]
    questions: Mapping[str, Question]
    disputed: Mapping[str, int]
    disputed_cases: int
    broken: Mapping[str, int]
    breaking_cases: int
    comparisons: Mapping[str, Comparison]
    rejects: Rejects
    alarms: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """For each alarm (a conclusion and its value), who has it for certain; the worst of a scale first."""
    may_alarm: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """For each alarm, who has none for certain, and this one at most."""


def summarise(answers: Answers, shown: Sequence[str]) -> Summary:
    """The counts of all parts; `shown` names the conclusions whose answers are counted, and which a case waits for."""
    rulebook = answers.rulebook
    terms = [rulebook.terms[name] for name in shown]
    wanted = dict([*_wanted(rulebook, terms), *_questions(answers)])
    counts, *pairs = _counted(answers, wanted, _waiting(terms))
    return Summary(
        cases=counts["cases",],
        waiting=counts["waiting",],
        spreads={term.name: _spread(term, counts) for term in terms},
        fired={rule: counts["fired", rule] for rule in rulebook.rules},
        questions={
            name: Question(counts["asked", name], counts["asked alone", name]) for name in answers.flags.asked.values()
        },
        disputed={term.name: counts["disputed", term.name] for term in rulebook.conclusions if term.single},
        disputed_cases=counts["disputed",],
        broken={law: counts["broken", law] for law in rulebook.laws},
        breaking_cases=counts["broken",],
        comparisons={
            name: Comparison({(one, other): count for (one, other), count in found.items()})
            for name, found in zip(answers.expected, pairs, strict=True)
        },
        rejects=_rejects(answers.folder / REJECTS, rulebook),
        alarms={(name, value): counts["alarm", name, value] for name, value in alarms_of(rulebook)},
        may_alarm={(name, value): counts["may alarm", name, value] for name, value in alarms_of(rulebook)},
    )


def _counted(answers: Answers, wanted: Mapping[Key, pl.Expr], waiting: pl.Expr) -> list[dict[Key, int]]:
    """What is wanted; expected with answered."""
    if not answers.parts:
        return [dict.fromkeys([*wanted, ("waiting",)], 0), *({} for _ in answers.expected)]
    alone = open_questions(answers) == 1
    table = answers.table().with_columns(waiting.alias(WAITING), alone.alias(ALONE))
    numbered = [made.alias(str(number)) for number, made in enumerate([*wanted.values(), pl.col(WAITING).sum()])]
    queries = [table.select(numbered)]
    for name in answers.expected:
        pair = table.select(expected=expected_of(name), answered=answer_of(answers.rulebook.terms[name]))
        queries.append(_tally(pair.filter(pl.col("expected").is_not_null())))
    # One after the other: what they have in common would be kept in memory, all of it.
    first, *others = [query.collect(engine="streaming") for query in queries]
    counts = dict(zip([*wanted, ("waiting",)], first.row(0), strict=True))
    return [counts, *({tuple(row[:-1]): row[-1] for row in other.iter_rows()} for other in others)]


def _tally(table: pl.LazyFrame) -> pl.LazyFrame:
    """How often each row is there, in order."""
    names = table.collect_schema().names()
    return table.group_by(names).len("\0count").sort(names)


# --- what is counted -------------------------------------------------------------------------------------------------


def _wanted(rulebook: Rulebook, shown: Sequence[Term]) -> Iterator[tuple[Key, pl.Expr]]:
    """Every count by its key."""
    yield ("cases",), pl.len()
    yield ("disputed",), pl.col("disputed").count()
    yield ("broken",), breaking().sum()
    for law in rulebook.laws:
        yield ("broken", law), listed(BROKEN_LAWS, law).sum()
    for term in shown:
        yield from _wanted_of(term)
    for rule in rulebook.rules:
        yield ("fired", rule), pl.col(rule).sum()
    for term in rulebook.conclusions:
        if term.single:
            yield ("disputed", term.name), listed("disputed", term.name).sum()
    for alarm in alarms_of(rulebook):
        yield ("alarm", *alarm), alarm_is_on(rulebook, *alarm).sum()
        yield ("may alarm", *alarm), alarm_may_come(rulebook, *alarm).sum()


def _questions(answers: Answers) -> Iterator[tuple[Key, pl.Expr]]:
    """How often a case waits while a question is open, and while it alone is."""
    for name, question in answers.flags.asked.items():
        asked = pl.col(WAITING) & pl.col(name)
        yield ("asked", question), asked.sum()
        yield ("asked alone", question), (asked & pl.col(ALONE)).sum()


def _wanted_of(term: Term) -> Iterator[tuple[Key, pl.Expr]]:
    if term.domain.kind == "several":
        for value in term.domain.values:
            yield ("settled", term.name, value), pl.col(f"{term.name}: {value}").sum()
            yield ("open", term.name, value), (pl.col(f"{term.name}: {value}").is_null() & ~breaking()).sum()
    elif term.takes_highest:
        low, high = (pl.col(f"{term.name} {end}") for end in ("at least", "at most"))
        for value in term.domain.values:
            yield ("settled", term.name, value), ((low == value) & (high == value)).sum()
            yield ("open", term.name, value), ((low == value) & (high != value)).sum()
        yield ("without", term.name, WITHHELD), low.null_count()
    elif term.single:
        for value in term.domain.values:
            yield ("settled", term.name, value), (pl.col(term.name) == value).sum()
        disputed, gap = listed("disputed", term.name), listed("gaps", term.name)
        nothing = pl.col(term.name).is_null() & ~disputed & ~gap
        yield ("without", term.name, OPEN), (nothing & ~breaking()).sum()
        yield ("without", term.name, WITHHELD), (nothing & breaking()).sum()
        yield ("without", term.name, DISPUTED), disputed.sum()
        yield ("without", term.name, GAP), (gap & ~disputed).sum()


def _waiting(shown: Sequence[Term]) -> pl.Expr:
    """Whether some answer of one value is still open."""
    is_open = [pl.lit(False)]
    for term in shown:
        if term.takes_highest:
            is_open.append((pl.col(f"{term.name} at least") != pl.col(f"{term.name} at most")).fill_null(False))
        elif term.single:
            settled = listed("disputed", term.name) | listed("gaps", term.name)
            is_open.append(pl.col(term.name).is_null() & ~settled & ~breaking())
    return pl.any_horizontal(is_open)


def _spread(term: Term, counts: Mapping[Key, int]) -> Spread:
    found: dict[str, dict[str, int]] = {"settled": {}, "open": {}, "without": {}}
    for key, count in counts.items():
        if len(key) == 3 and key[0] in found and key[1] == term.name:
            found[key[0]][key[2]] = count
    return Spread(**found)


# --- what was rejected -----------------------------------------------------------------------------------------------


def _rejects(path: Path, rulebook: Rulebook) -> Rejects:
    if not path.exists() or not path.stat().st_size:
        return Rejects()
    scales = scales_of(rulebook)
    ends = pl.Struct({term.name: pl.String() for term in scales} or {"": pl.String()})
    schema = {"reason": pl.String(), "there": pl.String(), LEAST: ends, MOST: ends}
    table = pl.scan_ndjson(for_polars(path), schema=schema)
    there = (
        pl.col("there")
        .str.replace_all(_QUOTED, "${1}…")
        .str.replace(_IN_PARENTHESES, " …")
        .str.replace(_FIRST_NUMBER, "… ")
    )
    reason = pl.concat_str("reason", there, separator=": ", ignore_nulls=True).alias("reason")
    counted = table.group_by(reason).len().sort(["len", "reason"], descending=[True, False])
    reasons: dict[str, int] = dict(counted.collect(engine="streaming").iter_rows())
    least, most = ({term.name: _reached(table, term, end) for term in scales} for end in (LEAST, MOST))
    return Rejects(sum(reasons.values()), reasons, least, most)


def _reached(table: pl.LazyFrame, term: Term, end: str) -> dict[str | None, int]:
    reached = pl.col(end).struct.field(term.name).alias("reached")
    counts: dict[str | None, int] = dict(table.group_by(reached).len().collect(engine="streaming").iter_rows())
    return {value: counts[value] for value in (*reversed(term.domain.values), None) if value in counts}
