"""Two finished batches compared over the same ids: whose answers changed, from what to what, through which rules."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from ..record import Json
from ..rulebook import Rulebook, Term
from .flags import SEPARATOR
from .program import CASE
from .results import Answers, answer_of

BEFORE, AFTER, THROUGH, TERM = "before", "after", "through", "conclusion"
FEW = 5  # ids of a kind of change
FIRES, NO_LONGER, NOW_GIVES = "fires", "no longer fires", "now gives"
_THEN = " (then)"
IN, OUT, MAYBE = "in", "out", "not known yet"
_STATES = pl.Enum([IN, OUT, MAYBE])  # a sixteenth of the memory of text


@dataclass(frozen=True)
class RunsCompared:
    """How many cases are in both runs or in one alone, and whose answers differ: a row for each changed answer.

    `changes` has the columns case, conclusion, before, after, through. Cases whose id is used twice are left out.
    """

    both: int
    only_before: int
    only_now: int
    changed: int
    changes: pl.DataFrame

    def as_json(self) -> Json:
        """The counts, and each kind of change with the rules through which and a few ids, the most frequent first."""
        counts = {"cases in both": self.both, "only before": self.only_before, "only now": self.only_now}
        return counts | {"changed": self.changed, "kinds": [*_kinds(self.changes)]}


def compare_runs(before: Answers, now: Answers) -> RunsCompared:
    """What differs between the answers of two batches."""
    earlier, later = (one.table().filter(pl.len().over(CASE) == 1) for one in (before, now))
    columns = [*_columns(before.rulebook, now.rulebook)]
    rules = {**before.rulebook.rules, **now.rulebook.rules}
    sides = [
        table.select(CASE, *(made.alias(name) for name, _, made in columns), *_fired(rules, answers))
        for table, answers in ((earlier, before), (later, now))
    ]
    pairs = sides[0].join(sides[1], on=CASE, how="inner", suffix=_THEN)
    differ = [pl.col(name).ne_missing(pl.col(name + _THEN)) for name, _, _ in columns]
    changed = pairs.filter(pl.any_horizontal(False, *differ)).collect(engine="streaming").sort(CASE)
    counts = [one.select(pl.len()).collect().item() for one in (earlier, later, pairs)]
    found = [_changes(changed, name, term, before.rulebook, now.rulebook) for name, term, _ in columns]
    schema = {CASE: pl.String(), TERM: pl.String(), BEFORE: pl.String(), AFTER: pl.String(), THROUGH: pl.String()}
    changes = pl.concat([pl.DataFrame(schema=schema), *found])
    return RunsCompared(counts[2], counts[0] - counts[2], counts[1] - counts[2], changed.height, changes)


def are_comparable(before: Rulebook, now: Rulebook) -> bool:
    """Whether two rulebooks have an answer in common."""
    return next(_columns(before, now), None) is not None


def _columns(before: Rulebook, now: Rulebook) -> Iterator[tuple[str, Term, pl.Expr]]:
    """The answers that are compared: their names, their conclusions, and how they are read as text."""
    for term in now.conclusions:
        old = before.terms.get(term.name)
        if old is None or old.finding or old.domain.kind != term.domain.kind or old.takes_highest != term.takes_highest:
            continue
        if term.single or term.takes_highest:
            yield term.name, term, answer_of(term)
        elif term.domain.kind == "several":
            for value in term.domain.values:
                if value in old.domain.values:
                    yield f"{term.name}: {value}", term, _member(f"{term.name}: {value}")


def _member(name: str) -> pl.Expr:
    inside, outside, maybe = (pl.lit(state, _STATES) for state in (IN, OUT, MAYBE))
    state = pl.when(pl.col(name)).then(inside).otherwise(outside)
    return pl.when(pl.col(name).is_null()).then(maybe).otherwise(state)


def _fired(rules: Mapping[str, object], answers: Answers) -> Iterator[pl.Expr]:
    """Whether each rule fires; one that a rulebook does not have does not."""
    for rule in rules:
        there = rule in answers.rulebook.rules
        yield (pl.col(rule).fill_null(False) if there else pl.lit(False)).alias(f"\0{rule}")


def _changes(changed: pl.DataFrame, name: str, term: Term, before: Rulebook, now: Rulebook) -> pl.DataFrame:
    """The rows of one answer that changed, each with the rules for its conclusion that fire otherwise."""
    value = name.removeprefix(f"{term.name}: ") if term.domain.kind == "several" else None
    gave, gives = (_giving(book, term.name, value) for book in (before, now))
    turns = []
    for rule in dict.fromkeys((*gave, *gives)):
        earlier, later = pl.col(f"\0{rule}"), pl.col(f"\0{rule}{_THEN}")
        turns.append(pl.when(later & ~earlier).then(pl.lit(f"{rule} {FIRES}")))
        turns.append(pl.when(earlier & ~later).then(pl.lit(f"{rule} {NO_LONGER}")))
        if gave.get(rule) != gives.get(rule):
            said = " and ".join(gives.get(rule, ())) or "nothing of it"
            turns.append(pl.when(earlier & later).then(pl.lit(f"{rule} {NOW_GIVES} {said}")))
    through = pl.concat_str(turns, separator=SEPARATOR, ignore_nulls=True) if turns else pl.lit("")
    rows = changed.filter(pl.col(name).ne_missing(pl.col(name + _THEN)))
    return rows.select(
        CASE,
        pl.lit(name).alias(TERM),
        pl.col(name).cast(pl.String).alias(BEFORE),
        pl.col(name + _THEN).cast(pl.String).alias(AFTER),
        through.fill_null("").alias(THROUGH),
    )


def _giving(book: Rulebook, term: str, value: str | None) -> dict[str, tuple[str, ...]]:
    """The rules for a conclusion, or for one member of it, with what each gives."""
    found = {}
    for rule in book.rules.values():
        given = tuple(said or "one more" for name, said in rule.then if name == term and value in (None, said))
        if given:
            found[rule.id] = given
    return found


def _kinds(changes: pl.DataFrame) -> Iterator[Json]:
    """Each way in which an answer changed, by conclusion as in the table, the most frequent first."""
    places = {name: place for place, name in enumerate(changes[TERM].unique(maintain_order=True))}
    grouped = changes.group_by(TERM, BEFORE, AFTER, THROUGH, maintain_order=True)
    rows = grouped.agg(pl.len().alias("count"), pl.col(CASE).head(FEW).alias("cases")).to_dicts()
    yield from sorted(rows, key=lambda row: (places[row[TERM]], -row["count"]))
