"""What programs may ask, as OpenAPI describes it; a test holds it to the routes."""

from importlib.metadata import version

from ...record import Json

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
_FACT: Json = {"type": ["string", "integer", "boolean", "null"]}
_CASE: Json = {"type": "object", "description": "The answers, by finding.", "additionalProperties": _FACT}
_TERM: Json = {"type": "string", "description": "A term of the knowledge base."}
_VALUE: Json = {"type": ["string", "integer", "null"], "description": "A value of the term."}
_TERMS: Json = {"type": "array", "items": _TERM, "description": "Ask about these conclusions alone."}
_ABOUT: dict[str, Json] = {
    "why": {"term": _TERM},
    "whynot": {"term": _TERM, "value": _VALUE},
    "weigh": {"term": _TERM, "value": _VALUE},
    "whatif": {"terms": _TERMS},
    "enough": {"terms": _TERMS},
    "next": {"terms": _TERMS},
    "compare": {"after": _CASE, "terms": _TERMS},
}
_NEEDED = {"why": ["term"], "whynot": ["term"], "weigh": ["term"], "compare": ["after"]}


def document(questions: tuple[str, ...]) -> Json:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "lumbar", "version": version("lumbar"), "description": "Decision support; not a diagnosis."},
        "paths": {f"/api/{name}": {"post": _operation(name)} for name in questions}
        | {"/health": {"get": {"operationId": "health", "responses": {"200": _response("Whether it answers.")}}}},
    }


def _operation(name: str) -> Json:
    schema: Json = {
        "type": "object",
        "required": ["case", *_NEEDED.get(name, [])],
        "properties": {"case": _CASE, **_ABOUT.get(name, {})},
    }
    return {
        "operationId": name,
        "summary": SAYS[name],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            "200": _response(SAYS[name]),
            "400": _response("What is wrong with the question."),
            "422": _response("What is wrong with the case, and how far its alarms reach."),
        },
    }


def _response(says: str) -> Json:
    return {"description": says, "content": {"application/json": {"schema": {"type": "object"}}}}
