"""A clinician adds a rule from a patient: what tells this one from the saved ones, and what is kept."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.author.goal import PatientGoal, wanted
from engine.author.parse_input import Refused
from engine.interfaces.prompt import Left
from engine.language import show_part
from engine.loader import load

from .conftest import edit
from .rulebooks import NOWHERE, case
from .test_new import NAME, SAYS, checks, out, piped, run, talk

SECOND = """\
case: squealing
says: It squeals on braking, and the chain is new.
brakes hold: yes
noise: squeal
noise while: braking
chain length: 120
new chain length: 120
expected fault: glazed pads
expected ride: as you like
expected parts:
  - pads
"""


@pytest.fixture
def two(shed: Path) -> Path:
    (shed / "cases" / "squealing.yaml").write_text(SECOND, encoding="utf-8")
    return shed


def patient(base: Path, text: str, **more: str | int) -> PatientGoal:
    book = load(base)
    known: dict[str, str | int] = {
        "brakes hold": "yes",
        "noise": "squeal",
        "noise while": "braking",
        "chain length": 121,
        "new chain length": 121,
    }
    return wanted(book, replace(case({**known, **more}, "mine"), place=NOWHERE), text)


def test_lines_are_shown_until_no_saved_case_is_touched(two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    goal = patient(two, "fault: worn chain")
    assert goal.rules == ("squeal_on_braking",)
    settled = talk(two, "1", "", NAME, SAYS, "It may.", "SHED: often", "", "yes", goal=goal)
    told = out(capsys)
    assert "mine gets fault: glazed pads. Wanted: worn chain." in told
    assert "squeal_on_braking gives another value, and will give way" in told
    assert "1 saved case would change too: squealing." in told
    assert "1 chain length: 121 or more (true here, not in 1 of 1)" in told
    assert "No other saved case changes its answer." in told
    assert settled.draft.outranks == ("squeal_on_braking",)
    assert settled.draft.examples[0].name == "mine"
    assert set(settled.texts) == {"rules/crank_clicks.yaml", "cases/mine.yaml"}
    assert "expected fault: worn chain" in settled.texts["cases/mine.yaml"]


def test_the_patient_becomes_a_saved_case_and_everything_checks(two: Path, tmp_path: Path) -> None:
    file = tmp_path / "My bike.yaml"
    file.write_text("noise: squeal\nnoise while: braking\nbrakes hold: yes\nchain length: 121\nnew chain length: 121\n")
    answers = piped("1", "", NAME, SAYS, "It may.", "SHED: often", "", "yes")
    code, output = run(two, "new", "--from", str(file), "fault: worn chain", stdin=answers)
    assert (code, output.count("saved: ")) == (0, 2)
    assert checks(two)
    assert (two / "cases" / "my_bike.yaml").is_file()


def test_saved_cases_that_should_change_are_written_anew(two: Path) -> None:
    goal = patient(two, "ride: gently")
    answers = ("noise: squeal", "let them change", NAME, SAYS, "It may.", "SHED: often", "", "yes")
    settled = talk(two, *answers, goal=goal)
    assert "expected ride: gently" in settled.texts["cases/squealing.yaml"]
    assert settled.texts["cases/squealing.yaml"].startswith("case: squealing\nsays: It squeals")


def test_a_line_that_is_not_true_of_the_patient_is_refused(two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Left):
        talk(two, "noise: click", goal=patient(two, "fault: worn chain"))
    assert "`noise: click` is not true of mine; expected a line that is" in out(capsys)


def test_the_lines_of_the_corrected_rule_are_inherited_or_left_out(two: Path) -> None:
    rest = ("1", "", NAME, SAYS, "It may.", "SHED: often", "")
    goal = patient(two, "fault: worn chain")
    kept = talk(two, *rest, "no", goal=goal).draft
    inherited = load(two).rules["squeal_on_braking"].condition.lines
    assert [show_part(line) for line in inherited] == ["noise: squeal", "noise while: braking"]
    assert kept.condition.lines[:-1] == inherited
    without = talk(two, "without them", *rest, "yes", "no", goal=goal).draft
    assert without.condition.lines == kept.condition.lines[-1:]


WRONG_GOALS = [
    ("fault: glazed pads", "mine gets fault: glazed pads already"),
    ("fault: worn chian", "'worn chian' is not a value of 'fault'"),
    ("noise: click", "'noise' is a finding"),
    ("ride: as you like", "ride takes the highest value, and not at all is given by no_brakes"),
]


@pytest.mark.parametrize(("text", "told"), WRONG_GOALS)
def test_what_no_new_rule_can_give_is_refused(two: Path, text: str, told: str) -> None:
    with pytest.raises(Refused, match=told):
        patient(two, text, **({"brakes hold": "no"} if text.startswith("ride") else {}))


def test_a_threshold_lies_between_the_patient_and_the_nearest_saved_case(
    two: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(two / "terms" / "bicycle.yaml", "range: 100 to 130, unit", "range: 100 to 200, unit")
    edit(two / "terms" / "bicycle.yaml", "range: 100 to 130, ask", "range: 100 to 200, ask")
    goal = patient(two, "fault: worn chain", **{"chain length": 147, "new chain length": 147})
    with pytest.raises(Left):
        talk(two, goal=goal)
    assert "chain length: 130 or more (true here, not in 1 of 1)" in out(capsys)


def test_the_rule_behind_the_present_step_of_a_scale_is_corrected(two: Path) -> None:
    goal = patient(two, "ride: not at all", **{"chain length": 125})
    assert (goal.corrects, goal.rules) == ("long_chain", ())


def test_what_began_with_a_patient_is_taken_up_again_with_it(two: Path) -> None:
    code, _ = run(two, "new", "--from", "old_chain", "fault: glazed pads", stdin=piped("later"))
    kept = (two / ".unfinished" / "card_1.txt").read_text(encoding="utf-8")
    assert (code, kept) == (1, "# from: old_chain\n# wanted: fault: glazed pads\n")
    _, output = run(two, "new", "--resume", str(two / ".unfinished" / "card_1.txt"))
    assert "old_chain gets fault: worn chain. Wanted: glazed pads." in output


def test_from_needs_a_case_and_what_it_should_get(two: Path) -> None:
    assert run(two, "new", "--from", "squealing")[0] == 2
    code, output = run(two, "new", "--from", "sqealing", "fault: worn chain")
    assert (code, "neither a file nor a saved case; did you mean 'squealing'?" in output) == (2, True)
    assert run(two, "new", "--from", "squealing", "fault: glazed pads")[0] == 2
