"""What is kept from one check to the next never changes what is found: as with nothing kept, after any change."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.checks import Report, check
from engine.checks.mutation import MutationReport, mutants, mutation_test
from engine.checks.mutation.stored import StoredResults, key_of, terms_key
from engine.circuit import CompiledRulebook
from engine.loader import load
from engine.proof.prover import Prover
from engine.rulebook import Rulebook
from tests.conftest import edit, tries
from tests.rulebooks import case, facts, laws, rulebooks


@contextmanager
def cache(folder: Path) -> Iterator[None]:
    """What is kept is kept in this folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield


def checked(base: Path) -> Report:
    """Everything that `lumbar check` finds."""
    return check(load(base))


def told(report: Report) -> tuple[object, ...]:
    """What was found; of a patient how many answers there are, for there may be many as small."""
    shown = [(one.check, one.problem, len(one.patient.facts) if one.patient else None) for one in report.proved]
    return replace(report, proved=()), shown


LAW = """
law: gentle_when_worn
says: A worn chain is ridden gently.
never:
  - fault: worn chain
  - ride: not at all
source: [{SHED: often}]
"""
IMPOSSIBLE = """
impossible: no_shrinking
says: A chain never shrinks.
never:
  - chain length: under new chain length
source: [{SHED: often}]
"""
CARD = "rules/squeal_on_braking.yaml"
TERMS = "terms/bicycle.yaml"
CHANGES = {
    "other words": (CARD, "A squeal on braking comes", "Squealing on braking comes"),
    "another name of an example": (CARD, "at the lights", "at the crossing"),
    "an example taken out": (
        CARD,
        "  - {name: uphill, given: {noise: squeal, noise while: pedalling}, rule: fails}\n",
        "",
    ),
    "a line added": (CARD, "  - noise while: braking\nthen", "  - noise while: braking\n  - brakes hold: yes\nthen"),
    "a conclusion taken out": ("rules/long_chain.yaml", "  - parts: chain\n", ""),
    "a rank taken out": ("rules/long_chain.yaml", "[squeal_on_braking, clicks.crank]", "[squeal_on_braking]"),
    "a row changed": ("tables/clicks.csv", "crank,click,pedalling", "crank,click,braking"),
    "an answer of a saved case changed": ("cases/old_chain.yaml", "noise: squeal", "noise: click"),
    "a saved case that gets another answer": ("cases/old_chain.yaml", "chain length: 122", "chain length: 120"),
    "a law added": ("laws/gentle_when_worn.yaml", "", LAW),
    "an assumption added": ("impossible/no_shrinking.yaml", "", IMPOSSIBLE),
    "another otherwise": (TERMS, "says: What to look", "otherwise: loose crank, says: What to look"),
    "another range": (TERMS, "range: 100 to 130, ask", "range: 100 to 125, ask"),
    "another order of values": (TERMS, "[glazed pads, worn chain", "[worn chain, glazed pads"),
}


def test_after_each_change_of_the_knowledge_the_same_is_found_as_with_nothing_kept(shed: Path, tmp_path: Path) -> None:
    """The changes follow one another, and what was kept before all of them is there."""
    with cache(tmp_path / "kept"):
        checked(shed)
    for number, (name, old, new) in enumerate(CHANGES.values()):
        if old:
            edit(shed / name, old, new)
        else:
            (shed / name).parent.mkdir(exist_ok=True)
            (shed / name).write_text(new, encoding="utf-8")
        with cache(tmp_path / "kept"):
            kept, again = told(checked(shed)), told(checked(shed))
        with cache(tmp_path / f"nothing kept {number}"):
            assert kept == again == told(checked(shed)), list(CHANGES)[number]


def test_a_change_is_found_and_what_stays_is_kept(shed: Path) -> None:
    before = load(shed)
    first = report_of(before)
    kept = kept_of(before)
    assert kept.fates
    edit(shed / CARD, "A squeal on braking comes", "Squealing on braking comes")
    report_of(load(shed))
    reworded = kept_of(load(shed))
    assert reworded.fates == kept.fates
    assert len(reworded.by_examples.keys() - kept.by_examples.keys()) == 1
    edit(shed / CARD, "noise while: braking\nthen", "brakes hold: yes\nthen")
    changed = load(shed)
    left = {rule for rule, _ in kept_of(changed).fates}
    assert left == {rule for rule, _ in kept.fates if rule == "no_brakes"}  # no other gives what it gives alone
    assert kept_of(changed).by_examples == reworded.by_examples
    assert not kept_of(replace(before, cases={})).fates
    assert report_of(changed) != first


def test_a_damaged_file_is_as_good_as_none(shed: Path) -> None:
    rulebook = load(shed)
    found = report_of(rulebook)
    path = kept_of(rulebook).path
    assert path is not None
    for content in (b"", b"no pickle", path.read_bytes()[:-9]):
        path.write_bytes(content)
        assert not kept_of(rulebook).fates
        assert report_of(rulebook) == found


def kept_of(rulebook: Rulebook) -> StoredResults:
    return StoredResults(rulebook, Prover(CompiledRulebook(rulebook), keep=True))


def report_of(rulebook: Rulebook) -> MutationReport:
    return mutation_test(rulebook, Prover(CompiledRulebook(rulebook), keep=True))


@given(rulebooks(), st.data())
@tries(6)
def test_whatever_rule_case_or_law_changes_mutation_testing_finds_the_same(book: Rulebook, data: st.DataObject) -> None:
    cases = {name: case(data.draw(facts(book)), name) for name in ("first", "second")}
    before = replace(book, cases=cases, directory="somewhere")
    after = data.draw(changes(before))
    with tempfile.TemporaryDirectory() as folder:
        with cache(Path(folder, "kept")):
            report_of(before)
            kept = report_of(after), report_of(after)
        with cache(Path(folder, "nothing")):
            assert kept == (report_of(after),) * 2


@st.composite
def changes(draw: st.DrawFn, book: Rulebook) -> Rulebook:
    """The rulebook with a mutant of one rule, with another case, with a law, or with an assumption."""
    made = [one for rule in book.rules.values() for one in mutants(book, rule)]
    kind = draw(st.sampled_from(["rule", "case", "laws", "impossible"]))
    if kind == "rule" and made:
        chosen = draw(st.sampled_from(made))
        return replace(book, rules={**book.rules, chosen.rule.id: chosen.mutated})
    if kind == "case":
        return replace(book, cases={**book.cases, "second": case(draw(facts(book)), "second")})
    findings = {term.name: term for term in book.findings}
    law = draw(laws(findings if kind == "impossible" else book.terms))
    return replace(book, impossible={law.id: law}) if kind == "impossible" else replace(book, laws={law.id: law})


def test_what_is_kept_rests_on_all_that_a_rule_and_a_term_say(clinic: Rulebook) -> None:
    rules, terms = list(clinic.rules.values()), dict(clinic.terms)
    for place in (0, len(rules) // 2, -1):
        rule = rules[place]
        longer = (*rule.examples, *rule.examples, replace(rule.examples[-1], mark="waits")) if rule.examples else ()
        for other in (replace(rule, outranks=(*rule.outranks, "x")), replace(rule, examples=longer)):
            changed = [other if one is rule else one for one in rules]
            assert (key_of(clinic, "", "", changed) == key_of(clinic, "", "", rules)) == (other == rule)
    term = list(terms.values())[-1]
    for other_term in (replace(term, gap=not term.gap), replace(term, otherwise="x")):
        assert terms_key(replace(clinic, terms={**terms, term.name: other_term})) != terms_key(clinic)


@tries(60)
@given(rulebooks(), st.data())
def test_another_rule_leaves_what_examples_show_unless_it_is_for_a_tally(book: Rulebook, draw: st.DataObject) -> None:
    assume(book.rules)
    rule, term = draw.draw(st.sampled_from([*book.rules.values()])), draw.draw(st.sampled_from([*book.conclusions]))
    more = replace(rule, id="another", then=((term.name, next(iter(term.domain.values), None)),))
    same = terms_key(replace(book, rules={**book.rules, more.id: more})) == terms_key(book)
    assert same == (term.domain.kind != "tally")
