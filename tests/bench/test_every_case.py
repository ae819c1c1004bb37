"""Every case: what the proofs of a whole rulebook cost, from nothing and kept, and how that grows with the rules."""

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import islice

import pytest

from engine.circuit import CompiledRulebook
from engine.proof.laws import prove, stated, twins
from engine.proof.prover import Prover
from engine.proof.rules import Idle, dead, disputes
from engine.rulebook import Law, Rulebook
from tests.bench.growth import times

pytestmark = pytest.mark.bench


def seconds(work: Callable[[], object]) -> float:
    """The CPU time of a call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def all_laws(prover: Prover) -> None:
    known = stated(prover)
    for law in prover.rulebook.laws.values():
        assert prove(prover, law).proved
        list(twins(prover, law, known))


def grown(book: Rulebook, count: int) -> Rulebook:
    """The rulebook with its rules so many times, and its laws and assumptions as they are."""
    laws: dict[str, Law] = dict(book.laws)
    return replace(times(book, count, other_findings=True), laws=laws, cases=book.cases)


def test_the_proofs_and_their_growth_with_the_rules(bundled: Rulebook) -> None:
    print("\nrules   nodes   circuit s   laws s   disputes s   dead s   idle rules s   a law's patient s")
    for count in (1, 2, 6):
        book = grown(bundled, count)
        prover = Prover(CompiledRulebook(book))
        told = [seconds(lambda book=book: Prover(CompiledRulebook(book)))]  # type: ignore[misc]
        told.append(seconds(lambda prover=prover: all_laws(prover)))  # type: ignore[misc]
        told.append(seconds(lambda prover=prover: list(islice(disputes(prover), 20))))  # type: ignore[misc]
        told.append(seconds(lambda prover=prover: list(dead(prover))))  # type: ignore[misc]
        told.append(seconds(lambda prover=prover: list(Idle(prover).rules())))  # type: ignore[misc]
        law = next(iter(book.laws.values()))
        first = prover.circuit.part(law.condition.lines[0])[0]
        told.append(seconds(lambda prover=prover, first=first: prover.patient(first)))  # type: ignore[misc]
        print(f"{len(book.rules):5}   {len(prover.circuit.nodes):5}   " + "   ".join(f"{one:8.2f}" for one in told))
