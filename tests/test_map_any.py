"""A file written through any mapping, and read back by it, gives the answers of its cases."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("polars")

import polars as pl  # noqa: TID251 (tables are made here to be read there)

from engine.case import Value
from engine.document import Flow, write
from engine.interfaces.mapping import Learning, compare, draft_of
from engine.loader.mapping import load_mapping, parse_mapping
from engine.mapping import folded
from engine.rulebook import Rulebook
from tests.conftest import tries
from tests.test_batch import agree, batch, made_up

SIGNS = st.text(st.sampled_from("abcXYZäöß0123456789 _-?:#'{}[]"), min_size=1, max_size=9)
NAMES = SIGNS.map(lambda text: " ".join(text.split())).filter(lambda text: text[:1].isalpha() and text[-1] != "?")


@st.composite
def foreign(draw: Any, book: Rulebook) -> dict[str, Any]:
    """Somebody's own words for some findings and all of their values, and how they write their file."""
    count = len(book.findings)
    names = draw(st.lists(NAMES, min_size=count + 2, max_size=count + 2, unique_by=folded))
    taken = {folded(name) for name in names} | {"", "na", "unknown"}
    terms = [term for term in book.findings if draw(st.integers(0, 3))] or [book.findings[0]]
    values = {}
    for term in terms:
        if term.domain.values:
            count = len(term.domain.values)
            words = st.lists(
                SIGNS.filter(lambda text: folded(text) not in taken),
                min_size=count,
                max_size=count,
                unique_by=folded,
            )
            values[term.name] = dict(zip(term.domain.values, draw(words), strict=True))
    forms = st.sampled_from(["csv", "windows", "utf-16", "ndjson", "parquet", "long"])
    form = draw(forms.filter(lambda form: form != "long" or "case" not in {*map(str.casefold, names)}))
    boxes = [term.name for term in terms if term.domain.kind == "yes/no" and form != "long" and draw(st.booleans())]
    return {
        "id": names[0], "note": names[1], "columns": dict(zip((term.name for term in terms), names[2:], strict=False)),
        "values": values, "boxes": boxes, "form": form, "separator": draw(st.sampled_from(",;\t|")),
    }  # fmt: skip


def cells(own: dict[str, Any], facts: dict[str, Value], number: int) -> dict[str, str]:
    """What a case is in somebody's own file; what is not known is empty, or a code of theirs."""
    found = {}
    for name, column in own["columns"].items():
        value = facts.get(name)
        if name in own["boxes"]:
            found[column] = {"yes": "1", "no": "0"}.get(str(value), "")
        else:
            found[column] = (
                ("NA" if number % 2 else "") if value is None else own["values"].get(name, {}).get(value, str(value))
            )
    return found


def written(own: dict[str, Any], cases: dict[str, dict[str, Value]], folder: Path) -> Path:
    """The file of some cases."""
    rows = [
        {own["id"]: name, **cells(own, facts, number), own["note"]: "x"}
        for number, (name, facts) in enumerate(cases.items())
    ]
    if own["form"] == "ndjson":
        (folder / "a.ndjson").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        return folder / "a.ndjson"
    if own["form"] == "parquet":
        pl.DataFrame(rows).write_parquet(folder / "a.parquet")
        return folder / "a.parquet"
    if own["form"] == "long":
        pairs = [
            (row[own["id"]], name, text)
            for row in rows
            for name, text in row.items()
            if name not in (own["id"], own["note"])
        ]
        rows = [dict(zip((own["id"], "was asked", "was said"), pair, strict=True)) for pair in pairs]
    text = io.StringIO()
    table = csv.DictWriter(text, [*rows[0]], delimiter=own["separator"])
    table.writeheader()
    table.writerows(rows)
    encoding = {"windows": "windows-1252", "utf-16": "utf-16"}.get(own["form"], "utf-8")
    (folder / "a.csv").write_bytes(text.getvalue().encode(encoding))
    return folder / "a.csv"


def mapping_of(own: dict[str, Any]) -> str:
    """The mapping of such a file."""
    boxes = {own["columns"][name]: {name: "yes", "unticked": "no"} for name in own["boxes"]}
    columns = {column: name for name, column in own["columns"].items() if name not in own["boxes"]}
    values = {
        name: Flow({word: value for value, word in words.items()})
        for name, words in own["values"].items()
        if name not in own["boxes"]
    }
    long: dict[str, Any] = {"long": {"item": "was asked", "value": "was said"}} if own["form"] == "long" else {}
    encoding = {"encoding": "windows-1252"} if own["form"] == "windows" else {}
    rest: dict[str, Any] = {"columns": columns, "values": values, "checkboxes": boxes}
    left_out = {} if own["form"] == "long" else {"left out": {own["note"]: "says nothing"}}
    return write(
        {
            **encoding,
            "id": own["id"],
            **long,
            **{key: one for key, one in rest.items() if one},
            "missing": ["NA"],
            **left_out,
        }
    )


def test_a_file_written_through_any_mapping_gives_the_answers_of_the_cases(
    clinic: Rulebook, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cases = made_up(clinic, 12)

    @tries(60)
    @given(foreign(clinic))
    def tried(own: dict[str, Any]) -> None:
        folder = tmp_path_factory.mktemp("any")
        path = written(own, cases, folder)
        (folder / "m.yaml").write_text(mapping_of(own), encoding="utf-8")
        mapping = load_mapping(folder / "m.yaml", clinic)
        again = parse_mapping(draft_of(mapping).text("a").encode(), "again.yaml", clinic)
        assert (again.problems, again.undecided, again.mapping.digest) == ((), (), mapping.digest)
        found = compare(mapping, Learning(path, clinic).seen_by(mapping), clinic, "a")
        assert (found.gone, found.new, found.new_texts) == ((), (), {})
        summary = batch(clinic, folder / "out", path, mapping=mapping)
        assert summary["mapping"]["unmapped columns"] == summary["mapping"]["unmapped values"] == {}
        expected = {
            name: {key: one for key, one in facts.items() if key in own["columns"]} for name, facts in cases.items()
        }
        agree(clinic, folder / "out", expected)

    tried()
