"""Another state of a knowledge base: a folder, or a revision that git keeps."""

import io
import subprocess
import tarfile
from pathlib import Path

from ..errors import KnowledgeError, Place, Problem
from ..load import load, load_files
from ..load.files import belongs
from ..rulebook import Rulebook


def rulebook_at(text: str, directory: Path) -> Rulebook:
    """The rulebook of a folder, or of this folder at a revision of git; raises KnowledgeError."""
    if Path(text).is_dir():
        return load(text)
    return load_files(_files(text, directory))


def _files(revision: str, directory: Path) -> dict[str, bytes]:
    """The files of a folder as they stand in a revision."""
    commit = _git(directory, revision, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    packed = _git(directory, revision, "archive", "--format=tar", commit.decode().strip())
    files: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive:
            if member.issym() and belongs(member.name):
                raise _error(
                    revision, f"{member.name} is a link at this revision, and git does not follow it", "a folder"
                )
            content = archive.extractfile(member) if member.isfile() and belongs(member.name) else None
            if content is not None:
                files[member.name] = content.read()
    if not any(name.startswith("terms/") for name in files):
        raise _error(revision, f"{directory} has no knowledge base at this revision", "one that has it")
    return files


def _git(directory: Path, revision: str, *words: str) -> bytes:
    """What git prints when it is run in the folder, which makes it speak of this folder alone."""
    try:
        done = subprocess.run(["git", *words], cwd=directory, capture_output=True, check=False, timeout=60)
    except FileNotFoundError as error:
        raise _error(revision, "no folder, and git is not installed", "a folder, or git") from error
    if done.returncode:
        told = (done.stderr.decode(errors="replace").strip().splitlines() or [""])[0].removeprefix("fatal: ")
        expected = f"a folder, or a revision such as HEAD or main~1, with {directory} in a repository of git"
        raise _error(revision, f"neither a folder nor a revision{f' ({told})' if told else ''}", expected)
    return done.stdout


def _error(revision: str, there: str, expected: str) -> KnowledgeError:
    return KnowledgeError([Problem(Place(revision), there, expected)])
