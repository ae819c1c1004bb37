"""The folder of a knowledge base: what belongs to it, strange files, and links to files and folders."""

import os
from pathlib import Path

import pytest

from engine.errors import KnowledgeError
from engine.loader import load, load_files
from engine.loader.files import read_folder, walk
from tests.test_load import FILES, encoded


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small knowledge base on disk."""
    for name, content in encoded(FILES).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


def strange(folder: Path) -> list[str]:
    with pytest.raises(KnowledgeError) as caught:
        load(folder)
    return [str(problem) for problem in caught.value.problems]


def test_a_folder_is_loaded_with_its_pages_and_hidden_files_left_aside(folder: Path) -> None:
    for name in ("README.md", ".hidden", "rules/back/notes.md", "rules/.git", "rules/Thumbs.db", "cases/desktop.ini"):
        (folder / name).write_text("x", encoding="utf-8")
    (folder / "__pycache__").mkdir()
    assert load(folder).digest == load_files(encoded(FILES)).digest
    assert sorted(read_folder(folder)) == sorted(FILES)


def test_strange_files_in_the_folder_are_told_all_at_once(folder: Path) -> None:
    for name in ("rules/x.yml", "notes.txt", "source.yaml", "terms/all.yaml~"):
        (folder / name).write_text("x", encoding="utf-8")
    parts = "terms, rules, tables, laws, impossible, retired, reviews, cases, population, "
    parts += "sources.yaml, article.yaml, groups.yaml, recommendation.yaml"
    assert strange(folder) == [
        f"notes.txt: no part of a knowledge base; expected {parts}",
        "rules/x.yml: a file of another kind; expected rules/<name>.yaml; did you mean 'rules/x.yaml'?",
        f"source.yaml: no part of a knowledge base; expected {parts}; did you mean 'sources.yaml'?",
        "terms/all.yaml~: a file of another kind; expected terms/<name>.yaml",
    ]


def test_a_folder_named_like_a_card_is_told_even_where_it_is_empty(folder: Path) -> None:
    (folder / "rules" / "back" / "new_card.yaml").mkdir()
    assert strange(folder) == ["rules/back/new_card.yaml: a folder named like a file; expected a text"]


def test_what_is_no_ordinary_file_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "rules" / "pipe.yaml")
    (folder / "rules" / "gone.yaml").symlink_to("nowhere")
    (folder / "rules" / "loop").symlink_to(folder)
    assert strange(folder) == [
        "rules/gone.yaml: a link that leads nowhere; expected a text",
        "rules/loop: a link to a folder that it stands in; expected a link to another folder",
        "rules/pipe.yaml: no ordinary file; expected a text",
    ]


def test_a_file_whose_name_cannot_be_shown_is_told_all_the_same(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/rules/\xff.yaml")).write_text("x", encoding="utf-8")
    assert strange(folder) == ["'rules/\\udcff.yaml': a name that cannot be shown; expected letters and digits"]


def test_a_folder_without_terms_is_no_knowledge_base(tmp_path: Path) -> None:
    assert strange(tmp_path)[0].startswith(
        f"{tmp_path}: no knowledge base: it has no folder `terms`; expected a folder"
    )


# --- links -----------------------------------------------------------------------------------------------------------

linked = pytest.mark.skipif(os.name != "posix", reason="Windows lets few users make links")


@pytest.fixture
def mounted(folder: Path) -> Path:
    """The small knowledge base as Kubernetes mounts it: links into a hidden folder, which is a link itself."""
    there = folder / "..2024_11_28"
    there.mkdir()
    for path in list(folder.iterdir()):
        if path != there:
            path.rename(there / path.name)
            path.symlink_to(Path("..data", path.name))
    (folder / "..data").symlink_to(there.name)
    return folder


@linked
def test_folders_that_are_links_are_read_once_and_by_the_names_of_the_links(mounted: Path) -> None:
    assert (mounted / "rules").is_symlink()
    assert read_folder(mounted) == encoded(FILES)
    assert load(mounted).digest == load_files(encoded(FILES)).digest
    assert sorted(walk(mounted, [])) == sorted(FILES)


@linked
def test_a_link_may_lead_out_of_the_knowledge_base(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "of_the_clinic"
    (folder / "rules").rename(elsewhere)
    (folder / "rules").symlink_to(elsewhere)
    assert read_folder(folder) == encoded(FILES)


@linked
def test_links_that_lead_back_or_nowhere_are_told(folder: Path) -> None:
    for name, target in (
        ("rules/self", "."),
        ("rules/up", "../.."),
        ("rules/root", "/"),
        ("rules/one/two", "../../rules/three"),
        ("rules/three/one", "../one"),
        ("rules/gone.yaml", "gone"),
        ("rules/gone", "nowhere"),
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).symlink_to(target)
    back = "a link to a folder that it stands in; expected a link to another folder"
    assert strange(folder) == [
        "rules/gone: a file of another kind; expected rules/<name>.yaml",
        "rules/gone.yaml: a link that leads nowhere; expected a text",
        f"rules/one/two/one: {back}",
        f"rules/root: {back}",
        f"rules/self: {back}",
        f"rules/three/one/two: {back}",
        f"rules/up: {back}",
    ]


@pytest.mark.slow
@linked
def test_many_ways_to_the_same_folders_do_not_take_for_ever(folder: Path) -> None:
    for number in range(40):
        below = folder / "rules" / f"r{number}"
        below.mkdir()
        for name in "ab":
            (below / name).symlink_to(f"../r{number + 1}")
    (folder / "rules" / "r40").mkdir()
    assert strange(folder)[0] == f"{folder}: more than 20,000 folders; expected a smaller folder"


def test_a_folder_of_more_than_can_be_knowledge_is_not_read_to_its_end(folder: Path) -> None:
    for number in range(110):
        with (folder / "rules" / f"r{number}.yaml").open("wb") as file:
            file.truncate(1_000_000)
    expected = "more than 20,000 files, or 100,000,000 bytes in all; expected a smaller folder"
    assert strange(folder) == [f"{folder}: {expected}"]
