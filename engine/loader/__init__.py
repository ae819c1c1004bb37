"""A folder of knowledge as a Rulebook, or every problem of all its files; and a mapping of answers as a Case."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..cache import Kept
from ..case import Case
from ..rulebook import Rulebook
from .files import read_folder
from .last_read import from_last, note


def load(directory: str | Path, cases: bool = True) -> Rulebook:
    """The rulebook of a folder, from the cache where nothing has changed; raises KnowledgeError.

    Without the saved cases and the population it is the same rulebook, by the same digest, and sooner there.
    """
    return load_read(read_folder(directory, cases), str(directory))


def load_read(files: Mapping[str, bytes], directory: str) -> Rulebook:
    """The rulebook of a folder's files, as they were read, from the cache where nothing has changed.

    What is in the cache is of these files in any folder: a copy of the knowledge, as a batch makes, is read as quickly.
    """
    kept = Kept(Rulebook, directory, files)
    rulebook = kept.read()
    if rulebook is None:
        rulebook = from_last(files, directory) or load_files(files, directory)
        rulebook.stages, rulebook.support, rulebook.digest  # noqa: B018 (worked out once, kept with the rest)
        kept.write(rulebook)
        note(files, directory, kept)
    return rulebook.moved(directory)


def load_files(files: Mapping[str, bytes], directory: str = "") -> Rulebook:
    """The rulebook of files, name (with / between folders) to content; raises KnowledgeError."""
    from .assemble import assemble  # all that reads text, which a rulebook from the cache does not need

    return assemble(files, directory)


def case_from(rulebook: Rulebook, answers: Mapping[str, Any], name: str = "case") -> Case:
    """Make a case of a mapping from findings to answers, read as in a case file (docs/language.md).

    Answers may be texts, numbers and booleans, also those of numpy and pandas; None, NaN, NaT, pandas.NA, a blank text
    and `unknown` mean no answer. `case` may hold the id (if not, it is `name`); `says` and `source` are as in a file.
    Raises CaseError with every problem: a name that is not a finding, a conclusion, a value that its finding does not
    have, answers that contradict each other.
    """
    from .cases import case_of

    return case_of(rulebook, answers, name)
