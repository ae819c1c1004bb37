"""The routes of the page, and what each answers; nothing of a request is kept."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from typing import TypeVar

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from ...case import Case
from ...errors import Place, counted
from ...loader import writing
from ...none_of_these import NONE_OF_THESE
from ..files import read_stream
from . import api, reference
from .advice import next_question
from .author import Authoring
from .form import Form, answers_of, form_of
from .guard import MOST_UPLOAD
from .leaflet import leaflet_page
from .many.jobs import Jobs
from .many.routes import ManyCases
from .page import attachment, decide_page, message_page, parts, rejected_page
from .panels import begin_trying
from .reviews import Reviewing
from .rows import Rows
from .served import Served
from .state import PageState
from .static import KINDS, by_address, content
from .texts import text
from .trial_routes import Trying
from .trials import Trials

R = TypeVar("R")
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
DIGEST = "Lumbar-Rulebook"


class Pages:
    """The pages of a knowledge base; one thread decides, as a chain is used by one."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.thread = ThreadPoolExecutor(1, "decide")
        self.empty: tuple[object, str] = (None, "")  # the rules, and the page of a new case by them

    async def run(self, work: Callable[[], R]) -> R:
        """Do the work on the thread that decides."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, work)

    # --- deciding ----------------------------------------------------------------------------------------------------

    async def home(self, _: Request) -> Response:
        """A new case."""
        return await self.run(self._new)

    def _new(self) -> Response:
        base = self.served.current()
        digest = base.rulebook.digest
        if self.served.problem:
            return self._whole(Form({}, {}))
        if self.empty[0] is not base:
            self.empty = base, decide_page(PageState(base, Form({}, {})))
        return HTMLResponse(self.empty[1], headers={DIGEST: digest})

    async def decide(self, request: Request) -> Response:
        """A form: the whole page, or the parts of it that change."""
        form = await _form(request)
        part, turn = request.headers.get("x-part", ""), request.headers.get("x-turn", "")
        return await self.run(lambda: self._part(form, part, turn) if part else self._whole(form))

    def _whole(self, form: Form, says: str = "") -> Response:
        state = PageState(self.served.current(), form)
        state = self._turned(state)
        digest = state.base.rulebook.digest
        if form.own("rulebook") not in ("", digest):
            says = text("rules changed")
        if self.served.problem:
            says = text("rules broken", problem=self.served.problem)
        return HTMLResponse(decide_page(state, says), headers={DIGEST: digest})

    def _turned(self, state: PageState) -> PageState:
        """The state with other answers, where the button that was pressed asks for them."""
        form, panel = state.form, state.form.panel
        if panel == "try" and not state.case.problems:
            return _with(state, form.answers, panel="", before=begin_trying(state), **{"before-name": ""})
        if panel == "restore" and form.before is not None:
            return _with(state, form.before, panel="", before="", **{"before-name": ""})
        if panel == "alone":
            return _with(state, form.answers, panel="", before="", **{"before-name": ""})
        return state

    def _part(self, form: Form, part: str, turn: str) -> Response:
        state = PageState(self.served.current(), form)
        headers = {DIGEST: state.base.rulebook.digest}
        shown = str(next_question(state)) if part == "next" else parts(self._turned(state), turn)
        return HTMLResponse(shown, headers=headers)

    # --- cases in and out --------------------------------------------------------------------------------------------

    async def open(self, request: Request) -> Response:
        """A case file that is shown as a filled page, or as the visit before a new one."""
        async with request.form(max_files=1, max_fields=2) as found:
            file, follow_up = found.get(".file"), bool(found.get(".follow-up"))
            if not isinstance(file, UploadFile) or not file.filename:
                return await self.run(lambda: self._whole(Form({}, {}), text("no file")))
            name, data = file.filename, await file.read()
        return await self.run(lambda: self._opened(name, data, follow_up))

    def _opened(self, name: str, data: bytes, follow_up: bool) -> Response:
        base = self.served.current()
        cases = list(read_stream(BytesIO(data), name, base.rulebook))
        if len(cases) != 1:
            return self._whole(Form({}, {}), text("several cases", file=name, count=counted(len(cases), "case")))
        [case] = cases
        if case.problems:  # what could not be read of it may be what raises an alarm
            return HTMLResponse(rejected_page(base, case), 422)
        answers = answers_of(case)
        if not follow_up:
            return self._whole(Form(answers, {"case": case.id}))
        lasting = {term: str(value) for term, value in case.facts.items() if base.rulebook.terms[term].lasts}
        before = {"before": begin_trying(PageState(base, Form(answers, {}))), "before-name": case.id}
        return self._whole(Form(lasting, {"case": f"{case.id} follow-up", **before}))

    async def yaml(self, request: Request) -> Response:
        """The case as a file."""
        form = await _form(request)

        def made() -> Response:
            rulebook = self.served.current().rulebook
            case = _kept(PageState(self.served.current(), form).case)
            return _file(writing.case(rulebook, case, ""), f"{case.id}.yaml", "text/yaml")

        return await self.run(made)

    async def json(self, request: Request) -> Response:
        """The case as JSON."""
        form = await _form(request)
        case = await self.run(lambda: _kept(PageState(self.served.current(), form).case))
        none = {NONE_OF_THESE: [*case.none_of_these]} if case.none_of_these else {}
        implied = {name for names in case.none_of_these.values() for name in names}
        said = {name: value for name, value in case.facts.items() if name not in implied}
        return JSONResponse({"case": case.id, **none, **said}, headers=attachment(f"{case.id}.json"))

    async def leaflet(self, request: Request) -> Response:
        """A leaflet for the patient."""
        form = await _form(request)
        return await self.run(lambda: HTMLResponse(leaflet_page(PageState(self.served.current(), form))))

    # --- looking up --------------------------------------------------------------------------------------------------

    async def rules(self, request: Request) -> Response:
        """The names that are searched for."""
        query = request.query_params.get("q", "")
        return await self.run(lambda: HTMLResponse(reference.found_page(self.served.current().rulebook, query)))

    async def name(self, request: Request) -> Response:
        """The page of a rule, term, law, source or claim."""
        name = request.path_params["name"]

        def shown() -> Response:
            page = reference.name_page(self.served.current().rulebook, name)
            if page is None:
                raise HTTPException(404, text("not found", name=name))
            return HTMLResponse(page)

        return await self.run(shown)

    async def map(self, request: Request) -> Response:
        """The map of all rules, or of what one of them touches."""
        rule = request.query_params.get("rule", "")
        return await self.run(lambda: HTMLResponse(reference.map_page(self.served.current().rulebook, rule)))

    # --- the rest ----------------------------------------------------------------------------------------------------

    async def static(self, request: Request) -> Response:
        """A file of the page's own."""
        name = by_address().get(request.url.path)
        if name is None:
            raise HTTPException(404, text("not found", name=request.url.path))
        return Response(content(name), media_type=KINDS[name], headers=FOR_EVER)

    async def health(self, _: Request) -> Response:
        """Whether the server answers, and by which rules."""
        problem = self.served.problem
        body = {"status": "old rules" if problem else "ok", "rulebook": self.served.base.rulebook.digest}
        return JSONResponse(body | ({"problem": problem} if problem else {}))

    def routes(self) -> list[Route]:
        """Every route of the page; `api` has those for programs."""
        gets = {
            "/": self.home,
            "/rules": self.rules,
            "/rules/{name:path}": self.name,
            "/map": self.map,
            "/static/{name}": self.static,
            "/health": self.health,
        }
        posts = {
            "/decide": self.decide,
            "/case": self.open,
            "/case.yaml": self.yaml,
            "/case.json": self.json,
            "/leaflet": self.leaflet,
        }
        return [
            *(Route(path, answer, methods=["GET"]) for path, answer in gets.items()),
            *(Route(path, answer, methods=["POST"]) for path, answer in posts.items()),
            Route("/decide", _home_again, methods=["GET"]),
        ]


async def _home_again(_: Request) -> Response:
    """A page that was decided is opened again by its address: nothing of it is kept."""
    return RedirectResponse("/", 303)


def _with(state: PageState, answers: Mapping[str, str], **fields: str) -> PageState:
    return PageState(state.base, Form(answers, {**state.form.fields, **fields}))


async def _form(request: Request) -> Form:
    async with request.form(max_files=0) as data:
        return form_of((key, value) for key, value in data.multi_items() if isinstance(value, str))


def _kept(case: Case) -> Case:
    """The case of a file: what was said and could be read."""
    return replace(case, place=Place(case.id), expected=None)


def _file(text_: str, name: str, kind: str) -> Response:
    return PlainTextResponse(text_, media_type=kind, headers=attachment(name))


async def _failed(_: Request, error: Exception) -> Response:
    """A page for what is not there."""
    status, says = (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, str(error))
    return HTMLResponse(message_page(says), status)


def make_app(
    served: Served,
    trials: Trials | None = None,
    may_save: bool = False,
    jobs: Jobs | None = None,
    most: int = MOST_UPLOAD,
) -> Starlette:
    """The page and what programs ask, without the guard; rules can be saved where that is said.

    `jobs` has runs over many cases, whose files are at most `most` bytes; without it there are none.
    """
    pages = Pages(served)
    many = ManyCases(pages, jobs, most).routes() if jobs else []
    writing = Authoring(served, trials or Trials(served.directory), may_save)
    return Starlette(
        routes=[
            *writing.routes(),
            *Rows(writing).routes(),
            *Trying(writing).routes(),
            *Reviewing(writing).routes(),
            *many,
            *pages.routes(),
            *api.routes(pages),
        ],
        middleware=[Middleware(GZipMiddleware, minimum_size=1000)],
        exception_handlers={HTTPException: _failed},
    )
