"""A real, headless Chromium for the tests of pages; it is started once and never reaches a network."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
MISSING = "no Chromium: tests in a real browser are left out (apt-get install chromium chromium-driver)"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1440,900",
)


def start(profile: Path) -> Chrome:
    """A browser with the new, empty folder `profile` for its user data."""
    options = ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return Chrome(options=options, service=Service(str(DRIVER)))


def said(browser: Chrome) -> list[str]:
    """What the console says since it was last asked: errors, warnings and violations of the page's policy."""
    return [entry["message"] for entry in browser.get_log("browser")]


def requested(browser: Chrome) -> list[str]:
    """The addresses that the browser asked for since it was last asked."""
    log: list[dict[str, Any]] = browser.get_log("performance")
    messages = [json.loads(entry["message"])["message"] for entry in log]
    return [each["params"]["request"]["url"] for each in messages if each["method"] == "Network.requestWillBeSent"]
