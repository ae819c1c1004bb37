"""Random layers: one that adds nothing has the base's answers, and every reading of the sum agrees with its meaning."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine import semantics
from engine.case import Case
from engine.chain import Chain
from engine.circuit import CompiledRulebook
from engine.loader.placed import from_above
from engine.loader.replacing import laws_over, rules_over
from engine.lowered import holds
from engine.proof.lowered import Lowering
from engine.proof.prover import Prover
from engine.rulebook import Layer, Rule, Rulebook
from tests.conftest import tries
from tests.rulebooks import NOWHERE, conditions, facts, with_laws
from tests.test_columns import agrees, agrees_with_chain

MOST = 3  # rules of a layer


@st.composite
def layers(draw: st.DrawFn) -> Rulebook:
    """A layer over a random rulebook: rules that replace or outrank those beneath, and a new value of a conclusion."""
    beneath = from_above(draw(with_laws()), "base")
    terms, like = dict(beneath.terms), dict[str, dict[str, str]]()
    choices = [one for one in beneath.conclusions if one.domain.kind == "choice" and not one.takes_highest]
    term = draw(st.sampled_from([None, *choices]))
    if term is not None:
        old = draw(st.sampled_from(term.domain.values))
        like[term.name] = {"new": old}
        alarm = ("new",) if old in term.screening_for else ()
        domain = replace(term.domain, values=(*term.domain.values, "new"))
        terms[term.name] = replace(term, domain=domain, screening_for=(*term.screening_for, *alarm))
    own = draw(_own_rules(beneath, like)) if beneath.rules else {}
    return replace(
        beneath,
        terms=terms,
        rules=rules_over(beneath, own, {}, terms),
        laws=laws_over(beneath.laws, like, terms),
        layers=(*beneath.layers, Layer("top", "base", like=like)),
        beneath=beneath,
    )


@st.composite
def _own_rules(draw: st.DrawFn, beneath: Rulebook, like: dict[str, dict[str, str]]) -> dict[str, Rule]:
    findings = {term.name: term for term in beneath.findings}
    own: dict[str, Rule] = {}
    taken: set[str] = set()
    for number in range(draw(st.integers(0, MOST))):
        old = beneath.rules[draw(st.sampled_from(sorted(beneath.rules)))]
        then = tuple((name, "new" if name in like and draw(st.booleans()) else value) for name, value in old.then)
        how = draw(st.sampled_from(["adds", "replaces", "outranks"]))
        outranks = how == "outranks" and any(beneath.terms[name].single for name, _ in old.then)
        replaces = how == "replaces" and old.id not in taken
        taken |= {old.id} if replaces or outranks else set()
        own[f"own_{number}"] = Rule(
            f"own_{number}",
            "",
            draw(conditions(findings)),
            then,
            "",
            (),
            NOWHERE,
            outranks=(old.id,) if outranks and not replaces else (),
            replaces=old.id if replaces else "",
            layer="top",
        )
    replaced = {rule.replaces for rule in own.values()}
    return {name: replace(rule, outranks=tuple({*rule.outranks} - replaced)) for name, rule in own.items()}


@given(with_laws(), st.data())
@tries(60)
def test_a_layer_that_adds_nothing_has_the_answers_of_the_base(book: Rulebook, data: st.DataObject) -> None:
    beneath = from_above(book, "base")
    layer = replace(beneath, layers=(*beneath.layers, Layer("top", "base")), beneath=beneath)
    case = Case("one", data.draw(facts(book)))
    mine, theirs = semantics.decide(layer, case), semantics.decide(book, case)
    assert (mine.conclusions, mine.disputed, mine.fired, mine.waiting, mine.ask) == (
        *(theirs.conclusions, theirs.disputed, theirs.fired, theirs.waiting, theirs.ask),
    )
    assert [law.id for law in mine.broken] == [law.id for law in theirs.broken]
    assert mine.lowered == ()
    assert mine.rulebook != theirs.rulebook
    assert [*Lowering(Prover(CompiledRulebook(layer)), layer).lost()] == []


@given(layers(), st.data())
@tries(60)
def test_chain_semantics_columns_and_circuit_agree_on_a_layer(layer: Rulebook, data: st.DataObject) -> None:
    cases = [data.draw(facts(layer)) for _ in range(3)]
    chain = Chain(layer)
    for known in cases:
        assert chain.decide(Case("one", known)) == semantics.decide(layer, Case("one", known))
    agrees(layer, cases)
    agrees_with_chain(layer, chain, cases)


@given(layers(), st.data())
@tries(60)
def test_an_alarm_that_is_lowered_in_a_case_is_found_by_the_proof(layer: Rulebook, data: st.DataObject) -> None:
    assert layer.beneath is not None
    taken = {name for rules in layer.taking.values() for name in rules}
    without = {name: rule for name, rule in layer.beneath.rules.items() if name not in taken}
    books = (layer.beneath, replace(layer.beneath, rules=without), layer)
    case = Case("one", data.draw(facts(layer)))
    before, less, now = (semantics.decide(book, case).marked for book in books)
    alarms = [(term, value) for term in layer.beneath.conclusions for value in term.alarms]
    lost = [one for one in alarms if holds(*one, before) and not holds(*one, now)]
    silent = [one for one in lost if holds(*one, less)]
    proved = [*Lowering(Prover(CompiledRulebook(layer)), layer).lost()]
    assert bool(proved) or not lost
    assert any(one.by == () for one in proved) or not silent
    named = [(one.alarm[0]) for one in proved if one.by]
    assert {term.name for term, value in lost if (term, value) not in silent} <= {*named}
    told = {one.term for one in now.lowered}
    assert {term.name for term, value in lost if (term, value) not in silent} <= told <= {term.name for term, _ in lost}
