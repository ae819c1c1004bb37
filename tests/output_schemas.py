"""JSON Schemas of what the program prints and writes, made from the tables of docs/schema.md.

A heading of the page is a kind of object, a row one of its fields; `list of rules` means a list of what stands under
`A rule`.
"""

import json
import re
from typing import Any

Schema = dict[str, Any]

# A file for each output: what may be printed, by heading. `list: ` stands for a list of it.
OUTPUTS = {
    "decide": ("A decision", "A case with problems"),
    "why": ("An explanation", "A decision", "A case with problems"),
    "whynot": ("A question why not", "A decision", "A case with problems"),
    "weigh": ("A question what speaks for", "A decision", "A case with problems"),
    "compare": ("A difference", "A decision", "A case with problems"),
    "whatif": ("What would change the advice", "A difference", "A decision", "A case with problems"),
    "enough": ("What was enough", "A decision", "A case with problems"),
    "next": ("What to ask next", "A decision", "A case with problems"),
    "check": ("A check", "Problems alone"),
    "claims": ("list: A claim",),
    "show": ("A page", "Names"),
    "impact": ("An impact",),
    "diff": ("Two knowledge bases",),
    "review": ("A work list", "A sheet"),
    "upgrade": ("An upgrade",),
    "map": ("A mapping", "A mapping beside a file"),
    "rejects": ("A line of rejects.ndjson",),
    "summary": ("summary.json",),
    "manifest": ("manifest.json",),
}
QUESTIONS = (
    *("An explanation", "A question why not", "A question what speaks for", "A difference"),
    *("What would change the advice", "What was enough", "What to ask next"),
)
_TABLE = re.compile(r"^\| field \| type \| meaning \|$", re.MULTILINE)
_ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \|([^|]*)\|$", re.MULTILINE)
_SOMETIMES = re.compile(r"left out where|only in|only where")
_TEXTS: Schema = {"type": "array", "items": {"type": "string"}}
_PLAIN: dict[str, Schema] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "true or false": {"type": "boolean"},
    "object": {"type": "object"},
    "list": {"type": "array"},
    "list of text": _TEXTS,
    "list of texts": _TEXTS,
    "text or number": {"type": ["string", "number"]},
    "list of lines and groups": {
        "type": "array",
        "items": {"anyOf": [{"$ref": "#/$defs/a line"}, {"$ref": "#/$defs/a group"}]},
    },
}
# What the page says in words.
_BASIC: dict[str, Schema] = {
    "answer": {
        "anyOf": [
            {"type": ["string", "number", "null"]},
            {"$ref": "#/$defs/a range"},
            {"$ref": "#/$defs/members"},
        ]
    },
    "outcome": {
        "anyOf": [
            {"$ref": "#/$defs/answer"},
            {"type": "object", "required": ["disputed"]},
            {"type": "object", "required": ["gap"]},
            {"type": "object", "required": ["withheld"]},
        ]
    },
    "problems alone": {"type": "object", "required": ["errors"], "properties": {"errors": {"type": "array"}}},
    "names": _TEXTS,
}


def tables(page: str) -> dict[str, list[tuple[str, str, str]]]:
    """Each heading of the page with a table of fields, to its rows: field, type and meaning."""
    sections = (text.partition("\n") for text in re.split(r"^#+ ", page, flags=re.MULTILINE)[1:])
    return {head.strip(): _ROW.findall(text) for head, _, text in sections if _TABLE.search(text)}


def schemas(page: str) -> dict[str, str]:
    """The JSON Schema of each output, as text."""
    kinds = tables(page)
    known = _BASIC | {heading.lower(): _kind(heading, rows, kinds) for heading, rows in kinds.items()}
    return {name: _output(name, headings, known) for name, headings in OUTPUTS.items()}


def _kind(heading: str, rows: list[tuple[str, str, str]], kinds: dict[str, Any]) -> Schema:
    """The schema of one kind of object."""
    fields: Schema = {
        name: _type(kind.strip(), kinds) | _each(kind, text) | _described(text) for name, kind, text in rows
    }
    if heading in QUESTIONS:
        fields["broken laws"] = _type("list of broken laws", kinds)
        fields["lowered"] = _type("list of lowered alarms", kinds)
    needed = [name for name, _, text in rows if not _SOMETIMES.search(text)]
    return {"type": "object", "properties": fields, "required": needed, "additionalProperties": False}


def _each(kind: str, text: str) -> Schema:
    """What each value of an object is, where the page says that it is an answer or an outcome."""
    found = re.search(r"\ban? outcome|its outcome|its answer", text) if kind.strip() == "object" else None
    return {"additionalProperties": {"$ref": f"#/$defs/{found[0].split()[1]}"}} if found else {}


def _described(text: str) -> Schema:
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).strip()
    return {"description": plain} if plain else {}


def _type(kind: str, kinds: dict[str, Any]) -> Schema:
    """The schema of what stands in the column of types."""
    kind, orelse = re.subn(r",? or null$", "", kind)
    if orelse:
        return {"anyOf": [_type(kind, kinds), {"type": "null"}]}
    if kind in _PLAIN:
        return dict(_PLAIN[kind])
    if kind in _BASIC:
        return {"$ref": f"#/$defs/{kind}"}
    whole = {"list of errors": "A problem", "list of answers": "answer"}.get(kind)
    if whole or kind.startswith("list of "):
        named = whole or _named(kind.removeprefix("list of "), kinds)
        return {"type": "array", "items": {"$ref": f"#/$defs/{named.lower()}"} if named else {}}
    return {"$ref": f"#/$defs/{_named(kind, kinds).lower()}"}


def _named(kind: str, kinds: dict[str, Any]) -> str:
    """The heading of what the column of types calls so, in the singular or the plural; "" of a list without one."""
    for heading in kinds:
        name = re.sub(r"^an? ", "", heading.lower())
        first, gap, rest = re.match(r"(.*?)((?: of | in |$))(.*)", name).groups()  # type: ignore[union-attr]
        if kind in (heading.lower(), name, f"{first}s{gap}{rest}", f"{first.removesuffix('y')}ies{gap}{rest}"):
            return heading
    assert kind in ("inputs", "parts", "objects", "ranges"), kind
    return ""


def _output(name: str, headings: tuple[str, ...], known: dict[str, Schema]) -> str:
    """The schema of one output, with all that it refers to."""
    tops: list[Schema] = []
    for heading in headings:
        top = {"$ref": f"#/$defs/{heading.removeprefix('list: ').lower()}"}
        tops.append({"type": "array", "items": top} if heading.startswith("list: ") else top)
    used: dict[str, Schema] = {}
    wanted = _references(tops)
    while wanted:
        found = wanted.pop()
        if found not in used:
            used[found] = known[found]
            wanted += _references(known[found])
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"lumbar: {name}",
        **(tops[0] if len(tops) == 1 else {"anyOf": tops}),
        "$defs": {key: known[key] for key in known if key in used},
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _references(value: Any) -> list[str]:
    return re.findall(r'"#/\$defs/([^"]*)"', json.dumps(value))
