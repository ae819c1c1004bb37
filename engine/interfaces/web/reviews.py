"""The routes of those who review: what waits, one thing whole, and recording what they say of it."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from ...author.parse_input import Refused
from ...author.review_list import often, work_list
from ...author.review_record import NewReview, NotRecorded, recorded
from ...author.review_sheet import commits, sheet
from ...author.review_text import sheet_lines
from ...author.saving import save
from ...errors import LumbarError, Place, Problem
from ...loader import load
from ...loader.files import read_folder
from ...review import today
from ...rulebook import Rulebook
from . import review_page
from .author import Authoring, pairs_of
from .texts import text


class Reviewing:
    """What those who review see and send; it is done on the thread of those who write."""

    def __init__(self, author: Authoring) -> None:
        self.author = author

    async def waiting(self, request: Request) -> Response:
        """What waits for a review."""
        every = request.query_params.get("all") == "yes"
        return await self.author.answer(lambda: HTMLResponse(self._listed(every)))

    def _listed(self, every: bool) -> str:
        rulebook = self._rulebook()
        return review_page.list_page(work_list(rulebook, today(), often(rulebook)), every)

    async def one(self, request: Request) -> Response:
        """One thing whole; signed where the form of it is sent."""
        what = _what(request)
        if request.method == "GET":
            says = text("review recorded") if request.query_params.get("recorded") == "yes" else ""
            return await self.author.answer(lambda: self._shown(what, {}, says=says))
        sent = dict(await pairs_of(request))
        return await self.author.answer(lambda: self._signed(what, sent))

    def _rulebook(self) -> Rulebook:
        return self.author.served.saved().rulebook

    def _shown(self, what: str, typed: dict[str, str], problems: tuple[Problem, ...] = (), says: str = "") -> Response:
        rulebook = self._rulebook()
        try:
            found = sheet(rulebook, what, often(rulebook))
        except Refused as error:
            raise HTTPException(404, text("not found", name=what)) from error
        read = sheet_lines(rulebook, found, today(), commits(rulebook, found.what))
        page = review_page.sheet_page(found, read, self.author.may_save, typed, problems, says)
        return HTMLResponse(page, 422 if problems else 200)

    def _signed(self, what: str, sent: dict[str, str]) -> Response:
        words = {name: sent.get(name, "") for name in ("verdict", "who", "role", "note", "digest")}
        given = NewReview(**words, day=today(), again_by=sent.get("review again by", ""))
        try:
            with self.author.saving() as directory:
                if not given.digest:  # it would be signed whatever is there by now
                    return self._shown(what, sent, (Problem(Place("digest"), text("read again")),))
                save(directory, recorded(read_folder(directory), load(directory), what, given, today()))
        except NotRecorded as error:
            return self._shown(what, sent, tuple(map(_worded, error.problems)))
        except LumbarError as error:
            return self._shown(what, sent, tuple(error.problems))
        return RedirectResponse(f"/reviews/{what if '/' in what else f'tables/{what}'}?recorded=yes", 303)

    def routes(self) -> list[Route]:
        """Every route."""
        return [
            Route("/reviews", self.waiting, methods=["GET"]),
            Route("/reviews/{kind}/{name}", self.one, methods=["GET", "POST"]),
        ]


def _worded(problem: Problem) -> Problem:
    """A problem as the page says it: an old text is to be read again."""
    return Problem(problem.place, text("read again")) if problem.place.file == "digest" else problem


def _what(request: Request) -> str:
    """What an address means; a row has the name of its table before it, and is known by both."""
    kind, name = request.path_params["kind"], request.path_params["name"]
    return name if kind == "tables" and "." in name else f"{kind}/{name}"
