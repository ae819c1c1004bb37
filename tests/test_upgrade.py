"""A layer whose base has changed: each thing is unchanged, said beneath, changed beneath, or its names are."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import lumbar
from engine.author.upgrade import LayerPiece, Upgrade, upgrade
from engine.loader import load
from engine.loader.checked_against import packed
from engine.loader.files import read_folder
from tests.layered import BASE, card, law

OURS: Mapping[str, str] = {
    "knowledge.yaml": "name: shop\nbuilds on: ../lamps\n",
    "terms/own.yaml": "findings:\n  wet: {kind: yes/no, usual: no, ask: 'Is it wet?', help: Feel it.}\n"
    "values: {fault: {fuse: {like: bulb}}}\n",
    "sources.yaml": "OURS: {citation: Our table, seen: all}",
    "rules/own/wet.yaml": card("wet", "[{wet: yes}, {light: no}]", "{fault: fuse}", "outranks: [old_bulb]\n"),
    "rules/own/hot_here.yaml": card("hot_here", "[heat: warm or hot]", "{danger: some}", "replaces: hot\n"),
    "laws/wet_is_off.yaml": law("wet_is_off", "{danger: fire}, {fault: fuse}, {smoke: no}"),
    "retired/heat.long.yaml": "retired: heat.long\nsays: It.\nbecause: We have none.\nday: 2026-11-29\n"
    "gives up: [advice: switch it off]\n",
    "wording/de.yaml": "terms: {light: {ask: 'Leuchtet sie?'}}",
    "cases/beneath/dark.yaml": "case: dark\nbecause: We look at the cable.\nexpected worn: 2\n",
}
HOT, LAMP = "rules/see/hot.yaml", "terms/lamp.yaml"
DARK = "cases/dark.yaml"


def write(folder: Path, files: Mapping[str, str]) -> None:
    """The files of a folder; an empty text takes one out."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if text:
            (folder / name).write_text(text, encoding="utf-8")
        else:
            (folder / name).unlink()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A layer over lamps, checked against them as they are."""
    write(tmp_path / "lamps", BASE)
    write(tmp_path / "shop", OURS)
    assert run(tmp_path / "shop", "upgrade", "--accept").exit_code == 0
    return tmp_path / "shop"


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(lumbar, ["--knowledge", str(folder), *words])


def after(shop: Path, files: Mapping[str, str]) -> Upgrade:
    """What a change of the base means for the layer."""
    write(shop.parent / "lamps", files)
    return upgrade(read_folder(shop), shop)


def noted(found: Upgrade) -> dict[str, list[str]]:
    """The pieces with notes, and what these are."""
    return {f"{one.kind} {one.name}": [note.what for note in one.notes] for one in found.pieces if one.notes}


def piece(found: Upgrade, name: str) -> LayerPiece:
    (one,) = (one for one in found.pieces if one.name == name)
    return one


def test_nothing_is_noted_of_a_base_that_has_not_changed(shop: Path) -> None:
    found = after(shop, {})
    assert found.unchanged
    assert {one.kind for one in found.pieces} == {
        *("rule", "law", "term", "value", "wording", "retired rule", "saved case", "source")
    }
    assert noted(found) == {}
    assert not found.problems
    assert "the base is the one that the layer was last checked against" in run(shop, "upgrade").output


def test_what_reads_nothing_that_has_changed_is_unchanged(shop: Path) -> None:
    found = after(shop, {"rules/see/more.yaml": card("more", "[hours: over 8000]", "worn")})
    assert not found.unchanged
    assert noted(found) == {}


def test_the_base_says_the_same_in_other_words_which_is_proved(shop: Path) -> None:
    same = card("hot", "[heat: other than none]", "{danger: some}")
    found = after(shop, {HOT: same})
    assert noted(found) == {"rule hot_here": ["changed beneath", "the base says the same"]}
    assert piece(found, "hot_here").notes[1].says == "'hot' (lamps:rules/see/hot.yaml:1) is proved to say the same"
    new = card("warm", "[{any of: [{heat: warm}, {heat: hot}]}]", "{danger: some}")
    found = after(shop, {HOT: BASE[HOT], "rules/see/warm.yaml": new})
    assert noted(found) == {"rule hot_here": ["the base says the same"]}


def test_what_it_replaces_has_changed_old_line_beside_new(shop: Path) -> None:
    found = after(shop, {HOT: card("hot", "[{heat: hot}, {hours: over 1}]", "{danger: some}")})
    (note,) = piece(found, "hot_here").notes
    assert note.says == "the rule 'hot', which it replaces, has changed"
    assert [(line.field, line.before, line.after) for line in note.lines] == [("if", (), ("hours: over 1",))]
    assert "if, now: hours: over 1" in run(shop, "upgrade").output


def test_a_change_of_what_it_outranks_reads_retires_or_words_is_told(shop: Path) -> None:
    lamp = BASE[LAMP].replace("[none, warm, hot]", "[none, warm, hot, glowing]")
    found = after(
        shop,
        {
            LAMP: lamp.replace("Does it give light?", "Is there light?"),
            "rules/see/old_bulb.yaml": card("old_bulb", "[{light: no}, {hours: 800 or more}]", "{fault: bulb}, worn"),
            "tables/heat.csv": BASE["tables/heat.csv"].replace("over 5000", "over 4000"),
            DARK: BASE[DARK].replace("hours: 1000", "hours: 1100"),
        },
    )
    assert noted(found) == {
        "rule wet": ["changed beneath", "changed beneath"],
        "rule hot_here": ["changed beneath"],
        "wording light": ["changed beneath"],
        "retired rule heat.long": ["changed beneath"],
        "saved case dark": ["changed beneath"],
    }


def test_a_name_that_it_reads_is_renamed(shop: Path) -> None:
    lamp = BASE[LAMP].replace("  heat: {", "  warmth: {formerly: [heat], ")
    files = {LAMP: lamp} | {name: text.replace("heat:", "warmth:") for name, text in BASE.items() if "heat:" in text}
    files |= {"tables/heat.csv": BASE["tables/heat.csv"].replace("row,heat", "row,warmth"), LAMP: lamp}
    found = after(shop, files)
    assert noted(found) == {"rule hot_here": ["renamed"]}
    assert piece(found, "hot_here").notes[0].says == "'heat' is called 'warmth' now"
    assert found.in_the_way
    told = run(shop, "upgrade", "--accept")
    assert told.exit_code == 1
    assert "It cannot be read over this base" in told.output
    assert "rules/own/hot_here.yaml:3:6: 'heat' is not a term" in told.output
    assert "renamed: 'heat' is called 'warmth' now" in told.output
    write(shop, {"rules/own/hot_here.yaml": OURS["rules/own/hot_here.yaml"].replace("heat:", "warmth:")})
    found = upgrade(read_folder(shop), shop)
    assert not found.in_the_way
    assert run(shop, "upgrade", "--accept").exit_code == 0
    assert upgrade(read_folder(shop), shop).unchanged


def test_a_name_that_it_reads_is_gone(shop: Path) -> None:
    gone = {HOT: "", "retired/hot.yaml": "retired: hot\nsays: It.\nbecause: No lamp is hot now.\nday: 2026-12-01\n"}
    found = after(shop, gone)
    assert noted(found) == {"rule hot_here": ["gone"]}
    assert piece(found, "hot_here").notes[0].says == "the rule 'hot' is retired: No lamp is hot now."


def test_the_base_has_retired_what_the_layer_has(shop: Path) -> None:
    record = "retired: heat.long\nsays: It.\nbecause: It was old.\nday: 2026-12-01\n"
    base = {"tables/heat.csv": "", "retired/heat_long.yaml": record.replace("heat.long", "heat_long")}
    found = after(shop, base)
    assert noted(found) == {"retired rule heat.long": ["gone"]}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"terms/more.yaml": OURS["terms/own.yaml"].partition("values")[0]}, {"term wet": ["exists beneath"]}),
        ({"rules/see/wet.yaml": card("wet", "[heat: hot]", "{fault: cable}")}, {"rule wet": ["exists beneath"]}),
        ({"sources.yaml": f"{BASE['sources.yaml']}\nOURS: {{citation: A, seen: all}}"},
         {"source OURS": ["exists beneath"]}),
        ({"laws/wet_is_off.yaml": law("wet_is_off", "{danger: fire}, {fault: cable}, {smoke: no}, {hours: 5}")},
         {"law wet_is_off": ["exists beneath"]}),
        ({LAMP: BASE[LAMP].replace("[bulb, cable, none]", "[bulb, cable, fuse, none]")},
         {"law wet_is_off": ["changed beneath"], "value fault: fuse": ["exists beneath"]}),
    ],
)  # fmt: skip
def test_a_name_of_the_layer_exists_beneath_now(
    shop: Path, files: dict[str, str], expected: dict[str, list[str]]
) -> None:
    found = after(shop, files)
    assert noted(found) == expected
    assert found.problems


def test_alarms_are_proved_again_over_the_base_of_today(shop: Path) -> None:
    found = after(shop, {HOT: card("hot", "[heat: warm or hot]", "{danger: fire}")})
    assert [one.problem.there for one in found.lowered] == []  # what it gave is to be given up first
    assert "'hot' gave danger: fire" in found.problems[0].there
    write(shop, {"rules/own/hot_here.yaml": OURS["rules/own/hot_here.yaml"] + "gives up: [danger: fire]\n"})
    found = upgrade(read_folder(shop), shop)
    assert [(one.blocks, one.problem.there) for one in found.lowered] == [
        (True, "danger: fire, an alarm beneath, is lowered by 'hot_here'")
    ]
    assert found.in_the_way
    assert run(shop, "upgrade", "--accept").exit_code == 1


def test_check_says_that_the_base_has_changed(shop: Path) -> None:
    assert "`lumbar upgrade`" not in run(shop, "check").output
    write(shop.parent / "lamps", {"rules/see/more.yaml": card("more", "[hours: over 8000]", "worn")})
    assert "The base beneath has changed since this layer was last checked" in run(shop, "check").output


def test_the_copy_is_small_the_same_each_time_and_no_part_of_the_layer(shop: Path) -> None:
    first = (shop / "beneath.tar.xz").read_bytes()
    run(shop, "upgrade", "--accept")
    assert (shop / "beneath.tar.xz").read_bytes() == first
    assert "beneath.tar.xz" not in read_folder(shop)
    digest = load(shop).digest
    (shop / "beneath.tar.xz").unlink()
    assert load(shop).digest == digest
    assert "There is no copy of a base that it was checked against" in run(shop, "upgrade").output


def test_a_damaged_copy_and_a_base_are_refused(shop: Path) -> None:
    (shop / "beneath.tar.xz").write_bytes(b"no copy")
    done = run(shop, "upgrade")
    assert done.exit_code == 1
    assert "beneath.tar.xz: a copy that cannot be read" in done.output
    assert "builds on nothing; expected a layer" in run(shop.parent / "lamps", "upgrade").output


def test_what_is_wrong_in_the_copy_is_told_where_it_is(shop: Path) -> None:
    (shop / "beneath.tar.xz").write_bytes(packed({"terms/own.yaml": b"findings: ["}, "x"))
    done = run(shop, "upgrade")
    assert (done.exit_code, done.output.split(" ")[0]) == (1, "beneath.tar.xz:terms/own.yaml:2:1:")


def test_the_same_is_printed_as_json(shop: Path) -> None:
    write(shop.parent / "lamps", {HOT: card("hot", "[{heat: hot}, {hours: over 1}]", "{danger: some}")})
    found = json.loads(run(shop, "upgrade", "--json").output)
    (noted_piece,) = (one for one in found["pieces"] if one["notes"])
    assert noted_piece["file"] == "rules/own/hot_here.yaml"
    assert noted_piece["notes"][0]["what"] == "changed beneath"
    assert (found["layer"], found["cannot be read"], found["lowers"]) == ("shop", [], [])
    assert found["before"] != found["now"]
