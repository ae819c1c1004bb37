"""What several tests share: the bundled knowledge base, one about bicycles, and how hard Hypothesis tries."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from engine.loader import load
from engine.rulebook import Rulebook

ROOT = Path(__file__).resolve().parent.parent
BICYCLE = ROOT / "tests" / "bicycle"

settings.register_profile("lumbar", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("lumbar")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The one switch that writes what is approved into pages and approval files; the difference is the review."""
    parser.addoption("--approve", action="store_true", help="write what is printed today into pages and approval files")


@pytest.fixture
def approve(request: pytest.FixtureRequest) -> bool:
    """Whether what is printed today is to be written where it is approved."""
    return bool(request.config.getoption("--approve"))


@pytest.fixture(scope="session")
def bundled() -> Rulebook:
    """The knowledge base that comes with lumbar."""
    return load(ROOT / "knowledge")


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
