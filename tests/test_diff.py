"""Two rulebooks by meaning: renames, old lines beside new, and what makes the rules less safe first."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from engine.differences import RulebookDiff, compare
from engine.differences.law_strength import compare_laws
from engine.loader import load, load_files
from tests.conftest import BICYCLE, edit
from tests.test_impact import run, told

CARD = "rules/squeal_on_braking.yaml"
LAW = "laws/no_ride_without_brakes.yaml"
TERMS = "terms/bicycle.yaml"
BRAKES = """\
screening: yes, ask: "Do both brakes stop the wheels?", help: Pull each lever and push the bicycle.}
  noise: {"""
ANY_OF = "  - any of: [{noise while: braking}, {noise while: braking}]\n"


def found(base: Path) -> RulebookDiff:
    return compare(load(BICYCLE), load(base))


EDITS = [
    ("rules/no_brakes.yaml", "because: It is a hill.", "because: It is a cliff.", "wording",
     ("because", ["It is a hill."], ["It is a cliff."])),
    ("rules/no_brakes.yaml", "SHED: often", "SHED: daily", "wording", ("source", ["SHED: often"], ["SHED: daily"])),
    (CARD, "name: uphill", "name: upwards", "wording",
     ("examples", ["uphill: fails (noise: squeal, noise while: pedalling)"],
      ["upwards: fails (noise: squeal, noise while: pedalling)"])),
    (CARD, "  - noise while: braking\n", ANY_OF, "same meaning",
     ("if", ["noise while: braking"], ["any of (noise while: braking; noise while: braking)"])),
    (CARD, "fault: glazed pads", "fault: loose crank", "changed",
     ("then", ["fault: glazed pads"], ["fault: loose crank"])),
    ("rules/long_chain.yaml", "squeal_on_braking, ", "", "changed", ("outranks", ["squeal_on_braking"], [])),
    (CARD, "noise while: braking\n", "noise while: pedalling\n", "changed",
     ("if", ["noise while: braking"], ["noise while: pedalling"])),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "how", "line"), EDITS)
def test_a_rule_that_differs_is_told_by_meaning(
    shed: Path, file: str, old: str, new: str, how: str, line: tuple[str, list[str], list[str]]
) -> None:
    edit(shed / file, old, new)
    [one] = told(shed, "diff", str(BICYCLE))["differences"]
    assert (one["name"], one["change"], one["less safe"]) == (Path(file).stem, how, "")
    assert {"field": line[0], "before": line[1], "after": line[2]} in one["lines"]
    assert (one["marks"] is not None) == (line[0] == "if" and how == "changed")


REACHES = [
    ("noise: squeal\n", "noise: squeal or click\n", "more patients"),
    ("  - noise: squeal\n", "  - noise: squeal\n  - brakes hold: yes\n", "fewer patients"),
    ("noise: squeal\n", "noise: click\n", "other patients"),
]


@pytest.mark.parametrize(("old", "new", "reach"), REACHES)
def test_a_changed_condition_says_for_whom_it_holds_and_shows_a_whole_patient(
    shed: Path, old: str, new: str, reach: str
) -> None:
    edit(shed / CARD, f"  - {old.strip(' -')}", f"  - {new.strip(' -')}")
    [one] = found(shed).differences
    assert (one.reach, set(one.facts)) == (
        reach,
        {"brakes hold", "noise", "noise while", "chain length", "new chain length"},
    )
    assert f"* it holds for {reach} than before" in run(shed, "diff", str(BICYCLE))[1]


def test_what_says_the_same_is_the_same(shed: Path) -> None:
    assert run(shed, "diff", str(BICYCLE)) == (0, "Nothing differs.\n")


# --- renames ---------------------------------------------------------------------------------------------------------


def everywhere(base: Path, old: str, new: str) -> None:
    for path in base.rglob("*.*"):
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def renamed(base: Path) -> Any:
    return found(base).renames.as_json()


def test_a_rule_and_what_outranks_it_are_renamed_and_nothing_else_is_told(shed: Path) -> None:
    (shed / CARD).rename(shed / "rules" / "brake_noise.yaml")
    everywhere(shed, "squeal_on_braking", "brake_noise")
    assert renamed(shed) == [{"kind": "rule", "before": "squeal_on_braking", "after": "brake_noise"}]
    assert found(shed).differences == ()


def test_a_term_that_is_renamed_and_asked_in_other_words_is_both(shed: Path) -> None:
    everywhere(shed, "brakes hold", "brakes work")
    edit(shed / TERMS, "Do both brakes stop the wheels?", "Do the brakes work?")
    [one] = found(shed).differences
    assert (one.kind, one.name, one.was, one.how) == ("term", "brakes work", "brakes hold", "wording")
    assert renamed(shed) == [{"kind": "term", "before": "brakes hold", "after": "brakes work"}]


def test_a_value_with_another_figure_is_not_another_name_for_it(shed: Path) -> None:
    everywhere(shed, "loose crank", "crank loose by 2 turns")
    assert renamed(shed) == []
    everywhere(shed, "crank loose by 2 turns", "wobbly crank")
    assert renamed(shed) == [{"kind": "value", "before": "fault: loose crank", "after": "fault: wobbly crank"}]


def test_a_new_term_that_others_read_is_no_rename(shed: Path) -> None:
    edit(shed / TERMS, "noise while: {kind", "when: {kind")
    everywhere(shed, "{noise while: click}", "")
    edit(shed / CARD, "  - noise while: braking\n", "")
    for example in ("noise while: braking", "noise while: pedalling"):
        edit(shed / CARD, f", {example}", "")
    (shed / "tables" / "clicks.csv").unlink()
    edit(shed / "rules" / "long_chain.yaml", ", clicks.crank", "")
    edit(shed / "rules" / "no_brakes.yaml", "  - brakes hold: no\n", "  - brakes hold: no\n  - when: braking\n")
    edit(shed / "cases" / "old_chain.yaml", "noise while: braking\n", "")
    edit(shed / CARD, "  - {name: uphill, given: {noise: squeal}, rule: fails}\n", "")
    assert renamed(shed) == []


# --- less safe -------------------------------------------------------------------------------------------------------


def less_safe(base: Path) -> list[tuple[str, str, str]]:
    return [(one.name, one.how, one.less_safe) for one in found(base).differences if one.less_safe]


def test_a_law_that_is_gone_is_unmistakable(shed: Path) -> None:
    (shed / LAW).unlink()
    edit(shed / TERMS, "Do both brakes stop the wheels?", "Do both brakes hold?")
    gone = "this law is gone, and nothing forbids it any more"
    assert less_safe(shed) == [("no_ride_without_brakes", "removed", gone)]
    for command in (("diff", str(BICYCLE)), ("impact", "--against", str(BICYCLE))):
        assert run(shed, *command)[1].startswith(
            "LESS SAFE: 1 safeguard removed or weakened\n"
            f"  law no_ride_without_brakes: {gone}\n"
            "    Nobody rides without brakes.\n"
        )


STRENGTHS = [
    ("  - brakes hold: no\n", "  - brakes hold: no\n  - noise: squeal\n", "weaker"),
    ("  - ride: not at all\n", "  - ride: gently or not at all\n", "weaker"),
    ("  - brakes hold: no\n", "  - any of: [{brakes hold: no}, {brakes hold: unknown}]\n", "stronger"),
    ("  - brakes hold: no\n", "  - brakes hold: yes\n", "changed"),
    ("  - brakes hold: no\n", "  - any of: [{brakes hold: no}, {brakes hold: no}]\n", "same meaning"),
    ("says: Nobody rides", "says: No one rides", "wording"),
]


@pytest.mark.parametrize(("old", "new", "how"), STRENGTHS)
def test_a_law_is_weaker_or_stronger_by_what_it_forbids(shed: Path, old: str, new: str, how: str) -> None:
    edit(shed / LAW, old, new)
    [one] = found(shed).differences
    assert (one.how, bool(one.less_safe)) == (how, how in ("weaker", "changed"))
    assert (bool(one.forbids[0]), bool(one.forbids[1])) == (
        how in ("weaker", "changed"),
        how in ("stronger", "changed"),
    )


def test_what_a_weaker_law_no_longer_forbids_is_named(shed: Path) -> None:
    edit(shed / LAW, "  - brakes hold: no\n", "  - brakes hold: no\n  - noise: squeal\n")
    book = load(shed)
    found = compare_laws(book, load(BICYCLE).laws["no_ride_without_brakes"], book.laws["no_ride_without_brakes"])
    assert "brakes hold: no" in found.no_longer
    assert "noise: squeal" not in found.no_longer
    assert "* never, now: noise: squeal" in run(shed, "diff", str(BICYCLE))[1]


UNSAFE = [
    ("rules/no_brakes.yaml", "ride: not at all", "ride: gently",
     "it no longer gives the alarm ride: not at all"),
    ("rules/no_brakes.yaml", "  - brakes hold: no\n", "  - brakes hold: no\n  - noise: click\n",
     "it gives the alarm ride: not at all to fewer patients"),
    (TERMS, "screening: yes, ", "", "it is no longer a screening question"),
    (TERMS, ", screening for: not at all", "", "no longer an alarm: not at all"),
    (TERMS, BRAKES, 'screening: yes, asked if: [{noise: squeal}], ask: "Hm?", help: Pull.}\n  noise: {screening: yes, ',
     "this screening question is asked of other patients than before"),
    ("cases/old_chain.yaml", "expected ride: gently", "expected ride: as you like", ""),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "why"), UNSAFE)
def test_what_takes_a_safeguard_away_comes_first(shed: Path, file: str, old: str, new: str, why: str) -> None:
    edit(shed / file, old, new)
    edit(shed / CARD, "says: A squeal", "says: The squeal")
    first = found(shed).differences[0]
    if why:
        assert (first.name in (Path(file).stem, "brakes hold", "ride"), first.less_safe) == (True, why)
    else:
        assert less_safe(shed) == []


def test_a_saved_case_that_is_gone_or_expects_less_is_told(shed: Path) -> None:
    alarm = "case: {}\nbrakes hold: no\nexpected ride: not at all\n"
    before = shed.parent / "before"
    for name in ("first", "second"):
        (shed / "cases" / f"{name}.yaml").write_text(alarm.format(name), encoding="utf-8")
    shutil.copytree(shed, before)
    (shed / "cases" / "first.yaml").unlink()
    edit(shed / "cases" / "second.yaml", "ride: not at all", "ride: gently")
    differences = compare(load(before), load(shed)).differences
    assert [(one.name, one.less_safe) for one in differences] == [
        ("first", "this patient is no longer a saved case"),
        ("second", "a lower alarm is expected (ride)"),
    ]


# --- everything else -------------------------------------------------------------------------------------------------


def test_other_kinds_of_things_have_old_lines_beside_new(shed: Path) -> None:
    edit(shed / "sources.yaml", "citation: ", "citation: New ")
    edit(shed / TERMS, "values: [pads, chain, crank bolt]", "values: [pads, chain, crank bolt, saddle]")
    edit(shed / "cases" / "old_chain.yaml", "says: An old chain", "says: A very old chain")
    kinds = {one.kind: one.lines[0] for one in found(shed).differences}
    assert set(kinds) == {"source", "term", "saved case"}
    assert (kinds["term"].field, kinds["term"].before, kinds["term"].after) == ("values", (), ("saddle",))
    output = run(shed, "diff", str(BICYCLE))[1]
    assert "* values, now: saddle" in output
    assert "* says: A very old chain, and it squeals as well. (before: An old chain," in output


def test_equal_changes_of_many_things_are_told_once(shed: Path) -> None:
    old = (BICYCLE / "cases" / "old_chain.yaml").read_text(encoding="utf-8")
    for name in ("second", "third"):
        (shed / "cases" / f"{name}.yaml").write_text(old.replace("old_chain", name), encoding="utf-8")
    before = shed.parent / "before"
    shutil.copytree(shed, before)
    for path in (shed / "cases").iterdir():
        edit(path, "brakes hold: yes", "brakes hold: no")
        edit(path, "expected ride: gently", "expected ride: not at all")
    output = run(shed, "diff", str(before))[1]
    assert "3 alike: old_chain, second, third\n" in output
    assert output.count("brakes hold: no (before: brakes hold: yes)") == 1


def test_a_saved_case_that_expects_fewer_of_several_alarms_guards_less() -> None:
    files = {
        "terms/lamp.yaml": (
            'findings:\n  smoke: {kind: yes/no, screening: yes, ask: "Does it smoke?", help: Look.}\n'
            "conclusions:\n  alarms: {kind: several, values: [fire, fumes], screening for: fire or fumes, says: It.}\n"
        ),
        "cases/smoky.yaml": "case: smoky\nsays: Smoke.\nsmoke: yes\nexpected alarms: [fire, fumes]\n",
    }
    before = load_files({name: text.encode() for name, text in files.items()})
    files["cases/smoky.yaml"] = files["cases/smoky.yaml"].replace("[fire, fumes]", "[fire]")
    [one] = compare(before, load_files({name: text.encode() for name, text in files.items()})).differences
    assert one.less_safe == "a lower alarm is expected (alarms)"
