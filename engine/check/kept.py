"""What was found of the edits of rules, kept from one time to the next in the user's cache folder.

All of it is kept under a digest of all that it rests on, and used where that is the same to the letter; what examples
tell is so kept for each card and each table. Where anything else has changed, what is kept only says where to look
first: which saved case noticed an edit, and which patients showed that an answer hangs on one. That is tried anew.
"""

import pickle
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

from .. import kept as cache
from ..case import Decision, Value
from ..rulebook import Rulebook, readable
from .by_examples import ByExamples

KEPT = 8
MOST = 500
"""Patients who are kept."""


class Kept:
    """What was kept of one folder of knowledge; nothing where the folder has no name.

    `found` is all that was found, None where anything has changed since; `by_examples` what examples told, under its
    own digests; `noticed` has for edits, by rule and words, the saved case that noticed each; `patients` showed that an
    answer hangs on an edit.
    """

    def __init__(self, rulebook: Rulebook, decisions: Sequence[Decision], proving: bool) -> None:
        folder = cache.folder() if rulebook.directory else None
        self.path = folder / f"{cache.digest_of(rulebook.directory).hexdigest()}.edits" if folder else None
        resting_on = (rulebook, [decision.marks for decision in decisions], proving)
        self.key = blake2b(repr(resting_on).encode()).hexdigest() if self.path else ""
        self.found: Any = None
        self.by_examples: Mapping[str, ByExamples] = {}
        self.noticed: Mapping[tuple[str, str], str] = {}
        self.patients: Sequence[Mapping[str, Value]] = ()
        self._read(rulebook)

    def _read(self, rulebook: Rulebook) -> None:
        try:
            content = pickle.loads(self.path.read_bytes()) if self.path else ("", None, {}, {}, ())
            key, found, told, noticed, patients = content
            still = tuple(facts for facts in patients if readable(rulebook.terms, facts))
        except Exception:  # whatever a damaged file raises, all of it can be tried anew
            return
        self.found = found if key == self.key else None
        self.by_examples, self.noticed, self.patients = told, noticed, still

    def save(
        self,
        found: object,
        told: Mapping[str, ByExamples],
        noticed: Mapping[tuple[str, str], str],
        patients: Sequence[Mapping[str, Value]],
    ) -> None:
        """Keep what was found for the next time."""
        if self.path is not None:
            content = (self.key, found, dict(told), dict(noticed), tuple(patients[-MOST:]))
            cache.write(self.path, pickle.dumps(content, protocol=pickle.HIGHEST_PROTOCOL), KEPT)
