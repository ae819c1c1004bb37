"""Reads a page as a browser would: every element closed in order, every link to a place that is there."""

from html import unescape
from html.parser import HTMLParser

VOID = ("meta", "link", "br", "img", "hr", "input")


class Tags(HTMLParser):
    """Holds that every element is closed in order; keeps places, links and all text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.places: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag != "script"
        found = dict(attrs)
        assert not {"src", "onclick", "onload"} & found.keys()
        self.places += [found["id"] or ""] if "id" in found else []
        self.links += [found["href"] or ""] if "href" in found else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_data(self, data: str) -> None:
        self.text += data


def whole(page: str) -> Tags:
    """A page that is well-formed, needs nothing from elsewhere, and whose links lead somewhere."""
    tags = Tags()
    tags.feed(page)
    assert not tags.open
    assert len(tags.places) == len(set(tags.places))
    assert {link.removeprefix("#") for link in tags.links} <= set(tags.places)
    assert "default-src 'none'" in unescape(page)
    return tags
