"""The schema of population/: for each finding the values that have shares, and whom an entry is about."""

from typing import Any

from ..loader.formats import DRAW, FOLLOW_UP, POPULATION, Field, names
from ..rulebook import Rulebook, Term

Schema = dict[str, Any]
_SHARE: Schema = {"type": "string", "pattern": r"^\d{1,3}(\.\d{1,6})? ?%$"}
_NUMBERS = r"^-?\d{1,9}( to -?\d{1,9})?$"
_ENTRY: Schema = {"allOf": [{"$ref": "#/definitions/entry"}]}
_LIST: Schema = {"type": "array", "minItems": 1, "items": _ENTRY}
_LINES: Schema = {"type": "array", "minItems": 1, "items": {"type": "object"}}


def population_schema(rulebook: Rulebook, source: Schema) -> Schema:
    """What a file of population/ may hold; `source` is what stands under `source`."""
    findings = {term.name: _entries(term) for term in rulebook.findings}
    drawn: Schema = {"type": "object", "properties": findings, "additionalProperties": False}
    held: dict[str, Schema] = {
        "hidden": _many(_LIST),
        "findings": {"$ref": "#/definitions/drawn"},
        "wrong answers": {"$ref": "#/definitions/drawn"},
        "serious": _LINES,
        "signs": {"type": "array", "items": {"type": ["object", "array"]}},
        "uncertain": _many({"type": ["string", "boolean"]}),
        "share": _SHARE,
        "if": _LINES,
        "carry": _many({"type": "string"}),
    }
    made = _object(POPULATION, {**held, "follow-up": _object(FOLLOW_UP, held)})
    return {**made, "definitions": {"drawn": drawn, "entry": _entry(rulebook, source)}}


def _object(fields: tuple[Field, ...], held: dict[str, Schema]) -> Schema:
    properties = {field.name: {**held[field.name], "description": field.help} for field in fields}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _many(of_each: Schema) -> Schema:
    return {"type": "object", "additionalProperties": of_each}


def _entry(rulebook: Rulebook, source: Schema) -> Schema:
    """An entry of whatever finding: its own fields, and shares."""
    held: dict[str, Schema] = {
        "if": _LINES,
        "from": {"enum": [term.name for term in rulebook.findings if term.domain.kind == "number"]},
        "change": {"type": "object", "patternProperties": {_NUMBERS: _SHARE}, "additionalProperties": False},
        "source": source,
        "label": {"enum": list(next(field.values for field in DRAW if field.name == "label"))},
    }
    return {**_object(DRAW, held), "additionalProperties": _SHARE}


def _entries(term: Term) -> Schema:
    """The entries of a finding: beside the fields of each, which values have shares."""
    own: Schema = {"enum": [*names(DRAW), "unknown", *term.domain.values]}
    keys = own if term.domain.values else {"anyOf": [own, {"pattern": _NUMBERS}]}
    return {"type": "array", "minItems": 1, "items": {**_ENTRY, "propertyNames": keys}}
