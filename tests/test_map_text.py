"""The text of a mapping: its problems all at once with their lines, proposals refused, the same digest for the same."""

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from referencing import Registry, Resource

from engine.author.schema import WORDS, schemas, texts
from engine.document import read
from engine.loader.formats import LONG, MAPPING, VISIT, table
from engine.loader.mapping import load_mapping, parse_mapping
from engine.mapping import MappingError
from engine.rulebook import Rulebook
from tests.conftest import ROOT
from tests.test_schema import typed

GOOD = """\
encoding: latin-1
separator: tab
decimal: ","
id: nr
visit: {column: event, date: day, written: day.month.year, takes over: yes}
columns:
  Alter: age
  Taub: saddle numbness
  soll: expected urgency
  event: leg pain
values:
  saddle numbness: {Ja: yes, 0: no, 9: unknown}
  leg pain: {first: thigh}
checkboxes:
  f___1: {fever: yes, unticked: no}
missing: [NA, -99]
keep: [site]
left out: {note: free text}
"""


def problems(book: Rulebook, text: str) -> list[str]:
    parsed = parse_mapping(text.encode(), "m.yaml", book)
    return [str(one) for one in (*parsed.problems, *parsed.undecided)]


def test_a_whole_mapping_is_read(clinic: Rulebook) -> None:
    assert problems(clinic, GOOD) == []
    mapping = parse_mapping(GOOD.encode(), "m.yaml", clinic).mapping
    assert (mapping.encoding, mapping.separator, mapping.id) == ("iso8859-1", "\t", "nr")
    assert mapping.values["saddle numbness"] == {"ja": "yes", "0": "no", "9": None}
    assert mapping.checkboxes["f___1"].unticked == {"fever": "no"}
    assert mapping.findings["fever"] == ("f___1",)
    assert mapping.passed == ("nr", "event", "day", "site")
    assert mapping.whole
    assert str(mapping.places["Taub"]) == "m.yaml:8:3"


MISTAKES = [
    ("colums: {a: age}", "m.yaml:2:1: 'colums' is not a field here", "did you mean 'columns'?"),
    ("columns: {a: aeg}", "m.yaml:2:14: 'aeg' is not a finding", "did you mean 'age'?"),
    ("columns: {a: urgency}", "m.yaml:2:14: 'urgency' is a conclusion", "findings only"),
    ("columns: {a: expected urgncy}", "m.yaml:2:14: 'urgncy' is not a conclusion", "did you mean 'urgency'?"),
    ("columns: {a: [age]}", "m.yaml:2:14: 'a' has no single finding", "the name of a finding"),
    (
        "columns: {a: age}\ncheckboxes: {A_: {fever: yes}, a: {fever: yes}}",
        "m.yaml:3:32: the column 'a' stands here again, first in line 2",
        "it once",
    ),
    ("columns: {nr: age}", "m.yaml:2:11: the column 'nr' is mapped, and named elsewhere too", "it once"),
    ("columns: {a: fever}\nvalues: {fever: {1: jes}}", "m.yaml:3:21: 'jes' is not a value of 'fever'", "'yes'"),
    ("columns: {a: fever}\nvalues: {fever: {1: }}", "m.yaml:3:21: '1' has no value", "unknown"),
    ("columns: {a: fever}\nvalues: {fever: {J: yes, j: no}}", "m.yaml:3:26: 'j' and 'J' are the same text", "once"),
    ("columns: {a: fever}\nvalues: {fever: {'': no}}", "'' is a missing answer, and has a value of 'fever'", "missing"),
    ("columns: {a: fever}\nvalues: {fever: yes}", "m.yaml:3:17: no texts under 'fever'", "{text in the file: value}"),
    ("columns: {a: fever}\nvalues: {age: {x: 4}}", "m.yaml:3:10: values of 'age', which no column has", "fever"),
    (
        "columns: {a: pain score}\nmissing: [9]",
        "m.yaml:3:11: '9' is under `missing`, and a value of 'pain score'",
        "un",
    ),
    ("columns: {a: fever}\nmissing: ['NO']", "m.yaml:3:11: 'no' is under `missing`, and a value of 'fever'", "values"),
    ("checkboxes: {a: yes}", "m.yaml:2:17: 'a' does not say what a tick means", "{finding: value}"),
    ("checkboxes: {a: {fever: 2}}", "m.yaml:2:25: '2' is not a value of 'fever'", "yes, no"),
    ("checkboxes: {a: {fever: yes, unticked: maybe}}", "m.yaml:2:40: 'maybe' is not a value of 'fever'", "yes, no"),
    (
        "checkboxes:\n  a: {trauma: major, unticked: none}\n  b: {trauma: minor, unticked: minor}",
        "m.yaml:4:3: no tick is 'trauma': minor here, and none in another column",
        "one of them",
    ),
    ("encoding: windows-1525", "m.yaml:2:11: 'windows-1525' is not an encoding", "windows-1252"),
    ("separator: ab", "m.yaml:2:12: 'ab' is not one sign", "one sign, or tab"),
    ("decimal: ;", "';' under `decimal`", ",; ."),
    ("visit: {takes over: yes}", "neither `column` nor `date`", "distinguishes the visits of a patient"),
    ("visit: {column: e, takes over: yes}", "visits without an order", "`order` with the first visit first"),
    ("visit: {date: d}", "no `written`", "how the day of a visit is written"),
    ("visit: {date: d, written: day.month}", "'day.month' under `written`", "did you mean 'day.month.year'?"),
    ("long: {item: q}", "no `value`", "The column with the answer."),
    ("keep: [age]", "'age' is to be passed through, and is a term", "another name"),
    ("left out: {a: [1]}", "m.yaml:2:15: 'a' has no single reason", "why it is not read"),
    ("missing: NA", "`missing` is not a list of texts", "a list"),
    ("columns: [a]", "m.yaml:2:10: `columns` is not a mapping", "name: answer"),
]


@pytest.mark.parametrize(("text", "there", "expected"), MISTAKES, ids=[text for text, *_ in MISTAKES])
def test_a_mistake_is_told_with_its_line_and_what_was_expected(
    clinic: Rulebook, text: str, there: str, expected: str
) -> None:
    [found] = problems(clinic, f"id: nr\n{text}\n")
    assert there in found
    assert expected in found


def test_every_mistake_is_told_at_once(clinic: Rulebook, tmp_path: Any) -> None:
    path = tmp_path / "m.yaml"
    path.write_text("columns: {a: aeg, b: 'fevr?'}\nvalues: {fever: {1: '?'}}\n")
    with pytest.raises(MappingError) as error:
        load_mapping(path, clinic)
    told = str(error.value)
    assert "no `id`" in told
    assert "'aeg' is not a finding" in told
    assert "'b': 'fevr?' is a proposal; expected the answer without its `?`, or another one" in told
    assert "fever, '1' is not decided; expected an answer" in told


OPEN = [
    "id: nr?", "encoding: latin-1?", "decimal: ',?'", "columns: {a: 'age?'}", "columns: {a: '?'}",
    "values: {fever: {j: 'yes?'}}\ncolumns: {a: fever}", "checkboxes: {a: {fever: 'yes?'}}", "checkboxes: {a: '?'}",
    "checkboxes: {a: {fever: yes, unticked: 'no?'}}", "missing: ['NA?']", "visit: {column: 'e?'}",
    "visit: {column: e, order: ['a?']}", "visit: {date: d, written: 'day.month.year?'}", "left out: {a: '?'}",
    "visit: {column: e, takes over: 'no?'}", "long: {item: 'q?', value: v}",
]  # fmt: skip


@pytest.mark.parametrize("text", OPEN)
def test_a_proposal_that_nobody_decided_is_refused(clinic: Rulebook, text: str) -> None:
    parsed = parse_mapping(f"{'' if text.startswith('id') else 'id: nr'}\n{text}\n".encode(), "m.yaml", clinic)
    assert len(parsed.undecided) == 1
    assert parsed.problems == ()


def test_what_cannot_be_read_is_told(clinic: Rulebook, tmp_path: Any) -> None:
    with pytest.raises(MappingError, match=r"cannot be read \(No such file"):
        load_mapping(tmp_path / "none.yaml", clinic)
    for data, there in ((b"id: [a", r"`\[` without its"), (b"\xff", "is not UTF-8"), (b"id: !!int 3", "a tag")):
        with pytest.raises(MappingError, match=there):
            parse_mapping(data, "m.yaml", clinic)
    assert "an empty file" in problems(clinic, "# nothing\n")[0]


def test_the_digest_is_that_of_what_is_said(clinic: Rulebook) -> None:
    def digest(text: str) -> str:
        return parse_mapping(text.encode(), "m.yaml", clinic).mapping.digest

    assert digest(GOOD) == digest("# a comment\n" + GOOD.replace("{Ja: yes, 0: no", "{0: no, JA: yes"))
    assert digest(GOOD) == digest(GOOD.replace("free text", "other words"))
    different = [
        GOOD.replace(old, new) for old, new in (("0: no", "0: yes"), ("-99", "-98"), ("unticked: no", "unticked: yes"))
    ]
    assert len({digest(GOOD), *map(digest, different)}) == 4


def test_no_text_whatever_is_a_traceback(clinic: Rulebook) -> None:
    @given(st.recursive(st.text(max_size=8), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from([field.name for field in MAPPING] + ["age", "fever", "x"]), inner, max_size=4)))  # fmt: skip
    def tried(tree: Any) -> None:
        try:
            parse_mapping(json.dumps(tree).encode(), "m.yaml", clinic)
        except MappingError:
            return

    tried()


def test_the_schema_takes_what_is_read_and_refuses_proposals(clinic: Rulebook) -> None:
    made = schemas(clinic)
    registry: Any = Registry().with_resources([(f"{WORDS}.json", Resource.from_contents(made[WORDS]))])
    judge = jsonschema.Draft7Validator(made["mapping"], registry=registry)

    def valid(text: str) -> bool:
        return bool(judge.is_valid(typed(read(text, "m.yaml")[0])))

    assert valid(GOOD)
    for old, new in (("age", "age?"), ("Ja: yes", "Ja: 'yes?'"), ("fever: yes", "fever: '?'"), ("id: nr", "ids: nr")):
        assert not valid(GOOD.replace(old, new, 1))
    assert not any("mapping" in name for name in texts(clinic))


def test_the_page_has_every_field() -> None:
    page = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
    for fields in (MAPPING, VISIT, LONG):
        assert "\n".join(table(fields)) in page
