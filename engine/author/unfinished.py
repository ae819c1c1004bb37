"""What was typed for a card that is not finished: kept in a file, answer by answer, and taken up again later."""

from dataclasses import dataclass
from pathlib import Path

from ..atomic_write import replacing
from ..document import decode
from ..errors import Place

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
    folder = directory / FOLDER
    folder.mkdir(exist_ok=True)
    path = next(path for number in range(1, 10**6) if not (path := folder / f"card_{number}.txt").exists())
    with replacing(path) as part:
        part.write_text("".join(f"{line}\n" for line in (*heads, *begun.typed)), encoding="utf-8", newline="\n")
    return path


def unfinished(path: Path) -> Unfinished:
    """What was typed before, from such a file; raises LumbarError where it cannot be read."""
    lines = decode(path.read_bytes(), Place(str(path))).splitlines()
    heads = {mark: line.removeprefix(mark) for line in lines[:2] for mark in (FROM, WANTED) if line.startswith(mark)}
    return Unfinished(tuple(lines[len(heads) :]), heads.get(FROM), heads.get(WANTED))
