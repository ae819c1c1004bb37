"""What writing a rule in the page costs: as it is typed, tried on everything, and with many people at once."""

import random
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from statistics import median, quantiles

import httpx2
import pytest
from starlette.testclient import TestClient

from engine.author.card_form import read_form
from engine.author.trial import Before, try_card
from engine.interfaces.web.app import make_app
from engine.interfaces.web.author_form import form_sent
from engine.interfaces.web.served import Served
from engine.interfaces.web.trials import Trials
from engine.rulebook import Rulebook
from tests.bench.test_web import milliseconds
from tests.conftest import ROOT
from tests.sheets import AS_FORM, Pairs, post, typed

pytestmark = pytest.mark.bench
LONG = typed(
    "long morning stiffness",
    "An hour or more of morning stiffness is reason for a routine review.",
    ["weeks since onset: 13 or more", "age at onset: under 45", "morning stiffness: 60 or more"],
    ["urgency: routine review"],
    "Long stiffness feeds the inflammatory screen. An hour is our choice; no figure stands behind it.",
    ["NG65: referral criteria", "CONVENTION: one hour [convention]"],
    "recognise",
)
WIDE = typed("x", "Sitting.", ["sitting: worse"], ["urgency: routine review"], "It may.", ["NG65: a"], "recognise")
SECONDS = 20
AUTHORS, DECIDERS = 20, 50


def from_patient(bundled: Rulebook, lines: list[str]) -> Pairs:
    """The form of a rule for a patient."""
    case = bundled.cases["desk_worker_not_yet_tested"]
    facts = "{" + ", ".join(f'"{name}": "{value}"' for name, value in case.facts.items()) + "}"
    begun = [(".patient", facts), (".patient-name", "somebody"), (".wanted", "urgency: routine review")]
    return [*begun, *typed("x", "Sitting.", lines, ["urgency: routine review"], "It may.", ["NG65: a"], "recognise")]


def test_as_it_is_typed(bundled: Rulebook) -> None:
    trials = Trials(ROOT / "knowledge")
    client = TestClient(make_app(Served(ROOT / "knowledge"), trials))
    try:
        start = time.process_time()
        post(client, "/rules/look", LONG)
        print(f"\nthe first look, with the saved cases decided: {time.process_time() - start:.2f} s of CPU time")
        looks: dict[str, Pairs] = {
            "a rule of three lines that changes no saved case": [*LONG, (".base", _card(bundled))],
            "a rule of one line that changes many": WIDE,
            "from a patient, with the lines that tell it apart": from_patient(bundled, ["sitting: worse"]),
            "from a patient, with no line yet": from_patient(bundled, []),
        }
        for name, pairs in looks.items():
            print(f"{name}: {milliseconds(lambda pairs=pairs: post(client, '/rules/look', pairs)):.1f} ms")  # type: ignore[misc]
    finally:
        trials.close()


def _card(bundled: Rulebook) -> str:
    return read_form(bundled, form_sent(LONG).typed).draft.text


def test_a_trial(bundled: Rulebook) -> None:
    draft = read_form(bundled, form_sent(LONG).typed).draft
    start = time.process_time()
    before = Before(bundled)
    before.warm()
    print(f"\nonce for each state of the rules: {time.process_time() - start:.1f} s of CPU time")
    start = time.process_time()
    for step in try_card(before, draft, draft.text):
        print(f"{step.name}: after {time.process_time() - start:.2f} s of CPU time")


def test_many_at_once(bundled: Rulebook, tmp_path: Path) -> None:
    """Authors who type a key a second, beside people who decide a case every three; from the click to the reply."""
    folder = shutil.copytree(ROOT / "knowledge", tmp_path / "knowledge")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    words = ["--knowledge", str(folder), "serve", "--author", "--port", port, "--token", "t" * 43]
    with subprocess.Popen([sys.executable, "cli.py", *words], cwd=ROOT, stdout=subprocess.DEVNULL) as server:
        try:
            _wait(port)
            facts = {name: str(value) for name, value in bundled.cases["disc_centralises_on_extension"].facts.items()}
            took: dict[str, list[float]] = {"look": [], "decide": []}
            asked = [("look", "/rules/look", LONG, 1.0)] * AUTHORS
            asked += [("decide", "/decide", [*facts.items()], 3.0)] * DECIDERS
            threads = [threading.Thread(target=_ask, args=(port, took[one[0]], *one[1:])) for one in asked]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            server.terminate()
    for name, times in took.items():
        print(
            f"\n{name}: {len(times)}, median {median(times) * 1000:.0f} ms, p95 {quantiles(times, n=20)[18] * 1000:.0f}"
        )


def _wait(port: str) -> None:
    for _ in range(300):
        try:
            if httpx2.get(f"http://127.0.0.1:{port}/health").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise AssertionError(port)


def _ask(port: str, took: list[float], address: str, pairs: Pairs, pause: float) -> None:
    from urllib.parse import urlencode

    headers = {**AS_FORM, "authorization": f"Bearer {'t' * 43}", "x-part": "1"}
    body = urlencode(pairs)
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
        client.post(address, content=body, headers=headers)  # the first waits until everything is ready
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            time.sleep(pause * (0.5 + random.random()))
            start = time.perf_counter()
            assert client.post(address, content=body, headers=headers).status_code == 200
            took.append(time.perf_counter() - start)
