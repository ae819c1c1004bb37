"""Many cases in memory: cases per CPU-second, beside other engines on the same rulebook, and how that grows.

What the peers leave out stands in peers.py; ours gives all of it. Longer: CASES=10000000 make bench.
"""

import importlib.util
import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator

import polars as pl  # noqa: TID251 (tables are made here to be measured)
import pytest

from engine import semantics
from engine.case import Case, Value
from engine.chain import Chain
from engine.circuit import CompiledRulebook
from engine.columns import CASE, Program, synthetic
from engine.columns.synthetic import Order
from engine.rulebook import Rulebook
from tests.bench.growth import times
from tests.bench.peers import Clips, PlainPython, Polars, Zen
from tests.bench.tongue import NONE, Answer

pytestmark = pytest.mark.bench
CHECKED = 300
UNKNOWN = 0.2
SECONDS = 0.3  # what takes less is done again
PEERS = (
    ("plain Python", PlainPython, "", 20_000),
    ("CLIPS", Clips, "clips", 3_000),
    ("GoRules Zen", Zen, "zen", 1_000),
)


def rate(work: Callable[[], object], count: int, runs: int = 5) -> float:
    """Cases per CPU-second of all cores: the median of some runs, after one that is not counted."""
    work()
    found: list[float] = []
    while len(found) < runs and sum(found) < 20:
        repeat, start = 0, time.process_time()
        while not repeat or time.process_time() - start < SECONDS:
            work()
            repeat += 1
        found.append((time.process_time() - start) / repeat)
    return count / statistics.median(found)


def table(book: Rulebook, count: int, unknown: float = UNKNOWN) -> pl.DataFrame:
    return pl.concat(synthetic.made_up(book, Order(count, 41, unknown))).rechunk()


def facts(made: pl.DataFrame) -> Iterator[dict[str, Value]]:
    for row in made.drop(CASE).iter_rows(named=True):
        yield {name: value for name, value in row.items() if value is not None}


def codes(book: Rulebook, known: dict[str, Value]) -> dict[str, int]:
    """A case as the peers read it."""
    return {
        name: book.terms[name].domain.values.index(value) if isinstance(value, str) else value
        for name, value in known.items()
    }


def expected(book: Rulebook, made: pl.DataFrame, names: Iterable[str]) -> list[Answer]:
    """The rules that fire and the conclusions, as truth has them."""
    found = []
    for known in facts(made):
        decision = semantics.decide(book, Case("known", known))
        told = {name: decision.conclusions[name] for name in names}
        values = {name: NONE if value is None else value for name, value in told.items()}
        found.append((frozenset(decision.fired), codes(book, values)))  # type: ignore[arg-type]
    return found


def test_cases_per_second_beside_other_engines(bundled: Rulebook) -> None:
    whole = table(bundled, CHECKED, 0.0)
    program, peer = Program(CompiledRulebook(bundled)), Polars(bundled)
    right = expected(bundled, whole, [term.name for term in peer.compared()])
    many, fewer = table(bundled, 1_000_000), table(bundled, 300_000)
    rates = {
        "ours, marks as bitmaps": rate(lambda: program.marks(many), many.height),
        "ours, answers as a table": rate(lambda: program.evaluate(many), many.height),
    }
    assert [peer.answer(row) for row in peer.plan(whole.lazy()).collect().iter_rows(named=True)] == right
    rates["Polars expressions"] = rate(lambda: peer.plan(fewer.lazy()).collect(), fewer.height)
    for name, engine, module, count in PEERS:
        if module and importlib.util.find_spec(module) is None:
            print(f"\n{name} is left out: {module} is not installed (pip install -e '.[bench]')")
            continue
        other = engine(bundled)
        known = [other.given(codes(bundled, one)) for one in facts(whole)]
        assert [other.answer(found) for found in other.run(known)] == right, name
        cases = [other.given(codes(bundled, one)) for one in facts(many.head(count))]
        rates[name] = rate(lambda other=other, cases=cases: other.run(cases), count, 3)  # type: ignore[misc]
    chain, few = Chain(bundled), [Case("made up", one) for one in facts(many.head(200))]
    rates["experta, our chain"] = rate(lambda: [chain.decide(case) for case in few], len(few), 3)
    print(f"\n{len(bundled.rules)} rules                 cases a CPU-second   ours (marks) : it   ours (table) : it")
    ours = list(rates.values())[:2]
    for name, found in rates.items():
        print(f"{name:24}   {found:18,.0f}   {ours[0] / found:17,.1f}   {ours[1] / found:17,.1f}")
    print("the peers: two-valued, without what waits, disputes, gaps and open questions; experta: all of it")


def test_growth_with_the_cases(bundled: Rulebook) -> None:
    program, peer = Program(CompiledRulebook(bundled)), Polars(bundled)
    most = int(os.environ.get("CASES", "1000000"))
    print("\ncases        ours, marks   ours, table   Polars   marks : Polars   table : Polars   a CPU-second")
    count = 10_000
    while count <= most:
        made = synthetic.made_up(bundled, Order(count, 43, UNKNOWN))
        spent = [0.0, 0.0, 0.0]
        for one in made:
            work = (
                lambda one=one: program.marks(one),
                lambda one=one: program.evaluate(one),
                lambda one=one: peer.plan(one.lazy()).collect(),
            )
            for place, each in enumerate(work):
                spent[place] += one.height / rate(each, one.height, 1)
        row = [count / seconds for seconds in spent]
        shown = "   ".join(f"{found:11,.0f}" for found in row)
        print(f"{count:10,}   {shown}   {row[0] / row[2]:5.1f}   {row[1] / row[2]:5.1f}")
        count *= 10


def test_growth_with_the_rules(bundled: Rulebook) -> None:
    made = table(bundled, 200_000)
    print("\nrules   built s   ours, marks   ours, table   Polars   marks : Polars   table : Polars   a CPU-second")
    for count in (1, 4, 16):
        book = times(bundled, count, other_findings=True)
        start = time.process_time()
        program = Program(CompiledRulebook(book))
        built = time.process_time() - start
        peer = Polars(book)
        row = [
            rate(lambda program=program: program.marks(made), made.height, 3),  # type: ignore[misc]
            rate(lambda program=program: program.evaluate(made), made.height, 3),  # type: ignore[misc]
            rate(lambda peer=peer: peer.plan(made.lazy()).collect(), made.height, 1),  # type: ignore[misc]
        ]
        shown = "   ".join(f"{found:11,.0f}" for found in row)
        print(f"{len(book.rules):5}   {built:7.2f}   {shown}   {row[0] / row[2]:5.1f}   {row[1] / row[2]:5.1f}")
