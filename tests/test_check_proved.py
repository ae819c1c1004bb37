"""What `lumbar check` says of every case: each kind of finding, its patient, and what blocks."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from engine import semantics
from engine.case import Case
from engine.checks import Report, check
from engine.checks.report_text import save_patients
from engine.checks.screen import case_text, finding_text
from engine.circuit import CompiledRulebook
from engine.errors import InternalError
from engine.interfaces.files import read
from engine.loader import load_files
from engine.proof import Limits, Unknown, Unsat
from engine.proof.prover import Prover
from engine.rulebook import Rulebook

TERMS = """
findings:
  hot: {kind: yes/no, ask: "Hot?", help: Hot., screening: yes, usual: no}
  wet: {kind: yes/no, ask: "Wet?", help: Wet.}
  size: {kind: number, range: 0 to 9, ask: "Size?", help: Size.}
conclusions:
  alarm: {kind: yes/no, otherwise: no, says: Alarm.}
  colour: {kind: choice, values: [red, blue], OTHERWISE says: Colour.}
"""
CARDS = {
    "alarm_when_hot": ("hot: yes", "alarm: yes"),
    "red_when_big": ("size: 4 or more", "colour: red"),
    "blue_when_small": ("size: at most 3", "colour: blue"),
}


def card(name: str, line: str, then: str) -> str:
    lines = "".join(f"  - {one}\n" for one in line.split("; "))
    return f"rule: {name}\nsays: It says.\nif:\n{lines}then:\n  - {then}\nbecause: Made up.\nsource: [{{PAGE: here}}]\n"


def law(name: str, *lines: str, kind: str = "law") -> str:
    return (
        f"{kind}: {name}\nsays: It says.\nnever:\n" + "".join(f"  - {one}\n" for one in lines) + "source: [{PAGE: h}]\n"
    )


def book(otherwise: str = "", **files: str) -> Rulebook:
    cards = {name: card(name, *told) for name, told in CARDS.items()}
    cards |= {name: card(name, *text.split(" > ")) for name, text in files.items() if " > " in text}
    texts = {f"rules/a/{name}.yaml": text for name, text in cards.items()}
    texts |= {f"laws/{name}.yaml": text for name, text in files.items() if text.startswith("law:")}
    texts |= {f"impossible/{name}.yaml": text for name, text in files.items() if text.startswith("impossible:")}
    texts |= {
        "terms/all.yaml": TERMS.replace("OTHERWISE", otherwise),
        "sources.yaml": "PAGE: {citation: It., seen: all}",
    }
    return load_files({name: text.encode() for name, text in texts.items()})


def told(made: Rulebook, idle: bool = False) -> Report:
    return check(made, idle=idle, mutate=False)


def only(made: Rulebook, idle: bool = False) -> tuple[str, bool, dict[str, object]]:
    """The one thing found: its words, whether it blocks, and the answers of its patient."""
    (one,) = told(made, idle).proved
    return str(one.problem).partition(";")[0], one.blocks, dict(one.patient.facts) if one.patient else {}


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert told(book()).proved == ()


BROKEN = law("no_red_while_wet", "colour: red", "wet: yes")
DEAD = "hot: yes; hot: no > alarm: yes"
CASES = {
    "a law": (
        book(a=BROKEN.replace("no_red_while_wet", "a")),
        "laws/a.yaml:1: the law 'a' is broken",
        {"wet": "yes", "size": 4},
    ),
    "a law of nobody": (
        book(b=law("b", "colour: red", "hot: yes", "hot: no")),
        "laws/b.yaml:1: the law 'b' can never apply: `hot: yes` with `hot: no` is true of no patient",
        {},
    ),
    "a dispute": (
        book(wet_is_blue="wet: yes > colour: blue"),
        "rules/a/wet_is_blue.yaml:1: 'wet_is_blue' gives colour: blue, and can fire together with 'red_when_big' "
        "(rules/a/red_when_big.yaml:1), which gives red",
        {"wet": "yes", "size": 4},
    ),
    "a dead rule": (
        book(never=DEAD),
        "rules/a/never.yaml:1: 'never' can never fire: `hot: yes` with `hot: no` is true of no patient",
        {},
    ),
    "assumptions against each other": (
        book(
            c=law("c", "hot: yes", kind="impossible"),
            d=law("d", "hot: no", kind="impossible"),
        ),
        "impossible/c.yaml:1: with 'c' and 'd' there is no patient whose every question is answered",
        {},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_kind_of_finding_is_told_with_its_place_and_its_smallest_patient(name: str) -> None:
    made, words, facts = CASES[name]
    found = next(one for one in told(made).proved if one.blocks)
    assert str(found.problem).partition(";")[0] == words
    assert (dict(found.patient.facts) if found.patient else {}) == facts


def test_a_gap_is_told_unless_it_is_accepted_in_writing() -> None:
    bigger = {"red_when_big": "size: 5 or more > colour: red"}
    assert only(book(**bigger))[2] == {"size": 4}
    assert told(book("accepts: Four has no colour., ", **bigger)).proved == ()
    assert only(book("otherwise: red, gap: yes, ", **bigger))[2] == {"size": 4}
    assert told(book("otherwise: red, ", **bigger)).proved == ()


def test_a_gap_is_told_with_how_common_it_is() -> None:
    found = next(one for one in told(book(red_when_big="size: 5 or more > colour: red")).proved if one.blocks)
    said = re.search(r"in all, ([0-9.]+)% of made-up patients end so", found.problem.there)
    assert said
    assert 8 < float(said[1]) < 12  # one of ten sizes, all alike


def test_a_twin_of_a_law_on_a_screening_finding_blocks() -> None:
    excused = law("e", "colour: red", "hot: yes").replace("source", "unless:\n  - alarm: yes\nsource")
    words, blocks, facts = only(book(e=excused))
    assert words == "laws/e.yaml:1: the law 'e' says nothing of a patient in whom 'hot' was not asked"
    assert (blocks, facts) == (True, {"size": 4})


def test_what_is_idle_is_advice_and_only_where_it_is_asked_for() -> None:
    twice = book(bigger="size: 6 or more > colour: red")
    assert told(twice).proved == ()
    assert only(twice, idle=True) == (
        "rules/a/bigger.yaml:1: 'bigger' can be deleted, and no answer changes",
        False,
        {},
    )


def test_a_patient_who_is_saved_is_a_case_that_shows_it(tmp_path: Path) -> None:
    made = CASES["a law"][0]
    save_patients(told(made), tmp_path)
    (case,) = read([str(tmp_path)], made)
    assert case.problems == ()
    assert semantics.decide(made, case).broken
    (found,) = told(made).proved
    assert found.patient is not None
    assert [line.strip() for line in finding_text(made, found)][1:] == case_text(found.patient).splitlines()


def test_of_a_patient_with_many_answers_only_what_is_not_as_usual_is_told() -> None:
    many = {f"hot{n}": n == 9 for n in range(10)}
    terms = "".join(f"  {name}: {{kind: yes/no, ask: 'H?', help: H., usual: no}}\n" for name in many)
    texts = {
        "terms/all.yaml": f"findings:\n{terms}conclusions:\n  warm: {{kind: yes/no, otherwise: no, says: W.}}\n",
        "rules/a/one.yaml": card(
            "one", "; ".join(f"{name}: {'yes' if it else 'no'}" for name, it in many.items()), "warm: yes"
        ),
        "laws/cold.yaml": law("cold", "warm: yes"),
        "sources.yaml": "PAGE: {citation: It., seen: all}",
    }
    made = load_files({name: text.encode() for name, text in texts.items()})
    (found,) = told(made).proved
    assert [line.strip() for line in finding_text(made, found)][3:] == [
        "hot9: yes",
        "# and 9 answers more, as is usual; `--save DIR` writes the whole case",
    ]


def test_undecided_is_no_proof() -> None:
    prover = Prover(CompiledRulebook(CASES["a law"][0]), Limits(conflicts=0))
    assert isinstance(prover.possible(prover.holds("colour", "red")), Unknown)


def test_a_law_may_rest_on_an_assumption() -> None:
    assumed = law("f", "wet: yes", "size: 4 or more", kind="impossible")
    made = book(a=law("a", "colour: red", "wet: yes"), f=assumed)
    assert told(made).resting == {"a": ("f",)}
    assert [one.blocks for one in told(replace(made, impossible={})).proved] == [True]


def test_every_possible_case_is_counted() -> None:
    assert told(book()).magnitude == 1  # 3 x 3 x 11 = 99


def test_verdicts_are_kept_and_asked_anew_where_a_card_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made = replace(book(a=law("a", "colour: red", "size: 2")), directory="somewhere")
    assert told(made).proved == ()
    prover = Prover(CompiledRulebook(made), keep=True)
    node = prover.circuit.breaks(made.laws["a"].condition)
    assert isinstance(prover.possible(node), Unsat)
    assert prover._solver is None
    changed = replace(book(a=law("a", "colour: red", "size: 2"), b="size: 2 > colour: red"), directory="somewhere")
    assert [one.blocks for one in told(changed).proved] == [True, True]


def test_a_case_is_no_patient_of_a_changed_meaning() -> None:
    made = CASES["a law"][0]
    with pytest.raises(InternalError):
        Prover(CompiledRulebook(made)).replay(
            {"wet": "yes"}, lambda decision: semantics.breaks(made.laws["a"], decision.state)
        )
    assert not semantics.decide(made, Case("x", {"wet": "yes"})).broken


def test_a_law_that_a_saved_case_breaks_is_told_once_and_names_the_case() -> None:
    made = replace(CASES["a law"][0], cases={"puddle": Case("puddle", {"wet": "yes", "size": 4})})
    report = told(made)
    by_cases = [str(one.problem) for one in report.tried if one.check == "law_broken_by_a_saved_case"]
    assert [one.partition(";")[0] for one in by_cases] == ["laws/a.yaml:1: the law 'a' is broken by the case 'puddle'"]
    assert report.proved == ()
