"""Whether a Prefect API is configured, without importing Prefect (which costs over a second)."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Unreachable(Exception):
    """The configured Prefect API does not answer; the message is one line for a person."""


class TrackingLost(Exception):
    """Prefect went away during a run that came to its end all the same; the message is one line for a person.

    `manifest` is the run's.
    """

    def __init__(self, message: str, manifest: dict[str, Any]) -> None:
        super().__init__(message)
        self.manifest = manifest


def configured_api(environ: Mapping[str, str] = os.environ, folder: Path = Path()) -> str | None:
    """The address of the Prefect API that Prefect itself would use from `folder`, or None.

    Looks where Prefect looks, in its order: `PREFECT_API_URL`, `prefect.toml` and `pyproject.toml` in the folder,
    the active profile.
    """
    if url := environ.get("PREFECT_API_URL"):
        return url
    own = _load(folder / "prefect.toml").get("api", {}).get("url")
    project = _load(folder / "pyproject.toml").get("tool", {}).get("prefect", {}).get("api", {}).get("url")
    return own or project or _profile_api(environ)


def _profile_api(environ: Mapping[str, str]) -> str | None:
    home = Path(environ.get("PREFECT_HOME") or Path.home() / ".prefect")
    profiles = _load(Path(environ.get("PREFECT_PROFILES_PATH") or home / "profiles.toml"))
    active = environ.get("PREFECT_PROFILE") or profiles.get("active")
    url = profiles.get("profiles", {}).get(active, {}).get("PREFECT_API_URL")
    return str(url) if url else None


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # what Prefect cannot read either is its to complain of
