"""The folder of a batch as one page to look at, which needs no network and no script."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...columns.lookup import readable
from ...columns.results import Answers
from ...columns.summary import REJECTS, summarise
from ...errors import LumbarError, Place, Problem, counted
from ...loader import load
from ..batch.against import comparison_of
from ..batch.store import SUMMARY, manifest_of, read_json
from .page import Batch, page, shown


def report(folder: Path, population: bool = False) -> str:
    """The page of a folder that `lumbar batch` wrote, as HTML; raises LumbarError where the folder is none.

    With `population` the batch is set beside the drawn patients of its knowledge base.
    """
    with opened(folder, population) as batch:
        return page(batch)


@contextmanager
def opened(folder: Path, population: bool = False) -> Iterator[Batch]:
    """The batch of such a folder, counted and ready to be reported; raises LumbarError."""
    manifest = manifest_of(folder)
    rulebook = load(folder / "knowledge")
    if manifest["rulebook"] != rulebook.digest:
        place, expected = Place(str(folder / "knowledge")), f"{manifest['rulebook']}, by which the cases were decided"
        raise LumbarError([Problem(place, f"the rulebook here is {rulebook.digest}", expected)])
    if population and rulebook.population is None:
        place, expected = Place(str(folder / "knowledge")), "files in population/ (docs/population.md)"
        raise LumbarError([Problem(place, "no patients are described", expected)])
    terms = [term.name for _, terms in shown(rulebook) for term in terms]
    inputs = tuple(str(one["path"]) for one in manifest.get("inputs", ()))
    with readable(folder):
        answers = Answers(folder, rulebook)
        finished = bool(manifest.get("finished"))
        against = comparison_of(folder)
        counts = summarise(answers, terms)
        if finished:
            _check_whole(folder, counts.cases, counts.rejects.count)
        yield Batch(rulebook, answers, counts, inputs, finished, population, against)


def _check_whole(folder: Path, cases: int, rejects: int) -> None:
    """Nothing that was written is gone, for a report on the rest would call it all; raises LumbarError."""
    summary = read_json(folder / SUMMARY)
    if summary is None:
        return
    try:
        rejected, decided = int(summary["rejects"]), int(summary["cases"]) - int(summary["rejects"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"{SUMMARY} does not say how many cases there were") from error
    wanted = {"answers": (cases, decided), REJECTS: (rejects, rejected)}
    wrong = [
        Problem(Place(str(folder / name)), counted(there, "case"), f"{was:,}, as {SUMMARY} has them")
        for name, (there, was) in wanted.items()
        if there != was
    ]
    if wrong:
        raise LumbarError(wrong)
