"""A rulebook kept ready on disk under the digest of everything it was made from, so that it cannot go stale."""

import gc
from collections.abc import Callable, Mapping
from pathlib import Path

from .. import cache
from ..rulebook import Rulebook

KEPT = 8


def kept(files: Mapping[str, bytes], directory: str, make: Callable[[], Rulebook]) -> Rulebook:
    """The rulebook of the files, as it was made before, or made now and kept."""
    folder = cache.folder()
    if folder is None:
        return make()
    whole = cache.digest_of(directory)
    cache.add(whole, files)
    path = folder / f"{whole.hexdigest()}.pickle"
    rulebook = _read(path)
    if rulebook is None:
        rulebook = make()
        rulebook.stages, rulebook.support  # noqa: B018 (worked out once, kept with the rest)
        cache.write(path, cache.pickled(rulebook), KEPT)
    return rulebook


def _read(path: Path) -> Rulebook | None:
    collecting = gc.isenabled()
    gc.disable()  # nothing of what is read can be garbage yet, and looking for it takes half the time
    try:
        found = cache.unpickle(cache.read(path))
    except Exception:  # whatever a damaged file raises, the rulebook can be made anew
        return None
    finally:
        if collecting:
            gc.enable()
    return found if isinstance(found, Rulebook) else None
