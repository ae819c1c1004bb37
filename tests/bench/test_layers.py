"""A layer of 50 rules over the shipped knowledge: what `decide` and `check` cost more, with nothing kept and warm."""

import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.loader import load
from engine.loader.writing import card
from engine.rulebook import Rule
from tests.conftest import ROOT

pytestmark = pytest.mark.bench
RULES, REPLACED = 50, 10
ROUNDS = 5
CASE = "knowledge/cases/disc_centralises_on_extension.yaml"
OWN = """rule: ours_{number}
says: A stiffness of {minutes} minutes with lifting is told to keep moving here.
if:
  - morning stiffness: {minutes} or more
  - age: {age} or more
then:
  - urgency: routine review
because: Our own convention, made up to measure.
source:
  - CONVENTION: made up [convention]
examples:
  - {{name: so long, given: {{morning stiffness: {minutes}, age: {age}}}, rule: holds}}
  - {{name: shorter, given: {{morning stiffness: {less}, age: {age}}}, rule: fails}}
  - {{name: younger, given: {{morning stiffness: {minutes}, age: {younger}}}, rule: fails}}
  - {{name: not asked, given: {{}}, rule: waits}}
"""


def layer(folder: Path) -> Path:
    """A layer of 50 rules, ten of which replace a rule for an alarm, beneath which they say the same."""
    (folder / "rules" / "ours").mkdir(parents=True)
    (folder / "knowledge.yaml").write_text("name: ours\nbuilds on: lumbar\n", encoding="utf-8")
    for rule in replacing():
        (folder / "rules" / "ours" / f"{rule.id}.yaml").write_text(card(rule), encoding="utf-8")
    for number in range(RULES - REPLACED):
        minutes, age = 40 + number, 20 + number
        text = OWN.format(number=number, minutes=minutes, less=minutes - 1, age=age, younger=age - 1)
        (folder / "rules" / "ours" / f"ours_{number}.yaml").write_text(text, encoding="utf-8")
    return folder


def replacing() -> Iterator[Rule]:
    """Cards that say the same as the rules for an alarm whose places they take."""
    from dataclasses import replace

    book = load(ROOT / "knowledge", cases=False)
    given = [(rule, book.terms[name].alarms, value) for rule in book.rules.values() for name, value in rule.then]
    alarms = [*{rule.id: rule for rule, those, value in given if value in those and not rule.row}.values()]
    for rule in alarms[:REPLACED]:
        yield replace(rule, id=f"{rule.id}_here", replaces=rule.id, formerly=())


def cpu(cache: Path, *words: str) -> float:
    """The CPU seconds of a command in a process of its own."""
    command = [sys.executable, "-c", "import cli, sys; cli.main()", *words]
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    before = os.times()
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    after = os.times()
    assert "Traceback" not in done.stderr, done.stderr
    return after.children_user + after.children_system - before.children_user - before.children_system


@pytest.mark.parametrize("command", ["decide", "check"])
def test_a_layer_of_50_rules_costs_less_than_a_third_more(tmp_path: Path, command: str) -> None:
    words = {"decide": ["decide", CASE], "check": ["check"]}[command]
    over = ["--knowledge", str(layer(tmp_path / "ours"))]
    for state in ("cold", "warm"):
        taken: dict[str, list[float]] = {"base": [], "layer": []}
        for number in range(ROUNDS if state == "warm" or command == "decide" else 3):
            for name, options in (("base", []), ("layer", over)):
                cache = tmp_path / f"{name}-{command}"
                if state == "cold":
                    shutil.rmtree(cache, ignore_errors=True)
                cache.mkdir(mode=0o700, exist_ok=True)
                if state == "warm" and not number:
                    cpu(cache, *options, *words)
                taken[name].append(cpu(cache, *options, *words))
        base, mine = (statistics.median(taken[name]) for name in ("base", "layer"))
        print(f"\n{command}, {state}: {base:.2f} s the base, {mine:.2f} s the layer: {mine / base:.2f} times")
