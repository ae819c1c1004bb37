"""experta, held to the meaning; and the defects of experta that chain.py works around."""

import subprocess
import sys
import threading
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine import semantics
from engine.case import Case
from engine.chain import Chain, Holds
from engine.rulebook import Rulebook
from tests.conftest import ROOT, tries
from tests.rulebooks import case, facts, rulebooks
from tests.test_truth import rulebook


@tries(300)
@given(st.data())
def test_the_chain_equals_truth(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    chain = Chain(book)
    for _ in range(3):
        made = case(data.draw(facts(book)))
        assert chain.decide(made) == semantics.decide(book, made)


def test_the_chain_equals_truth_on_saved_cases(bundled: Rulebook, chain: Chain, some_cases: tuple[Case, ...]) -> None:
    for saved in some_cases:
        assert chain.decide(saved) == semantics.decide(bundled, saved)


def test_nothing_of_one_case_is_left_for_the_next(chain: Chain, some_cases: tuple[Case, ...]) -> None:
    first = [chain.decide(one) for one in some_cases]
    assert [chain.decide(one) for one in reversed(some_cases)] == first[::-1]


def test_threads_may_share_a_chain(bundled: Rulebook, chain: Chain) -> None:
    saved = list(bundled.cases.values())[:4]
    expected = [semantics.decide(bundled, one) for one in saved]
    found: dict[int, Any] = {}

    def work(number: int) -> None:
        found[number] = [chain.decide(one) for one in saved]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(found[number] == expected for number in range(4))


def test_a_rule_may_be_called_run() -> None:
    book = rulebook("run | if: [a: yes] | other: yes", "facts | if: [other: yes] | members: m")
    assert Chain(book).decide(Case("c", {"a": "yes"})).fired == ("facts", "run")


# --- experta ---------------------------------------------------------------------------------------------------------


def test_a_line_that_is_known_to_hold_is_a_fact_and_a_rule_asks_for_such_facts() -> None:
    any_of = "r | if: [{any of: [{a: yes}, {b: yes}]}]\nunless: [c: three] | single: p"
    book = rulebook(any_of, "s | if: [single: p] | other: yes")
    chain = Chain(book)
    chain.decide(Case("x", {"a": "yes", "c": "one"}))
    engine = chain._engine()
    known = [fact[0] for fact in engine.facts.values() if isinstance(fact, Holds)]
    assert known == ["any of a: yes; b: yes", "not c: three", "single: p"]
    patterns = {rule.__name__: {pattern[0] for pattern in rule} for rule in engine.rules if isinstance(rule[0], Holds)}
    assert patterns == {"r": {"any of a: yes; b: yes", "not c: three"}, "s": {"single: p"}}


def test_no_activation_is_ever_cancelled_for_experta_misses_many(chain: Chain, some_cases: tuple[Case, ...]) -> None:
    engine = chain._engine()
    changes, cancelled = engine.matcher.changes, list[Any]()

    def noted(*facts: Any) -> Any:
        added, removed = changes(*facts)
        cancelled.extend(removed)
        return added, removed

    engine.matcher.changes = noted
    for saved in some_cases:
        chain.decide(saved)
    engine.matcher.changes = changes
    assert cancelled == []


IMPORT = """
import collections, logging, warnings
warnings.simplefilter("error")
import engine.chain
assert not hasattr(collections, "Mapping")
assert logging.getLogger().handlers == []
"""


def test_importing_experta_leaves_collections_and_the_root_logger_as_they_were() -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", IMPORT], check=True, cwd=ROOT, timeout=60)


LOGGED = """
import logging.config
handlers = {"shown": {"class": "logging.StreamHandler"}}
settings = {"version": 1, "disable_existing_loggers": False, "handlers": handlers}
settings["root"] = {"level": "DEBUG", "handlers": ["shown"]}
logging.config.dictConfig(settings)
from engine.case import Case
from engine.chain import Chain
from engine.loader import load
logging.config.dictConfig(settings)
decision = Chain(load("tests/bicycle")).decide(Case("a", {"brakes hold": "no"}))
assert decision.fired == ("no_brakes",)
"""


def test_nothing_of_a_patient_is_logged_however_much_the_program_around_logs() -> None:
    command = [sys.executable, "-W", "error", "-c", LOGGED]
    done = subprocess.run(command, check=True, cwd=ROOT, timeout=60, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("", "")
