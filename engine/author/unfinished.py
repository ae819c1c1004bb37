"""What was typed for a card that is not finished: kept in a file, answer by answer, and taken up again later.

What a form holds is kept beside it, field by field.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..atomic_write import replacing
from ..document import decode
from ..errors import LumbarError, Place, Problem

FOLDER = ".unfinished"
FROM, WANTED = "# from: ", "# wanted: "


@dataclass(frozen=True)
class Unfinished:
    """The answers so far, and the patient with whom the card began, if there is one."""

    typed: tuple[str, ...] = ()
    case: str | None = None
    wanted: str | None = None


def keep(directory: Path, begun: Unfinished) -> Path:
    """Write what was typed into a file of its own, beside a knowledge base. Raises OSError."""
    heads = [f"{mark}{text}" for mark, text in ((FROM, begun.case), (WANTED, begun.wanted)) if text]
    return _written(directory, "card", ".txt", "".join(f"{line}\n" for line in (*heads, *begun.typed)))


def _written(directory: Path, stem: str, ending: str, text: str) -> Path:
    folder = directory / FOLDER
    folder.mkdir(exist_ok=True)
    path = next(path for number in range(1, 10**6) if not (path := folder / f"{stem}_{number}{ending}").exists())
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
    return path


def unfinished(path: Path) -> Unfinished:
    """What was typed before, from such a file; raises LumbarError where it cannot be read."""
    lines = decode(path.read_bytes(), Place(str(path))).splitlines()
    heads = {mark: line.removeprefix(mark) for line in lines[:2] for mark in (FROM, WANTED) if line.startswith(mark)}
    return Unfinished(tuple(lines[len(heads) :]), heads.get(FROM), heads.get(WANTED))


def keep_form(directory: Path, fields: Sequence[tuple[str, str]]) -> Path:
    """Write the fields of a form into a file of its own, beside a knowledge base. Raises OSError."""
    return _written(directory, "form", ".json", json.dumps([*fields], ensure_ascii=False, indent=0) + "\n")


def kept_form(path: Path) -> list[tuple[str, str]]:
    """The fields of a form that is kept; raises LumbarError where the file is none."""
    try:
        return [(str(key), str(value)) for key, value in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError, RecursionError):
        raise LumbarError([Problem(Place(str(path)), "no draft of the page", "a file of .unfinished/")]) from None


def kept_forms(directory: Path) -> dict[str, list[tuple[str, str]]]:
    """The forms that are kept beside a knowledge base, by the names of their files, without what cannot be read."""
    found: dict[str, list[tuple[str, str]]] = {}
    for path in sorted((directory / FOLDER).glob("form_*.json")):
        with suppress(LumbarError):
            found[path.stem] = kept_form(path)
    return found


def kept_talks(directory: Path) -> dict[str, Unfinished]:
    """What was typed at a terminal and is kept beside a knowledge base, by the names of the files."""
    found: dict[str, Unfinished] = {}
    for path in sorted((directory / FOLDER).glob("card_*.txt")):
        with suppress(OSError, LumbarError):
            found[path.stem] = unfinished(path)
    return found


def forget_form(directory: Path, name: str) -> None:
    """Take a form or a talk away that is kept; nothing happens where there is none of that name. Raises OSError."""
    for ending, kept in ((".json", kept_forms(directory)), (".txt", kept_talks(directory))):
        if name in kept:
            (directory / FOLDER / f"{name}{ending}").unlink(missing_ok=True)
