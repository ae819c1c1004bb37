"""The page: what the counts say, as headings, sentences and charts; what is charted comes from the rulebook."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from htpy import Node, b, div, h2, h3, li, p, strong, ul

from ...columns.results import DISPUTED, GAP, OPEN, Answers, Row
from ...columns.summary import Comparison, Rejects, Spread, Summary
from ...drawing.charts import STYLE, Bar, bar_chart, matrix, share
from ...drawing.page import page as whole_page
from ...drawing.page import unfolded
from ...errors import counted, listed
from ...record import Json
from ...render import rules_reviewed
from ...render.pictures import notice
from ...rulebook import Rule, Rulebook, Term
from . import first
from .against import against_part
from .reasons import Reasons

MOST = 50  # cases named one by one
TOP = 12  # rules and reasons in the first chart
NAMED = 4  # values that no case got, in the open
KEYS = {"full": "settled", "light": "open: this or more", "grey": "no value"}
HOW_TO_READ = (
    "Each row is an expected answer, each column an answer given; darker is a larger share of the row, and a frame "
    "marks agreement. An answer that is open or disputed agrees with no value. Kappa is Cohen's, unweighted: "
    "0 is what chance would give, 1 is full agreement."
)


@dataclass(frozen=True)
class Batch:
    """A whole batch, ready to be reported."""

    rulebook: Rulebook
    answers: Answers
    summary: Summary
    inputs: tuple[str, ...] = ()
    finished: bool = True
    population: bool = False
    against: Json | None = None
    links: first.Links | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def reasons(self) -> Reasons:
        """Finds why single cases are as they are."""
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
    """The page as HTML, with its style in it."""
    title, found = content(batch)
    return whole_page(title, found, STYLE)


def content(batch: Batch) -> tuple[str, Node]:
    """The title of the page and what is below it, which needs STYLE, and no style of its own anywhere."""
    parts = (_answers, _population, _questions, _disputes, _rejects, _broken, _against, _comparisons, _rules)
    title = f"Report on {counted(batch.summary.cases + batch.summary.rejects.count, 'case')}"
    start = first.Start(batch.rulebook, batch.answers, batch.summary, batch.reasons, batch.links, batch.names)
    details = div("#details")[[part(batch) for part in parts]]
    return title, [_head(batch), first.first(start), _counts(batch), details]


def bar_of(label: str, count: int, whole: int, tone: str = "full") -> Bar:
    """A bar of one piece."""
    return Bar(label, ((tone, count, counted(count, "case")),), share(count, whole))


def figures(*charts: Node) -> Node:
    """Several charts beside each other where there is room."""
    return div(".figures")[charts]


# --- the parts of the page -------------------------------------------------------------------------------------------


def _head(batch: Batch) -> Node:
    """What has to be known of the answers before they are read."""
    unfinished = "The run is not finished: these are the counts of the parts that are done."
    return [notice(batch.rulebook, _reviewed(batch)), None if batch.finished else p(".alarm")[unfinished]]


def _counts(batch: Batch) -> Node:
    """How many cases there are, and of what files."""
    summary = batch.summary
    tiles = {
        "decided": summary.cases,
        "rejected, to be fixed": summary.rejects.count,
        "with an answer that is still open": summary.waiting,
        "with an answer that is disputed": summary.disputed_cases,
    }
    if summary.breaking_cases:
        tiles["breaking a law, only alarms shown"] = summary.breaking_cases
    return [
        ul(".tiles")[[li[strong[f"{count:,}"], f" {name}"] for name, count in tiles.items()]],
        p(".muted")[f"From {listed([batch.names.get(one, one) for one in batch.inputs], 6)}."]
        if batch.inputs
        else None,
    ]


def _reviewed(batch: Batch) -> str:
    fired = [rule for rule, count in batch.summary.fired.items() if count]
    if not fired:
        return "No rule fires in these cases."
    return rules_reviewed(batch.rulebook, fired, "that fire in these cases")


def _broken(batch: Batch) -> Node:
    """The laws that cases break, with the cases; nothing where none does."""
    found = {name: count for name, count in batch.summary.broken.items() if count}
    if not found:
        return None
    breaking = counted(batch.summary.breaking_cases, "case")
    says = f"{breaking} would break a law of the knowledge base. Of these only the alarms are shown."
    cases = []
    for name, count in found.items():
        law, rows = batch.rulebook.laws[name], batch.answers.breaking(name, MOST)
        title = f"{law.says} [{name}, {law.place.file}]: {counted(count, 'case')}"
        cases.append(_cases(title, [li[b[row.case]] for row in rows], count))
    chart = bar_chart("broken", [bar_of(name, count, batch.summary.cases) for name, count in found.items()])
    return [h2["Broken laws"], p(".alarm")[says], figures(chart), cases]


def _answers(batch: Batch) -> Node:
    summary = batch.summary
    if not summary.cases:
        return [h2["Answers"], p["No case was decided."]]
    sections = [
        [h3[title], figures(*(_spread(term, summary.spreads[term.name], summary.cases) for term in terms))]
        for title, terms in shown(batch.rulebook)
    ]
    return [h2["Answers"], *sections]


def _population(batch: Batch) -> Node:
    """The batch beside the drawn patients of its knowledge base, where that is wanted."""
    described = batch.rulebook.population
    if not batch.population or described is None:
        return None
    from .population import beside

    return beside(batch.rulebook, described, batch.summary)


def _spread(term: Term, spread: Spread, cases: int) -> Node:
    """How many cases got which answer: a scale in its order, all else the most frequent first."""
    values = list(term.domain.values)
    counts = {value: spread.settled[value] + spread.open.get(value, 0) for value in values}
    several = term.domain.kind == "several"
    if not term.takes_highest:
        values.sort(key=lambda value: -(spread.settled[value] if several else counts[value]))
    nothing = _nothing_said(term, spread)
    bars = [_answer(value, spread, cases, several or value in nothing) for value in values if counts[value]]
    bars = [bar for bar in bars if bar.length]
    bars += [bar_of(word, count, cases, "grey") for word, count in spread.without.items() if count and word != OPEN]
    mixed = any(len([count for _, count, _ in bar.pieces if count]) > 1 or bar.pieces[0][0] != "full" for bar in bars)
    below = [_unknown(term, spread, cases, nothing), _never([one for one in values if not counts[one]])]
    return bar_chart(term.name, bars, KEYS if mixed else None, below)


def _nothing_said(term: Term, spread: Spread) -> tuple[str, ...]:
    """The lowest step of a scale: that it is reached says nothing while more may come."""
    return term.domain.values[:1] if term.takes_highest and spread.open.get(term.domain.values[0]) else ()


def _unknown(term: Term, spread: Spread, cases: int, nothing: Sequence[str]) -> Node:
    """In a sentence, in how many cases an answer is not known yet, and which members may still come in."""
    count = spread.without.get(OPEN, 0) + sum(spread.open[value] for value in nothing)
    if count:
        return p(".muted")[f"Not known yet in {share(count, cases)}."]
    may = sorted((value for value, count in spread.open.items() if count), key=lambda value: -spread.open[value])
    if term.domain.kind != "several" or not may:
        return None
    lines = [li[f"{value}: in {share(spread.open[value], cases)}"] for value in may]
    return unfolded(f"{len(may)} may still come in, once open questions are answered", ul[lines])


def _answer(value: str, spread: Spread, cases: int, settled_only: bool) -> Bar:
    settled, is_open = spread.settled[value], 0 if settled_only else spread.open.get(value, 0)
    pieces = (("full", settled, f"settled in {counted(settled, 'case')}"), ("light", is_open, f"open in {is_open:,}"))
    return Bar(value, pieces, share(settled, cases) + (f" + {is_open:,}" if is_open else ""))


def _never(values: Sequence[str]) -> Node:
    """The values that no case got; many of them only where they are unfolded."""
    if len(values) > NAMED:
        return unfolded(f"{len(values)} values never given", ul[[li[value] for value in values]])
    return p(".muted")[f"Never given: {'; '.join(values)}."] if values else None


def _questions(batch: Batch) -> Node:
    summary = batch.summary
    found = {name: one for name, one in summary.questions.items() if one.open}
    title = h2["Screening questions that hold answers up"]
    if not found:
        return [title, p["No case waits for a screening question."]]
    says = (
        f"{counted(summary.waiting, 'case')} of {summary.cases:,} have an answer that is still open. "
        "Each bar counts those in which the question is not answered; the dark part, those in which it is the only one."
    )
    bars = []
    for name in sorted(found, key=lambda name: -found[name].open):
        alone, beside = found[name].alone, found[name].open - found[name].alone
        pieces = (("full", alone, f"the only one, {alone:,}"), ("light", beside, f"with others, {beside:,}"))
        bars.append(Bar(name, pieces, share(found[name].open, summary.waiting)))
    keys = {"full": "the only open question", "light": "with others"}
    return [title, p[says], figures(bar_chart("not answered, of the cases that wait", bars, keys))]


def _disputes(batch: Batch) -> Node:
    found = {name: count for name, count in batch.summary.disputed.items() if count}
    if not found:
        return [h2["Disputed cases"], p["No answer is disputed."]]
    names = sorted(found, key=lambda name: -found[name])
    chart = bar_chart("disputed", [bar_of(name, found[name], batch.summary.cases) for name in names])
    cases = [
        _cases_of(batch, name, batch.answers.disputed(name, MOST), found[name], "disputed case", "") for name in names
    ]
    return [h2["Disputed cases"], figures(chart), cases]


def _cases_of(batch: Batch, term: str, rows: Sequence[Row], count: int, noun: str, more: str) -> Node:
    """Cases one by one, each with the reason for its answer to a term."""
    lines = []
    for row, reason in batch.reasons.of(term, rows):
        expected = f"expected {row.expected}; " if row.expected is not None else ""
        lines.append(li[b[row.case], f" {expected}{reason}"])
    return _cases(f"{term}: {counted(count, noun)}{more}", lines, count)


def _cases(title: str, lines: Sequence[Node], count: int) -> Node:
    """Cases one by one, and how many more there are."""
    more = li[f"and {count - len(lines):,} more"] if count > len(lines) else None
    return unfolded(title, ul[lines, more])


def _rejects(batch: Batch) -> Node:
    rejects: Rejects = batch.summary.rejects
    if not rejects.count:
        return [h2["Rejected cases"], p["No case was rejected."]]
    says = (
        f"{counted(rejects.count, 'case')} could not be decided: they have to be fixed. rejects.ndjson has each with "
        "its place. … stands for what was written there."
    )
    reasons = [bar_of(reason, count, rejects.count) for reason, count in list(rejects.reasons.items())[:TOP]]
    rest = len(rejects.reasons) - len(reasons)
    charts = [bar_chart("why", reasons, below=p(".muted")[f"And {counted(rest, 'other reason')}."] if rest else None)]
    for end, scales in (("at least", rejects.least), ("at most, once fixed", rejects.most)):
        for name, counts in scales.items():
            bars = [
                bar_of(value or "nothing could be read", count, rejects.count, "full" if value else "grey")
                for value, count in counts.items()
            ]
            charts.append(bar_chart(f"{name}: {end}", bars))
    return [h2["Rejected cases"], p[says], figures(*charts)]


# --- an earlier run ---------------------------------------------------------------------------------------------------


def _against(batch: Batch) -> Node:
    """What differs from an earlier batch over the same ids, where one was named."""
    return against_part(batch.against, batch.rulebook) if batch.against is not None else None


# --- what was expected -----------------------------------------------------------------------------------------------


def _comparisons(batch: Batch) -> Node:
    found = {name: one for name, one in batch.summary.comparisons.items() if one.cases}
    if not found:
        return None
    parts: list[Node] = [h2["Against what was expected"], p[HOW_TO_READ]]
    for name, comparison in found.items():
        parts += [h3[name], _matrix(batch.rulebook.terms[name], comparison)]
        differing = comparison.cases - comparison.agreeing
        if differing:
            rows = batch.answers.differing(name, MOST)
            parts.append(_cases_of(batch, name, rows, differing, "case", " with another answer"))
    return parts


def _matrix(term: Term, comparison: Comparison) -> Node:
    kappa = "not defined, for chance alone agrees" if comparison.kappa is None else f"{comparison.kappa:.2f}"
    agrees = f"{share(comparison.agreeing, comparison.cases)} of {comparison.cases:,} agree; Cohen's kappa {kappa}"
    return matrix(term.name, agrees, _labels(term, comparison), comparison.counts)


def _labels(term: Term, comparison: Comparison) -> list[str]:
    """All that was expected or answered: values in their order, then the rest."""
    used = {label for pair in comparison.counts for label in pair}
    known = [value for value in (*term.domain.values, OPEN, DISPUTED, GAP) if value in used]
    return known + sorted(used - set(known))


# --- rules -----------------------------------------------------------------------------------------------------------


def _rules(batch: Batch) -> Node:
    fired, rules = batch.summary.fired, batch.rulebook.rules
    often = sorted((rule for rule in rules.values() if fired[rule.id]), key=lambda rule: -fired[rule.id])
    never = [rule for rule in rules.values() if not fired[rule.id]]
    return [
        h2["Rules"],
        h3[f"Fired: {len(often)} of {counted(len(rules), 'rule')}"],
        figures(_firing("most often", often[:TOP], batch)) if often else None,
        [
            unfolded(f"{folder}: {counted(len(group), 'rule')} fired", figures(_firing(folder, group, batch)))
            for folder, group in _folders(often).items()
        ],
        h3[f"Never fired: {counted(len(never), 'rule')}"],
        [
            unfolded(
                f"{folder}: {counted(len(group), 'rule')} never fired",
                ul[[li[b[rule.id], f" {rule.says}"] for rule in group]],
            )
            for folder, group in _folders(never).items()
        ],
    ]


def _firing(title: str, rules: Iterable[Rule], batch: Batch) -> Node:
    fired: Mapping[str, int] = batch.summary.fired
    return bar_chart(title, [bar_of(rule.id, fired[rule.id], batch.summary.cases) for rule in rules])


def _folders(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """Rules by where they stand: a folder of cards, or a table."""
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        folder, _, name = rule.place.file.rpartition("/")
        where = name.rpartition(".")[0].replace("_", " ") if rule.row else folder.rpartition("/")[2]
        found.setdefault(f"table {where}" if rule.row else where or "rules", []).append(rule)
    return dict(sorted(found.items()))
