"""What could be passed over in a stack of layers without a word, and is told."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.author.revisions import rulebook_at
from engine.errors import KnowledgeError
from engine.interfaces.web.served import Served
from engine.loader import load
from engine.loader.stack import MOST, folders
from tests.layered import BASE, card, layered, problems
from tests.test_cli import run
from tests.test_impact import GIT

GONE = "retired: hot\nsays: It.\nbecause: No.\nday: 2026-11-29\n"


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files into a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_the_name_of_a_base_can_stand_before_a_file() -> None:
    found = problems(base={**BASE, "knowledge.yaml": "name: 'a:b'\n"})
    assert found == ["knowledge.yaml:1: 'a:b' cannot name a layer; expected a phrase without `:`, `;` and `/`"]
    odd = {**BASE, "rules/see/a:b.yaml": card("hot_too", "[heat: hott]", "{danger: some}")}
    assert all(one.startswith("lamps:rules/see/a:b.yaml") for one in problems({}, base=odd))


def test_a_folder_beneath_in_a_base_is_not_left_unread(tmp_path: Path) -> None:
    write(tmp_path, {**BASE, "beneath/terms/old.yaml": ""})
    with pytest.raises(Exception, match="builds on nothing, and has a folder `beneath/`; expected `builds on: lumbar`"):
        load(tmp_path)


def test_a_stack_has_so_many_layers_at_most(tmp_path: Path) -> None:
    for number in range(MOST + 1):
        (tmp_path / f"at{number}").mkdir()
        text = f"name: at {number}\nbuilds on: ../at{number + 1}\n"
        (tmp_path / f"at{number}" / "knowledge.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(Exception, match="beneath 20 layers; expected 20 layers at most"):
        load(tmp_path / "at0")


@pytest.mark.parametrize("more", ["", "gives up: [danger: some]\n"])
def test_a_rule_is_retired_once(more: str) -> None:
    low = {"retired/hot.yaml": GONE + "gives up: [danger: some]\n"}
    assert problems(low, {"retired/hot.yaml": GONE + more}) == [
        "retired/hot.yaml:1: 'hot' is not a rule beneath, and was one before (workshop:retired/hot.yaml:1); expected a "
        "rule beneath"
    ]


def test_a_case_beneath_is_adapted_once() -> None:
    other = "case: dark\nbecause: No.\nexpected fault: "
    one, two = "cases/beneath/a/dark.yaml", "cases/beneath/dark.yaml"
    assert problems({one: other + "cable\n", two: other + "none\n"}) == [
        "cases/beneath/dark.yaml: 'dark' stands in cases/beneath/a/dark.yaml:1 too; expected a case beneath once"
    ]
    assert not problems({two: other + "cable\n"}, {two: other + "none\n"})


def test_a_layer_may_retire_a_rule_of_its_own_that_is_called_nearly_as_one_beneath() -> None:
    assert not problems({"retired/hot2.yaml": GONE.replace("retired: hot", "retired: hot2")})


def test_why_a_retired_rule_may_lower_an_alarm_is_part_of_the_digest() -> None:
    gone = GONE + "gives up: [danger: some]\n"
    layers = [{"retired/hot.yaml": gone + more} for more in ("", "lowers: We are used to it.\n", "lowers: So.\n")]
    assert len({layered(one).digest for one in layers}) == len(layers)


def test_wording_takes_no_sentence_away() -> None:
    terms = BASE["terms/lamp.yaml"].replace("says: How soon", "for patients: {fire: Get out.}\n    says: How soon")
    silent = {"wording/de.yaml": "terms:\n  danger: {for patients: {fire: '', some: ''}}\n"}
    assert problems(silent, base={**BASE, "terms/lamp.yaml": terms}) == [
        "wording/de.yaml:2:33: no sentence for 'fire', which has one beneath; expected the sentence in other words"
    ]


def test_a_layer_behind_a_link_finds_its_base(tmp_path: Path) -> None:
    base = write(tmp_path / "lamps", BASE)
    (tmp_path / "far" / "away").mkdir(parents=True)
    (tmp_path / "near").symlink_to(tmp_path / "far" / "away")
    (tmp_path / "newest").symlink_to(base)
    for on in (base, tmp_path / "newest"):
        shop = tmp_path / "near" / f"over {on.name}"
        assert run("init", "--on", str(on), str(shop))[0] == 0
        assert [layer.name for layer in load(shop).layers] == [on.name, shop.name]


@pytest.mark.parametrize("there", ["loop", "a" * 300, "a\0b"])
def test_the_folders_of_a_stack_are_those_that_are_there(tmp_path: Path, there: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    shop = write(tmp_path / "shop", {"knowledge.yaml": f"name: shop\nbuilds on: ../{there}\n"})
    assert [*folders(shop)] == [shop]
    with pytest.raises(KnowledgeError, match="not a knowledge base"):
        load(shop)


def git(folder: Path, *words: str) -> None:
    """Run git there."""
    subprocess.run(["git", *words], cwd=folder, env={**os.environ, **GIT}, check=True, capture_output=True)


@pytest.mark.parametrize(("kept", "dangers"), [("all", "some"), ("the layer alone", "fire")])
def test_a_revision_of_a_layer_lies_over_that_of_its_base_where_git_has_it(
    tmp_path: Path, kept: str, dangers: str
) -> None:
    base = write(tmp_path / "lamps", BASE)
    shop = write(tmp_path / "shop", {"knowledge.yaml": "name: shop\nbuilds on: ../lamps\n"})
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "." if kept == "all" else "shop")
    git(tmp_path, "commit", "-qm", "Begin")
    write(base, {"rules/see/hot.yaml": card("hot", "[heat: hot]", "{danger: fire}")})
    assert rulebook_at("HEAD", shop).rules["hot"].then == (("danger", dangers),)


def test_a_circle_at_a_revision_is_refused(tmp_path: Path) -> None:
    one = write(tmp_path / "one", {"knowledge.yaml": "name: one\nbuilds on: ../two\n"})
    write(tmp_path / "two", {"knowledge.yaml": "name: two\nbuilds on: ../one\n"})
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "Begin")
    with pytest.raises(KnowledgeError, match="builds on this one"):
        rulebook_at("HEAD", one)


def test_the_page_notices_a_change_behind_a_link(tmp_path: Path) -> None:
    base = write(tmp_path / "lamps", BASE)
    (base / "rules").rename(tmp_path / "rules")
    (base / "rules").symlink_to(tmp_path / "rules")
    shop = write(tmp_path / "shop", {"knowledge.yaml": "name: shop\nbuilds on: ../lamps\n"})
    served = Served(shop)
    write(tmp_path, {"rules/see/hot.yaml": card("hot", "[heat: hot]", "{danger: fire}")})
    served.look_again()
    assert served.current().rulebook.rules["hot"].then == (("danger", "fire"),)
