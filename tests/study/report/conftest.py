"""Studies made up once, and a browser to look at their reports."""

import os
import shutil

import pytest
from PIL import Image

from paddle_resample.study.report import write_report
from tests.study.report.made_up import made_up_study

HOSTILE = "<img src=x onerror=alert(1)><script>alert(1)</script>"
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1400,1000",
)


@pytest.fixture(scope="session")
def study(tmp_path_factory):
    """A study of four methods and three seeds, with its report in English."""
    study = made_up_study(tmp_path_factory.mktemp("study"), images=6, size=(48, 64))
    write_report(study.folder)
    return study


@pytest.fixture(scope="session")
def partial_study(tmp_path_factory):
    """A small one with failed cells and figures of the laboratory."""
    study = made_up_study(
        tmp_path_factory.mktemp("partial"),
        {"bilinear": 0.6, "carafe": 0.7},
        seeds=(0, 1),
        images=3,
        size=(48, 64),
        shown=1,
        failed={"upsample=carafe,seed=0", "upsample=bilinear,seed=1"},
    )
    (study.folder / "lab").mkdir()
    Image.new("RGB", (40, 30), "red").save(study.folder / "lab" / "impulse.png")
    return study


@pytest.fixture(scope="session")
def hostile_study(tmp_path_factory):
    """One whose methods, classes, images and cells are named as an attack would be."""
    folder = tmp_path_factory.mktemp("hostile")
    study = made_up_study(
        folder,
        skills={"bilinear": 0.6, HOSTILE: 0.7, "</script>{{ 7*7 }}": 0.5},
        seeds=(0,),
        images=4,
        size=(48, 64),
        class_names=[f"{HOSTILE} {i}" for i in range(12)],
        names=[f"{HOSTILE} '\"{i}" for i in range(4)],
    )
    write_report(study.folder)
    return study


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """A headless Chromium that has no network."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="no selenium here")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("no chromium with chromedriver here")
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    profile = tmp_path_factory.mktemp("profile")
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability(
        "goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"}
    )
    os.environ.setdefault("SE_OFFLINE", "true")  # selenium must not look for drivers
    opened = webdriver.Chrome(options=options, service=Service(driver))
    yield opened
    opened.quit()
