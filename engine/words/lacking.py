"""What keeps another answer away, and the shortest way there, in words."""

from collections.abc import Iterator

from ..errors import counted, listed
from ..explain import Candidate, GroupReason, LineReason, RuleReason, Way, WhyNot
from .outcomes import answered, either, stand
from .reasons import Length, found_in_words
from .said import Said

NEAREST = {"reasons": (3, 1), "everything": (1_000, 1_000)}
"""So many rules are told of the term asked about, and of those beneath it."""


def why_not(told: WhyNot, length: Length = "reasons") -> Iterator[Said]:
    """What keeps another answer away, the nearest rule first, and the shortest way there."""
    if length != "line":
        yield from _why_not(told, 0, length)
    else:
        yield Said(_head(told), style="answer")
    if told.way is not None:
        yield from _way(told.way, told, length)


def _head(told: WhyNot) -> str:
    wanted = f", not {either(told.wanted)}" if told.wanted and len(told.wanted) < 6 else ""
    return f"{told.term.name} is {stand(told.now)}{wanted}"


def _why_not(told: WhyNot, indent: int, length: Length) -> Iterator[Said]:
    if told.told:
        yield Said(f"{_head(told)}: as told above", indent, "muted")
        return
    yield Said(_head(told), indent, "answer")
    if told.missing:
        yield Said(f"not answered: {listed(told.missing, 8)}", indent + 1, "muted")
    yield from _in_the_way(told, indent + 1, length)
    most = NEAREST[length][0 if not indent else 1]
    for candidate in told.rules[:most]:
        yield from _candidate(candidate, indent + 1, length)
    left = len(told.rules) - most
    if left > 0:
        yield Said(f"{counted(left, 'other rule')} could give it, none nearer", indent + 1, "muted")
    if not told.rules and not told.by_otherwise and not told.missing:
        yield Said("no rule gives it", indent + 1, "muted")


def _in_the_way(told: WhyNot, indent: int, length: Length) -> Iterator[Said]:
    if told.by_otherwise:
        open_ones = [reason for reason in told.instead if reason.status == "waits"]
        left = f"{len(told.instead)} {'is' if len(told.instead) == 1 else 'are'} not"
        yield Said(f"it comes when every rule for another answer is ruled out; {left}", indent)
        for reason in told.instead if length == "everything" else told.instead[:3]:
            yield Said(f"{_doing(reason)}: {reason.rule.says} [{reason.rule.id}]", indent + 1, "muted", "- ")
        if len(told.instead) > 3 and length != "everything":
            yield Said(f"and {len(told.instead) - 3} more, {len(open_ones)} of all waiting", indent + 1, "muted")
        return
    for reason in told.instead:
        yield Said(f"{reason.rule.says} [{reason.rule.id}]", indent, "plain", "instead: ")


def _doing(reason: RuleReason) -> str:
    if reason.status != "waits":
        return reason.status
    unknown = dict.fromkeys(name for line in reason.lines() if line.state == "unknown" for name in line.found)
    return f"waits for {listed(list(unknown), 4)}"


def _candidate(candidate: Candidate, indent: int, length: Length) -> Iterator[Said]:
    reason = candidate.reason
    yield Said(f"{reason.rule.says} ({_distance(candidate.distance)})", indent, "plain", "> ")
    if length == "everything":
        yield Said(f"because: {reason.rule.because}", indent + 1, "muted")
    sources = f"; {'; '.join(map(str, reason.rule.sources))}" if length == "everything" else ""
    yield Said(f"rule {reason.rule.id}, {reason.rule.place}{sources}", indent + 1, "muted")
    yield from (Said(f"outranked by {rule}, which holds", indent + 1, "alarm", "* ") for rule in reason.outranked)
    met = 0
    for part in reason.parts:
        if part.state == ("not met" if part.excluded else "met") and length != "everything":
            met += 1
        elif isinstance(part, GroupReason):
            yield Said(f"{'unless ' * part.excluded}{part.title}: {part.state}", indent + 1, "plain", "* ")
            for line in part.lines:
                yield from _line(line, candidate, indent + 2, length)
        else:
            yield from _line(part, candidate, indent + 1, length)
    if met:
        yield Said(f"and {counted(met, 'other line')} as wanted", indent + 1, "muted")


def _distance(distance: int | None) -> str:
    if distance is None:
        return "it hangs on what cannot be otherwise"
    return f"{counted(distance, 'answer')} away" if distance else "nothing is lacking"


def _line(line: LineReason, candidate: Candidate, indent: int, length: Length) -> Iterator[Said]:
    below = candidate.below.get(line.text)
    concluded = below.term.name if below is not None else ""
    found = "; ".join(f"{name} is {found_in_words(value, name == concluded)}" for name, value in line.found.items())
    yield Said(f"{'unless ' * line.excluded}{line.text} ({line.state}: {found})", indent, "plain", "* ")
    if below is not None:
        yield from _why_not(below, indent + 1, length)


def _way(way: Way, told: WhyNot, length: Length) -> Iterator[Said]:
    goal = f"{told.term.name}: {either(told.wanted)}" if told.wanted and len(told.wanted) < 6 else "another answer"
    if way.kind == "none":
        yield Said(f"No way leads to {goal}", style="title")
        fixed = "leaving alone what cannot be otherwise"
        yield Said(f"Proved: whatever else were answered otherwise, {fixed}, no possible patient has it.", 1)
        return
    if way.kind == "undecided":
        yield Said(f"No way to {goal} was found", style="title")
        yield Said(f"Whether there is one is not decided: {way.reason}.", 1)
        return
    least = "and no fewer do" if way.smallest else "which may not be the fewest"
    if not way.answers:
        yield Said(f"{goal} is there already", style="title")
        return
    yield Said(f"The shortest way to {goal}", style="title")
    yield Said(f"{counted(len(way.answers), 'other answer')} would do, {least}", 1, "muted")
    shown = way.answers if length == "everything" else way.answers[:15]
    for one in shown:
        now = f"now {one.before}" if one.before is not None else "not answered yet"
        yield Said(f"{one.term}: {answered(one.after)} ({now})", 1, "answer", "- ")
    if len(shown) < len(way.answers):
        yield Said(f"and {len(way.answers) - len(shown)} more", 1, "muted")
