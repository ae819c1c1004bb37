"""A new card tried out before it is saved: what is to be mended, and what it does to the saved cases."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ..case import Case, Decision
from ..checks import Subject, errors, tried
from ..checks.finding import Finding
from ..checks.saved_cases import expected_text, with_answer
from ..errors import KnowledgeError, Problem
from ..loader import writing
from ..loader.assemble import with_files
from ..rulebook import Rulebook
from .baseline import SavedCases
from .draft import Draft
from .impact import CaseChange


@dataclass(frozen=True)
class DryRun:
    """What came of trying a card: `texts` are the files to be saved, name to text, `problems` what is in the way.

    `findings` are those of the problems that checks found, each with cases in which it shows.
    `changes` are the saved cases whose advice changes; their new answers are among the texts. `subject` is the rulebook
    with the card as checks look at it, its saved cases decided; None where it cannot be read.
    """

    texts: Mapping[str, str]
    problems: tuple[Problem, ...]
    findings: tuple[Finding, ...] = ()
    changes: tuple[CaseChange, ...] = ()
    subject: Subject | None = None

    @property
    def after(self) -> Rulebook | None:
        """The rulebook with the card, where it can be read."""
        return self.subject.rulebook if self.subject else None


class _Deciding:
    """Decides saved cases with the card, and nothing twice."""

    def __init__(self, saved: SavedCases, after: Rulebook, draft: Draft) -> None:
        self.saved, self.after, self.rule = saved, after, draft.rule
        self.found: dict[str, Decision] = {}

    def decide(self, case: Case) -> Decision:
        if case.id not in self.found:
            self.found[case.id] = self.saved.decided(self.after, self.rule, case)
        return replace(self.found[case.id], case=case)


def dry_run(
    saved: SavedCases,
    draft: Draft,
    patient: Case | None = None,
    text: str = "",
    beside: Mapping[str, str] | None = None,
) -> DryRun:
    """Try a card on a rulebook; `patient` is a case that is saved with it, with the answer that it then gets.

    `text` is that of the card, where it is not as it would be written: with comments, or in a layout of its own. Saved
    cases whose text is not the one on disk are `beside`.
    """
    before, texts = saved.rulebook, {draft.file: text or draft.text}
    try:
        after = with_files(before, texts)
        changes = tuple(saved.changes(after, draft.rule))
        deciding = _Deciding(saved, after, draft)
        texts |= {_file(change.case): _answered(after, deciding, change.case, beside or {}) for change in changes}
        if patient is not None and patient.id not in before.cases:
            answer = expected_text(after, deciding.decide(patient))
            texts[f"cases/{patient.id}.yaml"] = writing.case(after, patient, answer)
        after = with_files(before, texts)
    except KnowledgeError as error:
        return DryRun(texts, error.problems)
    subject = Subject(after, deciding.decide)
    findings = tuple(one for one in tried(subject) if one.blocks and one.problem not in saved.problems)
    return DryRun(texts, errors(findings), findings, changes, subject)


def _file(case: Case) -> str:
    assert case.place is not None  # a saved case stands in a file
    return case.place.file


def _answered(after: Rulebook, deciding: _Deciding, case: Case, beside: Mapping[str, str]) -> str:
    """The text of a saved case with its new answer."""
    file = _file(case)
    text = beside[file] if file in beside else (Path(after.directory) / file).read_text(encoding="utf-8")
    return with_answer(text, after, deciding.decide(case))
