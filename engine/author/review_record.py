"""Records a review: refuses what cannot be meant, and writes the entry below those that are there."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from ..document import Tree, write
from ..errors import LumbarError, Place, Problem, nearest
from ..facts import tidy
from ..loader import load_files
from ..loader.reviews import FOLDER, NEEDS_A_NOTE
from ..review import VERDICTS, Review
from ..reviewed import folded, reviewed
from ..rulebook import Rulebook
from .parse_input import Refused
from .review_sheet import ReviewSheet, sheet

LONGEST = {"who": 120, "role": 120, "note": 2_000}
NOBODY = (
    "me",
    "i",
    "myself",
    "somebody",
    "someone",
    "anonymous",
    "nobody",
    "n/a",
    "na",
    "none",
    "unknown",
    "test",
    "user",
)
_ENTRY = re.compile(r"^( *)- ", re.MULTILINE)


@dataclass(frozen=True)
class NewReview:
    """What a reviewer says: the verdict, who and in what role, on which day, a note, and when to review again.

    `digest` is that of the sheet that was read, where it is known: nothing else is signed then.
    """

    verdict: str
    who: str
    role: str
    day: str
    note: str = ""
    again_by: str = ""
    digest: str = ""


class NotRecorded(LumbarError):
    """Why a review is not recorded; every reason."""


def recorded(files: Mapping[str, bytes], rulebook: Rulebook, name: str, given: NewReview, today: str) -> dict[str, str]:
    """The file with a review more, name to text, where all is well; raises Refused, NotRecorded and KnowledgeError."""
    read = sheet(rulebook, name, whole=False)
    if problems := [
        *_problems(given, read, today),
        *_superseded(given, rulebook.reviews.get(read.what, ()), read, today),
    ]:
        raise NotRecorded(problems)
    file = f"{FOLDER}{read.what}.yaml"
    before = files.get(file, b"").decode("utf-8")
    text = _appended(before, _entry(read, given))
    after = load_files({**files, file: text.encode()}, rulebook.directory)
    _check_taken(after, read, given)
    return {file: text}


def _check_taken(after: Rulebook, read: ReviewSheet, given: NewReview) -> None:
    """Raise unless the new entry is read as the last one, and makes the difference that it should."""
    last: Review = after.reviews[read.what][-1]
    for part in read.parts:
        state = reviewed(after, part.thing)
        if last.verdict != given.verdict or last.who != tidy(given.who) or last not in state.current:
            raise Refused(
                f"{FOLDER}{read.what}.yaml would not be read as it is written; expected its entries below each other"
            )


# --- what is wrong with it -------------------------------------------------------------------------------------------


def _problems(given: NewReview, read: ReviewSheet, today: str) -> Iterator[Problem]:
    if given.verdict not in VERDICTS:
        meant = nearest(given.verdict, VERDICTS)
        yield _problem("verdict", f"{given.verdict[:80]!r} is not a verdict", ", ".join(VERDICTS), meant)
    for name, text in (("who", given.who), ("role", given.role)):
        yield from _odd_name(name, tidy(text))
    yield from _odd_text("note", given.note)
    if given.verdict in NEEDS_A_NOTE and not tidy(given.note):
        yield _problem("note", f"{given.verdict!r} without a note", "what is wrong, and what would be right")
    yield from _odd_days(given, today)
    if given.digest and given.digest != read.digest:
        expected = f"{read.digest}, the digest of what is there now, which has changed since: read it again"
        yield _problem("digest", f"the digest {given.digest[:80]!r}", expected)


def _odd_name(name: str, text: str) -> Iterator[Problem]:
    yield from _odd_text(name, text)
    expected = "the name of a person" if name == "who" else "the profession or office of the reviewer"
    if not text:
        yield _problem(name, f"nobody under `{name}`" if name == "who" else "no role", expected)
    elif sum(sign.isalpha() for sign in text) < 2 or text.casefold() in NOBODY:
        yield _problem(name, f"{text[:80]!r}", expected)


def _odd_text(name: str, text: str) -> Iterator[Problem]:
    if len(text) > LONGEST[name]:
        yield _problem(name, f"{len(text):,} signs", f"at most {LONGEST[name]:,}")
    if not tidy(text).isprintable():
        yield _problem(name, "signs that cannot be shown", "letters, digits and punctuation")


def _odd_days(given: NewReview, today: str) -> Iterator[Problem]:
    day = _day(given.day)
    if day is None:
        yield _problem("day", f"{given.day[:80]!r} is not a day", f"one such as {today}")
    elif day.isoformat() > today:
        yield _problem("day", f"{given.day} is in the future", f"{today} or before")
    if given.again_by and (again := _day(given.again_by)) is None:
        yield _problem("review again by", f"{given.again_by[:80]!r} is not a day", "one such as 2027-11-29")
    elif given.again_by and again is not None and again.isoformat() <= today:
        yield _problem("review again by", f"{given.again_by} is not in the future", f"a day after {today}")


def _superseded(given: NewReview, before: Iterable[Review], read: ReviewSheet, today: str) -> Iterator[Problem]:
    """A word of an earlier day than the latest of the same reviewer about the same, which it would not take back."""
    parts = {part.signed.part for part in read.parts}
    own = [one for one in before if folded(one.who) == folded(given.who) and parts & {of.part for of in one.signed}]
    last = max(own, key=lambda one: one.day, default=None)
    if last is not None and _day(given.day) and given.day < last.day:
        there = f"{given.day} is before {last.day}, the day of the latest review by {last.who[:80]}, which stays"
        mended = f"that day, which is in the future, corrected first ({last.place})"
        yield _problem("day", there, mended if last.day > today else f"{last.day} or later")


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.isoformat() == text else None


def _problem(name: str, there: str, expected: str, suggestion: str = "") -> Problem:
    return Problem(Place(name), there, expected, suggestion)


# --- the entry -------------------------------------------------------------------------------------------------------


def _entry(read: ReviewSheet, given: NewReview) -> str:
    entry: dict[str, Tree] = {
        "who": tidy(given.who),
        "role": tidy(given.role),
        "day": given.day,
        "verdict": given.verdict,
        "note": tidy(given.note),
        "review again by": given.again_by,
    }
    fields = {name: text for name, text in entry.items() if text}
    if read.what.startswith("tables/"):
        rows: list[Tree] = [
            {"row": part.signed.part, "digest": part.signed.digest, "read": list(part.signed.text)}
            for part in read.parts
        ]
        fields["rows"] = rows
    else:
        (part,) = read.parts
        fields |= {"digest": part.signed.digest, "read": list(part.signed.text)}
    return write([fields])


def _appended(before: str, entry: str) -> str:
    """A file with an entry more, as far to the right as those that are there."""
    if not before.strip():
        return entry
    indent = found[1] if (found := _ENTRY.search(before)) else ""
    return before.rstrip("\n") + "\n" + "".join(f"{indent}{line}\n" for line in entry.splitlines())
