"""One case out of a job: opened where cases are decided, and a rejected one that was fixed."""

import json
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from htpy import Node, a, h1, li, main, p, ul

from .... import semantics
from ....case import Case
from ....errors import LumbarError, Place, Problem
from ....facts import tidy
from ....render import alarms_on
from ....rulebook import Rulebook
from ...batch.lookup import Stored, is_stored, stored_cases
from ...interview import UNKNOWN
from ...report.first import rejected_rows
from ..form import Form, answers_of, case_of
from ..page import decide_page, rejected_page
from ..served import Base
from ..state import PageState
from ..texts import text
from .jobs import FIXED, Job
from .pages import page_of
from .results import OF, Reject, rejects_of

FACTS = 300  # letters of the answers that tell cases apart


def fix(job: Job, rulebook: Rulebook, number: int, sent: Mapping[str, str]) -> list[Problem]:
    """Fix a rejected row by what was sent, and note it; gives back what is still wrong, nothing where it is decided."""
    found = rejects_of(job, number, 1)
    if not found or not found[0].can_be_fixed(rulebook):
        return [Problem(Place(job.name), f"no rejected row {number} that can be fixed here", "one of the list")]
    row = found[0]
    if sent.get(OF, row.digest) != row.digest:
        return [
            Problem(
                Place(job.name), "the rejected rows have changed since this page was opened", "an answer for this row"
            )
        ]
    answers, open_ones = _answered(row, rulebook, sent)
    name = tidy(sent.get(".id", "")) if row.is_twice else row.case
    if row.is_twice and (not name or _is_used(job, number, name)):
        there = f"the id {name!r} is used already" if name else "no id"
        open_ones.append(Problem(Place(row.case), there, "an id of its own"))
    case = case_of(rulebook, answers, name)
    if open_ones or case.problems:
        return [*open_ones, *case.problems]
    _note(job, number, case, _in_brief(rulebook, case))
    return []


def _answered(row: Reject, rulebook: Rulebook, sent: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """The answers of a row with those that were sent for its wrong cells, none of which may be left empty."""
    answers = {name: str(value) for name, value in row.facts.items()}
    problems = []
    for term in row.to_fix(rulebook):
        answers.pop(term.name, None)
        typed = tidy(sent.get(term.name, ""))
        if not typed:
            problems.append(Problem(Place(row.case), f"no answer to '{term.name}'", f"an answer, or {UNKNOWN}"))
        elif typed.lower() != UNKNOWN:
            answers[term.name] = typed
    return answers, problems


def _is_used(job: Job, number: int, name: str) -> bool:
    """Whether another row of a job has that id: a decided one, a rejected one, or one that was fixed."""
    rejected = any(one.get("case") == name for one in rejected_rows(job.out))
    others = (one["case"]["case"] for row, one in job.fixed().items() if row != number)
    return rejected or name in others or is_stored(job.out, name)


def _in_brief(rulebook: Rulebook, case: Case) -> str:
    """What follows for a case, as far as alarms go."""
    decision = semantics.decide(rulebook, case)
    return "; ".join(
        f"{term.name}: {_answer(decision.conclusions[term.name])}" for term in alarms_on(rulebook, decision)
    ) or text("no alarm")


def _answer(answer: object) -> str:
    low, high = getattr(answer, "low", answer), getattr(answer, "high", answer)
    return f"{low}" if low == high else f"{low} to {high}"


def _note(job: Job, number: int, case: Case, says: str) -> None:
    entry = {"row": number, "says": says, "case": {"case": case.id, **case.facts}}
    with (job.folder / FIXED).open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry, ensure_ascii=False) + "\n")


def opened_case(job: Job, base: Base, name: str, row: int | None, which: int | None = None) -> str:
    """The page of one case of a job, with the reason of its alarm; or of a rejected one, with what is wrong.

    Two files may have cases of one id: `which` of them, counted from 0; without it all are offered. Raises LumbarError
    where there is no such case.
    """
    if row is not None:
        entry = job.fixed().get(row)
        if entry is None:
            raise LumbarError([Problem(Place(job.name), f"no fixed row {row}", "one of the list of rejected rows")])
        answers = {key: str(value) for key, value in entry["case"].items() if key != "case"}
        return _page(job, base, Form(answers, {"case": entry["case"]["case"]}), "rejects")
    found = stored_cases(job.out, name, base.rulebook)
    if len(found) > 1 and which not in range(len(found)):
        return _offered(job, name, found)
    stored = found[which or 0]
    if stored.row is None:
        return rejected_page(base, stored.case, _back(job, "rejects", text("case rejected")))
    digest = stored.rulebook.digest
    other = "" if digest == base.rulebook.digest else text("case other rules", digest=digest)
    return _page(job, base, Form(answers_of(stored.case), {"case": name}), "cases", other)


def _offered(job: Job, name: str, found: Sequence[Stored]) -> str:
    """The cases of one id, of which one is to be opened."""
    return page_of(
        text("batch results"),
        main(".single")[
            p[a(href=f"/batch/{job.name}")[", ".join(job.paths.values())]],
            h1[name],
            p[text("case several", count=len(found))],
            ul(".found")[
                [
                    li[
                        a(href=f"/batch/{job.name}/case?{urlencode({'id': name, 'which': number})}")[
                            text("case which", number=number + 1)
                        ],
                        f" {', '.join(f'{key}: {value}' for key, value in one.case.facts.items())[:FACTS]}",
                    ]
                    for number, one in enumerate(found)
                ]
            ],
        ],
    )


def _page(job: Job, base: Base, form: Form, back: str, other: str = "") -> str:
    state = PageState(base, form)
    on = alarms_on(base.rulebook, state.decision) if state.decision else ()
    if on and state.decision and not state.decision.withholds(on[0].name):
        state = PageState(base, Form(form.answers, {**form.fields, "panel": f"why:{on[0].name}"}))
    return decide_page(state, _back(job, back, text("case of", case=form.name) + other))


def _back(job: Job, where: str, says: str) -> Node:
    return [says, " ", a(href=f"/batch/{job.name}/{where}")[text("case back")]]
