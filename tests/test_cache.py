"""What is kept in the user's cache: read back where it is the user's own alone, and never run."""

import os
import pickle
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import cache
from engine.checks.mutation.stored import Results
from engine.loader import load
from tests.conftest import edit

posix = pytest.mark.skipif(os.name != "posix", reason="owners and modes are those of POSIX")
root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a file away")
OTHER = 12_345  # another user


@pytest.fixture
def folder(shed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the cache, with a rulebook in it that is another than what the files say, and none in memory."""
    monkeypatch.setattr("engine.loader.HERE", 0)
    load(shed)
    [path] = (tmp_path / "cache" / "lumbar").glob("*.rulebook")
    path.write_bytes(pickle.dumps(replace(load(shed), laws={})))
    return path.parent


def test_what_a_process_has_read_it_need_not_read_again(shed: Path) -> None:
    first, without = load(shed), load(shed, cases=False)
    assert load(shed) is first
    assert load(shed, cases=False) is without
    edit(shed / "rules" / "no_brakes.yaml", "because: ", "because: Surely. ")
    assert load(shed) is not first
    assert "Surely" in load(shed).rules["no_brakes"].because


def only(folder: Path) -> Path:
    [path] = folder.glob("*.rulebook")
    return path


def test_what_is_the_users_own_is_read_back(folder: Path, shed: Path) -> None:
    assert not load(shed).laws
    if os.name == "posix":
        assert only(folder).stat().st_mode & 0o022 == 0


@posix
def test_what_is_written_is_for_the_user_alone(shed: Path, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        load(shed)
    finally:
        os.umask(before)
    paths = list((tmp_path / "cache" / "lumbar").iterdir())
    assert sorted(path.suffix for path in paths) == [".lastread", ".rulebook"]
    for path in paths:
        assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def open_to_a_group(folder: Path) -> None:
    folder.chmod(0o770)


def open_to_all(folder: Path) -> None:
    folder.chmod(0o777)


def below_a_folder_open_to_all(folder: Path) -> None:
    folder.parent.chmod(0o777)


def a_file_open_to_a_group(folder: Path) -> None:
    only(folder).chmod(0o660)


def a_link_to_a_file(folder: Path) -> None:
    only(folder).rename(folder / "elsewhere")
    (folder / "elsewhere").replace(folder.parent / "elsewhere")
    [name] = NAMES
    (folder / name).symlink_to(folder.parent / "elsewhere")


def a_link_to_a_folder(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))
    folder.symlink_to(folder.with_name("elsewhere"))


def a_pipe(folder: Path) -> None:
    only(folder).unlink()
    [name] = NAMES
    os.mkfifo(folder / name)


NAMES: set[str] = set()
PLANTED = [
    open_to_a_group,
    open_to_all,
    below_a_folder_open_to_all,
    a_file_open_to_a_group,
    a_link_to_a_file,
    a_link_to_a_folder,
    a_pipe,
]


@posix
@pytest.mark.parametrize("plant", PLANTED)
def test_what_another_user_could_have_written_is_not_read(
    plant: Callable[[Path], None], folder: Path, shed: Path
) -> None:
    NAMES.clear()
    NAMES.add(only(folder).name)
    plant(folder)
    assert load(shed).laws


@root
@pytest.mark.parametrize("place", [only, Path, lambda folder: folder.parent])
def test_what_belongs_to_another_user_is_not_read(place: Callable[[Path], Path], folder: Path, shed: Path) -> None:
    os.chown(place(folder), OTHER, OTHER)
    assert load(shed).laws


@root
def test_root_makes_nothing_in_the_folder_of_another_user(shed: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    os.chown(tmp_path / "cache", OTHER, OTHER)
    load(shed)
    assert list((tmp_path / "cache").iterdir()) == []


@posix
def test_a_folder_open_to_all_will_do_above_where_nobody_can_take_what_is_anothers(folder: Path, shed: Path) -> None:
    folder.parent.chmod(0o1777)
    assert not load(shed).laws


def test_a_relative_cache_home_is_none(
    folder: Path, shed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    monkeypatch.chdir(folder.parent.parent)
    assert load(shed).laws
    assert list((tmp_path / "home" / ".cache" / "lumbar").glob("*.rulebook"))
    monkeypatch.setenv("HOME", "home")
    monkeypatch.setenv("USERPROFILE", "home")
    assert cache.folder() is None


@pytest.mark.usefixtures("folder")
def test_a_copy_of_the_folder_is_read_back_as_one_of_its_own(shed: Path, tmp_path: Path) -> None:
    other = shutil.copytree(shed, tmp_path / "other")
    assert load(other) == replace(load(shed), directory=str(other))
    assert not load(other).laws
    edit(other / "rules" / "no_brakes.yaml", "It is a hill.", "It is a cliff.")
    assert load(other).laws


def test_what_is_used_stays_and_what_was_used_longest_ago_goes(shed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "NEWEST", 8)
    kept = [cache.Cached(Results, str(shed), {"number": bytes([number])}) for number in range(cache.NEWEST + 1)]
    for number, one in enumerate(kept[:-1]):
        one.write(Results())
        assert one.path is not None
        os.utime(one.path, (number, number))
    assert kept[0].read() is not None
    kept[-1].write(Results())
    assert [one.read() is None for one in kept] == [number == 1 for number in range(len(kept))]


# --- what is unpickled -----------------------------------------------------------------------------------------------


class Calls:
    """Pickled, it is a call."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


def calls(target: Path) -> list[bytes]:
    found = [pickle.dumps(Calls(*call)) for call in ((os.mkdir, target), (exec, f"open({str(target)!r}, 'w')"))]
    ours = [pickle.dumps(Calls(cache._write, target, b"")), pickle.dumps(Calls(load, target))]
    parts = f"cos\nmkdir\n(V{target}\ntR.".encode()  # as older protocols have it
    dotted = b"\x80\x04\x8c\x0cengine.cache\x8c\x08os.mkdir\x93\x8c" + bytes([len(str(target))]) + str(target).encode()
    return [*found, *ours, parts, dotted + b"\x85R."]


def test_nothing_that_is_kept_is_run(folder: Path, shed: Path, tmp_path: Path) -> None:
    target = tmp_path / "x"
    for content in calls(target):
        with pytest.raises(pickle.UnpicklingError, match="is not a record of lumbar"):
            cache.unpickle(content)
        only(folder).write_bytes(content)
        assert load(shed).laws
    assert not target.exists()
    pickle.loads(calls(target)[0])
    assert target.exists()


@pytest.mark.parametrize("content", [b"", b"\x80", b"garbage", b"N.", b"(" * 100_000, pickle.dumps({"a": {1: ()}})])
def test_a_damaged_file_is_passed_by(content: bytes, folder: Path, shed: Path) -> None:
    only(folder).write_bytes(content)
    assert load(shed).laws


def test_a_hostile_file_of_mutants_or_verdicts_is_passed_by(shed: Path, tmp_path: Path) -> None:
    from engine.checks.mutation.stored import StoredResults as Mutants
    from engine.circuit import CompiledRulebook
    from engine.proof.prover import Prover
    from engine.proof.stored import StoredVerdicts as Verdicts

    rulebook = load(shed)
    prover = Prover(CompiledRulebook(rulebook))
    mutants, verdicts = Mutants(rulebook, prover), Verdicts((), rulebook.terms, rulebook.directory)
    assert mutants.path is not None
    assert verdicts.path is not None
    for content in (*calls(tmp_path / "x"), *map(pickle.dumps, ((), {"cores": {"a": 5}}, 5, "\ud800"))):
        mutants.path.write_bytes(content)
        verdicts.path.write_bytes(content)
        found = Mutants(rulebook, prover)
        assert (found.by_examples, found.fates) == ({}, {})
        assert Verdicts((), rulebook.terms, rulebook.directory).cores == {}


def test_every_record_of_a_rulebook_comes_back(shed: Path) -> None:
    edit(
        shed / "rules" / "no_brakes.yaml",
        "  - brakes hold: no\nthen",
        "  - any of: [noise: click, brakes hold: no]\nthen",
    )
    rulebook = load(shed)
    assert cache.unpickle(cache.pickled(rulebook)) == rulebook
