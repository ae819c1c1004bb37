"""The folder of a batch as one page to look at, which needs no network and no script."""

import json
from pathlib import Path
from typing import Any

from ...columns.outcome import Answers
from ...columns.summary import summarise
from ...errors import LumbarError, Place, Problem
from ...load import load
from .page import Batch, page, shown

MANIFEST = "manifest.json"


def report(folder: Path) -> str:
    """The page of a folder that `lumbar batch` wrote, as HTML; raises LumbarError where the folder is none."""
    manifest = _manifest(folder)
    rulebook = load(folder / "knowledge")
    if manifest["rulebook"] != rulebook.digest:
        place, expected = Place(str(folder / "knowledge")), f"{manifest['rulebook']}, by which the cases were decided"
        raise LumbarError([Problem(place, f"the rulebook here is {rulebook.digest}", expected)])
    answers = Answers(folder, rulebook)
    terms = [term.name for _, terms in shown(rulebook) for term in terms]
    inputs = tuple(str(one["path"]) for one in manifest.get("inputs", ()))
    batch = Batch(rulebook, answers, summarise(answers, terms), inputs, bool(manifest.get("finished")))
    return page(batch)


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    expected = "a folder that `lumbar batch` wrote"
    try:
        manifest = json.loads(path.read_bytes())
    except OSError as error:
        raise LumbarError([Problem(Place(str(path)), f"cannot be read ({error.strerror})", expected)]) from error
    except ValueError as error:
        raise LumbarError([Problem(Place(str(path)), f"not readable as JSON: {error}", expected)]) from error
    if not isinstance(manifest, dict) or "rulebook" not in manifest:
        raise LumbarError([Problem(Place(str(path)), "names no rulebook", expected)])
    return manifest
