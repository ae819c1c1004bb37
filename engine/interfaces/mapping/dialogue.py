"""Asks what is open in a draft of a mapping: a question for each column and each text, its proposal as the default."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from ...author.draft import Offer
from ...author.parse_input import Refused
from ...author.prompts import Prompt, Talk, yes_or_no
from ...columns.look import Look, SeenColumn
from ...errors import counted, listed, near
from ...facts import Misspelt, read_value, tidy
from ...mapping import ROW
from ...render import StyledLine
from ...rulebook import Term
from .draft import Answer, MappingDraft
from .propose import UNKNOWN, Known, add_values

LEAVE, LEAVE_REST = "-", "--"
NOT_ONE = "not a finding"
SHOWN = 6  # texts of a column


def seen_in_words(column: SeenColumn) -> str:
    """What stands in a column, for a person."""
    texts = [f"{text[:30]} ({count:,})" for text, count in [*column.texts.items()][:SHOWN]]
    return listed(texts, SHOWN) + (
        f" and {column.distinct - len(texts):,} more" if column.distinct > len(texts) else ""
    )


# --- how the file is made --------------------------------------------------------------------------------------------


def form_dialogue(draft: MappingDraft, seen: Look) -> Talk[MappingDraft]:
    """How the file is written, where its ids are, and what tells visits apart."""
    names = [column.name for column in seen.columns]
    if draft.encoding and not draft.encoding.decided:
        odd = [text for column in seen.columns for text in (column.name, *column.texts) if not text.isascii()]
        yield StyledLine(f"The file is not UTF-8. As {draft.encoding.text} it has, for example: {listed(odd, SHOWN)}")
    for name in ("encoding", "separator", "id"):
        answer: Answer | None = getattr(draft, name)
        if answer is not None and not answer.decided:
            allowed = [*names, ROW] if name == "id" else []
            text = "Column of the ids (row: none has them)" if name == "id" else f"The {name} of the file"
            setattr(draft, name, Answer((yield _asked(text, answer, allowed)), True))
    for group, of in ((draft.long, "answers: the column of the"), (draft.visit, "visits: the")):
        for name, answer in group.items():
            if not answer.decided:
                allowed = names if name in ("item", "value", "column", "date") else []
                group[name] = Answer((yield _asked(f"Of the {of} {name}", answer, allowed)), True)
    if any(not one.decided for one in draft.order):
        shown = Answer("; ".join(one.text for one in draft.order))
        typed = yield _asked("Visits in their order, with ; between", shown, [])
        draft.order = [Answer(tidy(one), True) for one in typed.split(";") if one.strip()]
    return draft


def _asked(text: str, answer: Answer, allowed: Sequence[str]) -> Prompt:
    return Prompt(text, _one_of(allowed), _hint(answer.text), answer.text or None, _offers(allowed))


def _hint(default: str) -> str:
    return f"Enter: {default}" if default else ""


def _one_of(allowed: Sequence[str]) -> Callable[[str], str]:
    """Reads one of some names, or any text where there are none."""

    def read(typed: str) -> str:
        text = tidy(typed)
        if not text:
            raise Refused("no answer")
        if allowed and text not in allowed:
            close = near(text, allowed)
            raise Refused(
                f"{text[:80]!r} is none of {listed(list(allowed))}" + (f"; did you mean {close[0]!r}?" if close else "")
            )
        return text

    return read


def _offers(words: Sequence[str]) -> Callable[[str], Sequence[Offer]]:
    return lambda text: [(word, "") for word in words if text.casefold() in word.casefold()]


# --- columns and texts -----------------------------------------------------------------------------------------------


def column_dialogue(draft: MappingDraft, seen: Look, known: Known) -> Talk[MappingDraft]:
    """Which finding each open column is, and which value each open text."""
    terms = {term.name: term for term in known.rulebook.findings}
    rest = False
    for column in seen.columns:
        answer = draft.columns.get(column.name) or draft.left_out.get(column.name)
        if answer is not None and not answer.decided:
            proposed = answer.text if column.name in draft.columns else LEAVE
            name = LEAVE if rest else (yield _which(column, known, proposed, terms))
            rest = rest or name == LEAVE_REST
            decide_column(draft, column, LEAVE if name == LEAVE_REST else name, known)
        if column.name in draft.checkboxes:
            yield from _box(draft, column)
        term = terms.get(draft.columns[column.name].text) if column.name in draft.columns else None
        if term is not None:
            yield from _texts(draft, term, column)
    yield from _missing(draft)
    if draft.decimal and not draft.decimal.decided:
        draft.decimal = Answer((yield _asked("The decimal sign of numbers", draft.decimal, (",", "."))), True)
    return draft


def _which(column: SeenColumn, known: Known, proposed: str, terms: dict[str, Term]) -> Prompt:
    """Which finding a column is."""
    label = known.label(column)
    shown = f"{column.name}{f' ({label})' if label else ''}"

    def read(typed: str) -> str:
        text = tidy(typed)
        if text in (LEAVE, LEAVE_REST) or text in terms:
            return text
        if text in known.rulebook.former_names:
            return known.rulebook.former_names[text]
        close = near(text, list(terms))
        more = f"; did you mean {close[0]!r}?" if close else f"; expected a finding, {LEAVE} or {LEAVE_REST}"
        raise Refused(f"{text[:80]!r} is not a finding{more}")

    hint = f"{seen_in_words(column)}. Enter: {proposed}; {LEAVE} leaves it out, {LEAVE_REST} all that are open"

    def offers(text: str) -> Sequence[Offer]:
        return [(name, term.ask) for name, term in terms.items() if text.casefold() in name.casefold()]

    return Prompt(f"Which finding is {shown}", read, hint, proposed, offers)


def decide_column(draft: MappingDraft, column: SeenColumn, name: str, known: Known) -> None:
    """Put what was answered of a column into the draft."""
    before = draft.columns.pop(column.name, None)
    why = draft.left_out.pop(column.name, None)
    if before and before.text != name:
        draft.values.pop(before.text, None)
    if name == LEAVE:
        draft.left_out[column.name] = Answer((why.text if why else "") or NOT_ONE, True)
        return
    draft.columns[column.name] = Answer(name, True)
    if before is None or before.text != name:
        term = known.rulebook.terms[name]
        add_values(draft, term, column, known)


def _box(draft: MappingDraft, column: SeenColumn) -> Talk[None]:
    box = draft.checkboxes[column.name]
    for name, answer in [*box.items()]:
        if not answer.decided:
            text = f"Does a tick of {column.name} mean {name}: {answer.text}"
            if (yield Prompt(text, yes_or_no, "Enter: yes; no leaves it out", "yes")):
                box[name] = Answer(answer.text, True)
            else:
                del draft.checkboxes[column.name]
                draft.left_out[column.name] = Answer(NOT_ONE, True)
                return


def _texts(draft: MappingDraft, term: Term, column: SeenColumn) -> Talk[None]:
    """Which value each open text of a column is."""
    answers = draft.values.get(term.name, {})
    for text, answer in [*answers.items()]:
        if not answer.decided:
            expected = listed([*term.domain.values, UNKNOWN]) if term.domain.values else f"a whole number or {UNKNOWN}"
            hint = f"{expected}{f'. Enter: {answer.text}' if answer.text else ''}"
            offered = [*term.domain.values, UNKNOWN]
            times = counted(column.texts.get(text, 0), "row")
            question = Prompt(f"{column.name} = {text} ({times}): which {term.name}", _value_of(term), hint,
                                answer.text or None, _offers(offered))  # fmt: skip
            answers[text] = Answer((yield question), True)


def _value_of(term: Term) -> Callable[[str], str]:
    def read(typed: str) -> str:
        if tidy(typed) == UNKNOWN:
            return UNKNOWN
        value = read_value(term, typed)
        if isinstance(value, Misspelt):
            raise Refused(value.problem.words)
        if value is None:
            raise Refused(f"no answer; expected a value, or {UNKNOWN}")
        return str(value)

    return read


def _missing(draft: MappingDraft) -> Talk[None]:
    """Which texts stand for no answer, wherever they are."""
    for text, answer in [*draft.missing.items()]:
        if not answer.decided:
            asked = Prompt(f"Does {text} stand for no answer", yes_or_no, "Enter: yes", "yes")
            if (yield asked):
                draft.missing[text] = Answer(text, True)
            else:
                del draft.missing[text]


def open_columns(draft: MappingDraft, seen: Look) -> Iterator[str]:
    """The columns of which something is open, with what stands in them, for a person."""
    by_name = {column.name: column for column in seen.columns}
    left = [(name, one) for name, one in draft.left_out.items() if not one.decided]
    for name, answer in [*draft.columns.items(), *left]:
        texts = draft.values.get(answer.text, {}) if name in draft.columns else {}
        waits = not answer.decided or not all(one.decided for one in texts.values())
        if waits and name in by_name:
            written = f" ({answer.written})" if name in draft.columns else ""
            yield f"{name}{written}: {seen_in_words(by_name[name]) or 'nothing stands in it'}"


def open_answers(draft: MappingDraft) -> Iterator[str]:
    """Where answers are open, for a person."""
    for name, group in (("columns", draft.columns), ("left out", draft.left_out), ("missing", draft.missing)):
        yield from _counted(name, group.values())
    for name, groups in (("values", draft.values), ("checkboxes", draft.checkboxes)):
        yield from _counted(name, (one for group in groups.values() for one in group.values()))


def _counted(name: str, answers: Iterable[Answer]) -> Iterator[str]:
    count = sum(not one.decided for one in answers)
    if count:
        yield f"{count} under `{name}`"
