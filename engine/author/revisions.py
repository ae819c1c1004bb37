"""Another state of a knowledge base: a folder, or a revision that git keeps."""

import io
import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import KnowledgeError, LumbarError, Place, Problem
from ..loader import load, load_files
from ..loader.files import belongs, read_folder
from ..loader.stack import BENEATH, KNOWLEDGE, built_on, folder_of
from ..rulebook import Rulebook

RELEASE = "release"
"""The newest tag before the present state, where a revision is asked for."""
_STATUS = re.compile(rb"^status: *(draft|reviewed) *(#.*)?\r?\n?", re.MULTILINE)
LINK = "120000"  # the mode that git gives it


def rulebook_at(text: str, directory: Path) -> Rulebook:
    """The rulebook of a folder, or of this folder at a revision of git; raises KnowledgeError."""
    if Path(text).is_dir():
        return load(text)
    text = _newest_tag(directory) if text == RELEASE else text
    return load_files(_with_beneath(text, directory))


def _without_status(name: str, content: bytes) -> bytes:
    """A card of a revision, which nobody can edit, without the field that cards had until reviews were kept."""
    return _STATUS.sub(b"", content) if name.startswith("rules/") else content


def _with_beneath(revision: str, *layers: Path) -> dict[str, bytes]:
    """The files of the last of these folders, the highest first, at a revision; of a layer with all that lies beneath.

    What it builds on is of the same revision where the same repository has it there; else it is as it is today.
    """
    directory = layers[-1]
    found = _files(revision, directory)
    files = {name: _without_status(name, content) for name, content in found.items()}
    if not built_on(files) or any(name.startswith(BENEATH) for name in files):
        return files
    folder = folder_of(built_on(files), directory)
    beneath = _with_beneath(revision, *layers, folder) if _has(folder, revision, layers) else read_folder(folder)
    return files | {BENEATH + name: content for name, content in beneath.items()}


def _has(folder: Path, revision: str, layers: Sequence[Path]) -> bool:
    """Whether the repository of some layers has another folder, which is none of them, at a revision."""
    if not os.path.isdir(folder) or folder.resolve() in [one.resolve() for one in layers]:  # noqa: PTH112 (no error)
        return False
    try:
        roots = {_git(one, revision, "rev-parse", "--show-toplevel") for one in (folder, layers[-1])}
        return len(roots) == 1 and bool(_git(folder, revision, "ls-tree", "--name-only", f"{revision}^{{commit}}"))
    except KnowledgeError:
        return False


def last_release(directory: Path) -> Rulebook | None:
    """The rulebook of this folder as it was last released; None where git has no release of it."""
    try:
        return rulebook_at(RELEASE, directory)
    except LumbarError:
        return None


def _newest_tag(directory: Path) -> str:
    return _git(directory, RELEASE, "describe", "--tags", "--abbrev=0").decode().strip()


def _files(revision: str, directory: Path) -> dict[str, bytes]:
    """The files of a folder as they stand in a revision."""
    commit = _git(directory, revision, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    listed = _git(directory, revision, "ls-tree", "-r", "-z", commit.decode().strip())
    objects: dict[str, str] = {}
    for entry in listed.decode(errors="surrogateescape").split("\0")[:-1]:
        (mode, kind, name), path = entry.partition("\t")[0].split(" "), entry.partition("\t")[2]
        if mode == LINK and belongs(path):
            raise _error(revision, f"{path} is a link at this revision, and git does not follow it", "a folder")
        if kind == "blob" and belongs(path):
            objects[path] = name
    read = io.BytesIO(_git(directory, revision, "cat-file", "--batch", given="\n".join(objects.values()) + "\n"))
    files = {path: _content(read, revision) for path in objects}
    if not any(name.startswith(("terms/", KNOWLEDGE)) for name in files):
        raise _error(revision, f"{directory} has no knowledge base at this revision", "one that has it")
    return files


def _content(read: io.BytesIO, revision: str) -> bytes:
    """The next object that git printed: a line with its size, then what is in it."""
    head = read.readline().split()
    if len(head) != 3:  # the name of the object, and `missing`
        raise _error(revision, "a revision of which git does not have every file here", "one that was fetched whole")
    content = read.read(int(head[2]))
    read.readline()
    return content


def _git(directory: Path, revision: str, *words: str, given: str = "") -> bytes:
    """What git prints when it is run in the folder, which makes it speak of this folder alone.

    Nothing runs that the repository itself asks for: objects are read as they are kept, without its filters (as an
    archive has them), nothing is fetched, and no program watches its files.
    """
    command = ["git", "-c", "core.fsmonitor=false", *words]
    try:
        done = subprocess.run(
            command,
            cwd=directory,
            env={**os.environ, "GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"},
            input=given.encode(),
            capture_output=True,
            check=False,
            timeout=60,
        )
    except FileNotFoundError as error:
        raise _error(revision, "no folder, and git is not installed", "a folder, or git") from error
    except subprocess.TimeoutExpired as error:
        raise _error(revision, "no answer of git for a minute", "a folder") from error
    if done.returncode:
        message = (done.stderr.decode(errors="replace").strip().splitlines() or [""])[0].removeprefix("fatal: ")
        expected = f"a folder, or a revision such as HEAD or main~1, with {directory} in a repository of git"
        raise _error(revision, f"neither a folder nor a revision{f' ({message})' if message else ''}", expected)
    return done.stdout


def _error(revision: str, there: str, expected: str) -> KnowledgeError:
    return KnowledgeError([Problem(Place(revision), there, expected)])


# --- who wrote a line ------------------------------------------------------------------------------------------------

SIGNATURES = {
    "G": "signed, and the signature is good",
    "U": "signed, by a key of unknown trust",
    "X": "signed, by a signature that has expired",
    "Y": "signed, by a key that has expired",
    "R": "signed, by a key that was revoked",
    "B": "with a BAD signature",
    "E": "signed, and the signature cannot be checked here",
    "N": "not signed",
}
"""What git says of the signature of a commit (`%G?`)."""
# The programs that check signatures are git's own choice, not that of the repository.
_CHECKERS = ("gpg.program=gpg", "gpg.openpgp.program=gpg", "gpg.x509.program=gpgsm", "gpg.ssh.program=ssh-keygen")
NOT_COMMITTED = "0" * 40


@dataclass(frozen=True)
class CommitOfLine:
    """The commit that a line of a file comes from: its short name, its author, and whether it is signed.

    `name` is empty where the line is not committed yet.
    """

    name: str
    author: str
    signature: str

    @property
    def words(self) -> str:
        """The commit in a phrase."""
        if not self.name:
            return "not committed yet"
        return f"commit {self.name} by {self.author}, {SIGNATURES.get(self.signature, SIGNATURES['E'])}"


def commits_of(directory: Path, file: str, lines: Sequence[int]) -> list[CommitOfLine | None]:
    """The commit of each of some lines of a file; None where git does not know the file, or is not there."""
    found: list[CommitOfLine | None] = []
    try:
        blamed = _git(directory, file, "blame", "--porcelain", "--", file).decode(errors="replace").splitlines()
    except KnowledgeError:
        return [None] * len(lines)
    names = {}
    for line in blamed:
        parts = line.split(" ")
        if len(parts) >= 3 and len(parts[0]) == 40 and parts[2].isdecimal():
            names[int(parts[2])] = parts[0]
    for line_number in lines:
        found.append(_commit(directory, names.get(line_number, "")))
    return found


def _commit(directory: Path, name: str) -> CommitOfLine | None:
    if not name:
        return None
    if name == NOT_COMMITTED:
        return CommitOfLine("", "", "")
    settings = [word for one in _CHECKERS for word in ("-c", one)]
    try:
        shown = _git(directory, name, *settings, "show", "--no-patch", "--format=%h%x00%an%x00%G?", name)
    except KnowledgeError:
        return None
    short, author, signature = shown.decode(errors="replace").strip().split("\0")
    return CommitOfLine(short, author, signature)
