"""The server behind the page; the only file that imports uvicorn."""

import gc
import os
import signal
import socket
import ssl
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from types import FrameType

import uvicorn

from .app import make_app
from .guard import LOOPBACK, MOST_UPLOAD, Guard, hosts, new_token
from .many.jobs import DAYS_KEPT, Jobs
from .served import Served
from .trials import Trials

PATIENCE = 10  # seconds for a download to come to its end, once the server is asked to end
KEEP_ALIVE = 75  # seconds: people think for longer than uvicorn's 5 between two answers


@dataclass(frozen=True)
class Settings:
    """What the server is to do; `token` is None for a new one, and empty for none."""

    knowledge: str
    host: str
    port: int
    allowed: tuple[str, ...] = ()
    cert: str | None = None
    key: str | None = None
    token: str | None = None
    workers: int = 1
    open: bool = False
    behind_proxy: bool = False
    author: bool = False
    jobs: str | None = None
    max_upload: int = MOST_UPLOAD

    @property
    def on_loopback(self) -> bool:
        """Whether this machine alone can reach it."""
        return self.host in LOOPBACK


class _Server(uvicorn.Server):
    """A server that ends when it is asked to, and does not pass the signal on: the processes beside it end too."""

    def __init__(self, config: uvicorn.Config, ending: Callable[[], None]) -> None:
        """`ending` is called once it is asked to end: it waits for every answer that is on its way."""
        super().__init__(config)
        self.ending = ending

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end."""
        self.ending()
        super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle the signals that end it."""
        numbers = [signal.SIGINT, signal.SIGTERM]
        if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # of nohup
            numbers.append(signal.SIGHUP)  # its terminal is closed: what is kept of patients has to go then too
        before = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def run(settings: Settings, say: Callable[[str], None]) -> str:
    """Serve until it is stopped; gives back what kept it from that, empty where nothing did.

    Raises KnowledgeError where the knowledge base has problems.
    """
    served = Served(settings.knowledge)
    if settings.workers > 1 and not hasattr(os, "fork"):
        return "--workers is not possible on this system; expected 1"
    if problem := _bad_certificate(settings):
        return problem
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listening = socket.create_server((settings.host, settings.port), family=family, backlog=128)
    except OSError as error:
        hint = "; expected a free one, such as --port 0" if settings.port else ""
        return f"{settings.host} port {settings.port} cannot be listened at ({error.strerror}){hint}"
    token = new_token() if settings.token is None else settings.token
    _announce(settings, served, listening.getsockname()[1], token, say)
    with listening, TemporaryDirectory(prefix="lumbar-", ignore_cleanup_errors=True) as folder:
        trials = Trials(served.directory, Path(folder) / "trials")
        trials.folder.mkdir(mode=0o700)
        jobs = Jobs(served.directory, Path(settings.jobs or f"{folder}/jobs"), token, bool(settings.jobs))
        jobs.sweep()
        try:
            _serve(settings, served, token, listening, trials, jobs)
        finally:
            trials.close()
            jobs.close()
    return ""


def _announce(settings: Settings, served: Served, port: int, token: str, say: Callable[[str], None]) -> None:
    """Say where the page is and what is kept, and open it where that is wanted."""
    address = f"{'https' if settings.cert else 'http'}://{_in_address(settings.host)}:{port}/"
    address += f"?token={token}" if token else ""
    say(f"lumbar: {address}")
    say(_kept(settings))
    if settings.author:
        say(f"Rules can be saved in {served.directory}.")
    if settings.open:
        Timer(0.5, webbrowser.open, [address]).start()


def _kept(settings: Settings) -> str:
    """What is kept of patients, and for how long."""
    if settings.jobs:
        return f"Ctrl-C ends it. Runs over many cases are kept in {settings.jobs} for {DAYS_KEPT} days; nothing else."
    return "Ctrl-C ends it. Nothing about patients is kept."


def _serve(
    settings: Settings, served: Served, token: str, listening: socket.socket, trials: Trials, jobs: Jobs
) -> None:
    """Serve here, and in as many processes beside this one as are asked for."""
    children: list[int] = []
    for _ in range(settings.workers - 1):
        child = os.fork()
        if not child:
            children = []
            break
        children.append(child)
    pages = make_app(served, trials, settings.author, jobs, settings.max_upload)
    app = Guard(pages, hosts(settings.host, settings.allowed), token, settings.max_upload)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=PATIENCE,
        ssl_certfile=settings.cert,
        ssl_keyfile=settings.key,
        server_header=False,
        lifespan="off",
    )
    gc.collect()
    gc.freeze()
    try:
        _Server(config, jobs.end).run([listening])
    finally:
        _end(children)


def _end(children: list[int]) -> None:
    """End the processes beside this one, and wait for them."""
    for child in children:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGTERM)
    for child in children:
        with suppress(ChildProcessError):
            os.waitpid(child, 0)


def _bad_certificate(settings: Settings) -> str:
    if not settings.cert:
        return ""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.cert, settings.key)
    except (ssl.SSLError, OSError) as error:
        return f"the certificate {settings.cert} with the key {settings.key} cannot be read ({error})"
    return ""


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host
