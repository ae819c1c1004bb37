"""Verdicts kept from one time to the next, under the digest of all that the question rests on.

What was proved never to happen is kept with the parts that cannot be together; what can happen is kept as its patients,
who are run anew. So after one card has changed only what rests on it is asked again.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

from .. import cache
from ..circuit import Gate
from ..rulebook import Term, readable
from .verdicts import Facts

KEPT = 8
MOST = 5_000
CASES = 1_000
"""So many of the newest cases: each time all are run through the circuit."""


class Kept:
    """The verdicts of one folder of knowledge; of none where the folder has no name."""

    def __init__(self, nodes: Sequence[Gate], terms: Mapping[str, Term], directory: str) -> None:
        self.nodes = nodes
        self.terms = terms
        self.path = _path(directory) if directory else None
        self.digests: list[str] = []
        self.cores, self.patients, self.cases = _read(self.path, terms)

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
        if self.path is not None:
            newest = dict(list(self.cores.items())[-MOST:])
            patients = {key: dict(facts) for key, facts in list(self.patients.items())[-MOST:]}
            content = {"never": newest, "patients": patients, "cases": [dict(facts) for facts in cases[-CASES:]]}
            cache.write(self.path, json.dumps(content).encode(), KEPT)

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


def _path(directory: str) -> Path | None:
    folder = cache.folder()
    return None if folder is None else folder / f"{cache.digest_of(directory).hexdigest()}.verdicts"


def _read(path: Path | None, terms: Mapping[str, Term]) -> tuple[dict[str, list[str]], dict[str, Facts], list[Facts]]:
    try:
        found: Any = json.loads(cache.read(path) or b"{}") if path is not None else {}
        cores = {key: [str(digest) for digest in core] for key, core in found.get("never", {}).items()}
        patients = {key: facts for key, facts in found.get("patients", {}).items() if readable(terms, facts)}
        cases = [facts for facts in found.get("cases", []) if readable(terms, facts)]
    except Exception:  # whatever is wrong with the file, all can be asked anew
        return {}, {}, []
    return cores, patients, cases
