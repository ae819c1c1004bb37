"""The YAML files of a knowledge base as trees; those of unchanged files are kept from one time to the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from ..cache import Cached
from ..document import Node, Unreadable, read
from .problem_collector import ProblemCollector

CASES = "cases/"
"""A base that is read without its saved cases leaves theirs."""
FEW = 8
"""So many changed files are parsed again each time, which is faster than to write the trees of all of them."""


@dataclass(frozen=True)
class ParsedFiles:
    """By the name of a file without problems, a digest of its text, and its tree."""

    files: Mapping[str, tuple[str, Node | None]] = field(default_factory=dict)


def parsed(collector: ProblemCollector, texts: Mapping[str, str], directory: str) -> dict[str, Node | None]:
    """The tree of each YAML text that can be read; what cannot is noted. Of a folder, only changed files are parsed."""
    kept = Cached(ParsedFiles, directory)
    known = (kept.read() or ParsedFiles()).files
    found: dict[str, tuple[str, Node | None]] = {}
    for name, text in texts.items():
        if not name.endswith(".yaml"):
            continue
        digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        if name in known and known[name][0] == digest:
            found[name] = known[name]
        else:
            _parse(collector, name, text, digest, found)
    others = {name: one for name, one in known.items() if name.startswith(CASES) and name not in texts}
    changed = sum(known.get(name) != one for name, one in found.items())
    if directory and changed > FEW:
        faulty = {problem.place.file for problem in collector.problems}
        kept.write(ParsedFiles({name: one for name, one in (others | found).items() if name not in faulty}))
    return {name: node for name, (_, node) in found.items()}


def _parse(
    collector: ProblemCollector, name: str, text: str, digest: str, found: dict[str, tuple[str, Node | None]]
) -> None:
    try:
        node, repeated = read(text, name)
    except Unreadable as error:
        collector.problems.append(error.problem)
        return
    collector.problems += repeated
    found[name] = (digest, node)
