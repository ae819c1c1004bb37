"""A clinician adds a rule: the questions, what is refused at once, what is tried, and what is written."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import cli
from engine.author.baseline import SavedCases
from engine.author.dialogue import NewCard, card_dialogue
from engine.author.goal import PatientGoal
from engine.author.prompts import Prompt
from engine.checks import Subject, errors, tried
from engine.interfaces.prompt import Left, hold
from engine.language import show
from engine.loader import load
from engine.loader.files import read_folder
from tests.conftest import ROOT


def answering(*answers: str) -> Callable[[Prompt], str]:
    """Gives one answer after the other; then there are no more."""
    left: Iterator[str] = iter(answers)

    def ask(_: Prompt) -> str:
        answer = next(left, None)
        if answer is None:
            raise EOFError
        return answer

    return ask


def talk(base: Path, *answers: str, goal: PatientGoal | None = None) -> NewCard:
    saved = SavedCases(load(base))
    return hold(lambda: card_dialogue(saved, goal), answering(*answers))


def out(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed, whatever the width it was printed for."""
    return " ".join(capsys.readouterr().out.split())


CLICK = (
    "/crank_clicks",
    "A click on pedalling comes from the crank.",
    "noise: click",
    "noise while: pedalling",
    "",
    "ride: gently",
    "",
    "The bolt works loose under load.",
    "SHED: twice this year",
    "",
)
WRITTEN = """\
rule: crank_clicks
says: A click on pedalling comes from the crank.
if:
  - noise: click
  - noise while: pedalling
then:
  - ride: gently
because: The bolt works loose under load.
source:
  - SHED: twice this year
examples:
  - {name: all lines met, given: {noise: click, noise while: pedalling}, rule: holds}
  - {name: noise squeal, given: {noise: squeal, noise while: pedalling}, rule: fails}
  - {name: noise while braking, given: {noise: click, noise while: braking}, rule: fails}
  - {name: noise while not known, given: {noise: click}, rule: waits}
"""


def test_a_card_is_asked_for_and_written_as_a_person_would_have(shed: Path) -> None:
    settled = talk(shed, *CLICK, "yes")
    assert settled.save
    assert settled.texts == {"rules/crank_clicks.yaml": WRITTEN}


def run(base: Path, *words: str, stdin: str = "") -> tuple[int, str]:
    done = CliRunner().invoke(cli.lumbar, ["--knowledge", str(base), *words], input=stdin, env={"COLUMNS": "100"})
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def piped(*answers: str) -> str:
    return "".join(f"{answer}\n" for answer in answers)


def test_the_command_saves_a_card_that_checks(shed: Path) -> None:
    code, output = run(shed, "new", stdin=piped(*CLICK, "yes"))
    assert code == 0
    assert "If noise is click and noise while is pedalling, then ride is gently." in output
    assert "None of 1 saved case changes its answer." in output
    assert (shed / "rules" / "crank_clicks.yaml").is_file()
    assert checks(shed)


def checks(base: Path) -> bool:
    """Whether nothing is to be mended, as far as can be seen without asking every possible case."""
    book = load(base)
    return errors(tried(Subject(book))) == ()


def test_without_a_yes_nothing_is_written(shed: Path) -> None:
    before = read_folder(shed)
    assert "Nothing is saved" in run(shed, "new", stdin=piped(*CLICK, "no"))[1]
    assert read_folder(shed) == before


def test_a_dry_run_prints_the_card_and_writes_nothing(shed: Path) -> None:
    before = read_folder(shed)
    _, output = run(shed, "new", "--dry-run", stdin=piped(*CLICK, "yes"))
    assert WRITTEN in output
    assert read_folder(shed) == before


@pytest.mark.parametrize("count", range(0, len(CLICK) + 1, 3))
def test_a_talk_that_ends_early_writes_nothing(shed: Path, count: int) -> None:
    before = read_folder(shed)
    code, output = run(shed, "new", stdin=piped(*[*CLICK, "yes"][:count]))
    assert code == 1
    assert output.endswith("Nothing is saved; everything is as it was.\n")
    assert read_folder(shed) == before


def test_back_takes_the_last_answer_back(shed: Path) -> None:
    answers = list(CLICK)
    answers[1:1] = ["A wrong sentence.", "back"]
    answers[4:4] = ["noise: squeal", "noise while: braking", "back", "back"]
    assert talk(shed, "back", *answers, "yes").texts == {"rules/crank_clicks.yaml": WRITTEN}


def test_an_interruption_leaves_the_talk(shed: Path) -> None:
    saved = SavedCases(load(shed))

    def interrupted(_: Prompt) -> str:
        raise KeyboardInterrupt

    with pytest.raises(Left):
        hold(lambda: card_dialogue(saved), interrupted)


# --- what is refused at once -----------------------------------------------------------------------------------------

NAME, SAYS = "/crank_clicks", "A click."
MADE = (NAME, SAYS, "noise: click", "", "fault: loose crank", "", "It does.")
REFUSED = [
    ((), "Crank!", "'Crank!' is not a name; expected small letters, digits and _, a letter first"),
    ((), "long_chain", "'long_chain' stands in rules/long_chain.yaml already; expected a name of its own"),
    ((NAME,), "", "nothing; expected one sentence"),
    ((NAME, SAYS), "", "nothing; expected a line such as `term: value`, or part of a term"),
    ((NAME, SAYS), "noize", "no term has 'noize'; expected part of a term; did you mean 'noise'?"),
    (
        (NAME, SAYS),
        "noise: clik",
        "'clik' is not a value of 'noise'; expected none, squeal, click; did you mean 'click'?",
    ),
    ((NAME, SAYS), "noise: unknown", "'unknown' in a rule; expected a value; only laws may speak of what is not known"),
    ((NAME, SAYS), "chain length: 99", "'99' is outside the range of 'chain length'; expected 100 to 130"),
    ((NAME, SAYS), "chain length:", "nothing of 'chain length'; expected 100 to 130"),
    ((NAME, SAYS), "new", "'new' is part of `new chain length` (100 to 130"),
    ((NAME, SAYS), "any of: noise: click", "1 line in a group; expected 2 or more, with `;` between them"),
    ((NAME, SAYS), "at least 3 of: noise: click; noise: none", "2 lines in a group; expected 3 or more"),
    ((NAME, SAYS, "noise: click"), "unless", "no term has 'unless'"),
    ((NAME, SAYS, "noise: click", ""), "noise: click", "'noise' is a finding, which only a case gives"),
    ((NAME, SAYS, "noise: click", ""), "fault: lose crank", "did you mean 'loose crank'?"),
    ((NAME, SAYS, "ride: gently", ""), "ride: not at all", "a circle: the rule reads 'ride'"),
    ((NAME, SAYS, "noise: click", "", "fault: loose crank"), "fault: worn chain", "'fault' is concluded already"),
    (MADE, "", "nothing; expected a source"),
    (MADE, "SHET: page 1", "'SHET' is not a source; expected a key of sources.yaml; did you mean 'SHED'?"),
    (MADE, "SHED:", "'SHED' without a place in it"),
    (MADE, "SHED: last year [herd]", "[herd] is not a label; expected verified-2"),
    (MADE, "cellar", "no source has 'cellar'"),
    ((*MADE[:-1], "It does in 9 of 10.", "SHED: told [convention]"), "", "the card says '9', and no source for it"),
    ((*MADE[:-1], "It does in 9 of 10.", "SHED: told [convention]"), "", "or `back` to the reason, to say it without"),
    (MADE, "SHED", "'SHED' without a place in it"),
    ((*MADE, "SHED: often", ""), "perhaps", "'perhaps' is not an answer; expected yes, no"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "wrong", "told"), REFUSED)
def test_what_is_wrong_is_refused_at_once(
    shed: Path, capsys: pytest.CaptureFixture[str], before: tuple[str, ...], wrong: str, told: str
) -> None:
    with pytest.raises(Left):
        talk(shed, *before)
    assert told not in out(capsys)
    with pytest.raises(Left):
        talk(shed, *before, wrong)
    assert told in out(capsys)


def test_lines_that_nobody_can_meet_lead_nowhere_but_back(shed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ("noise: click", "noise: squeal", "", "fault: loose crank", "", "It does.", "SHED: often", "")
    with pytest.raises(Left):
        talk(shed, NAME, SAYS, *lines, "on")
    told = out(capsys)
    assert "No patient can meet all these lines together." in told
    assert "no way on from here; expected `back`" in told


def test_lines_that_decide_whether_a_finding_is_asked_are_offered(shed: Path) -> None:
    rest = ("parts: pads", "", "It does.", "SHED: often", "", "no")
    with_gate = talk(shed, NAME, SAYS, "noise while: braking", "yes", "", *rest).draft
    without = talk(shed, NAME, SAYS, "noise while: braking", "no", "", *rest).draft
    assert show(with_gate.condition) == "if:\n  - noise: squeal or click\n  - noise while: braking\n"
    assert show(without.condition) == "if:\n  - noise while: braking\n"


def test_groups_and_exclusions_can_be_asked_for(shed: Path) -> None:
    group = "at least 2 of: noise: click; chain length: over new chain length; brakes hold: yes"
    rest = ("unless ride: not at all", "", "parts: chain", "", "It does.", "SHED: often", "", "no")
    condition = talk(shed, NAME, SAYS, group, *rest).draft.condition
    assert show(condition) == (
        "if:\n  - at least 2 of:\n      - noise: click\n      - chain length: over new chain length\n"
        "      - brakes hold: yes\nunless:\n  - ride: not at all\n"
    )


# --- before it is saved ----------------------------------------------------------------------------------------------


def test_a_rule_in_dispute_is_told_to_give_way_or_a_line_is_needed(shed: Path) -> None:
    lines = ("noise: squeal", "brakes hold: yes", "", "fault: worn chain", "", "It may.", "SHED: often", "")
    settled = talk(shed, NAME, SAYS, *lines, "yes", "yes")
    assert settled.draft.outranks == ("squeal_on_braking",)
    assert "outranks: [squeal_on_braking]" in settled.texts["rules/crank_clicks.yaml"]


def test_a_card_that_breaks_a_law_is_not_saved(shed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    law = "law: never_two\nsays: Never.\nnever: [{noise: click}, {parts: pads}]\nsource: [{SHED: here}]\n"
    (shed / "laws" / "never_two.yaml").write_text(law, encoding="utf-8")
    lines = ("brakes hold: yes", "", "parts: pads", "", "It may.", "SHED: often", "")
    with pytest.raises(Left):
        talk(shed, NAME, SAYS, *lines, "yes")
    told = out(capsys)
    assert "never_two" in told
    assert ", as for a patient with" in told
    assert "Fix 1 problem before it can be saved." in told


def test_what_loading_finds_wrong_is_told_before_it_is_saved(shed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ("chain length: 120 or more", "", "ride: not at all", "", "It may.", "SHED: often", "")
    with pytest.raises(Left):
        talk(shed, NAME, SAYS, *lines, "yes")
    told = out(capsys)
    assert "'crank_clicks' gives ride: not at all and reads 'chain length'" in told


# --- a process of its own --------------------------------------------------------------------------------------------


def test_piped_answers_are_told_after_their_questions(shed: Path) -> None:
    command = [sys.executable, str(ROOT / "cli.py"), "--knowledge", str(shed), "new"]
    done = subprocess.run(
        command,
        input=piped(*CLICK[:3], "nois", "1"),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "COLUMNS": "100"},
    )
    assert done.returncode == 1
    assert done.stdout.splitlines()[1:4] == ["Name: /crank_clicks", f"Says: {CLICK[1]}", done.stdout.splitlines()[3]]
    assert (
        "If: noise: click\nAnd if: nois\n  'nois' is part of `noise` (none; squeal; click), `noise while`"
        in done.stdout
    )
    assert done.stderr == ""


# --- nothing typed is lost -------------------------------------------------------------------------------------------


def test_back_to_a_question_keeps_what_was_typed_after_it(shed: Path) -> None:
    again = ("back to says", "A click comes from the crank.", "", "", "", "", "")
    settled = talk(shed, *CLICK[:7], *again, *CLICK[7:], "yes")
    assert settled.draft.says == "A click comes from the crank."
    assert settled.texts["rules/crank_clicks.yaml"] == WRITTEN.replace(CLICK[1], "A click comes from the crank.")


def test_back_to_a_question_that_was_not_asked_names_those_that_were(
    shed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Left):
        talk(shed, *CLICK[:2], "back to source")
    assert "No question 'source' so far; expected name, says." in out(capsys)


def test_what_is_kept_for_later_is_taken_up_again(shed: Path) -> None:
    before = read_folder(shed)
    code, output = run(shed, "new", stdin=piped(*CLICK[:6], "later"))
    file = shed / ".unfinished" / "card_1.txt"
    assert (code, file.read_text(encoding="utf-8")) == (1, piped(*CLICK[:6]))
    assert "No card is saved. What you typed is kept: lumbar new --resume" in output
    assert read_folder(shed) == before
    code, output = run(shed, "new", "--resume", str(file), stdin=piped(*CLICK[6:], "yes"))
    assert code == 0
    assert (shed / "rules" / "crank_clicks.yaml").read_text(encoding="utf-8") == WRITTEN


def test_a_value_is_completed_from_its_beginning(shed: Path) -> None:
    words = ("noise: cli", "noise while: ped")
    settled = talk(shed, *CLICK[:2], *words, "", "ride: gent", *CLICK[6:], "yes")
    assert settled.texts["rules/crank_clicks.yaml"] == WRITTEN


def test_a_rule_that_another_one_covers_is_told_with_that_one(shed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ("noise: squeal", "noise while: braking", "brakes hold: yes", "", "parts: pads", "")
    talk(shed, "/pads_again", "Pads.", *lines, "It does.", "SHED: often", "", "no")
    covered = "Every patient for whom it holds gets the same by squeal_on_braking already: A squeal on braking"
    assert covered in out(capsys)
