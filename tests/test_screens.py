"""What a person reads at the terminal: each screen is a file in approved/screens, written by `pytest --approve`."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import cli
from tests.conftest import ROOT

APPROVED = Path(__file__).parent / "approved" / "screens"
CASES = "knowledge/cases/"
DISC = f"{CASES}disc_centralises_on_extension.yaml"
ALARM = "leg weakness: new\n"
ONE = "case: ann\nleaning back: worse\n"
FIVE = "fever: yes\nleg weakness: worsening\nsaddle numbness: no\nage: 40\n"

SCREENS: dict[str, tuple[tuple[str, ...], str, int]] = {
    "decide_alarm": (("decide", "-"), ALARM, 100),
    "decide_alarm_60": (("decide", "-"), ALARM, 60),
    "decide_emergency": (("decide", f"{CASES}fever_and_a_weak_leg.yaml"), "", 100),
    "decide_settled": (("decide", DISC), "", 100),
    "decide_settled_60": (("decide", DISC), "", 60),
    "decide_settled_80": (("decide", DISC), "", 80),
    "decide_plain": (("decide", DISC, "--plain"), "", 100),
    "decide_everything": (("decide", f"{CASES}foot_drop_since_yesterday.yaml", "--length", "everything"), "", 100),
    "decide_hardly_begun": (("decide", "-"), ONE, 100),
    "next": (("next", "-"), ONE, 100),
    "whynot_which": (("whynot", DISC, "exercise"), "", 100),
    "whynot_dose": (("whynot", DISC, "dose=none"), "", 100),
    "weigh_urgency": (("weigh", DISC, "urgency"), "", 100),
    "weigh_exercise": (("weigh", DISC, "exercise"), "", 100),
    "enough_one_answer": (("enough", "-"), ONE, 100),
    "enough": (("enough", DISC), "", 100),
    "whatif": (("whatif", DISC, "leg weakness = stable"), "", 100),
    "whatif_which_answer": (("whatif", DISC, "fever"), "", 100),
    "compare": (("compare", DISC, f"{CASES}facet_by_three_of_five.yaml"), "", 100),
    "consult": (("consult", "CASE.yaml"), "don't know\nyes\nwhy\nhelp\nstop\n", 100),
    "consult_60": (("consult", "CASE.yaml"), "2\nstop\n", 60),
    "decide_several": (
        ("decide", f"{CASES}foot_drop_since_yesterday.yaml", f"{CASES}gymnast_of_sixteen.yaml"),
        "",
        100,
    ),
}


def printed(arguments: tuple[str, ...], stdin: str = "", width: int = 100) -> str:
    """What a command prints, errors too; the digest of the rulebook is left out."""
    done = CliRunner().invoke(cli.lumbar, list(arguments), input=stdin, env={"COLUMNS": str(width)})
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return re.sub(r"Rulebook\s[0-9a-f]{16}", "Rulebook …", done.output)


@pytest.fixture(autouse=True)
def in_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "knowledge").symlink_to(ROOT / "knowledge")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name == "consult_60" else ()) for name in SCREENS]
)
def test_a_screen_is_as_approved(name: str, approve: bool) -> None:
    output, file = printed(*SCREENS[name]), APPROVED / f"{name}.txt"
    if approve:
        file.write_text(output, encoding="utf-8")
    assert output == file.read_text(encoding="utf-8")
    assert max(map(len, output.splitlines())) <= SCREENS[name][2] or "--plain" in SCREENS[name][0]


def test_every_approved_screen_is_one_that_is_printed() -> None:
    assert {file.stem for file in APPROVED.glob("*.txt")} == set(SCREENS)


SETTLED = (
    "child_of_fourteen",
    "disc_after_caesarean",
    "disc_in_late_pregnancy",
    "fever_and_a_weak_leg",
    "followup_pregnancy_now_late",
    "fragile_bone_cannot_lie_on_the_front",
    "late_pregnancy_not_yet_tested",
)


@pytest.mark.parametrize("case", SETTLED)
def test_a_settled_case_fits_on_one_screen(case: str) -> None:
    output = printed(("decide", f"{CASES}{case}.yaml"))
    assert len(output.splitlines()) <= 24
    assert "Nothing more needs to be asked." in output
    assert "not known yet" not in output


def test_an_alarm_comes_first_with_its_reason_and_what_it_could_become() -> None:
    first = " ".join(printed(("decide", "-"), ALARM).split())
    assert first.startswith("Case standard input Urgency SAME DAY at least (could become emergency): ")
    assert "(leg weakness: new)" in first.partition("What to do")[0]


def test_notice_and_reviews_are_told_once_for_many_cases() -> None:
    output = " ".join(printed(SCREENS["decide_several"][0]).split())
    assert output.count("No clinician has reviewed") == 1
    assert "This is decision support" not in output.partition("Case gymnast")[0]


def test_an_alarm_that_lets_exercise_go_on_forbids_none() -> None:
    assert "No exercise until" in printed(("decide", "-"), ALARM)
    assert "No exercise until" not in printed(("decide", "-"), "leg weakness: stable\n")


def test_that_an_exercise_is_to_be_stopped_is_never_left_out() -> None:
    output = " ".join(printed(("decide", f"{CASES}followup_five_weeks_no_change.yaml")).split())
    assert "What to do stop the exercises so far; general activity" in output
    assert "Leave them, keep active" in output
