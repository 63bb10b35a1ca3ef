"""Make the pictures of the README from the atlas of the demo city: `python docs/pictures.py maps docs`."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

# The page, and what it shows of it; the band that says DEMO stands on top of every page.
PICTURES = {"atlas": "kinderopvang.html"}
WIDTH, HEIGHT = 1280, 860
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def browser_path() -> str:
    """Return the browser of KORTRIJK_GEO_BROWSER, or one of the usual names."""
    path = os.environ.get("KORTRIJK_GEO_BROWSER") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        sys.exit("no Chromium or Chrome is installed; set KORTRIJK_GEO_BROWSER")
    return path


def main(maps: Path, out: Path) -> None:
    """Photograph pages of an atlas, small enough for a repository."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
        for name, file in PICTURES.items():
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            page.goto((maps / file).resolve().as_uri())
            page.wait_for_timeout(2000)
            page.screenshot(path=out / f"{name}.jpg", type="jpeg", quality=60)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
