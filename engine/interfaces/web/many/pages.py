"""The pages of a job until it is decided: files are chosen, columns recognised, and how far it is."""

from collections.abc import Iterator, Sequence

from htpy import (
    Element,
    Node,
    a,
    button,
    datalist,
    div,
    fieldset,
    form,
    h1,
    h2,
    input,
    label,
    legend,
    li,
    main,
    meta,
    noscript,
    option,
    p,
    progress,
    section,
    select,
    small,
    span,
    strong,
    ul,
)

from ....columns.look import SeenColumn
from ....errors import Problem, counted
from ....mapping import UNTICKED
from ....record import Json
from ..page import whole
from ..texts import text
from .jobs import DAYS_KEPT, MOST_FILES, Job
from .mapping_form import ALL, REST, Entry, Mapped
from .uploads import in_bytes

KINDS = ".csv,.tsv,.xlsx,.parquet,.ndjson,.jsonl,.json,.yaml,.yml,.sas7bdat,.xpt,.dta,.sav,.zsav,.por,.gz,.zst"
PLAIN = ".plain"
PHASES = {
    "received": "phase received",
    "waiting": "phase waiting",
    "looking": "phase looking",
    "looked": "phase looked",
    "reading": "phase reading",
    "deciding": "phase deciding",
    "reporting": "phase reporting",
    "decided": "phase decided",
    "stopped": "phase stopped",
    "failed": "phase failed",
}
MAKING = {
    "encoding": "mapping encoding",
    "separator": "mapping separator",
    "decimal": "mapping decimal",
    "id": "mapping id",
    "long item": "mapping long item",
    "long value": "mapping long value",
    "visit column": "mapping visit column",
    "visit date": "mapping visit date",
    "visit written": "mapping visit written",
    "visit takes over": "mapping visit takes over",
    "visit order": "mapping visit order",
}


def page_of(title: str, content: Node, again: bool = False) -> str:
    """A page about many cases; `again` loads it again where there is no script."""
    refresh = noscript[meta(http_equiv="refresh", content="2")] if again else None
    return whole(title, "batch", content, scripts="batch.js", head_more=refresh)


def posted(job: Job, way: str, words: str, main_one: bool = False) -> Element:
    """A button that does something with a job."""
    return form(method="post", action=f"/batch/{job.name}/{way}")[
        button(type="submit", class_="main" if main_one else None)[words]
    ]


# --- files -----------------------------------------------------------------------------------------------------------


def upload_page(jobs: Sequence[tuple[Job, str]], keeps: bool, most: int, says: str = "") -> str:
    """Where files are chosen; with the jobs that there are, each with how far it is."""
    goes = text("batch stays", days=DAYS_KEPT) if keeps else text("batch goes")
    there = [li[a(href=f"/batch/{job.name}")[", ".join(job.paths.values())], f" {said}"] for job, said in jobs]
    content = main(".single")[
        h1[text("batch")],
        says and p(".alarm", role="alert")[says],
        form(
            "#upload",
            method="post",
            action="/batch",
            enctype="multipart/form-data",
            data_sending=text("batch sending"),
            data_most=str(most),
            data_large=text("batch too large", size=in_bytes(most)),
        )[
            label("#drop", for_="files")[
                strong[text("batch intro")],
                span[text("batch formats")],
                input("#files", type="file", name="files", multiple=True, required=True, accept=KINDS),
            ],
            p[text("batch limits", files=MOST_FILES, size=in_bytes(most))],
            p[goes],
            _extra("mapping", "batch mapping file", ".yaml,.yml"),
            _extra("dictionary", "batch dictionary file", ".csv"),
            button(".main", type="submit")[text("batch send")],
            progress(hidden=True, max="1", value="0", aria_label=text("batch send")),
            p("#sent", role="status"),
        ],
        section[h2[text("batch jobs")], ul(".found")[there] if there else p[text("batch no jobs")]],
    ]
    return page_of(text("batch"), content)


def _extra(name: str, words: str, kinds: str) -> Node:
    return label(".over")[small[text(words)], input(type="file", name=name, accept=kinds)]


# --- how far it is ---------------------------------------------------------------------------------------------------


def phase_in_words(event: Json) -> str:
    """How far a job is."""
    cases = f"{event.get('cases', 0):,}"
    return text(PHASES[event["phase"]], cases=cases)


def share_of(event: Json) -> float | None:
    """What share of the work is done; None where nobody knows."""
    return float(event["share"]) if "share" in event else None


def progress_page(job: Job, event: Json) -> str:
    """How far a job is; what comes next appears by itself."""
    share = share_of(event)
    content = main(".single", data_events=f"/batch/{job.name}/events")[
        _title(job),
        p("#status", role="status")[phase_in_words(event)],
        progress(max="1", value=None if share is None else f"{share}", aria_label=text("batch")),
        div(".whys")[posted(job, "stop", text("batch stop"))],
    ]
    return page_of(text("batch"), content, again=True)


def _title(job: Job) -> Node:
    return [p[a(href="/batch")[text("batch")]], h1[", ".join(job.paths.values())]]


def ended_page(job: Job, event: Json, problems: Sequence[Problem], begun: bool) -> str:
    """A job that was stopped or could not go on."""
    shown = [li(".alarm")[job.named(str(problem)).removeprefix(": ")] for problem in problems]
    if event["phase"] == "stopped":
        says = text("batch stopped") if begun else text("batch stopped looking")
    else:
        says = text("phase failed") if problems else text("batch lost")
    content = main(".single")[
        _title(job),
        p(role="status")[strong[says]],
        ul[shown] if shown else None,
        div(".whys")[
            posted(job, "resume", text("batch resume"), True) if begun else posted(job, "again", text("batch again")),
            a(".button", href=f"/batch/{job.name}/columns")[text("batch to mapping")] if begun else None,
            form(method="post", action=f"/batch/{job.name}/decide")[
                button(type="submit", name=PLAIN, value="yes")[text("mapping plain")]
            ]
            if not begun and event["phase"] == "failed"
            else None,
            posted(job, "delete", text("batch delete")),
        ],
    ]
    return page_of(text("batch"), content)


# --- columns ---------------------------------------------------------------------------------------------------------


def columns_page(job: Job, mapped: Mapped, says: str = "") -> str:
    """Which column is which finding: what is recognised, what is proposed, and what is open."""
    seen, fixed = mapped.seen, len(job.fixed())
    content = main(".single.wide")[
        _title(job),
        says and p(".alarm", role="alert")[says],
        p(".alarm")[text("columns lose", count=counted(fixed, "row"))] if fixed else None,
        [p(".alarm")[text("mapping unread"), f": {problem}"] for problem in seen.unread],
        [p(".muted")[problem] for problem in seen.limits],
        p[
            strong[_recognised(mapped)],
            " ",
            text("columns rows", count=counted(seen.rows, "row")) if seen.rows else None,
        ],
        form("#columns", method="post", action=f"/batch/{job.name}/decide", autocomplete="off")[
            _buttons(job, mapped),
            None if seen.documents else [_making(mapped), _columns(mapped), _missing(mapped)],
            None if seen.documents else datalist("#findings")[_findings(mapped)],
        ],
        div(".whys")[posted(job, "delete", text("batch delete"))],
    ]
    return page_of(text("batch"), content)


def _recognised(mapped: Mapped) -> str:
    seen = mapped.seen
    if seen.documents:
        return text("columns plain")
    count = sum(column.name != seen.draft.id.text for column in seen.columns)
    if seen.all_known:
        return text("columns known" if seen.is_plain else "columns known not texts", count=count)
    return text("columns of", known=len(seen.plain), count=count)


def _buttons(job: Job, mapped: Mapped) -> Node:
    """What can be done next; with nothing to map, the files are decided as they are."""
    seen = mapped.seen
    plain = button(type="submit", name=PLAIN, value="yes", class_="main" if seen.is_plain else None)[
        text("mapping plain")
    ]
    if seen.documents:
        return div(".whys")[plain]
    open_ones = seen.draft.undecided
    return [
        p[text("mapping open", count=counted(open_ones, "answer")), " ", text("columns help")] if open_ones else None,
        div(".whys")[
            button(type="submit", class_=None if seen.is_plain else "main")[text("mapping decide")],
            button(type="submit", name=ALL, value="yes")[text("accept all")] if open_ones else None,
            button(type="submit", name=REST, value="yes")[text("accept rest")] if open_ones else None,
            button(type="submit", name=".update", value="yes")[text("accept only")],
            plain if seen.plain else None,
            a(".button", href=f"/batch/{job.name}/mapping.yaml")[text("mapping download")],
        ],
        p(".muted")[text("mapping plain help")] if seen.plain else None,
    ]


def _findings(mapped: Mapped) -> Iterator[Node]:
    for term in mapped.known.rulebook.findings:
        yield option(value=term.name)[term.ask]


def _making(mapped: Mapped) -> Node:
    entries = [*mapped.making()]
    if not entries:
        return None
    return fieldset(".making")[
        legend[text("mapping making")], [_entry(mapped, entry, text(MAKING[entry.of])) for entry in entries]
    ]


def _missing(mapped: Mapped) -> Node:
    entries = [*mapped.missing()]
    if not entries:
        return None
    return fieldset(".making")[legend[text("mapping missing")], [_entry(mapped, entry, entry.of) for entry in entries]]


def _columns(mapped: Mapped) -> Node:
    found = [*mapped.columns()]
    found.sort(key=lambda one: all(entry.decided for entry in one[1]))  # what is open comes first
    return ul(".columns-seen")[[_column(mapped, column, entries) for column, entries in found]]


def _column(mapped: Mapped, column: SeenColumn, entries: Sequence[Entry]) -> Node:
    label_ = mapped.known.label(column)
    is_open = not all(entry.decided for entry in entries)
    hint = entries[0].hint if entries else ""
    return li(class_={"open": is_open})[
        h2[column.name, small[f" {label_}"] if label_ else None],
        p(".muted")[hint] if hint else None,
        [_entry(mapped, entry, _words(entry)) for entry in entries],
    ]


def _words(entry: Entry) -> str:
    if entry.key[0] == "box":
        return text("column no tick") if entry.key[2] == UNTICKED else text("column tick", finding=entry.of)
    return (
        text("column finding") if entry.key[0] == "column" else f"{entry.of}{f' ({entry.hint})' if entry.hint else ''}"
    )


def _entry(mapped: Mapped, entry: Entry, words: str) -> Node:
    """An answer, and the box that accepts it as it is proposed."""
    wrong = mapped.wrong.get(entry.name, "")
    about = f"{entry.key[1]}: " if entry.key[0] in ("column", "box", "value") else ""
    ways = {"name": entry.name, "aria_invalid": "true" if wrong else None, "aria_label": f"{about}{words}"}
    shown: Node
    if entry.allowed:
        shown = select(**ways)[[option(value=one, selected=one == entry.text)[one or "?"] for one in entry.allowed]]
    else:
        hint = text("value hint") if entry.key[0] == "value" else None
        shown = input(type="text", value=entry.text, list=entry.offers or None, placeholder=hint, **ways)
    return div(class_=["entry-of", {"open": not entry.decided}])[
        span[words],
        shown,
        label(".switch")[
            input(type="checkbox", name=entry.accept, value="yes", checked=entry.decided),
            " ",
            text("accept"),
            span(".sr")[f": {about}{words}"],
        ],
        p(".alarm")[wrong] if wrong else None,
    ]
