"""The engine knows no medicine: a knowledge base about bicycles, used through the same command."""

import json

from click.testing import CliRunner

from cli import lumbar
from engine.case import Range
from engine.chain import Chain
from engine.loader import load
from tests.conftest import BICYCLE
from tests.rulebooks import case


def run(*words: str, stdin: str = "") -> tuple[int, str]:
    done = CliRunner().invoke(lumbar, ["--knowledge", str(BICYCLE), *words], input=stdin, env={"COLUMNS": "100"})
    return done.exit_code, done.output


def test_another_field_is_checked() -> None:
    code, output = run("check")
    assert "3 cards, 1 table row, 9 examples, 1 law, 1 saved case, 0 claims: no problems" in output
    assert code == 0


def test_another_field_is_decided() -> None:
    code, output = run("decide", "--json", "-", stdin='{"case": "mine", "noise": "squeal", "brakes hold": false}')
    told = json.loads(output)
    assert code == 0
    assert told["conclusions"]["ride"] == "not at all"
    assert told["conclusions"]["fault"] is None
    assert told["fired"] == ["no_brakes"]
    assert told["ask"] == ["noise while", "chain length", "new chain length"]


def test_another_field_is_explained() -> None:
    code, output = run("why", str(BICYCLE / "cases" / "old_chain.yaml"), "fault")
    assert code == 0
    assert "A chain that has grown is worn." in output
    assert "chain length: over new chain length (met: chain length is 122; new chain length is 120)" in output
    assert "rules/long_chain.yaml:1" in output


def test_without_a_page_of_its_own_every_conclusion_is_shown() -> None:
    _, output = run("decide", "-", "--length", "everything", stdin="brakes hold: yes\n")
    assert [line.strip() for line in output.splitlines() if line.startswith("  ")][:2] == [
        "fault: not known yet",
        "ride: at least as you like, at most gently",
    ]


def test_an_alarm_is_not_hidden_by_what_is_still_open() -> None:
    decision = Chain(load(BICYCLE)).decide(case({"chain length": 125, "new chain length": 120}))
    assert decision.conclusions["ride"] == Range("gently", "not at all")
