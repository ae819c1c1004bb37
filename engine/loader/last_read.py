"""The state of a folder that was read last: if only cards, cases and reviews have changed, only they are read again.

What such files say rests on the terms and sources alone, so the other cards and cases stay as they were read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import PurePosixPath

from ..cache import Cached
from ..errors import KnowledgeError
from ..rulebook import Rulebook

CASES = "cases/"
AGAIN = ("rules/", CASES, "reviews/")
CASES_BENEATH = "cases/beneath/"


@dataclass(frozen=True)
class LastRead:
    """By the name of each file a digest of its content, and the name of the record of the rulebook that they say."""

    files: Mapping[str, str] = field(default_factory=dict)
    name: str = ""


@dataclass(frozen=True)
class LastReadWithoutCases(LastRead):
    """The same, of a folder that was read without its saved cases, or has none."""


def from_last(files: Mapping[str, bytes], directory: str) -> Rulebook | None:
    """The rulebook of these files, made from that of the last; None where more has changed, or anything is wrong."""
    last = _kept(files, directory).read()
    if last is None or not last.files.keys() <= files.keys():
        return None
    changed = [name for name, digest in _digests(files).items() if last.files.get(name) != digest]
    if not all(name.startswith(AGAIN) and not name.startswith(CASES_BENEATH) for name in changed):
        return None
    earlier = Cached.named(Rulebook, last.name).read()
    if earlier is None or not all(_its_own(earlier, name) for name in changed):
        return None
    from .assemble import with_changed

    try:
        found = with_changed(earlier, {name: files[name] for name in changed})
    except KnowledgeError:
        return None  # whoever reads all of it finds all that is wrong
    return _in_order(found)


def note(files: Mapping[str, bytes], directory: str, kept: Cached[Rulebook]) -> None:
    """Note that the rulebook of these files is kept there."""
    if kept.path is not None:
        last = _kept(files, directory)
        last.write(last.kind(_digests(files), kept.path.name))


def _kept(files: Mapping[str, bytes], directory: str) -> Cached[LastRead]:
    """The note of a folder, and another of the same where it is read without its saved cases."""
    kind = LastRead if any(name.startswith(CASES) for name in files) else LastReadWithoutCases
    return Cached(kind, directory)


def _digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: blake2b(content, digest_size=16).hexdigest() for name, content in files.items()}


def _its_own(rulebook: Rulebook, name: str) -> bool:
    """Whether no other file already has the rule or the case that a file is named after."""
    if name.startswith("reviews/"):
        return True
    stem = PurePosixPath(name).stem
    known = rulebook.rules.get(stem) if name.startswith("rules/") else rulebook.cases.get(stem)
    return known is None or (known.place is not None and known.place.file == name)


def _in_order(rulebook: Rulebook) -> Rulebook:
    """The cards and the saved cases in the order of their files; rows stay as they were, after all cards."""
    cards = {rule.place.file: rule for rule in rulebook.own_rules if not rule.row}
    rows = {rule.id: rule for rule in rulebook.own_rules if rule.row}
    known = rulebook.beneath.cases if rulebook.beneath else {}
    cases = {case.place.file: case for name, case in rulebook.cases.items() if case.place and name not in known}
    rules = {cards[file].id: cards[file] for file in sorted(cards)} | rows
    beneath = {rule.id: rule for rule in rulebook.rules.values() if rule.id not in rules}
    saved = {name: case for name, case in rulebook.cases.items() if name in known}
    saved |= {cases[file].id: cases[file] for file in sorted(cases)}
    return replace(rulebook, rules=beneath | rules, cases=saved)
