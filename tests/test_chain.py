"""experta, held to the meaning; and the defects of experta that chain.py works around."""

import os
import subprocess
import sys
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import semantics
from engine.case import Case
from engine.chain import Chain, OrderedStrategy, experta
from engine.rulebook import Rulebook
from tests.conftest import ROOT
from tests.rulebooks import case, facts, rulebooks
from tests.test_truth import rulebook


@settings(max_examples=300)
@given(st.data())
def test_the_chain_equals_truth(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    chain = Chain(book)
    for _ in range(3):
        made = case(data.draw(facts(book)))
        assert chain.decide(made) == semantics.decide(book, made)


def test_the_chain_equals_truth_on_every_saved_case(bundled: Rulebook, chain: Chain) -> None:
    for saved in bundled.cases.values():
        assert chain.decide(saved) == semantics.decide(bundled, saved)


def test_nothing_of_one_case_is_left_for_the_next(bundled: Rulebook, chain: Chain) -> None:
    saved = list(bundled.cases.values())
    first = [chain.decide(one) for one in saved]
    assert [chain.decide(one) for one in reversed(saved)] == first[::-1]


def test_threads_may_share_a_chain(bundled: Rulebook, chain: Chain) -> None:
    saved = list(bundled.cases.values())[:8]
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


def _ignored_exclusions(strategy: Any, count: int) -> int:
    """How many of `count` rules fire although what they exclude is known by then.

    Every such rule says "A and not B" and has a neighbour "A and not C", on the same A; the rule with the highest
    salience declares B before they may fire.
    """

    class A(experta.Fact):  # type: ignore[misc]
        pass

    class B(experta.Fact):  # type: ignore[misc]
        pass

    class C(experta.Fact):  # type: ignore[misc]
        pass

    fired: list[str] = []

    def rule(name: str, exclusion: Any) -> Any:
        def fire(_: Any) -> None:
            fired.append(name)

        fire.__name__ = name
        return experta.Rule(A(), experta.NOT(exclusion()))(fire)

    def first(engine: Any) -> None:
        engine.declare(B())

    rules = {
        f"{kind.__name__}{number}": rule(f"{kind.__name__}{number}", kind) for number in range(count) for kind in (B, C)
    }
    rules["first"] = experta.Rule(A(), salience=10)(first)
    engine = type("Excluding", (experta.KnowledgeEngine,), {"__strategy__": strategy, **rules})()
    engine.reset()
    engine.declare(A())
    engine.run()
    assert sum(name.startswith("C") for name in fired) == count
    return sum(name.startswith("B") for name in fired)


def test_experta_fires_rules_whose_exclusion_is_violated_late_and_our_strategy_does_not() -> None:
    stock = experta.KnowledgeEngine.__strategy__
    assert _ignored_exclusions(stock, 20) > 0
    assert _ignored_exclusions(OrderedStrategy, 20) == 0


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


ORDER = """
from engine.chain import OrderedStrategy, experta
fired = []
class A(experta.Fact): pass
def rule(name):
    def fire(engine): fired.append(name)
    fire.__name__ = name
    return experta.Rule(A())(fire)
rules = {name: rule(name) for name in ("delta", "alpha", "echo", "charlie", "bravo")}
engine = type("Engine", (experta.KnowledgeEngine,), {"__strategy__": OrderedStrategy, **rules})()
engine.reset()
engine.declare(A())
engine.run()
print(*fired)
"""


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_equal_rules_fire_in_the_order_of_their_names_in_every_process(seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-c", ORDER]
    done = subprocess.run(command, check=True, cwd=ROOT, timeout=60, capture_output=True, text=True, env=environment)
    assert done.stdout == "alpha bravo charlie delta echo\n"


@pytest.fixture(scope="module")
def chain(bundled: Rulebook) -> Chain:
    return Chain(bundled)
