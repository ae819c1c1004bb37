"""What is needed to decide and to explain is sent to another process, and answers there as it does here."""

import copy
import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from engine import explain
from engine.alarms import AlarmFigures, Alarms
from engine.case import Case, Decision
from engine.chain import Chain
from engine.circuit import CompiledRulebook
from engine.rulebook import Rulebook

FAULTY = Case("y", {"fever": "no"}, at_fault={"saddle numbness": "yes"})


def answers(
    chain: Chain, plan: CompiledRulebook, alarms: Alarms, case: Case
) -> tuple[Decision, explain.Enough, AlarmFigures]:
    """What is asked here and there."""
    decision = chain.decide(case)
    return decision, explain.enough(plan, decision, ("urgency",)), alarms.figures(FAULTY)


def test_a_case_is_decided_and_explained_in_another_process(clinic: Rulebook) -> None:
    chain, plan, alarms = Chain(clinic), CompiledRulebook(clinic), Alarms(CompiledRulebook(clinic))
    case = Case("x", {"saddle numbness": "yes", "age": 70})
    here = answers(chain, plan, alarms, case)
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        there = pool.submit(answers, chain, plan, alarms, case).result(timeout=300)
    assert there == here


def test_a_copy_answers_alike(clinic: Rulebook) -> None:
    chain, plan = Chain(clinic), CompiledRulebook(clinic)
    case = Case("x", {"saddle numbness": "yes"})
    for again in (copy.copy(chain), copy.deepcopy(chain), pickle.loads(pickle.dumps(chain))):
        assert again.decide(case) == chain.decide(case)
    assert copy.deepcopy(plan).rulebook == clinic
