"""Writing a report: the page and the folder for a paper."""

import base64
import gzip
import re
from importlib import resources

import jinja2
from markupsafe import Markup, escape

from ...ceiling import ceiling_sentences
from ...files import finite, writing
from ..ceiling import study_ceiling
from ..results import read_timing
from ..verdict import answer
from ..words import words_of
from .ceiling_view import CEILING_SCORES, ceiling_charts, ceiling_crop
from .charts import page_figures
from .content import read_content
from .embed import embed_photo
from .gallery import SIDE, gallery
from .network_views import network_views
from .paper import write_paper
from .reproduce import commands, configuration, facts
from .series import COSTS, figures
from .table import columns, measure_table, pair_table, ranked_table, run_table

__all__ = ["write_report"]

# Libraries of the page, each with its licence beside it.
_PLOTLY = "plotly-basic-4.1.1.min.js"
_LIBRARIES = (
    "panzoom-4.6.2.min.js",
    "img-comparison-slider-8.0.7.min.js",
)
_LAB_SIDE = 1600


def write_report(folder, language="en"):
    """Write report.html, summary.json and paper/ of what is finished in a study.

    Args:
        folder: of the study.
        language: of the page and of the figures of paper/, "en" or "zh".

    Returns:
        Path of report.html. It holds all that it shows and asks no network for
        anything. The ceiling of the validation labels is measured where the study's
        folder has no ceiling.json. Where the trained networks are still there, their
        feature maps and best and worst images are kept in each cell's folder
        `revisited/`.

    Raises:
        UsageError: no study, no finished cell, or an unknown language.
    """
    words = words_of(language)
    content = read_content(folder)
    numbers = figures(content)
    write_paper(content, numbers, language)
    path = content.study.folder / "report.html"
    with writing(path) as file:
        file.write(_page(content, numbers, words, language))
    return path


def _page(content, numbers, words, language):
    extremes, sites, missing = network_views(content)
    rows = ranked_table(content, words)
    shown_columns = columns(rows)
    repeat = content.summary["repeat"]
    shown = gallery(content)
    ceiling, no_ceiling = study_ceiling(content.study)
    methods = {
        name: {"colour": style.colour, "character": style.character}
        for name, style in content.styles.items()
    }
    drawn = page_figures(
        numbers,
        content.styles,
        words,
        content.summary["equal_within"],
        repeat and 100 * repeat["difference"],
    )
    if ceiling:
        drawn.update(ceiling_charts(ceiling, words))
    data = {
        "figures": drawn,
        "pictures": shown,
        "sites": sites,
        "methods": methods,
        "order": content.scored,
        "classes": content.pictures.get("class_names", []),
        "palette": content.pictures.get("palette", []),
        "words": {key: words[key] for key in ("before", "after", "own_projection",
            "right_share", "void")},
    }  # fmt: skip
    return _template().render(
        words=words,
        content=content,
        study=content.study,
        summary=content.summary,
        styles=content.styles,
        sentences=answer(content.summary, language),
        cautions=[c["sentence"][language] for c in content.summary["cautions"]],
        measured_on=_measured(content, words),
        columns=[key for key in shown_columns if key != "simultaneous"],
        wide="simultaneous" in shown_columns,
        rows=rows,
        pairs=pair_table(content, words),
        measures=measure_table(content, words),
        runs=run_table(content),
        costs=[key for key in COSTS if key in data["figures"]["cost"]],
        iterations=content.shown(content.scored[0])["iterations"],
        input_size=content.shown(content.scored[0])["cost"]["input_size"],
        side=SIDE,
        data=finite(data),
        extremes=extremes,
        missing=missing,
        notes=_notes(content),
        ceiling=ceiling,
        no_ceiling=no_ceiling,
        ceiling_sentences=ceiling_sentences(ceiling, language) if ceiling else [],
        ceiling_scores=CEILING_SCORES,
        crop=ceiling and ceiling_crop(ceiling),
        lab=_lab(content),
        commands=commands(content.study),
        configuration=configuration(content.record),
        facts=facts(content.record, words),
        names_of=lambda names: {name: name for name in names},
        plotly=_packed(f"assets/{_PLOTLY}"),
        assets={name: _asset(f"assets/{name}") for name in _LIBRARIES},
        style=_asset("page.css"),
        script=_asset("page.js"),
    )


def _measured(content, words):
    """Where the times were measured, in words; empty where it is not known."""
    where = read_timing(content.study.folder)["where"]
    if not where:
        return ""
    versions = content.record["run"]["versions"]
    paddle = versions.get("paddlepaddle-gpu") or versions.get("paddlepaddle")
    return words["measured"].format(**{**where, "paddle": paddle})


def _template():
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["breakable"] = _breakable
    return environment.from_string(_asset("template.html"))


def _breakable(name):
    """A name that a narrow column may break behind its signs, not inside a word."""
    return Markup(re.sub(r"([_(+,/])", r"\1<wbr>", str(escape(name))))


def _asset(name):
    text = resources.files(__package__).joinpath(name).read_text("utf-8")
    # Within a script element nothing may seem its end.
    return text.replace("</script", "<\\/script") if name.endswith(".js") else text


def _packed(name):
    """A file as gzip in letters: a third of plotly, which is most of a page."""
    data = resources.files(__package__).joinpath(name).read_bytes()
    return base64.b64encode(gzip.compress(data, mtime=0)).decode()


def _notes(content):
    """Method -> what its networks say of themselves."""
    notes = {}
    for name in content.scored:
        told = content.shown(name).get("notes") or []
        if told:
            notes[name] = told
    return notes


def _lab(content):
    """The laboratory's figures of the study, as (name, data URI)."""
    paths = sorted((content.study.folder / "lab").glob("*.png"))
    return [(path.stem, embed_photo(path, _LAB_SIDE)) for path in paths]
