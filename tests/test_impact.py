"""What a change does to saved cases, to tables of cases and to every case; and two rulebooks compared by meaning."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import cli
from engine.author import report_text
from engine.author.equivalence import EveryCase, compare_every_case
from engine.author.impact import CaseChange, changes, shown_terms
from engine.case import Case, Members
from engine.columns import tables
from engine.columns.diff import Compared
from engine.proof.equivalence import Two
from engine.rulebook import Rulebook
from tests.conftest import BICYCLE, edit, tries
from tests.test_truth import rulebook

from .rulebooks import case, facts, rulebooks

CARD = "rules/squeal_on_braking.yaml"
AGAINST = ("impact", "--against", str(BICYCLE))
REWORDED = ("  - noise while: braking\n", "  - any of: [{noise while: braking}, {noise while: braking}]\n")
GIT = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}


def run(base: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli.lumbar, ["--knowledge", str(base), *words], env={"COLUMNS": "100"})
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def told(base: Path, *words: str, code: int = 0) -> Any:
    found, output = run(base, *words, "--json")
    assert found == code, output
    return json.loads(output)


# --- impact ----------------------------------------------------------------------------------------------------------


def test_a_change_is_told_of_saved_cases_with_the_rules_that_make_the_difference(shed: Path) -> None:
    edit(shed / "rules" / "long_chain.yaml", "over new chain length", "at least 3 above new chain length")
    _, output = run(shed, *AGAINST)
    assert output.startswith(
        "Rules, changed: 1\n"
        "  long_chain\n"
        "    * if: chain length: at least 3 above new chain length (before: chain length: over new chain\n"
        "      length)\n"
        "    * it holds for fewer patients than before\n"
    )
    assert (
        "1 of 1 saved case get other advice:\n"
        "  old_chain: An old chain, and it squeals as well.\n"
        "    because of long_chain\n"
        "    * fault: glazed pads (before: worn chain)\n"
        "    * ride: as you like (before: gently)\n"
        "    * parts: no longer: chain\n"
        "    no longer: long_chain: A chain that has grown is worn.\n"
    ) in output
    assert "red flag" not in output


def test_no_patient_is_affected_is_a_proof(shed: Path) -> None:
    assert "No patient is affected: proved for every possible case." in run(shed, *AGAINST)[1]
    edit(shed / CARD, "  - noise while: braking\n", "  - any of: [{noise while: braking}, {noise while: braking}]\n")
    every_case = told(shed, *AGAINST)["every case"]
    assert (every_case["differs"], every_case["undecided"]) == ({}, {})
    assert every_case["same"] == ["fault", "ride", "parts"]


def test_where_patients_are_affected_each_is_shown(shed: Path) -> None:
    edit(shed / CARD, "noise while: braking\n", "noise while: braking or pedalling\n")
    every_case = told(shed, *AGAINST)["every case"]
    assert every_case["same"] == ["ride"]
    assert list(every_case["differs"]) == ["fault", "parts"]
    for patient in every_case["differs"]["parts"]:
        assert patient["facts"].items() >= {"noise": "squeal", "noise while": "pedalling"}.items()
        assert set(patient["facts"]) == {"brakes hold", "noise", "noise while", "chain length", "new chain length"}
        assert patient["because"] == ["squeal_on_braking"]


def test_a_table_of_cases_is_compared_too(shed: Path, tmp_path: Path) -> None:
    edit(shed / "rules" / "long_chain.yaml", "over new chain length", "at least 3 above new chain length")
    table = tmp_path / "bikes.csv"
    table.write_text(
        "case,brakes hold,chain length,new chain length\n"
        "ann,yes,121,120\nben,yes,125,120\nfay,yes,122,120\nmax,maybe,121,120\n"
    )
    found = told(shed, "impact", str(table), "--against", str(BICYCLE), code=1)["cases"]
    assert (found["count"], found["set apart"], found["changed"]) == (3, 1, 2)
    [fault] = [kind for kind in found["kinds"] if kind["answer"] == "fault"]
    assert (fault["before"], fault["after"], fault["count"], fault["such as"]) == (
        "worn chain",
        "not known",
        2,
        ["ann", "fay"],
    )
    assert fault["gone"] == ["long_chain"]
    assert (
        "2 of 3 cases (1 rejected, which no rule can read) get other advice"
        in run(shed, "impact", str(table), "--against", str(BICYCLE))[1]
    )


def test_what_stands_beside_the_cases_is_reported_and_is_no_success(shed: Path, tmp_path: Path) -> None:
    table = tmp_path / "bikes.csv"
    table.write_text("case,chain lenght,noise\nann,121,click\nben,125,\n")
    found = told(shed, "impact", str(table), "--against", str(BICYCLE), code=1)["cases"]
    assert (found["count"], found["empty"], found["set apart"]) == (2, 1, 0)
    assert [(one["there"], one["suggestion"]) for one in found["problems"]] == [
        ("'chain lenght' is not a finding, and was not read", "chain length")
    ]
    table.write_text("case,price\nann,121\n")
    code, output = run(shed, "impact", str(table), "--against", str(BICYCLE))
    assert code == 1
    assert "no column is a finding, and nothing was read" in output


def test_a_finding_that_only_one_of_the_two_knows_is_unknown_to_the_other(shed: Path, tmp_path: Path) -> None:
    edit(shed / "terms" / "bicycle.yaml", "values: [none, squeal, click]", "values: [none, squeal, click, rattle]")
    edit(shed / "terms" / "bicycle.yaml", "range: 100 to 130, unit", "range: 100 to 140, unit")
    table = tmp_path / "bikes.csv"
    table.write_text("case,noise,chain length,new chain length\nann,rattle,121,120\nben,none,135,120\n")
    found = told(shed, "impact", str(table), str(BICYCLE / "cases"), "--against", str(BICYCLE))
    assert found["saved cases"] == []
    fault = {kind["before"]: kind["after"] for kind in found["cases"]["kinds"] if kind["answer"] == "fault"}
    assert fault == {"not known": "worn chain"}
    assert found["cases"]["count"] == 3


@given(st.data())
@tries(40)
def test_tables_and_single_cases_tell_the_same_changes(data: st.DataObject) -> None:
    book = data.draw(rulebooks().filter(lambda one: len(one.rules) > 1))
    other = _without_one_rule(data, book)
    cases = [case(data.draw(facts(book)), f"case {number}") for number in range(6)]
    compared = Compared(other, book, shown_terms(other, book))
    compared.add(tables.table_of(book, [one.id for one in cases], [one.facts for one in cases]))
    single = {change.case.id for change in changes(other, book, cases)}
    many = {name for kind in compared.found() for name in kind.cases}
    assert (compared.cases, many <= single | _only_disputed(other, book, cases)) == (6, True)
    assert compared.changed <= len(single)
    if len(single) == 1 and not _only_disputed(other, book, cases):
        assert many == single


def _without_one_rule(data: st.DataObject, book: Rulebook) -> Rulebook:
    last = data.draw(st.sampled_from(sorted(book.rules)))
    rules = {
        name: replace(rule, outranks=tuple(one for one in rule.outranks if one != last))
        for name, rule in book.rules.items()
        if name != last
    }
    return replace(book, rules=rules)


def _only_disputed(before: Rulebook, after: Rulebook, cases: list[Case]) -> set[str]:
    """Cases whose change a table shows alike: not known, disputed and none given are all empty there."""
    words = ("not known yet", "none given")

    def alike(answer: Any) -> bool:
        return isinstance(answer, str) and (answer in words or answer.startswith("disputed"))

    return {
        change.case.id
        for change in changes(before, after, cases)
        if any(alike(old) and alike(new) for old, new in change.answers.values())
    }


@given(st.data())
@tries(25)
def test_every_case_is_told_as_single_cases_have_it(data: st.DataObject) -> None:
    book = data.draw(rulebooks().filter(lambda one: len(one.rules) > 1))
    other = _without_one_rule(data, book)
    found = compare_every_case(Two(other, book), most=1)
    cases = [case(data.draw(facts(book)), f"case {number}") for number in range(6)]
    for change in changes(other, book, cases):
        assert not set(change.answers) & set(found.same)
    for term, patients in found.differs.items():
        assert patients
        assert all(term in change.answers for change in patients)
    assert found.undecided == {}


BIKES = """case,brakes hold,noise,noise while,chain length,new chain length
ann,yes,squeal,braking,121,120
ben,yes,none,,125,120
"""


def test_stored_decisions_that_would_differ_now_are_named(shed: Path, tmp_path: Path) -> None:
    head, *rows = BIKES.splitlines()
    own = [f"{head},expected fault,shop", *(f"{row},worn chain,north" for row in rows)]
    (tmp_path / "bikes.csv").write_text("\n".join(own))
    out = str(tmp_path / "out")
    assert run(shed, "batch", str(tmp_path / "bikes.csv"), "--out", out)[0] == 0
    assert "None of 2 cases changes its answer." in run(shed, "impact", "--stored", out)[1]
    edit(shed / "rules" / "long_chain.yaml", "over new chain length", "at least 3 above new chain length")
    _everywhere(shed, "chain length", "links")
    for old in ("noise: squeal", "none, squeal, click"):
        _everywhere(shed, old, old.replace("squeal", "screech"))
    _everywhere(shed, "squeal or click", "screech or click")
    found = told(shed, "impact", "--stored", out)
    assert {one["after"] for one in found["renamed"]} >= {"links", "new links", "noise: screech"}
    assert (found["cases"]["count"], found["cases"]["changed"], found["cases"]["ids"]) == (2, 1, ["ann"])
    [fault] = [kind for kind in found["cases"]["kinds"] if kind["answer"] == "fault"]
    assert (fault["before"], fault["after"], fault["because"]) == ("worn chain", "glazed pads", ["long_chain"])


def test_stored_decisions_are_compared_with_what_made_them(shed: Path, tmp_path: Path) -> None:
    (tmp_path / "bikes.csv").write_text(BIKES)
    out = tmp_path / "out"
    run(shed, "batch", str(tmp_path / "bikes.csv"), "--out", str(out))
    assert run(shed, "impact", "--stored", str(out), "--against", "HEAD")[0] == 2
    edit(out / "knowledge" / "rules" / "no_brakes.yaml", "ride: not at all", "ride: gently")
    code, output = run(shed, "impact", "--stored", str(out))
    assert (code, "by which the answers were made" in output) == (1, True)


# --- in words --------------------------------------------------------------------------------------------------------

PATIENT = CaseChange(
    Case("a patient", {"noise": "click"}),
    {"fault": ("unknown", "loose crank")},
    now=("crank_clicks",),
    because=("crank_clicks",),
    odd={"noise": "click"},
)
MANY = replace(
    PATIENT,
    case=Case("a patient", {"noise": "squeal", "price": 3}),
    answers={"avoid": (Members((), ("a", "b", "c", "d")), Members(("e",), ()))},
    odd={"price": 3},
    whole=False,
)


def said(differs: dict[str, tuple[CaseChange, ...]]) -> list[str]:
    found = EveryCase(("ride",), differs, {}, tuple(differs))
    return [line.text for line in report_text.every_case(found, [])]


def test_a_patient_is_shown_once_and_long_lists_are_counted() -> None:
    assert said({"fault": (PATIENT,), "avoid": (PATIENT, MANY)}) == [
        "Proved the same for every possible case: ride.",
        "Different for some patients: fault, avoid (in other ways too, perhaps: fault, avoid).",
        "Patients who show it:",
        "all answers as usual, but noise: click",
        "because of crank_clicks",
        "fault: loose crank (before: unknown)",
        "now: crank_clicks: ",
        "only this is answered: noise: squeal, price: 3",
        "because of crank_clicks",
        "avoid: new: e; 4 no longer open",
    ]


def test_an_answer_is_proved_the_same_where_only_what_is_ruled_out_differs() -> None:
    before = rulebook("r | if: [a: yes] | single: p")
    after = rulebook("r | if: [a: yes] | single: p | s", "s | if: [a: yes, b: yes] | single: q")
    found = compare_every_case(Two(before, after))
    assert "single" in found.same
    assert found.proved


def test_saved_cases_in_which_the_same_changes_are_told_together(shed: Path) -> None:
    old = (shed / "cases" / "old_chain.yaml").read_text(encoding="utf-8")
    for name in ("second", "third"):
        (shed / "cases" / f"{name}.yaml").write_text(old.replace("old_chain", name), encoding="utf-8")
    edit(shed / "rules" / "long_chain.yaml", "over new chain length", "at least 3 above new chain length")
    output = run(shed, *AGAINST)[1]
    assert "3 of 3 saved cases get other advice:\n  3 cases, the same change: old_chain, second, third\n" in output
    assert output.count("* fault: glazed pads (before: worn chain)") == 1


def test_a_law_that_is_new_and_broken_withholds_advice_and_is_no_proof_of_nothing(shed: Path) -> None:
    law = (shed / "laws" / "no_ride_without_brakes.yaml").read_text(encoding="utf-8")
    law = law.replace("no_ride_without_brakes", "no_pads").replace("brakes hold: no", "parts: pads")
    (shed / "laws" / "no_pads.yaml").write_text(law, encoding="utf-8")
    every_case = told(shed, *AGAINST)["every case"]
    assert "withheld" in every_case["differs"]["parts"][0]["answers"]["parts"]["after"]


def test_a_rename_changes_nothing_for_patients_and_is_told_as_one(shed: Path) -> None:
    _everywhere(shed, "chain length", "links")
    _everywhere(shed, "glazed pads", "shiny pads")
    found = told(shed, *AGAINST)
    assert found["renamed"] == [
        {"kind": "term", "before": "chain length", "after": "links"},
        {"kind": "term", "before": "new chain length", "after": "new links"},
        {"kind": "value", "before": "fault: glazed pads", "after": "fault: shiny pads"},
    ]
    assert (found["saved cases"], found["every case"]["differs"]) == ([], {})
    output = run(shed, *AGAINST)[1]
    assert "Renamed, and used as before: 3\n  * term chain length is now links\n" in output
    assert "No patient is affected: proved for every possible case." in output


def _everywhere(base: Path, old: str, new: str) -> None:
    for path in base.rglob("*.*"):
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_a_conclusion_that_only_one_has_is_told(shed: Path) -> None:
    edit(shed / "terms" / "bicycle.yaml", "  parts:", "  price: {kind: tally, says: What it costs.}\n  parts:")
    found = told(shed, *AGAINST)["every case"]
    assert (found["added"], found["undecided"]) == (["price"], {})
    assert "Conclusions that are new: price." in run(shed, *AGAINST)[1]
