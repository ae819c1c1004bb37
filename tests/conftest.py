"""What several tests share: the bundled knowledge base, one about bicycles, and how hard Hypothesis tries."""

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from _pytest.mark import ParameterSet
from hypothesis import HealthCheck, is_hypothesis_test, settings

from engine import cache, loader
from engine.case import Case
from engine.chain import Chain
from engine.circuit import CompiledRulebook
from engine.loader import load
from engine.rulebook import Rulebook

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.rule_form import House

ROOT = Path(__file__).resolve().parent.parent
BICYCLE = ROOT / "tests" / "bicycle"
CLINIC = ROOT / "tests" / "clinic"
"""A dozen findings and rules under names that lumbar's own knowledge has too: for tests of tables, where its size costs
time, and of everything that must not hang on what clinicians write there."""

for profile, examples in (("quick", 7), ("whole", 100)):
    settings.register_profile(
        profile, max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )


def tries(whole: int) -> settings:
    """As many random examples of a test with --whole, and else a few of them."""
    return settings(max_examples=max(3, whole * settings().max_examples // 100))


def every(step: int, values: Iterable[object]) -> list[ParameterSet]:
    """Every so many of these parameters of a test, and the others with --whole."""
    rows = (value if isinstance(value, tuple) else (value,) for value in values)
    return [pytest.param(*row, marks=pytest.mark.slow if number % step else ()) for number, row in enumerate(rows)]


def pytest_addoption(parser: pytest.Parser) -> None:
    """The switch for all that takes long, and the one that writes what is approved; the difference is the review."""
    parser.addoption("--whole", action="store_true", help="run the slow tests too, and try all the random examples")
    parser.addoption("--approve", action="store_true", help="write what is printed today into pages and approval files")


def pytest_configure(config: pytest.Config) -> None:
    """Choose how many random examples are tried, and give all processes one cache, which is not the user's."""
    settings.load_profile("whole" if config.getoption("--whole") else "quick")
    loader.HERE, cache.NEWEST = 12, 500  # one process reads many knowledge bases in turn, which a command never does
    if not hasattr(config, "workerinput"):
        folder = TemporaryDirectory(prefix="lumbar", ignore_cleanup_errors=True)
        os.environ["XDG_CACHE_HOME"] = folder.name
        config.add_cleanup(folder.cleanup)
        if config.getoption("numprocesses", None):  # else each of them would read it from its text
            load(ROOT / "knowledge")
            load(ROOT / "knowledge", cases=False)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What is measured is not even read, but where it is wanted."""
    unwanted = str(config.getoption("markexpr")).startswith("not bench")
    return True if unwanted and collection_path == ROOT / "tests" / "bench" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the slow tests, but where all are wanted, or what they show is to be written.

    Random examples run three times as long with every branch noted, so theirs are not: the other tests take them too.
    """
    for item in items:
        if is_hypothesis_test(getattr(item, "function", None)):
            item.add_marker(pytest.mark.no_cover)
    if config.getoption("--whole") or approved(config):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in slow]


def approved(config: pytest.Config) -> bool:
    """Whether what is printed today is to be written where it is approved; REWRITE_DOCS=1 says so too."""
    return bool(config.getoption("--approve")) or os.environ.get("REWRITE_DOCS") == "1"


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Chromium."""
    from tests.chromium import chromium

    with chromium() as found:
        yield found


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator["House"]:
    """A server of its own for each test, as each changes the rules."""
    from tests.rule_form import served

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield from served(Path(shutil.copytree(ROOT / "tests" / "heating", tmp_path / "heating")))


@pytest.fixture
def approve(request: pytest.FixtureRequest) -> bool:
    """Whether what is printed today is to be written where it is approved."""
    return approved(request.config)


@pytest.fixture(scope="session")
def whole(request: pytest.FixtureRequest) -> bool:
    """Whether the slow tests are run too, and all of what is otherwise a sample."""
    return bool(request.config.getoption("--whole"))


@pytest.fixture(scope="session")
def bundled() -> Rulebook:
    """The knowledge base that comes with lumbar."""
    return load(ROOT / "knowledge")


@pytest.fixture(scope="session")
def clinic() -> Rulebook:
    """A small knowledge base of the same kind."""
    return load(CLINIC)


@pytest.fixture(
    scope="session",
    params=[CLINIC, pytest.param(ROOT / "knowledge", marks=pytest.mark.slow)],
    ids=lambda folder: folder.name,
)
def either(request: pytest.FixtureRequest) -> Rulebook:
    """The small knowledge base; with --whole, the one that comes with lumbar too."""
    return load(request.param)


@pytest.fixture(scope="session")
def chain(bundled: Rulebook) -> Chain:
    """What decides by the rules that come with lumbar: its network takes longer to build than a case to decide."""
    return Chain(bundled)


@pytest.fixture(scope="session")
def compiled(bundled: Rulebook) -> CompiledRulebook:
    """The rules that come with lumbar as a circuit."""
    return CompiledRulebook(bundled)


@pytest.fixture
def in_the_clinic(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command uses the small knowledge base."""
    monkeypatch.setenv("LUMBAR_KNOWLEDGE", str(CLINIC))


@pytest.fixture(scope="session")
def some_cases(bundled: Rulebook, whole: bool) -> tuple[Case, ...]:
    """The saved cases that come with lumbar: every twentieth, and all with --whole."""
    return tuple(bundled.cases.values())[:: 1 if whole else 20]


@pytest.fixture
def shed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the knowledge about bicycles, and an empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Path(shutil.copytree(BICYCLE, tmp_path / "shed"))


def edit(path: Path, old: str, new: str) -> None:
    """Write something else into a file, where it has what is to be replaced."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
