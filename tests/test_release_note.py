"""The release note for clinicians: what advice changes for whom, as text and as a page."""

import re
from pathlib import Path

import pytest

from tests.conftest import BICYCLE, edit
from tests.test_impact import run

CARD = "rules/squeal_on_braking.yaml"


def note(base: Path, *more: str) -> str:
    code, output = run(base, "diff", str(BICYCLE), "--for", "clinician", *more)
    assert code == 0
    return " ".join(output.split())


def test_a_changed_rule_has_both_sentences_its_source_and_a_patient_with_other_advice(shed: Path) -> None:
    edit(shed / CARD, "noise while: braking\n", "noise while: braking or pedalling\n")
    told = note(shed)
    assert "In short 1 changed rule. The advice changes for none of 1 saved patient." in told
    assert "Before: If noise is squeal and noise while is braking, then fault is glazed pads and parts is pads." in told
    assert "Now: If noise is squeal and noise while is braking or pedalling, then fault is glazed pads" in told
    assert "It holds for more patients than before." in told
    assert "Why: Smooth pads slip and grip in turn. source: SHED: last summer." in told
    assert re.search(r"For example a patient with .*noise while: pedalling.* \* fault: glazed pads", told)


def test_a_rule_through_which_no_advice_changes_says_so(shed: Path) -> None:
    rule = (shed / "rules" / "no_brakes.yaml").read_text(encoding="utf-8")
    (shed / "rules" / "twice.yaml").write_text(rule.replace("rule: no_brakes", "rule: twice"), encoding="utf-8")
    told = note(shed)
    assert "New rules Without brakes it stays at home." in told
    assert "No patient gets different advice because of it (proved)." in told


def test_a_retired_rule_and_a_law_that_is_gone_are_named(shed: Path) -> None:
    (shed / CARD).unlink()
    edit(shed / "rules" / "long_chain.yaml", "squeal_on_braking, ", "")
    (shed / "laws" / "no_ride_without_brakes.yaml").unlink()
    told = note(shed)
    assert told.index("LESS SAFE THAN BEFORE") < told.index("Changed rules") < told.index("Retired rules")
    assert "Nobody rides without brakes. This law is gone, and nothing forbids it any more." in told
    assert "* fault: none given (before: glazed pads)" in told


def test_questions_and_grounds_have_old_words_beside_new(shed: Path) -> None:
    edit(shed / "terms" / "bicycle.yaml", "What noise does it make?", "What do you hear?")
    edit(
        shed / "terms" / "bicycle.yaml",
        "  noise: {",
        '  bell: {kind: yes/no, ask: "A bell?", help: Ring it.}\n  noise: {',
    )
    edit(shed / "sources.yaml", "heard over the fence", "read")
    told = note(shed)
    assert "No rule changes what it advises." in told
    assert "New: bell. A bell? Ring it." in told
    assert "Other words: noise. What do you hear? * ask: What do you hear? (before: What noise does it make?)" in told
    assert "Grounds Changed: What the neighbour says * seen: read (before: heard over the fence)" in told


def test_nothing_new_is_said_to_be_nothing(shed: Path) -> None:
    assert note(shed) == "Nothing changes."


def test_the_page_says_what_the_text_says_and_escapes_it(shed: Path, tmp_path: Path) -> None:
    edit(shed / CARD, "says: A squeal on braking", "says: A <squeal> on braking")
    edit(shed / CARD, "noise while: braking\n", "noise while: pedalling\n")
    (shed / "laws" / "no_ride_without_brakes.yaml").unlink()
    page = tmp_path / "note.html"
    assert "saved: " in note(shed, "--html", str(page))
    html = page.read_text(encoding="utf-8")
    assert '<h2 class="alarm">LESS SAFE THAN BEFORE' in html
    assert "<h3>A &lt;squeal&gt; on braking comes from glazed pads.</h3>" in html
    assert "<li>fault: " in html
    assert "<script" not in html


@pytest.mark.parametrize("words", [("--html", "x.html"), ("--for", "patient")])
def test_a_page_is_for_clinicians_only(shed: Path, words: tuple[str, ...]) -> None:
    assert run(shed, "diff", str(BICYCLE), *words)[0] == 2
