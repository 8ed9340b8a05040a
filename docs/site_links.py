"""Hooks of mkdocs (mkdocs.yml): what a page says for GitHub, said for the site.

On GitHub `../configs/demo` leads into the repository, `study.zh.md` to the Chinese page
and `#headings` to a heading in the page's own language. The site holds docs/ alone, so
a link out of it becomes the path, as code; it names both languages of a page alike; and
a Chinese heading answers to its English twin's name, too.
"""

import logging
import re
from copy import copy
from pathlib import Path

import markdown as python_markdown
from mkdocs.plugins import event_priority

log = logging.getLogger("mkdocs.hooks")
DOCS = Path(__file__).parent
LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])+)\]\(([^)\s#]+)(#[^)\s]*)?\)")
NOTEBOOK_LINK = re.compile(r'href="(?!https?:)([^"#]+\.(?:md|ipynb))([^"]*)"')
HEADING = re.compile(r"^##+ .+$", re.MULTILINE)
FENCE = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)


@event_priority(-200)  # behind the plugin of languages, which takes them for files
def on_files(files, config):
    """Notebooks are pages, each the other language's twin."""
    for file in files:
        if file.src_uri.endswith(".ipynb"):
            file.is_documentation_page = lambda: True
            english = file.url[3:] if file.url.startswith("zh/") else file.url
            file.alternates = {"en": copy(file), "zh": copy(file)}
            file.alternates["en"].url = english
            file.alternates["zh"].url = f"zh/{english}"
    return files


def on_page_markdown(markdown, page, config, files):
    """Adapt links and headings of a page."""
    source = Path(page.file.abs_src_path)
    if source.suffix != ".md":
        return markdown
    if source.name.endswith(".zh.md"):
        twin = source.with_name(source.name.replace(".zh.md", ".md"))
        markdown = _name_headings(markdown, _anchors(twin, config))
    return _outside_fences(
        lambda text: LINK.sub(lambda link: _link(link, source, page, files), text),
        markdown,
    )


def on_page_content(html, page, config, files):
    """Pictures load when they come into view; a notebook's links lead to pages."""
    if page.file.src_uri.endswith(".ipynb"):
        source = Path(page.file.abs_src_path)
        html = NOTEBOOK_LINK.sub(lambda link: _notebook_link(link, source), html)
    return html.replace("<img ", '<img loading="lazy" ')


def _notebook_link(link, source):
    target, anchor = link[1], link[2]
    if not (source.parent / target).exists():
        log.warning("%s contains a dead link '%s'", source, target)
    page = target.replace(".zh.", ".").replace("README.md", "index.md")
    page = page[: page.rindex(".")] + ".html"
    if target.endswith(".ipynb") and (".zh." in target) != (".zh." in source.name):
        # The switch between the languages, whose pages stand in two folders.
        other = "../../notebooks" if ".zh." in source.name else "../zh/notebooks"
        page = f"{other}/{page}"
    return f'href="{page}{anchor}"'


def _outside_fences(change, markdown):
    """Apply a function to all of a page but its code blocks."""
    parts, end = [], 0
    for fence in FENCE.finditer(markdown):
        parts += [change(markdown[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join(parts) + change(markdown[end:])


def _link(link, source, page, files):
    text, target, anchor = link[1], link[2], link[3] or ""
    if ":" in target or target.startswith("/"):
        return link[0]
    path = (source.parent / target).resolve()
    here = source.name.replace(".zh.md", ".md")
    plain = path.with_name(path.name.replace(".zh.md", ".md"))
    if plain == source.with_name(here) and path != source:
        # The switch between the languages; mkdocs knows one language at a time.
        up = "../" * page.url.count("/")
        folder, _, name = page.url.rpartition("/")
        folder = folder + "/" if folder else ""
        folder = folder[3:] if folder.startswith("zh/") else f"zh/{folder}"
        return f'<a href="{up}{folder}{name}">{text}</a>'
    if path.name.endswith((".zh.md", ".zh.ipynb")):
        return f"[{text}]({target.replace('.zh.', '.')}{anchor})"
    if not path.exists() or _in_site(path, files):
        return link[0]  # what does not exist is for mkdocs to complain about
    name = f"`{path.relative_to(DOCS.parent).as_posix()}`"
    return name if Path(text.strip("`")).name == path.name else f"{text} ({name})"


def _in_site(path, files):
    """Whether a path of this machine is a page or a file of the site."""
    if DOCS not in path.parents:
        return False
    file = files.get_file_from_path(path.relative_to(DOCS).as_posix())
    return file is not None and not file.inclusion.is_excluded()


def _anchors(page, config):
    """The names of a page's headings below the title, in order."""
    reader = python_markdown.Markdown(
        extensions=["toc", "pymdownx.superfences"],
        extension_configs={"toc": config.mdx_configs["toc"]},
    )
    reader.convert(page.read_text(encoding="utf-8"))

    def names(tokens):
        for token in tokens:
            if token["level"] > 1:
                yield token["id"]
            yield from names(token["children"])

    return list(names(reader.toc_tokens))


def _name_headings(markdown, names):
    names = iter(names)

    def name(heading):
        anchor = next(names, None)
        return f'{heading[0]} <a id="{anchor}"></a>' if anchor else heading[0]

    return _outside_fences(lambda text: HEADING.sub(name, text), markdown)
