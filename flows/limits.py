"""A limit on the CPU time that one document may take, so that one of them cannot hold up a run."""

from __future__ import annotations

import ctypes
import resource
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TooSlow(BaseException):
    """The limit was passed.  No `Exception`, so that no handler inside a stage takes it for its own."""


@contextmanager
def cpu_limit(seconds: float) -> Iterator[None]:
    """Raise `TooSlow` in the body once it has used `seconds` of CPU time.

    In a process's main thread a timer interrupts Python code and regular expressions alike.  In another thread (of a
    Dask worker) it takes effect between two steps of Python code.  Code in C that never looks up is not reached:
    against that a process of our own sets `end_process_after`.
    """
    in_main = threading.current_thread() is threading.main_thread()
    with _timer(seconds) if in_main else _watchdog(seconds):
        yield


def end_process_after(seconds: float) -> None:
    """Have the kernel end this process when it has used `seconds` more of CPU time, whatever it is doing."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))


@contextmanager
def _timer(seconds: float) -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextmanager
def _watchdog(seconds: float) -> Iterator[None]:
    thread = threading.get_ident()
    clock = time.pthread_getcpuclockid(thread)
    end, over = time.clock_gettime(clock) + seconds, threading.Event()

    def watch() -> None:
        while not over.wait(max(0.01, end - time.clock_gettime(clock))):
            if time.clock_gettime(clock) >= end:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(TooSlow))
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
