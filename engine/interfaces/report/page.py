"""The page: what the counts say, as headings, sentences and charts; what is charted comes from the rulebook."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape

from markupsafe import Markup

from ... import render
from ...columns.results import DISPUTED, GAP, OPEN, Answers, Row
from ...columns.summary import Comparison, Rejects, Spread, Summary
from ...drawing.page import page as whole_page
from ...drawing.text_width import clean
from ...errors import counted, listed
from ...rulebook import Rule, Rulebook, Term
from .charts import Bar, bar_chart, letter, matrix_chart, picture
from .reasons import Reasons
from .style import STYLE

MOST = 50  # cases told one by one
TOP = 12  # rules and reasons in the first chart
KEYS = {"full": "settled", "light": "open: this or more", "grey": "no value"}


@dataclass(frozen=True)
class Batch:
    """A whole batch, ready to be told."""

    rulebook: Rulebook
    answers: Answers
    summary: Summary
    inputs: tuple[str, ...] = ()
    finished: bool = True

    @cached_property
    def reasons(self) -> Reasons:
        """Tells why single cases are as they are."""
        return Reasons(self.answers)


def shown(rulebook: Rulebook) -> list[tuple[str, list[Term]]]:
    """The conclusions that a recommendation shows, section by section; all of them where there is none."""
    if rulebook.recommendation is None:
        return [("Conclusions", [term for term in rulebook.conclusions if term.domain.kind != "tally"])]
    sections = [
        (section.title, [rulebook.terms[name] for name in section.terms if rulebook.terms[name].domain.values])
        for section in rulebook.recommendation.sections
    ]
    return [(title, terms) for title, terms in sections if terms]


def page(batch: Batch) -> str:
    """The page as HTML."""
    parts = (_head, _broken, _answers, _questions, _disputes, _rejects, _comparisons, _rules)
    body = "\n".join(line for part in parts for line in part(batch))
    title = f"Report on {counted(batch.summary.cases + batch.summary.rejects.count, 'case')}"
    return whole_page(title, Markup(body), STYLE)


# --- words -----------------------------------------------------------------------------------------------------------


def escaped(text: str) -> str:
    """The text as a page has it."""
    return escape(clean(text))


def share(count: int, whole: int) -> str:
    """A count with its share: 12 (3%)."""
    if not count or not whole:
        return f"{count:,}"
    percent = 100 * count / whole
    return f"{count:,} (" + ("<1%)" if percent < 1 else f"{percent:.0f}%)")


def heading(level: int, text: str) -> str:
    """A heading."""
    return f"<h{level}>{escaped(text)}</h{level}>"


def sentence(text: str, style: str = "") -> str:
    """A paragraph."""
    return f"<p{f' class={style}' if style else ''}>{escaped(text)}</p>"


def charts(title: str, bars: Sequence[Bar], keys: Mapping[str, str] | None = None, below: str = "") -> str:
    """A chart of bars, in pieces of a screen each where it is long; the note below the last."""
    longest = max((bar.length for bar in bars), default=0)
    pieces = 1 if len(bars) <= TOP + 2 else 3 * -(-len(bars) // (4 * TOP))  # three stand beside each other
    size = max(1, -(-len(bars) // pieces))
    drawn = []
    for start in range(0, max(len(bars), 1), size):
        stop = min(start + size, len(bars))
        part = title if pieces == 1 else f"{title}, {start + 1} to {stop} of {len(bars)}"
        drawn.append(figure(part, bars[start:stop], longest, keys or {}, below if stop == len(bars) else ""))
    return "".join(drawn)


def figure(title: str, bars: Sequence[Bar], longest: int, keys: Mapping[str, str], below: str) -> str:
    """A chart of bars with its title, the key of its tones, and a note below."""
    told = "; ".join(f"{bar.label}: {bar.end}" for bar in bars)
    used = {tone for bar in bars for tone, count, _ in bar.pieces if count}
    marks = "".join(
        f'<li><span class="key {tone}"></span>{escaped(name)}</li>' for tone, name in keys.items() if tone in used
    )
    drawn = picture(bar_chart(bars, longest), f"{title}. {told}") if bars else ""
    rest = (f"<ul class=keys>{marks}</ul>" if marks else "") + drawn + (sentence(below, "muted") if below else "")
    return f"<figure><figcaption>{escaped(title)}</figcaption>{rest}</figure>"


def figures(told: Iterable[str]) -> str:
    """Several charts beside each other where there is room."""
    return f'<div class="figures">{"".join(told)}</div>'


def bar_of(label: str, count: int, whole: int, tone: str = "full", noun: str = "case") -> Bar:
    """A bar of one piece."""
    return Bar(label, ((tone, count, counted(count, noun)),), share(count, whole))


# --- the parts of the page -------------------------------------------------------------------------------------------


def _head(batch: Batch) -> Iterator[str]:
    summary, rulebook = batch.summary, batch.rulebook
    notice = rulebook.recommendation.notice if rulebook.recommendation else ""
    told = " ".join([*notice.split(), render.drafts(rulebook)])
    yield f"<aside>{sentence(told)}{sentence(f'Rulebook {rulebook.digest}.')}</aside>"
    if not batch.finished:
        yield sentence("The run is not finished: these are the counts of the parts that are done.", "alarm")
    tiles = [
        (summary.cases, "decided"),
        (summary.rejects.count, "set apart, to be mended"),
        (summary.waiting, "with an answer that is still open"),
        (summary.disputed_cases, "with an answer that is disputed"),
    ]
    tiles += [(summary.breaking_cases, "breaking a law, only alarms told")] if summary.breaking_cases else []
    boxes = "".join(f"<li><strong>{count:,}</strong> {escaped(name)}</li>" for count, name in tiles)
    yield f"<ul class=tiles>{boxes}</ul>"
    if batch.inputs:
        yield sentence(f"From {listed(batch.inputs, 6)}.", "muted")


def _broken(batch: Batch) -> Iterator[str]:
    """The laws that cases break, with the cases; nothing where none does."""
    found = {name: count for name, count in batch.summary.broken.items() if count}
    if not found:
        return
    yield heading(2, "Broken laws")
    yield sentence(
        f"{counted(batch.summary.breaking_cases, 'case')} would break a law of the knowledge base. Of these only the "
        "alarms are told; everything else is withheld.",
        "alarm",
    )
    yield figures([charts("broken", [bar_of(name, count, batch.summary.cases) for name, count in found.items()])])
    for name, count in found.items():
        law = batch.rulebook.laws[name]
        rows = batch.answers.breaking(name, MOST)
        lines = "".join(f"<li><b>{escaped(row.case)}</b></li>" for row in rows)
        more = f"<li>and {count - len(rows):,} more</li>" if count > len(rows) else ""
        title = escaped(f"{law.says} [{name}, {law.place.file}]: {counted(count, 'case')}")
        yield f"<details><summary>{title}</summary><ul>{lines}{more}</ul></details>"


def _answers(batch: Batch) -> Iterator[str]:
    yield heading(2, "Answers")
    if not batch.summary.cases:
        yield sentence("No case was decided.")
        return
    for title, terms in shown(batch.rulebook):
        yield heading(3, title)
        yield figures(_spread(term, batch.summary.spreads[term.name], batch.summary.cases) for term in terms)


def _spread(term: Term, spread: Spread, cases: int) -> str:
    """How many cases got which answer: a scale in its order, all else the most frequent first."""
    values = list(term.domain.values)
    counts = {value: spread.settled[value] + spread.open.get(value, 0) for value in values}
    several = term.domain.kind == "several"
    if not term.takes_highest:
        values.sort(key=lambda value: -(spread.settled[value] if several else counts[value]))
    bars = [_answer(value, spread, cases) for value in values if counts[value]]
    bars += [bar_of(word, count, cases, "grey") for word, count in spread.without.items() if count]
    never = [value for value in values if not counts[value]]
    keys = KEYS | ({"light": "may come in"} if several else {})
    below = f"Never given: {'; '.join(never)}." if never else ""
    return charts(term.name, bars, keys if any(spread.open.values()) or any(spread.without.values()) else None, below)


def _answer(value: str, spread: Spread, cases: int) -> Bar:
    settled, is_open = spread.settled[value], spread.open.get(value, 0)
    pieces = (("full", settled, f"settled in {counted(settled, 'case')}"), ("light", is_open, f"open in {is_open:,}"))
    return Bar(value, pieces, share(settled, cases) + (f" + {is_open:,}" if is_open else ""))


def _questions(batch: Batch) -> Iterator[str]:
    summary = batch.summary
    found = {name: one for name, one in summary.questions.items() if one.open}
    yield heading(2, "Screening questions that hold answers up")
    if not found:
        yield sentence("No case waits for a screening question.")
        return
    yield sentence(
        f"{counted(summary.waiting, 'case')} of {summary.cases:,} have an answer that is still open. "
        "Each bar counts those in which the question is not answered; the dark part, those in which it is the only one."
    )
    bars = []
    for name in sorted(found, key=lambda name: -found[name].open):
        alone, beside = found[name].alone, found[name].open - found[name].alone
        pieces = (("full", alone, f"the only one, {alone:,}"), ("light", beside, f"with others, {beside:,}"))
        bars.append(Bar(name, pieces, share(found[name].open, summary.waiting)))
    keys = {"full": "the only open question", "light": "with others"}
    yield figures([charts("not answered, of the cases that wait", bars, keys)])


def _disputes(batch: Batch) -> Iterator[str]:
    summary = batch.summary
    found = {name: count for name, count in summary.disputed.items() if count}
    yield heading(2, "Disputed cases")
    if not found:
        yield sentence("No answer is disputed.")
        return
    names = sorted(found, key=lambda name: -found[name])
    yield figures([charts("disputed", [bar_of(name, found[name], summary.cases) for name in names])])
    for name in names:
        rows = batch.answers.disputed(name, MOST)
        yield _cases(batch, name, rows, found[name], f"{name}: {counted(found[name], 'disputed case')}")


def _cases(batch: Batch, term: str, rows: Sequence[Row], count: int, title: str) -> str:
    """Cases one by one, each with its reason, and how many more there are."""
    lines = []
    for row, reason in batch.reasons.of(term, rows):
        expected = f"expected {row.expected}; " if row.expected is not None else ""
        lines.append(f"<li><b>{escaped(row.case)}</b> {escaped(expected + reason)}</li>")
    more = f"<li>and {count - len(rows):,} more</li>" if count > len(rows) else ""
    return f"<details><summary>{escaped(title)}</summary><ul>{''.join(lines)}{more}</ul></details>"


def _rejects(batch: Batch) -> Iterator[str]:
    rejects: Rejects = batch.summary.rejects
    yield heading(2, "Cases set apart")
    if not rejects.count:
        yield sentence("No case was set apart.")
        return
    yield sentence(
        f"{counted(rejects.count, 'case')} could not be decided and must be mended; rejects.ndjson has each with its "
        "place. … stands for what was written there."
    )
    reasons = [bar_of(reason, count, rejects.count) for reason, count in list(rejects.reasons.items())[:TOP]]
    rest = len(rejects.reasons) - len(reasons)
    told = [charts("why", reasons, below=f"And {counted(rest, 'other reason')}." if rest > 0 else "")]
    for end, scales in (("at least", rejects.least), ("at most, once corrected", rejects.most)):
        for name, counts in scales.items():
            bars = [
                bar_of(value or "nothing could be read", count, rejects.count, "full" if value else "grey")
                for value, count in counts.items()
            ]
            told.append(charts(f"{name}: {end}", bars))
    yield figures(told)


# --- what was expected -----------------------------------------------------------------------------------------------


def _comparisons(batch: Batch) -> Iterator[str]:
    found = {name: one for name, one in batch.summary.comparisons.items() if one.cases}
    if not found:
        return
    yield heading(2, "Against what was expected")
    yield sentence(
        "Each row is an expected answer, each column an answer given; darker is a larger share of the row, and a frame "
        "marks agreement. An answer that is open or disputed agrees with no value. Kappa is Cohen's, unweighted: "
        "0 is what chance would give, 1 is full agreement."
    )
    for name, comparison in found.items():
        yield heading(3, name)
        yield _matrix(batch.rulebook.terms[name], comparison)
        differing = comparison.cases - comparison.agreeing
        if differing:
            rows = batch.answers.differing(name, MOST)
            yield _cases(batch, name, rows, differing, f"{name}: {counted(differing, 'case')} with another answer")


def _matrix(term: Term, comparison: Comparison) -> str:
    labels = _labels(term, comparison)
    kappa = "not defined, for chance alone agrees" if comparison.kappa is None else f"{comparison.kappa:.2f}"
    agrees = f"{share(comparison.agreeing, comparison.cases)} of {comparison.cases:,} agree; Cohen's kappa {kappa}"
    key = "; ".join(f"{letter(place)} {label}" for place, label in enumerate(labels))
    drawn = picture(matrix_chart(labels, comparison.counts), f"{term.name}: {agrees}. Columns: {key}")
    caption = f"<figcaption>{escaped(agrees)}</figcaption>"
    scroll = f'<div class="wide" tabindex="0" role="region" aria-label="{escaped(term.name)}, matrix">{drawn}</div>'
    return f"<figure class=matrix>{caption}{scroll}{sentence(f'Columns: {key}', 'muted')}</figure>"


def _labels(term: Term, comparison: Comparison) -> list[str]:
    """All that was expected or answered: values in their order, then the rest."""
    used = {label for pair in comparison.counts for label in pair}
    known = [value for value in (*term.domain.values, OPEN, DISPUTED, GAP) if value in used]
    return known + sorted(used - set(known))


# --- rules -----------------------------------------------------------------------------------------------------------


def _rules(batch: Batch) -> Iterator[str]:
    fired, rules, cases = batch.summary.fired, batch.rulebook.rules, batch.summary.cases
    often = sorted((rule for rule in rules if fired[rule]), key=lambda rule: -fired[rule])
    never = [rules[rule] for rule in rules if not fired[rule]]
    yield heading(2, "Rules")
    yield heading(3, f"Fired: {len(often)} of {counted(len(rules), 'rule')}")
    if often:
        yield figures([charts("most often", [bar_of(rule, fired[rule], cases) for rule in often[:TOP]])])
    for folder, group in _folders(rules[rule] for rule in often).items():
        bars = [bar_of(rule.id, fired[rule.id], cases) for rule in group]
        title = f"{folder}: {counted(len(group), 'rule')} fired"
        drawn = figures([charts(folder, bars)])
        yield f"<details><summary>{escaped(title)}</summary>{drawn}</details>"
    yield heading(3, f"Never fired: {counted(len(never), 'rule')}")
    for folder, group in _folders(never).items():
        lines = "".join(f"<li><b>{escaped(rule.id)}</b> {escaped(rule.says)}</li>" for rule in group)
        title = escaped(f"{folder}: {counted(len(group), 'rule')} never fired")
        yield f"<details open><summary>{title}</summary><ul>{lines}</ul></details>"


def _folders(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """Rules by where they stand: a folder of cards, or a table."""
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        folder, _, name = rule.place.file.rpartition("/")
        where = name.rpartition(".")[0].replace("_", " ") if rule.row else folder.rpartition("/")[2]
        found.setdefault(f"table {where}" if rule.row else where or "rules", []).append(rule)
    return dict(sorted(found.items()))
