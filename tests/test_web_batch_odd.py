"""Many cases in the page, used as nobody thought: two at once, at odd moments, with odd files."""

import json
import os
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from html import unescape
from pathlib import Path
from threading import Barrier

import pytest
from starlette.testclient import TestClient

from engine.interfaces.lock import is_held, locked
from engine.interfaces.web.app import make_app
from engine.interfaces.web.guard import Guard
from engine.interfaces.web.many.jobs import AT_WORK, BEGINS, DAYS_KEPT, GIVEN, PROCESS, Job, Jobs
from engine.interfaces.web.served import Served
from tests.conftest import CLINIC
from tests.test_web_batch import PLAIN, ended, send, upload, words

FILES = ("report.html", "answers.csv", "answers.parquet", "rejects.ndjson", "everything.zip")
ROWS = (
    {"case": "a", "age": "x"},
    {"case": "e", "age": 200, "leg weakness": "none; severe"},
    {"case": "c", "age": 44},
    {"case": "c", "age": 45, "saddle numbness": "yes"},
    {"case": "d", "age": 50},
)


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jobs]:
    """The jobs of a server."""
    found = Jobs(CLINIC, tmp_path_factory.mktemp("server") / "jobs", "token")
    yield found
    found.close()


@pytest.fixture(scope="module")
def page(jobs: Jobs) -> Iterator[TestClient]:
    """The page with the clinic's rules."""
    with TestClient(Guard(make_app(Served(CLINIC), jobs=jobs), ("testserver",))) as client:
        yield client


@pytest.fixture(scope="module")
def decided(page: TestClient) -> str:
    """A job with four rejected rows, decided."""
    return plainly(page, "m.ndjson", "\n".join(map(json.dumps, ROWS)))


def plainly(page: TestClient, name: str, content: str) -> str:
    """A job of one file, decided without a mapping."""
    at = upload(page, (name, content))
    ended(page, at)
    assert send(page, at, **{".plain": "yes"}) == 303
    assert ended(page, at) == "decided"
    return at


def fixed(page: TestClient, at: str, case: str, **sent: str) -> list[str]:
    """What is said to the first row of a case once its form is sent; nothing where it is decided."""
    for form in re.findall(r"<form class=.search. method=.post..*?</form>", page.get(f"{at}/rejects").text):
        if f": {case}<" in form or f': {case}"' in form:
            hidden = dict(re.findall(r'name="(\.\w+)" value="(\w+)"', form))
            answer = page.post(f"{at}/rejects", data={**hidden, **sent}, follow_redirects=False)
            assert answer.status_code in (303, 422)
            return [unescape(one) for one in re.findall(r'role="alert">Still not decided: (.*?)<', answer.text)]
    raise AssertionError(case)


def test_a_wrong_value_is_never_left_out_by_sending_the_form_as_it_is(page: TestClient, decided: str) -> None:
    assert fixed(page, decided, "a") == ["no answer to 'age'; expected an answer, or unknown"]
    assert len(fixed(page, decided, "e", **{"leg weakness": "severe"})) == 1
    assert "fixed:" not in words(page, f"{decided}/rejects")
    assert fixed(page, decided, "a", age="unknown") == []
    assert fixed(page, decided, "e", **{"age": "50", "leg weakness": "severe"}) == []
    assert fixed(page, decided, "e", **{"age": "50", "leg weakness": "sever"}) != []


def test_another_id_is_one_that_no_row_has(page: TestClient, decided: str) -> None:
    for used in ("d", "a", "c"):
        assert fixed(page, decided, "c", **{".id": used}) == [
            f"the id '{used}' is used already; expected an id of its own"
        ]
    assert fixed(page, decided, "c", **{".id": " "}) == ["no id; expected an id of its own"]
    assert fixed(page, decided, "c", **{".id": "c2"}) == []
    assert fixed(page, decided, "c", **{".id": "c2"}) == []


@pytest.mark.slow
def test_what_was_fixed_is_told_where_it_is_not_counted_and_where_it_would_be_lost(page: TestClient) -> None:
    at = plainly(page, "a.csv", PLAIN)
    assert "Fixed here" not in words(page, at) + words(page, f"{at}/columns")
    assert fixed(page, at, "odd", age="45") == []
    assert "Fixed here: 1 row. The report and the answers to download do not count them" in words(page, at)
    assert "Fixed here: 1 row. To decide again takes these fixes away" in words(page, f"{at}/columns")


def test_an_answer_for_one_row_is_not_given_to_another(page: TestClient, decided: str) -> None:
    answer = page.post(f"{decided}/rejects", data={".row": "2", ".of": "another", "age": "44"})
    assert answer.status_code == 422
    assert "the rejected rows have changed since this page was opened" in answer.text


def test_past_the_last_rejected_row_it_is_not_said_that_there_is_none(page: TestClient, decided: str) -> None:
    told = words(page, f"{decided}/rejects?first=70")
    assert "0 found" in told
    assert "No case was rejected" not in told


@pytest.mark.slow
def test_while_it_is_decided_again_nothing_of_before_is_shown(page: TestClient, jobs: Jobs) -> None:
    at = plainly(page, "a.csv", PLAIN)
    with locked(jobs.root / "slot.lock", jobs.root, "", ""):  # another run is decided
        assert send(page, at, **{".plain": "yes"}) == 303
        for what in (
            "report.html",
            "answers.csv",
            "answers.parquet",
            "everything.zip",
            "rejects",
            "cases",
            "case?id=ben",
        ):
            answer = page.get(f"{at}/{what}")
            assert answer.status_code == 409
            assert "This run is not decided yet." in answer.text
        assert page.post(f"{at}/rejects", data={".row": "0", "age": "44"}).status_code == 409
        page.post(f"{at}/stop")
        assert page.get(f"{at}/report.html").status_code == 409
    page.post(f"{at}/resume")
    assert ended(page, at) == "decided"
    assert page.get(f"{at}/report.html").status_code == 200


@pytest.mark.slow
def test_a_file_with_a_head_alone_is_no_crash_and_no_success(page: TestClient) -> None:
    at = upload(page, ("h.csv", "case,age\n"))
    assert ended(page, at) == "failed"
    assert "h.csv: no case in it; expected a row" in words(page, at)
    send(page, at, **{".plain": "yes"})
    assert ended(page, at) == "decided"
    told = words(page, at)
    assert "No case was decided, so nothing can be said of any." in told
    assert "every case has all its answers" not in told
    assert "No rule fires in these cases." in told
    assert page.get(f"{at}/answers.parquet").status_code == 404
    assert "there are no answers" in words(page, f"{at}/answers.csv")


@pytest.mark.slow
def test_a_file_that_is_none_is_named_as_it_was_given(page: TestClient) -> None:
    at = plainly(page, "login.csv", "<!DOCTYPE html><html></html>")
    assert "<b>login.csv</b>: an HTML page" in page.get(at).text
    assert json.loads(page.get(f"{at}/rejects.ndjson").content)["case"] == "login.csv"
    assert "given/" not in page.get(at).text + page.get(f"{at}/rejects").text
    dictionary = upload(page, ("a.csv", "case,Alter\n1,44\n"), dictionary="\0")
    ended(page, dictionary)
    assert "the data dictionary: binary data" in words(page, dictionary)


def test_no_folder_of_the_server_is_named(page: TestClient, jobs: Jobs, decided: str) -> None:
    answer = page.get(f"{decided}/case?id=nobody")
    assert answer.status_code == 404
    assert "no case" in answer.text
    assert str(jobs.root) not in answer.text


@pytest.mark.slow
def test_a_name_cannot_break_a_line_of_the_mapping(page: TestClient) -> None:
    at = upload(page, ("a\u2028b\u0085c\u202e.csv", "case,age\n1,44\n"))
    ended(page, at)
    assert "a\\u2028b\\u0085c\\u202e.csv" in page.get(f"{at}/mapping.yaml").text


@pytest.mark.parametrize("count", [21, 40])
def test_more_files_than_are_taken_are_counted(page: TestClient, count: int) -> None:
    answer = page.post("/batch", files=[("files", (f"{n}.csv", PLAIN)) for n in range(count)])
    assert answer.status_code == 422
    assert f"These are {count} files, and at most 20 are taken" in answer.text


def test_what_is_old_is_gone_of_every_token_and_what_never_became_a_run_too(tmp_path: Path) -> None:
    forgotten = Jobs(CLINIC, tmp_path, "a token of last week", keeps=True)
    cut, old = (forgotten.new_folder() for _ in range(2))
    Job(old.name, old).write("job.json", {"began": time.time() - (DAYS_KEPT + 1) * 86_400, "files": []})
    os.utime(cut, (0, 0))
    new = forgotten.new_folder()
    (tmp_path / "of somebody else").mkdir()
    Jobs(CLINIC, tmp_path, "a token of today", keeps=True).sweep()
    assert [cut.exists(), old.exists(), new.exists(), (tmp_path / "of somebody else").exists()] == [
        False,
        False,
        True,
        True,
    ]


def test_jobs_that_begin_at_the_same_moment_have_a_process_each(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    request.addfinalizer(partial(sys.setswitchinterval, sys.getswitchinterval()))
    sys.setswitchinterval(1e-6)
    jobs, together, several = Jobs(CLINIC, tmp_path, "token"), Barrier(4), range(4)

    def begin(_: int) -> Job:
        folder = jobs.new_folder()
        (folder / GIVEN / "1.csv").write_text(PLAIN)
        together.wait()
        files = [{"name": "a.csv", "path": f"{GIVEN}/1.csv", "bytes": len(PLAIN)}]
        return jobs.begin(folder, files, {}, {"mapping": False, "id": None})

    with ThreadPoolExecutor(len(several)) as threads:
        begun = [*threads.map(begin, several)]
    assert len({(job.folder / PROCESS).read_text() for job in begun}) == len(several)
    jobs.close()


@pytest.mark.skipif(os.name != "posix", reason="there is no other server")
def test_a_number_that_another_process_has_by_now_is_not_taken_for_a_process_of_ours(tmp_path: Path) -> None:
    jobs = Jobs(CLINIC, tmp_path, "token", keeps=True)
    folder = jobs.new_folder()
    job = Job(folder.name, folder)
    job.write("job.json", {"began": time.time(), "files": []})
    job.note("deciding")
    job.write(PROCESS, os.getpid())
    assert jobs.alive(job)
    os.utime(folder / PROCESS, (time.time() - BEGINS - 1,) * 2)
    assert not jobs.alive(job)
    jobs.stop(job)  # does not end the tests
    with locked(folder / AT_WORK, folder, "", ""):
        assert is_held(folder / AT_WORK)
        assert jobs.alive(job)
    assert not is_held(folder / AT_WORK)
