"""Faults that a run must survive: what the tests do a little of and `python -m tests.torture` a lot.

Every function lets something go wrong with the corpus at `out`, again and again, and lets a run follow.  `whole` are
the tables that an undisturbed run over the same raw files leaves.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.test_ingest import AS_OF, ROOT, command, ingest, tables

Tables = dict[str, bytes]

SENTENCES = (
    "The council of {place} voted on Monday to close the bridge for {n} weeks.",
    "Traders in {place} had asked for {n} more days to prepare, the mayor said.",
    "“We have waited {n} years for this,” said the owner of a bakery in {place}.",
    "Engineers counted {n} cracks in the northern pier, more than in any year before.",
    "The work is to cost {n} million crowns, of which {place} pays a third.",
    "A ferry will leave {place} every {n} minutes while the road is shut.",
)


def fill(folder: Path, files: int) -> Path:
    """Raw files in several batches, with copies and broken ones among them."""
    folder.mkdir()
    chance = random.Random(7)
    for number in range(files):
        lines = [
            chance.choice(SENTENCES).format(place=f"Upper Dale {chance.randrange(900)}", n=chance.randrange(2, 90))
            for _ in range(12)
        ]
        path = folder / f"{number:04}.txt"
        path.write_text("\n\n".join(lines))
        if number % 17 == 0:
            shutil.copy(path, folder / f"{number:04}-copy.txt")
        if number % 40 == 0:
            (folder / f"{number:04}-broken.txt").write_bytes(b"\x1f\x8b\x08\x00broken")
    return folder


def start(raw: Path, out: Path, workers: int = 2) -> subprocess.Popen[str]:
    """A run in a session of its own, to be disturbed."""
    return subprocess.Popen(
        [sys.executable, "-m", "flows.ingest", str(raw), "--out", str(out), "--workers", str(workers),
         "--as-of", AS_OF, "--no-prefect", "--quiet"],
        cwd=ROOT, start_new_session=True, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def killed(raw: Path, out: Path, times: int, longest: float, chance: random.Random) -> None:
    """`kill -9` to all processes of a run at `times` random moments within `longest` seconds, then a whole run."""
    for _ in range(times):
        with start(raw, out) as process:
            time.sleep(chance.uniform(0.2, longest))
            os.killpg(process.pid, signal.SIGKILL)
    ingest(raw, "--out", out, "--workers", 2)


def stopped(raw: Path, out: Path) -> tuple[int, str]:
    """SIGTERM to a run once it has published something; its exit code and what it said."""
    with start(raw, out) as process:
        while process.poll() is None and len(list(out.glob("articles/*"))) < 2:
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        said = process.communicate()[1]
        return process.returncode, said


def at_once(raw: Path, out: Path, runs: int) -> list[tuple[int, str]]:
    """So many runs over the same raw files into the same corpus; their exit codes and what they said."""
    processes = [start(raw, out, workers=1) for _ in range(runs)]
    said = [process.communicate()[1] for process in processes]
    return [(process.returncode, line) for process, line in zip(processes, said, strict=True)]


# ----------------------------------------------------------------------------------------------------------- the disk


def can_mount() -> bool:
    """Whether this process may mount a small file system of its own."""
    return os.geteuid() == 0 and shutil.which("mount") is not None


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Callable[[str], None]]:
    """A file system of `size` (`2m`, …) at `folder`; the function given remounts it with other options."""
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True).returncode:
        raise PermissionError("not allowed to mount")
    try:
        yield lambda options: subprocess.run(["mount", "-o", f"remount,{options}", folder], check=True) and None
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


# --------------------------------------------------------------------------------------------------------- corruption


def flip(path: Path, chance: random.Random) -> None:
    """Change one byte of the file."""
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 0xFF
    path.write_bytes(data)


def cut(path: Path, chance: random.Random) -> None:
    """Lose the end of the file."""
    os.truncate(path, chance.randrange(path.stat().st_size))


def blank(path: Path, chance: random.Random) -> None:
    """Zeroes in the place of the file, as some file systems leave after a power cut."""
    path.write_bytes(bytes(path.stat().st_size))


def vanish(path: Path, chance: random.Random) -> None:
    """Lose the file."""
    path.unlink()


DAMAGES = (flip, cut, blank, vanish)


def next_run(raw: Path, out: Path, whole: Tables) -> str:
    """What the next run makes of it: `repaired`, `refused`, or a sentence that says what went wrong."""
    before = tables(out)
    done = command(raw, "--out", out, "--as-of", AS_OF, "--no-prefect", "--quiet")
    after = tables(out)
    if "Traceback" in done.stderr:
        return f"a traceback: {done.stderr[-300:]}"
    if done.returncode == 0:
        return "repaired" if after == whole else "it went on with tables that are not whole"
    if done.stderr.count("\n") != 1 or after != before:
        return f"exit {done.returncode}, {done.stderr!r}, tables {'changed' if after != before else 'unchanged'}"
    return "refused"
