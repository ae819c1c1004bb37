"""The workers of a Dask scheduler, and tasks spread over them; the only file that imports distributed and dask."""

import asyncio
import concurrent.futures
import logging
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import cryptography  # noqa: F401 (Security.temporary makes its key with it)
import dask
from distributed import Client, Future, LocalCluster, Security, wait
from distributed import TimeoutError as Late  # on Python 3.10 another than the built-in one
from distributed.scheduler import KilledWorker

from ...errors import LumbarError, Problem
from ..batch.options import refused
from . import signals

TIMEOUT = 10  # seconds to wait for an answer of the scheduler
CANCELLED = (asyncio.CancelledError, concurrent.futures.CancelledError)  # a task, where the scheduler is gone
PATIENCE = 60  # seconds to wait for a worker where there is none
PAGES = ("distributed.scheduler.http.routes", "distributed.worker.http.routes")  # which anybody here could open
LOCAL = re.compile(r"local:([1-9]\d*)")
REMOTE = re.compile(r"(tcp|tls)://[^\s/]+:\d+")


@dataclass(frozen=True)
class Lost:
    """What has come of a task that gave no result."""

    reason: str


class Workers:
    """The workers behind a scheduler."""

    def __init__(self, client: Client, address: str) -> None:
        self.client = client
        self.address = address

    def each(self, work: Callable[..., object], *arguments: Any) -> None:
        """Do a task on every worker that is there; raises LumbarError with what any of them has against it."""
        try:
            self.client.wait_for_workers(1, timeout=PATIENCE)
        except Late:
            raise refused(self.address, f"a scheduler without a worker for {PATIENCE} s", "dask worker …") from None
        names = list(self.client.nthreads())
        futures = [self.client.submit(work, *arguments, workers=[name], pure=False) for name in names]
        problems: list[Problem] = []
        for name, future in zip(names, futures, strict=True):
            error = future.exception()
            if isinstance(error, LumbarError):
                problems += error.problems
            elif error is not None:
                problems += refused(name, f"a worker that cannot do it ({_one_line(error)})").problems
        if problems:
            raise LumbarError(problems)

    def spread(self, work: Callable[..., Any], jobs: Mapping[Any, tuple[Any, ...]]) -> Iterator[tuple[Any, Any]]:
        """The results of tasks as they come, each with its name; one that gave none is Lost.

        No worker is given a task while it has another to do, so that one that ends its worker takes no other with it.
        """
        waiting = list(jobs)[::-1]
        running: dict[Future, Any] = {}
        alone = time.monotonic()
        try:
            while waiting or running:
                room = self._room()
                alone = time.monotonic() if room else alone
                if room is None or time.monotonic() - alone > PATIENCE:
                    reason = "the scheduler is gone" if room is None else f"no worker was there for {PATIENCE} s"
                    yield from ((name, Lost(reason)) for name in [*running.values(), *waiting[::-1]])
                    return
                while waiting and len(running) < room:
                    name = waiting.pop()
                    running[self.client.submit(work, *jobs[name], pure=False)] = name
                for future in self._done(running):
                    yield running.pop(future), _result(future)
        finally:
            self.client.cancel(list(running)) if running and self.client.status == "running" else None

    def _room(self) -> int | None:
        """How many tasks can be done side by side; None where the scheduler does not answer."""
        try:
            return sum(self.client.nthreads().values()) if self.client.status == "running" else None
        except (OSError, Late):
            return None

    def _done(self, running: Mapping[Future, Any]) -> list[Future]:
        if not running:
            time.sleep(0.2)
            return []
        with suppress(Late, *CANCELLED):
            wait(list(running), timeout=1, return_when="FIRST_COMPLETED")
        return [future for future in running if future.done()]


def _result(future: Future) -> Any:
    if future.cancelled():
        return Lost("the scheduler is gone")
    error = future.exception()
    if isinstance(error, KilledWorker):
        return Lost(f"its worker ended each time it was tried ({error.allowed_failures + 1} times): out of memory?")
    return future.result() if error is None else Lost(_one_line(error))


def _one_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"


def is_local(text: str) -> bool:
    """Whether an address asks for workers on this machine."""
    return LOCAL.fullmatch(text) is not None


def is_address(text: str) -> bool:
    """Whether a text is the address of a scheduler, or asks for workers on this machine."""
    return bool(LOCAL.fullmatch(text) or REMOTE.fullmatch(text))


@contextmanager
def workers_of(address: str) -> Iterator[Workers]:
    """The workers behind an address: tcp://host:port, or local:N for N processes here; raises Refused."""
    local = LOCAL.fullmatch(address)
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with ExitStack() as stack:
        stack.enter_context(dask.config.set({"distributed.comm.timeouts.connect": f"{TIMEOUT}s"}))
        where: Any = stack.enter_context(_local(int(local[1]))) if local else address
        try:
            client = stack.enter_context(Client(where, timeout=TIMEOUT))
        except (OSError, Late):
            raise refused(address, f"no scheduler that answers within {TIMEOUT} s", "dask scheduler …") from None
        yield Workers(client, address)


@contextmanager
def _local(count: int) -> Iterator[LocalCluster]:
    """Worker processes on this machine, which share its cores; only who has the key of this run can speak to them."""
    cores = max((os.cpu_count() or 1) // count, 1)
    with (
        dask.config.set(dict.fromkeys(PAGES, ())),
        tempfile.TemporaryDirectory(prefix="lumbar-") as folder,
        LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            local_directory=folder,
            host="127.0.0.1",
            protocol="tls://",
            security=Security.temporary(),
            silence_logs=logging.CRITICAL,
            env={"POLARS_MAX_THREADS": str(cores)},
            preload=[signals.__name__],
        ) as cluster,
    ):
        yield cluster
