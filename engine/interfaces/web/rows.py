"""The page on which a row of a table is changed, or one like it added; with it the examples that name it."""

from collections.abc import Sequence
from dataclasses import dataclass

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
    input,
    label,
    legend,
    main,
    option,
    p,
    small,
)
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from ...author import parse_input
from ...author.parse_input import Refused
from ...author.table_rows import END, Cells, TableSheet, sheets_of, with_rows
from ...digests import digest_of
from ...rulebook import Rule
from .advice import hidden
from .author import Authoring, pairs_of
from .page import whole
from .texts import text

ARROW = "=>"


@dataclass
class Rows:
    """What changes rows of tables."""

    author: Authoring

    async def row(self, request: Request) -> Response:
        """Shows a row; or begins to try what it says now."""
        name, like = request.path_params["name"], bool(request.query_params.get("new"))
        if request.method == "GET":
            return await self.author.answer(lambda: HTMLResponse(self._page(name, like)))
        pairs = await pairs_of(request)
        return await self.author.answer(lambda: self._tried(name, pairs))

    def _sheets(self, name: str) -> tuple[Rule, tuple[TableSheet, TableSheet | None], dict[str, str]]:
        rulebook = self.author.served.saved().rulebook
        rule = rulebook.rules.get(name)
        if rule is None or not rule.row:
            raise HTTPException(404, text("not found", name=name))
        if rulebook.is_beneath(rule.place):
            raise Refused(text("beneath", rule=name, layer=rule.layer))
        folder = self.author.served.directory / "tables"
        files = sorted(folder.rglob("*.csv"))
        texts = {f"tables/{path.relative_to(folder).as_posix()}": path.read_bytes().decode("utf-8") for path in files}
        return rule, sheets_of(texts, rule.place.file, name.partition(".")[2]), texts

    def _page(self, name: str, new: bool, says: str = "") -> str:
        rule, sheets, texts = self._sheets(name)
        saved = self.author.served.saved()
        terms = saved.rulebook.terms

        def phrases(column: str) -> Sequence[str]:
            known = terms.get(column)
            return parse_input.phrases(known, tuple(terms.values()), saved.said) if known else ()

        title = text("new row" if new else "change row", rule=name)
        opened = digest_of([texts[one.file] for one in sheets if one])
        content = main(".single.writing")[
            h1[title],
            p[rule.says],
            says and p(".alarm", role="alert")[says],
            form(method="post", action=f"/rules/row/{name}", autocomplete="off")[
                hidden("opened", opened),
                hidden("new", "yes" if new else ""),
                [_sheet(one, new, number) for number, one in enumerate(sheets) if one],
                [
                    datalist(id=f"c-{number}-{column}")[[option(value=one) for one in phrases(name)]]
                    for number, sheet in enumerate(sheets)
                    if sheet
                    for column, name in enumerate(sheet.columns)
                ],
                div(".whys.try")[button(".main", type="submit")[text("try")]],
                p(".muted")[text("nothing saved yet") if self.author.may_save else text("cannot save")],
            ],
            None if new else p[a(".button", href=f"/rules/row/{name}?new=yes")[text("row like this")]],
        ]
        return whole(title, "write", content)

    def _tried(self, name: str, pairs: Sequence[tuple[str, str]]) -> Response:
        """Begin to try the tables as they are with what the form says."""
        _, sheets, texts = self._sheets(name)
        fields = dict(pairs)
        shown = [one for one in sheets if one]
        if fields.get(".opened") != digest_of([texts[one.file] for one in shown]):
            return HTMLResponse(self._page(name, bool(fields.get(".new")), text("row changed")), 409)
        files = {}
        for number, sheet in enumerate(shown):
            cells = {place: _cells(sheet, number, place, pairs) for place in sheet.rows}
            files[sheet.file] = (
                with_rows(texts[sheet.file], {}, [one for one in cells.values() if one[0]])
                if fields.get(".new")
                else with_rows(texts[sheet.file], cells)
            )
        changed = {file: one for file, one in files.items() if one != texts[file]}
        table = shown[0].file.rpartition("/")[2].removesuffix(".csv")
        first = _cells(shown[0], 0, next(iter(shown[0].rows)), pairs)[0]
        request = {"kind": "rows", "changed": name, "name": f"{table}.{first}", "text": "", "files": changed}
        return RedirectResponse(f"/trials/{self.author.trials.start(request, [*pairs])}", 303)

    def routes(self) -> list[Route]:
        """The routes, which come before `/rules/NAME`."""
        return [Route("/rules/row/{name:path}", self.row, methods=["GET", "POST"])]


def _cells(sheet: TableSheet, number: int, place: int, pairs: Sequence[tuple[str, str]]) -> Cells:
    """The cells of a row as the form sends them; one that is not sent stays."""
    sent = dict(pairs)
    return tuple(
        " ".join(sent.get(f"{number}-{place}-{column}", cell).split()) for column, cell in enumerate(sheet.rows[place])
    )


def _sheet(sheet: TableSheet, new: bool, number: int) -> Node:
    """The rows of a table, or of its examples, each with its cells."""
    title = text("row examples") if number else text("row cells")
    return [
        fieldset(".part")[
            legend[title if not number else f"{title}: {cells[0]}"],
            [_cell(sheet, new, number, place, column, cell) for column, cell in enumerate(cells)],
        ]
        for place, cells in sheet.rows.items()
    ]


def _cell(sheet: TableSheet, new: bool, number: int, place: int, column: int, cell: str) -> Element | None:
    name = sheet.columns[column] if column < len(sheet.columns) else ""
    if name == ARROW:
        return p(".muted")[text("then")]
    last = column >= len(sheet.columns) - END
    blank = new and (column == 0 or (number > 0 and last))
    value = "" if blank else cell
    words = None if last or not column else f"c-{number}-{column}"
    return label(".over.wide")[small[name], input(name=f"{number}-{place}-{column}", value=value, list=words)]
