"""What an extra needs is told by one name for each library, and by a command that works where it is printed."""

import configparser
import shlex
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from engine import extras
from tests.conftest import ROOT, every


def test_every_library_is_named_as_it_is_installed() -> None:
    known = packages_distributions()
    for module, name in extras.NAMES.items():
        assert name in [one.replace("_", "-") for one in known[module]] or module == "dask"
    assert extras.named("python_calamine.x") == "python-calamine"
    assert extras.named("polars") == "polars"


def test_an_extra_needs_what_the_project_says_with_the_extras_that_it_rests_on() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    told = config["options.extras_require"]
    lines = {
        name: [line for line in text.splitlines() if line and not line.startswith("#")] for name, text in told.items()
    }
    own = {name: {line for line in some if not line.startswith("lumbar[")} for name, some in lines.items()}
    assert {one.replace(" ", "") for one in extras.needs("batch")} == own["batch"]
    assert set(extras.needs("formats")) == own["formats"] | own["batch"]


@pytest.mark.parametrize("extra", every(3, ["author", "batch", "formats"]))
def test_the_command_works_where_it_is_printed(extra: str) -> None:
    """All is installed here, so that pip looks for nothing and says so."""
    words = shlex.split(extras.how_to_install(extra))
    assert words[:4] == [sys.executable, "-m", "pip", "install"]
    done = subprocess.run([*words, "--no-index"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Requirement already satisfied" in done.stdout


def test_pipx_and_an_environment_without_pip_have_commands_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(extras, "find_spec", lambda _name: None)
        start = ["uv", "pip", "install", "--python", sys.executable]
        assert shlex.split(extras.how_to_install("author"))[:5] == start
    (tmp_path / "lumbar").mkdir()
    (tmp_path / "lumbar" / "pipx_metadata.json").write_text("{}")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "lumbar"))
    assert shlex.split(extras.how_to_install("author"))[:3] == ["pipx", "inject", "lumbar"]


def test_what_is_missing_alone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "_installed", lambda name: name != "polars")
    assert shlex.split(extras.how_to_install("batch"))[4:] == [one for one in extras.needs("batch") if "polars" in one]
    assert extras.missing("polars", "batch").startswith("polars is not installed; install it with: ")
