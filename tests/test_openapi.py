"""What `/openapi.json` says holds: requests drawn from it are answered, and none makes the server fail."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.schemas import BaseSchema

from engine.interfaces.web.api import QUESTIONS
from engine.interfaces.web.app import make_app
from engine.interfaces.web.author_api import LOOK
from engine.interfaces.web.guard import Guard
from engine.interfaces.web.served import Served
from tests.conftest import CLINIC, ROOT, tries

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
load_all_checks()
# Answers that are each allowed may still be impossible together; some that are not are read for what they surely mean.
NOT_CHECKED: "list[Any]" = CHECKS.get_by_names(["positive_data_acceptance", "negative_data_rejection"])


@pytest.fixture(
    scope="module",
    params=[CLINIC, pytest.param(ROOT / "knowledge", marks=pytest.mark.slow)],
    ids=lambda folder: folder.name,
)
def described(request: pytest.FixtureRequest) -> Iterator[BaseSchema]:
    """What a knowledge base is served with."""
    served = Served(request.param)
    _ = served.saved().decisions  # before the first request, which has ten seconds
    app = Guard(make_app(served), ("testserver", "localhost"))
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    yield schema
    schema.app = None  # what it keeps would outlive the solver's library


def drawn(described: BaseSchema, name: str, mode: GenerationMode, test: "Callable[[Case[Any]], None]") -> None:
    """Try requests to a question."""
    requests = described[f"/api/{name}"]["POST"].as_strategy(generation_mode=mode)
    quiet = settings(tries(30), deadline=None, suppress_health_check=list(HealthCheck))
    quiet(given(requests)(test))()


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_is_allowed_is_answered(described: BaseSchema, name: str) -> None:
    def answered(case: "Case[Any]") -> None:
        assert isinstance(case.body, dict)
        case.body.pop("value", None)  # which are allowed hangs on the term
        response = case.call()
        case.validate_response(response, excluded_checks=NOT_CHECKED)
        if response.status_code != 200:
            assert response.status_code == 422
            assert all(one["expected"].startswith("another answer to") for one in response.json()["problems"])

    drawn(described, name, GenerationMode("positive"), answered)


@pytest.mark.parametrize("name", [*QUESTIONS, LOOK])
def test_what_is_not_allowed_makes_nothing_fail(described: BaseSchema, name: str) -> None:
    def survived(case: "Case[Any]") -> None:
        case.call_and_validate(excluded_checks=NOT_CHECKED)

    drawn(described, name, GenerationMode("negative"), survived)


def test_a_rule_as_it_is_allowed_is_looked_at(described: BaseSchema) -> None:
    def answered(case: "Case[Any]") -> None:
        response = case.call()
        case.validate_response(response, excluded_checks=NOT_CHECKED)
        assert response.status_code == 200, response.content
        assert response.json()["can be tried"] is False  # nothing drawn is a whole rule

    drawn(described, LOOK, GenerationMode("positive"), answered)
