"""A layer over a base: what it may say, what it may not, and what the sum of both is."""

from pathlib import Path

import pytest

from engine.loader import load, load_files
from engine.loader.files import read_folder
from tests.layered import BASE, NEW_TERM, OFF, REPLACING, answers, card, law, layered, problems, stack

# --- rule 1: a stack -------------------------------------------------------------------------------------------------


def test_every_term_rule_and_law_knows_its_layer() -> None:
    wet_law = law("wet_is_off", "{wet: yes}", f"unless: [{OFF}]\n")
    book = layered(
        {
            "terms/own.yaml": NEW_TERM,
            "rules/own/wet.yaml": card("wet", "[wet: yes]", OFF),
            "laws/wet_is_off.yaml": wet_law,
        },
        {"rules/top/warm.yaml": card("warm", "[heat: warm]", OFF)},
    )
    assert [layer.name for layer in book.layers] == ["lamps", "workshop", "workshop 2"]
    assert {one.layer for one in book.terms.values() if not one.built_in} == {"lamps", "workshop"}
    assert {name: book.rules[name].layer for name in ("smoke", "wet", "warm", "heat.long")} == {
        "smoke": "lamps",
        "wet": "workshop",
        "warm": "workshop 2",
        "heat.long": "lamps",
    }
    assert {name: one.layer for name, one in book.laws.items()} == {
        "smoke_is_danger": "lamps",
        "no_bulb_in_fire": "lamps",
        "wet_is_off": "workshop",
    }
    assert str(book.rules["smoke"].place) == "lamps:rules/see/smoke.yaml:1"
    assert str(book.rules["wet"].place) == "workshop:rules/own/wet.yaml:1"
    assert str(book.rules["warm"].place) == "rules/top/warm.yaml:1"


def test_the_digest_is_that_of_the_names_and_meanings_in_order() -> None:
    one = {"rules/own/warm.yaml": card("warm", "[heat: warm]", OFF)}
    named = {**one, "knowledge.yaml": "name: shed\nbuilds on: lamps\n"}
    other = {"rules/own/warm.yaml": card("warm", "[heat: hot]", OFF)}
    books = [layered(), layered({}), layered(one), layered(named), layered(other), layered({}, one), layered(one, {})]
    assert len({book.digest for book in books}) == len(books)
    assert layered(one).digest == layered(dict(reversed(one.items()))).digest
    changed = {**BASE, "rules/see/hot.yaml": card("hot", "[heat: hot]", "{danger: fire}")}
    assert layered(one, base=changed).digest != layered(one).digest


def test_a_layer_is_a_folder_that_says_what_it_builds_on(tmp_path: Path) -> None:
    for name, text in BASE.items():
        (tmp_path / "lamps" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "lamps" / name).write_text(text, encoding="utf-8")
    shop = tmp_path / "shop"
    (shop / "rules").mkdir(parents=True)
    (shop / "knowledge.yaml").write_text("name: shop\nbuilds on: ../lamps  # the base\n", encoding="utf-8")
    (shop / "rules" / "warm.yaml").write_text(card("warm", "[heat: warm]", OFF), encoding="utf-8")
    first = load(shop)
    assert first.digest == load(shop).digest == load_files(read_folder(shop)).digest
    assert [layer.name for layer in first.layers] == ["lamps", "shop"]
    (tmp_path / "lamps" / "rules/see/hot.yaml").write_text(card("hot", "[heat: hot]", "{danger: fire}"))
    assert answers(load(shop), {"heat": "hot"})["danger"] != answers(first, {"heat": "hot"})["danger"]
    (shop / "rules" / "warm.yaml").write_text(card("warm", "[heat: hot]", OFF), encoding="utf-8")
    assert load(shop) == load_files(read_folder(shop), str(shop))


def test_a_stack_copied_into_one_folder_is_the_same_rulebook(tmp_path: Path) -> None:
    files = stack({"rules/own/warm.yaml": card("warm", "[heat: warm]", OFF)}, {})
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert read_folder(tmp_path) == files
    assert load(tmp_path).digest == load_files(files).digest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "name: shop\nbuilds on: ../nowhere\n",
            "knowledge.yaml: `builds on: ../nowhere`, which is not a knowledge base",
        ),
        (
            "name: shop\nbuilds on: .\n",
            "knowledge.yaml: `builds on: .`, which builds on this one; expected `lumbar`, or",
        ),
        ("name: shop\n", "builds on nothing, and has no folder `terms`; expected `builds on: lumbar`"),
        (f"name: shop\nbuilds on: {'a' * 300}\n", "which is not a knowledge base ("),
    ],
)
def test_what_a_layer_builds_on_is_there_and_no_circle(tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / "knowledge.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(Exception, match=r"knowledge\.yaml") as raised:
        load(tmp_path)
    assert expected in str(raised.value)


# --- rules 2 to 5 and 8: what a layer may not say --------------------------------------------------------------------

CHOICE = "values: {fault: {fuse: {like: bulb}}}\n"
MISTAKES = {
    "a term beneath": (
        {"terms/own.yaml": NEW_TERM.replace("wet", "light")},
        "terms/own.yaml:2:3: 'light' is a term beneath (lamps:terms/lamp.yaml:5:3); expected a name of its own; "
        "`wording/` rewords its question, `values` adds values",
    ),
    "a law beneath": (
        {
            "laws/smoke_is_danger.yaml": law(
                "smoke_is_danger", "{smoke: yes}, {light: no}", "unless: [{danger: fire}]\n"
            )
        },
        "laws/smoke_is_danger.yaml:1: 'smoke_is_danger' is a law beneath (lamps:laws/smoke_is_danger.yaml:1); "
        "expected a name of its own: what lies beneath stays as it is",
    ),
    "an assumption beneath": (
        {"terms/own.yaml": NEW_TERM, "impossible/cold_smoke.yaml": law("cold_smoke", "{wet: yes}", key="impossible")},
        "impossible/cold_smoke.yaml:1: 'cold_smoke' is an assumption beneath (lamps:impossible/cold_smoke.yaml:1); "
        "expected a name of its own: what lies beneath stays as it is",
    ),
    "a case beneath": (
        {"cases/dark.yaml": "case: dark\nsmoke: no\nexpected fault: none\n"},
        "cases/dark.yaml:1: 'dark' is a case beneath (lamps:cases/dark.yaml:1); expected a name of its own: what lies "
        "beneath stays as it is",
    ),
    "a source beneath": (
        {"sources.yaml": "LAMPS: {citation: Another., seen: all}"},
        "sources.yaml:1:1: 'LAMPS' is a source beneath (lamps:sources.yaml:1:1); expected a name of its own: what lies "
        "beneath stays as it is",
    ),
    "a group beneath": (
        {"groups.yaml": "about it: {title: Other, says: Look.}"},
        "groups.yaml:1:1: 'about it' is a group beneath (lamps:groups.yaml:1:1); expected a name of its own; "
        "`wording/` gives it another title",
    ),
    "a rule beneath": (
        {"rules/own/hot.yaml": card("hot", "[heat: warm]", "{danger: some}")},
        "rules/own/hot.yaml:1: 'hot' is a rule beneath (lamps:rules/see/hot.yaml:1); expected another name, with "
        "`replaces: hot`",
    ),
    "rows of a table beneath": (
        {"tables/heat.csv": "row,heat,=>,advice,because,source\nmore,warm,=>,switch it off,Old.,LAMPS: all\n"},
        "tables/heat.csv: 'heat' is a table beneath (lamps:tables/heat.csv); expected a name of its own, with rows "
        "that each `replaces` or outranks one",
    ),
    "an assumption about patients beneath": (
        {"impossible/lit.yaml": law("lit", "{heat: hot}, {light: yes}", key="impossible")},
        "impossible/lit.yaml:1: the assumption 'lit' reads 'heat', which is asked beneath (lamps:terms/lamp.yaml:4:3); "
        "expected findings of this layer only: it could leave out patients of whom those beneath speak",
    ),
    "a new value of a finding": (
        {"terms/own.yaml": "values: {heat: {glowing: {like: hot}}}\n"},
        "terms/own.yaml:1:10: new values of 'heat', which is a finding; expected a choice beneath that is not a scale, "
        "or one of several values",
    ),
    "a new value of a scale": (
        {"terms/own.yaml": "values: {danger: {blast: {like: fire}}}\n"},
        "terms/own.yaml:1:10: new values of 'danger', which is a scale; expected a choice beneath that is not a scale, "
        "or one of several values",
    ),
    "a new value that is like none": (
        {"terms/own.yaml": "values: {fault: {fuse: {like: bulbs}}}\n"},
        "terms/own.yaml:1:31: 'bulbs' under `like`; expected bulb, cable, none; did you mean 'bulb'?",
    ),
    "a new value without like": (
        {"terms/own.yaml": "values: {fault: {fuse: {}}}\n"},
        "terms/own.yaml:1:24: no `like`; expected a text under `like`",
    ),
    "a new value that is there": (
        {"terms/own.yaml": "values: {fault: {cable: {like: bulb}}}\n"},
        "terms/own.yaml:1:18: 'cable' is a value of 'fault' already, or was one; expected a value that was never used",
    ),
    "replaces what is not there": (
        {"rules/own/mine.yaml": card("mine", "[heat: hot]", "{danger: some}", "replaces: hott\n")},
        "rules/own/mine.yaml:1: 'mine' replaces 'hott', which is not a rule beneath; expected a rule beneath; did you "
        "mean 'hot'?",
    ),
    "two rules replace one": (
        {
            "rules/own/a.yaml": card("a", "[heat: hot]", "{danger: some}", "replaces: hot\n"),
            "rules/own/b.yaml": card("b", "[heat: hot]", "{danger: fire}", "replaces: hot\ngives up: [danger: some]\n"),
        },
        "rules/own/b.yaml:1: 'b' replaces 'hot', which 'a' replaces too (rules/own/a.yaml:1); expected one rule in the "
        "place of another",
    ),
    "what is given up is not named": (
        {"rules/own/mine.yaml": card("mine", "[light: no]", "{fault: bulb}", "replaces: old_bulb\n")},
        "rules/own/mine.yaml:1: 'old_bulb' gave worn, which nothing gives in its place; expected `gives up: [worn]`",
    ),
    "another value is given": (
        {"rules/own/mine.yaml": card("mine", "[light: no]", "{fault: none}, worn", "replaces: old_bulb\n")},
        "rules/own/mine.yaml:1: 'old_bulb' gave fault: bulb, which nothing gives in its place; expected `gives up: "
        "[{fault: bulb}]`",
    ),
    "more is given up than was given": (
        {"rules/own/mine.yaml": card("mine", "[heat: hot]", "{danger: some}", "replaces: hot\ngives up: [worn]\n")},
        "rules/own/mine.yaml:1: `gives up` of worn; expected what 'hot' gave and this does not: nothing",
    ),
    "retired without what is given up": (
        {"retired/hot.yaml": "retired: hot\nsays: It.\nbecause: No.\nday: 2026-11-29\n"},
        "retired/hot.yaml:1: 'hot' gave danger: some, which nothing gives in its place; expected `gives up: [{danger: "
        "some}]`",
    ),
    "retired with a slip": (
        {"retired/hott.yaml": "retired: hott\nsays: It.\nbecause: No.\nday: 2026-11-29\ngives up: [danger: some]\n"},
        "retired/hott.yaml:1: 'hott' is not a rule beneath; expected a rule beneath; did you mean 'hot'?",
    ),
    "lowers of a rule that takes nothing": (
        {"rules/own/mine.yaml": card("mine", "[heat: hot]", "{danger: some}", "lowers: It is so.\n")},
        "rules/own/mine.yaml:1: `lowers` of a rule that replaces and outranks none; expected it beside `replaces` or "
        "`outranks`",
    ),
    "a claim of the article": (
        {"article.yaml": "1: It is so.\n"},
        "article.yaml:1:1: a claim of the article in a layer; expected its own sources, in sources.yaml",
    ),
    "wording of what is not there": (
        {"wording/de.yaml": "terms:\n  licht: {ask: 'Licht?'}\n"},
        "wording/de.yaml:2:3: 'licht' is not a term beneath; expected a term beneath; one of this layer is worded "
        "where it stands; did you mean 'light'?",
    ),
    "an answer in cases beneath to what is beneath": (
        {"knowledge.yaml": "name: workshop\nbuilds on: lamps\nin cases beneath: {smoke: no}\n"},
        "knowledge.yaml:3:20: 'smoke' under `in cases beneath`; expected a finding of this layer: it has none",
    ),
    "a case beneath that is not there": (
        {"cases/beneath/darc.yaml": "case: darc\nbecause: No.\nexpected fault: none\n"},
        "cases/beneath/darc.yaml: 'darc' is not a saved case beneath; expected a saved case beneath; did you mean "
        "'dark'?",
    ),
    "a case beneath with a fact": (
        {"cases/beneath/dark.yaml": "case: dark\nbecause: No.\nhours: 3\nexpected fault: none\n"},
        "cases/beneath/dark.yaml:3:8: 'hours' in a case beneath; expected `expected …` only: its answers stay",
    ),
    "a case beneath without a reason": (
        {"cases/beneath/dark.yaml": "case: dark\nexpected fault: none\n"},
        "cases/beneath/dark.yaml:1:1: no `because`; expected a text under `because`",
    ),
    "a case beneath that expects the same": (
        {"cases/beneath/dark.yaml": "case: dark\nbecause: No.\nexpected fault: bulb\n"},
        "cases/beneath/dark.yaml:3:17: `expected fault` of 'dark' is what is expected beneath; expected what is other "
        "here, and no more",
    ),
    "answers in cases beneath that are none": (
        {"knowledge.yaml": "name: workshop\nbuilds on: lamps\nin cases beneath: [wet]\n", "terms/own.yaml": NEW_TERM},
        "knowledge.yaml:3:19: no answers under `in cases beneath`; expected `finding: answer` of this layer's findings",
    ),
    "an answer in cases beneath that is none": (
        {
            "knowledge.yaml": "name: workshop\nbuilds on: lamps\nin cases beneath: {wet: [no]}\n",
            "terms/own.yaml": NEW_TERM,
        },
        "knowledge.yaml:3:25: no answer to 'wet'; expected one answer",
    ),
    "the name of a layer beneath": (
        {"knowledge.yaml": "name: lamps\nbuilds on: lamps\n"},
        "knowledge.yaml:1: 'lamps' is the name of a layer beneath; expected a name of its own",
    ),
    "a name with a colon": (
        {"knowledge.yaml": "name: 'a:b'\nbuilds on: lamps\n"},
        "knowledge.yaml:1: 'a:b' cannot name a layer; expected a phrase without `:`, `;` and `/`",
    ),
}


@pytest.mark.parametrize(("layer", "expected"), MISTAKES.values(), ids=MISTAKES)
def test_what_a_layer_may_not_say_is_told_with_its_place(layer: dict[str, str], expected: str) -> None:
    assert expected in problems(layer)


def test_a_mistake_beneath_is_told_where_it_is() -> None:
    broken = {**BASE, "rules/see/hot.yaml": card("hot", "[heat: hott]", "{danger: some}")}
    (found,) = problems({}, base=broken)
    assert found.startswith("lamps:rules/see/hot.yaml:3:6: 'hott' is not a value of 'heat'")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"rules/see/hot.yaml": card("hot", "[heat: hot]", "{danger: some}", "replaces: smoke\n")},
            "`replaces` of 'hot'",
        ),
        ({"wording/de.yaml": "terms: {light: {ask: Licht}}"}, "wording of what lies beneath"),
        ({"terms/b.yaml": CHOICE}, "`values`, which is about what lies beneath"),
        (
            {"knowledge.yaml": "name: b\nin cases beneath: {light: no}\n"},
            "`in cases beneath`, which is about what lies",
        ),
        ({"knowledge.yaml": 'name: b\n"builds on": ../c\n'}, "`builds on` that is not in a line of its own"),
        ({"knowledge.yaml": "{name: b, builds on: ../c}\n"}, "`builds on` that is not in a line of its own"),
        ({"knowledge.yaml": "name: b\nbuilds on:\n  ../c\n"}, "`builds on` that is not in a line of its own"),
    ],
)
def test_a_base_says_nothing_of_what_lies_beneath(files: dict[str, str], expected: str) -> None:
    found = problems(base={**BASE, **files})
    assert any(expected in one and "`builds on" in one for one in found), found


def test_a_higher_layer_names_the_replacement() -> None:
    low = {"rules/own/old_bulb_here.yaml": REPLACING}
    old = card("top", "[light: no]", "{fault: bulb}, worn", "replaces: old_bulb\n")
    assert problems(low, {"rules/t/top.yaml": old}) == [
        "rules/t/top.yaml:1: 'top' replaces 'old_bulb', which 'old_bulb_here' replaces; expected a rule beneath; "
        "did you mean 'old_bulb_here'?"
    ]
    assert not problems(low, {"rules/t/top.yaml": old.replace("replaces: old_bulb", "replaces: old_bulb_here")})


def test_the_name_of_a_replaced_rule_is_not_used_again() -> None:
    low = {"rules/own/old_bulb_here.yaml": REPLACING}
    (found,) = problems(low, {"rules/t/old_bulb.yaml": card("old_bulb", "[light: no]", "{fault: bulb}")})
    assert "the name 'old_bulb' was used before (workshop:rules/own/old_bulb_here.yaml:1)" in found
