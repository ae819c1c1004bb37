"""Examples of tables: each judges every row, and what the table concludes."""

import pytest

from engine.checks import check
from engine.checks.mutation import example_text
from engine.loader import load_files

from .test_load import FILES, encoded, told
from .test_mutation import EXAMPLES, HEADER, report_of, survived


def test_the_examples_proposed_for_a_table_can_be_pasted() -> None:
    rulebook = load_files(encoded(FILES))
    text = ""
    for _ in range(20):
        proposed = [one for one in report_of(rulebook).survivors if one.mutant.rule.row and one.given is not None]
        if not proposed:
            break
        lines = example_text(rulebook, proposed[0])
        text += "\n".join(lines) + "\n"
        rulebook = load_files(encoded(FILES | {EXAMPLES: text}))
        assert not [one for one in check(rulebook).errors if "the example" in one.problem.there]
    assert not [one for one in report_of(rulebook).survivors if one.mutant.rule.row and one.mutant.of_condition]
    assert text.splitlines() == [
        "example,leg pain,age,=>,urgency,avoid,holds,waits",
        '"age 59, leg pain yes",yes,59,=>,-,-,-,-',
        '"age 60, leg pain yes",yes,60,=>,now,lifting,old,-',
    ]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("as it is,yes,60,=>,now,old,-", None),
        ("each age in turn,yes,60 or 61 or 120,=>,now,old,-", None),
        ("nothing known,-,-,=>,-,-,old; young", None),
        ("too young,yes,59,=>,now,old,-", "the example 'too young': the row 'old' fails; expected that it holds"),
        (
            "either,yes or no,60,=>,now,old,-",
            "the example 'either' (leg pain: no): the row 'old' fails; expected that it holds",
        ),
        ("later,yes,60,=>,soon,old,-", "the example 'later': now is concluded of 'urgency'; expected soon"),
        ("never,yes,60,=>,-,old,-", "the example 'never': now is concluded of 'urgency'; expected nothing"),
    ],
)
def test_an_example_of_a_table_judges_every_row_and_what_follows(row: str, expected: str | None) -> None:
    rulebook = load_files(encoded(FILES | {EXAMPLES: f"{HEADER}{row}\n"}))
    found = [str(one.problem) for one in check(rulebook).errors if EXAMPLES in one.problem.place.file]
    assert (f"{EXAMPLES}:2: {expected}" in found) if expected else not found


def test_what_a_table_concludes_is_noticed_by_its_examples() -> None:
    row = "urgency: soon` instead of `urgency: now"
    files = FILES | {"recommendation.yaml": FILES["recommendation.yaml"].replace("[pattern, avoid]", "[urgency]")}
    assert [edit for edit in survived(load_files(encoded(files)), "steps.old") if row in edit]
    seen = load_files(encoded(files | {EXAMPLES: f"{HEADER}leg pain at sixty,yes,60,=>,now,old,-\n"}))
    assert not [edit for edit in survived(seen, "steps.old") if "urgency" in edit]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("example,age\nx,1\n", "steps.examples.csv:1: a header of another form; expected `example, terms…, =>, conc"),
        ("example,aeg,=>,holds,waits\nx,1,=>,-,-\n", "steps.examples.csv:1: 'aeg' is not a term"),
        ("example,leaning back,=>,holds,waits\nx,worse,=>,-,-\n", "steps.examples.csv:1: no row reads 'leaning back'"),
        ("example,age,=>,pattern,holds,waits\nx,1,=>,-,-,-\n", "steps.examples.csv:1: no row gives 'pattern'"),
        (f"{HEADER}x,yes,60,=>,now,old\n", "steps.examples.csv:2: 6 cells; expected 7, as in the header"),
        (f"{HEADER},yes,60,=>,now,old,-\n", "steps.examples.csv:2: no name"),
        (f"{HEADER}x,yes,600,=>,now,old,-\n", "steps.examples.csv:2: 600 is outside the range of 'age'"),
        (f"{HEADER}x,yes,60,=>,now,elder,-\n", "steps.examples.csv:2: 'elder' is not a row of the table"),
        (f"{HEADER}x,maybe,60,=>,now,old,-\n", "steps.examples.csv:2: 'maybe' is not a value of 'leg pain'"),
        (HEADER, "steps.examples.csv: an empty table"),
        (
            HEADER + "x,yes or no," + " or ".join(map(str, range(121))) + " or 1" * 400 + ",=>,now,old,-\n",
            "steps.examples.csv:2: an example that stands for too many; expected at most 1,000",
        ),
    ],
)
def test_a_mistake_in_the_examples_of_a_table_is_told(text: str, expected: str) -> None:
    assert any(line.startswith(f"tables/{expected}") for line in told(encoded(FILES | {EXAMPLES: text})))


def test_examples_of_no_table_are_told_and_examples_do_not_change_the_digest() -> None:
    files = FILES | {"tables/stairs.examples.csv": HEADER + "x,yes,60,=>,now,old,-\n"}
    assert told(encoded(files)) == [
        "tables/stairs.examples.csv: examples of no table; expected the rows in tables/stairs.csv"
    ]
    watched = load_files(encoded(FILES | {EXAMPLES: f"{HEADER}no leg pain,no,-,=>,routine,young,-\n"}))
    assert watched.digest == load_files(encoded(FILES)).digest
    assert watched.row_examples["steps"][0].given == {"leg pain": ("no",), "age": ()}
