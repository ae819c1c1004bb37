"""The routes of trials: a rule is tried on everything, saved where nothing is in the way, renamed or retired."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from ...author.across_files import FilesChange, rename
from ...author.saving import save
from ...author.trial import state_of
from ...digests import digest_of
from ...errors import LumbarError
from ...loader.files import read_folder
from ...record import Json
from ...review import today
from ...rulebook import Rule
from . import trial_page
from .author import Authoring, pairs_of
from .author_buttons import pressed
from .author_form import CardForm, Writing, form_sent
from .author_page import author_page
from .form import number_in
from .page import attachment, message_page
from .texts import text
from .trials import Trial

BEAT = 0.1  # seconds between two looks at what a trial has come to


@dataclass
class Trying:
    """What follows when a rule has been written."""

    author: Authoring

    # --- trying and saving -------------------------------------------------------------------------------------------

    async def start(self, request: Request) -> Response:
        """Begin to try a rule on everything."""
        pairs = await pairs_of(request)
        return await self.author.answer(lambda: self._started(pairs))

    def _started(self, pairs: list[tuple[str, str]]) -> Response:
        writing = self.author.writing(form_sent(pairs))
        if writing.in_the_way:
            return HTMLResponse(author_page(writing, text("not yet"), self.author.may_save), 422)
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
            "words": [[word.kind, dict(word.fields)] for word in writing.form.words],
        }
        return self._begun(request, pairs)

    def _file_digest(self, rule: Rule) -> str:
        return digest_of((self.author.served.directory / rule.place.file).read_bytes().hex())

    def _conflict(self, writing: Writing) -> Response:
        """Another has changed the rule meanwhile: both versions, and ways on."""
        assert writing.changed is not None
        theirs = self.author.opened(writing.changed.id)
        mine = writing.form.with_fields(opened=theirs.own("opened"))
        return HTMLResponse(trial_page.conflict_page(writing, theirs, mine), 409)

    def _begun(self, request: Json, form: Sequence[tuple[str, str]] = ()) -> Response:
        return RedirectResponse(f"/trials/{self.author.trials.start(request, [*form])}", 303)

    async def trial(self, request: Request) -> Response:
        """What has come of a trial so far."""
        trial = self._found(request)
        return await self.author.answer(
            lambda: HTMLResponse(trial_page.trial_page(trial, self.author.may_save, self.author.trials.alive(trial)))
        )

    async def events(self, request: Request) -> Response:
        """The steps of a trial, each as it ends."""
        trial = self._found(request)
        seen = number_in(request.headers.get("last-event-id", ""))
        stream = self._stream(trial, seen or 0)
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
            if not self.author.trials.alive(trial):
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
            rules = self.author.served.saved().rulebook.rules
            extra = [name for name in below if name in rules and name not in found.typed.of("outranks")]
            if not extra:
                return found
            return pressed(self.author.writing(found), "") if found.own("by") == "text" else _giving_way(found, extra)

        return await self.author.page(form)

    async def save(self, request: Request) -> Response:
        """Write what was tried, where nothing is in the way and nothing changed since."""
        trial = self._found(request)
        return await self.author.answer(lambda: self._saved(trial))

    def _saved(self, trial: Trial) -> Response:
        texts = trial.texts
        try:
            with self.author.saving() as directory:
                if not texts:
                    return HTMLResponse(message_page(text("in the way")), 409)
                if state_of(directory) != trial.state:
                    return self._stale(trial)
                save(directory, texts)
        except LumbarError as error:
            return HTMLResponse(trial_page.problems_page(error.problems), 409)
        request = trial.request
        self.author.trials.forget(trial.name)
        return HTMLResponse(trial_page.saved_page([*texts.items()], request["name"], request["kind"] != "retire"))

    def _stale(self, trial: Trial) -> Response:
        """The rules are others than those on which it was tried: both versions of the same rule, else to try again."""
        writing = self.author.writing(form_sent(trial.form))
        if writing.changed and self._file_digest(writing.changed) != writing.form.own("opened"):
            return self._conflict(writing)
        return HTMLResponse(trial_page.stale_page(trial), 409)

    async def card_of(self, request: Request) -> Response:
        """The card of a trial as a file."""
        found = self._found(request).request
        return Response(found["text"], media_type="text/yaml", headers=attachment(f"{found['name']}.yaml"))

    def _found(self, request: Request) -> Trial:
        trial = self.author.trials.found(request.path_params["name"])
        if trial is None:
            raise HTTPException(404, text("no trial"))
        return trial

    async def check(self, _: Request) -> Response:
        """Begin to check all rules."""
        request = {"kind": "check", "changed": "", "name": "", "text": "", "patient": None}
        return await self.author.answer(lambda: self._begun(request))

    # --- renaming and retiring ---------------------------------------------------------------------------------------

    async def _shown(self, made: Callable[[], str]) -> Response:
        return await self.author.answer(lambda: HTMLResponse(made()))

    async def retire(self, request: Request) -> Response:
        """Asks why a rule is to go; then tries the rules without it."""
        name = request.path_params["name"]
        if request.method == "GET":
            return await self._shown(lambda: trial_page.retire_page(self.author.rule(name), ""))
        because = " ".join(dict(await pairs_of(request)).get("because", "").split())
        return await self.author.answer(lambda: self._retiring(name, because))

    def _retiring(self, name: str, because: str) -> Response:
        rule = self.author.rule(name)
        if not because:
            return HTMLResponse(trial_page.retire_page(rule, text("why retire")), 422)
        request = {"kind": "retire", "changed": name, "name": name, "because": because, "text": rule.says}
        return self._begun(request | {"day": today()})

    async def rename(self, request: Request) -> Response:
        """Shows what a rename would change, and does it where that is confirmed."""
        name = request.path_params["name"]
        if request.method == "GET":
            return await self._shown(lambda: trial_page.rename_page(self.author.rule(name)))
        sent = dict(await pairs_of(request))
        return await self.author.answer(lambda: self._renamed(name, sent))

    def _renamed(self, name: str, sent: Mapping[str, str]) -> Response:
        rule, new = self.author.rule(name), "_".join(sent.get("new", "").lower().split())
        try:
            change = self._change(name, new)
        except LumbarError as error:
            says = "; ".join(problem.words for problem in error.problems)
            return HTMLResponse(trial_page.rename_page(rule, says, None, self.author.may_save), 422)
        if not sent.get("sure") or not self.author.may_save:
            return HTMLResponse(trial_page.rename_page(rule, "", (new, change), self.author.may_save))
        with self.author.saving() as directory:
            change = self._change(name, new)
            save(directory, change.files)
        return HTMLResponse(trial_page.saved_page([*change.files.items()], new, True))

    def _change(self, name: str, new: str) -> FilesChange:
        """What the rename changes in the files as they are now; raises LumbarError."""
        return rename(read_folder(self.author.served.directory), self.author.served.saved().rulebook, name, new)

    def routes(self) -> list[Route]:
        """Every route; those with a fixed name come before `/rules/NAME`."""
        return [
            Route("/rules/check", self.check, methods=["POST"]),
            Route("/rules/try", self.start, methods=["POST"]),
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
