"""The interview: how many questions it asks until nothing can change the advice, against asking all that apply."""

import json
import os
import statistics
import time

import pytest

from engine.case import Case
from engine.chain import Chain
from engine.columns.made_up import Order, made_up
from engine.doors.interview import Interview
from engine.explain import Plan, advice, shown
from engine.rulebook import Rulebook

pytestmark = pytest.mark.bench
CASES = int(os.environ.get("CASES", "1000"))


def complete(rulebook: Rulebook, count: int) -> list[dict[str, str | int]]:
    """Made-up patients who answer everything that applies."""
    tables = list(made_up(rulebook, Order(count, seed=1)))
    rows = [json.loads(line) for table in tables for line in table.write_ndjson().splitlines()]
    return [{name: row[name] for name in rulebook.terms if row.get(name) is not None} for row in rows]


def test_how_many_questions_are_asked(bundled: Rulebook) -> None:
    plan, chain = Plan(bundled), Chain(bundled)
    asked, all_of_them, alarms, seconds = [], [], [], []
    for whole in complete(bundled, CASES):
        asking, start = Interview(plan, chain.decide, "made up"), time.process_time()
        while question := asking.question:
            assert not asking.give(question.term, str(whole[question.term.name]))
        seconds.append((time.process_time() - start) / len(asking.answers))
        assert advice(asking.decision, shown(bundled)) == advice(chain.decide(Case("", whole)), shown(bundled))
        asked.append(len(asking.answers))
        all_of_them.append(len(whole))
        alarms.append(bool(asking.alarms))
    print(f"\n{len(asked)} complete made-up cases, {statistics.median(seconds):.2f} s of CPU a question (median)")
    print("                median   90th percentile   of all that apply, median   without an alarm   with one")
    shares = [one / every for one, every in zip(asked, all_of_them, strict=True)]
    quiet = [one for one, alarm in zip(asked, alarms, strict=True) if not alarm]
    loud = [one for one, alarm in zip(asked, alarms, strict=True) if alarm]
    ninth = statistics.quantiles(asked, n=10)[-1]
    print(
        f"the interview   {statistics.median(asked):6.0f}   {ninth:15.0f}   {statistics.median(shares):25.2f}"
        f"   {statistics.median(quiet or [0]):16.0f}   {statistics.median(loud or [0]):8.0f}"
    )
    print(
        f"all in order    {statistics.median(all_of_them):6.0f}   {statistics.quantiles(all_of_them, n=10)[-1]:15.0f}"
    )
