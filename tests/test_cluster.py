"""Many cases by worker processes: the answers of one machine, whatever happens to workers, scheduler and inputs."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nanoarrow  # noqa: TID251 (hands batches across)
import polars as pl  # noqa: TID251 (tables are made here to be read there)
import psutil
import pytest
from click.testing import CliRunner
from distributed import Client, Security  # noqa: TID251 (asks workers for their process ids, and tries to break in)
from distributed.comm import connect  # noqa: TID251

import cli
from engine.circuit import CompiledRulebook
from engine.columns import CASE
from engine.columns.tables import Answering
from engine.errors import LumbarError
from engine.interfaces import cluster
from engine.interfaces.batch import Options, Refused
from engine.interfaces.batch.parts import Position
from engine.interfaces.cluster import scheduler, work
from engine.interfaces.cluster.scheduler import workers_of
from engine.interfaces.lock import InUse
from engine.loader.mapping import load_mapping
from engine.rulebook import Rulebook
from tests.conftest import ROOT
from tests.test_batch import batch, frame, made_up, rejects, write_case_files
from tests.test_batch_whole import everything

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals and /proc as Linux has them")


class Machines:
    """A scheduler and workers, each a process of its own, started as `dask scheduler` and `dask worker` start them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[subprocess.Popen[bytes]] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"

    def _start(self, program: str, *arguments: str, **variables: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-W", "ignore", "-m", f"distributed.cli.{program}", "--no-dashboard", *arguments]
        path = os.pathsep.join([*variables.pop("PYTHONPATH", "").split(), str(ROOT)])
        ours = {"PYTHONPATH": path, "POLARS_MAX_THREADS": "1", "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
        with (self.folder / f"{program}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                env=os.environ | ours | variables,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def scheduler(self) -> "subprocess.Popen[bytes]":
        return self._start("dask_scheduler", "--host", "127.0.0.1", "--port", str(self.port))

    def workers(self, count: int, memory: str = "0", **variables: str) -> "subprocess.Popen[bytes]":
        options = ["--nthreads", "1", "--nworkers", str(count), "--memory-limit", memory, "--death-timeout", "20"]
        place = ["--host", "127.0.0.1", "--local-directory", str(self.folder)]
        return self._start("dask_worker", self.address, *options, *place, **variables)

    def pids(self, count: int) -> list[int]:
        """The processes of that many workers, once they are there."""
        with Client(self.address, timeout=30) as client:
            client.wait_for_workers(count, timeout=60)
            return list(client.run(os.getpid).values())

    def end(self, process: "subprocess.Popen[bytes]") -> None:
        """End a process and those that it started, at once."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)
        self.running.remove(process)


@contextmanager
def started(folder: Path) -> Iterator[Machines]:
    machines = Machines(folder)
    try:
        yield machines
    finally:
        for process in machines.running[::-1]:
            machines.end(process)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """A scheduler and two workers."""
    with started(tmp_path_factory.mktemp("machines")) as machines:
        machines.scheduler()
        machines.workers(2)
        yield machines


def spread(
    book: Rulebook,
    machines: Machines,
    out: Path,
    *paths: Path,
    resume: bool = False,
    tell: Callable[[int, float], None] = lambda _cases, _share: None,
    **options: Any,
) -> dict[str, Any]:
    return cluster.run(book, list(map(str, paths)), out, Options(**options), resume, tell, machines.address)


def tables(book: Rulebook, folder: Path, count: int, rows: int = 20) -> Path:
    """A folder of Parquet files with different ids, and one id that is used twice in the first."""
    folder.mkdir()
    table = frame(book, made_up(book, rows))
    for number in range(count):
        named = table.with_columns(pl.format(f"{number}-{{}}", CASE).alias(CASE))
        named.write_parquet(folder / f"{number:02}.parquet")
    pl.concat([table, table[:1]]).write_parquet(folder / "00.parquet")
    return folder


def once(act: Callable[[], object]) -> Callable[[int, float], None]:
    """Something that is done at the first progress, which is when the first part is in its place."""
    left = [act]

    def tell(_cases: int, _share: float) -> None:
        if left:
            left.pop()()

    return tell


# --- the same as one machine -----------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"unique": True, "form": "ndjson", "trace": "full", "extra": "drop"}])
def test_every_file_is_the_same_as_from_one_machine(
    clinic: Rulebook, tmp_path: Path, two: Machines, options: dict[str, Any]
) -> None:
    folder = tmp_path / "in"
    write_case_files(clinic, folder, made_up(clinic, 100))
    text = "case,age,note\np7,50\np7,50,\nq,5O,\nr\n\n" + "".join(f"s{number % 60},40,x\n" for number in range(99))
    (folder / "i.csv").write_text(text)
    (folder / "j.csv.gz").write_bytes((folder / "c.csv.gz").read_bytes()[:-9])
    (folder / "k.json").write_text('[{"case": "t", "age": 5}, {"case": "u"}')
    one = batch(clinic, tmp_path / "one", folder, size=31, **options)
    several = spread(clinic, two, tmp_path / "several", folder, size=31, **options)
    assert several.pop("seconds") >= 0
    assert several.items() < one.items()
    assert several["by reason"]["id used twice"] >= 78
    assert everything(tmp_path / "several") == everything(tmp_path / "one")


MAPPINGS = {
    "rows": "id: Nr\ncolumns: {Alter: age, Taub: saddle numbness}\nvalues: {saddle numbness: {Ja: yes, Nein: no}}\n"
    "missing: [k. A.]\nleft out: {Tag: the day of the visit}\n",
    "visits": "id: Nr\nvisit: {date: Tag, written: year-month-day, takes over: yes}\n"
    "columns: {Alter: age, Taub: saddle numbness}\nvalues: {saddle numbness: {Ja: yes, Nein: no}}\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", MAPPINGS)
def test_a_mapping_is_applied_as_on_one_machine(clinic: Rulebook, tmp_path: Path, two: Machines, kind: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in "ab":
        rows = (f"{name}{n % (40 if kind == 'visits' else 90)};2026-01-{n % 28 + 1:02}" for n in range(90))
        said = (
            f"{row};{n if n % 9 else 'alt'};{('Ja', 'Nein', 'nie', 'k. A.')[n % 4]}\n" for n, row in enumerate(rows)
        )
        (folder / f"{name}.csv").write_text("Nr;Tag;Alter;Taub\n" + "".join(said))
    (tmp_path / "mapping.yaml").write_text(MAPPINGS[kind])
    mapping = load_mapping(tmp_path / "mapping.yaml", clinic)
    one = batch(clinic, tmp_path / "one", folder, size=31, mapping=mapping)
    several = spread(clinic, two, tmp_path / "several", folder, size=31, mapping=mapping)
    assert several.pop("seconds") >= 0
    assert several.items() < one.items()
    assert several["mapping"]["unmapped values"]["Taub"]["nie"] > 0
    assert everything(tmp_path / "several") == everything(tmp_path / "one")


# --- what may happen -------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_worker_killed_meanwhile_changes_nothing(clinic: Rulebook, tmp_path: Path, two: Machines) -> None:
    folder = tables(clinic, tmp_path / "in", 8)
    batch(clinic, tmp_path / "one", folder, size=20)
    pids = two.pids(2)
    spread(clinic, two, tmp_path / "out", folder, size=20, tell=once(lambda: os.kill(pids[0], signal.SIGKILL)))
    assert pids[0] not in two.pids(2)
    assert everything(tmp_path / "out") == everything(tmp_path / "one")


@pytest.mark.slow
def test_while_a_run_is_alive_another_is_refused(clinic: Rulebook, tmp_path: Path, two: Machines) -> None:
    folder, refusals = tables(clinic, tmp_path / "in", 2), []

    def second() -> None:
        with pytest.raises(InUse, match="at work in this folder") as told:
            spread(clinic, two, tmp_path / "out", folder, size=20, resume=True)
        refusals.append(told)

    spread(clinic, two, tmp_path / "out", folder, size=20, tell=once(second))
    assert refusals


@pytest.mark.slow
def test_a_part_that_is_done_twice_is_there_once(clinic: Rulebook, tmp_path: Path, two: Machines) -> None:
    """As by a worker that was given up for lost, and was only slow."""
    folder, out = tables(clinic, tmp_path / "in", 3), tmp_path / "out"
    batch(clinic, tmp_path / "one", folder, size=20)

    def late() -> None:
        token = json.loads((out / "work" / work.SIGN).read_text())["token"]
        work.parts(str(out), token, 0, Position().as_json(), 2)

    spread(clinic, two, out, folder, size=20, tell=once(late))
    assert everything(out) == everything(tmp_path / "one")


@pytest.mark.slow
def test_a_file_that_is_cut_or_damaged_is_told_as_on_one_machine(
    bundled: Rulebook, tmp_path: Path, two: Machines
) -> None:
    """A cut file is known to be unreadable before; of a damaged one it turns out when its part is read."""
    folder = tables(bundled, tmp_path / "in", 6, rows=50)
    (folder / "01.parquet").write_bytes((folder / "01.parquet").read_bytes()[:-9])
    damaged = pl.read_parquet(folder / "03.parquet")
    damaged.write_parquet(folder / "03.parquet", row_group_size=10, use_pyarrow=False, compression="zstd")
    content = bytearray((folder / "03.parquet").read_bytes())
    middle = len(content) // 2
    content[middle : middle + 4000] = bytes(4000)
    (folder / "03.parquet").write_bytes(content)
    one = batch(bundled, tmp_path / "one", folder, size=20)
    several = spread(bundled, two, tmp_path / "out", folder, size=20)
    assert one["by reason"] == several["by reason"] == {"broken": 2, "id used twice": 2}
    assert 4 * 50 - 1 < several["decided"] < 5 * 50 - 1
    assert [Path(reject["file"]).name for reject in rejects(tmp_path / "out") if reject["reason"] == "broken"] == [
        "01.parquet",
        "03.parquet",
    ]
    assert everything(tmp_path / "out") == everything(tmp_path / "one")


@pytest.mark.slow
def test_a_part_too_large_for_any_worker_fails_alone(clinic: Rulebook, tmp_path: Path) -> None:
    folder = tables(clinic, tmp_path / "in", 6)
    large = pl.read_parquet(folder / "02.parquet").with_columns(note=pl.lit("large " * 3_000_000))
    large.write_parquet(folder / "02.parquet", compression="zstd")
    with started(tmp_path) as machines:
        machines.scheduler()
        machines.workers(1, memory="450MiB")
        with pytest.raises(cluster.Incomplete) as told:
            spread(clinic, machines, tmp_path / "out", folder, size=20, extra="keep")
        problem = told.value.problems[0]
        assert (len(told.value.problems), problem.place.file) == (1, str(folder / "02.parquet"))
        assert "part 3 missing, 20 cases" in problem.there
        assert "out of memory" in problem.there
        assert len(list((tmp_path / "out" / "answers").iterdir())) == 6
        assert not (tmp_path / "out" / "summary.json").exists()
    found = batch(clinic, tmp_path / "out", folder, size=20, resume=True)
    assert (found["cases"], found["decided"], found["empty"]) == (121, 113, 6)


@pytest.mark.slow
def test_a_scheduler_that_stops_is_told_and_the_rest_is_done_by_the_next(clinic: Rulebook, tmp_path: Path) -> None:
    folder = tables(clinic, tmp_path / "in", 6)
    batch(clinic, tmp_path / "one", folder, size=20)
    with started(tmp_path) as machines:
        first, workers = machines.scheduler(), machines.workers(1)
        with pytest.raises(cluster.Incomplete, match=r"missing, .*: the scheduler is gone") as told:
            spread(clinic, machines, tmp_path / "out", folder, size=20, tell=once(lambda: machines.end(first)))
        machines.end(workers)
        assert "--resume does the rest" in str(told.value)
        machines.scheduler()
        machines.workers(1)
        spread(clinic, machines, tmp_path / "out", folder, size=20, resume=True)
    assert everything(tmp_path / "out") == everything(tmp_path / "one")


# --- another engine --------------------------------------------------------------------------------------------------


def test_the_function_of_one_machine_answers_arrow_batches_of_any_engine(clinic: Rulebook) -> None:
    """What docs/cluster.md has Spark do: batches of plain columns in, batches of plain columns out."""
    table = frame(clinic, made_up(clinic, 100))
    batches = [nanoarrow.c_array_stream(table[start : start + 30]) for start in range(0, 100, 30)]
    answering = Answering(CompiledRulebook(clinic))
    plain = [pl.col(pl.Enum).cast(pl.String), pl.col(pl.UInt8).cast(pl.Int32)]
    out = [answering.answers(pl.DataFrame(batch), "fired").with_columns(plain) for batch in batches]
    back = pl.concat(pl.DataFrame(nanoarrow.c_array_stream(answers)) for answers in out)
    assert back.equals(answering.answers(table, "fired").with_columns(plain))


# --- what is refused -------------------------------------------------------------------------------------------------


def test_where_no_scheduler_is_none_is_waited_for_long(
    clinic: Rulebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "TIMEOUT", 1)
    (tmp_path / "in.csv").write_text("case,age\n1,50\n")
    with pytest.raises(Refused, match="no scheduler that answers within 1 s"):
        spread(clinic, Machines(tmp_path), tmp_path / "out", tmp_path / "in.csv")
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_worker_that_could_give_other_answers_is_refused(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "lib" / "lumbar-9.9.dist-info").mkdir(parents=True)
    (tmp_path / "lib" / "lumbar-9.9.dist-info" / "METADATA").write_text("Name: lumbar\nVersion: 9.9\n")
    (tmp_path / "in.csv").write_text("case,age\n1,50\n")
    with started(tmp_path) as machines:
        machines.scheduler()
        machines.workers(1, PYTHONPATH=str(tmp_path / "lib"))
        with pytest.raises(LumbarError, match=r"a worker with another lumbar: 9\.9"):
            spread(clinic, machines, tmp_path / "out", tmp_path / "in.csv")


@pytest.mark.slow
def test_a_folder_or_file_that_a_worker_does_not_see_is_told(
    clinic: Rulebook, tmp_path: Path, two: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """/proc/self/cwd is another folder for each process, as a disk of their own is for machines."""
    (tmp_path / "in.csv").write_text("case,age\n1,50\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LumbarError, match="a worker that does not see /proc/self/cwd/out of this run"):
        spread(clinic, two, Path("/proc/self/cwd/out"), tmp_path / "in.csv")
    with pytest.raises(LumbarError, match=r"a worker that does not see /proc/self/cwd/in\.csv"):
        spread(clinic, two, tmp_path / "other", Path("/proc/self/cwd/in.csv"))


# --- who else is on the machine --------------------------------------------------------------------------------------


async def strangers(addresses: Sequence[str]) -> list[Any]:
    """What comes of speaking to each address without a key, and with another's."""
    key = Security.temporary().get_connection_args("client")
    tries = [connect(f"tcp://{address}") for address in addresses]
    tries += [connect(f"tls://{address}", **key) for address in addresses]
    return await asyncio.gather(*(asyncio.wait_for(one, 3) for one in tries), return_exceptions=True)


@pytest.mark.slow
def test_workers_here_take_no_work_from_anybody_without_the_key_of_the_run() -> None:
    """Every port that the processes listen on is tried, as another user of the machine could."""
    ours = psutil.Process()
    others = set(ours.children(recursive=True))
    with workers_of("local:1") as workers:
        assert workers.client.submit(os.getpid).result() != os.getpid()
        listening = [
            one.laddr
            for process in {ours, *ours.children(recursive=True)} - others
            for one in process.net_connections("inet")
            if one.status == psutil.CONN_LISTEN
        ]
        assert len(listening) >= 3
        assert {address.ip for address in listening} == {"127.0.0.1"}
        addresses = [f"127.0.0.1:{address.port}" for address in listening]
        for error in asyncio.run(strangers(addresses)):
            assert isinstance(error, OSError | asyncio.TimeoutError)
        for address in addresses:
            with pytest.raises(OSError, match=r"reset|404|refused|timed out"):
                urllib.request.urlopen(f"http://{address}/metrics", timeout=2)
        assert workers.client.submit(os.getppid).result()


def test_whoever_asks_for_workers_here_is_told_that_one_process_uses_all_cores(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("case,age\na,40\n")
    words = ["--knowledge", str(tmp_path), "batch", str(tmp_path / "in.csv"), "--out", str(tmp_path / "out")]
    told = "one process without --scheduler already uses all of this machine"
    assert told in CliRunner().invoke(cli.lumbar, [*words, "--scheduler", "local:2"]).output
    assert told not in CliRunner().invoke(cli.lumbar, words).output
