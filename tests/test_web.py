"""The page without a browser: what it shows is what the commands print, and nothing gets in or out that must not."""

import json
import re
import shutil
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from engine import render, semantics
from engine.case import Case
from engine.explain import rules_behind
from engine.interfaces.web import served as served_module
from engine.interfaces.web.api import QUESTIONS
from engine.interfaces.web.app import make_app
from engine.interfaces.web.form import case_of, form_of, slug
from engine.interfaces.web.guard import Guard
from engine.interfaces.web.openapi import document, fields_of
from engine.interfaces.web.panels import PANELS
from engine.interfaces.web.served import Served
from engine.interfaces.web.texts import FILE, _texts
from engine.loader import load
from engine.rulebook import Rulebook
from tests.conftest import BICYCLE, ROOT, tries

WEB = ROOT / "engine" / "interfaces" / "web"


def some_of(book: Rulebook) -> list[Case]:
    """A few saved cases, of many kinds."""
    return list(book.cases.values())[:: 1 + len(book.cases) // 4]


def first_case(book: Rulebook) -> Case:
    """A saved case."""
    return next(iter(book.cases.values()))


class Reader(HTMLParser):
    """What a page shows: its words, and the answers that are chosen."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.chosen: dict[str, str] = {}
        self.styled: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An input that is chosen, and what the policy of the page forbids."""
        had = dict(attrs)
        if tag == "input" and (("checked" in had) or had.get("type") == "number") and had.get("value"):
            self.chosen[str(had["name"])] = str(had["value"])
        if tag == "style" or "style" in had or any(name.startswith("on") for name in had):
            self.styled.append(tag)
        if tag == "script" and not had.get("src") and had.get("type") != "application/json":
            self.styled.append(tag)

    def handle_data(self, data: str) -> None:
        """Words of the page."""
        self.words.append(data)

    @property
    def text(self) -> str:
        """All words, one space between them."""
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def page(either: Rulebook) -> TestClient:
    """The page of the small clinic, and with --whole that of the knowledge that comes with lumbar."""
    return TestClient(make_app(Served(either.directory)))


@pytest.fixture(scope="module")
def bicycles() -> TestClient:
    """The page of another field."""
    return TestClient(make_app(Served(BICYCLE)))


def test_the_page_says_what_decide_prints(page: TestClient, either: Rulebook) -> None:
    base = served_module.Base(either)
    for case in some_of(either):
        shown = Reader(page.post("/decide", data={key: str(value) for key, value in case.facts.items()}).text)
        assert shown.chosen == {key: str(value) for key, value in case.facts.items()}
        decision = base.decide(case)
        wanted = [*render.alarm_lines(base.compiled, decision)]
        wanted += [line for part in render.parts(base.compiled, decision) for line in part.lines]
        assert wanted
        for line in wanted:
            assert " ".join(line.text.split()) in shown.text


def test_programs_get_what_json_prints(page: TestClient, either: Rulebook) -> None:
    for case in some_of(either):
        told = page.post("/api/decide", json={"case": {**case.facts, "case": case.id}}).json()
        decision = semantics.decide(either, case)
        assert told["rests on"]["reviewed"] == 0 < told["rests on"]["unreviewed"]
        counts = {"rests on": rules_behind(either, decision).as_json(either)}
        assert told == json.loads(json.dumps(decision.as_json() | counts))


def test_every_question_can_be_asked_about_another_field(bicycles: TestClient) -> None:
    book = load(BICYCLE)
    case = {key: str(value) for key, value in first_case(book).facts.items()}
    for kind in PANELS:
        for term in book.conclusions:
            found = bicycles.post("/decide", data={**case, ".panel": f"{kind}:{term.name}"})
            assert found.status_code == 200, (kind, term.name)
    every = {"case": case, "term": book.conclusions[0].name, "after": {}}
    for name in QUESTIONS:
        asked = {key: value for key, value in every.items() if key in fields_of(name)}
        assert bicycles.post(f"/api/{name}", json=asked).status_code == 200, name


def test_nothing_of_the_page_knows_medicine(bicycles: TestClient) -> None:
    words = Reader(bicycles.get("/").text).text + FILE.read_text(encoding="utf-8")
    words += "".join(path.read_text(encoding="utf-8") for path in WEB.glob("*.py"))
    assert not re.findall(r"\b(pain|urgency|exercise|red flag|back pain|leg)\b", words)


def test_a_wrong_answer_gets_no_advice_and_says_how_far_alarms_reach(page: TestClient) -> None:
    shown = Reader(page.post("/decide", data={"age": "400", "fever": "yes"}).text)
    assert "400 is outside the range of 'age'" in shown.text
    assert "Not decided" in shown.text
    assert "urgency: at least" in shown.text
    assert "How to go on" not in shown.text
    told = page.post("/api/decide", json={"case": {"age": "400"}})
    assert told.status_code == 422
    assert told.json()["problems"][0]["there"].startswith("400 is outside")


def test_a_file_with_problems_is_refused_and_not_decided_by_what_is_left(page: TestClient) -> None:
    shown = page.post("/case", files={".file": ("a.yaml", b"fever: yes\nsaddel numbness: yes\n")})
    assert shown.status_code == 422
    assert "saddle numbness" in shown.text
    assert "What to do" not in shown.text


def test_a_case_goes_out_as_a_file_and_comes_in_again(page: TestClient, either: Rulebook) -> None:
    case = first_case(either)
    facts = {key: str(value) for key, value in case.facts.items()}
    for address in ("/case.yaml", "/case.json"):
        file = page.post(address, data={**facts, ".case": "somebody"}).content
        shown = Reader(page.post("/case", files={".file": (address[1:], file)}).text)
        assert shown.chosen == facts


def test_a_follow_up_begins_with_what_lasts_and_is_compared_with_the_visit_before(bicycles: TestClient) -> None:
    book = load(BICYCLE)
    file = json.dumps(dict(first_case(book).facts)).encode()
    shown = bicycles.post("/case", files={".file": ("visit.json", file)}, data={".follow-up": "yes"})
    lasting = {key for key in first_case(book).facts if book.terms[key].lasts}
    assert set(Reader(shown.text).chosen) == lasting
    assert "Compared with" in shown.text


def test_other_answers_are_tried_beside_the_patients_own(page: TestClient) -> None:
    tried = page.post("/decide", data={"fever": "no", ".panel": "try"})
    before = unescape(re.search(r'name="\.before" value="([^"]*)"', tried.text)[1])  # type: ignore[index]
    assert json.loads(before) == {"fever": "no"}
    other = Reader(page.post("/decide", data={"fever": "yes", ".before": before}).text)
    assert "What if: not the patient" in other.text
    assert "What is different" in other.text
    back = Reader(page.post("/decide", data={"fever": "yes", ".before": before, ".panel": "restore"}).text)
    assert back.chosen == {"fever": "no"}
    assert "What if" not in back.text


def test_no_page_breaks_its_own_policy(page: TestClient) -> None:
    facts = {"leg weakness": "new", "fever": "no"}
    pages = [page.get(address).text for address in ("/", "/rules?q=leg", "/rules/urgency", "/map", "/nothing")]
    pages += [page.post("/decide", data={**facts, ".panel": f"{kind}:urgency"}).text for kind in PANELS]
    pages += [page.post("/leaflet", data=facts).text]
    assert [Reader(one).styled for one in pages] == [[]] * len(pages)


def test_names_of_questions_differ_as_addresses(bundled: Rulebook) -> None:
    for book in (bundled, load(BICYCLE)):
        names = [slug(term.name) for term in book.findings]
        assert len({*names}) == len(names)


def test_the_map_is_lit_from_the_page_of_a_rule(bicycles: TestClient) -> None:
    shown = bicycles.get("/rules/long_chain").text
    assert 'href="/map?rule=long_chain"' in shown
    lit = Reader(bicycles.get("/map?rule=long_chain").text).text
    assert "What long_chain reads, gives and changes" in lit
    assert "Map of all rules" in Reader(bicycles.get("/map?rule=nothing").text).text
    assert 'href="/map?rule=clicks.crank"' in bicycles.get("/rules/clicks.crank").text


def test_every_text_is_used_and_every_text_used_is_there() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in WEB.rglob("*.py"))
    missing = {key for key in re.findall(r'\btext\(\s*"([^"]+)"', code) if key not in _texts()}
    unused = {key for key in _texts() if f'"{key}"' not in code}
    assert (missing, unused) == (set(), set())


def test_every_route_for_programs_is_described(page: TestClient, either: Rulebook) -> None:
    told = page.get("/openapi.json").json()
    batches = {"/api/batches", "/api/batches/{name}"}
    assert {*told["paths"]} == {*(f"/api/{name}" for name in QUESTIONS), "/api/rules/look", "/health"} | batches
    assert told == json.loads(json.dumps(document(either)))


ODD = [
    "",
    "é" * 300,
    "a\nb",
    "<script>",
    "-1",
    "1e9",
    "[]",
    "{}",
    "none of these",
    "case",
    "1_000",
    "[" * 5000,
    '{"a": {"b": 1}}',
]


@tries(100)
@given(data=st.data())
def test_no_form_makes_the_page_fail(bicycles: TestClient, data: st.DataObject) -> None:
    book = load(BICYCLE)
    odd, finding, term = st.sampled_from(ODD), st.sampled_from(book.findings), st.sampled_from([*book.terms])
    answer = finding.flatmap(lambda one: st.tuples(st.just(one.name), st.sampled_from([*one.domain.values, "5"])))
    panel = st.tuples(st.sampled_from([*PANELS, *ODD]), st.sampled_from([":", ":x=", ""]), term | odd).map("".join)
    own = st.tuples(st.sampled_from([".panel", ".shown", ".value"]), panel)
    own |= st.tuples(st.sampled_from([".before", ".before-name", ".case", ".rulebook", "none of these"]), odd)
    form = dict(data.draw(st.lists(answer | own | st.tuples(odd, odd), max_size=9)))
    part = data.draw(st.sampled_from([{}, {"X-Part": "1"}, {"X-Part": "next"}]))
    address = data.draw(st.sampled_from(["/decide", "/decide", "/case.yaml", "/case.json", "/leaflet"]))
    assert bicycles.post(address, data=form, headers=part).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"nothing",
        b'{"case": 1}',
        b"[" * 100_000,
        b'{"case": {}, "term": [1]}',
        b'{"case": {}, "case": {}, "term": "urgency"}',
        b'{"case": {}, "trem": "urgency", "term": "urgency"}',
        b'{"case": {"age": 1, "age": 2}, "term": "urgency"}',
        b'{"case": {"a": {}}}',
    ],
)
def test_what_no_program_should_send_is_refused(page: TestClient, body: bytes) -> None:
    assert page.post("/api/why", content=body).status_code in (400, 422)


# --- who gets in -----------------------------------------------------------------------------------------------------

SAME, CROSS, NEXT_PORT = ({"sec-fetch-site": site} for site in ("same-origin", "cross-site", "same-site"))
TOKEN = "t" * 43


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {}, 200),
        ("GET", {"host": "localhost:8470"}, 200),
        ("GET", {"host": "evil.example"}, 421),
        ("GET", {"host": "127.0.0.1.evil.example"}, 421),
        ("GET", {"host": "["}, 421),
        ("POST", SAME, 200),
        ("POST", {"sec-fetch-site": "none"}, 200),
        ("POST", {}, 200),
        ("POST", CROSS, 403),
        ("POST", NEXT_PORT, 403),
        ("POST", {"origin": "http://127.0.0.1"}, 200),
        ("POST", {"origin": "http://evil.example"}, 403),
        ("POST", {"origin": "null"}, 403),
        ("POST", {"content-length": "2000000"}, 413),
        ("POST", {"content-length": "-1"}, 413),
    ],
)
def test_the_guard(bicycles: TestClient, method: str, headers: dict[str, str], status: int) -> None:
    client = TestClient(Guard(bicycles.app), base_url="http://127.0.0.1")
    address = "/" if method == "GET" else "/decide"
    found = client.request(method, address, headers=headers)
    assert found.status_code == status
    assert "default-src 'none'" in found.headers["content-security-policy"]
    assert found.headers["cache-control"] == "no-store"


def test_a_token_is_asked_for_and_becomes_a_cookie(bicycles: TestClient) -> None:
    client = TestClient(Guard(bicycles.app, token=TOKEN), base_url="http://127.0.0.1")
    assert client.get("/").status_code == 403
    assert client.get("/?token=wrong").status_code == 403
    bearer = {"authorization": f"Bearer {TOKEN}"}
    assert client.post("/api/decide", json={"case": {}}, headers=bearer).status_code == 200
    first = client.get(f"/?token={TOKEN}", follow_redirects=False)
    assert (first.status_code, first.headers["location"]) == (303, "/")
    assert "httponly" in first.headers["set-cookie"].lower()
    assert "samesite=strict" in first.headers["set-cookie"].lower()
    assert client.get("/").status_code == 200
    assert client.get("/health").status_code == 200


def test_a_body_larger_than_it_says_is_not_read_to_its_end(bicycles: TestClient) -> None:
    client = TestClient(Guard(bicycles.app), base_url="http://127.0.0.1", raise_server_exceptions=False)

    def body() -> Iterator[bytes]:
        yield from (b"x" * 100_000 for _ in range(40))

    assert client.post("/api/decide", content=body()).status_code >= 400


# --- knowledge that changes ------------------------------------------------------------------------------------------


def test_changed_rules_are_used_and_broken_ones_are_not(shed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served_module, "LOOK", 0.0)
    client = TestClient(make_app(Served(shed)))
    old = client.get("/health").json()["rulebook"]
    card = next((shed / "rules").rglob("*.yaml"))
    text = card.read_text(encoding="utf-8")
    card.write_text("rule: nothing\n", encoding="utf-8")
    assert "has problems now" in client.get("/").text
    assert client.get("/health").json()["rulebook"] == old
    shutil.rmtree(card.parent)
    assert "has problems" in client.get("/").text or client.get("/health").json()["rulebook"] != old
    card.parent.mkdir()
    card.write_text(text, encoding="utf-8")
    again = client.post("/decide", data={".rulebook": "0" * 16})
    assert "The rules have changed since this page was opened" in again.text


# --- forms -----------------------------------------------------------------------------------------------------------


@tries(40)
@given(st.data())
def test_a_form_is_its_answers_and_one_answered_twice_is_refused(data: st.DataObject) -> None:
    book = load(BICYCLE)
    names = [term.name for term in book.findings if term.domain.values]
    pairs = data.draw(
        st.lists(
            st.sampled_from(names).flatmap(
                lambda name: st.tuples(st.just(name), st.sampled_from(["", *book.terms[name].domain.values]))
            )
        )
    )
    answered = {name for name, value in pairs if value}
    twice = {name for name in answered if [key for key, _ in pairs].count(name) > 1}
    form = form_of(pairs)
    assert {*form.answers} == answered
    case = case_of(book, form.answers, "case")
    assert {name for name in names if f"{name!r} stands here twice" in str(case.problems)} == twice
    assert not twice & {*case.facts}
