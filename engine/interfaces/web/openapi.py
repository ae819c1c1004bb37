"""What programs may ask, as OpenAPI describes it; a test holds it to the routes."""

from importlib.metadata import version

from ...language import NUMERIC, Domain
from ...none_of_these import NONE_OF_THESE, answerable
from ...record import Json
from ...rulebook import Rulebook
from .author_api import LOOK
from .author_api import described as looking

SAYS = {
    "decide": "Decide a case: every conclusion, and which rules fired.",
    "why": "The tree of rules that gave an answer.",
    "whynot": "Why a conclusion has no other value.",
    "weigh": "What speaks for and against each value of a conclusion.",
    "whatif": "The smallest sets of other answers that would change the advice.",
    "enough": "A smallest part of the answers that gives the advice, whatever the others are.",
    "next": "The open questions that can still change the advice.",
    "compare": "What made the advice of two cases differ.",
}
_ABOUT = {
    "decide": (),
    "why": ("term",),
    "whynot": ("term", "value"),
    "weigh": ("term", "value"),
    "whatif": ("terms",),
    "enough": ("terms",),
    "next": ("terms",),
    "compare": ("after", "terms"),
}
_NEEDED = {"why": ("term",), "whynot": ("term",), "weigh": ("term",), "compare": ("after",)}
BATCHES = "/api/batches"


def fields_of(question: str) -> tuple[str, ...]:
    """The fields of the body of a question."""
    return "case", *_ABOUT[question]


def document(rulebook: Rulebook) -> Json:
    """The whole description, with the findings and conclusions of a rulebook."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "lumbar", "version": version("lumbar"), "description": "Decision support; not a diagnosis."},
        "paths": {f"/api/{name}": {"post": _operation(name)} for name in SAYS}
        | {f"/api/{LOOK}": {"post": looking()}}
        | _batches()
        | {"/health": {"get": {"operationId": "health", "responses": {"200": _response("Whether it answers.")}}}},
        "components": {
            "schemas": {
                "case": _case(rulebook),
                "term": _terms(rulebook),
                "conclusion": _asked(rulebook),
                "weighed": _asked(rulebook, counts=False),
            }
        },
    }


def _case(rulebook: Rulebook) -> Json:
    groups = {
        "type": "array",
        "items": {"enum": [name for name in rulebook.groups if answerable(rulebook, name)]},
        "uniqueItems": True,
    }
    own: Json = {"case": {"type": "string", "description": "The id of the case."}, NONE_OF_THESE: groups}
    findings = {
        term.name: {"anyOf": [_value(term.domain), {"type": "null"}], "description": term.ask or term.name}
        for term in rulebook.findings
    }
    description = "Each answer under the name of its finding. What is left out or null is not known, and never a no."
    return {"type": "object", "description": description, "properties": own | findings, "additionalProperties": False}


def _value(domain: Domain) -> Json:
    """What a finding may be."""
    if domain.kind in NUMERIC:
        return {"type": "integer", "minimum": domain.low, "maximum": domain.high}
    one: Json = {"enum": [*domain.values]}
    return {"type": "array", "items": one, "uniqueItems": True} if domain.kind == "several" else one


def _terms(rulebook: Rulebook) -> Json:
    return {"enum": [*rulebook.terms], "description": "A term of the knowledge base."}


def _asked(rulebook: Rulebook, counts: bool = True) -> Json:
    """The conclusions; those that count, which have no values, only where they may be asked about too."""
    terms = [term for term in rulebook.conclusions if counts or term.domain.kind != "tally"]
    return {"enum": [term.name for term in terms], "description": "A conclusion."}


def _field(question: str, name: str) -> Json:
    if name == "terms":
        return {"type": "array", "items": _ref("conclusion"), "description": "Ask about these conclusions alone."}
    if name == "value":
        return {"type": ["string", "integer", "null"], "description": "A value of the term."}
    about = {"why": "term", "weigh": "weighed"}.get(question, "conclusion")
    return _ref("case" if name in ("case", "after") else about)


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _operation(question: str) -> Json:
    schema: Json = {
        "type": "object",
        "required": ["case", *_NEEDED.get(question, ())],
        "properties": {name: _field(question, name) for name in fields_of(question)},
        "additionalProperties": False,
    }
    return {
        "operationId": question,
        "summary": SAYS[question],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            "200": _response(SAYS[question]),
            "400": _response("What is wrong with the question."),
            "422": _response("What is wrong with the case, and how far its alarms reach."),
        },
    }


def _batches() -> Json:
    """The decision of whole files."""
    file: Json = {"type": "string", "format": "binary"}
    form: Json = {
        "type": "object",
        "required": ["files"],
        "properties": {
            "files": {"type": "array", "items": file, "minItems": 1, "description": "Files with cases."},
            "mapping": {**file, "description": "Which column is which finding, as `lumbar map` writes it."},
            "id": {"type": "string", "description": "The column of the ids, where it is not `case`."},
        },
        "additionalProperties": False,
    }
    name: Json = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
    gone = {"404": _response("There is no such batch, or no longer.")}
    begin: Json = {
        "operationId": "begin batch",
        "summary": "Decide the cases of files; Location says where to ask how far it is.",
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}},
        "responses": {
            "202": _response("The batch is begun."),
            "400": _response("What is sent is not a form with files."),
            "413": _response("The files are too large."),
            "422": _response("What is wrong with the form or the mapping."),
            "429": _response("As many batches as there may be at once."),
            "501": _response("The libraries that it needs are not installed."),
            "507": _response("There is no room for the files."),
        },
    }
    state: Json = {
        "operationId": "batch",
        "summary": "How far a batch is; once it is decided, its summary and the addresses of its results.",
        "responses": {"200": _response("The batch."), **gone},
    }
    forget: Json = {
        "operationId": "delete batch",
        "summary": "Stop a batch, and delete everything of it.",
        "responses": {"204": {"description": "It is gone."}, **gone},
    }
    return {BATCHES: {"post": begin}, f"{BATCHES}/{{name}}": {"parameters": [name], "get": state, "delete": forget}}


def _response(says: str) -> Json:
    return {"description": says, "content": {"application/json": {"schema": {"type": "object"}}}}
