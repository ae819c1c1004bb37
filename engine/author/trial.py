"""Everything that a card, or another change of the rules, is tried on, step by step: what came of each, in words."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from .. import semantics
from ..case import Case, Value
from ..checks import Subject, proved, tried
from ..checks.causes import causes
from ..checks.finding import Finding
from ..checks.mutation import in_words, mutation_test_of
from ..checks.saved_cases import with_answer
from ..checks.screen import head
from ..circuit import CompiledRulebook
from ..digests import digest_of
from ..errors import Problem, counted, listed
from ..extras import missing
from ..loader.assemble import with_files
from ..loader.files import read_folder
from ..proof.equivalence import Two
from ..render import StyledLine
from ..rulebook import Rule, Rulebook
from . import report_text
from .baseline import SavedCases
from .draft import Draft
from .dry_run import dry_run
from .equivalence import compare_every_case
from .impact import CaseChange, saved_changes
from .new_words import FINDING, NewWord, with_answers, with_words
from .parse_input import Refused
from .proving import Conflict, Earlier, conflicts, earlier_errors, new_errors, subsuming
from .report_text import FEW, who

if TYPE_CHECKING:
    from ..columns.population import Figures

Name = Literal["read", "saved", "laws", "every case", "mutation", "population"]
STEPS: tuple[Name, ...] = ("read", "saved", "laws", "every case", "mutation", "population")
PATIENTS = 10_000  # drawn patients in whom it is counted how often a rule fires


@dataclass(frozen=True)
class Shown:
    """A patient who shows what was found: a phrase, and the answers."""

    says: str
    facts: Mapping[str, Value]


@dataclass(frozen=True)
class TrialStep:
    """What came of one step: its lines, whether it is in the way of saving, patients, and rules that may give way."""

    name: Name
    lines: tuple[StyledLine, ...]
    blocks: bool = False
    patients: tuple[Shown, ...] = ()
    rivals: tuple[str, ...] = ()
    texts: Mapping[str, str | None] = field(default_factory=dict)


class Before:
    """The rules as they are, with what every trial compares with; each is found once."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.saved = SavedCases(rulebook)

    @cached_property
    def errors(self) -> Earlier:
        """What there is to fix already."""
        return earlier_errors(self.rulebook)

    @cached_property
    def figures(self) -> "Figures | None":
        """What the rules make of the population now."""
        return _figures(self.rulebook)

    def warm(self) -> None:
        """Find all of it now."""
        _ = self.saved.problems, self.errors
        try:
            _ = self.figures
        except ModuleNotFoundError:
            return


def before_with_words(
    before: Before, files: Mapping[str, bytes], words: Sequence[NewWord]
) -> tuple[Before, dict[str, str]]:
    """The rules as they are with new words that no rule reads yet, and the texts of saved cases that answer them.

    What there is to fix already is what it was without them: what they bring, the rule has to settle. Raises Refused.
    """
    extended, refused = with_words(before.rulebook, words)
    if refused:
        raise Refused(next(iter(refused.values())))
    extended, texts = with_answers(replace(extended), files, words)  # by a digest of its own
    made = Before(extended)
    if not any(word.kind == FINDING for word in words):
        made.saved = before.saved.with_terms(extended)
    vars(made.saved)["problems"] = before.saved.problems
    vars(made).update(errors=before.errors)
    with suppress(ModuleNotFoundError):
        vars(made).update(figures=before.figures)
    return made, texts


def try_card(
    before: Before, draft: Draft, text: str, patient: Case | None = None, beside: Mapping[str, str] | None = None
) -> Iterator[TrialStep]:
    """Try a card, whose file will have this text; `patient` is saved with it. Ends at the first step in the way.

    Saved cases whose text is not the one on disk are `beside`.
    """
    ran = dry_run(before.saved, draft, patient, text, beside)
    if ran.subject is None:
        yield problems_of(ran.problems)
        return
    yield _read(ran.subject.rulebook, ran.findings)
    books = (ran.subject.rulebook, before.rulebook)
    yield _saved(ran.changes, books)
    found = tuple(conflicts(ran.subject.prover, draft.rule))
    if found:
        yield _conflicts(found)
    if found or ran.problems:
        return
    yield (step := _laws(before, ran.subject, draft.rule))
    if step.blocks:
        return
    yield _every_case(books)
    yield _mutation(ran.subject, draft.rule)
    yield replace(_population(before, ran.subject.rulebook, draft.rule), texts=ran.texts)


def try_change(before: Before, after: Rulebook, texts: Mapping[str, str | None]) -> Iterator[TrialStep]:
    """Try a rulebook with a rule less; `texts` are its files that differ, None for one that goes."""
    subject = Subject(after)
    found = [one for one in tried(subject) if one.blocks and one.problem not in before.saved.problems]
    books = (after, before.rulebook)
    changes = saved_changes(Two(before.rulebook, after), ())
    yield _read(after, found)
    yield _saved(changes, books)
    if found:
        return
    yield (step := _laws(before, subject))
    if not step.blocks:
        yield replace(_every_case(books), texts=texts)


def try_files(before: Before, after: Rulebook, texts: Mapping[str, str]) -> Iterator[TrialStep]:
    """Try a rulebook of which some files say something else; saved cases get the answer that they have then."""
    changes = saved_changes(Two(before.rulebook, after), ())
    answered = {one.case.place.file: _answered(after, one.case) for one in changes if one.case.place}
    after = with_files(after, answered)
    subject = Subject(after)
    found = [one for one in tried(subject) if one.blocks and one.problem not in before.saved.problems]
    books = (after, before.rulebook)
    yield _read(after, found)
    yield _saved(changes, books)
    if found:
        return
    yield (step := _laws(before, subject))
    if not step.blocks:
        yield replace(_every_case(books), texts={**texts, **answered})


def _answered(after: Rulebook, case: Case) -> str:
    assert case.place is not None
    text = (Path(after.directory) / case.place.file).read_text(encoding="utf-8")
    return with_answer(text, after, semantics.decide(after, case))


def check_rules(rulebook: Rulebook, earlier: Rulebook | None = None) -> Iterator[TrialStep]:
    """Check all rules as they are, beside an earlier state where there is one; findings are grouped by their causes."""
    counts = ((len(rulebook.rules), "rule"), (len(rulebook.laws), "law"), (len(rulebook.cases), "saved case"))
    yield TrialStep("read", (StyledLine(f"Read: {listed([counted(*one) for one in counts])}."),))
    subject = Subject(rulebook, before=earlier)
    found = [one for one in (*tried(subject), *proved(subject)) if one.blocks or one.weight > 1]
    lines = tuple(_grouped(rulebook, found, earlier)) or tuple(report_text.proved_laws(rulebook, card=False))
    yield TrialStep("laws", lines, any(one.blocks for one in found), _patients(found))


def state_of(directory: Path) -> str:
    """A short name for all files of a knowledge base as they are, by which a change of any is noticed."""
    return digest_of([[name, data.hex()] for name, data in sorted(read_folder(directory).items())])


# --- the steps -------------------------------------------------------------------------------------------------------


def _read(after: Rulebook, found: Sequence[Finding]) -> TrialStep:
    lines = tuple(_grouped(after, found)) or (StyledLine(report_text.NO_PROBLEMS),)
    return TrialStep("read", lines, bool(found), _patients(found))


def _patients(found: Sequence[Finding]) -> tuple[Shown, ...]:
    """A patient for each finding that has one: whom it names, or the first case in which it shows."""
    cases = [one.patient or (one.trials[0].case if one.trials else None) for one in found]
    shown = {case.id: Shown(case.says or case.id, case.facts) for case in cases if case}
    return tuple(shown.values())[: 2 * FEW]


def _saved(changes: Sequence[CaseChange], books: Sequence[Rulebook]) -> TrialStep:
    lines = tuple(report_text.saved_changes(changes, books, len(books[1].cases)))
    return TrialStep("saved", lines, patients=tuple(Shown(one.case.id, one.case.facts) for one in changes[: 2 * FEW]))


def _conflicts(found: Sequence[Conflict]) -> TrialStep:
    lines = [next(report_text.conflict(one)) for one in found]  # its patient opens
    few = len(found) <= report_text.MOST_CONFLICTS
    if not few:
        lines.append(StyledLine(report_text.too_many_conflicts(found), 0, "alarm"))
    patients = tuple(Shown(f"{one.rule}: {one.value}", one.facts) for one in found[:FEW])
    rivals = tuple(dict.fromkeys(one.rule for one in found)) if few else ()
    return TrialStep("laws", tuple(lines), True, patients, rivals)


def _laws(before: Before, subject: Subject, rule: Rule | None = None) -> TrialStep:
    after, found = subject.rulebook, list(new_errors(subject, before.errors))
    if found:
        return TrialStep("laws", tuple(_grouped(after, found)), True, _patients(found))
    same = tuple(subsuming(subject.prover, rule)) if rule else ()
    return TrialStep("laws", tuple(report_text.proved_laws(after, same, card=rule is not None)))


def _grouped(after: Rulebook, found: Sequence[Finding], earlier: Rulebook | None = None) -> Iterator[StyledLine]:
    """What was found, by its causes: what a cause stands for is indented beneath it."""
    for cause in causes(after, found, earlier):
        yield _first(head(cause), 1)
        yield from (_first(str(one.problem), 2) for one in cause.findings[bool(cause.own) :])


def _first(text: str, indent: int) -> StyledLine:
    """The first line of a finding's text, without the excerpt of its file."""
    return StyledLine(text.partition("\n")[0], indent, "alarm" if indent == 1 else "plain", "- ")


def _every_case(books: tuple[Rulebook, Rulebook]) -> TrialStep:
    found = compare_every_case(Two(books[1], books[0]), most=1)
    patients = tuple(Shown(who(one), one.case.facts) for one in found.patients if one.odd is not None)
    return TrialStep("every case", tuple(report_text.every_case(found, books)), patients=patients[: 2 * FEW])


def _mutation(subject: Subject, rule: Rule) -> TrialStep:
    found = mutation_test_of(subject.rulebook, subject.prover, rule)
    whole, lines = found.whole, [*in_words(subject.rulebook, found)]
    changing = whole.mutants - whole.equivalent
    caught = StyledLine(
        f"Its examples and the saved cases catch {whole.killed} of {counted(changing, 'change')} of it."
    )
    return TrialStep("mutation", (caught, *(StyledLine(one, 1, "muted") for one in lines)))


# --- the population --------------------------------------------------------------------------------------------------


def _figures(rulebook: Rulebook) -> "Figures | None":
    if rulebook.population is None:
        return None
    from ..columns.population import Wanted, figures

    return figures(CompiledRulebook(rulebook), rulebook.population, Wanted(PATIENTS))[0]


def _population(before: Before, after: Rulebook, rule: Rule) -> TrialStep:
    """In how many of the well and of the ill a rule fires, and which alarms go off more or less often."""
    try:
        old, now = before.figures, _figures(after)
    except ModuleNotFoundError as error:
        return TrialStep("population", (StyledLine(missing(error.name or "", "batch"), 0, "muted"),))
    if old is None or now is None:
        return TrialStep("population", (StyledLine("The knowledge base describes no patients.", 0, "muted"),))
    groups = [name for name in ("well", "ill") if name in now.groups]
    said = {"well": "100 well people", "ill": "100 seriously ill"}
    fires = " and ".join(f"{now.groups[name][rule.id]:.1f} of {said[name]}" for name in groups)
    lines = [StyledLine(f"It fires in {fires} ({PATIENTS:,} drawn patients; conventions, not real ones).")]
    for alarm in now.alarms:
        parts = [(name, old.groups[name][alarm], now.groups[name][alarm]) for name in groups if name in old.groups]
        if any(abs(one - other) >= 0.05 for _, one, other in parts):
            shares = ", ".join(f"{one:.1f} → {other:.1f} of {said[name]}" for name, one, other in parts)
            lines.append(StyledLine(f"{alarm}: {shares}", 1, "plain", "* "))
    return TrialStep("population", tuple(lines))


def problems_of(found: Sequence[Problem]) -> TrialStep:
    """That something cannot be read or done."""
    return TrialStep("read", tuple(report_text.problems(found)), blocks=True)
