"""What can happen to a corpus and to a run over it: the short form of `python -m tests.torture`."""

import random
from pathlib import Path

import pytest

from tests import faults, fuzzing, torture
from tests.test_ingest import command, ingest, tables


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return torture.corpus_of_runs(tmp_path_factory.mktemp("faults"))


def test_damaged_files_are_repaired_or_refused_in_one_line(tmp_path: Path) -> None:
    what, wrong = torture.damages(tmp_path, 12, random.Random(5))
    assert wrong == [], what


def test_of_four_runs_at_once_one_works_and_three_say_so(made: tuple[Path, Path], tmp_path: Path) -> None:
    raw, whole = made
    out = tmp_path / "out"
    ended = faults.at_once(raw, out, 4)
    assert sorted(code for code, _ in ended) == [0, 1, 1, 1]
    for code, said in ended:
        assert said.count("\n") == code
        assert ("another process is writing" in said) == bool(code)
    assert tables(out) == tables(whole)


def test_a_run_that_is_told_to_stop_leaves_whole_tables(made: tuple[Path, Path], tmp_path: Path) -> None:
    raw, whole = made
    code, said = faults.stopped(raw, tmp_path / "out")
    assert "Traceback" not in said
    assert code != 0
    ingest(raw, "--out", tmp_path / "out", "--workers", 1)
    assert tables(tmp_path / "out") == tables(whole)


@pytest.mark.skipif(not faults.can_mount(), reason="mounting a small file system takes root")
def test_a_full_disk_is_said_in_one_line_and_the_next_run_goes_on(tmp_path: Path) -> None:
    _, wrong = torture.disk(tmp_path, 2, random.Random(3))
    assert wrong == []


def test_an_index_that_cannot_be_written_is_said_in_one_line_and_the_next_run_goes_on(
    made: tuple[Path, Path], tmp_path: Path
) -> None:
    raw, whole = made
    out = tmp_path / "out"
    blocking = out / ".copydesk" / "index" / "in-the-way.part"
    blocking.mkdir(parents=True)
    refused = command(raw, "--out", out, "--no-prefect", "--quiet")
    assert refused.returncode == 1
    assert refused.stderr.startswith("copydesk: cannot write to the corpus")
    assert refused.stderr.count("\n") == 1
    blocking.rmdir()
    ingest(raw, "--out", out)
    assert tables(out) == tables(whole)


def test_mutated_files_crash_nothing_and_cost_no_neighbour(tmp_path: Path) -> None:
    assert fuzzing.findings(tmp_path, 300, seed=1, workers=2) == []
