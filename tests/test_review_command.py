"""lumbar review: what waits, what is read before something is signed, and what is recorded."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import lumbar
from engine.author.review_list import raises_alarm, work_list
from engine.author.review_sheet import sheet, without_rules
from engine.author.review_text import sheet_lines
from engine.checks import Subject
from engine.checks.catalogue import review_of_nothing
from engine.checks.sample import SAMPLE
from engine.columns.population import HowOften
from engine.loader import load
from engine.reviewed import reviewed
from engine.rulebook import Rulebook
from tests.conftest import ROOT, edit
from tests.layered import LOWERING, card, layered, stack

ANN = ("--who", "Ann Example", "--role", "physiotherapist")
CARD = "rules/recognise/smoke.yaml"
FILE = "reviews/rules/smoke.yaml"


@pytest.fixture
def lamps(tmp_path: Path) -> Path:
    """A copy of the sample of the checks."""
    for name, text in SAMPLE.items():
        (tmp_path / "lamps" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "lamps" / name).write_text(text, encoding="utf-8")
    return tmp_path / "lamps"


def run(folder: Path, *words: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(lumbar, ["--knowledge", str(folder), "review", *words], input=typed)


def text_of(result: Result) -> str:
    return " ".join(result.output.split())


def state(folder: Path, rule: str = "smoke") -> str:
    rulebook = load(folder)
    return reviewed(rulebook, rulebook.rules[rule]).state


# --- the list --------------------------------------------------------------------------------------------------------


def test_alarms_come_first_then_laws_then_what_fires_most_often(lamps: Path) -> None:
    rulebook = load(lamps)
    often = HowOften({"old_bulb": 3.0, "new_bulb": 20.0, "smoke": 0.1}, {}, {}, {})
    order = [one.what for one in work_list(rulebook, "2026-11-29", often).waiting]
    assert order == ["rules/smoke", "laws/no_smoke", "rules/new_bulb", "rules/old_bulb"]


def test_every_rule_and_law_of_the_shipped_knowledge_waits_alarms_first(bundled: Rulebook) -> None:
    found = work_list(bundled, "2026-11-29")
    assert sum(one.rows or 1 for one in found.waiting) == sum(every for _, every in found.counts.values())
    assert all(good == 0 for good, _ in found.counts.values())
    alarms = [one.alarm for one in found.waiting]
    assert alarms == sorted(alarms, reverse=True)
    raising = {rule.id for rule in bundled.rules.values() if not rule.row and raises_alarm(bundled, rule)}
    assert {f"rules/{rule}" for rule in raising} == {one.what for one in found.waiting if one.alarm and not one.rows}


def test_what_is_approved_no_longer_waits_until_it_is_due_again(lamps: Path) -> None:
    assert run(lamps, "smoke", "--approve", *ANN, "--again-by", "2999-01-01").exit_code == 0
    rulebook = load(lamps)
    assert "rules/smoke" not in [one.what for one in work_list(rulebook, "2026-11-29").waiting]
    [due] = [one for one in work_list(rulebook, "2999-01-02").waiting if one.what == "rules/smoke"]
    assert (due.state, due.overdue) == ("approved", "2999-01-01")
    assert work_list(rulebook, "2999-01-02").counts == {"rules": (1, 3), "laws": (0, 1)}


def test_the_list_as_words_and_as_json(lamps: Path) -> None:
    assert run(lamps).output.startswith("Approved: 0 of 3 rules, 0 of 1 law.\n\nAlarms, laws and assumptions\n")
    told = json.loads(run(lamps, "--json").output)
    assert told["counts"] == {"rules": {"approved": 0, "of": 3}, "laws": {"approved": 0, "of": 1}}
    assert [one["what"] for one in told["waiting"]][:2] == ["rules/smoke", "laws/no_smoke"]


# --- the sheet -------------------------------------------------------------------------------------------------------


def test_a_sheet_has_all_that_a_reviewer_reads(lamps: Path) -> None:
    told = text_of(run(lamps, "smoke"))
    for part in (
        "Rule smoke",
        "It says what follows.",
        "- smoke: yes",
        "danger: yes (an alarm)",
        "because: Made up to try the checks.",
        "state: not reviewed",
        "smoke: Does it smoke? (yes, no)",
        "article, claim 1: A lamp that smokes is dangerous.",
        "LAMPS: all. Made up. [all]",
        "It fires in 0 of 1 saved case.",
        "example: smoke (smoke: yes): the rule holds",
        "These laws, which are proved, would break: - no_smoke: A lamp that smokes is never called safe.",
        "Nobody has reviewed it.",
        "It does not guard against forgery.",
    ):
        assert part in told, part
    assert "Proved: no possible patient breaks it." in text_of(run(lamps, "no_smoke"))


def test_a_sheet_says_what_a_rule_of_a_layer_lowers() -> None:
    rulebook = layered(LOWERING)
    found = sheet(rulebook, "hot_old", whole=False)
    told = [f"{line.bullet}{line.text}" for line in sheet_lines(rulebook, found, "2026-11-29")]
    assert "replaces: hot" in told
    assert "lowers an alarm: New lamps are hot." in told


def test_an_edit_shows_what_was_approved_beside_what_is_there_now(lamps: Path) -> None:
    run(lamps, "old_bulb", "--approve", *ANN)
    edit(lamps / "rules/recognise/old_bulb.yaml", "900 or more}]", "950 or more}]")
    told = text_of(run(lamps, "old_bulb"))
    assert "state: changed since its review" in told
    assert "What Ann Example (physiotherapist) approved on" in told
    assert "if: approved: hours: 900 or more now: hours: 950 or more" in told
    assert "approved; void, because what was read has changed since" in told


def test_the_saved_cases_and_laws_that_rest_on_a_rule_are_found(clinic: Rulebook) -> None:
    rulebook = clinic
    found = sheet(rulebook, "saddle_numbness")
    assert found.fires_in
    assert {one.case.id for one in found.without.cases} <= set(found.fires_in)
    left = without_rules(rulebook, {"saddle_numbness"})
    assert left.rules.keys() == rulebook.rules.keys() - {"saddle_numbness"}


def test_a_page_to_sign_says_how_it_is_recorded(lamps: Path, tmp_path: Path) -> None:
    page = tmp_path / "sign.html"
    assert run(lamps, "smoke", "--html", str(page)).exit_code == 0
    text = page.read_text(encoding="utf-8")
    digest = json.loads(run(lamps, "smoke", "--json").output)["digest"]
    assert f"lumbar review rules/smoke --approve --digest {digest}" in text.replace("&#34;", '"')
    assert "Signature" in text
    assert "Made up to try the checks." in text


# --- recording -------------------------------------------------------------------------------------------------------


def test_a_review_is_recorded_below_those_that_are_there(lamps: Path) -> None:
    assert run(lamps, "smoke", "--approve", *ANN).exit_code == 0
    assert state(lamps) == "approved"
    before = (lamps / FILE).read_text(encoding="utf-8")
    (lamps / FILE).write_text(f"# a comment stays\n{before}", encoding="utf-8")
    second = ("--who", "Ben Example", "--role", "GP", "--note", "Say: smoke or smell.")
    assert run(lamps, "rules/smoke", "--changes-wanted", *second).exit_code == 0
    assert (lamps / FILE).read_text(encoding="utf-8").startswith(f"# a comment stays\n{before}- who: Ben Example\n")
    assert state(lamps) == "changes wanted"
    assert run(lamps, "smoke", "--approve", *second[:4]).exit_code == 0
    assert state(lamps) == "approved"
    assert not list(lamps.glob(".lumbar.lock"))


def test_entries_that_are_further_to_the_right_are_followed(lamps: Path) -> None:
    run(lamps, "smoke", "--approve", *ANN)
    before = (lamps / FILE).read_text(encoding="utf-8")
    (lamps / FILE).write_text("".join(f"  {line}\n" for line in before.splitlines()), encoding="utf-8")
    assert run(lamps, "smoke", "--reject", "--who", "Ben Example", "--role", "GP", "--note", "No.").exit_code == 0
    assert state(lamps) == "rejected"


def test_a_table_is_signed_as_a_whole_or_by_the_row(lamps: Path) -> None:
    table = "row,smoke,=>,danger,because,source\nsome,yes,=>,yes,So.,LAMPS: a\nmore,yes,=>,yes,So.,LAMPS: b\n"
    (lamps / "tables").mkdir()
    (lamps / "tables/steps.csv").write_text(table, encoding="utf-8")
    assert run(lamps, "steps.some", "--approve", *ANN).exit_code == 0
    assert (state(lamps, "steps.some"), state(lamps, "steps.more")) == ("approved", "not reviewed")
    assert "Row more" in run(lamps, "steps").output
    assert run(lamps, "steps", "--approve", *ANN).exit_code == 0
    assert (state(lamps, "steps.some"), state(lamps, "steps.more")) == ("approved", "approved")
    edit(lamps / "tables/steps.csv", "LAMPS: b", "LAMPS: c")
    assert (state(lamps, "steps.some"), state(lamps, "steps.more")) == ("approved", "changed since its review")


REFUSED: Mapping[tuple[str, ...], str] = {
    ("smoke", "--approve"): "who: nobody under `who`; expected the name of a person",
    ("smoke", "--approve", "--who", "Ann"): "role: no role; expected the profession or office of the reviewer",
    ("smoke", "--approve", "--who", "me", "--role", "GP"): "who: 'me'; expected the name of a person",
    ("smoke", "--approve", "--who", "7", "--role", "GP"): "who: '7'; expected the name of a person",
    ("smoke", "--reject", *ANN): "note: 'rejected' without a note",
    ("smoke", "--approve", *ANN, "--day", "2999-01-01"): "day: 2999-01-01 is in the future",
    ("smoke", "--approve", *ANN, "--day", "yesterday"): "day: 'yesterday' is not a day",
    ("smoke", "--approve", *ANN, "--again-by", "2020-01-01"): "review again by: 2020-01-01 is not in the future",
    ("smoke", "--approve", *ANN, "--again-by", "soon"): "review again by: 'soon' is not a day",
    ("smoke", "--approve", *ANN, "--note", "x" * 2001): "note: 2,001 signs; expected at most 2,000",
    ("smoke", "--approve", *ANN, "--note", "a\x1b[2Jb"): "note: signs that cannot be shown",
    (
        "smoke",
        "--approve",
        *ANN,
        "--digest",
        "0" * 16,
    ): "what is there now, which has changed since: read it again",
    ("smoek", "--approve", *ANN): "'smoek' is nothing to review",
    ("smoek",): "did you mean 'smoke'?",
}


@pytest.mark.parametrize("words", REFUSED)
def test_nonsense_is_refused_with_what_was_expected_and_nothing_is_written(lamps: Path, words: tuple[str, ...]) -> None:
    result = run(lamps, *words)
    assert result.exit_code == 1
    assert REFUSED[words] in text_of(result)
    assert not (lamps / "reviews").exists()


def test_a_word_of_an_earlier_day_takes_no_later_one_back(lamps: Path) -> None:
    assert run(lamps, "smoke", "--reject", "--note", "Not so.", "--day", "2026-11-20", *ANN).exit_code == 0
    refused = run(lamps, "smoke", "--approve", "--day", "2026-11-01", *ANN)
    assert refused.exit_code == 1
    assert "2026-11-01 is before 2026-11-20, the day of the latest review by Ann Example" in text_of(refused)
    assert state(lamps) == "rejected"
    ben = ("--who", "Ben Example", "--role", "GP", "--day", "2026-11-01")
    assert run(lamps, "smoke", "--approve", *ben).exit_code == 0
    assert state(lamps) == "rejected"
    assert run(lamps, "smoke", "--approve", "--day", "2026-11-20", *ANN).exit_code == 0
    assert state(lamps) == "approved"
    edit(lamps / FILE, "day: 2026-11-01", "day: 2999-01-01")
    refused = run(lamps, "smoke", "--reject", "--note", "Not so.", "--who", "Ben Example", "--role", "GP")
    assert f"expected that day, which is in the future, corrected first ({FILE}:" in text_of(refused)


def test_a_name_with_its_accents_apart_is_recorded_composed(lamps: Path) -> None:
    for who in ("Jo\u0308rg Example", "J\u00f6rg Example"):
        assert run(lamps, "smoke", "--approve", "--who", who, "--role", "GP").exit_code == 0
    rulebook = load(lamps)
    assert [one.who for one in reviewed(rulebook, rulebook.rules["smoke"]).latest] == ["J\u00f6rg Example"]


def test_all_that_is_wrong_is_told_at_once(lamps: Path) -> None:
    told = text_of(run(lamps, "smoke", "--reject", "--day", "2999-01-01"))
    assert all(name in told for name in ("who: ", "role: ", "note: ", "day: ", "4 problems"))


@pytest.mark.parametrize("words", [("smoke", "--approve", "--reject", *ANN), ("--approve", *ANN), ("smoke", *ANN)])
def test_what_does_not_belong_together_is_wrong_use(lamps: Path, words: tuple[str, ...]) -> None:
    assert run(lamps, *words).exit_code == 2


def test_what_was_signed_is_what_was_read(lamps: Path) -> None:
    digest = json.loads(run(lamps, "smoke", "--json").output)["digest"]
    edit(lamps / CARD, "Made up to try", "Invented to try")
    assert run(lamps, "smoke", "--approve", *ANN, "--digest", digest).exit_code == 1
    assert state(lamps) == "not reviewed"


# --- git -------------------------------------------------------------------------------------------------------------


def test_whether_the_commit_of_a_review_is_signed_is_shown_where_git_knows(lamps: Path) -> None:
    run(lamps, "smoke", "--approve", *ANN)
    assert "git does not know this entry" in text_of(run(lamps, "smoke"))

    def git(*words: str) -> None:
        who = ("-c", "user.name=Ann Example", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *words], cwd=lamps, check=True, capture_output=True)

    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "Review")
    told = text_of(run(lamps, "smoke"))
    assert "by Ann Example, not signed" in told
    run(lamps, "smoke", "--approve", "--who", "Ben Example", "--role", "GP")
    told = text_of(run(lamps, "smoke"))
    assert "by Ann Example, not signed" in told
    assert "not committed yet" in told


# --- renaming and retiring -------------------------------------------------------------------------------------------


def test_a_renamed_rule_takes_its_reviews_along_and_a_renamed_term_voids_them(lamps: Path) -> None:
    run(lamps, "smoke", "--approve", *ANN)
    renamed = CliRunner().invoke(lumbar, ["--knowledge", str(lamps), "rename", "smoke", "smoking", "--yes"])
    assert renamed.exit_code == 0, renamed.output  # the term, which has the same name
    assert state(lamps) == "changed since its review"
    run(lamps, "smoke", "--approve", *ANN)
    renamed = CliRunner().invoke(lumbar, ["--knowledge", str(lamps), "rename", "smoke", "it_smokes", "--yes"])
    assert renamed.exit_code == 0, renamed.output
    assert state(lamps, "it_smokes") == "approved"
    assert not (lamps / FILE).exists()


# --- at a terminal, and in a layer -----------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="a terminal of POSIX")
@pytest.mark.parametrize(
    ("typed", "told", "verdict"),
    [
        (["aprove", "approve", "Ann Example", "GP", "Good.", ""], "did you mean 'approve'?", "approved"),
        ([""], "Nothing is recorded.", "not reviewed"),
    ],
)
def test_at_a_terminal_the_verdict_is_asked_for(lamps: Path, typed: list[str], told: str, verdict: str) -> None:
    import pty

    ours, theirs = pty.openpty()
    words = [sys.executable, str(ROOT / "cli.py"), "--knowledge", str(lamps), "review", "smoke"]
    with subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True) as process:
        os.close(theirs)
        os.write(ours, "".join(f"{line}\n" for line in typed).encode())
        shown = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            shown += part
    os.close(ours)
    assert process.returncode == 0, shown.decode()
    assert told in shown.decode()
    assert state(lamps) == verdict


def test_a_layer_reviews_what_lies_beneath_in_its_own_folder(tmp_path: Path) -> None:
    for name, content in stack({"rules/own/warm.yaml": card("warm", "[heat: warm]", "{danger: some}")}).items():
        folder = tmp_path / "lamps" if name.startswith("beneath/") else tmp_path / "workshop"
        path = folder / name.removeprefix("beneath/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    layer = tmp_path / "workshop"
    edit(layer / "knowledge.yaml", "builds on: lamps", "builds on: ../lamps")
    assert run(layer, "hot", "--approve", *ANN).exit_code == 0
    assert run(layer, "smoke_is_danger", "--approve", *ANN).exit_code == 0
    assert run(layer, "warm", "--approve", *ANN).exit_code == 0
    assert state(layer, "hot") == state(layer, "warm") == "approved"
    rulebook = load(layer)
    assert reviewed(rulebook, rulebook.laws["smoke_is_danger"]).state == "approved"
    assert not (tmp_path / "lamps/reviews").exists()
    assert state(tmp_path / "lamps", "hot") == "not reviewed"
    edit(tmp_path / "lamps/rules/see/hot.yaml", "Made up.", "Made up again.")
    assert state(layer, "hot") == "changed since its review"
    assert run(layer, "hot").exit_code == 0
    other = card("warmer", "[heat: warm or hot]", "{danger: some}", "replaces: hot\n")
    (layer / "rules/own/warmer.yaml").write_text(other, encoding="utf-8")
    assert not [*review_of_nothing.find(Subject(load(layer)))]
