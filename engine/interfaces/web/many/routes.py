"""The routes of many cases: files in, columns, progress, stop and continue, cases and rejected rows, downloads."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from ....errors import LumbarError, Problem
from ..form import number_in
from ..page import message_page
from ..texts import text
from .api import MOST_PARTS, Batches, job_json
from .jobs import AT_ONCE, ENDS, FIXED, MAPPING, PLAN, REPORT, REPORT_PART, SEEN, Job, Jobs
from .uploads import NotTaken, full, library_missing, received, too_large

if TYPE_CHECKING:
    from ....rulebook import Rulebook
    from ..app import Pages
    from .mapping_form import Mapped

R = TypeVar("R")
BEAT = 0.1  # seconds between two looks at how far a job is
ALIVE = 15.0  # seconds after which a stream says that it is there
Made = Callable[[], Response]


class ManyCases:
    """What is answered about many cases; one thread reads and writes the folders of jobs."""

    def __init__(self, pages: "Pages", jobs: Jobs, most: int) -> None:
        self.pages, self.jobs, self.most = pages, jobs, most
        self.thread = ThreadPoolExecutor(1, "jobs")

    async def run(self, work: Callable[[], R]) -> R:
        """Do the work on the thread of the jobs."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, work)

    async def shown(self, made: Made) -> Response:
        """An answer, with what is wrong where the folder of a job is not as it should be."""
        try:
            return await self.run(made)
        except LumbarError as error:
            return HTMLResponse(message_page("; ".join(problem.words for problem in error.problems)), 409)

    def found(self, request: Request) -> Job:
        """The job of the address."""
        job = self.jobs.found(request.path_params["name"])
        if job is None:
            raise HTTPException(404, text("batch gone"))
        return job

    def decided(self, request: Request) -> Job:
        """The same, once it is decided: what is there before that is a part, or of an earlier mapping."""
        job = self.found(request)
        if not (job.folder / REPORT_PART).exists():
            raise HTTPException(409, text("batch not decided"))
        return job

    # --- files -------------------------------------------------------------------------------------------------------

    async def home(self, _: Request) -> Response:
        """Where files are chosen."""
        return await self.run(self._home)

    def _home(self, says: str = "", status: int = 200) -> Response:
        from . import pages

        if missing := library_missing():
            return HTMLResponse(message_page(str(missing)), missing.status)
        self.jobs.warm()
        there = [(job, pages.phase_in_words(self.jobs.last_event(job))) for job in self.jobs.all()]
        return HTMLResponse(pages.upload_page(there, self.jobs.keeps, self.most, says), status)

    async def refused(self) -> NotTaken | None:
        """Why no files are taken now, whatever they are."""
        return library_missing() or (full() if await self.run(self.jobs.is_full) else None)

    async def upload(self, request: Request) -> Response:
        """Files of a new job, as they come."""
        refused = await self.refused()
        if refused is not None:
            return await self.run(lambda: self._home(str(refused), refused.status))
        try:
            async with request.form(max_files=MOST_PARTS, max_fields=1) as data:
                files = [one for one in data.getlist("files") if isinstance(one, UploadFile) and one.filename]
                more = {key: data[key] for key in ("mapping", "dictionary") if key in data}
                extra = {key: one for key, one in more.items() if isinstance(one, UploadFile) and one.filename}
                return await self.run(lambda: self._received(files, extra))
        except ClientDisconnect:
            large = too_large(self.most)
            return await self.run(lambda: self._home(str(large), large.status))

    def _received(self, files: list[UploadFile], extra: dict[str, UploadFile]) -> Response:
        try:
            job = received(self.jobs, files, extra)
        except NotTaken as error:
            return self._home(str(error), error.status)
        return RedirectResponse(f"/batch/{job.name}", 303)

    # --- how far it is -----------------------------------------------------------------------------------------------

    async def job(self, request: Request) -> Response:
        """A job as it is: how far, its columns, its result, or what is wrong."""
        job = self.found(request)
        if "application/json" in request.headers.get("accept", ""):
            return await self.run(lambda: JSONResponse(job_json(self.jobs, job)))
        return await self.shown(lambda: self._job(job))

    def _job(self, job: Job) -> Response:
        from . import pages

        last = self.jobs.last_event(job)
        if last["phase"] == "looked":
            return self._columns(job)
        if last["phase"] == "decided":
            from .results import result_page

            return HTMLResponse(result_page(job))
        if last["phase"] in ENDS:
            problems = [Problem.of(one) for one in last.get("problems", [])]
            return HTMLResponse(pages.ended_page(job, last, problems, (job.folder / PLAN).exists()))
        return HTMLResponse(pages.progress_page(job, last))

    async def events(self, request: Request) -> Response:
        """How far a job is, as it goes on."""
        job = self.found(request)
        seen = number_in(request.headers.get("last-event-id", "")) or 0
        return StreamingResponse(self._stream(job, seen), media_type="text/event-stream")

    async def _stream(self, job: Job, seen: int) -> AsyncIterator[str]:
        from . import pages

        quiet = 0.0
        while not self.jobs.ending:
            events = job.events(seen)
            seen += len(events)
            if events:
                state = {"says": pages.phase_in_words(events[-1]), "share": pages.share_of(events[-1])}
                yield f"id: {seen}\nevent: step\ndata: {json.dumps(state, ensure_ascii=False)}\n\n"
                quiet = 0.0
            if (events and events[-1]["phase"] in ENDS) or not self.jobs.alive(job):
                yield "event: done\ndata: \n\n"
                return
            await asyncio.sleep(BEAT)
            quiet += BEAT
            if quiet >= ALIVE:
                yield ": here\n\n"
                quiet = 0.0

    async def act(self, request: Request) -> Response:
        """Stop, continue, look again, or delete."""
        job, way = self.found(request), request.path_params["way"]
        if way not in WAYS:
            raise HTTPException(404, text("not found", name=way))
        return await self.shown(lambda: self._acted(job, way))

    def _acted(self, job: Job, way: str) -> Response:
        if way == "delete":
            self.jobs.forget(job)
            return RedirectResponse("/batch", 303)
        if way == "stop":
            self.jobs.stop(job)
        elif not self.jobs.alive(job):
            return self._started(job, "decide" if way == "resume" else "look")
        return RedirectResponse(f"/batch/{job.name}", 303)

    def _started(self, job: Job, work: str) -> Response:
        if sum(map(self.jobs.alive, self.jobs.all())) >= AT_ONCE:
            return self._home(str(full()), full().status)
        self.jobs.start(job, "look" if work == "look" else "decide")
        return RedirectResponse(f"/batch/{job.name}", 303)

    # --- columns -----------------------------------------------------------------------------------------------------

    async def columns(self, request: Request) -> Response:
        """What the columns are, also of a job that was decided before."""
        job = self.found(request)
        return await self.shown(lambda: self._columns(job))

    def _mapped(self, job: Job) -> "Mapped":
        from .mapping_form import Mapped
        from .recognise import Seen, dictionary_of

        seen = job.read(SEEN)
        if seen is None:
            raise HTTPException(404, text("batch not looked"))
        from ...mapping import Known

        return Mapped(Seen.of(seen), Known(self.pages.served.current().rulebook, dictionary_of(job)))

    def _columns(self, job: Job, mapped: "Mapped | None" = None, says: str = "") -> Response:
        from .pages import columns_page

        if mapped is None:
            self.jobs.warm()
        return HTMLResponse(columns_page(job, mapped or self._mapped(job), says), 422 if says else 200)

    async def decide(self, request: Request) -> Response:
        """Decide a job: by the mapping of the form, where nothing of it is open; or without one."""
        job = self.found(request)
        async with request.form(max_files=0, max_fields=20_000) as data:
            sent = {key: value for key, value in data.multi_items() if isinstance(value, str)}
        return await self.shown(lambda: self._decided(job, sent))

    def _decided(self, job: Job, sent: dict[str, str]) -> Response:
        from .pages import PLAIN
        from .recognise import Seen, id_of

        if self.jobs.alive(job):
            return RedirectResponse(f"/batch/{job.name}", 303)
        if PLAIN in sent:
            seen = job.read(SEEN)  # None where the files could not be looked at
            return self._begun(job, {"mapping": False, "id": id_of(Seen.of(seen)) if seen else None})
        mapped = self._mapped(job)
        again = mapped.take(sent)
        job.write(SEEN, mapped.seen.as_json())
        if again and not mapped.wrong:
            return self._started(job, "look")
        if mapped.wrong:
            return self._columns(job, mapped, text("fix first"))
        if any(key in sent for key in (".all", ".rest", ".update")):
            return RedirectResponse(f"/batch/{job.name}/columns", 303)
        if mapped.draft.undecided:
            return self._columns(job, mapped, text("mapping first"))
        (job.folder / MAPPING).write_text(self._mapping_of(job, mapped), encoding="utf-8")
        return self._begun(job, {"mapping": True})

    def _mapping_of(self, job: Job, mapped: "Mapped") -> str:
        """The file of a mapping."""
        names = ", ".join(job.paths.values())
        return mapped.draft.text(names)

    def _begun(self, job: Job, plan: dict[str, object]) -> Response:
        """Decide it anew: what was decided before by another mapping is taken away."""
        shutil.rmtree(job.out, ignore_errors=True)
        for name in (FIXED, "answers.parquet", REPORT, REPORT_PART):
            (job.folder / name).unlink(missing_ok=True)
        if not plan["mapping"]:
            (job.folder / MAPPING).unlink(missing_ok=True)
        job.write(PLAN, plan)
        return self._started(job, "decide")

    async def mapping(self, request: Request) -> Response:
        """The mapping as far as it is decided, as the file that `lumbar batch --map` reads."""
        job = self.found(request)

        def made() -> Response:
            return _attached(self._mapping_of(job, self._mapped(job)).encode(), "mapping.yaml", "text/yaml")

        return await self.shown(made)

    # --- results -----------------------------------------------------------------------------------------------------

    async def cases(self, request: Request) -> Response:
        """Some of the cases."""
        from .results import Looked, cases_page

        job, query = self.decided(request), request.query_params
        given = [*query.getlist("answer"), "", ""]
        first = number_in(query.get("first", "0")) or 0
        looked = Looked((given[0], given[1]), query.get("ask", ""), query.get("id", ""), first)

        def made() -> Response:
            from ....columns.lookup import readable
            from ....columns.results import Answers

            with readable(job.out):
                return HTMLResponse(cases_page(job, Answers(job.out, self._rulebook(job)), looked))

        return await self.shown(made)

    def _rulebook(self, job: Job) -> "Rulebook":
        """The rules by which a job was decided."""
        from ...batch.lookup import stored_rulebook
        from ...batch.store import manifest_of

        known = self.pages.served.current().rulebook
        return known if known.digest == manifest_of(job.out)["rulebook"] else stored_rulebook(job.out)

    async def rejects(self, request: Request) -> Response:
        """Rejected rows; one that was fixed is decided."""
        job = self.decided(request)
        if request.method == "GET":
            first = number_in(request.query_params.get("first", "0")) or 0
            return await self.shown(lambda: self._rejects(job, first))
        async with request.form(max_files=0) as data:
            sent = {key: value for key, value in data.multi_items() if isinstance(value, str)}
        return await self.shown(lambda: self._fixed(job, sent))

    def _rejects(
        self, job: Job, first: int, sent: dict[str, str] | None = None, said: Iterable[Problem] = ()
    ) -> Response:
        from .results import rejects_page

        page = rejects_page(job, self._rulebook(job), first, sent or {}, [*said])
        return HTMLResponse(page, 422 if sent else 200)

    def _fixed(self, job: Job, sent: dict[str, str]) -> Response:
        from .fixing import fix

        number = number_in(sent.get(".row", ""))
        if number is None:
            raise HTTPException(404, text("batch no row"))
        problems = fix(job, self._rulebook(job), number, sent)
        if problems:
            return self._rejects(job, number, sent, problems)
        return RedirectResponse(f"/batch/{job.name}/case?row={number}", 303)

    async def case(self, request: Request) -> Response:
        """One case, where cases are decided, with its why."""
        from .fixing import opened_case

        job, query = self.decided(request), request.query_params
        row, which = (number_in(query.get(name, "")) for name in ("row", "which"))

        def made() -> Response:
            return HTMLResponse(opened_case(job, self.pages.served.current(), query.get("id", ""), row, which))

        try:
            return await self.pages.run(made)
        except LumbarError as error:
            return HTMLResponse(message_page("; ".join(problem.words for problem in error.problems)), 404)

    async def download(self, request: Request) -> Response:
        """The answers, rejected rows, the report, or everything."""
        from . import downloads

        job, name = self.found(request), request.path_params["file"]
        streams = {
            "answers.csv": (downloads.answers_csv, "text/csv"),
            "rejects.ndjson": (downloads.rejects, "application/x-ndjson"),
            "everything.zip": (downloads.everything, "application/zip"),
        }
        if name in POSTED:  # the page that came of a form is opened again by its address
            return RedirectResponse(f"/batch/{job.name}", 303)
        if name not in (*streams, "answers.parquet", "report.html"):
            raise HTTPException(404, text("not found", name=name))
        job = self.decided(request)
        if name.startswith("answers.") and not downloads.answer_parts(job):
            raise HTTPException(404, text("batch no answers"))
        if name in streams:
            made, kind = streams[name]
            return StreamingResponse(made(job), media_type=kind, headers=_disposition(name))
        if name == "answers.parquet":
            path = await self.run(lambda: downloads.answers_parquet(job))
            return FileResponse(path, headers=_disposition(name))
        return FileResponse(job.folder / REPORT, headers=_disposition(name))

    def routes(self) -> list[Route]:
        """Every route."""
        at = "/batch/{name}"
        return [
            Route("/batch", self.home, methods=["GET"]),
            Route("/batch", self.upload, methods=["POST"]),
            Route(at, self.job, methods=["GET"]),
            Route(f"{at}/events", self.events, methods=["GET"]),
            Route(f"{at}/columns", self.columns, methods=["GET"]),
            Route(f"{at}/mapping.yaml", self.mapping, methods=["GET"]),
            Route(f"{at}/cases", self.cases, methods=["GET"]),
            Route(f"{at}/case", self.case, methods=["GET"]),
            Route(f"{at}/rejects", self.rejects, methods=["GET", "POST"]),
            Route(f"{at}/decide", self.decide, methods=["POST"]),
            Route(f"{at}/{{file}}", self.download, methods=["GET"]),
            Route(f"{at}/{{way}}", self.act, methods=["POST"]),
            *Batches(self).routes(),
        ]


POSTED = ("decide", "stop", "resume", "again", "delete")
WAYS = ("stop", "resume", "again", "delete")


def _disposition(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _attached(data: bytes, name: str, kind: str) -> Response:
    return Response(data, media_type=kind, headers=_disposition(name))
