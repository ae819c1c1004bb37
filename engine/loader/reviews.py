"""reviews/<kind>/<name>.yaml: what clinicians said of a rule, a table or a law, newest last."""

from collections.abc import Iterator
from datetime import date
from pathlib import PurePosixPath
from typing import cast

from ..document import Fields, Items, Node
from ..errors import Place, listed
from ..review import Review, Signed, Verdict
from .formats import REVIEW, SIGNED
from .problem_collector import ProblemCollector

FOLDER = "reviews/"
KINDS = ("rules", "tables", "laws", "impossible")
"""The folders whose files are reviewed, each with a folder of the same name below reviews/."""
NEEDS_A_NOTE = ("changes wanted", "rejected")


def load_reviews(collector: ProblemCollector, file: str, node: Node | None) -> tuple[Review, ...]:
    """The reviews of a file, in its order."""
    kind, _, rest = file.removeprefix(FOLDER).partition("/")
    if kind not in KINDS or not rest or "/" in rest:
        expected = f"{FOLDER}<kind>/<name>.yaml, with {listed(list(KINDS))} as the kind"
        collector.note(Place(file), "reviews in another place", expected, collector.nearest(kind, KINDS))
        return ()
    if not isinstance(node, Items) or not node.items:
        collector.note(node.place if node else Place(file), "no list of reviews", "`- who: …` for each of them")
        return ()
    collector.stem(file)
    what = f"{kind}/{PurePosixPath(file).stem}"
    found = (_review(collector, what, item) for item in node.items)
    return tuple(one for one in found if one is not None)


def _review(collector: ProblemCollector, what: str, node: Node) -> Review | None:
    fields = collector.fields(node, node.place.file, REVIEW)
    if fields is None:
        return None
    verdict, note = collector.text(fields, "verdict"), collector.text(fields, "note")
    if verdict in NEEDS_A_NOTE and not note:
        collector.note(fields.place, f"{verdict!r} without a `note`", "what is wrong, and what would be right")
    return Review(
        what=what,
        who=collector.text(fields, "who"),
        role=collector.text(fields, "role"),
        day=day_of(collector, fields, "day"),
        verdict=cast(Verdict, verdict),
        signed=tuple(_signed(collector, fields, what)),
        place=fields.place,
        note=note,
        again_by=day_of(collector, fields, "review again by"),
    )


def _signed(collector: ProblemCollector, fields: Fields, what: str) -> Iterator[Signed]:
    """What was read: one text, or that of each row of a table."""
    rows, is_table = fields.get("rows"), what.startswith("tables/")
    for key in ("digest", "read") if is_table else ("rows",):
        if (node := fields.get(key)) is not None:
            collector.note(node.place, f"`{key}` in the review of a {'table' if is_table else 'rule or law'}", "none")
    if not is_table:
        yield _text(collector, fields)
    elif not isinstance(rows, Items) or not rows.items:
        collector.note(rows.place if rows else fields.place, "no `rows`", "a list with each row that was read")
    else:
        entries = (collector.fields(item, item.place.file, SIGNED) for item in rows.items)
        yield from (_text(collector, entry) for entry in entries if entry is not None)


def _text(collector: ProblemCollector, fields: Fields) -> Signed:
    digest = collector.text(fields, "digest")
    if not digest:
        collector.note(fields.place, "no `digest`", "the digest of what was read, which `lumbar review` writes")
    text = tuple(" ".join(line.split()) for line, _ in collector.texts(fields, "read"))
    return Signed(digest, text, collector.text(fields, "row"))


def day_of(collector: ProblemCollector, fields: Fields, key: str) -> str:
    """The day under a key, which is in the calendar; empty where there is none."""
    text, node = collector.text(fields, key), fields.get(key)
    if not text or node is None:
        return ""
    try:
        if date.fromisoformat(text).isoformat() == text:  # Python 3.11 and later read other forms too
            return text
    except ValueError:
        pass
    collector.note(node.place, f"{text[:80]!r} under `{key}`", "a day such as 2026-11-29")
    return ""
