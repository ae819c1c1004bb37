"""What is installed: the wheel holds the engine, the knowledge and the command line, and starting it stays light."""

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.conftest import ROOT

BESIDES = (".*", "__pycache__", "build", "dist", "*.egg-info", "htmlcov")


def run(*arguments: str, folder: Path) -> str:
    """What Python prints when it is called so, in this folder."""
    done = subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def files(folder: str, *endings: str) -> set[str]:
    """The files below a folder of the project that end so, as the wheel names them."""
    return {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.suffix in endings}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of all files in a wheel built from a copy of the project, so that nothing is left behind in it."""
    copy = tmp_path_factory.mktemp("wheel") / "copy"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*BESIDES))
    run("-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", "..", ".", folder=copy)
    (built,) = copy.parent.glob("*.whl")
    with ZipFile(built) as archive:
        return set(archive.namelist())


@pytest.mark.slow
def test_the_wheel_holds_all_code_and_all_knowledge(wheel: set[str]) -> None:
    code = files("engine", ".py", ".typed", ".yaml", ".css", ".js") | {"cli.py"}
    knowledge = files("knowledge", ".yaml", ".csv", ".md")
    assert "engine/py.typed" in code
    assert knowledge
    assert sorted((code | knowledge) - wheel) == []


@pytest.mark.slow
def test_the_wheel_holds_nothing_else(wheel: set[str]) -> None:
    expected = (
        files("engine", ".py", ".typed", ".md", ".yaml", ".css", ".js")
        | files("knowledge", ".yaml", ".csv", ".md")
        | {"cli.py"}
    )
    others = {name for name in wheel - expected if ".dist-info/" not in name}
    assert sorted(others) == []


@pytest.mark.slow
def test_the_wheel_carries_the_licence_and_the_command(wheel: set[str]) -> None:
    described = {name.partition(".dist-info/")[2] for name in wheel if ".dist-info/" in name}
    assert {"METADATA", "RECORD", "entry_points.txt"} <= described
    assert any(name.endswith("LICENSE") for name in described)


def test_the_command_line_imports_no_heavy_tool_to_start() -> None:
    loaded = run("-c", "import sys, cli; print(*{name.partition('.')[0] for name in sys.modules})", folder=ROOT)
    assert "cli" in loaded.split()
    assert not {"experta", "frozendict", "rich", "ruamel"} & set(loaded.split())
