"""The page that writes rules, as tests see it: a served folder, and what is shown once a rule is tried and saved."""

import re
import time
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

from httpx2 import Response
from starlette.testclient import TestClient

from engine.interfaces.web.app import make_app
from engine.interfaces.web.served import Served
from engine.interfaces.web.trials import Trials
from tests.sheets import Pairs, post, typed
from tests.test_new import CLICK

CRANK = typed(
    "crank_clicks",
    CLICK[1],
    ["noise: click", "noise while: pedalling"],
    ["ride: gently"],
    "The bolt works loose under load.",
    ["SHED: twice this year"],
)
PATIENCE = 60.0


@dataclass
class Page:
    """A served folder, and a client that sees it."""

    folder: Path
    trials: Trials
    client: TestClient = field(init=False)
    may_save: bool = True

    def __post_init__(self) -> None:
        self.client = TestClient(make_app(Served(self.folder), self.trials, self.may_save))

    def tried(self, pairs: Pairs) -> Response:
        """The page of a trial that has ended."""
        begun = post(self.client, "/rules/try", pairs, follow=False)
        assert begun.status_code == 303, words(begun)
        return self.ended(begun.headers["location"])

    def ended(self, address: str) -> Response:
        """The page of a trial, once it has ended."""
        until = time.monotonic() + PATIENCE
        trial = self.trials.found(address.rpartition("/")[2])
        assert trial is not None
        while not trial.done:
            assert time.monotonic() < until, trial.steps()
            time.sleep(0.02)
        self.address = address
        return self.client.get(address)

    def saved(self, pairs: Pairs) -> Response:
        """What is shown once a rule is tried and saved."""
        shown = self.tried(pairs)
        assert "Nothing is in the way" in words(shown), words(shown)
        return self.save()

    def save(self) -> Response:
        """Save what was tried last."""
        return self.client.post(f"{self.address}/save")


def words(page: Response) -> str:
    """The words of a page."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page.text)).split())


class Idle(Trials):
    """Trials that nobody does."""

    def start(self, *_: object) -> str:
        """Forget what is asked for."""
        return "nothing"

    def warm(self) -> None:
        """Begin nothing."""
