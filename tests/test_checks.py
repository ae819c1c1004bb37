"""The catalogue of checks: each finds what its example shows, leaves the sample alone, and stands in docs/check.md."""

import pytest

from engine.checks import Check, Subject, check, checks
from engine.checks.report_text import reference
from engine.checks.sample import sample

from .conftest import ROOT

PAGE = ROOT / "docs" / "check.md"


def test_no_check_finds_anything_in_the_sample() -> None:
    report = check(sample(), idle=True, mutate=False, before=sample())
    assert (report.tried, report.proved) == ((), ())


@pytest.mark.parametrize("each", checks(), ids=lambda each: each.name)
def test_each_check_finds_what_its_example_shows(each: Check) -> None:
    assert list(each.find(Subject(sample(each.invalid), before=sample(each.before))))


@pytest.mark.parametrize("each", checks(), ids=lambda each: each.name)
def test_each_check_leaves_alone_what_is_right(each: Check) -> None:
    assert list(each.find(Subject(sample(each.valid), before=sample(each.before)))) == []


def test_the_page_has_the_table_of_all_checks(approve: bool) -> None:
    head, start, rest = PAGE.read_text(encoding="utf-8").partition("<!-- checks -->\n")
    printed, end, tail = rest.partition("<!-- end of checks -->\n")
    if approve:
        PAGE.write_text(head + start + reference() + end + tail, encoding="utf-8")
    else:
        assert printed == reference(), "`pytest --approve tests/test_checks.py` prints it anew"
