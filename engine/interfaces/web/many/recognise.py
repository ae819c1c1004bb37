"""What the files of a job have in them, and which column is which finding: what is sure, and what is a proposal."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ....columns.look import SeenColumn
from ....errors import LumbarError, Place, Problem, listed
from ....loader.mapping import parse_mapping
from ....mapping import ROW
from ....record import Json
from ....rulebook import Rulebook
from ...batch.by_mapping import TABLES
from ...batch.options import KINDS, kind_of
from ...mapping import Answer, Learning, MappingDraft, draft_of, not_looked_at
from ...mapping.dictionary import RedcapField, read_dictionary
from .jobs import SEEN, Job

ANSWERS = ("encoding", "separator", "decimal", "id")
GROUPS = ("visit", "long", "columns", "missing", "left_out")
NESTED = ("values", "checkboxes")


@dataclass
class Seen:
    """What is known of the files of a job: their columns, and the mapping as far as it is decided.

    `plain` has the columns that are named as findings; `unread` the problems of files that cannot be read; `documents`
    says that some are no tables, so that no mapping can be applied.
    """

    columns: list[SeenColumn] = field(default_factory=list)
    rows: int = 0
    draft: MappingDraft = field(default_factory=MappingDraft)
    plain: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    documents: bool = False

    @property
    def all_known(self) -> bool:
        """Whether every column but that of the ids is named as a finding is."""
        return all(column.name in (*self.plain, self.draft.id.text) for column in self.columns)

    @property
    def is_plain(self) -> bool:
        """Whether nothing is to be mapped: every column is known, and every text in it, or there are no tables."""
        return self.documents or (self.all_known and not self.draft.undecided)

    def as_json(self) -> Json:
        """All of it, for a file."""
        return asdict(self)

    @classmethod
    def of(cls, written: Json) -> "Seen":
        """What a file says."""
        draft = written.pop("draft")
        columns = [SeenColumn(**one) for one in written.pop("columns")]
        return cls(**written, columns=columns, draft=draft_from(draft))


def draft_from(written: Json) -> MappingDraft:
    """A draft as `asdict` has it."""
    found: Json = {name: Answer(**written[name]) for name in ANSWERS if written[name]}
    found |= {name: _answers(written[name]) for name in GROUPS}
    found |= {name: {key: _answers(inner) for key, inner in written[name].items()} for name in NESTED}
    return MappingDraft(**found, order=[Answer(**answer) for answer in written["order"]], keep=written["keep"])


def _answers(written: Json) -> dict[str, Answer]:
    return {name: Answer(**one) for name, one in written.items()}


def dictionary_of(job: Job) -> dict[str, RedcapField]:
    """The data dictionary of a project, where one was given."""
    name = job.request.get("dictionary")
    return read_dictionary(job.folder / name) if name else {}


def look_at(job: Job, rulebook: Rulebook) -> None:
    """Look at the files of a job, and write down what is in them; raises LumbarError where none can be read."""
    before = job.read(SEEN)
    seen = Seen(draft=Seen.of(before).draft if before else _given(job, rulebook))
    fields = dictionary_of(job)
    for one in job.request["files"]:
        kind = kind_of(Path(one["path"]))
        try:
            if kind == "document":
                seen.documents = True
            elif kind not in TABLES:
                raise LumbarError([Problem(Place(one["name"]), "not a file with cases", listed([*KINDS]))])
            else:
                _table(seen, Learning(Path(one["path"]), rulebook, fields), one["name"])
        except LumbarError as error:
            seen.unread += [job.named(str(problem)) for problem in error.problems]
    if not seen.columns and not seen.documents:
        raise LumbarError([Problem(Place(""), problem, "") for problem in seen.unread] or [_empty(job)])
    names = {term.name for term in rulebook.findings} | set(rulebook.former_names)
    seen.plain = [column.name for column in seen.columns if column.name in names]
    job.write(SEEN, seen.as_json())


def _empty(job: Job) -> Problem:
    """What is said of files that can be read, with nothing in them."""
    return Problem(Place(listed([*job.paths.values()])), "no case in it", "a row, or an object, for each case")


def _given(job: Job, rulebook: Rulebook) -> MappingDraft:
    """The mapping that was given with the files, as a draft; an empty one where none was."""
    name = job.request.get("mapping")
    if not name:
        return MappingDraft()
    parsed = parse_mapping(Path(name).read_bytes(), "the mapping", rulebook)
    if parsed.problems:
        raise LumbarError(parsed.problems)
    return draft_of(parsed.mapping)


def _table(seen: Seen, learning: Learning, name: str) -> None:
    """Look at a table: what it has, and proposals for what is not decided."""
    found, seen.draft = learning.proposed(*learning.formed(seen.draft))
    seen.columns = [*_merged(seen.columns, found.columns)]
    seen.rows += found.rows
    seen.limits += not_looked_at(found, seen.draft.columns, name)


def _merged(columns: Iterable[SeenColumn], more: Iterable[SeenColumn]) -> Iterator[SeenColumn]:
    """The columns of two files, each once."""
    others = {column.name: column for column in more}
    for column in columns:
        other = others.pop(column.name, None)
        if other is None:
            yield column
            continue
        texts = {text: column.texts.get(text, 0) + other.texts.get(text, 0) for text in {**column.texts, **other.texts}}
        distinct = max(len(texts), column.distinct, other.distinct)
        filled = column.filled + other.filled
        yield SeenColumn(column.name, filled, texts, distinct, column.label or other.label, column.codes | other.codes)
    yield from others.values()


def id_of(seen: Seen) -> str | None:
    """The column of the ids for a batch without a mapping: None where it is named as expected."""
    found = seen.draft.id.text
    return None if found == "case" or not found else ROW if found == ROW else found
