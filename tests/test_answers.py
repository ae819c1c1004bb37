"""Some of the approved answers; `python -m tests.answers` compares them all."""

import pytest

from tests.answers import QUESTIONS, SAVED, answer, approved, digest, saved_ids

NAMES = saved_ids()


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_answers_of_a_few_saved_cases_are_those_approved(question: str) -> None:
    found = {}
    for place in range(0, len(NAMES), 50):
        name, other = NAMES[place], NAMES[(place + 1) % len(NAMES)]
        text = answer(question, str(SAVED / f"{name}.yaml"), str(SAVED / f"{other}.yaml"))
        found[f"{question} {name}"] = digest(text)
    assert found == {key: approved().get(key) for key in found}
