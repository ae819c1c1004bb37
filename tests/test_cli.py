"""The command as a person meets it: what it prints, how it fails, and its exit codes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import cli
import engine
from engine import render
from engine.interfaces.cli.groups import GROUPS
from engine.loader import load
from tests.conftest import BICYCLE, ROOT, edit

CASES = ROOT / "knowledge" / "cases"


def run(*words: str, stdin: str = "") -> tuple[int, str, str]:
    done = CliRunner().invoke(cli.lumbar, list(words), input=stdin, env={"COLUMNS": "100"})
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def told(*words: str, stdin: str = "") -> list[dict[str, Any]]:
    code, output, _ = run(*words, "--json", stdin=stdin)
    assert code == 0
    return [json.loads(line) for line in output.splitlines()]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory, whole: bool) -> Path:
    """A folder with some of the saved cases."""
    folder = tmp_path_factory.mktemp("saved")
    for path in sorted(CASES.glob("*.yaml"))[:: 1 if whole else 40]:
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def test_the_saved_cases_are_decided_one_line_each(saved: Path) -> None:
    code, output, _ = run("decide", str(saved), "--brief")
    count = len(list(saved.iterdir()))
    assert code == 0
    assert len(output.splitlines()) == count + 1
    assert f"{count} cases, 0 with problems. " in output
    assert re.search(r"No clinician has reviewed the \d+ rules this rests on, nor the \d+ it rules out\.\n\Z", output)


def test_json_has_one_object_a_line_and_case(saved: Path) -> None:
    answers = told("decide", str(saved))
    assert len(answers) == len(list(saved.iterdir()))
    rest = ["fired", "waiting", "ask", "not used", "none of these", "rulebook", "rests on"]
    for answer in answers:
        assert list(answer) == ["case", "conclusions", "disputed", "gaps", "broken laws", *rest]


def test_an_open_urgency_has_two_ends_and_what_is_unknown_is_null() -> None:
    [answer] = told("decide", "-", stdin="case: alarm\nleg weakness: new\n")
    assert answer["conclusions"]["urgency"] == {"at least": "same day", "at most": "emergency"}
    assert answer["conclusions"]["exercise direction"] is None
    assert answer["conclusions"]["advice"]["in"]
    assert answer["ask"][0] != "visit"


def test_output_is_plain_when_piped() -> None:
    _, output, _ = run("decide", "-", stdin="leg weakness: new\n")
    assert "\x1b" not in output


def test_a_case_at_fault_gets_no_advice_but_its_urgency() -> None:
    code, output, _ = run("decide", "-", stdin="case: typing\nsaddle numbness: yes\nsex: femal\n")
    assert code == 1
    assert (
        "standard input:3:6: 'femal' is not a value of 'sex'; expected female, male; did you mean 'female'?" in output
    )
    assert "urgency: at least emergency; correcting the problems cannot raise it" in output
    assert "exercise" not in output


def test_a_case_at_fault_is_an_object_of_its_own_in_json() -> None:
    code, output, _ = run("decide", "--json", "-", stdin="case: typing\nsaddle numbness: yes\nsexx: female\n")
    answer = json.loads(output)
    assert code == 1
    assert answer["at least"] == answer["at most"] == {"urgency": "emergency"}
    assert answer["problems"][0]["suggestion"] == "sex"
    assert answer["problems"][0]["line"] == 3


def test_a_file_that_cannot_be_read_reassures_nobody() -> None:
    code, output, _ = run("decide", "-", stdin="saddle numbness: [yes")
    assert code == 1
    assert "urgency: not known, because nothing of the case could be read" in output
    told = json.loads(run("decide", "-", "--json", stdin="saddle numbness: [yes")[1])
    assert (told["at least"], told["at most"]) == ({"urgency": None}, {"urgency": "emergency"})


def test_why_explains_what_the_knowledge_base_names_first() -> None:
    code, output, _ = run("why", str(next(CASES.glob("*.yaml"))))
    assert code == 0
    assert output.startswith("exercise direction: ")


def test_why_has_three_lengths() -> None:
    case = str(BICYCLE / "cases" / "old_chain.yaml")
    short, plain, whole = (
        run("--knowledge", str(BICYCLE), "why", case, "fault", "--length", length)[1]
        for length in ("line", "reasons", "everything")
    )
    assert short == "fault: worn chain, by long_chain (A chain that has grown is worn)\n"
    assert "because: The pins wear, and it jumps." in plain
    assert "Sources" not in plain
    assert "SHED: last autumn. What the neighbour says [heard over the fence]" in whole


def test_why_needs_to_know_which_case() -> None:
    code, _, error = run("why", "-", stdin="- case: a\n- case: b\n")
    assert code == 2
    assert "holds 2 cases (a, b …): name one with --case" in error
    assert run("why", "-", "urgency", "--case", "b", stdin="- case: a\n- case: b\n")[0] == 0


def test_wrong_use_ends_with_two_and_a_suggestion() -> None:
    code, _, error = run("why", "-", "urgenci", stdin="age: 40\n")
    assert code == 2
    assert "'urgenci' is not a term; did you mean 'urgency'?" in error
    assert run("decide", "no_such_file.yaml")[0] == 2
    assert run("show", "no_such_thing")[0] == 2
    assert run("no_such_command")[0] == 2


PAGES = ["saddle_numbness", "age", "urgency", "NG59", "7", "article: 7", "exercise_direction.flexion_free"]


@pytest.mark.parametrize("name", PAGES)
def test_everything_has_a_page(name: str) -> None:
    code, output, _ = run("show", name)
    assert code == 0
    assert len(output.splitlines()) > 3


def test_every_name_can_be_shown(whole: bool) -> None:
    names = run("show")[1].splitlines()
    rulebook = load(ROOT / "knowledge")
    assert set(names) >= {*rulebook.rules, *rulebook.terms, *rulebook.laws, *rulebook.sources}
    for name in names[:: 25 if whole else 100]:
        assert run("show", name)[0] == 0


def test_every_claim_of_the_article_is_cited() -> None:
    rows = json.loads(run("claims", "--json")[1])
    assert [row["claim"] for row in rows] == [str(number) for number in range(1, 16)]
    assert all(row["rules"] or row["laws"] for row in rows)
    assert run("claims")[1].splitlines()[0] == "claim\tsays\trules\tlaws"


def test_a_person_reads_the_claims_and_the_names_as_lists() -> None:
    rulebook = load(ROOT / "knowledge")
    lines = [line.bullet + line.text for line in render.claims(rulebook)]
    assert [line.split(".")[0] for line in lines if line[0].isdecimal()] == [*rulebook.claims]
    assert sum(line.startswith("rules: ") for line in lines) == len(rulebook.claims)
    by_kind = list(render.names_by_kind(rulebook))
    shown = [name for line in by_kind if line.style != "title" for name in line.text.split(", ")]
    assert tuple(shown) == render.names(rulebook)
    assert by_kind[0].text == f"Rules ({len(rulebook.rules)})"
    assert run("claims", "--tabs") == run("claims")


def test_help_lists_every_command_once_and_only_commands_that_are_there() -> None:
    listed = [
        line.split()[0] for line in run("--help")[1].partition("One patient:")[2].splitlines() if line[:2] == "  "
    ]
    assert sorted(listed) == sorted(cli.lumbar.commands)
    assert {name for names in GROUPS.values() for name in names} <= {*cli.lumbar.commands}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_for_every_shell(shell: str) -> None:
    code, output, _ = run("completion", shell)
    assert code == 0
    assert "_LUMBAR_COMPLETE" in output


def test_terms_and_pages_complete_as_they_are_typed() -> None:
    environment = {
        **os.environ,
        "_LUMBAR_COMPLETE": "bash_complete",
        "COMP_WORDS": "lumbar show saddle",
        "COMP_CWORD": "2",
    }
    command = [sys.executable, str(ROOT / "cli.py")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert {"plain,saddle numbness", "plain,saddle_numbness"} <= set(done.stdout.splitlines())


# --- a knowledge base of one's own -----------------------------------------------------------------------------------


def test_all_problems_of_all_files_are_told_in_one_run(shed: Path) -> None:
    edit(shed / "rules" / "long_chain.yaml", "over new chain length", "over new chain lenght")
    edit(shed / "rules" / "no_brakes.yaml", "brakes hold: no", "brakes hold: perhaps")
    edit(shed / "tables" / "clicks.csv", "loose crank", "loose bell")
    code, _, error = run("--knowledge", str(shed), "check")
    assert code == 1
    assert "rules/long_chain.yaml:4:5: 'new chain lenght' is not a number" in error
    assert "did you mean 'new chain length'?" in error
    assert "rules/no_brakes.yaml:4:5: 'perhaps' is not a value of 'brakes hold'; expected yes, no" in error
    assert "tables/clicks.csv:2: 'loose bell' is not a value of 'fault'" in error


def test_the_cache_cannot_go_stale(shed: Path) -> None:
    assert load(shed).rules["no_brakes"].because == "It is a hill."
    edit(shed / "rules" / "no_brakes.yaml", "It is a hill.", "It is a cliff.")
    assert load(shed).rules["no_brakes"].because == "It is a cliff."


def test_a_damaged_cache_is_made_anew(shed: Path, tmp_path: Path) -> None:
    before = load(shed)
    for kept in (tmp_path / "cache" / "lumbar").glob("*.pickle"):
        kept.write_bytes(b"damaged")
    assert load(shed).digest == before.digest


def test_a_cache_that_others_could_write_is_not_read(shed: Path, tmp_path: Path) -> None:
    load(shed)
    folder = tmp_path / "cache" / "lumbar"
    folder.chmod(0o777)
    for kept in folder.glob("*.pickle"):
        kept.unlink()
    load(shed)
    assert not list(folder.glob("*.pickle"))


CHECKS = [
    ("rules/no_brakes.yaml", "given: {brakes hold: yes}, rule: fails", "given: {}, rule: fails",
     "the example 'good grip': the rule waits; expected that it fails"),
    ("rules/no_brakes.yaml", "  - {name: not tried, given: {}, rule: waits}\n", "",
     "'no_brakes' has no example that waits; expected one example of each kind"),
    ("rules/long_chain.yaml", "given: {chain length: 120, new chain length: 120}, rule: fails",
     "given: {chain length: 121, new chain length: 120}, rule: holds", "'long_chain' has no example that fails"),
    ("cases/old_chain.yaml", "expected fault: worn chain", "expected fault: glazed pads",
     "'old_chain': fault: worn chain (before: glazed pads); expected the saved answer, or `lumbar check --accept`"),
    ("cases/old_chain.yaml", "expected ride: gently\n", "", "ride: gently (before: not known yet); expected the saved"),
    ("terms/bicycle.yaml", "screening: yes, ", "", "reads 'brakes hold' (in 'no_brakes'); expected `screening: yes`"),
    ("terms/bicycle.yaml", "findings:\n", "findings:\n  bell: {kind: yes/no, ask: Is there a bell, help: It rings.}\n",
     "no rule reads 'bell'; expected a rule, or `unread:` with the reason"),
    ("terms/bicycle.yaml", "{kind: yes/no, ", "{kind: yes/no, unread: never, ", "is read, and says `unread`"),
    ("laws/no_ride_without_brakes.yaml", "brakes hold: no", "brakes hold: yes",
     "the law 'no_ride_without_brakes' is broken by the case 'old_chain'"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "expected"), CHECKS)
def test_check_tells_what_is_to_be_mended(shed: Path, file: str, old: str, new: str, expected: str) -> None:
    edit(shed / file, old, new)
    code, output, error = run("--knowledge", str(shed), "check")
    assert (code, error) == (1, "")
    assert expected in output


def test_saved_cases_that_change_alike_are_told_together(shed: Path) -> None:
    saved = (shed / "cases" / "old_chain.yaml").read_text(encoding="utf-8")
    for name in ("long_chain_too", "longest_chain"):
        (shed / "cases" / f"{name}.yaml").write_text(saved.replace("old_chain", name), encoding="utf-8")
    for path in (shed / "cases").iterdir():
        edit(path, "expected fault: worn chain", "expected fault: glazed pads")
    edit(shed / "cases" / "longest_chain.yaml", "expected ride: gently\n", "")
    edit(shed / "laws" / "no_ride_without_brakes.yaml", "brakes hold: no", "brakes hold: yes")
    told = [line for line in run("--knowledge", str(shed), "check")[1].splitlines() if "saved cases (" in line]
    assert [line.partition(": ")[2] for line in told[:2]] == [
        "the law 'no_ride_without_brakes' is broken by 3 saved cases (long_chain_too, longest_chain, old_chain); "
        "expected Nobody rides without brakes.",
        "3 saved cases (long_chain_too, longest_chain, old_chain): fault: worn chain (before: glazed pads); "
        "and with it ride; expected the saved answer, or `lumbar check --accept`",
    ]


def test_a_dispute_is_told_once_and_not_what_comes_of_it(shed: Path) -> None:
    edit(shed / "rules" / "long_chain.yaml", "squeal_on_braking, clicks.crank", "clicks.crank")
    edit(shed / "cases" / "old_chain.yaml", "expected ride: gently", "expected ride: not at all")
    told = [line for line in run("--knowledge", str(shed), "check")[1].splitlines() if "'old_chain'" in line]
    assert [line.partition(": ")[2] for line in told] == [
        "the case 'old_chain': fault is disputed: glazed pads (squeal_on_braking); worn chain (long_chain); "
        "and with it ride"
    ]


def test_an_uncited_claim_is_told(shed: Path) -> None:
    (shed / "article.yaml").write_text("1: Bicycles squeal.\n", encoding="utf-8")
    assert "no rule or law cites claim 1" in run("--knowledge", str(shed), "check")[1]


def test_a_changed_answer_is_accepted_with_one_switch(shed: Path) -> None:
    saved = shed / "cases" / "old_chain.yaml"
    before = saved.read_text(encoding="utf-8")
    edit(saved, "expected fault: worn chain", "expected fault: glazed pads")
    code, _, error = run("--knowledge", str(shed), "check", "--accept")
    assert code == 0
    assert "the answer is rewritten" in error
    assert sorted(saved.read_text(encoding="utf-8").split()) == sorted(before.split())


def test_the_knowledge_base_can_be_named_by_the_environment(shed: Path) -> None:
    done = CliRunner().invoke(cli.lumbar, ["show", "long_chain"], env={"LUMBAR_KNOWLEDGE": str(shed)})
    assert "A chain that has grown is worn." in done.output


def test_a_folder_that_is_no_knowledge_base_is_refused(tmp_path: Path) -> None:
    code, _, error = run("--knowledge", str(tmp_path), "check")
    assert code == 1
    assert "no knowledge base: it has no folder `terms`" in error


def test_another_engine_in_the_way_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(engine, "__file__", str(tmp_path / "engine" / "__init__.py"))
    with pytest.raises(SystemExit, match="is not lumbar's"):
        cli.main()


@pytest.mark.usefixtures("in_the_clinic")
def test_an_id_that_two_cases_of_a_file_have_is_told_by_decide_and_by_why(tmp_path: Path) -> None:
    path = tmp_path / "dup.ndjson"
    path.write_text('{"case": "a", "fever": true}\n{"case": "a", "fever": false}\n')
    code, _, error = run("decide", str(path))
    assert code == 1
    assert "dup.ndjson:2: the id 'a' is used again, first in" in " ".join(error.split())
    code, _, error = run("why", str(path), "--case", "a")
    assert code == 2
    assert "the id 'a' is used by 2 cases" in error
