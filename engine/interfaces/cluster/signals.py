"""A worker process of our own does not hear Control-C, which is for the command: it is the command that ends it.

What it prints, should it print anything, passes the same guard as what the command prints.
"""

import signal

from ..terminal import guard


def dask_setup(_worker: object) -> None:
    """What Dask calls in each worker process when it begins."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    guard()
