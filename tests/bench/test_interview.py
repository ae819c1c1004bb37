"""How many questions the interview asks until nothing can change the advice, against all that apply and the least."""

import json
import os
import statistics
import time
from dataclasses import dataclass, field

import pytest

from engine.case import Case
from engine.chain import Chain
from engine.columns.synthetic import Order, made_up
from engine.explain import CompiledRulebook, advice, enough, shown
from engine.interfaces.interview import Interview
from engine.rulebook import Rulebook

pytestmark = pytest.mark.bench
CASES = int(os.environ.get("CASES", "1000"))
EACH = 10


def complete(rulebook: Rulebook, count: int) -> list[dict[str, str | int]]:
    """Made-up patients who answer everything that applies."""
    tables = list(made_up(rulebook, Order(count, seed=1)))
    rows = [json.loads(line) for table in tables for line in table.write_ndjson().splitlines()]
    return [{name: row[name] for name in rulebook.terms if row.get(name) is not None} for row in rows]


@dataclass
class Counts:
    """What was counted, case by case."""

    asked: list[int] = field(default_factory=list)
    least: list[int] = field(default_factory=list)
    needless: list[int] = field(default_factory=list)
    every: list[int] = field(default_factory=list)
    alarm: list[bool] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def tell(self) -> None:
        """Print what there is by now."""
        shares = [one / every for one, every in zip(self.asked, self.every, strict=True)]
        loud = [one for one, alarm in zip(self.asked, self.alarm, strict=True) if alarm]
        quiet = [one for one, alarm in zip(self.asked, self.alarm, strict=True) if not alarm]
        print(f"\n{len(self.asked)} cases, {statistics.median(self.seconds):.2f} s of CPU a question (median)")
        rows = {"interview": self.asked, "with an alarm": loud, "without": quiet}
        rows |= {"all that apply": self.every, "least that would do": self.least, "more than the least": self.needless}
        for name, counts in rows.items():
            if len(counts) > 1:
                ninth = statistics.quantiles(counts, n=10, method="inclusive")[-1]
                print(f"{name:20} median {statistics.median(counts):4.0f}   90th percentile {ninth:4.0f}")
        print(f"share of all that apply: median {statistics.median(shares):.2f}", flush=True)


def test_how_many_questions_are_asked(bundled: Rulebook) -> None:
    plan, chain, counts = CompiledRulebook(bundled), Chain(bundled), Counts()
    for number, whole in enumerate(complete(bundled, CASES), 1):
        asking, start = Interview(plan, chain.decide, "made up"), time.process_time()
        while question := asking.question:
            if question.term.name in whole:
                assert not asking.give(question.term, str(whole[question.term.name]))
            else:
                asking.unknown(question.term)
        counts.seconds.append((time.process_time() - start) / len(asking.answers))
        decision = chain.decide(Case("", whole))
        assert advice(asking.decision, shown(bundled)) == advice(decision, shown(bundled))
        counts.asked.append(len(asking.answers))
        counts.every.append(len(whole))
        counts.alarm.append(bool(asking.alarms))
        if number % EACH == 0:  # the fewest of the patient's answers that give the advice, known only in hindsight
            counts.least.append(len(enough(plan, decision).part))
            counts.needless.append(counts.asked[-1] - counts.least[-1])
        if number % 50 == 0 or number == CASES:
            counts.tell()
