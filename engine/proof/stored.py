"""Verdicts kept from one time to the next, under the digest of all that the question rests on.

What was proved never to happen is kept with the parts that cannot be together; what can happen is kept as its patients,
who are run anew. So after one card has changed only what rests on it is asked again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from .. import cache
from ..circuit import Gate
from ..rulebook import Term, readable
from .verdicts import Facts

MOST = 5_000
CASES = 1_000
"""So many of the newest cases: each time all are run through the circuit."""


@dataclass(frozen=True)
class Verdicts:
    """What is kept: parts that are never true together, smallest patients by question, and the newest cases."""

    cores: dict[str, list[str]] = field(default_factory=dict)
    patients: dict[str, Facts] = field(default_factory=dict)
    cases: list[Facts] = field(default_factory=list)


class StoredVerdicts:
    """The verdicts of one folder of knowledge; of none where the folder has no name."""

    def __init__(self, nodes: Sequence[Gate], terms: Mapping[str, Term], directory: str) -> None:
        self.nodes = nodes
        self.terms = terms
        self.file = cache.Cached(Verdicts, directory)
        self.path = self.file.path
        self.digests: list[str] = []
        found = self.file.read() or Verdicts()
        self.cores = found.cores
        self.patients = {key: facts for key, facts in found.patients.items() if readable(terms, facts)}
        self.cases = [facts for facts in found.cases if readable(terms, facts)]

    def core(self, asked: Sequence[int]) -> frozenset[int] | None:
        """The nodes that were proved never to be true together, where this was asked before."""
        if self.path is None:
            return None
        found = self.cores.get(self._key(asked))
        if found is None:
            return None
        named = {self.digests[node]: node for node in asked}
        return frozenset(named[digest] for digest in found if digest in named)

    def put(self, asked: Sequence[int], core: Iterable[int]) -> None:
        """Keep that these nodes are never true together."""
        if self.path is not None:
            self.cores[self._key(asked)] = [self.digests[node] for node in core]

    def patient(self, asked: Sequence[int]) -> Facts | None:
        """The smallest patient in whom these nodes are true, where this was found before."""
        return self.patients.get(self._key(asked)) if self.path is not None else None

    def put_patient(self, asked: Sequence[int], facts: Facts) -> None:
        """Keep a patient who was proved to be the smallest."""
        if self.path is not None:
            self.patients[self._key(asked)] = facts

    def digest(self, node: int) -> str:
        """What a node says, however it is numbered."""
        for gate in self.nodes[len(self.digests) :]:
            self.digests.append(self._digest(gate))
        return self.digests[node]

    def save(self, cases: Sequence[Facts]) -> None:
        """Write it all for the next time."""
        cores, patients = dict(list(self.cores.items())[-MOST:]), dict(list(self.patients.items())[-MOST:])
        self.file.write(Verdicts(cores, patients, [dict(facts) for facts in cases[-CASES:]]))

    def _key(self, asked: Sequence[int]) -> str:
        return _short("question", *sorted(self.digest(node) for node in asked))

    def _digest(self, gate: Gate) -> str:
        if gate.kind == "constant":
            return "true" if self.digests else "false"
        if gate.atom is None:
            return _short(gate.kind, *sorted(self.digests[place] for place in gate.inputs))
        atom = gate.atom
        named = (
            [atom.term]
            if atom.line is None
            else [atom.term, atom.line.relation, str(atom.line.amount), atom.line.other]
        )
        domains = [self.terms[atom.term].domain] + ([self.terms[atom.line.other].domain] if atom.line else [])
        return _short(atom.kind, atom.value, str(atom.number), *named, *map(str, domains))


def _short(*parts: str) -> str:
    return blake2b("\0".join(parts).encode(), digest_size=12).hexdigest()
