"""A sheet to be reviewed and the list of what waits, as styled lines."""

from collections.abc import Iterable, Iterator, Sequence
from shlex import quote

from ..case import Members
from ..errors import counted, listed
from ..language import Condition, Group, Line, phrase_of, show_line, terms_of, title_of
from ..record import Json
from ..render import StyledLine, cite, format_answer, format_change
from ..render.layers import over_another
from ..render.sentences import says_of
from ..review import Review
from ..rulebook import Law, Rule, Rulebook
from .impact import AnswerText
from .review_list import Waiting, WorkList, is_past
from .review_sheet import ReviewSheet, SheetPart
from .revisions import CommitOfLine

KINDS = {"rules": "rule", "tables": "table row", "laws": "law", "impossible": "assumption"}
TITLES = {"rules": "Rule", "row": "Row", "tables": "Table", "laws": "Law", "impossible": "Assumption"}
NOT_FORGERY = "A review is void after an edit of what was read. It does not guard against forgery."
SHOWN, GIVING, NEAR, VALUES = 3, 12, 6, 8
"""So many cases, rules for a conclusion, rules beside it and values of a term are shown."""
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
    parts = [f"review again was due by {one.overdue}" if one.overdue else one.state]
    parts += [counted(one.rows, "row")] if one.rows else []
    parts += [f"fires in {percent(one.share)}"] if one.share is not None else []
    return ", ".join(parts)


def percent(share: float) -> str:
    """A share of the drawn patients in words."""
    if share == 0:
        return "none of the drawn patients"
    return f"{share:.0f} of 100 drawn patients" if share >= 10 else f"{share:.2g} of 100 drawn patients"


# --- the sheet -------------------------------------------------------------------------------------------------------


def sheet_lines(rulebook: Rulebook, sheet: ReviewSheet, today: str, commits: Commits = ()) -> Iterator[StyledLine]:
    """All that is read before something is signed."""
    kind = sheet.what.partition("/")[0]
    title = TITLES["row" if kind == "tables" and len(sheet.parts) == 1 else kind]
    yield StyledLine(f"{title} {sheet.name}", style="title")
    for part in sheet.parts:
        yield from _part(rulebook, part, len(sheet.parts) > 1)
    yield from _words(rulebook, [part.thing.condition for part in sheet.parts])
    yield from _sources(rulebook, sheet)
    yield from _does(rulebook, sheet)
    yield from _beside(rulebook, sheet)
    yield from _reviews(rulebook, sheet, today, commits)


def _part(rulebook: Rulebook, part: SheetPart, several: bool) -> Iterator[StyledLine]:
    thing = part.thing
    if several:
        yield StyledLine(f"Row {part.signed.part}", style="title")
    yield StyledLine(says_of(thing) if isinstance(thing, Rule) else thing.says, 1, "answer")
    yield from _condition(thing.condition, "never" if isinstance(thing, Law) else "if")
    if isinstance(thing, Rule):
        yield StyledLine("then:", 1)
        yield from (line for one in thing.then for line in _concluded(rulebook, *one))
        yield from (StyledLine(_other(rulebook, name), 1, bullet="outranks ") for name in thing.outranks)
        above = rulebook.outranking.get(thing.id, ())
        yield from (StyledLine(_other(rulebook, name), 1, bullet="outranked by ") for name in above)
        yield StyledLine(thing.because, 1, bullet="because: ")
        yield from [StyledLine(thing.replaces, 1, bullet="replaces: ")] if thing.replaces else ()
        yield from over_another(thing)
    yield StyledLine(part.reviewed.state, 1, "muted", "state: ")
    yield from _changed(part)


def _concluded(rulebook: Rulebook, name: str, value: str | None) -> Iterator[StyledLine]:
    """A conclusion, what it means, and what a patient reads of it."""
    term = rulebook.terms[name]
    said = name if value is None else f"{name}: {value}"
    yield StyledLine(f"{said} (an alarm)" if value in term.alarms else said, 2, "answer", "- ")
    yield StyledLine(term.says, 4, "muted")
    if value is not None and (sentence := term.for_patients.get(value, "")):
        yield StyledLine(sentence, 4, "muted", "patients read: ")


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


def _changed(part: SheetPart) -> Iterator[StyledLine]:
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
        values = listed(domain.values, VALUES) or f"{domain.low} to {domain.high} {term.unit}".strip()
        if term.finding:
            yield StyledLine(f"{name}: {term.ask} ({values})", 1, bullet="- ")
            yield StyledLine(term.help, 3, "muted")
        else:
            otherwise = f"; otherwise {term.otherwise}" if term.otherwise is not None else ""
            yield StyledLine(f"{name}: {term.says} ({values}{otherwise})", 1, bullet="- ")
            yield from _concluded_by(rulebook, name)
        if term.asked_if:
            gates = "; ".join(map(_part_in_line, term.asked_if.lines))
            yield StyledLine(f"asked only if {gates}", 3, "muted")


def _concluded_by(rulebook: Rulebook, term: str) -> Iterator[StyledLine]:
    """The rules that give a conclusion, each with its sentence: what it means is what they say."""
    rules = [rulebook.rules[name] for name in dict.fromkeys(entry.rule for entry in rulebook.support.get(term, ()))]
    if rules:
        yield StyledLine(f"concluded by {counted(len(rules), 'rule')}:", 3, "muted")
    yield from (StyledLine(f"{rule.id}: {says_of(rule)}", 5, "muted") for rule in rules[:GIVING])
    if len(rules) > GIVING:
        yield StyledLine(f"and {len(rules) - GIVING} more (lumbar show --gives {quote(term)})", 5, "muted")


def _beside(rulebook: Rulebook, sheet: ReviewSheet) -> Iterator[StyledLine]:
    """Other rules that read the same and give the same conclusion: whether this one is right depends on them too."""
    own = {rule.id for rule in sheet.rules}
    read = frozenset(name for rule in sheet.rules for name in rule.condition.terms())
    given = {name for rule in sheet.rules for name, _ in rule.then}
    near = [
        (len(read & rule.condition.terms()), rule)
        for rule in rulebook.rules.values()
        if rule.id not in own and read & rule.condition.terms() and given & {name for name, _ in rule.then}
    ]
    if not near or len(sheet.rules) > 1:
        return
    yield StyledLine("Rules beside it, which read the same and give the same conclusion", style="title")
    for _, rule in sorted(near, key=lambda one: (-one[0], one[1].id))[:NEAR]:
        then = ", ".join(f"{name}: {value}" if value else name for name, value in rule.then if name in given)
        yield StyledLine(f"{rule.id} ({then}): {says_of(rule)}", 1, "plain", "- ")
    if len(near) > NEAR:
        yield StyledLine(f"and {len(near) - NEAR} more", 1, "muted")


def _part_in_line(part: Line | Group) -> str:
    if isinstance(part, Group):
        return f"{title_of(part)} ({'; '.join(map(show_line, part.lines))})"
    return f"{part.term}: {phrase_of(part)}"


def _sources(rulebook: Rulebook, sheet: ReviewSheet) -> Iterator[StyledLine]:
    citations = dict.fromkeys(citation for part in sheet.parts for citation in part.thing.sources)
    yield StyledLine("Sources, and how sure each is", style="title")
    for citation in citations:
        yield StyledLine(cite(rulebook, citation), 1, bullet="- ")
        source = rulebook.sources.get(citation.source)
        days = [f"read on {source.read_on}"] if source and source.read_on else []
        days += [f"to be looked at again by {source.look_again_by}"] if source and source.look_again_by else []
        address = [source.address or source.id] if source and (source.address or source.id) else []
        if seen := "; ".join([*address, *days]):
            yield StyledLine(seen, 3, "muted")


# --- what it does ----------------------------------------------------------------------------------------------------


def _does(rulebook: Rulebook, sheet: ReviewSheet) -> Iterator[StyledLine]:
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


def _in_the_population(sheet: ReviewSheet) -> Iterator[StyledLine]:
    if sheet.often is None:
        yield StyledLine("How often it fires is not known: no population is described, or `batch` is missing.", 1)
        return
    for rule in sheet.rules:
        every, well, ill = (
            part.get(rule.id, 0.0) for part in (sheet.often.everybody, sheet.often.well, sheet.often.ill)
        )
        row = f"{rule.id} fires" if len(sheet.rules) > 1 else "It fires"
        says = f"{row} in {percent(every)} at a first visit"
        says += f" ({well:.2g} of 100 without serious illness, {ill:.2g} of 100 with it)" if every else ""
        yield StyledLine(f"{says}.", 1)
        if rule.id in sheet.often.alone and every:
            yield StyledLine(f"In {percent(sheet.often.alone[rule.id])} no other rule raises the alarm.", 1)


def _examples(sheet: ReviewSheet) -> Iterator[StyledLine]:
    for rule in sheet.rules:
        for one in rule.examples:
            given = ", ".join(
                f"{name}: {' and '.join(value) if isinstance(value, tuple) else value}"
                for name, value in one.given.items()
            )
            yield StyledLine(f"{one.name} ({given or 'nothing given'}): the rule {one.mark}", 1, "muted", "example: ")


def _without(rulebook: Rulebook, sheet: ReviewSheet) -> Iterator[StyledLine]:
    yield StyledLine(f"Without {'it' if len(sheet.rules) == 1 else 'them'}", style="title")
    changed = sheet.without.cases
    says = f"{counted(len(changed), 'saved case')} would get another advice:"
    yield StyledLine(says if changed else "No saved case would get another advice.", 1)
    for change in changed[:SHOWN]:
        answers = [line for term, pair in change.answers.items() for line in _differs(term, *pair)]
        yield StyledLine(f"{change.case.id}: {_cut(answers, 3)}", 2, "plain", "- ")
    if len(changed) > SHOWN:
        yield StyledLine(f"and {len(changed) - SHOWN} more", 2, "muted")
    laws = [rulebook.laws[name] for name in sheet.without.broken]
    yield StyledLine("These laws, which are proved, would break:" if laws else "No law would break.", 1)
    yield from (StyledLine(f"{law.id}: {law.says}", 2, "plain", "- ") for law in laws)


def _differs(term: str, before: AnswerText, after: AnswerText) -> Iterator[str]:
    """How an answer differs: of several members only those that come and go."""
    if isinstance(before, Members) and isinstance(after, Members):
        yield from (f"{term}: {line}" for line in format_change(before, after))
        return
    yield f"{term}: {_plain(before)} → {_plain(after)}"


def _plain(answer: AnswerText) -> str:
    return format_answer(answer) if isinstance(answer, Members) else answer


def _cut(texts: Sequence[str], most: int) -> str:
    more = [f"{len(texts) - most} more"] if len(texts) > most else []
    return "; ".join([*texts[:most], *more])


def _proof(sheet: ReviewSheet) -> Iterator[StyledLine]:
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


def _reviews(rulebook: Rulebook, sheet: ReviewSheet, today: str, commits: Commits) -> Iterator[StyledLine]:
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
    says = f"{one.day}, {one.who} ({one.role}): {one.verdict}"
    says += "; void, because what was read has changed since" if void else ""
    if one.again_by:
        says += f"; review again by {one.again_by}{' (overdue)' if is_past(one.again_by, today) else ''}"
    return says


# --- as JSON ---------------------------------------------------------------------------------------------------------


def as_json(rulebook: Rulebook, sheet: ReviewSheet) -> Json:
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
