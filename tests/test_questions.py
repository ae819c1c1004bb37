"""Every question about an answer, over random rulebooks: what is told is so, and all of it is told (tried by hand)."""

import random
from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from itertools import combinations, product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine import explain, semantics
from engine.case import Decision, Members, Value
from engine.explain import CompiledRulebook
from engine.explain.answers import advice
from engine.language import Against, Condition
from engine.rulebook import Law, Rulebook
from tests.conftest import every, tries
from tests.rulebooks import NOWHERE, TOP, case, facts, quarrels, rulebooks

Answers = Mapping[str, Value | None]
FactSet = frozenset[tuple[str, Value | None]]
any_rulebooks = st.one_of(rulebooks(), quarrels())
SHRINKS = Law("shrinks", "It never shrinks.", Condition((Against("size", "under", "size before"),)), (), NOWHERE)


@st.composite
def books(draw: st.DrawFn) -> Rulebook:
    """A random rulebook; under some no patient shrinks."""
    book = draw(any_rulebooks)
    return replace(book, impossible={"shrinks": SHRINKS}) if draw(st.booleans()) else book


def decide(book: Rulebook, known: Answers) -> Decision:
    return semantics.decide(book, case({name: value for name, value in known.items() if value is not None}))


@st.composite
def possible_facts(draw: st.DrawFn, book: Rulebook) -> dict[str, Value]:
    """Answers of a patient that there can be."""
    known = draw(facts(book))
    assume(not semantics.impossibilities(book, known))
    return known


def told_of(book: Rulebook, decision: Decision) -> dict[str, explain.Outcome]:
    return advice(decision, explain.shown(book))


def values(book: Rulebook, name: str) -> list[Value]:
    domain = book.terms[name].domain
    return list(domain.values) or list(range(TOP + 1))


def can_be(book: Rulebook, known: Answers, changed: Answers) -> bool:
    """Whether there is such a patient, of whom what is changed is asked."""
    state = decide(book, known).state
    for name, value in changed.items():
        gate = book.terms[name].asked_if
        if value is not None and gate is not None and semantics.mark_condition(gate, state) & semantics.FAILS:
            return False
    return not semantics.impossibilities(book, state.facts)


def others(book: Rulebook, known: Answers, size: int) -> Iterator[dict[str, Value]]:
    """Every set of so many other answers, which leaves alone what is fixed."""
    free = [term.name for term in book.findings if not (term.fixed and term.name in known)]
    for names in combinations(free, size):
        for chosen in product(*([value for value in values(book, name) if value != known.get(name)] for name in names)):
            yield dict(zip(names, chosen, strict=True))


def marks(decision: Decision, name: str) -> list[int]:
    """The marks of a conclusion, by the meaning alone."""
    state = decision.state
    if name in state.counts:
        low, high = state.counts[name]
        return [semantics.mark(low >= number, high < number) for number in range(1, 20)]
    return list((state.values.get(name) or state.members.get(name) or state.scales[name]).values())


def is_another(book: Rulebook, now: Decision, then: Decision) -> bool:
    """Whether some conclusion has another known answer: a value that did not hold does, or one that did is excluded."""
    for name in explain.shown(book):
        for before, after in zip(marks(now, name), marks(then, name), strict=True):
            if after & semantics.HOLDS and not before & semantics.HOLDS:
                return True
            excluded = after & semantics.FAILS and before == semantics.HOLDS
            if excluded and not book.terms[name].single:
                return True
    return False


# --- why -------------------------------------------------------------------------------------------------------------


@tries(40)
@given(st.data())
def test_the_leaves_of_a_reason_alone_give_the_answer(data: st.DataObject) -> None:
    book = data.draw(any_rulebooks)
    decision = decide(book, data.draw(facts(book)))
    for term in book.terms.values():
        leaves = explain.rests_on(book, decision, term.name)
        assert set(leaves) <= decision.case.facts.keys()
        if not term.finding:
            again = decide(book, {name: decision.case.facts[name] for name in leaves})
            assert explain.outcome(again, term.name) == explain.outcome(decision, term.name)


# --- what would change -----------------------------------------------------------------------------------------------


def expanded(told: explain.Alternative, known: Answers) -> Iterator[FactSet]:
    """Every single set of answers that an alternative stands for."""
    axes = []
    for answers in told.answers:
        ranges = [range(low, high + 1) for low, high in answers.after.ranges]
        every: list[Value] = [number for one in ranges for number in one] if ranges else list(answers.after.values)
        axes.append([(answers.term, value) for value in every if value != known.get(answers.term)])
    yield from (frozenset(chosen) for chosen in product(*axes))


def that_change(book: Rulebook, now: Decision, size: int, smaller: Set[FactSet]) -> set[FactSet]:
    """The sets of so many other answers that change the advice, and have no smaller one in them, tried one by one."""
    known, found = now.case.facts, set[FactSet]()
    for changed in others(book, known, size):
        after, one = {**known, **changed}, frozenset(changed.items())
        if any(part <= one for part in smaller) or not can_be(book, after, changed):
            continue
        if is_another(book, now, decide(book, after)):
            found.add(one)
    return found


@tries(25)
@given(st.data(), st.booleans())
def test_the_sets_that_change_the_advice_are_all_that_do_and_none_smaller(data: st.DataObject, at_once: bool) -> None:
    book = data.draw(books())
    known = data.draw(possible_facts(book))
    now = decide(book, known)
    with pytest.MonkeyPatch.context() as patch:
        if at_once:  # as if there were many answers to each finding
            patch.setattr("engine.explain.counterfactuals.FEW", 0)
        found = explain.what_would_change(CompiledRulebook(book), now, most=10_000)
    told = {one for alternative in found.sets for one in expanded(alternative, known)}
    tried: set[FactSet] = set()
    sizes = iter(range(1, len(book.findings) + 1))
    while len({len(one) for one in tried}) < 2 and (size := next(sizes, 0)):
        tried |= that_change(book, now, size, tried)
    assert told == tried
    assert not found.undecided
    assert found.all_shown == (len({len(one) for one in tried}) < 2)
    assert set(found.hangs_on) == {name for one in tried if len(one) == 1 for name, _ in one}


@tries(40)
@given(st.data())
def test_what_changed_is_told_with_the_rules_that_did_it(data: st.DataObject) -> None:
    book = data.draw(any_rulebooks)
    before, after = (decide(book, data.draw(facts(book))) for _ in range(2))
    found = explain.compare(CompiledRulebook(book), before, after)
    told, wanted = told_of(book, before), told_of(book, after)
    assert {one.term for one in found.advice} == {name for name in told if told[name] != wanted[name]}
    for change in found.advice:
        began = {
            entry.rule
            for entry in book.support[change.term]
            if semantics.status(entry, after.marks) == semantics.HOLDS != semantics.status(entry, before.marks)
        }
        assert began <= {turn.rule.id for turn in change.rules}


def differing(before: Decision, after: Decision) -> dict[str, Value | None]:
    """The findings in which two cases differ, as they are after."""
    old, new = before.case.facts, after.case.facts
    return {name: new.get(name) for name in {*old, *new} if old.get(name) != new.get(name)}


@tries(60)
@given(st.data())
def test_what_made_the_difference_does_so_in_every_mixture_of_the_two_and_no_less_does(data: st.DataObject) -> None:
    book = data.draw(any_rulebooks)
    before, after = (decide(book, data.draw(facts(book))) for _ in range(2))
    found = explain.compare(CompiledRulebook(book), before, after)
    changed, wanted = differing(before, after), told_of(book, after)

    def decides(names: tuple[str, ...]) -> bool:
        rest = [name for name in changed if name not in names]
        for size in range(len(rest) + 1):
            for taken in combinations(rest, size):
                mixture = {**before.case.facts, **{name: changed[name] for name in (*names, *taken)}}
                if told_of(book, decide(book, mixture)) != wanted:
                    return False
        return True

    def brings(names: tuple[str, ...]) -> bool:
        taken = {name: changed[name] for name in names}
        return told_of(book, decide(book, {**before.case.facts, **taken})) == wanted

    made, also = (tuple(one.term for one in part) for part in (found.findings, found.also))
    assert {*made, *also, *found.beside} == set(changed)
    assert brings(made)
    assert found.smallest
    assert not any(brings(names) for size in range(len(made)) for names in combinations(changed, size))
    assert found.minimal
    if found.advice:
        assert decides((*made, *also))
        assert not any(decides((*made, *(name for name in also if name != left_out))) for left_out in also)
    else:
        assert not made + also


PAIRS = [
    ("followup_disc_unchanged_after_a_week", "followup_disc_better_goes_on"),
    ("facet_by_three_of_five", "disc_centralises_on_extension"),
    ("desk_worker_not_yet_tested", "fever_and_a_weak_leg"),
    ("only_saddle_numbness_told", "stenosis_trolley_sign"),
]


@pytest.mark.parametrize("names", every(4, [(pair,) for pair in PAIRS]))
def test_mixtures_of_two_saved_cases_that_share_what_decides_have_the_same_advice(
    names: tuple[str, str], bundled: Rulebook, whole: bool
) -> None:
    before, after = (semantics.decide(bundled, bundled.cases[name]) for name in names)
    found, choose = explain.compare(CompiledRulebook(bundled), before, after), random.Random(1)
    wanted = told_of(bundled, after)
    assert found.minimal
    made = {one.term: one.after for one in (*found.findings, *found.also)}
    for _ in range(300 if whole else 60):
        others = {name: choose.choice((before, after)).case.facts.get(name) for name in found.beside}
        assert told_of(bundled, decide(bundled, {**before.case.facts, **others, **made})) == wanted


# --- enough ----------------------------------------------------------------------------------------------------------


@tries(40)
@given(st.data())
def test_a_part_that_is_enough_gives_the_advice_and_no_smaller_one_does(data: st.DataObject) -> None:
    book = data.draw(any_rulebooks)
    decision = decide(book, data.draw(facts(book)))
    found = explain.enough(CompiledRulebook(book), decision)
    wanted = told_of(book, decision)
    known = decision.case.facts
    assert told_of(book, decide(book, found.part)) == wanted
    assert found.smallest
    for size in range(len(found.part)):
        for names in combinations(known, size):
            assert told_of(book, decide(book, {name: known[name] for name in names})) != wanted
    for name in found.needed:
        assert told_of(book, decide(book, {one: known[one] for one in known if one != name})) != wanted


# --- why not ---------------------------------------------------------------------------------------------------------


@tries(15)
@given(st.data())
def test_the_shortest_way_leads_there_and_none_is_shorter(data: st.DataObject) -> None:
    book = data.draw(books())
    known = data.draw(possible_facts(book))
    now = decide(book, known)
    single = [term for term in book.conclusions if term.domain.values]
    if not single:
        return
    term = data.draw(st.sampled_from(single))
    wanted = data.draw(st.sampled_from(term.domain.values))
    way = explain.why_not(CompiledRulebook(book), now, term.name, (wanted,)).way
    assert way is not None
    assert way.kind in ("way", "none")
    assert way.smallest

    def there(changed: Answers) -> bool:
        after = {**known, **changed}
        found = decide(book, after)
        answer = found.conclusions[term.name]
        held = answer.inside if isinstance(answer, Members) else (answer,)
        return wanted in held and term.name not in found.disputed and can_be(book, after, changed)

    if way.kind == "way":
        assert there({one.term: one.after for one in way.answers})
    most = len(way.answers) if way.kind == "way" else 3
    assert not any(there(changed) for size in range(most) for changed in others(book, known, size))


@tries(40)
@given(st.data())
def test_every_rule_that_could_give_a_value_is_told_once_and_the_nearest_first(data: st.DataObject) -> None:
    book = data.draw(any_rulebooks)
    now = decide(book, data.draw(facts(book)))
    compiled = CompiledRulebook(book)
    for term in book.conclusions:
        found = explain.why_not(compiled, now, term.name)
        told = [candidate.reason.rule.id for candidate in found.rules]
        could = [
            entry.rule
            for entry in book.support[term.name]
            if entry.value in (None, *found.wanted) and semantics.status(entry, now.marks) != semantics.HOLDS
        ]
        assert sorted(told) == sorted(could)
        distances = [99 if one.distance is None else one.distance for one in found.rules]
        assert distances == sorted(distances)
        assert all(candidate.distance != 0 for candidate in found.rules if candidate.reason.status == "waits")


# --- for and against -------------------------------------------------------------------------------------------------


@tries(40)
@given(st.data())
def test_an_argument_is_a_rule_that_fires_and_none_is_left_out(data: st.DataObject) -> None:
    book = data.draw(any_rulebooks)
    now = decide(book, data.draw(facts(book)))
    for term in book.conclusions:
        if term.domain.kind == "tally":
            continue
        for value in explain.weigh(book, now, term.name, term.domain.values).values:
            support = book.support[term.name]
            status = {entry.rule: semantics.status(entry, now.marks) for entry in support if entry.value == value.value}
            decides = {one.reason.rule.id for one in value.speaking_for if not one.tally}
            assert decides == {rule for rule, one in status.items() if one & semantics.HOLDS}
            waiting = {one.reason.rule.id for one in value.open_for if not one.tally}
            assert waiting == {rule for rule, one in status.items() if one == semantics.UNKNOWN}


# --- what to ask next ------------------------------------------------------------------------------------------------


def completions(book: Rulebook, now: Decision) -> Iterator[tuple[dict[str, Value], Decision]]:
    """Every way in which the open answers could turn out, those left open too."""
    known = dict(now.case.facts)
    for chosen in product(*([None, *values(book, name)] for name in now.ask)):
        given = {name: value for name, value in zip(now.ask, chosen, strict=True) if value is not None}
        if can_be(book, {**known, **given}, given):
            yield given, decide(book, {**known, **given})


@tries(25)
@given(st.data())
def test_a_question_is_asked_if_and_only_if_its_answer_can_still_matter(data: st.DataObject) -> None:
    book = data.draw(books())
    known = data.draw(possible_facts(book))
    for name in list(known)[: max(0, 2 - (len(book.findings) - len(known)))]:
        known.pop(name)
    now = decide(book, known)
    if len(now.ask) > 2:
        known |= {name: values(book, name)[0] for name in now.ask[2:]}
        if semantics.impossibilities(book, known):
            return
        now = decide(book, known)
    found = explain.what_next(CompiledRulebook(book), now)
    outcomes = {frozenset(given.items()): told_of(book, then) for given, then in completions(book, now)}
    matter = set()
    for answers, then in outcomes.items():
        for name, value in answers:
            left_out = told_of(book, decide(book, {**known, **dict(answers - {(name, value)})}))
            if left_out != then:
                matter.add(name)
    assert {question.term.name for question in found.asked} == matter
    assert all(question.sure for question in found.asked)
    assert set(found.needless) == set(now.ask) - matter
    assert found.settled == all(then == told_of(book, now) for then in outcomes.values())


@tries(40)
@given(st.data())
def test_what_an_answer_is_said_to_settle_it_settles(data: st.DataObject) -> None:
    book = data.draw(books())
    now = decide(book, data.draw(possible_facts(book)))
    found = explain.what_next(CompiledRulebook(book), now, prove=False)
    screening = [question.term.screening for question in found.asked]
    assert screening == sorted(screening, reverse=True)
    for question in found.asked:
        for effect in question.effects:
            for value in effect.answers.values:
                then = decide(book, {**now.case.facts, question.term.name: value})
                assert advice(then, effect.settles) == effect.settles
                assert all(effect.settles[name] != explain.outcome(now, name) for name in effect.settles)
