"""What the rules make of the population, in words: one screen, or everything; and what changed since another run."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from ..errors import counted
from ..record import Json

if TYPE_CHECKING:
    from ..columns.population import Figures, Group

MOST_RULES = 12
"""So many alarm rules are on the one screen."""
LEAST = 0.05
"""A part of a hundred below this is nothing."""
CHANGED = 0.1
"""A part of a hundred that differs by less has not changed."""
HEAD = 13
"""Columns of a head; a longer one is several lines."""
PROSE = 100
"""Columns of a sentence."""
WARNING = (
    "These patients are drawn: the figures show how the rules behave on plausible patients, not in real ones. Most"
    " shares are conventions, which come from the same beliefs as the rules: never use them to show that the rules are"
    " right."
)


def as_json(runs: "Sequence[Figures]", digest: str) -> Json:
    """The figures as `lumbar check --population --json` prints them: as they are, and with guesses lower and higher."""
    names = ("figures", "lower", "higher")
    return {"rulebook": digest, **{name: run.as_json() for name, run in zip(names, runs, strict=False)}}


def in_words(runs: "Sequence[Figures]", whole: bool) -> Iterator[str]:
    """The figures in words."""
    now = runs[0]
    yield from _prose(_head(runs))
    yield ""
    yield from _caught(runs)
    yield ""
    yield from _alarm_rules(now, whole)
    if whole:
        yield from _answers(now)
        yield from _rules(now)
    else:
        never = sum(now.groups["all"][rule] < 1e-9 for rule in now.rules)
        yield f"{never} of {counted(len(now.rules), 'rule')} never fire at such a visit. More: --length everything."
    added = [f"Not in the population, and taken as usual: {', '.join(now.added)}."] if now.added else []
    yield from _prose([*added, WARNING])


def _prose(sentences: Iterable[str]) -> Iterator[str]:
    """Sentences, each in as many lines as it needs."""
    for sentence in sentences:
        yield from wrap(sentence, PROSE)


def _head(runs: "Sequence[Figures]") -> Iterator[str]:
    wanted = runs[0].wanted
    given = "".join(f", {name}: {value}" for name, value in wanted.common.items())
    visit = ", the next visit of those who come back" if wanted.next_visit else " at their first visit"
    wrong = ", with wrong answers" if wanted.wrong_answers else ""
    yield (
        f"{wanted.patients:,} drawn patients{visit} (seed {wanted.seed}{given}{wrong}), as many of each"
        f" {runs[0].illness}, weighted by its share; {runs[0].redrawn:.1f} % were impossible and drawn again."
    )
    if len(runs) > 1:
        times = runs[2].wanted.factor
        yield f"Per cent; in brackets with the shares that are guesses divided and multiplied by {times:g}."


def _caught(runs: "Sequence[Figures]") -> Iterator[str]:
    """A row for each group that has alarms to show: all, the well, the ill, and each illness."""
    now = runs[0]
    serious = [name for name, group in now.groups.items() if group.serious and name != "ill"]
    heads = [alarm.partition(": ")[2] if "at least" in alarm else alarm for alarm in now.alarms]
    signs = f"{now.alarms[0]}, if any sign"
    rows = [["", "share", *heads, signs]]
    for name in ("all", "well", "ill", *serious):
        group = now.groups[name]
        cells = [_span([run.groups[name][alarm] for run in runs]) for alarm in now.alarms]
        of_signs = [_of_signs(run.groups[name], now.alarms[0]) for run in runs]
        rows.append([name, f"{group.share:.3g}", *cells, _span(of_signs)])
    yield from _table(rows)


def _of_signs(group: "Group", alarm: str) -> float:
    """Of those with any sign, in how many the alarm goes off."""
    signs = group["with a sign"]
    return 100 * group[f"{alarm} with a sign"] / signs if signs else 0.0


def _span(values: Sequence[float]) -> str:
    first = f"{values[0]:.1f}"
    return first if len(values) < 3 else f"{first} ({values[1]:.0f}-{values[2]:.0f})"


def _alarm_rules(now: "Figures", whole: bool) -> Iterator[str]:
    """The alarm rules, those first that alone stop most of the well for each ill one whom they alone catch."""
    well, ill = now.groups["well"], now.groups["ill"]
    rules = [rule for rule in now.alarm_rules if well[rule] >= LEAST or ill[rule] >= LEAST or whole]
    rules.sort(key=lambda rule: -(well[f"{rule} alone"]))
    yield "Alarm rules: of 100 well people it stops (only it), of 100 seriously ill it catches (only it), the well that"
    yield "only it stops for each ill one whom only it catches, and of which illness it alone catches most."
    rows = [["", "well", "only it", "ill", "only it", "well for one ill", "lost without it"]]
    for rule in rules if whole else rules[:MOST_RULES]:
        alone, caught = f"{rule} alone", well.share * well[f"{rule} alone"]
        saved = ill.share * ill[alone]
        price = f"{caught / saved:,.0f}" if saved > 1e-9 else "-"
        cells = (well[rule], well[alone], ill[rule], ill[alone])
        rows.append([rule, *(f"{cell:.2f}" for cell in cells), price, _lost(now, alone, 3 if whole else 1)])
    yield from _table(rows)
    if not whole and len(rules) > MOST_RULES:
        yield f"and {len(rules) - MOST_RULES} more that stop fewer."


def _lost(now: "Figures", alone: str, most: int) -> str:
    """The illnesses of which a rule alone catches a part, as many as are wanted."""
    serious = {name: group[alone] for name, group in now.groups.items() if group.serious and name != "ill"}
    found = sorted(serious, key=lambda name: -serious[name])[:most]
    return ", ".join(f"{name} {serious[name]:.1f}" for name in found if serious[name] >= LEAST)


def _answers(now: "Figures") -> Iterator[str]:
    """How often each answer of each conclusion is given."""
    names = ["all", "well", "ill"]
    for term, values in now.answers.items():
        yield ""
        rows = [[term, *names]]
        for value in values:
            cells = [now.groups[name][f"{term} = {value}"] for name in names]
            rows.append([value, *(f"{cell:.1f}" for cell in cells)])
        yield from _table(rows)


def _rules(now: "Figures") -> Iterator[str]:
    """How often each rule fires."""
    yield ""
    rows = [["rule", "all", "well", "ill"]]
    for rule in sorted(now.rules, key=lambda rule: -now.groups["all"][rule]):
        rows.append([rule, *(f"{now.groups[name][rule]:.2f}" for name in ("all", "well", "ill"))])
    yield from _table([row for row in rows if row[1:] != ["0.00"] * 3])
    never = [rule for rule in now.rules if all(group[rule] < 1e-9 for group in now.groups.values())]
    yield from _prose([f"Never fire at such a visit: {', '.join(never) or 'none'}."])
    yield ""


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    rows = [*_heads(rows[0]), *rows[1:]]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:-1], strict=True)]
        last = row[-1] if widths[-1] > 24 else row[-1].rjust(widths[-1])
        yield "  ".join([row[0].ljust(widths[0]), *cells, last]).rstrip()


def _heads(heads: Sequence[str]) -> list[list[str]]:
    """The lines of the heads of a table; the last one has the end of each."""
    lines = [heads[:1], *(wrap(head, HEAD, break_long_words=False) for head in heads[1:])]
    most = max(map(len, lines))
    return [list(line) for line in zip(*([""] * (most - len(one)) + list(one) for one in lines), strict=True)]


def changes(before: Mapping[str, Any], now: Json) -> Iterator[str]:
    """What differs between two runs, as JSON has them: groups and alarms first, then rules."""
    old, new = before["figures"]["groups"], now["figures"]["groups"]
    if before["rulebook"] == now["rulebook"]:
        yield "The rulebook is the same."
    rows = [["", "", "before", "now", "change"]]
    for group in new:
        parts = {**old.get(group, {}).get("parts", {}), **new[group]["parts"]}
        for part in parts:
            was, is_ = (run.get(group, {}).get("parts", {}).get(part, 0.0) for run in (old, new))
            shown = ": " in part or group in ("all", "well", "ill")
            if abs(was - is_) >= CHANGED and shown:
                rows.append([group, part, f"{was:.1f}", f"{is_:.1f}", f"{is_ - was:+.1f}"])
    if len(rows) == 1:
        yield f"No figure differs by {CHANGED} or more."
        return
    yield from _table(rows)
