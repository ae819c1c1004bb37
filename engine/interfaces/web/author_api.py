"""What the page says of a rule as it is written, for programs: `/api/rules/look`, JSON in and out."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ...author.baseline import with_rule
from ...author.card_form import Typed
from ...author.impact import compare
from ...author.new_words import FIELDS, NewWord
from ...errors import LumbarError, Place, Problem, listed, nearest
from ...record import Json
from ...render import sentences
from ...semantics import NAMES, mark_condition
from ..files import Object, parse_line
from .author_form import CardForm, Writing

if TYPE_CHECKING:
    from .author import Authoring

LOOK = "rules/look"
BODY = Place("body")
TEXTS = {
    "name": "The name of a new rule.",
    "stage": "The folder below rules/ in which it is.",
    "changed": "The rule that is changed, in place of a name and a stage.",
    "says": "The rule in one sentence.",
    "because": "Why, and how strong the evidence is.",
    "card": "The text of the card, in place of its fields.",
}
LISTS = {
    "if": "Lines that must all hold: `term: value`, `any of: line; line`, or `always` alone.",
    "unless": "Lines of which none may hold.",
    "then": "What follows, `conclusion: value`.",
    "source": "`KEY: the place in it [label]`.",
    "outranks": "Rules that give way to it.",
}
WORDS, WORD = "words", "word"
MOST = 50
"""So many saved cases that would change are shown; `changes` counts them all."""


def route(author: "Authoring") -> "Callable[[Request], object]":
    """What answers a program that looks at a rule."""

    async def look(request: Request) -> Response:
        asked = parse_line(await request.body(), BODY)
        problems = [asked] if isinstance(asked, Problem) else [*_malformed(asked)]
        if problems or isinstance(asked, Problem):
            return JSONResponse({"problems": [one.as_json() for one in problems]}, 400)
        return await author.run(lambda: _answer(author, _form(asked)))

    return look


def _answer(author: "Authoring", form: CardForm) -> Response:
    try:
        return JSONResponse(looked_at(author.writing(form)))
    except LumbarError as error:
        return JSONResponse({"problems": [one.as_json() for one in error.problems]}, 422)


def _malformed(asked: Object) -> Iterator[Problem]:
    known = (*TEXTS, *LISTS, WORDS)
    for key in sorted(asked.repeated()):
        yield Problem(BODY, f"`{key[:80]}` stands here twice", "each field once")
    for key, value in asked.items():
        if key not in known:
            yield Problem(BODY, f"`{key[:80]}` is not a field of a rule", listed(known), nearest(key, known))
        elif key in TEXTS and not isinstance(value, str):
            yield Problem(BODY, f"`{key}` is not a text", "a text")
        elif key in LISTS and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
            yield Problem(BODY, f"`{key}` is not a list of texts", "a list of texts")
        elif key == WORDS and not (isinstance(value, list) and all(map(_is_word, value))):
            yield Problem(
                BODY, "`words` has something that is not a new word", f"objects with `word`: {listed([*FIELDS])}"
            )


def _is_word(value: object) -> bool:
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        return False
    kind = value.get(WORD)
    return kind in FIELDS and {*value} <= {WORD, *FIELDS[str(kind)]}


def _form(asked: Object) -> CardForm:
    """The form that a page would have sent."""
    stage, name = asked.get("stage", ""), asked.get("name", "")
    entries = {key: tuple(asked.get(key, ())) for key in LISTS}
    entries |= {key: (asked[key],) for key in ("says", "because") if asked.get(key)}
    entries["rule"] = (f"{stage}/{name}" if stage and name else name,)
    fields = {key: asked[key] for key in ("stage", "name", "changed", "card") if key in asked}
    words = tuple(NewWord(one[WORD], _without_kind(one)) for one in asked.get(WORDS, ()))
    return CardForm(Typed(entries), fields | ({"by": "text"} if "card" in asked else {}), words=words)


def _without_kind(word: Json) -> Json:
    return {key: value for key, value in word.items() if key != WORD}


def looked_at(writing: Writing) -> Json:
    """What the page says of the rule so far."""
    read, draft = writing.read, writing.read.draft
    begun = "if" not in read.missing and bool(draft.then)
    refused = [{"field": field, "entry": entry, "says": says} for (field, entry), says in read.refused.items()]
    refused += [{"field": WORDS, "entry": entry, "says": says} for entry, says in writing.refused_words.items()]
    refused += [{"field": "card", "entry": one.place.line, "says": one.words} for one in writing.text_problems]
    return {
        "rule": draft.name,
        "card": writing.text,
        "reads": [line.text for line in sentences(draft.rule)] if begun else [],
        "can be tried": not writing.in_the_way,
        "refused": refused,
        "missing": list(read.missing),
        "examples": [
            {
                "name": one.name,
                "given": dict(one.given),
                "rule": one.mark,
                "by the lines": read.turned.get(one.name, one.mark),
            }
            for one in draft.examples
        ],
        "saved cases": _saved(writing) if begun and not refused else None,
        "rulebook": writing.base.saved.rulebook.digest,
    }


def _saved(writing: Writing) -> Json:
    """What the rule does to the saved cases: in how many it holds, and what changes."""
    saved, rule = writing.saved, writing.read.draft.rule
    marks = [NAMES[mark_condition(rule.condition, one.state)] for one in saved.decisions.values()]
    after, terms = with_rule(writing.rulebook, rule), sorted({name for name, _ in rule.then})
    found = [compare(terms, before, saved.seen(after, rule, before)) for before in saved.touched(after, rule)]
    changes = [one.as_json() for one in found if one is not None]
    shown = [{"case": one["case"], "answers": one["answers"]} for one in changes[:MOST]]
    return {
        **{mark: marks.count(mark) for mark in ("holds", "fails", "waits")},
        "changes": len(changes),
        "changed": shown,
    }


def described() -> Json:
    """The operation, as `/openapi.json` has it."""
    text: Json = {"type": "string"}
    word: Json = {"oneOf": [_word(kind, fields) for kind, fields in FIELDS.items()]}
    properties: Json = {name: {**text, "description": says} for name, says in TEXTS.items()}
    properties |= {name: {"type": "array", "items": text, "description": says} for name, says in LISTS.items()}
    properties[WORDS] = {"type": "array", "items": word, "description": "Values and findings that are not there yet."}
    says = "A rule as it is written: read back, what is wrong with it, and what it does to the saved cases."
    answers = {"200": says, "400": "What is wrong with the question.", "422": "The knowledge base cannot be read."}
    return {
        "operationId": "look",
        "summary": says,
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"type": "object", "properties": properties, "additionalProperties": False}
                }
            },
        },
        "responses": {
            code: {"description": one, "content": {"application/json": {"schema": {"type": "object"}}}}
            for code, one in answers.items()
        },
    }


def _word(kind: str, fields: tuple[str, ...]) -> Json:
    return {
        "type": "object",
        "required": [WORD],
        "properties": {WORD: {"const": kind}, **{name: {"type": "string"} for name in fields}},
        "additionalProperties": False,
    }
