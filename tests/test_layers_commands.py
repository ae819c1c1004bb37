"""A layer in use: every command takes it, and each shows what the sum says."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from starlette.testclient import TestClient

from cli import lumbar
from engine.author.new_words import NewWord, with_words
from engine.author.saving import save
from engine.interfaces.web.app import make_app
from engine.interfaces.web.served import Served
from engine.loader import load
from tests.conftest import BICYCLE, CLINIC, ROOT, edit
from tests.test_new import CLICK, talk
from tests.test_web_author import IDLE

CARD = """rule: old_and_weak
says: A stable weakness after seventy is seen within days here.
if:
  - leg weakness: stable
  - age: 70 or more
then:
  - urgency: urgent review
because: Our own convention.
source: [{OURS: all of it}]
examples:
  - {name: old, given: {leg weakness: stable, age: 70}, rule: holds}
  - {name: young, given: {leg weakness: stable, age: 69}, rule: fails}
  - {name: not told, given: {}, rule: waits}
"""
REPLACES = "replaces: weak_leg\ngives up: [{red flag: yes}, {urgency: same day}]\n"
PATIENT = {"case": "ann", "leg weakness": "stable", "age": 71}


def run(*words: str, stdin: str = "") -> Result:
    """A command, in this process."""
    return CliRunner().invoke(lumbar, list(words), input=stdin)


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    """A layer over the small clinic, with one rule."""
    base, folder = tmp_path / "base", tmp_path / "riverside"
    shutil.copytree(CLINIC, base)
    assert run("init", "--on", str(base), str(folder)).exit_code == 0
    (folder / "rules").mkdir()
    (folder / "rules" / "old_and_weak.yaml").write_text(CARD, encoding="utf-8")
    (folder / "sources.yaml").write_text("OURS: {citation: Our round table, seen: all of it}", encoding="utf-8")
    return folder


@pytest.mark.slow
def test_a_new_layer_over_the_shipped_knowledge_decides_as_that_does(tmp_path: Path) -> None:
    assert run("init", "--on", "lumbar", str(tmp_path / "mine")).exit_code == 0
    case = str(ROOT / "knowledge" / "cases" / "only_fever_told.yaml")
    mine, base = (json.loads(run(*words, "decide", case, "--json").output) for words in (
        ("--knowledge", str(tmp_path / "mine")), ()))  # fmt: skip
    assert mine["conclusions"] == base["conclusions"]
    assert mine["rulebook"] != base["rulebook"]


def test_it_is_begun_over_the_path_of_a_base_only(tmp_path: Path) -> None:
    done = run("init", "--on", str(tmp_path / "nowhere"), str(tmp_path / "mine"))
    assert done.exit_code == 1
    assert "no knowledge base: it has no folder `terms`" in done.output
    assert not (tmp_path / "mine").exists()


def test_two_folders_are_refused() -> None:
    done = run("--knowledge", str(CLINIC), "--knowledge", str(BICYCLE), "show")
    assert done.exit_code == 2
    assert "expected one folder, whose knowledge.yaml says what it builds on" in done.output


def test_decide_why_and_show_use_the_sum(layer: Path) -> None:
    decided = run("--knowledge", str(layer), "decide", "-", "--json", stdin=json.dumps(PATIENT))
    assert json.loads(decided.output)["conclusions"]["urgency"]["at least"] == "urgent review"
    without = run("--knowledge", str(layer.parent / "base"), "decide", "-", "--json", stdin=json.dumps(PATIENT))
    assert json.loads(without.output)["conclusions"]["urgency"]["at least"] == "self-care"
    assert "old_and_weak" in run("--knowledge", str(layer), "why", "-", "urgency", stdin=json.dumps(PATIENT)).output
    page = run("--knowledge", str(layer), "show", "weak_leg").output
    assert "base:rules/weak_leg.yaml:1" in page


def test_a_batch_keeps_the_whole_stack_and_answers_as_decide(layer: Path, tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text("case,leg weakness,age\nann,stable,71\nben,none,30\n", encoding="utf-8")
    out = tmp_path / "out"
    done = run("--knowledge", str(layer), "batch", str(tmp_path / "cases.csv"), "--out", str(out))
    assert done.exit_code == 0, done.output
    assert load(out / "knowledge").digest == load(layer).digest
    shutil.rmtree(layer)
    assert "old_and_weak" in run("why", str(out), "urgency", "--case", "ann").output


def test_check_proves_the_sum_and_tries_the_examples_of_the_layer(layer: Path) -> None:
    found = json.loads(run("--knowledge", str(layer), "check", "--json").output)
    assert found["looked at"]["examples"] == 3
    assert found["looked at"]["cards"] == 10
    edit(layer / "rules" / "old_and_weak.yaml", "age: 69}, rule: fails", "age: 69}, rule: holds")
    assert "the example 'young': the rule fails" in run("--knowledge", str(layer), "check").output


def test_the_page_notices_a_change_beneath(layer: Path) -> None:
    served = Served(layer)
    page = TestClient(make_app(served))
    assert "old_and_weak" in page.get("/rules").text
    before = served.base.rulebook.digest
    edit(layer.parent / "base" / "rules" / "weak_leg.yaml", "urgency: same day", "urgency: emergency")
    served.look_again()
    assert served.current().rulebook.digest != before


def test_what_lies_beneath_is_neither_renamed_nor_answered(layer: Path) -> None:
    done = run("--knowledge", str(layer), "rename", "fever", "temperature", "--yes")
    assert "'fever' stands beneath this layer (base:terms/all.yaml" in done.output
    done = run("--knowledge", str(layer), "rename", "old_and_weak", "old_with_weak_leg", "--yes")
    assert done.exit_code == 0, done.output
    assert "old_with_weak_leg" in load(layer).rules


def test_retire_takes_a_rule_beneath_out_of_the_sum(layer: Path) -> None:
    done = run("--knowledge", str(layer), "retire", "pain_since_youth", "--because", "We ask again.", "--yes")
    assert "the rule 'pain_since_youth' of 'base' is retired in this layer" in done.output
    book = load(layer)
    assert "pain_since_youth" not in book.rules
    assert book.retired["pain_since_youth"].gives_up
    assert "pain_since_youth" in load(layer.parent / "base").rules


def test_new_adds_a_card_to_the_layer(layer: Path) -> None:
    shed = layer.parent / "shed layer"
    assert run("init", "--on", str(BICYCLE), str(shed)).exit_code == 0
    new = talk(shed, *CLICK, "yes")
    assert [*new.texts] == ["rules/crank_clicks.yaml"]
    save(shed, new.texts)
    assert load(shed).rules["crank_clicks"].layer == "shed layer"


def test_explanations_and_pages_mark_what_is_local(layer: Path, tmp_path: Path) -> None:
    case = tmp_path / "ann.yaml"
    case.write_text("leg weakness: new\nage: 71\n", encoding="utf-8")
    edit(layer / "rules" / "old_and_weak.yaml", "because:", f"{REPLACES}lowers: It is our round table's.\nbecause:")
    edit(layer / "rules" / "old_and_weak.yaml", "stable\n", "stable or new or worsening or severe\n")
    mark = "rule old_and_weak of riverside, in place of weak_leg"
    use = ("--knowledge", str(layer))
    assert mark in " ".join(run(*use, "why", str(case), "urgency", "--length", "everything").output.split())
    page = tmp_path / "why.html"
    run(*use, "why", str(case), "urgency", "--html", str(page))
    lowers = "Lowered by riverside: without it, urgency is same day (old_and_weak: It is our round table"
    assert mark in page.read_text(encoding="utf-8")
    assert lowers in page.read_text(encoding="utf-8")
    svg = tmp_path / "why.svg"
    run(*use, "why", str(case), "urgency", "--svg", str(svg))
    assert "Lowered by riverside" in svg.read_text(encoding="utf-8")
    assert lowers in " ".join(run(*use, "decide", str(case)).output.split())
    why = json.loads(run(*use, "why", str(case), "urgency", "--json").output)
    assert why["lowered"][0]["by"] == [{"rule": "old_and_weak", "because": "It is our round table's."}]
    assert why["why"]["sides"][0]["rules"][0]["layer"] == "riverside"
    assert "Rule old_and_weak of riverside, in place of weak_leg" in run(*use, "show", "old_and_weak").output


def test_the_page_marks_what_is_local_and_what_it_lowers(layer: Path) -> None:
    edit(layer / "rules" / "old_and_weak.yaml", "because:", f"{REPLACES}because:")
    page = TestClient(make_app(Served(layer), IDLE))
    shown = page.post("/decide", data={"leg weakness": "new", "age": "30"}).text
    assert "Lowered by riverside: without it, urgency is same day (old_and_weak: no reason is given)" in shown
    assert "of riverside, in place of weak_leg" in page.get("/rules/old_and_weak").text
    assert "of riverside, in place of weak_leg" in page.get("/rules/all").text
    assert "is a rule of base, beneath this layer" in page.get("/rules/edit/fever").text


def test_what_lies_beneath_is_not_changed_in_the_page(layer: Path) -> None:
    page = TestClient(make_app(Served(layer), IDLE))
    assert "is a rule of base, beneath this layer" in page.get("/rules/row/walking.little").text
    assert "/rules/edit/" not in page.get("/rules/weak_leg").text
    assert "/rules/edit/old_and_weak" in page.get("/rules/old_and_weak").text
    rulebook = load(layer)
    _, refused = with_words(rulebook, [NewWord("value", {"term": "leg pain", "value": "toes"})])
    assert refused[0].startswith("'leg pain' stands beneath this layer")
