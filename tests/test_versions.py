"""The version of the data that decides on a text, as it stands in every row."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def version(folder: Path) -> str:
    code = "from flows.versions import rules_version; print(rules_version())"
    run = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    return run.stdout.strip()


def test_a_change_of_a_rule_a_model_or_a_registry_is_another_version(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "flows", tmp_path / "flows", ignore=shutil.ignore_patterns("__pycache__"))
    seen = {version(tmp_path)}
    assert all(re.fullmatch("[0-9a-f]{12}", each) for each in seen)
    assert version(tmp_path) in seen
    for changed in ("rules/share.toml", "judges/blocks.json", "publishers.toml"):
        with (tmp_path / "flows" / changed).open("a") as file:
            file.write("\n")
        seen.add(version(tmp_path))
    assert len(seen) == 4
