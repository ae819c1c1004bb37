"""A mapping as a form: an entry for each answer that it has or needs, and what a form that was sent makes of it.

A proposal is shown, and applies only once it is accepted: its box is ticked, or something else is typed over it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ....columns.look import SeenColumn
from ....errors import near
from ....facts import Misspelt, read_value, tidy
from ....loader.formats import DATES
from ....mapping import ROW, UNTICKED
from ....rulebook import Term
from ...mapping import LEAVE, NOT_ONE, UNKNOWN, Answer, Known, MappingDraft, decide_column, seen_in_words
from .recognise import Seen

ACCEPT, ALL, REST = "accept", ".all", ".rest"
NOT_MISSING = "an answer"
REJECT = "reject the row"
MISSING = "no answer"
AGAIN = ("encoding", "separator", "id", "long")
"""What changes how a file is read, so that it has to be looked at again."""


@dataclass(frozen=True)
class Entry:
    """One answer of the form: what is proposed or decided; `allowed` are all that it may be, where that is little.

    `of` is what it is about, `hint` what stands there; `offers` names a list of words to choose from.
    """

    key: tuple[str, ...]
    of: str
    text: str
    decided: bool
    allowed: tuple[str, ...] = ()
    hint: str = ""
    offers: str = ""

    @property
    def name(self) -> str:
        """Its name in the form."""
        return json.dumps(self.key, ensure_ascii=False)

    @property
    def accept(self) -> str:
        """The name of its box."""
        return f"{ACCEPT}{self.name}"


@dataclass
class Mapped:
    """The form of what was seen, and what was wrong with the one that was sent, by the names of its entries."""

    seen: Seen
    known: Known
    wrong: dict[str, str] = field(default_factory=dict)

    @property
    def draft(self) -> MappingDraft:
        """The mapping so far."""
        return self.seen.draft

    def term(self, name: str) -> Term | None:
        """The finding of that name."""
        found = self.known.rulebook.terms.get(name)
        return found if found is not None and found.finding else None

    # --- what is shown -----------------------------------------------------------------------------------------------

    def making(self) -> Iterator[Entry]:
        """How the files are made: their letters, ids and visits."""
        draft, names = self.draft, tuple(column.name for column in self.seen.columns)
        for name in ("encoding", "separator", "decimal"):
            answer: Answer | None = getattr(draft, name)
            if answer is not None:
                yield Entry((name,), name, answer.text, answer.decided, (",", ".") if name == "decimal" else ())
        yield Entry(("id",), "id", draft.id.text, draft.id.decided, tuple(dict.fromkeys((ROW, draft.id.text, *names))))
        for name, answer in draft.long.items():
            yield Entry(("long", name), f"long {name}", answer.text, answer.decided)
        choices = {"written": DATES, "takes over": ("yes", "no")}
        for name, answer in draft.visit.items():
            yield Entry(("visit", name), f"visit {name}", answer.text, answer.decided, choices.get(name, ()))
        if draft.order:
            decided = all(one.decided for one in draft.order)
            yield Entry(("order",), "visit order", "; ".join(one.text for one in draft.order), decided)

    def columns(self) -> Iterator[tuple[SeenColumn, list[Entry]]]:
        """Each column with its entries: which finding it is, or what its tick means, and which value its texts are."""
        own = {self.draft.id.text, *(one.text for one in self.draft.long.values())}
        for column in self.seen.columns:
            if column.name not in own and column.name not in self.draft.keep:
                yield column, [*self._of_column(column)]

    def _of_column(self, column: SeenColumn) -> Iterator[Entry]:
        draft, name, seen = self.draft, column.name, seen_in_words(column)
        if name in draft.checkboxes:
            box = draft.checkboxes[name]
            for finding in [one for one in box if one != UNTICKED]:
                answer, allowed = box[finding], ("", *self._values_of(finding))
                yield Entry(("box", name, finding), finding, answer.text, answer.decided, allowed, seen)
            unticked = box.get(UNTICKED, Answer(UNKNOWN, True))  # an empty box says nothing, unless somebody says so
            values = dict.fromkeys(value for finding in box for value in self._values_of(finding))
            yield Entry(("box", name, UNTICKED), name, unticked.text, unticked.decided, (UNKNOWN, *values))
            return
        left = draft.left_out.get(name, Answer())
        answer = draft.columns.get(name, Answer("", left.decided))
        yield Entry(("column", name), name, answer.text, answer.decided, (), seen, "findings")
        term = self.term(answer.text)
        for text, value in draft.values.get(answer.text, {}).items() if term is not None else ():
            allowed = ("", *term.domain.values, UNKNOWN, REJECT) if term and term.domain.values else ()
            times = f"{column.texts[text]:,}" if text in column.texts else ""
            yield Entry(("value", answer.text, text), text, value.text, value.decided, allowed, times)

    def _values_of(self, finding: str) -> tuple[str, ...]:
        term = self.term(finding)
        return term.domain.values if term else ()

    def missing(self) -> Iterator[Entry]:
        """The texts that may stand for no answer, wherever they are."""
        for text, answer in self.draft.missing.items():
            yield Entry(("missing", text), text, MISSING, answer.decided, (MISSING, NOT_MISSING))

    def all(self) -> Iterator[Entry]:
        """Every entry."""
        yield from self.making()
        for _, entries in self.columns():
            yield from entries
        yield from self.missing()

    # --- what was sent -----------------------------------------------------------------------------------------------

    def take(self, sent: Mapping[str, str]) -> bool:
        """Take over what was sent; says whether the files have to be looked at again."""
        again = False
        for entry in [*self.all()]:
            if entry.name not in sent:
                continue
            typed = tidy(sent[entry.name])
            everything = (ALL in sent and bool(entry.text)) or (REST in sent and entry.key[0] == "column" and not typed)
            changed = typed != entry.text
            accepted = changed or entry.accept in sent or everything
            if not accepted:
                self._reopen(entry)
            elif changed and (problem := self._wrong(entry, typed)):
                self.wrong[entry.name] = problem
            else:
                self._set(entry.key, typed)
                again = again or (changed and entry.key[0] in AGAIN)
        return again

    def _reopen(self, entry: Entry) -> None:
        """What was accepted, and is no longer, is a proposal again."""
        if entry.decided:
            self._put(entry.key, Answer(entry.text))

    def _wrong(self, entry: Entry, typed: str) -> str:
        """What is wrong with an answer; empty where nothing is."""
        kind, draft = entry.key[0], self.draft
        if kind == "column" and typed and self.term(typed) is None:
            return _not_one(typed, [term.name for term in self.known.rulebook.findings], "a finding")
        if kind == "column" and typed and any(key != entry.key[1] for key in self._columns_of(typed)):
            return ""  # several columns of one finding must agree; the batch sees to it
        if kind == "value" and typed not in ("", UNKNOWN, REJECT):
            term = self.term(entry.key[1])
            value = read_value(term, typed) if term else None
            return value.problem.words if isinstance(value, Misspelt) else ""
        names = [column.name for column in self.seen.columns]
        columns = kind == "long" or (kind == "visit" and entry.key[1] in ("column", "date"))
        if columns and typed not in names:
            return _not_one(typed, names, "a column")
        if kind in ("value", "encoding", "separator") and not typed and draft is not None:
            return "" if kind == "value" else "no answer"
        return "" if not entry.allowed or typed in entry.allowed else _not_one(typed, entry.allowed, "one of these")

    def _columns_of(self, finding: str) -> list[str]:
        return [name for name, answer in self.draft.columns.items() if answer.text == finding]

    def _set(self, key: tuple[str, ...], typed: str) -> None:
        """Decide an answer."""
        draft = self.draft
        if key[0] == "column":
            column = next(one for one in self.seen.columns if one.name == key[1])
            decide_column(draft, column, typed or LEAVE, self.known)
        elif key[0] == "box" and key[2] == UNTICKED:
            box = draft.checkboxes.get(key[1], {})  # none where it is no finding any more
            box.pop(UNTICKED, None)
            box |= {UNTICKED: Answer(typed, True)} if box and typed != UNKNOWN else {}
        elif key[0] == "box" and not typed:
            del draft.checkboxes[key[1]]
            draft.left_out[key[1]] = Answer(NOT_ONE, True)
        elif key[0] == "missing" and typed == NOT_MISSING:
            del draft.missing[key[1]]
        elif key[0] == "order":
            draft.order = [Answer(tidy(one), True) for one in typed.split(";") if one.strip()]
        elif key[0] == "value" and typed == REJECT:
            draft.values.get(key[1], {}).pop(key[2], None)  # a text that no mapping names rejects its row
        elif key[0] == "value" and not typed:
            self._put(key, Answer(""))
        else:
            self._put(key, Answer(key[1] if key[0] == "missing" else typed, True))

    def _put(self, key: tuple[str, ...], answer: Answer) -> None:
        draft, kind, rest = self.draft, key[0], key[1:]
        if kind in ("encoding", "separator", "decimal", "id"):
            setattr(draft, kind, answer)
        elif kind == "order":
            draft.order = [Answer(one.text) for one in draft.order]
        elif kind == "column":
            group = draft.columns if rest[0] in draft.columns else draft.left_out
            group[rest[0]] = Answer(group[rest[0]].text, answer.decided) if rest[0] in group else answer
        elif kind == "value":
            if rest[1] in draft.values.get(rest[0], {}):
                draft.values[rest[0]][rest[1]] = answer
        elif kind == "box" and answer.text != UNKNOWN:
            draft.checkboxes[rest[0]][rest[1]] = answer
        elif kind != "box":
            groups = {"long": draft.long, "visit": draft.visit, "missing": draft.missing}
            groups[kind][rest[0]] = Answer(rest[0], answer.decided) if kind == "missing" else answer


def _not_one(typed: str, known: Sequence[str], what: str) -> str:
    close = near(typed, list(known))
    return f"{typed[:80]!r} is not {what}" + (f"; did you mean {close[0]!r}?" if close else "")
