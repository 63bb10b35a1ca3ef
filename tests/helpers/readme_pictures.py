"""Make the pictures of the README from the demo city: `make pictures`.

One is of a page of the atlas, one of the desk with an application half filled in; both say that the city is invented.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from desk_server import running_desk
from playwright.sync_api import Browser, sync_playwright

WIDTH, HEIGHT = 1280, 860
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# An application in the desk, field by field.
APPLICATION = {"coordinaten": "69900 171533", "datum": "12/10/2021", "nieuw": "19"}


def browser_path() -> str:
    """Return the browser of KORTRIJK_GEO_BROWSER, or one of the usual names."""
    path = os.environ.get("KORTRIJK_GEO_BROWSER") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        sys.exit("no Chromium or Chrome is installed; set KORTRIJK_GEO_BROWSER")
    return path


def photograph_atlas(browser: Browser, maps: Path, out: Path) -> None:
    """Photograph the page of childcare."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.goto((maps / "kinderopvang.html").resolve().as_uri())
    page.wait_for_timeout(2000)
    page.screenshot(path=out / "atlas.jpg", type="jpeg", quality=60)


def photograph_desk(browser: Browser, desk: str, out: Path) -> None:
    """Photograph an application as an officer fills it in."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.goto(f"{desk}/dossiers/nieuw")
    page.locator(".map-status").wait_for(state="detached", timeout=60_000)
    page.reload()  # the city is open now
    for field, value in APPLICATION.items():
        page.fill(f"input[name={field}]", value)
    page.check("input[name=opvangvorm][value=group]")
    page.wait_for_timeout(4000)
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=out / "desk.jpg", type="jpeg", quality=60)


def main(maps: Path, out: Path) -> None:
    """Photograph the atlas in a folder, and the desk, small enough for a repository."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
        photograph_atlas(browser, maps, out)
        with tempfile.TemporaryDirectory() as data, running_desk(Path(data)) as desk:
            photograph_desk(browser, desk.base, out)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
