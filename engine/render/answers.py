"""How conclusions stand and change, and answers that do the same, in words; for every question about an answer."""

from collections.abc import Iterable, Iterator, Sequence

from ..case import Members, Value
from ..errors import counted, listed
from ..explain import ConclusionChange, Outcome, SameEffect
from ..rulebook import Term
from .styled_line import FEW, StyledLine, format_answer

WITHHELD = "withheld, for a law would be broken"


def format_outcome(outcome: Outcome) -> str:
    """How a conclusion stands."""
    if outcome.withheld:
        return WITHHELD
    if outcome.disputed:
        return f"disputed ({' against '.join(outcome.disputed)})"
    return "none given" if outcome.gap else format_answer(outcome.answer)


def format_value(value: Value | None) -> str:
    """An answer of a case."""
    return "not answered" if value is None else str(value)


def joined_by_or(values: Sequence[str]) -> str:
    """Some values as alternatives."""
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} or {values[-1]}" if values else ""


def format_values(answers: SameEffect, term: Term) -> str:
    """Answers that do the same: values, or ranges of numbers."""
    if not answers.ranges:
        return joined_by_or([str(value) for value in answers.values])
    return joined_by_or([_range(low, high, term) for low, high in answers.ranges])


def _range(low: int, high: int, term: Term) -> str:
    if low == high:
        return str(low)
    if high == term.domain.high:
        return f"{low} or more"
    return f"at most {high}" if low == term.domain.low else f"{low} to {high}"


def changes_in_short(changes: Iterable[ConclusionChange]) -> str:
    """Changes of the advice in one phrase: what stands otherwise; of members, how many come and go."""
    return "; ".join(filter(None, (format_settled(change.term, change.before, change.after) for change in changes)))


def format_settled(term: str, before: Outcome, after: Outcome) -> str:
    """A term as it would stand, in short: of members the first that comes in; empty where only open ones close."""
    found = _come_and_gone(before, after)
    if found is None:
        return f"{term}: {format_outcome(after)}"
    more, fewer = found
    comes = [f'adds "{more[0]}"' + (f" and {len(more) - 1} more" if len(more) > 1 else "")] if more else []
    goes = [f'drops "{fewer[0]}"' + (f" and {len(fewer) - 1} more" if len(fewer) > 1 else "")] if fewer else []
    return f"{term}: {', '.join(comes + goes)}" if found != ([], []) else ""


def _come_and_gone(before: Outcome, after: Outcome) -> tuple[list[str], list[str]] | None:
    """The members that come in and those that go; None where there are no members, or they are withheld."""
    one, other = before.answer, after.answer
    if before.withheld or after.withheld or not isinstance(one, Members) or not isinstance(other, Members):
        return None
    more = [member for member in other.inside if member not in one.inside]
    return more, [member for member in one.inside if member not in other.inside]


def change_lines(change: ConclusionChange, indent: int, whole: bool = True) -> Iterator[StyledLine]:
    """One conclusion that stands otherwise, and the rules through which; or, unless `whole`, the lines that turned."""
    before, after = change.before, change.after
    found = _come_and_gone(before, after)
    if found is not None:
        more, fewer = found
        yield StyledLine(f"{change.term}:{'' if more or fewer else ' fewer are open'}", indent, "answer")
        yield from (StyledLine(member, indent + 1, "plain", "+ ") for member in more)
        yield from (StyledLine(member, indent + 1, "plain", "- ") for member in fewer)
    else:
        yield StyledLine(f"{change.term}: {format_outcome(after)} (before: {format_outcome(before)})", indent, "answer")
    if not (before.withheld or after.withheld):
        yield from _through(change, indent + 1) if whole else _because(change, indent + 1)


def _because(change: ConclusionChange, indent: int) -> Iterator[StyledLine]:
    """The lines through which a conclusion changed, each once; the rules' own sentences are in the long form."""
    firing = [turn for turn in change.rules if turn.after == "fires"] or list(change.rules)
    lines = dict.fromkeys(
        f"{line.text} ({line.after})" if line.after != "met" else line.text for turn in firing for line in turn.lines
    )
    if lines:
        yield StyledLine(f"because {listed([*lines], FEW)}", indent, "muted")
    elif firing:
        yield from _through(change, indent)


def _through(change: ConclusionChange, indent: int) -> Iterator[StyledLine]:
    for word, status in (("now", "fires"), ("no longer", "fired")):
        for turn in change.rules:
            if (turn.after if status == "fires" else turn.before) == "fires" and turn.before != turn.after:
                lines = "; ".join(f"{line.text} is now {line.after}" for line in turn.lines)
                ruled = f" ({lines})" if lines else ""
                yield StyledLine(f"{turn.rule.says} [{turn.rule.id}]{ruled}", indent, "muted", f"{word}: ")
    out = [turn for turn in change.rules if "fires" not in (turn.before, turn.after)]
    if out:
        names = ", ".join(turn.rule.id for turn in out[:5]) + (" …" if len(out) > 5 else "")
        yield StyledLine(f"{counted(len(out), 'rule')} that changed: {names}", indent, "muted", "> ")
