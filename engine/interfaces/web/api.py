"""The same for programs: each question as JSON in and out, as `--json` prints it; `/openapi.json` describes them."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ... import explain
from ...case import Case, Decision
from ...errors import LumbarError, Place, Problem, QuestionError, listed, nearest
from ...facts import Misspelt, read_value
from ...record import Json
from ...rulebook import Term
from ..files import Object, case_from, parse_line
from .openapi import document, fields_of
from .served import Base

if TYPE_CHECKING:
    from .app import Pages

BODY = Place("body")
CASES = ("case", "after")  # the fields that hold one
Ask = Callable[[Base, Decision, Json], Json]


def routes(pages: "Pages") -> list[Route]:
    """A route for each question."""

    async def openapi(_: Request) -> Response:
        return await pages.run(lambda: JSONResponse(document(pages.served.current().rulebook)))

    return [
        *(Route(f"/api/{name}", _answering(pages, name, ask), methods=["POST"]) for name, ask in QUESTIONS.items()),
        Route("/openapi.json", openapi, methods=["GET"]),
    ]


def _answering(pages: "Pages", name: str, ask: Ask) -> "Callable[[Request], Any]":
    async def answer(request: Request) -> Response:
        asked = parse_line(await request.body(), BODY)
        if isinstance(asked, Problem):
            return _wrong([asked])
        problems = _malformed(name, asked)
        return _wrong(problems) if problems else await pages.run(lambda: _answer(pages.served.current(), ask, asked))

    return answer


def _malformed(name: str, asked: Object) -> list[Problem]:
    """What is wrong with the body of a question, beside its case."""
    known = fields_of(name)
    found = [Problem(BODY, f"`{key[:80]}` stands here twice", "each field once") for key in sorted(asked.repeated())]
    found += [
        Problem(BODY, f"`{key[:80]}` is not a field of this question", listed(known), nearest(key, known))
        for key in asked
        if key not in known
    ]
    found += [
        Problem(BODY, f"no `{name}`", f"an object with `{name}`: findings and their answers")
        for name in CASES
        if name in known and not isinstance(asked.get(name), Object)
    ]
    return found


def _answer(base: Base, ask: Ask, asked: Object) -> Response:
    decided: Json = {}
    for name in CASES:
        if name in asked:
            case = case_from(asked[name], Place(name), base.rulebook)
            if case.problems:
                return _rejected(base, case)
            decided[name] = base.decide(case)
    try:
        return JSONResponse(ask(base, decided["case"], asked | decided))
    except LumbarError as error:
        return _wrong(list(error.problems))


def _rejected(base: Base, case: Case) -> Response:
    """What is wrong with a case, and how far its alarms reach."""
    problems = [problem.as_json() for problem in case.problems]
    body = {"case": case.id, "problems": problems, **base.alarms.figures(case).as_json()}
    return JSONResponse(body | {"rulebook": base.rulebook.digest}, 422)


def _wrong(problems: list[Problem]) -> Response:
    return JSONResponse({"problems": [problem.as_json() for problem in problems]}, 400)


# --- the questions ---------------------------------------------------------------------------------------------------


def _term(base: Base, decision: Decision, asked: Json) -> Term:
    name = asked.get("term", "")
    term = base.rulebook.terms.get(name) if isinstance(name, str) else None
    if term is None:
        raise QuestionError(Problem(Place("term"), f"{name!r} is not a term", "a term of the knowledge base"))
    if decision.withholds(term.name):
        raise QuestionError(Problem(Place("term"), f"{term.name!r} is withheld: a law is broken", "another term"))
    return term


def _conclusion(base: Base, decision: Decision, asked: Json) -> Term:
    term = _term(base, decision, asked)
    if term.finding or term.built_in:
        raise QuestionError(Problem(Place("term"), f"{term.name!r} is not a conclusion", "a conclusion"))
    return term


def _values(term: Term, asked: Json) -> tuple[str, ...]:
    value = asked.get("value")
    if value is None:
        return ()
    found = read_value(term, value, Place("value"))
    if isinstance(found, Misspelt):
        raise QuestionError(found.problem)
    return () if found is None else (str(found),)


def _terms(base: Base, decision: Decision, asked: Json) -> tuple[str, ...]:
    names = asked.get("terms") or []
    if not isinstance(names, list):
        raise QuestionError(Problem(Place("terms"), "no list", "a list of conclusions"))
    return tuple(_conclusion(base, decision, {"term": name}).name for name in names)


def _head(base: Base, decision: Decision) -> Json:
    return {"case": decision.case.id, "rulebook": base.rulebook.digest}


def _rests_on(base: Base, terms: Iterable[str], *decisions: Decision) -> Json:
    """How many of the rules behind an answer are reviewed; without `terms` it is about all that is shown."""
    found, asked = explain.RulesBehind(), [*terms] or None
    for decision in decisions:
        found |= explain.rules_behind(base.rulebook, decision, asked)
    return {"rests on": found.as_json(base.rulebook)}


def _decide(base: Base, decision: Decision, _: Json) -> Json:
    return decision.as_json() | _rests_on(base, (), decision)


def _why(base: Base, decision: Decision, asked: Json) -> Json:
    term = _term(base, decision, asked)
    found = explain.why(base.rulebook, decision, term.name).as_json()
    return _head(base, decision) | dict(found) | _rests_on(base, [term.name], decision)


def _why_not(base: Base, decision: Decision, asked: Json) -> Json:
    term = _conclusion(base, decision, asked)
    found = explain.why_not(base.compiled, decision, term.name, _values(term, asked))
    return _head(base, decision) | found.as_json() | _rests_on(base, [term.name], decision)


def _weigh(base: Base, decision: Decision, asked: Json) -> Json:
    term = _conclusion(base, decision, asked)
    if term.domain.kind == "tally":
        raise QuestionError(Problem(Place("term"), f"{term.name!r} counts, and has no values", "another conclusion"))
    found = explain.weigh(base.rulebook, decision, term.name, _values(term, asked))
    return _head(base, decision) | {"weighing": found.as_json()} | _rests_on(base, [term.name], decision)


def _change(base: Base, decision: Decision, asked: Json) -> Json:
    terms = _terms(base, decision, asked)
    found = explain.what_would_change(base.compiled, decision, terms, explain.MOST_SHOWN)
    return found.as_json() | _rests_on(base, terms, decision)


def _enough(base: Base, decision: Decision, asked: Json) -> Json:
    terms = _terms(base, decision, asked)
    return explain.enough(base.compiled, decision, terms).as_json() | _rests_on(base, terms, decision)


def _next(base: Base, decision: Decision, asked: Json) -> Json:
    terms = _terms(base, decision, asked)
    return explain.what_next(base.compiled, decision, terms).as_json() | _rests_on(base, terms, decision)


def _compare(base: Base, decision: Decision, asked: Json) -> Json:
    terms, after = _terms(base, decision, asked), asked["after"]
    found = explain.compare(base.compiled, decision, after, terms)
    return found.as_json() | _rests_on(base, terms, decision, after)


QUESTIONS: dict[str, Ask] = {
    "decide": _decide,
    "why": _why,
    "whynot": _why_not,
    "weigh": _weigh,
    "whatif": _change,
    "enough": _enough,
    "next": _next,
    "compare": _compare,
}
