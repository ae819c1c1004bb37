"""Cards written by the program: loading reads back what was meant, and they look as people write them."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.checks.saved_cases import differing, expected_text
from engine.document import WIDTH, composed, read
from engine.language import Domain
from engine.loader import load_files
from engine.loader.cards import load_card
from engine.loader.files import read_folder
from engine.loader.known_names import KnownNames
from engine.loader.problem_collector import ProblemCollector
from engine.loader.writing import card, case
from engine.rulebook import Citation, Example, Rule, Rulebook, Term
from engine.semantics import decide
from tests.conftest import ROOT, tries

from .rulebooks import COLOURS, NOWHERE, conclusion, conditions, findings, value


def meant(rule: Rule) -> Rule:
    """The rule without the places where it stands."""
    examples = tuple(replace(example, given=dict(example.given), place=NOWHERE) for example in rule.examples)
    return replace(rule, place=NOWHERE, examples=examples)


def read_back(text: str, name: str, terms: Mapping[str, Term]) -> tuple[Rule | None, list[str]]:
    collector = ProblemCollector()
    node, repeated = read(text, f"rules/{name}.yaml")
    rule = load_card(collector, f"rules/{name}.yaml", node, KnownNames(terms, ("BOOK", "PAGE"), ("1", "2")))
    return rule and meant(rule), [str(problem) for problem in [*repeated, *collector.problems]]


words = st.text(st.characters(codec="utf-8"), max_size=80) | st.text(" -?:,[]{}#&*!|>'\"%@`~ab1", max_size=80)
texts = words.map(lambda text: composed(" ".join(text.split()))).filter(bool)
places = texts.filter(lambda text: "[" not in text and "]" not in text)
citations = st.builds(Citation, st.sampled_from(["BOOK", "PAGE"]), places, st.sampled_from(["", "recalled"]))
claims = st.builds(Citation, st.just("article"), st.sampled_from(["1", "2"]))


@st.composite
def cards(draw: Any) -> tuple[Rule, dict[str, Term]]:
    """A rule with texts of any kind, and the terms that it speaks of."""
    terms = dict(draw(findings()))
    for number in range(3):
        made = draw(conclusion(f"conclusion {number}"))
        terms[made.name] = made
    then = tuple(
        (name, draw(st.sampled_from(terms[name].domain.values)) if terms[name].domain.values else None)
        for name in draw(st.lists(st.sampled_from(["conclusion 0", "conclusion 1"]), min_size=1, unique=True))
    )
    rule = Rule(
        id="made_up",
        says=draw(texts),
        condition=draw(conditions(terms)),
        then=then,
        because=draw(texts),
        sources=tuple(draw(st.lists(citations | claims, min_size=1, max_size=3))),
        place=NOWHERE,
        outranks=tuple(draw(st.lists(st.sampled_from(["one_rule", "another_rule"]), unique=True))),
        examples=tuple(draw(st.lists(examples(terms), max_size=3))),
    )
    return rule, terms


@st.composite
def examples(draw: Any, terms: Mapping[str, Term]) -> Example:
    given = {}
    for term in draw(st.lists(st.sampled_from(list(terms.values())), unique=True)):
        if term.domain.kind == "several":
            given[term.name] = tuple(draw(st.lists(st.sampled_from(COLOURS), unique=True)))
        else:
            given[term.name] = draw(st.integers(0, 9) if term.domain.kind == "tally" else value(term))
    return Example(draw(texts), given, draw(st.sampled_from(["holds", "fails", "waits"])), NOWHERE)


@given(cards())
@tries(50)
def test_loading_a_written_card_gives_the_card(made: tuple[Rule, dict[str, Term]]) -> None:
    rule, terms = made
    assert read_back(card(rule), "made_up", terms) == (rule, [])


def test_every_card_of_the_knowledge_base_written_anew_means_the_same(either: Rulebook) -> None:
    files = read_folder(either.directory, cases=False)
    cards = [rule for rule in either.rules.values() if not rule.row]
    again = load_files(files | {rule.place.file: card(rule).encode() for rule in cards})
    assert {name: meant(rule) for name, rule in again.rules.items()} == {
        name: meant(rule) for name, rule in either.rules.items()
    }


def test_a_written_card_differs_from_what_people_wrote_in_its_layout_only(bundled: Rulebook) -> None:
    files = read_folder(ROOT / "knowledge")
    found = {rule.id: files[rule.place.file].decode() for rule in bundled.rules.values() if not rule.row}
    differ = [name for name, text in found.items() if _words(text) != _words(card(bundled.rules[name]))]
    assert len(differ) < len(found) / 20


def _words(text: str) -> list[str]:
    """The text without line breaks, and without braces and quotes, which people set in different ways."""
    return re.sub(r"[{},\"]|>-|- ", " ", text).split()


WRITTEN = """\
rule: long_morning_stiffness
says: "An hour or more: a routine review."
if:
  - weeks since onset: 13 or more
  - at least 2 of:
      - morning stiffness: 60 or more
      - night pain: woken in the second half of the night or unrelieved
unless:
  - red flag: yes
then:
  - urgency: routine review
outranks: [another_rule]
because: Long stiffness feeds the inflammatory screen. An hour is our choice, and no figure stands behind it, which is
  why it is a draft and the urgency is the lowest that there is.
source:
  - NG65: referral criteria
  - CONVENTION: one hour [convention]
  - article: 7
examples:
  - {name: an hour, given: {weeks since onset: 13, morning stiffness: 60}, rule: holds}
  - name: 59 minutes, and a name that is too long for one line together with all that is given
    given: {weeks since onset: 13, morning stiffness: 59, night pain: only on turning, avoid: [sitting, "lifting, and"]}
    rule: fails
  - name: "Even longer: more is given than one line can hold"
    given:
      weeks since onset: 13
      morning stiffness: 59
      night pain: woken in the second half of the night
      red flag: no
      avoid: [sitting, "lifting, and"]
    rule: fails
  - {name: nothing known, given: {}, rule: waits}
"""


def test_a_written_card_looks_as_a_person_would_have_written_it() -> None:
    terms = {
        name: Term(name, domain, name not in ("urgency", "red flag", "avoid"), NOWHERE)
        for name, domain in {
            "weeks since onset": number(),
            "morning stiffness": number(),
            "night pain": choice("only on turning", "woken in the second half of the night", "unrelieved"),
            "red flag": choice("yes", "no"),
            "urgency": choice("self-care", "routine review"),
            "avoid": replace(choice("sitting", "lifting, and"), kind="several"),
        }.items()
    }
    collector = ProblemCollector()
    node, _ = read(WRITTEN, "rules/long_morning_stiffness.yaml")
    rule = load_card(
        collector, "rules/long_morning_stiffness.yaml", node, KnownNames(terms, ("NG65", "CONVENTION"), ("7",))
    )
    assert collector.problems == []
    assert rule is not None
    assert card(rule) == WRITTEN
    assert max(map(len, WRITTEN.splitlines())) <= WIDTH


def number() -> Domain:
    return Domain("number", low=0, high=600)


def choice(*values: str) -> Domain:
    return Domain("choice", values)


def test_a_saved_case_written_anew_is_the_same_case(either: Rulebook) -> None:
    files = read_folder(either.directory, cases=False)
    for saved in either.cases.values():
        text = case(either, saved, expected_text(either, decide(either, saved)))
        files[f"cases/{saved.id}.yaml"] = text.encode()
    found = load_files(files).cases
    assert [*found] == [*either.cases]
    for name, again in found.items():
        saved = either.cases[name]
        assert replace(again, place=None, expected=None) == replace(saved, place=None, expected=None)
        assert not [*differing(either, again, decide(either, saved).conclusions)]
