"""A rule read back as sentences, so that its author hears what it says."""

from collections.abc import Iterable, Iterator

from ..language import Condition, Group, Is, Line, Unsettled, phrase_of
from ..rulebook import Rule
from .styled_line import StyledLine


def sentences(rule: Rule) -> Iterator[StyledLine]:
    """A rule as one sentence for its condition, and one for what follows."""
    yield StyledLine(_whole(rule), style="answer")
    if rule.outranks:
        yield StyledLine(f"Where both hold, {' and '.join(rule.outranks)} gives way.", 1)


def condition_in_words(condition: Condition) -> str:
    """A condition as the first half of a sentence."""
    if condition == Condition():
        return "Always"
    text = f"If {' and '.join(map(_part, condition.lines))}" if condition.lines else "In every case"
    return text + (f", unless {' or '.join(map(_part, condition.unless))}" if condition.unless else "")


def says_of(rule: Rule) -> str:
    """What a rule says; of a row that has no words of its own, what it concludes from what."""
    if not rule.row or rule.says != "; ".join(f"{term}: {value}" for term, value in rule.then):
        return rule.says
    return _whole(rule)


def _whole(rule: Rule) -> str:
    """The condition and what follows; a conclusion that is a sentence itself brings its own full stop."""
    text = f"{condition_in_words(rule.condition)}, then {' and '.join(_concluded(rule.then))}"
    return text if text.endswith(".") else f"{text}."


def _part(part: Line | Group) -> str:
    if not isinstance(part, Group):
        return _line(part)
    lines = [_line(line) for line in part.lines]
    if part.least == 1:
        return f"({' or '.join(lines)})"
    return f"at least {part.least} of these ({'; '.join(lines)})"


def _line(line: Line) -> str:
    if isinstance(line, Unsettled):
        return f"{line.term} is {line.word}"
    if isinstance(line, Is) and line.values in (("yes",), ("no",)):
        return f"{line.term} is answered {line.values[0]}"
    return f"{line.term} is {phrase_of(line)}"


def _concluded(then: Iterable[tuple[str, str | None]]) -> Iterator[str]:
    for term, value in then:
        yield f"{term} gets one more" if value is None else f"{term} is {value}"
