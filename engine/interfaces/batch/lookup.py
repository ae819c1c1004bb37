"""A case out of a finished batch, to be explained: its findings, and the answer that was stored of it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...case import Case, Decision, Members, Range
from ...columns import encoding as codes
from ...columns import lookup
from ...columns.flags import SEPARATOR
from ...columns.program import BROKEN_LAWS
from ...errors import Place, Problem
from ...loader import load
from ...none_of_these import NONE_OF_THESE, read_groups
from ...record import Json
from ...rulebook import Rulebook, Term, readable
from .options import refused
from .store import ANSWERS, FINDINGS, KNOWLEDGE, REJECTS, manifest_of


@dataclass(frozen=True)
class Stored:
    """A case of a batch with its rulebook; `row` is what was stored of its answer, None where it was set apart."""

    rulebook: Rulebook
    case: Case
    row: Mapping[str, object] | None

    def check(self, decision: Decision) -> None:
        """Compare a decision with the stored answer; raises Refused where they differ."""
        for name, value in _stored_answers(self.rulebook, decision).items():
            there = (self.row or {}).get(name)
            if self.row is not None and _text(there) != _text(value):
                expected = f"{_text(value) or 'nothing known'}, as the rulebook gives it"
                raise refused(self.case.place or "", f"{name}: {_text(there) or 'nothing known'} is stored", expected)


def stored_rulebook(out: Path) -> Rulebook:
    """The rulebook by which a folder of answers was made; raises Refused where it is another one now."""
    manifest = manifest_of(out)
    rulebook = load(out / KNOWLEDGE)
    if rulebook.digest != manifest["rulebook"]:
        expected = f"{manifest['rulebook']}, by which the answers were made"
        raise refused(out / KNOWLEDGE, f"the rulebook {rulebook.digest}", expected)
    return rulebook


def stored_findings(out: Path) -> Iterator[Any]:
    """The findings of a folder of answers, table by table; raises Refused where they were not kept."""
    paths = sorted((out / FINDINGS).glob(f"part-*{codes.SUFFIX}"))
    if not paths:
        raise refused(out, "answers without their findings", "the OUT of a batch that stored them")
    for path in paths:
        with lookup.readable(out):
            yield codes.read(path)


def stored_case(out: Path, name: str | None, known: Rulebook | None = None) -> Stored:
    """The case with that id in a folder of answers; raises Refused where it is not there, or several are.

    A `known` rulebook saves loading that of the folder, where it is the same.
    """
    found = stored_cases(out, name, known)
    if len(found) > 1:
        expected = "an id of one case alone: `lumbar batch --unique` lets no two inputs have the same"
        raise refused(out, f"{len(found)} cases with the id {name!r}, each of another input", expected)
    return found[0]


def stored_cases(out: Path, name: str | None, known: Rulebook | None = None) -> list[Stored]:
    """The cases with that id in a folder of answers, each of another input; raises Refused where there is none."""
    manifest = manifest_of(out)
    if name is None:
        raise refused(out, "a folder of answers, and no case named", "--case with the id of a case")
    same = known is not None and known.digest == manifest["rulebook"]
    rulebook = known if known is not None and same else stored_rulebook(out)
    with lookup.readable(out):
        found = _found(rulebook, out, manifest, name)
    if not all(readable(rulebook.terms, one.case.facts) for one in found):
        raise refused(out, f"answers of {name!r} that the rulebook does not know", "them as `lumbar batch` wrote them")
    return found


def is_stored(out: Path, name: str) -> bool:
    """Whether a case with that id was decided into a folder of answers."""
    with lookup.readable(out):
        return any(
            any(True for _ in codes.rows_of(path, name)) for path in (out / FINDINGS).glob(f"part-*{codes.SUFFIX}")
        )


def _found(rulebook: Rulebook, out: Path, manifest: Mapping[str, Any], name: str) -> list[Stored]:
    options = manifest.get("options", {})
    form = options.get("form")
    if form not in lookup.FORMATS:
        raise refused(out, f"answers in a form {form!r}", ", ".join(lookup.FORMATS))
    if not options["store"]:
        raise refused(out, "answers without their findings", "the OUT of a batch that stored them")
    only = bool(options.get("unique")) or len(manifest.get("inputs", ())) == 1
    found: list[Stored] = []
    for path in sorted((out / FINDINGS).glob(f"part-*{codes.SUFFIX}")):
        stored = codes.rows_of(path, name)
        answers = out / ANSWERS / f"{path.stem}.{form}"
        rows = lookup.rows_of(answers, form, name, rulebook) if stored else []
        if len(rows) < len(stored):
            raise refused(answers, f"no answer of the case {name!r}", "one for each case of the findings")
        found += [_stored(rulebook, name, facts, answers, row) for facts, row in zip(stored, rows, strict=False)]
        if found and only:
            break
    return found or [Stored(rulebook, _reject(out, name), None)]


def _stored(rulebook: Rulebook, name: str, facts: Json, answers: Path, row: Json) -> Stored:
    known = {term.name: facts[term.name] for term in rulebook.findings if facts.get(term.name) is not None}
    groups = read_groups(rulebook, facts.get(NONE_OF_THESE), Place(str(answers)))[0]
    case = Case(name, known, Place(str(answers)), none_of_these=dict.fromkeys(groups, ()))
    return Stored(rulebook, case, row)


def _reject(out: Path, name: str) -> Case:
    with (out / REJECTS).open(encoding="utf-8") as lines:
        for line in lines:
            rejected = json.loads(line)
            problems = rejected.get("problems", [rejected]) if isinstance(rejected, dict) else None
            facts = rejected.get("facts", {}) if isinstance(rejected, dict) else None
            if not isinstance(facts, dict) or not isinstance(problems, list) or not _are_objects(problems):
                raise refused(out / REJECTS, f"{line[:80].rstrip()!r}", "a rejected case in each line")
            if rejected.get("case") == name:
                found = tuple(map(Problem.of, problems))
                return Case(name, facts, found[0].place, problems=found)
    raise refused(out, f"no case {name!r}", "the id of a case that was given")


def _are_objects(problems: list[object]) -> bool:
    return bool(problems) and all(isinstance(one, dict) for one in problems)


def _stored_answers(rulebook: Rulebook, decision: Decision) -> Json:
    """The row that a decision should be stored as: its conclusions, the laws it breaks, and the rules that fired."""
    row: Json = {}
    for term in rulebook.conclusions:
        row |= _conclusion(term, decision)
    row[BROKEN_LAWS] = SEPARATOR.join(law.id for law in decision.broken) or None
    return row | {rule: rule in decision.fired for rule in rulebook.rules}


def _conclusion(term: Term, decision: Decision) -> Json:
    answer = decision.conclusions[term.name]
    if term.domain.kind == "several":
        members = answer if isinstance(answer, Members) else Members()
        inside = dict.fromkeys(members.inside, True) | dict.fromkeys(members.open)
        out = None if decision.broken else False
        return {f"{term.name}: {value}": inside.get(value, out) for value in term.domain.values}
    if term.takes_highest or term.domain.kind == "tally":
        low, high = (answer.low, answer.high) if isinstance(answer, Range) else (answer, answer)
        return {f"{term.name} at least": low, f"{term.name} at most": high}
    return {term.name: answer}


def _text(value: object) -> str:
    """A value as any of the forms has it."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
