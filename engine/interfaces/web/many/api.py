"""Many cases for programs: files in, how far they are, and where the answers are; the jobs are those of the page."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ....errors import LumbarError, Place, Problem, listed, nearest
from ....loader.mapping import parse_mapping
from ....record import Json
from ...batch.store import SUMMARY
from ..openapi import BATCHES
from ..texts import text
from .downloads import answer_parts
from .jobs import OUT, Job, Jobs
from .results import DOWNLOADS
from .uploads import NotTaken, received, too_large

if TYPE_CHECKING:
    from .routes import ManyCases

FILES, MAPPING, ID = "files", "mapping", "id"
FIELDS = (FILES, MAPPING, ID)
MOST_PARTS = 1000  # files of a form that are counted, so that it can be said how many there are


class Batches:
    """What programs ask about many cases."""

    def __init__(self, many: "ManyCases") -> None:
        self.many = many
        self.jobs = many.jobs

    async def begin(self, request: Request) -> Response:
        """Decide the files of a form, as `lumbar batch` does: by the mapping that is sent with them, or without one."""
        if refused := await self.many.refused():
            return _wrong(str(refused), refused.status)
        try:
            async with request.form(max_files=MOST_PARTS, max_fields=len(FIELDS)) as form:
                return await self.many.run(lambda: self._begun(form))
        except ClientDisconnect:
            large = too_large(self.many.most)
            return _wrong(str(large), large.status)
        except HTTPException as error:  # a body that is no form
            return _wrong(error.detail, error.status_code)

    def _begun(self, form: FormData) -> Response:
        problems = _malformed(form) or self._in_the_mapping(form)
        if problems:
            return _problems(problems, 422)
        files = [one for one in form.getlist(FILES) if isinstance(one, UploadFile)]
        mapping = form.get(MAPPING)
        extra = {MAPPING: mapping} if isinstance(mapping, UploadFile) else {}
        plan = {"mapping": bool(extra), "id": form.get(ID)}
        try:
            job = received(self.jobs, files, extra, plan)
        except NotTaken as error:
            return _wrong(str(error), error.status)
        return JSONResponse(job_json(self.jobs, job), 202, headers={"Location": f"{BATCHES}/{job.name}"})

    def _in_the_mapping(self, form: FormData) -> list[Problem]:
        """What is wrong with the mapping, which would else be said only once the job is begun."""
        mapping = form.get(MAPPING)
        if not isinstance(mapping, UploadFile):
            return []
        rulebook = self.many.pages.served.current().rulebook
        try:
            parsed = parse_mapping(mapping.file.read(), MAPPING, rulebook)
        except LumbarError as error:  # not readable at all
            return list(error.problems)
        return [*parsed.problems, *parsed.undecided]

    async def state(self, request: Request) -> Response:
        """How far a job is, and once it is decided its summary and where the answers are."""
        return await self._about(request, lambda job: JSONResponse(job_json(self.jobs, job)))

    async def forget(self, request: Request) -> Response:
        """Stop a job, and delete everything of it."""

        def gone(job: Job) -> Response:
            self.jobs.forget(job)
            return Response(status_code=204)

        return await self._about(request, gone)

    async def _about(self, request: Request, answer: Callable[[Job], Response]) -> Response:
        def answered() -> Response:
            job = self.jobs.found(request.path_params["name"])
            return answer(job) if job else _wrong(text("batch gone"), 404)

        try:
            return await self.many.run(answered)
        except LumbarError as error:
            return _problems(list(error.problems), 409)

    def routes(self) -> list[Route]:
        """Every route."""
        return [
            Route(BATCHES, self.begin, methods=["POST"]),
            Route(f"{BATCHES}/{{name}}", self.state, methods=["GET"]),
            Route(f"{BATCHES}/{{name}}", self.forget, methods=["DELETE"]),
        ]


def job_json(jobs: Jobs, job: Job) -> Json:
    """A job as JSON: its files, its phase, and once it is decided its summary and the addresses of its results."""
    files = [{"name": one["name"], "bytes": one["bytes"]} for one in job.request["files"]]
    event = jobs.last_event(job)
    if event["phase"] == "decided":
        names = [name for name, _ in DOWNLOADS if not name.startswith("answers.") or answer_parts(job)]
        results = {name: f"/batch/{job.name}/{name}" for name in names}
        event = {**event, "summary": job.read(f"{OUT}/{SUMMARY}"), "results": results}
    named = {key: _with_names(job, value) for key, value in event.items() if key != "results"}
    return {"batch": job.name, "files": files, **event, **named}


def _malformed(form: FormData) -> list[Problem]:
    """What is wrong with the fields of a form."""
    place = Place("body")
    found = [
        Problem(place, f"`{key[:80]}` is not a field of this form", listed(FIELDS), nearest(key, FIELDS))
        for key in form
        if key not in FIELDS
    ]
    if FILES not in form:
        found.append(Problem(place, f"no `{FILES}`", f"a form with `{FILES}`: one with cases, or several"))
    for key in (FILES, MAPPING):
        if any(not isinstance(one, UploadFile) or not one.filename for one in form.getlist(key)):
            found.append(Problem(place, f"`{key}` without a file", "a file with its name"))
    if isinstance(form.get(ID), UploadFile):
        found.append(Problem(place, f"`{ID}` is a file", "the name of the column of the ids"))
    elif form.get(ID) == "":
        found.append(Problem(place, f"`{ID}` is empty", "the name of the column of the ids, or no such field"))
    for key in (MAPPING, ID):
        if len(form.getlist(key)) > 1:
            found.append(Problem(place, f"`{key}` stands here twice", "each of them once"))
    if ID in form and MAPPING in form:
        found.append(Problem(place, f"`{ID}` beside `{MAPPING}`", "the mapping alone, which names the ids"))
    return found


def _with_names(job: Job, found: object) -> object:
    """What is said of a job, with the names under which its files were given."""
    if isinstance(found, str):
        return job.named(found)
    if isinstance(found, list):
        return [_with_names(job, one) for one in found]
    return {key: _with_names(job, one) for key, one in found.items()} if isinstance(found, dict) else found


def _wrong(says: str, status: int) -> Response:
    return _problems([Problem(Place("request"), says)], status)


def _problems(problems: list[Problem], status: int) -> Response:
    return JSONResponse({"problems": [problem.as_json() for problem in problems]}, status)
