"""What a check found about one file of a knowledge base: in it, because of it, or with a rule of it."""

from dataclasses import replace
from pathlib import Path

from ..loader.stack import KNOWLEDGE
from ..rulebook import Rulebook
from . import Report
from .causes import Cause, causes


def about(rulebook: Rulebook, report: Report, file: str) -> Report:
    """The report with what concerns one file alone; how many errors there are elsewhere is counted."""
    groups = causes(rulebook, (*report.tried, *report.proved), report.before)
    names = [repr(rule.id) for rule in rulebook.rules.values() if rule.place.file == file]
    mine = {id(found) for cause in groups if _concerns(cause, file, names) for found in cause.findings}
    tried, proved = (tuple(one for one in part if id(one) in mine) for part in (report.tried, report.proved))
    mutation = report.mutation and replace(
        report.mutation,
        survivors=tuple(one for one in report.mutation.survivors if one.mutant.rule.place.file == file),
        not_covered=tuple(one for one in report.mutation.not_covered if one.rule.place.file == file),
    )
    made = replace(report, tried=tried, proved=proved, mutation=mutation, file=file)
    return replace(made, elsewhere=len(report.errors) - len(made.errors))


def _concerns(cause: Cause, file: str, names: list[str]) -> bool:
    places = {cause.place.file, *(found.problem.place.file for found in cause.findings)}
    return file in places or any(name in found.problem.there for found in cause.findings for name in names)


def file_of(rulebook: Rulebook, word: str) -> str | None:
    """The file of a knowledge base that a word means: a path, a path in it, or the name of a rule, a law or a case."""
    files = known_files(rulebook)
    folder, path = Path(rulebook.directory).resolve(), Path(word).resolve()
    inside = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else ""
    return next((file for file in (inside, word, files.get(word)) if file and file in files.values()), None)


def known_files(rulebook: Rulebook) -> dict[str, str]:
    """By name, the files of rules, tables, laws, assumptions and saved cases; and those of the terms."""
    files = {case.id: case.place.file for case in rulebook.cases.values() if case.place}
    files |= {law.id: law.place.file for laws in (rulebook.impossible, rulebook.laws) for law in laws.values()}
    files |= {rule.id.rpartition(".")[0] if rule.row else rule.id: rule.place.file for rule in rulebook.rules.values()}
    return files | {term.place.file: term.place.file for term in rulebook.terms.values() if term.place.file}


def folder_of(file: Path) -> Path | None:
    """The knowledge base that a file lies in: the nearest folder above it with `terms`, or that is a layer."""
    return next((folder for folder in file.resolve().parents if _is_base(folder)), None)


def _is_base(folder: Path) -> bool:
    return (folder / "terms").is_dir() or (folder / KNOWLEDGE).is_file()
