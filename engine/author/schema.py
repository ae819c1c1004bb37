"""The files of a knowledge base as JSON Schemas (draft 7), so that an editor completes names and underlines mistakes.

A schema sees one file at a time: that names are unique, that lines make sense together, and what follows, `check` sees.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..facts import EXPECTED, UNKNOWN
from ..language import NUMERIC, OTHER_THAN, UNSETTLED
from ..loader.formats import (
    ADAPTED,
    CARD,
    CASE,
    GROUP,
    IMPOSSIBLE,
    KNOWLEDGE,
    LABELS,
    LAW,
    MAPPING,
    MORE_SECTIONS,
    RECOMMENDATION,
    RETIRED,
    REVIEW,
    SOURCE,
    TERMS,
    WORDING,
    Field,
    Holds,
)
from ..mapping import UNTICKED
from ..none_of_these import NONE_OF_THESE
from ..rulebook import Rulebook, Term
from .population_schema import population_schema

Schema = dict[str, Any]
FOLDER = ".schema"
SETTINGS = ".vscode/settings.json"
RECOMMENDED = ".vscode/extensions.json"
FILES = {
    "card": "rules/**/*.yaml",
    "law": "laws/**/*.yaml",
    "impossible": "impossible/**/*.yaml",
    "retired": "retired/**/*.yaml",
    "reviews": "reviews/**/*.yaml",
    "case": "cases/**/*.yaml",
    "terms": "terms/**/*.yaml",
    "sources": "sources.yaml",
    "article": "article.yaml",
    "groups": "groups.yaml",
    "recommendation": "recommendation.yaml",
    "population": "population/**/*.yaml",
    "knowledge": "knowledge.yaml",
}
OF_LAYERS = {"wording": "wording/**/*.yaml", "knowledge": "knowledge.yaml", "adapted case": "cases/beneath/*.yaml"}
WORDS = "words"
OF_FILES = "mapping"  # of files outside the knowledge base
_SPECIAL = re.compile(r"[\\^$.*+?()\[\]{}|/]")
_WHOLE = r"\d{1,9}"
_NAME: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
_TEXT: Schema = {"type": ["string", "number", "boolean"], "minLength": 1}


def schemas(rulebook: Rulebook) -> dict[str, Schema]:
    """A schema for each kind of file, by its name, and `words`: the terms and sources that the others refer to."""
    made = {
        "card": _object(CARD, rulebook),
        "law": _object(LAW, rulebook),
        "impossible": _object(IMPOSSIBLE, rulebook),
        "retired": _object(RETIRED, rulebook),
        "reviews": {"type": "array", "minItems": 1, "items": _object(REVIEW, rulebook)},
        "case": _case(rulebook),
        "terms": _object((), rulebook)
        | {"properties": {group.name: _of_terms(group, rulebook) for group in TERMS if _is_for(group, rulebook)}},
        "sources": _named(_object(SOURCE, rulebook)),
        "article": {"type": "object", "patternProperties": {"^[0-9]+$": _TEXT}, "additionalProperties": False},
        "groups": _named(_object(GROUP, rulebook)),
        "recommendation": _object(MORE_SECTIONS if rulebook.beneath else RECOMMENDATION, rulebook),
        "population": population_schema(rulebook, _word("source")),
        "knowledge": _object(KNOWLEDGE, rulebook),
        OF_FILES: _object(MAPPING, rulebook),
        WORDS: {"definitions": _words(rulebook)},
    }
    if rulebook.beneath:
        made["wording"] = _object((), rulebook)
        made["wording"]["properties"] = {part.name: _named(_object(part.fields, rulebook)) for part in WORDING}
        made["adapted case"] = _case(rulebook, ADAPTED)
    head = {"$schema": "http://json-schema.org/draft-07/schema#"}
    return {name: {**head, "title": f"lumbar: {name}", **schema} for name, schema in made.items()}


def texts(rulebook: Rulebook) -> dict[str, str]:
    """The schemas as files beside a knowledge base, name to text, and the settings that make an editor use them."""
    settings = {
        "yaml.schemas": {f"{FOLDER}/{name}.json": pattern for name, pattern in _patterns(rulebook).items()},
        "yaml.yamlVersion": "1.2",
        "[yaml]": {"editor.quickSuggestions": {"other": True, "strings": True}, "editor.tabSize": 2},
    }
    found = {f"{FOLDER}/{name}.json": text_of(schema) for name, schema in schemas(rulebook).items() if name != OF_FILES}
    found[SETTINGS] = json.dumps(settings, indent=2) + "\n"
    found[RECOMMENDED] = json.dumps({"recommendations": ["redhat.vscode-yaml"]}, indent=2) + "\n"
    return found


def _patterns(rulebook: Rulebook) -> dict[str, str | list[str]]:
    """Which files each schema is for."""
    if rulebook.beneath is None:
        return {**FILES}
    own = {name: OF_LAYERS[name] for name in OF_LAYERS}
    return {**FILES, **own, "case": [FILES["case"], f"!{OF_LAYERS['adapted case']}"]}


def _is_for(field: Field, rulebook: Rulebook) -> bool:
    """Whether a field may stand in files of this kind of knowledge base."""
    return rulebook.beneath is not None or not field.layer


def _of_terms(part: Field, rulebook: Rulebook) -> Schema:
    """What stands under a part of a file of terms; of new values, what stands under each conclusion."""
    of_each = _named(_object(part.fields, rulebook))
    return _named(of_each) if part.holds == "new values" else of_each


def outdated(rulebook: Rulebook) -> bool:
    """Whether the schemas beside a knowledge base, where there are any, are of another state of it."""
    folder = Path(rulebook.directory)
    made = ((folder / name, text) for name, text in texts(rulebook).items() if name.startswith(FOLDER))
    return any(path.is_file() and path.read_text(encoding="utf-8") != text for path, text in made)


def text_of(schema: Schema) -> str:
    """A schema as text, each of its parts and each of its definitions on a line of its own."""
    lines = []
    for key, value in schema.items():
        if key in ("definitions", "properties"):
            inner = ",\n  ".join(f"{_json(name)}: {_json(part)}" for name, part in value.items())
            lines.append(f"{_json(key)}: {{\n  {inner}\n }}")
        else:
            lines.append(f"{_json(key)}: {_json(value)}")
    return "{\n " + ",\n ".join(lines) + "\n}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


# --- the words -------------------------------------------------------------------------------------------------------


def _words(rulebook: Rulebook) -> dict[str, Schema]:
    """What a line may be: for each term its phrases and its values, and the lines made of them."""
    terms = list(rulebook.terms.values())
    findings = list(rulebook.findings)
    made: dict[str, Schema] = {}
    for number, term in enumerate(terms):
        made[f"phrase_{number}"] = {"description": _description(term), **_phrase(term, terms)}
        made[f"value_{number}"] = {"description": _description(term), **_value(term)}
    numbers = {term.name: number for number, term in enumerate(terms)}
    given = {"type": "object", "properties": _refs("value", terms, numbers), "additionalProperties": False}
    made["given"] = {**given, "description": "What is given: `term: value`; {} where nothing is."}
    for name, chosen, law in (("", terms, False), ("law_", terms, True), ("finding_", findings, False)):
        phrases = {term: _or_unsettled(ref, law) for term, ref in _refs("phrase", chosen, numbers).items()}
        made[f"{name}line"] = _one_of_many(phrases)
        below: Schema = {"type": "array", "minItems": 1, "items": {"$ref": f"#/definitions/{name}line"}}
        group = {**below, "description": "So many of these lines must hold."}
        made[f"{name}part"] = {
            **_one_of_many({**phrases, "any of": {**below, "description": "One of these lines must hold."}}),
            "patternProperties": {"^at least [1-9][0-9]{0,8} of$": group},
        }
        made[f"{name}parts"] = {"type": "array", "minItems": 1, "items": {"$ref": f"#/definitions/{name}part"}}
    made["then"] = _then(rulebook)
    made["source"] = _cited(rulebook)
    return made


def _refs(kind: str, terms: Iterable[Term], numbers: Mapping[str, int]) -> dict[str, Schema]:
    return {term.name: {"$ref": f"#/definitions/{kind}_{numbers[term.name]}"} for term in terms}


def _one_of_many(properties: Mapping[str, Schema]) -> Schema:
    """A mapping of just one pair."""
    return {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "properties": dict(properties),
        "additionalProperties": False,
    }


def _or_unsettled(phrase: Schema, law: bool) -> Schema:
    return {"anyOf": [phrase, {"enum": list(UNSETTLED)}]} if law else phrase


def _description(term: Term) -> str:
    """What hovering over a term shows."""
    if term.built_in or not term.finding:
        return f"Conclusion. {term.says}"
    asked = " Asked only of some." if term.asked_if else ""
    return f"{term.ask} {term.help}{' Screening.' if term.screening else ''}{asked}"


def _literal(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)


def _typed(value: str) -> list[object]:
    """A value as an editor may read it: text, and a number or truth where it looks like one."""
    as_typed = {"true": True, "false": False}.get(value.lower())
    return [value, int(value)] if value.isdecimal() else [value] if as_typed is None else [value, as_typed]


def _values(term: Term) -> list[object]:
    return [one for value in term.domain.values for one in _typed(value)]


def _phrase(term: Term, terms: Iterable[Term]) -> Schema:
    if term.domain.kind in NUMERIC:
        return _number_phrase(term, [other.name for other in terms if other.domain.kind == term.domain.kind])
    one = "|".join(_literal(value) for value in term.domain.values)
    several = {"type": "string", "pattern": f"^({one})( or ({one}))+$"}
    other = {"type": "string", "pattern": f"^{OTHER_THAN}({one})( or ({one}))*$"}
    return {"anyOf": [{"enum": _values(term)}, several, *([other] if term.domain.kind == "choice" else [])]}


def _number_phrase(term: Term, alike: Iterable[str]) -> Schema:
    other = f"({'|'.join(_literal(name) for name in alike)})"
    bounds = rf"{_WHOLE}( or more| to {_WHOLE})?|(at most|over|under) {_WHOLE}"
    against = rf"(over|under|at least|at most|same as) {other}|at least {_WHOLE}( (above|below)|% below) {other}"
    return {
        "anyOf": [_whole_number(term), {"type": "string", "pattern": f"^({bounds}|{against})$"}],
        "examples": ["4 or more", "at most 3", "over 5", "under 5", "2 to 4"],
    }


def _whole_number(term: Term) -> Schema:
    number: Schema = {"type": "integer", "minimum": term.domain.low}
    return number | ({"maximum": term.domain.high} if term.domain.kind == "number" else {})


def _value(term: Term) -> Schema:
    if term.domain.kind in NUMERIC:
        return {"anyOf": [_whole_number(term), {"type": "string", "pattern": rf"^-?{_WHOLE}(\.0+)?$"}]}
    loose = [True, False] if term.domain.kind == "yes/no" else []
    one: Schema = {"enum": [*_values(term), *loose]}
    return {"anyOf": [one, {"type": "array", "items": one}]} if term.domain.kind == "several" else one


def _then(rulebook: Rulebook) -> Schema:
    tallies = [term.name for term in rulebook.conclusions if term.domain.kind == "tally"]
    given = {
        term.name: {"description": _description(term), "enum": _values(term)}
        for term in rulebook.conclusions
        if term.domain.kind != "tally"
    }
    alone: list[Schema] = [{"enum": tallies, "description": "A tally, which gets one."}] if tallies else []
    return {"type": "array", "minItems": 1, "items": {"anyOf": [_one_of_many(given), *alone]}}


def _cited(rulebook: Rulebook) -> Schema:
    """A list of sources, each with the place in it; a label in brackets is one of those we know."""
    labels = "|".join(_literal(label) for label in LABELS)
    place = {"type": ["string", "number"], "pattern": rf"[^\]]$|\[({labels})\]$"}
    keys = {source.key: {**place, "description": source.citation} for source in rulebook.sources.values()}
    claims = [one for number in rulebook.claims for one in _typed(number)]
    article: Schema = {"enum": claims, "description": "The number of a claim of the article."}
    pair = _one_of_many({**keys, **({"article": article} if claims else {})})
    return {"type": "array", "minItems": 1, "items": pair}


# --- the files -------------------------------------------------------------------------------------------------------


def _object(fields: Iterable[Field], rulebook: Rulebook) -> Schema:
    """A mapping of these fields and no other."""
    listed = [field for field in fields if _is_for(field, rulebook)]
    made: Schema = {
        "type": "object",
        "required": [field.name for field in listed if field.required],
        "properties": {field.name: _described(_held(field, rulebook), field.help) for field in listed},
        "additionalProperties": False,
    }
    needed = [field for field in listed if field.needed_in]
    if needed:
        made["allOf"] = [_needed(field) for field in needed]
    return made


def _needed(field: Field) -> Schema:
    """That a field has to be there in terms of some kinds."""
    return {"if": {"properties": {"kind": {"enum": list(field.needed_in)}}}, "then": {"required": [field.name]}}


def _held(field: Field, rulebook: Rulebook) -> Schema:
    """What may stand under a field."""
    conclusions: Schema = {"enum": [term.name for term in rulebook.terms.values() if not term.finding]}
    texts: Schema = {"type": "array", "items": {"type": "string"}}
    parts = _word(f"{field.lines}parts")
    held: dict[Holds, Schema] = {
        "name": _NAME,
        "text": _TEXT,
        "texts": {"type": "array", "minItems": 1, "items": _TEXT},
        "choice": {"enum": list(field.values)},
        "yes or no": {"enum": ["yes", "no", True, False]},
        "range": {"type": "string", "pattern": f"^{_WHOLE} to {_WHOLE}$"},
        "lines or always": {"anyOf": [{"enum": ["always"]}, parts]},
        "lines": parts,
        "conclusions": _word("then"),
        "rules": texts,
        "rule": _TEXT,
        "sources": _word("source"),
        "known values": _word("given"),
        "sources or texts": {"type": ["string", "array"]},
        "conclusion": conclusions,
        "conclusion names": {"type": "array", "items": conclusions},
        "sentences": {"type": "object"},
        "day": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    }
    if field.holds in ("columns", "values of findings", "checkboxes"):
        return _mapped(field.holds, rulebook)
    if field.holds == "list":
        return {"type": "array", "items": _object(field.fields, rulebook)}
    return _object(field.fields, rulebook) if field.holds == "fields" else held[field.holds]


def _mapped(holds: Holds, rulebook: Rulebook) -> Schema:
    """What a mapping says of columns, texts and ticks, in the words of the knowledge base; a proposal is no answer."""
    findings = [term.name for term in rulebook.findings]
    if holds == "columns":
        expected = [f"{EXPECTED}{term.name}" for term in rulebook.conclusions]
        return _named({"enum": [*findings, *expected, NONE_OF_THESE]})
    values = {term.name: {"anyOf": [_value(term), {"enum": [UNKNOWN]}]} for term in rulebook.findings}
    if holds == "values of findings":
        inside: Schema = {name: _named(schema) for name, schema in values.items()}
        return {"type": "object", "properties": inside, "additionalProperties": False}
    return _named({"type": "object", "properties": {**values, UNTICKED: _TEXT}, "additionalProperties": False})


def _word(name: str) -> Schema:
    return {"$ref": f"{WORDS}.json#/definitions/{name}"}


def _described(schema: Schema, description: str) -> Schema:
    return schema if "$ref" in schema else {**schema, "description": description}


def _named(of_each: Schema) -> Schema:
    """A mapping of names that are free."""
    return {"type": "object", "additionalProperties": of_each}


def _case(rulebook: Rulebook, fields: tuple[Field, ...] = CASE) -> Schema:
    made = _object(fields, rulebook)
    numbers = {name: number for number, name in enumerate(rulebook.terms)}
    blank: Schema = {"enum": [None, "", "unknown"]}
    made["properties"] |= {
        term.name: {"anyOf": [_word(f"value_{numbers[term.name]}"), blank]} for term in rulebook.findings
    }
    made["properties"] |= {f"expected {term.name}": _expected(term) for term in rulebook.conclusions}
    return made


def _expected(term: Term) -> Schema:
    one = _value(term)
    if term.domain.kind == "several":
        members: Schema = {"type": ["array", "null"], "items": {"enum": _values(term)}}
        return {"anyOf": [members, {"type": "object", "properties": {"in": members, "open": members}}]}
    if term.takes_highest or term.domain.kind == "tally":
        ends = {"at least": one, "at most": one}
        return {"anyOf": [one, {"type": "object", "required": list(ends), "properties": ends}, {"type": "null"}]}
    return {"anyOf": [one, {"enum": [None, "", "unknown"]}]}
