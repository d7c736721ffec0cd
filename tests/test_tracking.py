"""Which runs are tracked: an API is found where Prefect itself would find it."""

from pathlib import Path

from flows.tracking import configured_api

API = "http://127.0.0.1:4999/api"


def test_without_any_configuration_there_is_no_api(tmp_path: Path) -> None:
    assert configured_api({"PREFECT_HOME": str(tmp_path)}, tmp_path) is None


def test_the_environment_names_it(tmp_path: Path) -> None:
    assert configured_api({"PREFECT_API_URL": API, "PREFECT_HOME": str(tmp_path)}, tmp_path) == API


def test_the_folder_names_it(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(f'[tool.prefect]\napi.url = "{API}"\n')
    assert configured_api({"PREFECT_HOME": str(tmp_path)}, tmp_path) == API


def test_the_active_profile_names_it(tmp_path: Path) -> None:
    (tmp_path / "profiles.toml").write_text(
        f'active = "lab"\n[profiles.lab]\nPREFECT_API_URL = "{API}"\n[profiles.ephemeral]\nPREFECT_SERVER_X = "1"\n'
    )
    home = {"PREFECT_HOME": str(tmp_path)}
    assert configured_api(home, tmp_path / "elsewhere") == API
    assert configured_api(home | {"PREFECT_PROFILE": "ephemeral"}, tmp_path / "elsewhere") is None
