"""The files of a knowledge base as JSON Schemas (draft 7), so that an editor completes names and underlines mistakes.

A schema sees one file at a time: that names are unique, that lines make sense together, and what follows, `check` sees.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..language import KINDS, NUMERIC, OTHER_THAN, UNSETTLED
from ..loader.cards import CARD, MARKS, STATUSES
from ..loader.fields import FOR_PATIENTS, LABELS
from ..loader.terms import CONCLUSION, FINDING, SUITS
from ..rulebook import Rulebook, Term

Schema = dict[str, Any]
FOLDER = ".schema"
SETTINGS = ".vscode/settings.json"
RECOMMENDED = ".vscode/extensions.json"
FILES = {
    "card": "rules/**/*.yaml",
    "law": "laws/**/*.yaml",
    "impossible": "impossible/**/*.yaml",
    "case": "cases/**/*.yaml",
    "terms": "terms/**/*.yaml",
    "sources": "sources.yaml",
    "article": "article.yaml",
    "recommendation": "recommendation.yaml",
}
WORDS = "words"
_SPECIAL = re.compile(r"[\\^$.*+?()\[\]{}|/]")
_WHOLE = r"\d{1,9}"
_NAME: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
_TEXT: Schema = {"type": ["string", "number", "boolean"], "minLength": 1}


def schemas(rulebook: Rulebook) -> dict[str, Schema]:
    """A schema for each kind of file, by its name, and `words`: the terms and sources that the others refer to."""
    made = {
        "card": _card(),
        "law": _law("law", "law_parts"),
        "impossible": _law("impossible", "finding_parts"),
        "case": _case(rulebook),
        "terms": _terms(),
        "sources": _sources(),
        "article": {"type": "object", "patternProperties": {"^[0-9]+$": _TEXT}, "additionalProperties": False},
        "recommendation": _recommendation(rulebook),
        WORDS: {"definitions": _words(rulebook)},
    }
    head = {"$schema": "http://json-schema.org/draft-07/schema#"}
    return {name: {**head, "title": f"lumbar: {name}", **schema} for name, schema in made.items()}


def texts(rulebook: Rulebook) -> dict[str, str]:
    """The schemas as files beside a knowledge base, name to text, and the settings that make an editor use them."""
    settings = {
        "yaml.schemas": {f"{FOLDER}/{name}.json": pattern for name, pattern in FILES.items()},
        "yaml.yamlVersion": "1.2",
        "[yaml]": {"editor.quickSuggestions": {"other": True, "strings": True}, "editor.tabSize": 2},
    }
    found = {f"{FOLDER}/{name}.json": text_of(schema) for name, schema in schemas(rulebook).items()}
    found[SETTINGS] = json.dumps(settings, indent=2) + "\n"
    found[RECOMMENDED] = json.dumps({"recommendations": ["redhat.vscode-yaml"]}, indent=2) + "\n"
    return found


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


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


# --- the words -------------------------------------------------------------------------------------------------------


def _words(rulebook: Rulebook) -> dict[str, Schema]:
    """What a line may be: for each term its phrases and its values, and the lines made of them."""
    terms = list(rulebook.terms.values())
    findings = list(rulebook.findings)
    made: dict[str, Schema] = {}
    for number, term in enumerate(terms):
        made[f"phrase_{number}"] = {"description": _told(term), **_phrase(term, terms)}
        made[f"value_{number}"] = {"description": _told(term), **_value(term)}
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


def _told(term: Term) -> str:
    """What hovering over a term shows."""
    if term.built_in or not term.finding:
        return f"Conclusion. {term.says}"
    asked = " Asked only of some." if term.asked_if else ""
    return f"{term.ask} {term.help}{' Screening.' if term.screening else ''}{asked}"


def _literal(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)


def _typed(value: str) -> list[Any]:
    """A value as an editor may read it: text, and a number or truth where it looks like one."""
    as_typed = {"true": True, "false": False}.get(value.lower())
    return [value, int(value)] if value.isdecimal() else [value] if as_typed is None else [value, as_typed]


def _values(term: Term) -> list[Any]:
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
        term.name: {"description": _told(term), "enum": _values(term)}
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


def _object(required: Iterable[str], **fields: Schema) -> Schema:
    """A mapping of these fields and no other."""
    return {
        "type": "object",
        "required": list(required),
        "properties": fields,
        "additionalProperties": False,
    }


def _word(name: str) -> Schema:
    return {"$ref": f"{WORDS}.json#/definitions/{name}"}


def _said(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description}


def _card() -> Schema:
    example = _object(
        ("name", "given", "rule"),
        name=_said(_TEXT, "What is special about this patient."),
        given=_word("given"),
        rule={"enum": list(MARKS), "description": "What the rule's own condition comes to."},
    )
    fields: dict[str, Schema] = {
        "rule": _said(_NAME, "The name of the file: the situation, not the cure."),
        "says": _said(_TEXT, "The rule in one sentence."),
        "if": {"anyOf": [{"enum": ["always"]}, _word("parts")], "description": "Every line must hold."},
        "unless": _word("parts"),
        "then": _word("then"),
        "outranks": {"type": "array", "items": {"type": "string"}, "description": "Rules that give way to this one."},
        "because": _said(_TEXT, "Why, and how weak the evidence is."),
        "source": _word("source"),
        "status": {"enum": list(STATUSES)},
        "examples": {
            "type": "array",
            "items": example,
            "description": "One that holds, one that fails, one that waits.",
        },
    }
    optional = ("unless", "outranks", "examples")
    return _object([name for name in CARD if name not in optional], **{name: fields.get(name, _TEXT) for name in CARD})


def _law(key: str, parts: str) -> Schema:
    fields = {key: _NAME, "says": _TEXT, "never": _word(parts), "unless": _word(parts), "source": _word("source")}
    return _object([name for name in fields if name != "unless"], **fields)


def _case(rulebook: Rulebook) -> Schema:
    numbers = {name: number for number, name in enumerate(rulebook.terms)}
    blank: Schema = {"enum": [None, "", "unknown"]}
    findings = {term.name: {"anyOf": [_word(f"value_{numbers[term.name]}"), blank]} for term in rulebook.findings}
    expected = {f"expected {term.name}": _expected(term) for term in rulebook.conclusions}
    source = {"type": ["string", "array"], "description": "Where the case comes from."}
    return {
        "type": "object",
        "required": ["case"],
        "properties": {"case": _NAME, "says": _TEXT, "source": source, **findings, **expected},
        "additionalProperties": False,
    }


def _expected(term: Term) -> Schema:
    one = _value(term)
    if term.domain.kind == "several":
        members: Schema = {"type": ["array", "null"], "items": {"enum": _values(term)}}
        return {"anyOf": [members, {"type": "object", "properties": {"in": members, "open": members}}]}
    if term.takes_highest or term.domain.kind == "tally":
        ends = {"at least": one, "at most": one}
        return {"anyOf": [one, {"type": "object", "required": list(ends), "properties": ends}, {"type": "null"}]}
    return {"anyOf": [one, {"enum": [None, "", "unknown"]}]}


def _terms() -> Schema:
    flag: Schema = {"enum": ["yes", "no", True, False]}
    lists: Schema = {"type": "array", "minItems": 1, "items": _TEXT}
    known: dict[str, Schema] = {
        "kind": {"enum": list(KINDS)},
        "values": lists,
        "range": {"type": "string", "pattern": f"^{_WHOLE} to {_WHOLE}$"},
        "ask": _said(_TEXT, "The question."),
        "help": _said(_TEXT, "What it means for a layman."),
        "says": _said(_TEXT, "What it means."),
        "codes": lists,
        "screening": _said(flag, "It is answered before anything that rests on it is advised."),
        "lasts": _said(flag, "A later visit may carry it over."),
        "fixed": _said(flag, "Once answered it cannot be otherwise, such as what is past."),
        "asked if": _word("finding_parts"),
        "unread": _said(_TEXT, "No rule reads it, and why it is kept."),
        "usual": _said(_TEXT, "What is ordinary; of a number a range."),
        "otherwise": _said(_TEXT, "Its value when every rule for another one is ruled out."),
        "takes": {"enum": ["highest"]},
        "screening for": _said(_TEXT, "What leads to this value must rest on screening findings alone."),
        FOR_PATIENTS: {"type": "object", "description": "Values to sentences in plain words, empty to say nothing."},
    }
    made = {}
    for group, fields, needed in (
        ("findings", FINDING, ("kind", "ask", "help")),
        ("conclusions", CONCLUSION, ("kind", "says")),
    ):
        term = _object(needed, **{name: known.get(name, _TEXT) for name in fields})
        term["allOf"] = [_needed(field, kinds) for field, kinds in SUITS.items() if field in fields and field != "unit"]
        made[group] = {"type": "object", "additionalProperties": term}
    return _object((), **made)


def _needed(field: str, kinds: Iterable[str]) -> Schema:
    return {"if": {"properties": {"kind": {"enum": list(kinds)}}}, "then": {"required": [field]}}


def _sources() -> Schema:
    source = _object(
        ("citation", "seen"),
        citation=_TEXT,
        seen=_said(_TEXT, "What of it was seen."),
        id=_TEXT,
        address=_TEXT,
    )
    return {"type": "object", "additionalProperties": source}


def _recommendation(rulebook: Rulebook) -> Schema:
    conclusions: Schema = {"enum": [term.name for term in rulebook.terms.values() if not term.finding]}
    side = {"type": "object", "required": ["name", "for", "against"], "additionalProperties": False}
    side["properties"] = {"name": _TEXT, "for": conclusions, "against": conclusions}
    section = _object(
        ("title",),
        title=_TEXT,
        terms={"type": "array", "items": conclusions},
        **{"for and against": {"type": "array", "items": side}},
    )
    sections: Schema = {"type": "array", "items": section}
    patients = _object(("notice", "sections"), notice=_said(_TEXT, "StyledLine to every patient."), sections=sections)
    return _object(
        ("notice", "explain", "sections"),
        notice=_said(_TEXT, "StyledLine with every recommendation."),
        explain=_said(conclusions, "What `why` explains first."),
        sections=sections,
        **{FOR_PATIENTS: _said(patients, "What a patient is shown.")},
    )
