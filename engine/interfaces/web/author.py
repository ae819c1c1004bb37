"""The routes of those who write rules: a form, what it does as it is typed, trying it on everything, and saving."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from ...author.across_files import rename
from ...author.card_form import Typed, form_of
from ...author.goal import begin_card
from ...author.parse_input import Refused
from ...author.saving import save
from ...author.trial import state_of
from ...digests import digest_of
from ...errors import LumbarError
from ...language import Condition
from ...loader.files import read_folder
from ...rulebook import Rule
from ..lock import locked
from . import trial_page
from .author_form import CardForm, Writing, form_sent, opened, pressed
from .author_page import author_page, look_parts
from .form import form_of as case_form_of
from .page import message_page
from .panels import begin_trying
from .served import Served
from .state import State
from .texts import text
from .trials import Trial, Trials

R = TypeVar("R")
MOST_FIELDS = 600
BEAT = 0.1  # seconds between two looks at what a trial has come to
LOCK = ".lumbar.lock"


@dataclass
class Authoring:
    """What those who write rules need: the rules, the trials, and whether anything may be saved."""

    served: Served
    trials: Trials
    may_save: bool = False

    def __post_init__(self) -> None:
        self.thread = ThreadPoolExecutor(1, "author")

    async def run(self, work: Callable[[], R]) -> R:
        """Do the work on the thread of those who write, so that nobody who decides waits for it."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, work)

    # --- writing -----------------------------------------------------------------------------------------------------

    async def new(self, _: Request) -> Response:
        """The form of a rule from nothing."""
        return await self._page(lambda: CardForm(Typed()))

    async def edit(self, request: Request) -> Response:
        """The form that changes a rule."""
        name = request.path_params["name"]
        return await self._page(lambda: self._opened(name))

    async def begin(self, request: Request) -> Response:
        """The form of a rule for a patient who should get another answer."""
        pairs = await _pairs(request)
        return await self._page(lambda: self._begun(pairs))

    async def write(self, request: Request) -> Response:
        """The form once a button of it is pressed."""
        pairs = await _pairs(request)
        button = next((value for key, value in reversed(pairs) if key == "do"), "")
        return await self._page(lambda: pressed(self._writing(form_sent(pairs)), button))

    async def look(self, request: Request) -> Response:
        """What follows from a form as it is typed: the parts of the page that change."""
        pairs = await _pairs(request)
        return await self.run(lambda: self._safely(lambda: look_parts(self._writing(form_sent(pairs)))))

    async def card(self, request: Request) -> Response:
        """The card as a file."""
        pairs = await _pairs(request)

        def made() -> Response:
            writing = self._writing(form_sent(pairs))
            name = (writing.read.draft.name or "card") + ".yaml"
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return Response(writing.text, media_type="text/yaml", headers=headers)

        return await self.run(made)

    async def _page(self, form: Callable[[], CardForm]) -> Response:
        self.trials.warm()
        return await self.run(lambda: self._safely(lambda: author_page(self._writing(form()), "", self.may_save)))

    def _safely(self, made: Callable[[], str]) -> Response:
        """The page, or why there is none."""
        try:
            return HTMLResponse(made())
        except Refused as error:
            return HTMLResponse(message_page(str(error)), 422)
        except LumbarError as error:
            return HTMLResponse(trial_page.problems_page(error.problems), 422)

    def _writing(self, form: CardForm) -> Writing:
        return Writing(self.served.saved(), form)

    def _opened(self, name: str) -> CardForm:
        rule = self._rule(name)
        data = (self.served.directory / rule.place.file).read_bytes()
        return opened(rule, data.decode("utf-8").replace("\r\n", "\n"), digest_of(data.hex()))

    def _rule(self, name: str) -> Rule:
        rule = self.served.saved().rulebook.rules.get(name)
        if rule is None:
            raise HTTPException(404, text("not found", name=name))
        if rule.row:
            raise Refused(text("a row", rule=name))
        return rule

    def _begun(self, pairs: list[tuple[str, str]]) -> CardForm:
        """A form that begins with a patient, as the page of a case sends it."""
        found = case_form_of(pairs)
        state = State(self.served.current(), found)
        if state.case.problems:
            raise LumbarError(state.case.problems)
        fields = {"patient": begin_trying(state), "patient-name": found.own("case"), "wanted": found.own("wanted")}
        writing = self._writing(CardForm(Typed(), fields))
        if writing.goal is None:
            raise Refused(text("nothing wanted"))
        draft = begin_card(writing.rulebook, writing.goal)
        typed = form_of(draft.rule, examples=False)
        return CardForm(typed if draft.condition != Condition() else typed.with_entries("if", ()), fields)

    # --- trying and saving -------------------------------------------------------------------------------------------

    async def start(self, request: Request) -> Response:
        """Begin to try a rule on everything."""
        pairs = await _pairs(request)
        return await self.run(lambda: self._started(pairs))

    def _started(self, pairs: list[tuple[str, str]]) -> Response:
        writing = self._writing(form_sent(pairs))
        if writing.in_the_way:
            return HTMLResponse(author_page(writing, text("not yet"), self.may_save), 422)
        if writing.changed and self._file_digest(writing.changed) != writing.form.own("opened"):
            return self._conflict(writing)
        goal = writing.goal
        patient = {"id": goal.case.id, "facts": writing.form.patient, "says": goal.case.says} if goal else None
        request = {
            "kind": "card",
            "changed": writing.changed.id if writing.changed else "",
            "stage": writing.form.own("stage"),
            "name": writing.read.draft.name,
            "text": writing.text,
            "patient": patient,
        }
        return RedirectResponse(f"/trials/{self.trials.start(request, pairs)}", 303)

    def _file_digest(self, rule: Rule) -> str:
        return digest_of((self.served.directory / rule.place.file).read_bytes().hex())

    def _conflict(self, writing: Writing) -> Response:
        """Another has changed the rule meanwhile: both versions, and ways on."""
        assert writing.changed is not None
        theirs = self._opened(writing.changed.id)
        mine = writing.form.with_fields(opened=theirs.own("opened"))
        return HTMLResponse(trial_page.conflict_page(writing, theirs, mine), 409)

    async def trial(self, request: Request) -> Response:
        """What has come of a trial so far."""
        trial = self._found(request)
        return await self.run(
            lambda: HTMLResponse(trial_page.trial_page(trial, self.may_save, self.trials.alive(trial)))
        )

    async def events(self, request: Request) -> Response:
        """The steps of a trial, each as it ends."""
        trial = self._found(request)
        seen = request.headers.get("last-event-id", "0")
        stream = self._stream(trial, int(seen) if seen.isdigit() else 0)
        return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    async def _stream(self, trial: Trial, seen: int) -> AsyncIterator[str]:
        while True:
            steps = trial.steps(seen)
            for step in steps:
                seen += 1
                shown = str(trial_page.step_shown(step)).replace("\n", " ")
                kind = "done" if "done" in step else "step"
                yield f"id: {seen}\nevent: {kind}\ndata: {shown}\n\n"
                if kind == "done":
                    return
            if not self.trials.alive(trial):
                yield f"event: done\ndata: {text('trial lost')}\n\n"
                return
            if not steps:
                await asyncio.sleep(BEAT)

    async def again(self, request: Request) -> Response:
        """The form from which a trial began; a rule that is in the way can be made to give way there."""
        trial = self._found(request)
        below = request.query_params.getlist("below")

        def form() -> CardForm:
            found = form_sent(trial.form)
            rules = self.served.saved().rulebook.rules
            extra = [name for name in below if name in rules and name not in found.typed.of("outranks")]
            if not extra:
                return found
            return pressed(self._writing(found), "") if found.own("by") == "text" else _giving_way(found, extra)

        return await self._page(form)

    async def save(self, request: Request) -> Response:
        """Write what was tried, where nothing is in the way and nothing changed since."""
        trial = self._found(request)
        return await self.run(lambda: self._saved(trial))

    def _saved(self, trial: Trial) -> Response:
        if not self.may_save:
            return HTMLResponse(message_page(text("cannot save")), 403)
        texts, directory = trial.texts, self.served.directory
        if not texts:
            return HTMLResponse(message_page(text("in the way")), 409)
        try:
            with locked(directory / LOCK, directory, text("being saved"), text("again shortly")):
                if state_of(directory) != trial.state:
                    return self._stale(trial)
                save(directory, texts)
        except OSError as error:
            return HTMLResponse(message_page(text("not written", reason=error.strerror or str(error))), 500)
        except LumbarError as error:
            return HTMLResponse(trial_page.problems_page(error.problems), 409)
        self.served.look_again()
        request = trial.request
        self.trials.forget(trial.name)
        return HTMLResponse(trial_page.saved_page([*texts.items()], request["name"], request["kind"] != "retire"))

    def _stale(self, trial: Trial) -> Response:
        """The rules are others than those on which it was tried: both versions of the same rule, else to try again."""
        writing = self._writing(form_sent(trial.form))
        if writing.changed and self._file_digest(writing.changed) != writing.form.own("opened"):
            return self._conflict(writing)
        return HTMLResponse(trial_page.stale_page(trial), 409)

    async def card_of(self, request: Request) -> Response:
        """The card of a trial as a file."""
        found = self._found(request).request
        headers = {"Content-Disposition": f'attachment; filename="{found["name"]}.yaml"'}
        return Response(found["text"], media_type="text/yaml", headers=headers)

    def _found(self, request: Request) -> Trial:
        trial = self.trials.found(request.path_params["name"])
        if trial is None:
            raise HTTPException(404, text("no trial"))
        return trial

    # --- renaming and retiring ---------------------------------------------------------------------------------------

    async def retire(self, request: Request) -> Response:
        """Asks why a rule is to go; then tries the rules without it."""
        name = request.path_params["name"]
        if request.method == "GET":
            return await self.run(lambda: self._safely(lambda: trial_page.retire_page(self._rule(name), "")))
        because = " ".join(dict(await _pairs(request)).get("because", "").split())
        return await self.run(lambda: self._retiring(name, because))

    def _retiring(self, name: str, because: str) -> Response:
        rule = self._rule(name)
        if not because:
            return HTMLResponse(trial_page.retire_page(rule, text("why retire")), 422)
        day = f"{date.today():%Y-%m-%d}"
        request = {"kind": "retire", "changed": name, "name": name, "because": because, "day": day, "text": rule.says}
        return RedirectResponse(f"/trials/{self.trials.start(request, [])}", 303)

    async def rename(self, request: Request) -> Response:
        """Shows what a rename would change, and does it where that is confirmed."""
        name = request.path_params["name"]
        if request.method == "GET":
            return await self.run(
                lambda: self._safely(lambda: trial_page.rename_page(self._rule(name), "", None, False))
            )
        sent = dict(await _pairs(request))
        return await self.run(lambda: self._renamed(name, sent))

    def _renamed(self, name: str, sent: Mapping[str, str]) -> Response:
        rule, new = self._rule(name), "_".join(sent.get("new", "").lower().split())
        directory = self.served.directory
        try:
            change = rename(read_folder(directory), self.served.saved().rulebook, name, new)
        except LumbarError as error:
            says = "; ".join(problem.words for problem in error.problems)
            return HTMLResponse(trial_page.rename_page(rule, says, None, self.may_save), 422)
        if not sent.get("sure") or not self.may_save:
            return HTMLResponse(trial_page.rename_page(rule, "", (new, change), self.may_save))
        try:
            with locked(directory / LOCK, directory, text("being saved"), text("again shortly")):
                save(directory, rename(read_folder(directory), self.served.saved().rulebook, name, new).files)
        except OSError as error:
            return HTMLResponse(message_page(text("not written", reason=error.strerror or str(error))), 500)
        self.served.look_again()
        return HTMLResponse(trial_page.saved_page([*change.files.items()], new, True))

    # --- routes ------------------------------------------------------------------------------------------------------

    def routes(self) -> list[Route]:
        """Every route; those with a fixed name come before `/rules/NAME`."""
        return [
            Route("/rules/new", self.new, methods=["GET"]),
            Route("/rules/new", self.begin, methods=["POST"]),
            Route("/rules/write", self.write, methods=["POST"]),
            Route("/rules/look", self.look, methods=["POST"]),
            Route("/rules/card", self.card, methods=["POST"]),
            Route("/rules/try", self.start, methods=["POST"]),
            Route("/rules/edit/{name:path}", self.edit, methods=["GET"]),
            Route("/rules/retire/{name:path}", self.retire, methods=["GET", "POST"]),
            Route("/rules/rename/{name:path}", self.rename, methods=["GET", "POST"]),
            Route("/trials/{name}", self.trial, methods=["GET"]),
            Route("/trials/{name}/events", self.events, methods=["GET"]),
            Route("/trials/{name}/form", self.again, methods=["GET"]),
            Route("/trials/{name}/card", self.card_of, methods=["GET"]),
            Route("/trials/{name}/save", self.save, methods=["POST"]),
        ]


def _giving_way(form: CardForm, rules: list[str]) -> CardForm:
    return replace(form, typed=form.typed.with_entries("outranks", [*form.typed.of("outranks"), *rules]))


async def _pairs(request: Request) -> list[tuple[str, str]]:
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as data:
        return [(key, value) for key, value in data.multi_items() if isinstance(value, str)]
