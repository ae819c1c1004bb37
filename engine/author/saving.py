"""Several files written together: all of them, or none."""

import os
from collections.abc import Mapping
from pathlib import Path
from shutil import copymode


def save(directory: Path, texts: Mapping[str, str]) -> tuple[Path, ...]:
    """Write files below a folder, name to text; where one cannot be written, all are as they were. Raises OSError.

    Each file is first written beside its place under a hidden name, which no knowledge base reads, and then takes it.
    """
    before: dict[Path, bytes | None] = {}
    fresh: dict[Path, Path] = {}
    try:
        for name, text in texts.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            before[path] = path.read_bytes() if path.exists() else None
            fresh[path] = path.with_name(f".{path.name}.{os.getpid()}.new")
            fresh[path].unlink(missing_ok=True)
            with fresh[path].open("x", encoding="utf-8", newline="\n") as file:  # not through a link that was put there
                file.write(text)
            if before[path] is not None:
                copymode(path, fresh[path])
        for path, new in fresh.items():
            new.replace(path)
    except BaseException:  # an interruption too leaves everything as it was
        for path, new in fresh.items():
            if not new.exists():
                _put_back(path, before[path])
            new.unlink(missing_ok=True)
        raise
    return tuple(fresh)


def _put_back(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(content)
