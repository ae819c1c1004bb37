"""The commands that ask about an answer, as a person meets them: what they print, and how they fail."""

import json
import subprocess
import sys

import pytest

from tests.conftest import BICYCLE, ROOT, every
from tests.test_cli import CASES, run

FACET = str(CASES / "facet_by_three_of_five.yaml")
DISC = str(CASES / "disc_centralises_on_extension.yaml")
VISITS = [str(CASES / f"followup_disc_{one}.yaml") for one in ("unchanged_after_a_week", "better_goes_on")]

WRONG = [
    (("whynot", FACET, "exercise directon=flexion"), "'exercise directon' is not a conclusion; did you mean"),
    (("whynot", FACET, "age=40"), "'age' is a finding"),
    (("whynot", FACET, "urgency=emergancy"), "same day, emergency; did you mean 'emergency'?"),
    (("whynot", FACET, "speaks for disc-type=many"), "'many' is not a number, and 'speaks for disc-type' counts"),
    (("weigh", FACET, "working pattern", "facet"), "'facet' is not a value of 'working pattern'"),
    (("weigh", FACET, "speaks for disc-type"), "counts, and has no values to weigh"),
    (("compare", FACET), "expected two cases to compare, found 1"),
    (("compare", FACET, DISC, "--knowledge-b", "knowledge"), "compares one case, and two are named"),
    (
        ("whatif", FACET, "leg weakness"),
        "which answer to 'leg weakness'? none or gives way from pain or stable or new or worsening or severe",
    ),
    (("whatif", FACET, "leg weakness: nwe"), "'nwe' is not a value of 'leg weakness'"),
    (("whatif", FACET, "urgency: emergency"), "'urgency' is a conclusion"),
    (("whatif", FACET, "sacroiliac tests positive: 5"), "No more sacroiliac tests can be positive than were done"),
    (("whatif", FACET, "--term", "urgenci"), "'urgenci' is not a conclusion; did you mean 'urgency'?"),
    (("enough", FACET, "--case", "nobody"), "has no case 'nobody'"),
]


@pytest.mark.parametrize(("words", "told"), WRONG, ids=[told for _, told in WRONG])
def test_wrong_use_ends_with_two_and_says_what_was_expected(words: tuple[str, ...], told: str) -> None:
    code, _, error = run(*words)
    assert code == 2
    assert told in error


@pytest.mark.parametrize("words", [("whynot", "-", "urgency"), ("enough", "-"), ("next", "-"), ("whatif", "-")])
def test_a_case_with_something_to_mend_is_not_explained_but_has_its_urgency(words: tuple[str, ...]) -> None:
    code, output, _ = run(*words, stdin="saddle numbness: yes\nsex: femal\n")
    assert code == 1
    assert "'femal' is not a value of 'sex'" in output
    assert "urgency: at least emergency; correcting the problems cannot raise it" in output


def test_two_visits_may_stand_in_one_file() -> None:
    visits = "- {case: before, leg weakness: none}\n- {case: after, leg weakness: new, sex: male}\n"
    code, output, _ = run("compare", "-", "--term", "urgency", "--json", stdin=visits)
    told = json.loads(output)
    assert code == 0
    assert told["findings"] == [{"term": "leg weakness", "before": "none", "after": "new"}]
    assert told["beside"] == ["sex"]


def test_an_answer_can_be_taken_back() -> None:
    told = json.loads(run("whatif", FACET, "leg weakness: unknown", "--term", "red flag", "--json")[1])
    assert told["findings"] == [{"term": "leg weakness", "before": "none", "after": None}]
    assert told["advice"][0]["after"] is None


def test_a_value_may_stand_behind_a_colon_as_in_a_case() -> None:
    assert run("whynot", FACET, "urgency: emergency") == run("whynot", FACET, "urgency=emergency")


ASKED = [("whynot", "fault=loose crank"), ("weigh", "fault"), ("whatif",), ("enough",), ("next",)]


@pytest.mark.parametrize("words", ASKED)
def test_another_field_is_questioned_without_a_recommendation_laid_out(words: tuple[str, ...]) -> None:
    case = str(BICYCLE / "cases" / "old_chain.yaml")
    code, output, error = run("--knowledge", str(BICYCLE), words[0], case, *words[1:])
    assert (code, error) == (0, "")
    assert "chain" in output


@pytest.mark.slow
def test_all_sets_of_other_answers_are_told_where_all_are_asked_for() -> None:
    words = ("whatif", FACET, "--json")
    some, every = (json.loads(run(*words, *more)[1]) for more in ((), ("--all",)))
    assert some["counts"] == every["counts"]
    assert sum(one["count"] for one in every["sets"]) == sum(every["counts"].values())
    assert len(some["sets"]) < len(every["sets"])


def lumbar(words: list[str], before: str = "", after: str = "") -> str:
    """What a process of its own prints."""
    code = f"import sys; {before}import cli; cli.lumbar({words!r}, standalone_mode=False); {after}"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    return " ".join(done.stdout.split())


@pytest.mark.parametrize("words", every(2, [["why", FACET], ["weigh", FACET, "working pattern"]]))
def test_a_question_that_needs_no_solver_loads_none(words: list[str]) -> None:
    told = lumbar(words, after="print({'pysat', 'numpy', 'polars', 'rich'} & set(sys.modules))")
    assert told.endswith("set()")
