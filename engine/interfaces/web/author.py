"""The routes of those who write rules: a form, what it does as it is typed, trying it on everything, and saving."""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from ...author.card_form import Typed, form_of
from ...author.goal import begin_card, wanted
from ...author.handed_on import form_of_talk
from ...author.parse_input import Refused
from ...author.revisions import last_release
from ...author.unfinished import Unfinished, forget_form, keep_form, kept_forms, kept_talks
from ...digests import digest_of
from ...errors import LumbarError
from ...language import Condition
from ...rulebook import Rule, Rulebook
from ..lock import saving
from . import author_api, trial_page
from .author_buttons import pressed
from .author_form import CardForm, Worded, Writing, form_sent, opened
from .author_page import author_page, drafts_page, look_parts
from .browse import Wanted, browse_page
from .form import answers_of
from .form import form_of as case_form_of
from .page import attachment, message_page
from .panels import begin_trying
from .served import Served
from .state import PageState
from .texts import text
from .trials import Trials

R = TypeVar("R")
MOST_FIELDS = 600


@dataclass
class Authoring:
    """What those who write rules need: the rules, the trials, and whether anything may be saved."""

    served: Served
    trials: Trials
    may_save: bool = False

    def __post_init__(self) -> None:
        self.thread = ThreadPoolExecutor(1, "author")
        self.released: tuple[str, Rulebook | None] | None = None
        self.worded: Worded | None = None

    async def run(self, work: Callable[[], R]) -> R:
        """Do the work on the thread of those who write, so that nobody who decides waits for it."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, work)

    # --- writing -----------------------------------------------------------------------------------------------------

    async def new(self, _: Request) -> Response:
        """The form of a rule from nothing."""
        return await self.page(lambda: CardForm(Typed()))

    async def edit(self, request: Request) -> Response:
        """The form that changes a rule."""
        name = request.path_params["name"]
        return await self.page(lambda: self.opened(name))

    async def begin(self, request: Request) -> Response:
        """The form of a rule for a patient who should get another answer."""
        pairs = await pairs_of(request)
        return await self.page(lambda: self._begun(pairs))

    async def write(self, request: Request) -> Response:
        """The form once a button of it is pressed."""
        pairs = await pairs_of(request)
        button = next((value for key, value in reversed(pairs) if key == "do"), "")
        return await self.page(lambda: pressed(self.writing(form_sent(pairs)), button))

    async def look(self, request: Request) -> Response:
        """What follows from a form as it is typed: the parts of the page that change."""
        pairs = await pairs_of(request)
        return await self.answer(lambda: HTMLResponse(look_parts(self.writing(form_sent(pairs)))))

    async def card(self, request: Request) -> Response:
        """The card as a file."""
        pairs = await pairs_of(request)

        def made() -> Response:
            writing = self.writing(form_sent(pairs))
            name = (writing.read.draft.name or "card") + ".yaml"
            return Response(writing.text, media_type="text/yaml", headers=attachment(name))

        return await self.answer(made)

    async def page(self, form: Callable[[], CardForm]) -> Response:
        self.trials.warm()
        return await self.answer(lambda: HTMLResponse(author_page(self.writing(form()), "", self.may_save)))

    @contextmanager
    def writing_files(self) -> Iterator[Path]:
        """The folder of the rules, to write into; raises Answered where nobody may, or it cannot be written."""
        if not self.may_save:
            raise Answered(HTMLResponse(message_page(text("cannot save")), 403))
        try:
            yield self.served.directory
        except OSError as error:
            page = message_page(text("not written", reason=error.strerror or str(error)))
            raise Answered(HTMLResponse(page, 500)) from error

    @contextmanager
    def saving(self) -> Iterator[Path]:
        """The same while nobody else saves; the rules are looked at again after it. Raises InUse."""
        with self.writing_files() as directory, saving(directory):
            yield directory
        self.served.look_again()

    async def answer(self, work: Callable[[], Response]) -> Response:
        """What some work answers, or the page that says why there is none."""
        return await self.run(lambda: _answered(work))

    def writing(self, form: CardForm) -> Writing:
        self.worded = Worded.of(self.served.saved(), form.words, self.worded)
        return Writing(self.worded, form)

    def opened(self, name: str) -> CardForm:
        rule = self.rule(name)
        data = (self.served.directory / rule.place.file).read_bytes()
        return opened(rule, data.decode("utf-8").replace("\r\n", "\n"), digest_of(data.hex()))

    def rule(self, name: str) -> Rule:
        rulebook = self.served.saved().rulebook
        rule = rulebook.rules.get(name)
        if rule is None:
            raise HTTPException(404, text("not found", name=name))
        if rulebook.is_beneath(rule.place):
            raise Refused(text("beneath", rule=name, layer=rule.layer))
        if rule.row:
            raise Refused(text("a row", rule=name, address=f"/rules/row/{name}"))
        return rule

    def _begun(self, pairs: list[tuple[str, str]]) -> CardForm:
        """A form that begins with a patient, as the page of a case sends it."""
        found = case_form_of(pairs)
        state = PageState(self.served.current(), found)
        if state.case.problems:
            raise LumbarError(state.case.problems)
        fields = {"patient": begin_trying(state), "patient-name": found.own("case"), "wanted": found.own("wanted")}
        writing = self.writing(CardForm(Typed(), fields))
        if writing.goal is None:
            raise Refused(text("nothing wanted"))
        draft = begin_card(writing.rulebook, writing.goal)
        typed = form_of(draft.rule, examples=False)
        return CardForm(typed if draft.condition != Condition() else typed.with_entries("if", ()), fields)

    # --- drafts on disk ----------------------------------------------------------------------------------------------

    async def keep(self, request: Request) -> Response:
        """Keep a form beside the rules, with the patient that it may begin with; only where rules may be saved."""
        pairs = await pairs_of(request)
        return await self.answer(lambda: self._kept_form([one for one in pairs if one[0] != "do"]))

    def _kept_form(self, pairs: Sequence[tuple[str, str]]) -> Response:
        with self.writing_files() as directory:
            keep_form(directory, pairs)
        return RedirectResponse("/rules/drafts", 303)

    async def drafts(self, _: Request) -> Response:
        """The forms that are kept."""
        return await self.run(lambda: HTMLResponse(drafts_page(self._kept())))

    def _kept(self) -> dict[str, Sequence[tuple[str, str]]]:
        """The forms that are kept, and what is kept of talks at a terminal, as far as the list shows of each."""
        talks = kept_talks(self.served.directory)
        return {**kept_forms(self.served.directory), **{name: _shown_of_talk(one) for name, one in talks.items()}}

    async def draft(self, request: Request) -> Response:
        """A form that is kept, to continue it; or, where that is asked for, taken away."""
        name = request.path_params["name"]
        kept = await self.run(lambda: kept_forms(self.served.directory))
        talks = await self.run(lambda: kept_talks(self.served.directory))
        if name not in kept and name not in talks:
            raise HTTPException(404, text("not found", name=name))
        if request.method == "GET":
            return await self.page(lambda: form_sent(kept[name]) if name in kept else self._of_talk(talks[name]))
        return await self.answer(lambda: self._forgotten(name))

    def _forgotten(self, name: str) -> Response:
        with self.writing_files() as directory:
            forget_form(directory, name)
        return RedirectResponse("/rules/drafts", 303)

    def _of_talk(self, begun: Unfinished) -> CardForm:
        """The form of what was typed at a terminal; of a patient only where it is a saved case."""
        saved = self.served.saved()
        if begun.case is None or begun.wanted is None:
            return _named(form_of_talk(saved, begun.typed), {})
        case = saved.rulebook.cases.get(begun.case)
        if case is None:
            raise Refused(text("patient of a file", case=begun.case))
        goal = wanted(saved.rulebook, case, begun.wanted)
        answers = json.dumps(answers_of(case), ensure_ascii=False)
        fields = {"patient": answers, "patient-name": case.id, "patient-says": case.says, "wanted": begun.wanted}
        return _named(form_of_talk(saved, begun.typed, goal), fields)

    # --- looking through ----------------------------------------------------------------------------------------------

    async def browse(self, request: Request) -> Response:
        """The rulebook, by what is asked for."""
        asked = request.query_params
        wanted = Wanted(*(asked.get(name, "") for name in ("stage", "conclusion", "source", "changed")))
        return await self.answer(lambda: HTMLResponse(browse_page(self.served.saved(), wanted, self._earlier())))

    def _earlier(self) -> Rulebook | None:
        """The rules as they were last released; found once for each state of them, and None where git has none."""
        digest = self.served.saved().rulebook.digest
        if self.released is None or self.released[0] != digest:
            self.released = (digest, last_release(self.served.directory))
        return self.released[1]

    # --- routes ------------------------------------------------------------------------------------------------------

    def routes(self) -> list[Route]:
        """Every route; those with a fixed name come before `/rules/NAME`."""
        return [
            Route("/rules/all", self.browse, methods=["GET"]),
            Route("/rules/draft", self.keep, methods=["POST"]),
            Route("/rules/drafts", self.drafts, methods=["GET"]),
            Route("/rules/drafts/{name}", self.draft, methods=["GET", "POST"]),
            Route("/rules/new", self.new, methods=["GET"]),
            Route("/rules/new", self.begin, methods=["POST"]),
            Route("/rules/write", self.write, methods=["POST"]),
            Route("/rules/look", self.look, methods=["POST"]),
            Route(f"/api/{author_api.LOOK}", author_api.route(self), methods=["POST"]),
            Route("/rules/card", self.card, methods=["POST"]),
            Route("/rules/edit/{name:path}", self.edit, methods=["GET"]),
        ]


def _named(typed: Typed, fields: dict[str, str]) -> CardForm:
    stage, _, name = next(iter(typed.of("rule")), "").rpartition("/")
    return CardForm(typed, {"stage": stage, "name": name, **fields})


def _shown_of_talk(begun: Unfinished) -> Sequence[tuple[str, str]]:
    """What the list of drafts shows of a talk: its first answers, the name and the sentence where it has no patient."""
    first = f"{begun.wanted} ({begun.case})" if begun.case else " ".join(begun.typed[:1])
    return [(".name", first), ("says", "" if begun.case else " ".join(begun.typed[1:2]))]


class Answered(Exception):
    """What stops some work, with the page that says why."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def _answered(work: Callable[[], Response]) -> Response:
    try:
        return work()
    except Answered as stopped:
        return stopped.response
    except Refused as error:
        return HTMLResponse(message_page(str(error)), 422)
    except LumbarError as error:
        return HTMLResponse(trial_page.problems_page(error.problems), 422)


async def pairs_of(request: Request) -> list[tuple[str, str]]:
    """The fields that a form sends, in the order of the page."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS + 1) as data:
        pairs = [(key, value) for key, value in data.multi_items() if isinstance(value, str)]
    if len(pairs) > MOST_FIELDS:
        raise HTTPException(413, text("too many", count=MOST_FIELDS))
    return pairs
