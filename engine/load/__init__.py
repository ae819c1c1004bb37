"""A folder of knowledge as a Rulebook, or every problem of all its files, each with its place."""

from collections.abc import Mapping
from pathlib import Path

from ..rulebook import Rulebook
from . import cache
from .files import read_folder


def load(directory: str | Path, cases: bool = True) -> Rulebook:
    """The rulebook of a folder, from the cache where nothing has changed; raises KnowledgeError.

    Without the saved cases it is the same rulebook, by the same digest, and sooner there.
    """
    files = read_folder(Path(directory), cases)
    return cache.kept(files, str(directory), lambda: load_files(files, str(directory)))


def load_files(files: Mapping[str, bytes], directory: str = "") -> Rulebook:
    """The rulebook of files, name (with / between folders) to content; raises KnowledgeError."""
    from .assemble import assemble  # all that reads text, which a rulebook from the cache does not need

    return assemble(files, directory)
