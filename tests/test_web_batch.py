"""Many cases in the page without a browser: files in, columns, decided, looked through, fixed, taken along, gone."""

import gzip
import io
import json
import os
import re
import stat
import time
import zipfile
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import polars as pl  # noqa: TID251 (what is downloaded is read)
import pytest
from starlette.testclient import TestClient

from engine.columns.flags import Flags
from engine.interfaces.web.app import make_app
from engine.interfaces.web.guard import MOST, Guard
from engine.interfaces.web.many.jobs import AT_ONCE, ENDS, Job, Jobs
from engine.interfaces.web.served import Served
from engine.loader import load
from tests.conftest import CLINIC
from tests.test_batch import answers, batch
from tests.test_web import Reader

PLAIN = "case,age,saddle numbness,leg weakness\nann,44,no,none\nben,50,yes,none\nodd,x,yes,none\ncleo,51,no,new\n"
PRAXIS = "PatNr;Alter;Reithosentaubheit;Bemerkung\n1001;44;Nein;\n1002;67;Ja;a\n1003;51;nie;b\n"
LIMIT = 200_000


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jobs]:
    """The jobs of a server."""
    found = Jobs(CLINIC, tmp_path_factory.mktemp("server") / "jobs", "token")
    yield found
    found.close()
    assert not found.folder.exists()


@pytest.fixture(scope="module")
def page(jobs: Jobs) -> Iterator[TestClient]:
    """The page with the clinic's rules."""
    app = Guard(make_app(Served(CLINIC), jobs=jobs, most=LIMIT), ("testserver",), upload=LIMIT)
    with TestClient(app) as client:
        yield client


def upload(page: TestClient, *files: tuple[str, str | bytes], **more: str) -> str:
    """The address of a new job."""
    found = [("files", file) for file in files] + [(key, (f"{key}.x", content)) for key, content in more.items()]
    answer = page.post("/batch", files=found, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def ended(page: TestClient, at: str) -> str:
    """How a job ends, once it has."""
    for _ in range(600):
        phase = page.get(at, headers={"accept": "application/json"}).json()["phase"]
        if phase in ENDS:
            return str(phase)
        time.sleep(0.05)
    raise AssertionError(phase)


def wait(until: Callable[[], bool]) -> None:
    """Wait until something is so."""
    while not until():
        time.sleep(0.05)


def words(page: TestClient, address: str) -> str:
    """What a page shows; nothing of it breaks the policy."""
    answer = page.get(address)
    found = Reader(answer.text)
    assert found.styled == []
    return found.text


def send(page: TestClient, at: str, **sent: str) -> int:
    """Send the form of the columns; gives back the status."""
    return page.post(f"{at}/decide", data=sent, follow_redirects=False).status_code


def entries(page: TestClient, at: str) -> dict[str, str]:
    """The form of the columns as it is shown: every entry, and the boxes that are ticked."""
    text = page.get(f"{at}/columns").text
    found = {}
    for field in re.findall(r"<input[^>]*>", text):
        had = {key: unescape(value) for key, value in re.findall(r'([\w-]+)="([^"]*)"', field)}
        if had.get("type") == "text" or (had.get("type") == "checkbox" and " checked" in field):
            found[had["name"]] = had.get("value", "")
    for name, inside in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', text):
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        found[unescape(name)] = unescape(chosen.group(1)) if chosen else ""
    return found


@pytest.fixture(scope="module")
def decided(page: TestClient) -> str:
    """A job whose columns are named as the findings, decided."""
    at = upload(page, ("clinic.csv", PLAIN))
    assert ended(page, at) == "looked"
    assert "Every column is recognised (3 of 3). What is marked is still open" in words(page, at)
    assert send(page, at, **{".plain": "yes"}) == 303
    assert ended(page, at) == "decided"
    return at


# --- files in, columns, decided --------------------------------------------------------------------------------------


def test_limits_are_told_before_anything_is_sent(page: TestClient) -> None:
    told = words(page, "/batch")
    assert "At most 20 files, 200 kB together. One run decides at a time, and three more may wait." in told
    assert "What is uploaded is gone when the server ends, or when you delete it." in told


def test_the_answers_are_those_of_the_command(page: TestClient, decided: str, tmp_path: Path) -> None:
    (tmp_path / "clinic.csv").write_text(PLAIN)
    batch(load(CLINIC), tmp_path / "out", tmp_path / "clinic.csv")
    wanted = answers(tmp_path / "out")
    sent = pl.read_parquet(page.get(f"{decided}/answers.parquet").content)
    sent = Flags(load(CLINIC)).read(sent)
    assert {row["case"]: row for row in sent.to_dicts()} == wanted
    as_csv = pl.read_csv(page.get(f"{decided}/answers.csv").content, infer_schema=False)
    rules = load(CLINIC).rules
    assert as_csv.columns == [name for name in sent.columns if name not in rules]
    assert dict(as_csv.select("case", "urgency at least").iter_rows()) == {
        name: row["urgency at least"] for name, row in wanted.items()
    }


def test_the_result_begins_with_what_needs_a_person_and_links_to_each_case(page: TestClient, decided: str) -> None:
    told = words(page, decided)
    parts = ("What needs a person", "urgency: emergency in 1 case", "Rejected: 1 case", "Not known yet")
    assert [told.index(part) for part in parts] == sorted(told.index(part) for part in parts)
    assert "clinic.csv:4: 'x' is not a value of 'age'" in told
    assert f'href="{decided}/case?id=ben"' in page.get(decided).text
    assert "given/1.csv" not in told


def test_a_column_is_applied_only_once_it_is_accepted(page: TestClient, jobs: Jobs) -> None:
    at = upload(page, ("praxis.csv", PRAXIS))
    assert ended(page, at) == "looked"
    shown = entries(page, at)
    assert send(page, at, **shown) == 422
    assert send(page, at, **shown | {'["column", "Alter"]': "agee"}) == 422
    filled = {'["column", "Alter"]': "age", '["column", "Reithosentaubheit"]': "saddle numbness", ".rest": "yes"}
    assert send(page, at, **entries(page, at) | filled) == 303
    assert "Still open:" in words(page, at)
    assert not (jobs.folder / at.rpartition("/")[2] / "out").exists()
    shown = entries(page, at)
    assert shown['["value", "saddle numbness", "Ja"]'] == "yes"
    assert 'accept["value", "saddle numbness", "Ja"]' not in shown
    assert send(page, at, **shown | {".all": "yes"}) == 303
    shown = entries(page, at) | {'["value", "saddle numbness", "nie"]': "reject the row"}
    assert send(page, at, **shown) == 303
    assert ended(page, at) == "decided"
    told = words(page, at)
    assert "urgency: emergency in 1 case 1002" in told
    assert "Rejected: 1 case" in told
    mapping = page.get(f"{at}/mapping.yaml").text
    assert "Reithosentaubheit: saddle numbness" in mapping
    again = upload(page, ("februar.csv", PRAXIS.replace("nie", "Ja")), mapping=mapping)
    assert ended(page, again) == "looked"
    assert send(page, again, **entries(page, again)) == 303
    assert ended(page, again) == "decided"
    assert "urgency: emergency in 2 cases" in words(page, again)


def test_a_file_that_is_no_table_of_cases_is_told_with_its_own_name(page: TestClient) -> None:
    at = upload(page, ("holiday.jpg", b"\xff\xd8\xff"))
    assert ended(page, at) == "failed"
    told = words(page, at)
    assert "holiday.jpg: not a file with cases" in told
    assert "given/" not in told


def test_names_of_files_are_shown_and_never_used(page: TestClient, jobs: Jobs) -> None:
    at = upload(page, ("../../<b>etc</b>.csv", PLAIN))
    text = page.get(at).text
    assert ('http-equiv="refresh"' in text) or "Every column is" in text  # so that it needs no script
    assert ended(page, at) == "looked"
    text = page.get(at).text
    assert "<b>etc" not in text
    assert 'http-equiv="refresh"' not in text
    folder = jobs.folder / at.rpartition("/")[2]
    given = sorted(path.name for path in (folder / "given").iterdir())
    assert given == ["1.csv"]
    if os.name == "posix":
        assert stat.S_IMODE((folder / "given" / "1.csv").stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


# --- cases and rejected rows -----------------------------------------------------------------------------------------


def test_cases_are_the_most_urgent_first_and_filtered(page: TestClient, decided: str) -> None:
    whole = words(page, f"{decided}/cases")
    assert "1 to 3 of 3" in whole
    assert whole.index("ben") < whole.index("cleo") < whole.index("ann")
    assert "1 to 1 of 1" in words(page, f"{decided}/cases?answer=urgency:+emergency")
    assert "0 found" in words(page, f"{decided}/cases?answer=urgency:+emergency&id=ann")
    assert "1 to 1 of 1" in words(page, f"{decided}/cases?id=AN")
    assert "1 to 3 of 3" in words(page, f"{decided}/cases?answer=nothing&ask=nothing&first=x")
    assert "3 found" in words(page, f"{decided}/cases?first=90")


def test_a_row_opens_as_a_case_with_its_why(page: TestClient, decided: str) -> None:
    told = words(page, f"{decided}/case?id=ben")
    assert "EMERGENCY" in told
    assert "Why urgency?" in told
    assert "Back to the cases" in told
    assert page.get(f"{decided}/case?id=nobody").status_code == 404
    assert "Fix it first" in words(page, f"{decided}/case?id=odd")


def test_a_rejected_row_is_fixed_in_place_and_decided(page: TestClient, decided: str) -> None:
    told = words(page, f"{decided}/rejects")
    assert "odd clinic.csv:4 'x' is not a value of 'age'" in told
    assert "Read of it: saddle numbness: yes, leg weakness: none" in told
    wrong = page.post(f"{decided}/rejects", data={".row": "0", "age": "y"})
    assert wrong.status_code == 422
    assert "Still not decided: 'y' is not a value of 'age'" in Reader(wrong.text).text
    right = page.post(f"{decided}/rejects", data={".row": "0", "age": "45"})
    assert right.status_code == 200
    assert "EMERGENCY" in Reader(right.text).text
    assert "fixed: urgency: emergency" in words(page, f"{decided}/rejects")
    assert page.post(f"{decided}/rejects", data={".row": "7", "age": "45"}).status_code == 422
    with zipfile.ZipFile(io.BytesIO(page.get(f"{decided}/everything.zip").content)) as whole:
        assert whole.testzip() is None
        fixed = json.loads(whole.read("fixed.ndjson"))
        assert fixed == {"case": "odd", "saddle numbness": "yes", "leg weakness": "none", "age": 45}
        assert {"report.html", "out/manifest.json", "out/summary.json", "files.json"} <= {*whole.namelist()}
        assert json.loads(whole.read("out/rejects.ndjson"))["file"] == "clinic.csv"
    assert json.loads(page.get(f"{decided}/rejects.ndjson").content)["file"] == "clinic.csv"
    assert "<style" in page.get(f"{decided}/report.html").text


# --- limits, deleted, nobody else ------------------------------------------------------------------------------------


def test_what_is_too_large_is_not_taken(page: TestClient) -> None:
    large = page.post("/batch", files=[("files", ("a.csv", b"x" * LIMIT))])
    assert large.status_code == 413
    assert page.post("/decide", content=b"x" * (MOST + 1)).status_code == 413

    def in_pieces() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n'
        for _ in range(30):
            yield b"x" * 10_000
        yield b"\r\n--x--\r\n"

    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    assert page.post("/batch", content=in_pieces(), headers=kind).status_code == 413


def test_without_a_file_nothing_begins(page: TestClient) -> None:
    assert page.post("/batch", data={"a": "b"}).status_code == 422


@pytest.mark.usefixtures("decided")
def test_no_more_than_a_few_are_at_work(page: TestClient, jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    there = jobs.all()
    while len(there) < AT_ONCE:
        there.append(there[0])
    monkeypatch.setattr(jobs, "all", lambda: there)
    monkeypatch.setattr(jobs, "alive", lambda _: True)
    answer = page.post("/batch", files=[("files", ("a.csv", PLAIN))])
    assert answer.status_code == 429
    assert "4 runs are at work or waiting" in Reader(answer.text).text


def test_what_is_deleted_is_gone(page: TestClient, jobs: Jobs) -> None:
    at = upload(page, ("a.csv", PLAIN))
    folder = jobs.folder / at.rpartition("/")[2]
    assert folder.is_dir()
    assert page.post(f"{at}/delete", follow_redirects=False).headers["location"] == "/batch"
    assert not folder.exists()
    assert page.get(at).status_code == 404


def test_what_is_old_is_gone(tmp_path: Path) -> None:
    jobs = Jobs(CLINIC, tmp_path, "token", keeps=True)
    folder = jobs.new_folder()
    job = Job(folder.name, folder)
    job.write("job.json", {"began": time.time() - 8 * 86_400, "files": []})
    assert jobs.all() == []
    assert not folder.exists()


def test_who_has_another_token_sees_no_job(jobs: Jobs, decided: str) -> None:
    other = Jobs(CLINIC, jobs.root, "another token", keeps=True)
    assert other.all() == []
    assert other.found(decided.rpartition("/")[2]) is None
    assert jobs.found(decided.rpartition("/")[2]) is not None


@pytest.mark.parametrize("name", ["..", "a", "A" * 22, "%2e%2e"])
def test_no_other_folder_is_opened(page: TestClient, name: str) -> None:
    assert page.get(f"/batch/{name}/cases").status_code == 404


@pytest.mark.slow
def test_a_job_that_nobody_works_on_any_more_can_be_continued(page: TestClient, jobs: Jobs) -> None:
    at = upload(page, ("a.csv", PLAIN))
    assert ended(page, at) == "looked"
    send(page, at, **{".plain": "yes"})
    page.post(f"{at}/stop")
    assert ended(page, at) == "stopped"
    assert "continuing decides only the rest" in words(page, at)
    page.post(f"{at}/resume")
    assert ended(page, at) == "decided"
    job = jobs.found(at.rpartition("/")[2])
    assert job is not None
    assert "failed" not in [event["phase"] for event in job.events()]  # the process that was stopped says nothing more
    wait(lambda: job.name not in jobs._running)
    job.note("deciding", cases=1, share=0.5)  # as if its process had been killed
    assert "is gone, perhaps for lack of memory" in words(page, at)


def test_events_continue_where_they_were_left(page: TestClient, decided: str) -> None:
    whole = page.get(f"{decided}/events").text
    assert whole.endswith("event: done\ndata: \n\n")
    last = re.findall(r"id: (\d+)", whole)[-1]
    assert "id:" not in page.get(f"{decided}/events", headers={"Last-Event-ID": last}).text


@pytest.mark.slow
def test_where_nothing_was_understood_the_result_says_so(page: TestClient) -> None:
    at = upload(page, ("fremd.csv", "ID;Alter\n1;44\n2;50\n"))
    assert ended(page, at) == "looked"
    send(page, at, **entries(page, at) | {".all": "yes", ".rest": "yes"})
    assert send(page, at, **entries(page, at)) == 303
    assert ended(page, at) == "decided"
    told = words(page, at)
    assert "2 cases: 0 decided, 2 empty (no answer in it)" in told
    assert "fremd.csv: no column is a finding" in told


@pytest.mark.slow
def test_a_file_that_is_cut_off_is_decided_as_far_as_it_goes(page: TestClient) -> None:
    whole = gzip.compress((PLAIN + "".join(f"p{n},44,no,none\n" for n in range(5000))).encode())
    at = upload(page, ("cut.csv.gz", whole[: len(whole) // 2]))
    assert ended(page, at) == "failed"
    assert "the packed file is cut off here" in words(page, at)
    assert send(page, at, **{".plain": "yes"}) == 303
    assert ended(page, at) == "decided"
    told = words(page, at)
    assert "urgency: emergency in 1 case ben" in told
    assert "cut.csv.gz" in told


@pytest.mark.slow
def test_a_table_with_a_row_for_each_answer_is_read(page: TestClient) -> None:
    rows = "case,item,value\n1,age,44\n1,saddle numbness,yes\n2,age,50\n2,saddle numbness,no\n"
    at = upload(page, ("long.csv", rows))
    assert ended(page, at) == "looked"
    send(page, at, **entries(page, at) | {".all": "yes"})
    assert send(page, at, **entries(page, at)) == 303
    assert ended(page, at) == "decided"
    assert "urgency: emergency in 1 case 1" in words(page, at)
