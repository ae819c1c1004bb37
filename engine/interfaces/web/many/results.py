"""The pages of a job that is decided: its report with ways on, its cases to look through, and its rejected rows."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlencode

from htpy import (
    Node,
    a,
    button,
    div,
    form,
    h1,
    h2,
    input,
    label,
    li,
    main,
    nav,
    ol,
    option,
    p,
    section,
    select,
    small,
    table,
    tbody,
    td,
    th,
    thead,
    tr,
)
from markupsafe import Markup

from ....case import Value
from ....columns.chosen import ChosenCase, Wanted, choose
from ....columns.results import OPEN, Answers
from ....digests import digest_of
from ....drawing.page import unfolded
from ....errors import Problem, counted
from ....record import Json
from ....rulebook import Rulebook, Term
from ...batch.report_text import in_words, is_amiss
from ...batch.store import REJECTS, SUMMARY
from ...interview import UNKNOWN
from ...report.first import is_unread, reaches, rejected_rows
from ...report.page import shown
from ..texts import text
from .jobs import OUT, REPORT_PART, Job
from .pages import page_of, posted

AT_A_TIME = 50
OF = ".of"  # in a form: which row it is about, whatever its number is by now
DOWNLOADS = (
    ("answers.csv", "download csv"),
    ("answers.parquet", "download parquet"),
    ("rejects.ndjson", "download rejects"),
    ("report.html", "download report"),
    ("everything.zip", "download zip"),
)


def result_page(job: Job) -> str:
    """The report of a job, and what can be done with it."""
    at = f"/batch/{job.name}"
    report = (job.folder / REPORT_PART).read_text(encoding="utf-8")
    rejects = int((job.read(f"{OUT}/{SUMMARY}") or {}).get("rejects", 0))
    said, amiss = _said(job)
    fixed = len(job.fixed())
    content = main(".single.wide.report")[
        p[a(href="/batch")[text("batch")]],
        h1[", ".join(job.paths.values())],
        div(".whys")[
            a(".button.main", href=f"{at}/cases")[text("batch results")],
            a(".button", href=f"{at}/rejects")[text("batch rejects", count=f"{rejects:,}")] if rejects else None,
            a(".button", href=f"{at}/columns")[text("batch to mapping")],
            posted(job, "delete", text("batch delete")),
        ],
        unfolded(
            text("batch downloads"),
            nav(".whys", aria_label=text("batch downloads"))[
                [a(".button", href=f"{at}/{name}")[text(key)] for name, key in DOWNLOADS]
            ],
        ),
        p(".alarm")[text("rejects were fixed", count=counted(fixed, "row"))] if fixed else None,
        said if amiss else None,
        Markup(report),
        None if amiss else said,
    ]
    return page_of(text("batch"), content)


def _said(job: Job) -> tuple[Node, bool]:
    """What `lumbar batch` says of the run, and whether something was not read or not named by the mapping."""
    summary = job.read(f"{OUT}/{SUMMARY}")
    if summary is None:
        return None, False
    found = [one for one in in_words(summary, job.out, "keep") if REJECTS not in one]
    amiss = is_amiss(summary | {"rejects": 0}, "keep")
    said = section(class_=["first", {"now": amiss}])[h2[text("batch says")], [p[job.named(one)] for one in found]]
    return said, amiss


# --- cases -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Looked:
    """What somebody looks for in a job, as the address of the page says it."""

    answers: tuple[str, str] = ("", "")
    ask: str = ""
    case: str = ""
    first: int = 0

    def wanted(self, rulebook: Rulebook) -> Wanted:
        """The same for the answers; what names nothing is left out."""
        pairs = dict(choices(rulebook))
        found = tuple(pairs[one] for one in self.answers if one in pairs)
        return Wanted(found, self.ask if self.ask in rulebook.finding_names else "", self.case)

    def address(self, job: Job, first: int) -> str:
        """The same from another case on."""
        said = [("answer", one) for one in self.answers if one] + [("ask", self.ask), ("id", self.case)]
        return f"/batch/{job.name}/cases?" + urlencode([(k, v) for k, v in said if v] + [("first", str(first))])


def choices(rulebook: Rulebook) -> Iterator[tuple[str, tuple[str, str]]]:
    """Every answer that can be looked for, in words and as a conclusion and its value."""
    for term in _terms(rulebook):
        more = () if term.domain.kind == "several" else (OPEN,)
        for value in (*(reversed(term.domain.values) if term.takes_highest else term.domain.values), *more):
            yield f"{term.name}: {value}", (term.name, value)


def _terms(rulebook: Rulebook) -> list[Term]:
    """The conclusions that are shown, those with alarms first."""
    terms = {term.name: term for _, terms in shown(rulebook) for term in terms}
    alarms = {term.name: term for term in rulebook.conclusions if term.alarms}
    return [*{**alarms, **terms}.values()]


def _in_table(rulebook: Rulebook) -> list[Term]:
    """The conclusions of one value that a row of the table shows."""
    terms = [term for term in _terms(rulebook) if term.domain.kind != "several"]
    return sorted(terms, key=lambda term: not term.alarms)[:4]


def cases_page(job: Job, answers: Answers, looked: Looked) -> str:
    """Some of the cases of a job, the worst first; each opens where cases are decided."""
    rulebook = answers.rulebook
    terms = _in_table(rulebook)
    count, found = choose(answers, looked.wanted(rulebook), terms, looked.first, AT_A_TIME)
    last = looked.first + len(found)
    counts = text("cases shown", first=f"{looked.first + 1:,}", last=f"{last:,}", count=f"{count:,}")
    content = main(".single.wide")[
        p[a(href=f"/batch/{job.name}")[", ".join(job.paths.values())]],
        h1[text("batch results")],
        _filter(job, rulebook, looked),
        p(role="status")[counts if found else text("cases found", count=f"{count:,}")],
        _table(job, terms, found) if found else None,
        nav(".whys", aria_label=text("batch results"))[
            a(".button", href=looked.address(job, max(0, looked.first - AT_A_TIME)))[text("cases before")]
            if looked.first
            else None,
            a(".button", href=looked.address(job, last))[text("cases next")] if last < count else None,
        ],
    ]
    return page_of(text("batch results"), content)


def _table(job: Job, terms: Sequence[Term], found: Sequence[ChosenCase]) -> Node:
    heads = [th(scope="col")[one] for one in (text("cases id"), *(term.name for term in terms), text("cases open"))]
    rows = [
        tr[
            th(scope="row")[a(href=f"/batch/{job.name}/case?{urlencode({'id': one.case})}")[one.case]],
            [td(data_name=term.name)[answer] for term, answer in zip(terms, one.answers, strict=True)],
            td(data_name=text("cases open"))[f"{one.open}"],
        ]
        for one in found
    ]
    region = div(".wide", tabindex="0", role="region", aria_label=text("batch results"))
    return region[table(".cases")[thead[tr[heads]], tbody[rows]]]


def _filter(job: Job, rulebook: Rulebook, looked: Looked) -> Node:
    answers = [words for words, _ in choices(rulebook)]
    questions = [term.name for term in rulebook.findings if term.screening]
    return form(".search", method="get", action=f"/batch/{job.name}/cases")[
        [_select("answer", text("cases answer", number=n), answers, one) for n, one in enumerate(looked.answers, 1)],
        _select("ask", text("cases question"), questions, looked.ask),
        label(".over")[small[text("cases id")], input(type="search", name="id", value=looked.case)],
        button(type="submit")[text("cases filter")],
    ]


def _select(name: str, words: str, values: Sequence[str], chosen: str) -> Node:
    found = [option(value=one, selected=one == chosen)[one] for one in values]
    return label(".over")[small[words], select(name=name)[option(value="")[text("cases any")], found]]


# --- rejected rows ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reject:
    """A rejected row by its number in the file of them, with what is wrong with it."""

    number: int
    row: Json

    @property
    def case(self) -> str:
        """Its id; empty where it could not be read."""
        return "" if is_unread(self.row) else str(self.row.get("case") or "")

    @property
    def digest(self) -> str:
        """What tells it from other rows."""
        return digest_of(json.dumps(self.row, sort_keys=True))

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with it."""
        return [Problem.of(one) for one in self.row.get("problems", [self.row])]

    @property
    def facts(self) -> dict[str, Value]:
        """What could be read of it."""
        return dict(self.row.get("facts") or {})

    def to_fix(self, rulebook: Rulebook) -> list[Term]:
        """The findings that a problem names: those whose answer has to be another."""
        there = " ".join(problem.there for problem in self.problems)
        places = {term: there.find(f"'{term.name}'") for term in rulebook.findings}
        named = {term: place for term, place in places.items() if place >= 0 or term.name in self._impossible(there)}
        return sorted(named, key=lambda term: named[term])

    def _impossible(self, there: str) -> list[str]:
        """The findings of an impossible pair, which are all read."""
        if self.row.get("reason") != "impossible":
            return []
        return [name for name in self.facts if f"{name}: " in there]

    @property
    def is_twice(self) -> bool:
        """Whether it was rejected for its id alone."""
        return self.row.get("reason") == "id used twice"

    def can_be_fixed(self, rulebook: Rulebook) -> bool:
        """Whether all that is wrong with it can be answered here."""
        return bool(self.case) and (self.is_twice or bool(self.to_fix(rulebook)))


def rejects_of(job: Job, first: int, count: int) -> list[Reject]:
    """Rejected rows from one on."""
    return [Reject(first + n, one) for n, one in enumerate(islice(rejected_rows(job.out), first, first + count))]


def rejects_page(job: Job, rulebook: Rulebook, first: int, sent: Mapping[str, str], problems: Sequence[Problem]) -> str:
    """Rejected rows, each with the cells that are wrong; `sent` and `problems` are of the one that was sent."""
    count = int((job.read(f"{OUT}/{SUMMARY}") or {}).get("rejects", 0))
    found, were_fixed = rejects_of(job, first, AT_A_TIME), job.fixed()
    at = f"/batch/{job.name}/rejects"
    last = first + len(found)
    shown_ = [_reject(job, rulebook, one, sent, problems, were_fixed) for one in found]
    counts = text("cases shown", first=f"{first + 1:,}", last=f"{last:,}", count=f"{count:,}")
    content = main(".single")[
        p[a(href=f"/batch/{job.name}")[", ".join(job.paths.values())]],
        h1[text("batch rejects", count=f"{count:,}")],
        [p[text("rejects help")], p(role="status")[counts], ol(".rejects", start=str(first + 1))[shown_]]
        if found
        else p[text("cases found" if count else "rejects none", count=0)],
        nav(".whys", aria_label=text("batch rejects", count=""))[
            a(".button", href=f"{at}?first={max(0, first - AT_A_TIME)}")[text("cases before")] if first else None,
            a(".button", href=f"{at}?first={last}")[text("cases next")] if last < count else None,
        ],
    ]
    return page_of(text("batch rejects", count=""), content)


def _reject(
    job: Job,
    rulebook: Rulebook,
    one: Reject,
    sent: Mapping[str, str],
    problems: Sequence[Problem],
    were_fixed: Mapping[int, Json],
) -> Node:
    names = job.paths
    place = names.get(str(one.row.get("file")), str(one.row.get("file") or ""))
    line = f"{place}:{one.row['line']}" if one.row.get("line") else place
    is_sent = sent.get(".row") == str(one.number)
    mine = sent if is_sent and sent.get(OF, one.digest) == one.digest else {}
    facts = ", ".join(f"{name}: {value}" for name, value in one.facts.items())
    return li(f"#row-{one.number}")[
        h2[one.case or line, small[f" {line}"] if one.case else None],
        [p(".alarm")[_words(problem)] for problem in one.problems],
        p[reaches(one.row)],
        [p(".alarm", role="alert")[text("rejects still", says=_words(problem))] for problem in problems]
        if is_sent
        else None,
        p(".muted")[text("rejects known", facts=facts[:600])] if facts else None,
        p(".band")[
            a(href=f"/batch/{job.name}/case?row={one.number}")[
                text("rejects fixed", says=were_fixed[one.number]["says"])
            ]
        ]
        if one.number in were_fixed
        else None,
        _fix(job, rulebook, one, mine) if one.can_be_fixed(rulebook) else p[text("rejects cannot")],
    ]


def _words(problem: Problem) -> str:
    more = f"; did you mean {problem.suggestion}?" if problem.suggestion else ""
    return problem.there + (f"; expected {problem.expected}" if problem.expected else "") + more


def _fix(job: Job, rulebook: Rulebook, one: Reject, sent: Mapping[str, str]) -> Node:
    """The wrong cells, each with what may be meant."""
    return form(".search", method="post", action=f"/batch/{job.name}/rejects#row-{one.number}")[
        input(type="hidden", name=".row", value=str(one.number)),
        input(type="hidden", name=OF, value=one.digest),
        label(".over")[small[text("rejects new id")], input(type="text", name=".id", value=sent.get(".id", one.case))]
        if one.is_twice
        else None,
        [_cell(term, sent.get(term.name, _meant(term, one))) for term in one.to_fix(rulebook)],
        button(type="submit", aria_label=f"{text('rejects fix')}: {one.case}")[text("rejects fix")],
    ]


def _meant(term: Term, one: Reject) -> str:
    """What may be meant by a wrong cell: the suggestion, or what was read of it."""
    said = [problem.suggestion for problem in one.problems if f"'{term.name}'" in problem.there]
    return next((word for word in said if word), str(one.facts.get(term.name, "")))


def _cell(term: Term, value: str) -> Node:
    """A wrong cell, which has to be answered: that nobody knows is an answer too."""
    if not term.domain.values:
        words, hint = f"{term.name} ({term.domain.low} to {term.domain.high} {term.unit})", text("rejects number")
        return label(".over")[
            small[words], input(type="text", name=term.name, value=value, placeholder=hint, required=True)
        ]
    found = [option(value=one, selected=one == value)[one] for one in term.domain.values]
    found.append(option(value=UNKNOWN, selected=value == UNKNOWN)[text("rejects not known")])
    choose = option(value="")[text("rejects choose")]
    return label(".over")[small[term.name], select(name=term.name, required=True)[choose, found]]
