"""What is noticed of each input beside its cases: whether a finding was recognised, and which column has the ids."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...columns.program import CASE
from ...errors import WITHIN, Place, Problem, listed, near, surely
from ...record import Json
from ...rulebook import Rulebook
from .options import ROW

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")
WHO = {"case", "cases", "patient", "patients", "person", "subject", "participant", "proband", "record", "study", "row"}
WHICH = {"id", "ids", "identifier", "number", "no", "nr", "num", "code", "key", "uid", "uuid", "guid"}
ALONE = {*WHO - {"study", "row"}, "id", "ids", "identifier", "uid", "uuid", "guid", "pid", "mrn", "subjid", "usubjid"}
EXAMPLES = 4  # names of columns that are named
WIDEST = 80  # letters of a name


def is_like_id(name: str) -> bool:
    """Whether a column is named as ids are: Case, ID, patient_id, recordId, Patient No."""
    words = [word.casefold() for word in _WORD.findall(name)]
    if len(words) == 1:
        return words[0] in ALONE or words[0] in {who + which for who in WHO for which in WHICH}
    return bool(words) and bool(WHICH.intersection(words)) and WHICH.union(WHO).issuperset(words)


@dataclass
class Noticed:
    """Of one input: whether a finding or a fault was seen in it, and an id; columns that may have the ids.

    `lacking` tells that a case had no id.
    """

    heard: bool = False
    named: bool = False
    like: tuple[str, ...] = ()
    lacking: bool = False

    def and_also(self, other: "Noticed") -> "Noticed":
        """What is noticed in two parts of an input."""
        like = tuple(dict.fromkeys((*self.like, *other.like)))[:EXAMPLES]
        return Noticed(self.heard or other.heard, self.named or other.named, like, self.lacking or other.lacking)

    def as_json(self) -> Json:
        """What is noticed as a record has it."""
        return {"heard": self.heard, "named": self.named, "like": list(self.like), "lacking": self.lacking}

    @classmethod
    def of(cls, written: Json) -> "Noticed":
        """What a record tells."""
        return cls(written["heard"], written["named"], tuple(written["like"]), written["lacking"])


def like_ids(columns: Iterable[str], rulebook: Rulebook) -> tuple[str, ...]:
    """The columns that may have the ids."""
    return tuple(name for name in columns if name not in rulebook.terms and is_like_id(name))[:EXAMPLES]


def no_id(file: str, chosen: str | None, like: Sequence[str], some: bool = False) -> Problem | None:
    """That the ids of a file are not found, where they should be looked for; `chosen` is the column that was.

    `some` tells that some cases have one.
    """
    if chosen is None and like:
        names = [repr(name[:WIDEST]) for name in like]
        ways = [f"--id {_quoted(name)}" for name in like]
        lacks = f"some cases without a {CASE!r}" if some else f"no column {CASE!r}"
        there = f"{lacks}, and {' and '.join(names)} may have the ids"
        return Problem(Place(file), there, f"{' or '.join(ways)}, or --id {ROW} if no column has them")
    if chosen not in (None, ROW) and not some:
        return Problem(Place(file), f"no column {chosen!r}", "the column of --id, with the ids of its cases")
    return None


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"[\w.-]+", name) else "'" + name[:WIDEST].replace("'", "'\\''") + "'"


def suggestions(columns: Iterable[str], rulebook: Rulebook) -> dict[str, str]:
    """Columns that are no findings, each with the finding that it is near to, or nothing.

    A name of before is left out: who answers by it is rejected, with what asks it now.
    """
    known = [*(term.name for term in rulebook.findings), *rulebook.split_names]
    others = [name for name in columns if name not in rulebook.names_of_before]
    return {name: "" if is_like_id(name) else "".join(near(name.split(WITHIN)[-1], known)[:1]) for name in others}


def unheard(extra: Mapping[str, str]) -> list[str]:
    """The columns that are a finding but for a slip of the pen, so that none of their answers was heard."""
    return [name for name, near_to in extra.items() if near_to and surely(name.split(WITHIN)[-1], [near_to])]


def unrecognised(
    names: Sequence[str], counts: Mapping[int, int], noticed: Mapping[int, Noticed], rulebook: Rulebook, id: str | None
) -> Iterator[Problem]:
    """A problem for each input without a case, in which no finding was seen, or no id where one was looked for.

    `names` are the inputs, `counts` how many cases each has, `id` the column that was chosen for the ids.
    """
    for number, name in enumerate(names):
        if not counts.get(number):
            yield Problem(Place(name), "no case in it", "a row, or an object, for each case")
    for number, found in sorted(noticed.items()):
        if not found.heard:
            yield nothing_heard(names[number], (), rulebook)
        lacks = not found.named or found.lacking
        if lacks and (problem := no_id(names[number], id, found.like, found.named)):
            yield problem


def nothing_heard(file: str, columns: Collection[str], rulebook: Rulebook) -> Problem:
    """That no column of a file is a finding."""
    names = listed([repr(name[:WIDEST]) for name in columns], EXAMPLES)
    findings = listed([repr(term.name) for term in rulebook.findings], EXAMPLES)
    there = "no column is a finding, and nothing was read" + (f": {names}" if names else "")
    return Problem(Place(file), there, f"a column, named as the finding is, for each that is known: {findings}")
