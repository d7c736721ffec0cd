"""The review page as a person meets it: in a real Chromium, from disk, with hostile and with honest corpora."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from flows.corpus import Corpus, read_rows
from flows.rows import table
from tests import browser as browsers
from tests import review_corpora
from tests.publishing import reject
from tests.test_ingest import RAW, ingest
from tests.test_review import review

if not (browsers.CHROMIUM and browsers.DRIVER):
    if os.environ.get("CI"):
        pytest.fail(browsers.MISSING)
    pytest.skip(browsers.MISSING, allow_module_level=True)

CONTRAST = """
const parse = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return [...n.slice(0, 3), n[3] ?? 1]; };
const linear = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const light = (rgb) => [0.2126, 0.7152, 0.0722].reduce((sum, share, i) => sum + share * linear(rgb[i] / 255), 0);
const behind = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const color = parse(getComputedStyle(at).backgroundColor);
    if (color[3] > 0.99) return color;
  }
  return [255, 255, 255, 1];
};
const worst = {};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const element = node.parentElement;
  if (!node.data.trim() || element.closest("script, style, svg, option, .none") || !element.checkVisibility()) continue;
  const [one, other] = [light(parse(getComputedStyle(element).color)), light(behind(element))];
  const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  if (ratio < 4.5) worst[`${element.tagName}.${element.className}`] = [ratio, node.data.slice(0, 40)];
}
return worst;
"""
"""Texts whose contrast with what is behind them is below 4.5 to 1 (WCAG 2.2, criterion 1.4.3)."""


class Page:
    """A review page in the browser."""

    def __init__(self, browser: Any, path: Path) -> None:
        self.browser, self.path = browser, path

    def open(self, address: str = "") -> Page:
        """Open the page from disk at a deep link."""
        self.browser.get("about:blank")
        self.browser.get(f"file://{quote(str(self.path))}{address}")
        return self.settled()

    def settled(self) -> Page:
        """Wait until what was asked for is drawn."""
        WebDriverWait(self.browser, 30, poll_frequency=0.02).until(
            lambda _: not self.js("document.querySelector('[aria-busy=\"true\"]')")
        )
        return self

    def press(self, *keys: str) -> Page:
        for key in keys:
            ActionChains(self.browser).send_keys(key).perform()
            self.settled()
        return self

    def js(self, script: str, *arguments: object) -> Any:
        return self.browser.execute_script(f"return {script}", *arguments)

    def choose(self, select: str, value: str) -> Page:
        """Choose an option of one of the filters."""
        Select(self.browser.find_element("id", select)).select_by_value(value)
        return self.settled()

    @property
    def title(self) -> str:
        return str(self.js("document.querySelector('#main h1')?.textContent"))

    @property
    def listed(self) -> int:
        return int(self.js("document.querySelectorAll('#list a').length"))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    started = browsers.start(tmp_path_factory.mktemp("chromium"))
    yield started
    started.quit()


@pytest.fixture(scope="module")
def samples(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Page:
    out = tmp_path_factory.mktemp("page") / "samples"
    ingest(RAW, "--out", out)
    assert review(out, "--raw", RAW).returncode == 0
    return Page(browser, out / "review.html")


@pytest.fixture(autouse=True)
def nothing_on_the_console_and_nothing_from_the_net(browser: Any) -> Iterator[None]:
    browsers.said(browser), browsers.requested(browser)
    yield
    assert browsers.said(browser) == []
    local = ("file:", "about:", "data:", "chrome:")
    assert [url for url in browsers.requested(browser) if not url.startswith(local)] == []


def test_a_hostile_corpus_runs_no_script_and_becomes_no_markup(browser: Any, tmp_path: Path) -> None:
    out = review_corpora.hostile(tmp_path)
    assert review(out).returncode == 0
    page = Page(browser, out / "review.html").open()
    elements = (
        "img, iframe, object, embed, link, main script, aside script, [onerror], [onload], main style, svg [href]"
    )
    seen = set()
    for _ in range(page.listed):
        seen.add(page.js("location.hash"))
        assert page.js(f"document.querySelectorAll({elements!r}).length") == 0
        page.press("x")
        if page.js("Boolean(document.getElementById('compare'))"):
            page.press("c")
        page.press("j")
    assert len(seen) == page.listed > 30
    for view in ("2", "3", "1"):
        page.press(view)
        assert page.js("window.hacked ?? null") is None
    shown = page.js("document.body.innerText")
    assert "<script>window.hacked=1</script>" in shown
    assert not {"\u202e", "\u2066"} & set(page.js("document.documentElement.textContent"))
    assert page.js("getComputedStyle(document.body).display") == "flex", "a style of the corpus was followed"


def test_keys_step_through_documents_and_cuts_and_the_address_leads_back(samples: Page) -> None:
    page = samples.open()
    first = page.title
    second = page.press("j").title
    assert second != first
    assert page.press(Keys.ARROW_LEFT).title == first
    page.press(Keys.ARROW_RIGHT, "n")
    focused = page.js("document.activeElement.textContent")
    while page.js("document.activeElement.className") != "rule":
        page.press("j", "n")
        focused = page.js("document.activeElement.textContent")
    assert focused in page.js("document.getElementById('tip').textContent")
    here, title = page.js("location.hash"), page.title
    assert page.open(here).title == title
    page.press("?")
    assert page.js("document.getElementById('help').open")
    page.press(Keys.ESCAPE, "/", "j")
    assert page.js("document.getElementById('search').value") == "j", "keys are letters where one writes"


def test_filters_narrow_the_list_and_stand_in_the_address(samples: Page) -> None:
    page = samples.open()
    whole = page.listed
    assert whole == sum(read_rows(page.path.parent, name).num_rows for name in ("articles", "duplicates", "rejects"))
    page.choose("publisher", "Lanmoor Mercury")
    assert page.listed == 2
    page.choose("relation", "revision")
    assert page.listed == 1
    assert "relation=revision" in page.js("location.hash")
    page.browser.find_element("id", "clear").click()
    assert page.settled().listed == whole
    page.choose("rule", "newsletter")
    assert 0 < page.listed < whole
    assert page.js(
        "[...document.querySelectorAll('.row.cut')].some((row) => row.dataset.rule.startsWith('newsletter.'))"
    )
    page.open("#q=swing+bridge+tram")
    assert page.listed == 1
    page.press("/", *"zzz")
    assert page.listed == 0


def test_a_field_and_its_place_light_up_together(samples: Page) -> None:
    page = samples.open("#q=tram-line.txt")
    claim = page.browser.find_element("css selector", ".claim.placed:nth-child(2)")
    ActionChains(page.browser).move_to_element(claim).perform()
    assert page.js("document.querySelector('.read.lit').textContent") == "Mar 09, 2026 06:20 PM"
    place = page.browser.find_element("css selector", ".read")
    ActionChains(page.browser).move_to_element(place).perform()
    assert page.js("document.querySelectorAll('.claim.lit').length") == 1


def test_a_copy_stands_beside_its_original_with_what_differs(samples: Page) -> None:
    page = samples.open("#q=glacier-valley")
    page.press("c")
    assert page.js("document.getElementById('compare').getAttribute('aria-pressed')") == "true"
    assert page.js("document.querySelectorAll('.pair.same').length") > 3
    assert "Norway, May 11" in page.js("document.querySelector('.pair del').textContent")
    assert page.js("document.querySelectorAll('.pair ins').length") > 0
    assert "compare=1" in page.js("location.hash")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_can_be_read(samples: Page, scheme: str) -> None:
    emulation = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    samples.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", emulation)
    background = set()
    for address in (
        "#q=boatyard-evening",
        "#q=glacier-valley&compare=1",
        "#table=rejects",
        "#view=corpus",
        "#view=drift",
    ):
        samples.open(address)
        assert samples.browser.execute_script(CONTRAST) == {}, address
        assert samples.js("document.querySelectorAll('.pair').length > 0") == ("compare" in address)
        background.add(samples.js("getComputedStyle(document.body).backgroundColor"))
    (color,) = background
    samples.press("t")
    assert samples.js("getComputedStyle(document.body).backgroundColor") != color, "the switch"
    samples.press("t")


def test_charts_are_drawn_and_have_names_and_figures(samples: Page) -> None:
    page = samples.open("#view=corpus")
    charts = page.js("[...document.querySelectorAll('#corpus-view svg')].map((svg) => svg.getAttribute('aria-label'))")
    assert len(charts) >= 6
    assert all(charts)
    shapes = "(svg) => svg.querySelectorAll('rect, path, circle').length > 0"
    assert page.js(f"[...document.querySelectorAll('#corpus-view svg')].every({shapes})")
    assert page.js("document.querySelectorAll('figure.card details table').length") >= 5


def test_drift_is_shown_where_it_is(browser: Any, tmp_path: Path) -> None:
    out = review_corpora.redesigned(tmp_path / "out")
    assert review(out).returncode == 0
    page = Page(browser, out / "review.html").open("#view=drift")
    shown = page.js("document.getElementById('drift-view').innerText")
    assert "Nordholm Post" in shown
    assert "published_at" in shown
    assert "Quay Herald" not in shown


def test_a_corpus_without_an_article_is_shown_too(browser: Any, tmp_path: Path) -> None:
    with Corpus.open(tmp_path) as corpus:
        corpus.publish("one", {"rejects": table("rejects", [reject("empty.txt")])})
    assert review(tmp_path).returncode == 0
    page = Page(browser, tmp_path / "review.html").open()
    assert page.title == "empty.txt"
    for view in ("2", "3"):
        page.press(view)
    assert "one run" in page.js("document.getElementById('drift-view').innerText")


def test_it_prints_one_document_without_the_controls(samples: Page) -> None:
    samples.open("#q=tram-line.txt")
    features = [{"name": "prefers-color-scheme", "value": "dark"}]
    samples.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": features})
    assert samples.js("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert samples.browser.execute_script(CONTRAST) == {}
    assert samples.js("document.querySelector('.list').checkVisibility()") is False
    assert samples.js("getComputedStyle(document.querySelector('.desk')).display") == "block"
    samples.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
