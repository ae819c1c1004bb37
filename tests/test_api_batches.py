"""Many cases for programs: `/api/batches` decides as `lumbar batch` does, says how far it is, and forgets."""

import io
import time
from collections.abc import Iterator

import polars as pl  # noqa: TID251 (what is downloaded is read)
import pytest
from starlette.testclient import TestClient

from engine.interfaces.web.app import make_app
from engine.interfaces.web.guard import Guard
from engine.interfaces.web.many.jobs import AT_WORK, ENDS, Jobs
from engine.interfaces.web.served import Served
from engine.record import Json
from tests.conftest import CLINIC

PLAIN = "case,age,saddle numbness,leg weakness\nann,44,no,none\nodd,x,yes,none\n"
GERMAN = "PatNr;Alter;Reithosentaubheit\n1001;44;Nein\n1002;67;Ja\n"
COLUMNS = "id: PatNr\ncolumns: {Alter: age, Reithosentaubheit: saddle numbness}\n"
MAPPING = COLUMNS + "values: {saddle numbness: {Ja: yes, Nein: no}}\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The clinic's rules, for programs that know the token."""
    jobs = Jobs(CLINIC, tmp_path_factory.mktemp("server") / "jobs", "token")
    app = Guard(make_app(Served(CLINIC), jobs=jobs, most=9000), ("testserver",), "token", upload=9000)
    with TestClient(app, headers={"Authorization": "Bearer token"}) as client:
        yield client
    jobs.close()


def ended(server: TestClient, at: str) -> Json:
    """What is told of a batch once it has ended."""
    for _ in range(1200):
        told: Json = server.get(at).json()
        if told["phase"] in ENDS:
            return told
        time.sleep(0.05)
    raise AssertionError(told)


def test_files_named_as_the_findings_are_decided_at_once(server: TestClient) -> None:
    begun = server.post("/api/batches", files=[("files", ("clinic.csv", PLAIN))])
    assert begun.status_code == 202
    told = ended(server, begun.headers["location"])
    assert told["phase"] == "decided"
    assert told["files"] == [{"name": "clinic.csv", "bytes": len(PLAIN)}]
    assert (told["summary"]["decided"], told["summary"]["rejects"]) == (1, 1)
    table = pl.read_parquet(io.BytesIO(server.get(told["results"]["answers.parquet"]).content))
    assert table["case"].to_list() == ["ann"]
    assert "clinic.csv" in server.get(told["results"]["rejects.ndjson"]).text
    assert server.delete(begun.headers["location"]).status_code == 204
    assert server.get(begun.headers["location"]).status_code == 404
    assert server.get(told["results"]["report.html"]).status_code == 404


def test_of_two_cases_with_one_id_the_page_opens_the_one_that_is_meant(server: TestClient) -> None:
    march, april = PLAIN.replace("odd,x", "odd,50"), PLAIN.replace("ann,44,no", "ann,45,yes").replace("odd", "eve")
    sent = [("files", ("march.csv", march)), ("files", ("april.csv", april))]
    at = server.post("/api/batches", files=sent).headers["location"]
    told = ended(server, at)
    assert told["summary"]["decided"] == 3
    case = f"/batch/{told['batch']}/case"
    offered = server.get(case, params={"id": "ann"}).text
    assert "2 cases have this id" in offered
    assert "age: 44" in offered
    assert "age: 45" in offered
    for number, age in enumerate((44, 45)):
        assert f"{case}?id=ann&amp;which={number}" in offered
        opened = server.get(case, params={"id": "ann", "which": number})
        assert opened.status_code == 200
        assert f'value="{age}"' in opened.text
    assert "2 cases have this id" in server.get(case, params={"id": "ann", "which": 2}).text


def test_a_mapping_is_applied(server: TestClient) -> None:
    sent = [("files", ("praxis.csv", GERMAN)), ("mapping", ("mapping.yaml", MAPPING))]
    at = server.post("/api/batches", files=sent).headers["location"]
    told = ended(server, at)
    table = pl.read_csv(server.get(told["results"]["answers.csv"]).content)
    assert dict(zip(table["case"].cast(pl.String), table["urgency at least"], strict=True))["1002"] == "emergency"


def test_a_column_of_ids_is_named(server: TestClient) -> None:
    text = PLAIN.replace("case,", "patient,")
    at = server.post("/api/batches", files=[("files", ("a.csv", text))], data={"id": "patient"}).headers["location"]
    assert ended(server, at)["summary"]["decided"] == 1


def test_a_file_without_findings_fails_and_says_so(server: TestClient) -> None:
    at = server.post("/api/batches", files=[("files", ("other.csv", "a,b\n1,2\n"))]).headers["location"]
    told = ended(server, at)
    assert told["phase"] == "failed"
    assert "other.csv" in str(told["problems"])
    assert AT_WORK not in str(told["problems"])
    assert "results" not in told


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"data": {"id": "x"}}, "no `files`"),
        ({"files": [("fils", ("a.csv", PLAIN))]}, "`fils` is not a field of this form"),
        ({"data": {"files": "text"}}, "`files` without a file"),
        ({"files": [("files", ("a.csv", PLAIN)), ("id", ("b", "x"))]}, "`id` is a file"),
        ({"files": [("files", ("a.csv", PLAIN)), ("mapping", ("m", "columns: {Alter: agee}"))]}, "agee"),
        ({"files": [("files", ("a.csv", PLAIN)), ("mapping", ("m", "columns: {Alter: age?}"))]}, "without its"),
        ({"files": [("files", ("a.csv", PLAIN)), ("mapping", ("m", "columns:\n  Alter: age?\n"))]}, "without its `?`"),
        ({"files": [("files", ("a.csv", PLAIN)), ("mapping", ("m", MAPPING))], "data": {"id": "x"}}, "beside"),
        ({"files": [("files", ("a.csv", PLAIN))], "data": {"id": ""}}, "`id` is empty"),
        ({"json": {"files": []}}, "no `files`"),
        ({"content": b"--x", "headers": {"content-type": "multipart/form-data; boundary=x"}}, ""),
        ({"content": b"--x", "headers": {"content-type": "multipart/form-data"}}, "boundary"),
        ({"files": [("files", ("a.csv", PLAIN + "," * 10_000))]}, "9,000 bytes"),
    ],
)
def test_what_cannot_be_decided_is_refused_and_nothing_is_kept(server: TestClient, sent: Json, says: str) -> None:
    answer = server.post("/api/batches", **sent)
    assert 400 <= answer.status_code < 500
    assert "location" not in answer.headers
    assert says.lower() in answer.text.lower()


def test_without_the_token_nothing_is_told(server: TestClient) -> None:
    for method, address in (("POST", "/api/batches"), ("GET", "/api/batches/x"), ("DELETE", "/api/batches/x")):
        assert server.request(method, address, headers={"Authorization": ""}).status_code == 403
    assert server.get("/api/batches/x").json()["problems"][0]["there"]
