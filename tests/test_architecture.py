"""The house rules that a reader relies on: who knows what, and how large a module may grow."""

import ast
import importlib
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

FLOWS = Path(__file__).parent.parent / "flows"
MODULES = sorted(FLOWS.rglob("*.py"))
BELONGS = {
    "prefect": {"flow.py", "artifacts.py"},
    "openlineage": {"lineage.py"},
    "trafilatura": {"judges/html.py"},
    "dateparser": {"dates/"},
    "htmldate": set(),
    "rich": {"report.py", "explain.py"},
    "distributed": {"cluster.py"},
    "fcntl": {"corpus.py", "export/jsonl.py", "mirror.py"},
    "fsspec": {"stores.py"},
    "s3fs": set(),
    "botocore": set(),
    "feedparser": {"formats/feed.py"},
    "brotli": {"readers/http.py"},
    "zipfile": {"readers/archives.py"},
    "tempfile": {"corpus.py", "dedup/replaced.py", "readers/archives.py", "rows.py", "stores.py"},
    "warcio": set(),
    "deltalake": {"export/delta.py"},
    "sqlite3": {"card/facts.py", "dedup/places.py", "fingerprints.py", "known.py"},
    "scipy": {"drift.py"},
}
LONGEST_MODULE = 320
NO_CLOCK = {"ingest.py", "rebuild.py", "flow.py", "run.py", "looking.py", "lineage.py"}
"""The only modules that may read the clock."""


def name(module: Path) -> str:
    return module.relative_to(FLOWS).as_posix()


def imported(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_a_module_imports_only_what_it_may_know(module: Path) -> None:
    for package, places in BELONGS.items():
        if not any(name(module).startswith(place) for place in places):
            assert package not in set(imported(module)), f"{package} belongs in {places}"


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_a_module_says_what_it_is_and_fits_in_a_head(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text))
    assert text.count("\n") <= LONGEST_MODULE


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_stages_have_no_clock_and_no_chance(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    if name(module) not in NO_CLOCK:
        for called in ("datetime.now(", "time.time(", "utcnow(", "date.today(", "random."):
            assert called not in text
    assert "urllib.request" not in text
    assert "requests" not in set(imported(module))


def test_only_the_pipeline_turns_any_exception_into_a_reject_and_only_stores_into_a_line() -> None:
    broad = [name(module) for module in MODULES if "except Exception" in module.read_text(encoding="utf-8")]
    assert broad == ["pipeline.py", "stores.py"]


@pytest.mark.parametrize("benchmark", sorted(FLOWS.parent.glob("benchmarks/*.py")), ids=lambda path: path.stem)
def test_what_a_benchmark_takes_of_the_package_is_there(benchmark: Path) -> None:
    for node in ast.walk(ast.parse(benchmark.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "flows":
            taken = importlib.import_module(node.module)
            for alias in node.names:
                assert hasattr(taken, alias.name) or importlib.util.find_spec(f"{node.module}.{alias.name}"), alias.name


@pytest.mark.parametrize("module", ["flows.ingest", "flows.rebuild", "flows.serve", "flows.review.__main__"])
def test_help_does_not_wait_for_heavy_imports(module: str) -> None:
    heavy = "{'prefect', 'pyarrow', 'trafilatura', 'rich', 'numpy', 'scipy', 'openlineage', 'fsspec'}"
    check = f"import sys, {module}; print(*{heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_process_that_leaves_cleaning_to_others_holds_nothing_of_it() -> None:
    check = "import sys, flows.run; print(*{'trafilatura', 'lxml', 'dateparser', 'py3langid'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("script", sorted(FLOWS.glob("review/template/*")), ids=name)
def test_the_page_makes_no_markup_of_data_and_its_parts_fit_in_a_head(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc"):
        assert way not in text
    assert text.count("\n") <= LONGEST_MODULE
