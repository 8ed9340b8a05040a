"""Write docs/findings.md and docs/findings.zh.md from what the studies measured.

    python docs/generate_findings.py

The texts are findings_notes.md and findings_notes.zh.md, Jinja templates; every number
in them is taken from docs/examples/*/summary.json and results.jsonl, from
lab_against_study.json and choices.jsonl beside them, and from
docs/images/ceiling_*.json.
"""

import jinja2
from findings_results import HERE, WORDS, Ceiling, Findings
from markdown_table import markdown_table
from pilot_choices import choices

from paddle_resample.language import translated
from paddle_resample.study.verdict import signed
from paddle_resample.tool import run_tool

PAGES = {"findings.md": ("findings_notes.md", "en")}
PAGES["findings.zh.md"] = ("findings_notes.zh.md", "zh")


def table(study, columns="thin class"):
    """A study's methods, the best mean first, as Markdown.

    Args:
        study: Findings.
        columns: key of `columns` in findings_words.yml.
    """
    words = WORDS[study.language]
    columns = WORDS["columns"][columns]
    head = [words["table"][key] for key in columns]
    rows = ([row.get(key, "–") for key in columns] for row in study.rows())
    return markdown_table(head, rows)


def correlations(studies, score, language):
    """Every laboratory number against a score of every study, as Markdown."""
    words = WORDS[language]
    head = [words["number"], *(words["studies"][s.name] for s in studies)]
    known = [{row["number"]: row for row in s.lab[score]["rows"]} for s in studies]
    numbers = dict.fromkeys(key for own in known for key in own)
    rows = ([n, *(_correlation(own.get(n)) for own in known)] for n in numbers)
    return markdown_table(head, rows)


def _correlation(row):
    if row is None:
        return "–"
    text = signed(row["correlation"])
    if row["interval"]:  # a perfect correlation has none
        text += " [{}, {}]".format(*map(signed, row["interval"]))
    return f"{text}, p {row['p_corrected']:.2f}"


def lab_answer(studies, score, language):
    """The answer in a sentence, and how reliable the orders are that it is about."""
    words = WORDS[language]
    say, names = words["lab"], words["studies"]
    which = [
        f"{row['number']} ({names[study.name]})"
        for study in studies
        for row in study.lab[score]["rows"]
        if row["p_corrected"] < 0.05
    ]
    orders = words["and"].join(
        say["order"].format(
            name=names[study.name], value=study.lab[score]["reliability"]
        )
        for study in studies
        if study.lab[score]["reliability"] is not None
    )
    first = say["shown" if which else "not_shown"].format(which=", ".join(which))
    return f"{first} {say['reliability'].format(orders=orders)}"


def choices_table(name, language):
    """The trainings by which learning rate and iterations were chosen, as Markdown."""
    words = WORDS[language]["choices"]
    rows = choices(HERE / "examples" / name / "choices.jsonl")
    return markdown_table(words.values(), ([row[key] for key in words] for row in rows))


def _published(name, language):
    """Findings, or None where the study is not published."""
    complete = (HERE / "examples" / name / "summary.json").exists()
    return Findings(name, language) if complete else None


def _plan(name, language):
    """What `tools/study.py --plan` printed before the study began."""
    text = (HERE / "examples" / name / "plan.txt").read_text(encoding="utf-8").strip()
    return translated(text, into=language)


def _lab(studies, score):
    return [study for study in studies if study and study.lab[score]]


def page(template, language):
    """The text of a page.

    Args:
        template: name of the file of notes.
        language: "en" or "zh".
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(
        study=lambda name: _published(name, language),
        ceiling=Ceiling,
        table=table,
        plan=lambda name: _plan(name, language),
        choices=lambda name: choices_table(name, language),
        correlations=lambda score, *studies: correlations(
            _lab(studies, score), score, language
        ),
        lab_answer=lambda score, *studies: lab_answer(
            _lab(studies, score), score, language
        ),
    )


def main():
    for name, (template, language) in PAGES.items():
        (HERE / name).write_text(page(template, language), encoding="utf-8")
        print(f"written: docs/{name}")


if __name__ == "__main__":
    run_tool(main)
