"""In how many of the drawn patients each rule fires: counted once for a rulebook, and kept."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...cache import Cached
from ...circuit import CompiledRulebook
from ...digests import canonical, digest_of
from ...record import Record
from ...rulebook import Rulebook
from .figures import ALL, ILL, WELL, Wanted, figures

PATIENTS = 5_000


@dataclass(frozen=True, repr=False)
class HowOften(Record):
    """Of a hundred drawn patients at their first visit, in how many each rule fires.

    `everybody`, `well` and `ill` have a rule only where it fires at all; `alone` has alarm rules: in how many of all no
    other raises the alarm.
    """

    everybody: Mapping[str, float]
    well: Mapping[str, float]
    ill: Mapping[str, float]
    alone: Mapping[str, float]


def how_often(rulebook: Rulebook) -> HowOften | None:
    """How often each rule fires; None where the knowledge base describes no patients."""
    population = rulebook.population
    if population is None:
        return None
    said = digest_of((rulebook.digest, canonical(population), PATIENTS)).encode()
    kept = Cached(HowOften, rulebook.directory, {"said": said})
    found = kept.read()
    if found is None:
        found = _counted(rulebook)
        kept.write(found)
    return found


def _counted(rulebook: Rulebook) -> HowOften:
    assert rulebook.population is not None
    (now,) = figures(CompiledRulebook(rulebook), rulebook.population, Wanted(PATIENTS))
    parts = (now.groups[name] for name in (ALL, WELL, ILL))
    often = [{rule: group[rule] for rule in now.rules if group[rule] > 0} for group in parts]
    alone = {rule: now.groups[ALL][f"{rule} alone"] for rule in now.alarm_rules}
    return HowOften(often[0], often[1], often[2], alone)
