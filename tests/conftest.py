"""What holds for all tests.

Hypothesis: no clock in a verdict, since machines are shared; the same examples on every machine in CI.
"""

import os

import pytest
from hypothesis import HealthCheck, settings

slow_is_fine = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("default", **slow_is_fine)
settings.register_profile("ci", **slow_is_fine, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line that a real browser is missing, where it is."""
    from tests import browser

    if not (browser.CHROMIUM and browser.DRIVER):
        terminalreporter.write_line(browser.MISSING, yellow=True)
