"""Several files written together: all of them, or none."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from ..atomic_write import replacing
from ..loader.checked_against import packed
from ..loader.stack import COPY, Files, beneath


def save(directory: Path, texts: Mapping[str, str | None]) -> tuple[Path, ...]:
    """Write files below a folder, name to text, None for one that goes; where that fails, all are as they were.

    Raises OSError.
    """
    before: dict[Path, bytes | None] = {}
    try:
        with ExitStack() as places:  # each takes its place when all are written
            for name, text in texts.items():
                path = directory / name
                if text is None:
                    continue
                path.parent.mkdir(parents=True, exist_ok=True)
                before[path] = path.read_bytes() if path.exists() else None
                places.enter_context(replacing(path)).write_text(text, encoding="utf-8", newline="\n")
        for name in (name for name, text in texts.items() if text is None):
            before[directory / name] = (directory / name).read_bytes()
            (directory / name).unlink()
    except BaseException:  # an interruption too leaves everything as it was
        for path, content in before.items():
            _put_back(path, content)
        raise
    return tuple(before)


def save_copy(directory: Path, files: Files, digest: str) -> Path:
    """Keep what lies beneath a layer, of whose files it is a part, as what the layer was last checked against.

    Raises OSError.
    """
    path = directory / COPY
    with replacing(path) as part:
        part.write_bytes(packed(beneath(files), digest))
    return path


def _put_back(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    elif not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)
