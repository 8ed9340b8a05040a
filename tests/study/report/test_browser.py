"""The page in a real browser: it opens, and what can be clicked does what it says."""

import json
import time

import pytest

from paddle_resample.study.report import write_report

pytestmark = pytest.mark.slow


@pytest.fixture
def opened(browser, study):
    return opened_in(browser, study.folder / "report.html")


def opened_in(browser, path):
    browser.get_log("browser"), browser.get_log("performance")  # earlier pages'
    browser.get(path.as_uri())
    deadline = time.monotonic() + 30
    while not run(browser, "return document.documentElement.dataset.drawn || ''"):
        assert time.monotonic() < deadline, browser.get_log("browser")
        time.sleep(0.05)
    assert browser.get_log("browser") == []  # no error, no warning
    return browser


def run(browser, script, *arguments):
    return browser.execute_script(script, *arguments)


def transforms(browser, selector=".panels .stage"):
    """(scale, x / width, y / width) of every stage."""
    return run(
        browser,
        """return [...document.querySelectorAll(arguments[0])].map((stage) => {
          const m = new DOMMatrix(getComputedStyle(stage).transform);
          const width = stage.offsetWidth;
          return [m.a, m.e / width, m.f / width];
        })""",
        selector,
    )


def drag(browser, element, x, y, start=(0, 0)):
    from selenium.webdriver.common.action_chains import ActionChains

    chain = ActionChains(browser, duration=20)
    chain.move_to_element_with_offset(element, *start).click_and_hold()
    chain.move_by_offset(x, y).release().perform()


def find(browser, selector):
    return browser.find_element("css selector", selector)


def show(browser, element):
    run(browser, "arguments[0].scrollIntoView({block: 'center'})", element)


def test_it_opens_without_a_word_and_without_network(opened):
    events = [json.loads(e["message"]) for e in opened.get_log("performance")]
    asked = [
        e["message"]["params"]["request"]["url"]
        for e in events
        if e["message"]["method"] == "Network.requestWillBeSent"
    ]
    assert len([url for url in asked if url.startswith("file:")]) == 1
    assert not [url for url in asked if not url.startswith(("file:", "data:"))]
    assert run(opened, "return document.querySelectorAll('.plot svg').length") > 5
    assert run(
        opened,
        "return [...document.images].every((i) => !i.src || i.naturalWidth || "
        "i.loading === 'lazy')",
    )


def column(browser, number):
    return run(
        browser,
        "return [...document.querySelectorAll('#ranking tbody tr')].map("
        "(row) => row.children[arguments[0]].dataset.value)",
        number,
    )


def test_headings_sort(opened):
    headings = opened.find_elements("css selector", "#ranking thead th")
    order = column(opened, 0)
    assert order == ["1", "2", "3", "4"]
    find(opened, "#ranking thead th:nth-child(3) button").click()  # mIoU
    scores = [float(value) for value in column(opened, 2)]
    assert scores == sorted(scores)
    assert headings[2].get_attribute("aria-sort") == "ascending"
    assert headings[0].get_attribute("aria-sort") is None
    find(opened, "#ranking thead th:nth-child(3) button").click()
    assert [float(value) for value in column(opened, 2)] == scores[::-1]
    for _ in range(2):  # the baseline has no difference and stays last
        find(opened, "#ranking thead th:nth-child(4) button").click()
        assert column(opened, 3)[-1] == "" and "" not in column(opened, 3)[:-1]
    find(opened, "#ranking thead th:nth-child(2) button").click()
    assert column(opened, 1) == ["bilinear", "carafe", "dysample(groups=8)", "nearest"]


def test_the_zoom_is_synchronised(opened):
    panel = opened.find_elements("css selector", ".panels .view")[3]
    show(opened, panel)
    start = {tuple(t) for t in transforms(opened)}
    assert start == {(1, 0, 0)}

    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.actions.wheel_input import ScrollOrigin

    origin = ScrollOrigin.from_element(panel, 30, 20)
    for _ in range(3):
        ActionChains(opened).scroll_from_origin(origin, 0, -100).perform()
    drag(opened, panel, -25, 15)
    found = transforms(opened)
    assert len(found) == 6 and found[0][0] > 1.4
    assert found[0][1] != 0 and found[0][2] != 0
    for other in found[1:] + transforms(opened, "#slider .stage"):
        assert other == pytest.approx(found[0], abs=2e-3)

    # What is in the middle stays inside the picture: no empty border.
    scale, *moved = found[0]
    assert max(map(abs, moved)) <= (scale - 1) / 2 + 1e-6

    before = found[3][0]
    find(opened, "#zoom-in").click()
    assert {round(t[0] / before, 3) for t in transforms(opened)} == {1.419}
    find(opened, "#zoom-reset").click()
    assert {tuple(t) for t in transforms(opened)} == {(1, 0, 0)}


def test_the_slider_moves(opened):
    slider = find(opened, "#slider")
    show(opened, slider)
    assert run(opened, "return arguments[0].value", slider) == 50
    seen = run(
        opened,
        "return arguments[0].shadowRoot.getElementById('first').style.getPropertyValue("
        "'--exposure')",
        slider,
    )
    assert seen == "50%"
    drag(opened, slider, -0.25 * slider.size["width"], 0)
    assert run(opened, "return arguments[0].value", slider) == pytest.approx(25, abs=1)
    boxes = run(
        opened,
        "return [...arguments[0].querySelectorAll('.view')].map((view) => "
        "[view.offsetWidth, view.offsetHeight])",
        slider,
    )
    assert boxes[0] == boxes[1] and min(boxes[0]) > 100

    sources = "return [...document.querySelectorAll('#slider .top')].map((i) => i.src)"
    before = run(opened, sources)
    assert before[0] != before[1]
    find(opened, "#slider-left option[value='method:nearest']").click()
    after = run(opened, sources)
    assert after[0] != before[0] and after[1] == before[1]
    data = run(opened, "return JSON.parse(document.getElementById('data').textContent)")
    assert after[0] == data["pictures"][0]["methods"]["nearest"]["labels"]


def test_pictures_and_views_are_chosen(opened):
    data = run(opened, "return JSON.parse(document.getElementById('data').textContent)")
    second = data["pictures"][1]
    show(opened, find(opened, ".thumbs"))
    find(opened, ".thumbs button:nth-child(2)").click()
    carafe = ".view[data-who='method:carafe']"

    def sources():
        return run(
            opened,
            "return ['.base', '.top'].map((part) => document.querySelector("
            "arguments[0] + ' ' + part).src)",
            carafe,
        )

    assert sources() == [second["photo"], second["methods"]["carafe"]["labels"]]
    score = find(opened, f"figure:has({carafe}) .score").text
    assert score.startswith(f"mIoU {second['methods']['carafe']['miou']:.1f} %")
    find(opened, "#view input[value='errors']").click()
    assert sources() == [second["photo"], second["methods"]["carafe"]["errors"]]
    find(opened, "#view input[value='overlay']").click()
    assert sources()[1] == second["methods"]["carafe"]["labels"]
    opacity = "return getComputedStyle(document.querySelector(arguments[0])).opacity"
    assert run(opened, opacity, f"{carafe} .top") == "0.55"


def test_the_pointer_reads_the_class(opened, study):
    import numpy as np
    from PIL import Image
    from selenium.webdriver.common.action_chains import ActionChains

    truth = np.asarray(Image.open(study.folder / "pictures" / "000_label.png"))
    classes = json.loads((study.folder / "pictures" / "pictures.json").read_text())
    view = find(opened, ".view[data-who='truth']")
    show(opened, view)
    read = set()
    height, width = truth.shape
    for row, column_ in ((4, 10), (height // 2, width // 2), (height - 4, 20)):
        x = round((column_ + 0.5) / width * view.size["width"] - view.size["width"] / 2)
        y = round((row + 0.5) / height * view.size["height"] - view.size["height"] / 2)
        for step in (1, 0):  # the first move loads the label map
            ActionChains(opened, duration=10).move_to_element_with_offset(
                view, x + step, y
            ).pause(0.1).perform()
        read.add(find(opened, "#readout").text)
        assert (
            find(opened, "#readout").text == classes["class_names"][truth[row, column_]]
        )
    assert len(read) > 1


def test_choices_redraw(opened):
    for chart, title in (("cost", "Latency of one image, ms"), ("classes", None)):
        select = find(opened, f"[data-chart='{chart}'] select")
        show(opened, select)
        before = find(opened, f"[data-chart='{chart}'] .xtitle").text
        value = "latency_ms" if chart == "cost" else "boundary_iou"
        find(opened, f"[data-chart='{chart}'] option[value='{value}']").click()
        after = find(opened, f"[data-chart='{chart}'] .xtitle").text
        assert after != before and after == (title or "Boundary IoU, %")
    maps = "return [...document.querySelectorAll('#maps img')].map((i) => i.src)"
    before = run(opened, maps)
    assert len(before) == 8
    find(opened, "#site option[value='0']").click()
    assert not set(run(opened, maps)) & set(before)


def test_hostile_names_do_nothing(browser, hostile_study):
    opened_in(browser, hostile_study.folder / "report.html")
    for view in ("errors", "overlay"):
        find(browser, f"#view input[value='{view}']").click()
    for button in browser.find_elements("css selector", "thead button"):
        run(browser, "arguments[0].click()", button)
    # An alert would have stopped all this; nor is there an element of an attack.
    assert run(browser, "return document.querySelectorAll('img[src=x]').length") == 0
    assert browser.get_log("browser") == []
    drawn = run(browser, "return document.querySelector('[data-chart=cost]').innerText")
    assert "<script>alert(1)</script>" in drawn
    assert "</script>{{ 7*7 }}" in run(browser, "return document.body.innerText")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_fits_a_phone(browser, study, partial_study, language):
    path = study.folder / "report.html"
    if language == "zh":
        path = write_report(partial_study.folder, language="zh")
    size = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        opened_in(browser, path)
        widths = "return [document.documentElement.scrollWidth, innerWidth]"
        assert run(browser, widths) == [390, 390]
        wide = run(
            browser,
            "return [...document.querySelectorAll('main *')].filter((e) => "
            "e.getBoundingClientRect().right > 391 && !e.closest("
            "'.scroll, .thumbs, pre, svg, .view, img-comparison-slider')).length",
        )
        assert wide == 0
        seen = run(
            browser,
            "return [...document.querySelectorAll('#ranking tbody tr')].map((row) => ["
            "row.querySelector('.small-verdict'), row.querySelector('td.difference')]"
            ".filter(Boolean).map((e) => [e.innerText, "
            "e.getBoundingClientRect().right]))",
        )
        for row in seen:  # verdict and, but for the baseline, difference
            assert row and all(text and right <= 390 for text, right in row)
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
