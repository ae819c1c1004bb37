"""What made the difference, what would change the advice, and what was enough for it, in words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..case import Decision, Members, Range, Value
from ..errors import counted
from ..explain import Alternative, Alternatives, Difference, Enough, KnowledgeChange, OtherAnswers, Outcome
from ..rulebook import Rulebook, Term
from .answers import change_lines, changes_in_short, format_outcome, format_value, format_values
from .styled_line import FEW, StyledLine, format_answer
from .why import Length

MOST_ALSO = 8
"""So many of the answers that can undo a difference are shown; the others are counted."""


def difference(difference: Difference, length: Length = "reasons", shown: Sequence[str] = ()) -> Iterator[StyledLine]:
    """What made the difference between two decisions, and through which rules; of the terms `shown`, what stays."""
    if length == "line":
        made = [f"{one.term}: {format_value(one.after)}" for one in difference.findings]
        made += [one.name for one in difference.knowledge]
        short = f"{changes_in_short(difference.advice)}, by {'; '.join(made)}"
        yield StyledLine(short if difference.advice else "the same advice", style="answer")
        return
    before, after = difference.before.case.id, difference.after.case.id
    both = before if before == after else f"{before} and {after}"
    if difference.advice:
        between = "makes the difference in" if before == after else "made the difference between"
        yield StyledLine(f"What {between} {both}", style="title")
        yield from _made_by(difference, length == "everything")
        yield from _stays(difference, shown)
    else:
        yield StyledLine(f"{both}: the same advice", style="title")
    yield from _not_used(difference)
    yield from _also(difference, length)
    yield from _beside(difference, length)


def _made_by(difference: Difference, whole: bool) -> Iterator[StyledLine]:
    """What made the difference, the conclusions on the way, and what changed in the advice."""
    for finding in difference.findings:
        text = f"{finding.term}: {format_value(finding.after)} (before: {format_value(finding.before)})"
        yield StyledLine(text, 1, "answer", "- ")
    yield from _of_the_knowledge(difference.knowledge)
    yield StyledLine(_how_small(difference), 1, "muted")
    if difference.steps:
        yield StyledLine("On the way", style="title")
        yield from (line for step in difference.steps for line in change_lines(step, 1))
    yield StyledLine("What changed", style="title")
    yield from (line for one in difference.advice for line in change_lines(one, 1, whole=whole))


def _stays(difference: Difference, shown: Sequence[str]) -> Iterator[StyledLine]:
    """The answers that are the same after as before."""
    changed = {change.term for change in difference.advice}
    left = [name for name in shown if name not in changed and difference.after.conclusions[name] is not None]
    if left:
        yield StyledLine("What stays", style="title")
        yield StyledLine("; ".join(f"{name}: {_counted_members(difference.after, name)}" for name in left), 1, "muted")


def _counted_members(decision: Decision, name: str) -> str:
    answer = decision.conclusions[name]
    return counted(len(answer.inside), "item") if isinstance(answer, Members) else format_answer(answer)


def _how_small(difference: Difference) -> str:
    whole = len(difference.findings) + len(difference.knowledge)
    if whole == 1:
        return "This alone makes all of the difference."
    if difference.smallest:
        return "Together these make all of the difference, and fewer would not."
    return "Together these make all of the difference, and none of them can be left out."


def _also(difference: Difference, length: Length) -> Iterator[StyledLine]:
    """The answers that can undo the difference where they are not as after."""
    if difference.also:
        yield StyledLine("These would undo it if they had stayed as before", style="title")
        shown = difference.also if length == "everything" else difference.also[:MOST_ALSO]
        for finding in shown:
            yield StyledLine(
                f"{finding.term}: {format_value(finding.after)} (before: {format_value(finding.before)})",
                1,
                "plain",
                "- ",
            )
        if len(shown) < len(difference.also):
            yield StyledLine(f"and {len(difference.also) - len(shown)} more", 1, "muted")
        proved = "none of them can be left out" if difference.minimal else "whether fewer are enough is not decided"
        yield StyledLine(f"With these changed too, no other answer matters; {proved}.", 1, "muted")


def _of_the_knowledge(changes: Iterable[KnowledgeChange]) -> Iterator[StyledLine]:
    for one in changes:
        yield StyledLine(f"{one.kind} {one.name} is {one.how}: {one.says}", 1, "answer", "- ")
        yield StyledLine(one.file, 2, "muted")


def _not_used(difference: Difference) -> Iterator[StyledLine]:
    """The answers that came in and say nothing, as their questions do not apply."""
    names = [
        name
        for name in difference.after.not_used
        if difference.before.case.facts.get(name) != difference.after.case.facts[name]
    ]
    if names:
        yield StyledLine("Answered, and not used: these questions do not apply", style="title")
        yield StyledLine(", ".join(names), 1, "muted")


def _beside(difference: Difference, length: Length) -> Iterator[StyledLine]:
    if difference.beside:
        shown = difference.beside if length == "everything" else difference.beside[:12]
        more = f" and {len(difference.beside) - len(shown)} more" if len(shown) < len(difference.beside) else ""
        same = "Different, and the advice is the same"
        yield StyledLine("Also different, but irrelevant to this change" if difference.advice else same, style="title")
        yield StyledLine(", ".join(shown) + more, 1, "muted")


# --- other answers ---------------------------------------------------------------------------------------------------


def alternatives(rulebook: Rulebook, alternatives: Alternatives, length: Length = "reasons") -> Iterator[StyledLine]:
    """The fewest other answers that would change the advice."""
    if length == "line":
        yield StyledLine(_hangs_on(alternatives), style="answer")
        return
    yield StyledLine(_hangs_on(alternatives), style="answer")
    for size, count in alternatives.counts.items():
        if count or size == 1 or alternatives.counts.get(size + 1) != 0:
            yield StyledLine(_title(alternatives.counts, size), style="title")
        sets = [one for one in alternatives.sets if len(one.answers) == size]
        yield from _grouped(rulebook, sets, length)
        shown = sum(one.count for one in sets)
        if shown < count and sets:
            yield StyledLine(f"and {count - shown} more, each value counted (--all shows them)", 1, "muted")
    yield from _how_whole(alternatives)
    if alternatives.left_alone:
        yield StyledLine("Fixed facts, which are never changed", style="title")
        yield StyledLine(", ".join(alternatives.left_alone), 1, "muted")


def _hangs_on(alternatives: Alternatives) -> str:
    if not alternatives.hangs_on:
        return f"No other answer alone would change the advice of {alternatives.decision.case.id}."
    count = len(alternatives.hangs_on)
    which = f"any one of these {count} answers" if count > 1 else "this one answer"
    names = ", ".join(alternatives.hangs_on)
    return f"Changing {which} would change the advice of {alternatives.decision.case.id}: {names}"


def _title(counts: Mapping[int, int], size: int) -> str:
    """What a size comes to; of several in a row that come to nothing, the last one says it for all but a single one."""
    if counts[size]:
        return "One other answer would change it" if size == 1 else f"{size} other answers together would change it"
    first = size
    while first > 2 and counts[first - 1] == 0:
        first -= 1
    many = f"{first} to {size}" if first < size else f"{size}"
    return "No other answer alone would change it" if size == 1 else f"No {many} answers together would change it"


def _how_whole(alternatives: Alternatives) -> Iterator[StyledLine]:
    """Whether that is all, and how that is known."""
    if alternatives.all_shown:
        beyond = "Beyond these, no" if any(alternatives.counts.values()) else "No"
        yield StyledLine(f"{beyond} other set of answers would change it: that is proved.", style="muted")
    elif alternatives.undecided:
        size = alternatives.undecided_from or 0
        these = (
            f"more of {size} would, or larger sets,"
            if alternatives.counts.get(size)
            else f"{size} or more together would"
        )
        yield StyledLine(f"Whether {these} is not decided: {alternatives.undecided}.", style="muted")


def _grouped(rulebook: Rulebook, sets: Iterable[Alternative], length: Length) -> Iterator[StyledLine]:
    """The sets, those together that bring the same."""
    groups: dict[str, list[Alternative]] = {}
    for one in sets:
        groups.setdefault(changes_in_short(one.advice), []).append(one)
    for effect, members in groups.items():
        yield StyledLine(effect, 1, "answer", "> ")
        for member in members:
            yield StyledLine(" and ".join(_other(rulebook, answers) for answers in member.answers), 2, "plain", "- ")
            if length == "everything":
                yield from (line for one in member.advice for line in change_lines(one, 3))


def _other(rulebook: Rulebook, other: OtherAnswers) -> str:
    term = rulebook.terms[other.term]
    now = f"now {other.before}" if other.before is not None else "not answered yet"
    return f"{other.term}: {format_values(other.after, term)} ({now})"


# --- enough ----------------------------------------------------------------------------------------------------------


def enough(enough: Enough, length: Length = "reasons", terms: Mapping[str, Term] | None = None) -> Iterator[StyledLine]:
    """A smallest part of the answers that gives the advice; with the `terms`, usual screening answers in short."""
    facts = enough.decision.case.facts
    least = "fewer are not" if enough.smallest else "none of them can be left out"
    of_all = f"{len(enough.part)} of {counted(len(facts), 'answer')} {'is' if len(enough.part) == 1 else 'are'}"
    none = "This holds for everybody" + (": no answer is needed for it" if facts else ", as nothing is answered yet")
    yield StyledLine(f"{of_all} enough for this advice, and {least}" if enough.part else none, style="answer")
    if length == "line":
        return
    yield from _settled(enough, length, terms)
    usual = [] if length == "everything" else [name for name in enough.part if _is_usual_screening(terms, name, facts)]
    usual = usual if len(usual) > FEW else []
    if usual:
        yield StyledLine(
            f"{len(usual)} screening answers, all as usual (--length everything lists them)", style="title"
        )
    needed = "Also needed, each of them" if usual else "Needed, each of them"
    for title, names in ((needed, enough.needed), ("And these, though others could take their place", enough.chosen)):
        named = [f"{name}: {facts[name]}" for name in names if name not in usual]
        if named:
            yield StyledLine(title, style="title")
            yield StyledLine("; ".join(named), 1)
    if enough.needless:
        yield StyledLine("Not needed", style="title")
        whole = "; ".join(f"{name}: {facts[name]}" for name in enough.needless)
        yield StyledLine(whole if length == "everything" else ", ".join(enough.needless), 1, "muted")


def _settled(enough: Enough, length: Length, terms: Mapping[str, Term] | None) -> Iterator[StyledLine]:
    """What the answers settle, and what they do not."""
    is_open = [name for name, one in enough.advice.items() if _is_open(one, terms.get(name) if terms else None)]
    if len(is_open) < len(enough.advice):
        yield StyledLine("Settled, whatever the other answers are", style="title")
    for name, one in enough.advice.items():
        members = one.answer.inside if isinstance(one.answer, Members) else ()
        short = f"{name}: {counted(len(members), 'item')}" if members and length != "everything" else ""
        if name not in is_open:
            yield StyledLine(short or f"{name}: {format_outcome(one)}", 1, "answer")
    if is_open:
        yield StyledLine("Not settled by these answers", style="title")
        yield StyledLine(", ".join(is_open), 1)


def _is_open(outcome: Outcome, term: Term | None) -> bool:
    """Whether nothing is known of an answer yet."""
    if isinstance(outcome.answer, Range):
        return outcome.answer.low == (term.domain.values[0] if term and term.domain.values else 0)
    return outcome.answer is None and not (outcome.disputed or outcome.gap or outcome.withheld)


def _is_usual_screening(terms: Mapping[str, Term] | None, name: str, facts: Mapping[str, Value]) -> bool:
    term = terms.get(name) if terms else None
    return term is not None and term.screening and facts[name] == term.usual
