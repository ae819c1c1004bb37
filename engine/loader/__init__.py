"""A folder of knowledge as a Rulebook, or every problem of all its files; and a mapping of answers as a Case."""

from collections.abc import Mapping
from pathlib import Path

from ..cache import Cached
from ..case import Case
from ..errors import KnowledgeError
from ..rulebook import Rulebook
from . import stack
from .files import read_folder
from .last_read import from_last, note

HERE = 2
"""So many rulebooks stay in the memory of a process, those read last: one with its saved cases, and one without."""
_read_here: dict[Path | None, Rulebook] = {}


def load(directory: str | Path, cases: bool = True) -> Rulebook:
    """The rulebook of a folder, from the cache where nothing has changed; raises KnowledgeError.

    Without the saved cases and the population it is the same rulebook, by the same digest, and sooner there.
    """
    return load_read(read_folder(directory, cases), str(directory))


def load_read(files: Mapping[str, bytes], directory: str) -> Rulebook:
    """The rulebook of a folder's files, as they were read, from the cache where nothing has changed.

    What is in the cache is of these files in any folder: a copy of the knowledge, as a batch makes, is read as quickly.
    """
    kept = Cached(Rulebook, directory, files)
    rulebook = _read_here.pop(kept.path, None) or kept.read()
    if rulebook is None:
        rulebook = from_last(files, directory) or load_files(files, directory)
        rulebook.stages, rulebook.support, rulebook.digest  # noqa: B018 (worked out once, kept with the rest)
        kept.write(rulebook)
        note(files, directory, kept)
    rulebook = rulebook.moved(directory)
    if kept.path is not None:
        _read_here[kept.path] = rulebook
        while len(_read_here) > HERE:
            del _read_here[next(iter(_read_here))]
    return rulebook


def load_files(files: Mapping[str, bytes], directory: str = "") -> Rulebook:
    """The rulebook of files, name (with / between folders) to content; raises KnowledgeError.

    Where they are of a layer, those of what it builds on are among them, and it is the sum of all.
    """
    from .assemble import assemble  # all that reads text, which a rulebook from the cache does not need

    return assemble(stack.own(files), directory, _beneath(files, directory))


def _beneath(files: Mapping[str, bytes], directory: str) -> Rulebook | None:
    """The rulebook that a layer builds on, as it is seen from there; None where the files are of no layer."""
    if not stack.built_on(files):
        return None
    from .placed import from_above, problems_from_above

    name = stack.name_beneath(files)
    try:
        return from_above(load_read(stack.beneath(files), f"{directory}/beneath" if directory else ""), name)
    except KnowledgeError as error:
        raise problems_from_above(error, name) from error


def case_from(rulebook: Rulebook, answers: Mapping[str, object], name: str = "case") -> Case:
    """Make a case of a mapping from findings to answers, read as in a case file (docs/language.md).

    Answers may be texts, numbers and booleans, also those of numpy and pandas; None, NaN, NaT, pandas.NA, a blank text
    and `unknown` mean no answer. `case` may hold the id (if not, it is `name`); `says` and `source` are as in a file.
    Raises CaseError with every problem: a name that is not a finding, a conclusion, a value that its finding does not
    have, answers that contradict each other.
    """
    from .cases import case_of

    return case_of(rulebook, answers, name)
