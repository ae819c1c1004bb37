"""The page about many cases: its counts, held to a plain recount; its charts as data; and what the page promises."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import cli
from engine import semantics
from engine.case import Case, Decision, Members, Range
from engine.columns import CASE
from engine.columns import encoding as codes
from engine.columns.results import DISPUTED, GAP, OPEN, Answers
from engine.columns.summary import Summary, summarise
from engine.errors import LumbarError
from engine.extras import how_to_install
from engine.interfaces.report import report
from engine.interfaces.report.page import shown
from engine.interfaces.terminal import Exit
from engine.loader import load
from engine.rulebook import Rulebook, Term
from tests.conftest import BICYCLE, CLINIC, ROOT
from tests.outcomes import outcome, quarrelling, rides, table, text
from tests.test_batch import batch
from tests.test_knowledge import patients, some_of

KNOWLEDGE = ROOT / "knowledge"
FORMS = ("parquet", "csv", "ndjson")
BROKEN: Sequence[Mapping[str, Any]] = (
    {"reason": "wrong value", "there": "'squeek' is not a value of 'noise'", "at least": {"ride": "not at all"}},
    {"reason": "wrong value", "there": "'bang' is not a value of 'noise'", "at least": {"ride": "as you like"}},
    {"reason": "id used twice", "there": "the id 'a' is used 2 times in a.csv", "at least": {"ride": "as you like"}},
    {"reason": "id used twice", "there": "the id 'b' is used 2 times in a.csv", "at least": {"ride": "gently"}},
    {"reason": "impossible", "there": "A chain shrinks not (noise: click)", "at least": {"ride": "gently"}},
    {"reason": "broken", "there": "not readable as JSON", "at least": {"ride": None}},
)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory, whole: bool) -> Path:
    """Saved cases and made-up patients in three parts."""
    knowledge = KNOWLEDGE if whole else CLINIC
    book = load(knowledge)
    import random

    choose = random.Random(11)
    people = [some_of(one, choose) if choose.random() < 0.4 else one for one in patients(book, 50 if whole else 20, 3)]
    made = [Case(f"patient {number}", facts) for number, facts in enumerate(people)]
    wanted = "working pattern"
    some = list(book.cases.values())[: 60 if whole else 20]
    saved = [replace(case, expected={wanted: (case.expected or {}).get(wanted)}) for case in some]
    return outcome(tmp_path_factory.mktemp("clinic") / "out", knowledge, [saved, made[:12], made[12:]])


@pytest.fixture(scope="module")
def book(clinic: Path) -> Rulebook:
    """The rules by which they were decided."""
    return load(clinic / "knowledge")


@pytest.fixture(scope="module")
def clinic_page(clinic: Path) -> str:
    return report(clinic)


def told(page: str) -> str:
    """The words of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.partition("<body>")[2])).split())


# --- the counts ------------------------------------------------------------------------------------------------------


def summary_of(folder: Path) -> Summary:
    book = load(folder / "knowledge")
    return summarise(Answers(folder, book), [term.name for _, terms in shown(book) for term in terms])


def recount(summary: Summary, book: Rulebook, cases: Sequence[Case]) -> None:
    """Hold the counts to those of the cases, decided and counted one by one."""
    decisions = [semantics.decide(book, case) for case in cases]
    assert summary.cases == len(cases)
    for name in summary.spreads:
        found = Counter(one for decision in decisions for one in spread(book.terms[name], decision))
        counted = [("settled", summary.spreads[name].settled), ("open", summary.spreads[name].open)]
        counted.append(("without", summary.spreads[name].without))
        assert {(kind, value): count for kind, counts in counted for value, count in counts.items() if count} == found
    assert summary.fired == {rule: sum(rule in decision.fired for decision in decisions) for rule in book.rules}
    assert summary.disputed_cases == sum(bool(decision.disputed) for decision in decisions)
    assert summary.disputed == {
        term.name: sum(term.name in decision.disputed for decision in decisions)
        for term in book.conclusions
        if term.single
    }
    waiting = [decision for decision in decisions if any(waits(decision, name) for name in summary.spreads)]
    assert summary.waiting == len(waiting)
    for name, question in summary.questions.items():
        asked = [[one for one in decision.ask if book.terms[one].screening] for decision in waiting]
        assert (question.open, question.alone) == (sum(name in one for one in asked), asked.count([name]))
    for name, comparison in summary.comparisons.items():
        pairs = Counter(
            (text(case.expected[name]), single(decision, name))
            for case, decision in zip(cases, decisions, strict=True)
            if case.expected and case.expected.get(name) is not None
        )
        assert comparison.counts == pairs


def spread(term: Term, decision: Decision) -> Iterator[tuple[str, str]]:
    answer = decision.conclusions[term.name]
    if isinstance(answer, Members):
        yield from (("settled", value) for value in answer.inside)
        yield from (("open", value) for value in answer.open)
    elif isinstance(answer, Range):
        yield "open", str(answer.low)
    else:
        found = single(decision, term.name)
        yield "without" if found in (DISPUTED, GAP, OPEN) else "settled", found


def single(decision: Decision, name: str) -> str:
    if name in decision.disputed:
        return DISPUTED
    return GAP if name in decision.gaps else text(decision.conclusions[name])


def waits(decision: Decision, name: str) -> bool:
    answer = decision.conclusions[name]
    if answer is None:
        return name not in decision.disputed and name not in decision.gaps
    return isinstance(answer, Range)


@pytest.mark.parametrize("form", FORMS)
def test_the_counts_equal_a_plain_recount(tmp_path: Path, form: str) -> None:
    cases = rides(43)
    base = quarrelling(tmp_path / "base")
    summary = summary_of(outcome(tmp_path / "out", base, [cases[:20], [], cases[20:]], form))
    recount(summary, load(base), cases)
    assert summary.disputed["fault"]
    assert set(summary.comparisons) == {"fault", "ride"}


def test_the_counts_of_patients_equal_a_plain_recount(clinic: Path, book: Rulebook) -> None:
    parts = sorted((clinic / "findings").glob("*.arrow"))
    rows = [row for part in parts for row in codes.read(part).iter_rows(named=True)]
    cases = []
    for row in rows:
        facts = {name: value for name, value in row.items() if name != CASE and value is not None}
        saved = book.cases.get(row[CASE])
        wanted = {"working pattern": (saved.expected or {}).get("working pattern")} if saved else None
        cases.append(Case(row[CASE], facts, expected=wanted))
    recount(summary_of(clinic), book, cases)


def test_an_empty_folder_counts_nothing(tmp_path: Path) -> None:
    folder = outcome(tmp_path / "out", BICYCLE, [])
    assert summary_of(folder).cases == 0
    assert "Report on 0 cases" in report(folder)


def test_rejects_with_the_same_fault_are_counted_together(tmp_path: Path) -> None:
    rejects = summary_of(outcome(tmp_path / "out", BICYCLE, [], rejects=BROKEN)).rejects
    assert rejects.count == 6
    assert rejects.reasons == {
        "id used twice: the id … is used 2 times in a.csv": 2,
        "wrong value: … is not a value of 'noise'": 2,
        "broken: not readable as JSON": 1,
        "impossible: A chain shrinks not …": 1,
    }
    assert rejects.least == {"ride": {"not at all": 1, "gently": 2, "as you like": 2, None: 1}}


# --- the page --------------------------------------------------------------------------------------------------------


def test_the_page_loads_nothing_from_anywhere(clinic_page: str) -> None:
    assert not re.search(r"https?:|\bsrc=|\bhref=|url\(|@import|<script|<link|<iframe|javascript", clinic_page)
    assert "default-src 'none'" in unescape(clinic_page)


def test_headings_leave_no_level_out(clinic_page: str) -> None:
    levels = [int(level) for level in re.findall(r"<h(\d)", clinic_page)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_page_says_that_nobody_reviewed_the_knowledge_and_which_it_is(clinic_page: str, book: Rulebook) -> None:
    words = told(clinic_page)
    assert re.search(r"No clinician has reviewed the \d+ rules that fire in these cases\.", words)
    assert book.digest in words


def test_every_rule_is_named_among_those_that_fired_or_never_did(
    clinic: Path, clinic_page: str, book: Rulebook
) -> None:
    fired = summary_of(clinic).fired
    head, _, never = clinic_page.partition("<h3>Never fired")
    assert set(re.findall(r"<li><b>([^<]+)</b>", never)) == {rule for rule in book.rules if not fired[rule]}
    charts = unescape(head[head.index("<h2>Rules</h2>") :])
    assert [rule for rule in book.rules if fired[rule] and f"{rule}: {fired[rule]:,}" not in charts] == []


def test_every_conclusion_that_is_shown_has_its_chart(clinic_page: str, book: Rulebook) -> None:
    for title, terms in shown(book):
        assert f"<h3>{title}</h3>" in clinic_page
        for term in terms:
            assert re.search(rf"<figcaption>{term.name}</figcaption>", clinic_page)


def test_the_same_folder_makes_the_same_page(tmp_path: Path) -> None:
    folder = outcome(tmp_path / "out", BICYCLE, [rides(15)], rejects=BROKEN)
    assert report(folder) == report(folder)


def test_cases_that_differ_and_disputed_ones_are_told_with_their_reason(tmp_path: Path) -> None:
    words = told(report(outcome(tmp_path / "out", quarrelling(tmp_path / "base"), [rides(7)])))
    assert (
        "fault: 3 cases with another answer bicycle 0 expected glazed pads; fault: not known yet, waiting for " in words
    )
    assert "bicycle 3 expected worn chain; fault: none given, no rule gives it: 3 rules ruled out" in words
    disputed = "fault: disputed, by long_chain (A chain that has grown is worn); clicks.crank (fault: loose crank; "
    assert f"fault: 2 disputed cases bicycle 1 {disputed}" in words
    assert f"bicycle 6 expected glazed pads; {disputed}" in words
    assert "ride: 3 cases with another answer bicycle 0 expected gently; ride: at least as you like, at most " in words


def test_fifty_cases_are_told_and_the_others_counted(tmp_path: Path) -> None:
    cases = [Case(f"number {number}", {"brakes hold": "no"}, expected={"ride": "gently"}) for number in range(63)]
    page = report(outcome(tmp_path / "out", BICYCLE, [cases[:30], cases[30:]]))
    assert page.count("expected gently; ride: not at all, by no_brakes") == 50
    assert "and 13 more" in page
    assert "0 of 63 agree; Cohen's kappa 0.00" in told(page)


def test_an_answer_that_its_findings_do_not_give_is_told(tmp_path: Path) -> None:
    case = Case("one", {"brakes hold": "no"}, expected={"ride": "gently"})
    folder = outcome(tmp_path / "out", BICYCLE, [[case]])
    findings, book = folder / "findings" / "part-00000.arrow", load(BICYCLE)
    codes.write(table(book, [replace(case, facts={"brakes hold": "yes"})]), findings, codes.domains_of(book))
    assert "come to as you like to gently, and not to not at all, which stands in the answers" in report(folder)
    findings.unlink()
    assert "its findings were not kept" in report(folder)


def test_the_id_of_a_case_is_text_and_never_markup(tmp_path: Path) -> None:
    case = Case("<script>alert('&')</script>", {"brakes hold": "no"}, expected={"ride": "gently"})
    page = report(outcome(tmp_path / "out", BICYCLE, [[case]]))
    assert "<script" not in page
    assert "<b>&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;</b>" in page


def test_a_run_that_is_not_finished_is_said_to_be_so(tmp_path: Path) -> None:
    folder = outcome(tmp_path / "out", BICYCLE, [rides(3)])
    assert "The run is not finished" not in report(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"finished": False}))
    assert "The run is not finished" in report(folder)


# --- the command -----------------------------------------------------------------------------------------------------


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli.lumbar, ["report", *words])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def test_a_folder_without_answers_has_a_page(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("case,age\n1,x\n2,y,z\n3,y,z,w\n")
    batch(load(CLINIC), tmp_path / "out", tmp_path / "in.csv")
    page = report(tmp_path / "out")
    assert "No case was decided." in page
    assert "broken: … fields in this line" in page
    assert "Never given" not in page


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    folder = outcome(tmp_path / "out", BICYCLE, [rides(5)])
    code, output = run(str(folder), "-o", str(tmp_path / "page.html"))
    assert (code, output) == (0, f"{tmp_path / 'page.html'}: the page is written\n")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == report(folder)


def test_a_page_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    folder = outcome(tmp_path / "out", BICYCLE, [rides(1)])
    code, output = run(str(folder), "-o", str(tmp_path / "nowhere" / "page.html"))
    assert code == Exit.WRONG_USE
    assert "cannot be written (No such file or directory)" in output


def test_another_folder_is_refused(tmp_path: Path) -> None:
    code, output = run(str(tmp_path), "-o", str(tmp_path / "page.html"))
    assert code == Exit.TO_MEND
    assert "manifest.json: cannot be read" in output
    assert "expected a folder that `lumbar batch` wrote" in output


@pytest.mark.parametrize("content", ["{", "[]", "{}"])
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(LumbarError, match="expected a folder that `lumbar batch` wrote"):
        report(tmp_path)


def test_another_rulebook_than_that_of_the_answers_is_refused(tmp_path: Path) -> None:
    folder = outcome(tmp_path / "out", BICYCLE, [rides(1)])
    (folder / "knowledge" / "rules" / "no_brakes.yaml").unlink()
    with pytest.raises(LumbarError, match="by which the cases were decided"):
        report(folder)


def test_without_the_extra_the_command_says_what_to_install(tmp_path: Path) -> None:
    code = "import sys; sys.modules['polars'] = None; import cli; cli.lumbar(['report', sys.argv[1]])"
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == Exit.WRONG_USE
    assert f"polars is not installed; install it with: {how_to_install('batch')}" in " ".join(done.stderr.split())
