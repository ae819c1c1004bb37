"""A form of the page as a browser without script fills it in and sends it."""

from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlencode

from httpx2 import Response
from starlette.testclient import TestClient

Pairs = list[tuple[str, str]]
AS_FORM = {"content-type": "application/x-www-form-urlencoded"}


class Sheet(HTMLParser):
    """The controls of the form for a rule, in the order of the page, each with what stands in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.pairs: Pairs = []
        self.buttons: Pairs = []
        self._inside = False
        self._select = ""
        self._area: list[str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A control."""
        had = {key: value or "" for key, value in attrs}
        if tag == "form":
            self._inside = had.get("id") == "rule"
        if not self._inside:
            return
        name, value = had.get("name", ""), had.get("value", "")
        if tag == "input" and (had.get("type") != "checkbox" or "checked" in had):
            self.pairs.append((name, value))
        elif tag == "button" and name:
            self.buttons.append((value, had.get("aria-label", "")))
        elif tag == "select":
            self._select = name
            self.pairs.append((name, ""))
        elif tag == "option" and self._select and "selected" in had:
            self.pairs[-1] = (self._select, value)
        elif tag == "textarea":
            self._area = []
            self.pairs.append((name, ""))

    def handle_data(self, data: str) -> None:
        """What stands in a field of several lines."""
        if self._area is not None:
            self._area.append(data)

    def handle_endtag(self, tag: str) -> None:
        """The end of a control, or of the form."""
        if tag == "textarea" and self._area is not None:
            text = "".join(self._area)
            self.pairs[-1] = (self.pairs[-1][0], text.removeprefix("\n"))
            self._area = None
        elif tag == "select":
            self._select = ""
        elif tag == "form":
            self._inside = False

    def all(self, name: str) -> list[str]:
        """What stands in all fields of a name."""
        return [value for key, value in self.pairs if key == name]

    def own(self, name: str) -> str:
        """What stands in the field of a name."""
        return self.all(name)[0]

    def fill(self, name: str, value: str, part: str = "") -> None:
        """Write into a field: the first of that name, or of a part of the card the first that is empty."""
        places = [place for place, (key, _) in enumerate(self.pairs) if key == name]
        if part:
            begins = self.pairs.index(("in", part))
            places = [place for place in places if place > begins and not self.pairs[place][1]]
        self.pairs[places[0]] = (name, value)


def typed(
    name: str, says: str, lines: list[str], then: list[str], because: str, sources: list[str], stage: str = ""
) -> Pairs:
    """The pairs that a form sends: lines are `term: phrase`, sources `KEY: place [label]`."""
    return [
        (".stage", stage),
        (".name", name),
        ("says", says),
        ("in", "if"),
        *_lines(lines),
        ("in", "then"),
        *_lines(then),
        ("because", because),
        ("in", "source"),
        *_sources(sources),
    ]


def _lines(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        term, _, phrase = line.partition(": ")
        yield "term", term
        yield "phrase", phrase


def _sources(sources: list[str]) -> Iterator[tuple[str, str]]:
    for source in sources:
        key, _, place = source.partition(": ")
        where, bracket, label = place.partition(" [")
        yield "key", key
        yield "place", where
        yield "label", label.removesuffix("]") if bracket else ""


def post(client: TestClient, address: str, pairs: Pairs, follow: bool = True) -> Response:
    """Send a form."""
    found: Response = client.post(address, content=urlencode(pairs), headers=AS_FORM, follow_redirects=follow)
    return found
