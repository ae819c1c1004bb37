"""A sheet to be reviewed and the list of what waits, as styled lines."""

from collections.abc import Iterable, Iterator, Sequence

from ..errors import counted, counted_or_no, listed
from ..language import Condition, Group, Line, phrase_of, show_line, terms_of, title_of
from ..record import Json
from ..render import StyledLine, cite
from ..review import Review
from ..rulebook import Law, Rule, Rulebook
from .review_list import Waiting, WorkList, is_past
from .review_sheet import Part, Sheet
from .revisions import CommitOfLine

KINDS = {"rules": "rule", "tables": "table row", "laws": "law", "impossible": "assumption"}
TITLES = {"rules": "Rule", "tables": "Table", "laws": "Law", "impossible": "Assumption"}
NOT_FORGERY = "A review is void after an edit of what was read. It does not guard against forgery."
NO_COMMIT = "git does not know this entry, so no signature of it can be shown"
Commits = Sequence[CommitOfLine | None]


# --- the list --------------------------------------------------------------------------------------------------------


def list_lines(found: WorkList, most: int) -> Iterator[StyledLine]:
    """What waits, at most so many of it, and how much is reviewed."""
    yield StyledLine(counts_in_words(found))
    if not found.waiting:
        yield StyledLine("Nothing waits for a review.", style="answer")
        return
    shown = found.waiting[:most]
    for title, of_safety in (("Alarms, laws and assumptions", True), ("Others, what decides most often first", False)):
        some = [one for one in shown if one.of_safety is of_safety]
        if some:
            yield StyledLine(title, style="title")
            yield from (line for one in some for line in _waiting(one))
    if len(found.waiting) > len(shown):
        yield StyledLine(f"and {len(found.waiting) - len(shown)} more (--all)", style="muted")


def counts_in_words(found: WorkList) -> str:
    """How much is reviewed, in a sentence."""
    counts = (f"{good} of {counted(every, KINDS[kind])}" for kind, (good, every) in found.counts.items())
    return f"Approved: {', '.join(counts)}."


def _waiting(one: Waiting) -> Iterator[StyledLine]:
    yield StyledLine(f"{one.what}: {one.says}", 1, "answer" if one.alarm else "plain")
    yield StyledLine(why_it_waits(one), 3, "muted")


def why_it_waits(one: Waiting) -> str:
    """How something that waits is reviewed, and how often it fires."""
    told = [f"review again was due by {one.overdue}" if one.overdue else one.state]
    told += [counted(one.rows, "row")] if one.rows else []
    told += [f"fires in {percent(one.share)}"] if one.share is not None else []
    return ", ".join(told)


def percent(share: float) -> str:
    """A share of the drawn patients in words."""
    if share == 0:
        return "none of the drawn patients"
    return f"{share:.0f} of 100 drawn patients" if share >= 10 else f"{share:.2g} of 100 drawn patients"


# --- the sheet -------------------------------------------------------------------------------------------------------


def sheet_lines(rulebook: Rulebook, sheet: Sheet, today: str, commits: Commits = ()) -> Iterator[StyledLine]:
    """All that is read before something is signed."""
    kind = sheet.what.partition("/")[0]
    yield StyledLine(f"{TITLES[kind]} {sheet.name}", style="title")
    for part in sheet.parts:
        yield from _part(rulebook, part, len(sheet.parts) > 1)
    yield from _words(rulebook, [part.thing.condition for part in sheet.parts])
    yield from _sources(rulebook, sheet)
    yield from _does(rulebook, sheet)
    yield from _reviews(rulebook, sheet, today, commits)


def _part(rulebook: Rulebook, part: Part, several: bool) -> Iterator[StyledLine]:
    thing = part.thing
    if several:
        yield StyledLine(f"Row {part.signed.part}", style="title")
    yield StyledLine(thing.says, 1, "answer")
    yield from _condition(thing.condition, "never" if isinstance(thing, Law) else "if")
    if isinstance(thing, Rule):
        yield StyledLine("then:", 1)
        yield from (StyledLine(_concluded(rulebook, *one), 2, "answer", "- ") for one in thing.then)
        yield from (StyledLine(_other(rulebook, name), 1, bullet="outranks ") for name in thing.outranks)
        above = rulebook.outranking.get(thing.id, ())
        yield from (StyledLine(_other(rulebook, name), 1, bullet="outranked by ") for name in above)
        yield StyledLine(thing.because, 1, bullet="because: ")
    yield StyledLine(part.reviewed.state, 1, "muted", "state: ")
    yield from _changed(part)


def _concluded(rulebook: Rulebook, term: str, value: str | None) -> str:
    said = term if value is None else f"{term}: {value}"
    return f"{said} (an alarm)" if value in rulebook.terms[term].alarms else said


def _other(rulebook: Rulebook, name: str) -> str:
    return f"{name}: {rulebook.rules[name].says}"


def _condition(condition: Condition, head: str) -> Iterator[StyledLine]:
    if not condition.lines:
        yield StyledLine(f"{head}: always", 1)
    for title, parts in ((head, condition.lines), ("unless", condition.unless)):
        if parts:
            yield StyledLine(f"{title}:", 1)
        for part in parts:
            yield StyledLine(f"{title_of(part)}:" if isinstance(part, Group) else show_line(part), 2, "plain", "- ")
            below: Iterable[Line] = part.lines if isinstance(part, Group) else ()
            yield from (StyledLine(show_line(line), 4, "plain", "- ") for line in below)


def _changed(part: Part) -> Iterator[StyledLine]:
    """What was approved beside what is there now."""
    if part.before is None:
        return
    old, row = part.before, part.signed.part
    yield StyledLine(f"What {old.who} ({old.role}) approved on {old.day}, beside what is there now", style="title")
    text = old.of(row)
    if text is None or not text.text:
        yield StyledLine("The review has no text of what was read, so the two cannot be shown beside each other.", 1)
        return
    for change in part.changed:
        yield StyledLine(f"{change.field}:", 1)
        yield from (StyledLine(line, 2, "muted", "approved: ") for line in change.before)
        yield from (StyledLine(line, 2, "answer", "now: ") for line in change.after)


def _words(rulebook: Rulebook, conditions: Iterable[Condition]) -> Iterator[StyledLine]:
    """What the terms that are read mean: the question of a finding with its answers, and which rules conclude."""
    lines = [line for condition in conditions for line in condition.leaves()]
    names = rulebook.with_gates(dict.fromkeys(name for line in lines for name in terms_of(line)))
    if names:
        yield StyledLine("What it reads", style="title")
    for name in names:
        term = rulebook.terms[name]
        domain = term.domain
        values = ", ".join(domain.values) or f"{domain.low} to {domain.high} {term.unit}".strip()
        if term.finding:
            yield StyledLine(f"{name}: {term.ask} ({values})", 1, bullet="- ")
            yield StyledLine(term.help, 3, "muted")
        else:
            giving = [entry.rule for entry in rulebook.support.get(name, ())]
            told = f"; concluded by {counted(len(giving), 'rule')}: {listed(giving, 4)}" if giving else ""
            yield StyledLine(f"{name}: {term.says} ({values}){told}", 1, bullet="- ")
        if term.asked_if:
            gates = "; ".join(map(_part_in_line, term.asked_if.lines))
            yield StyledLine(f"asked only if {gates}", 3, "muted")


def _part_in_line(part: Line | Group) -> str:
    if isinstance(part, Group):
        return f"{title_of(part)} ({'; '.join(map(show_line, part.lines))})"
    return f"{part.term}: {phrase_of(part)}"


def _sources(rulebook: Rulebook, sheet: Sheet) -> Iterator[StyledLine]:
    citations = dict.fromkeys(citation for part in sheet.parts for citation in part.thing.sources)
    yield StyledLine("Sources, and how sure each is", style="title")
    for citation in citations:
        yield StyledLine(cite(rulebook, citation), 1, bullet="- ")
        source = rulebook.sources.get(citation.source)
        days = [f"read on {source.read_on}"] if source and source.read_on else []
        days += [f"to be looked at again by {source.look_again_by}"] if source and source.look_again_by else []
        address = [source.address or source.id] if source and (source.address or source.id) else []
        if told := "; ".join([*address, *days]):
            yield StyledLine(told, 3, "muted")


# --- what it does ----------------------------------------------------------------------------------------------------


def _does(rulebook: Rulebook, sheet: Sheet) -> Iterator[StyledLine]:
    yield StyledLine("What it does", style="title")
    if sheet.proof is not None:
        yield from _proof(sheet)
        return
    if not sheet.rules:
        yield StyledLine("Proofs and drawn patients leave out whoever it says cannot be.", 1)
        return
    yield from _in_the_population(sheet)
    named = f": {listed(sheet.fires_in, 6)}" if sheet.fires_in else ""
    yield StyledLine(f"It fires in {len(sheet.fires_in)} of {counted(sheet.of_cases, 'saved case')}{named}.", 1)
    yield from _examples(sheet)
    yield from _without(rulebook, sheet)


def _in_the_population(sheet: Sheet) -> Iterator[StyledLine]:
    if sheet.often is None:
        yield StyledLine("How often it fires is not known: no population is described, or `batch` is missing.", 1)
        return
    for rule in sheet.rules:
        every, well, ill = (
            part.get(rule.id, 0.0) for part in (sheet.often.everybody, sheet.often.well, sheet.often.ill)
        )
        row = f"{rule.id} fires" if len(sheet.rules) > 1 else "It fires"
        told = f"{row} in {percent(every)} at a first visit"
        told += f" ({well:.2g} of 100 without serious illness, {ill:.2g} of 100 with it)" if every else ""
        yield StyledLine(f"{told}.", 1)
        if rule.id in sheet.often.alone and every:
            yield StyledLine(f"In {percent(sheet.often.alone[rule.id])} no other rule raises the alarm.", 1)


def _examples(sheet: Sheet) -> Iterator[StyledLine]:
    for rule in sheet.rules:
        for one in rule.examples:
            given = ", ".join(
                f"{name}: {' and '.join(value) if isinstance(value, tuple) else value}"
                for name, value in one.given.items()
            )
            yield StyledLine(f"{one.name} ({given or 'nothing given'}): the rule {one.mark}", 1, "muted", "example: ")


def _without(rulebook: Rulebook, sheet: Sheet) -> Iterator[StyledLine]:
    yield StyledLine(f"Without {'it' if len(sheet.rules) == 1 else 'them'}", style="title")
    changed = sheet.without.cases
    told = f"{counted_or_no(len(changed), 'saved case')} would get another advice"
    yield StyledLine(f"{told}{':' if changed else '.'}", 1)
    for change in changed[:3]:
        pairs = {term: (_short(old), _short(new)) for term, (old, new) in change.answers.items()}
        answers = [f"{term}: {old} → {new}" for term, (old, new) in pairs.items() if old != new]
        yield StyledLine(f"{change.case.id} ({listed(answers, 3)})", 2, "plain", "- ")
    if len(changed) > 3:
        yield StyledLine(f"and {len(changed) - 3} more", 2, "muted")
    laws = [rulebook.laws[name] for name in sheet.without.broken]
    yield StyledLine(f"{counted_or_no(len(laws), 'law')} that {'is' if len(laws) == 1 else 'are'} proved would break"
                     f"{':' if laws else '.'}", 1)  # fmt: skip
    yield from (StyledLine(f"{law.id}: {law.says}", 2, "plain", "- ") for law in laws)


def _short(answer: object) -> str:
    from ..case import Members

    if isinstance(answer, Members):
        return "; ".join(answer.inside) or "nothing"
    return str(answer).partition(" (withheld,")[0]


def _proof(sheet: Sheet) -> Iterator[StyledLine]:
    proof = sheet.proof
    assert proof is not None
    if proof.proved:
        resting = f", by the assumptions {listed(proof.resting_on)}" if proof.resting_on else ""
        yield StyledLine(f"Proved: no possible patient breaks it{resting}.", 1)
    elif proof.kind == "broken":
        yield StyledLine("Not so: some possible patient breaks it; `lumbar check` shows who.", 1, "alarm")
    else:
        yield StyledLine(f"Not decided: {proof.reason}.", 1, "alarm")


# --- earlier reviews -------------------------------------------------------------------------------------------------


def _reviews(rulebook: Rulebook, sheet: Sheet, today: str, commits: Commits) -> Iterator[StyledLine]:
    reviews = rulebook.reviews.get(sheet.what, ())
    yield StyledLine("Reviews", style="title")
    if not reviews:
        yield StyledLine("Nobody has reviewed it.", 1)
    now = {part.signed.part: part.signed.digest for part in sheet.parts}
    for number, one in enumerate(reviews):
        void = any(one_part.part in now and one_part.digest != now[one_part.part] for one_part in one.signed)
        yield StyledLine(_review(one, void, today), 1, "muted" if void else "plain", "- ")
        if one.note:
            yield StyledLine(one.note, 3)
        commit = commits[number] if number < len(commits) else None
        yield StyledLine(
            commit.words if commit else "git does not know this entry, so no signature of it can be shown", 3, "muted"
        )
    yield StyledLine(f"Digest of what is signed: {sheet.digest}. {NOT_FORGERY}", 1, "muted")


def _review(one: Review, void: bool, today: str) -> str:
    told = f"{one.day}, {one.who} ({one.role}): {one.verdict}"
    told += "; void, because what was read has changed since" if void else ""
    if one.again_by:
        told += f"; review again by {one.again_by}{' (overdue)' if is_past(one.again_by, today) else ''}"
    return told


# --- as JSON ---------------------------------------------------------------------------------------------------------


def as_json(rulebook: Rulebook, sheet: Sheet) -> Json:
    """The sheet as the object that `lumbar review WHAT --json` prints; docs/schema describes it."""
    return {
        "what": sheet.what,
        "digest": sheet.digest,
        "parts": [
            {
                "row": part.signed.part,
                "digest": part.signed.digest,
                "state": part.reviewed.state,
                "read": list(part.signed.text),
                "changed": [change.as_json() for change in part.changed],
            }
            for part in sheet.parts
        ],
        "fires in": list(sheet.fires_in),
        "without": {"cases": [one.case.id for one in sheet.without.cases], "laws": list(sheet.without.broken)},
        "proof": sheet.proof.kind if sheet.proof else None,
        "reviews": [
            {
                "who": one.who,
                "role": one.role,
                "day": one.day,
                "verdict": one.verdict,
                "note": one.note,
                "review again by": one.again_by,
                "digests": [each.digest for each in one.signed],
            }
            for one in rulebook.reviews.get(sheet.what, ())
        ],
    }
