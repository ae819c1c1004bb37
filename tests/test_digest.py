"""The digest of a rulebook: true of what is in it, however it was made and wherever that is written."""

import re
from dataclasses import replace
from typing import Any

import pytest

from engine import explain, semantics
from engine.case import Case
from engine.errors import QuestionError
from engine.loader import load_files
from engine.rulebook import Rulebook
from tests.test_load import FILES, changed, encoded


def test_the_digest_differs_when_a_word_or_a_name_changes() -> None:
    plain = load_files(encoded(FILES)).digest
    assert load_files(changed("rules/back/other.yaml", "Another.", "Another!")).digest != plain
    renamed = {re.sub(r"\bother\b", "third", name): re.sub(r"\bother\b", "third", text) for name, text in FILES.items()}
    assert load_files(encoded(renamed)).digest != plain


def test_the_digest_is_that_of_what_is_said_wherever_it_stands() -> None:
    plain = load_files(encoded(FILES)).digest
    assert load_files(encoded(dict(reversed(FILES.items())))).digest == plain
    moved = {name.replace("back/other", "front/other"): text for name, text in FILES.items()}
    assert load_files(encoded(moved)).digest == plain
    assert load_files(changed("rules/back/other.yaml", "rule: other", "# for all\n\nrule: other")).digest == plain


def test_the_digest_of_a_changed_rulebook_is_that_of_what_is_in_it() -> None:
    plain = load_files(encoded(FILES))
    rule = replace(plain.rules["other"], because="It is not so.")
    other = replace(plain, rules={**plain.rules, "other": rule})
    assert other.digest == load_files(changed("rules/back/other.yaml", "It is so.", "It is not so.")).digest
    assert replace(other, rules=plain.rules).digest == plain.digest != other.digest


@pytest.mark.parametrize("part", ["terms", "rules", "laws", "impossible", "sources", "claims"])
def test_the_digest_differs_when_a_part_is_missing(bundled: Rulebook, part: Any) -> None:
    fewer: dict[str, Any] = {part: dict(list(getattr(bundled, part).items())[1:])}
    assert replace(bundled, **fewer).digest != bundled.digest
    assert replace(bundled, recommendation=None).digest != bundled.digest


def test_a_decision_of_a_changed_rulebook_is_not_taken_for_one_of_the_first(clinic: Rulebook) -> None:
    rules = {name: rule for name, rule in clinic.rules.items() if name != "saddle_numbness"}
    other = replace(clinic, rules=rules)
    decision = semantics.decide(other, Case("x", {"saddle numbness": "yes"}))
    assert explain.why(other, decision, "urgency")
    with pytest.raises(QuestionError, match="a decision by the rulebook"):
        explain.why(clinic, decision, "urgency")
