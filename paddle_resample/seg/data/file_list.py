"""Lists of files, and folders that stand for them: which image has which label."""

import os
from typing import NamedTuple, Optional

from ...errors import UsageError
from .image_file import is_image_name

__all__ = ["ListLine", "pairs_of_folder", "read_list", "sample_pairs", "split_line"]

_LABEL_FOLDERS = ("labels", "masks", "annotations")
_ELSEWHERE = (",", ";", "|", "\t")
_BOMS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))
_SHOWN = 60  # characters of a wrong line


class ListLine(NamedTuple):
    """A line of a list: its number, its text, and the words between separators."""

    number: int
    text: str
    words: tuple


def read_list(path, separator=" ", what="list"):
    """Read the lines of a text file that lists files.

    A byte order mark and empty lines mean nothing. The separator " " stands for any
    white space; blanks around any other separator are dropped.

    Args:
        path: of the list.
        separator: between the names of a line.
        what: how a message calls the file.

    Returns:
        list of ListLine.

    Raises:
        UsageError: the file cannot be read or is not UTF-8.
    """
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise UsageError(
            f"{what} {str(path)!r} cannot be read: {error.strerror}"
        ) from None
    coding = next((name for mark, name in _BOMS if content.startswith(mark)), None)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        coding = coding or "GBK or Latin-1, perhaps"
        raise UsageError(
            f"{what} {str(path)!r}, line {number}: the text is not UTF-8 ({coding}); "
            f"convert the file, for instance with iconv -t UTF-8"
        ) from None
    return [
        ListLine(number, line.strip(), split_line(line, separator))
        for number, line in enumerate(text.split("\n"), 1)
        if line.strip()
    ]


def split_line(line, separator):
    """The words of a line.

    Args:
        line: str.
        separator: see `read_list`.

    Returns:
        tuple of str.

    >>> split_line("my images/1.png , labels/1.png", ",")
    ('my images/1.png', 'labels/1.png')
    """
    line = line.strip()
    if separator in (None, "", " "):
        return tuple(line.split())
    return tuple(word.strip() for word in line.split(separator))


def sample_pairs(path, root="", separator=" ", needs_label=True):
    """The images and labels that a list, or a folder, names.

    Args:
        path: of a text file with an image and a label on each line, relative to
            `root`; or of a folder with the folders images/ and labels/ (or masks/,
            annotations/), or itself within a folder named images.
        root: folder of the files; absolute names do not need it.
        separator: between image and label, see `read_list`.
        needs_label: refuse a line that names an image alone.

    Returns:
        (list of [image, label or None], list of str, a sentence for each wrong line).

    Raises:
        UsageError: the list or folder cannot be read at all.
    """
    if os.path.isdir(path):
        return pairs_of_folder(path, needs_label)
    pairs, faults = [], []
    lines = read_list(path, separator)
    for line in lines:
        if len(line.words) == 2 and all(line.words):
            pairs.append([os.path.join(root, word) for word in line.words])
        elif len(line.words) == 1 and not needs_label:
            pairs.append([os.path.join(root, line.words[0]), None])
        else:
            faults.append(_wrong_line(path, line, separator, needs_label))
    if not lines:
        faults.append(f"list {str(path)!r} has no lines")
    return pairs, faults


def pairs_of_folder(path, needs_label=True):
    """The pairs of a folder in place of a list, by the files' names without suffix.

    Args:
        path, needs_label: see `sample_pairs`.

    Returns:
        see `sample_pairs`.

    Raises:
        UsageError: no folder of images, or of labels, there.
    """
    images, labels = _image_and_label_folder(str(path), needs_label)
    stems, faults = {}, []
    if labels:
        for file in _files(labels):
            stems.setdefault(os.path.splitext(file)[0], []).append(file)
    pairs, seen = [], {}
    for file in _files(images):
        stem = os.path.splitext(file)[0]
        image = os.path.join(images, file)
        own = stems.get(stem, [])
        if seen.setdefault(stem, file) != file:
            faults.append(
                f"images {os.path.join(images, seen[stem])!r} and {image!r} have one "
                "name before the suffix, so that a label cannot be told; rename one"
            )
        elif len(own) > 1:
            listed = " and ".join(repr(os.path.join(labels, f)) for f in own)
            faults.append(f"image {image!r} has several labels, {listed}; remove one")
        elif not own and needs_label:
            faults.append(
                f"image {image!r} has no label {os.path.join(labels, stem)}.png"
            )
        else:
            label = os.path.join(labels, own[0]) if own else None
            pairs.append([image, label])
    if not seen:
        faults.append(f"folder {images!r} has no images")
    return pairs, faults


def _image_and_label_folder(path, needs_label):
    inner = os.path.join(path, "images")
    if os.path.isdir(inner):
        images, candidates = inner, [os.path.join(path, n) for n in _LABEL_FOLDERS]
    else:
        parts = os.path.normpath(path).split(os.sep)
        if "images" not in parts:
            raise UsageError(
                f"folder {path!r} stands for a list and needs the folders images and "
                "labels in it"
            )
        at = len(parts) - 1 - parts[::-1].index("images")
        images = path
        candidates = [
            os.sep.join([*parts[:at], name, *parts[at + 1 :]])
            for name in _LABEL_FOLDERS
        ]
    labels: Optional[str] = next((c for c in candidates if os.path.isdir(c)), None)
    if labels is None and needs_label:
        raise UsageError(
            f"folder {path!r} stands for a list, but its labels are missing; expected "
            f"them in {candidates[0]!r}"
        )
    return images, labels


def _files(folder):
    """Images in a folder and below it, relative to it and in order."""
    result = []
    for parent, folders, files in os.walk(folder):
        folders[:] = [f for f in folders if not f.startswith(".")]
        result += [
            os.path.relpath(os.path.join(parent, file), folder)
            for file in files
            if is_image_name(file) and not file.startswith(".")
        ]
    return sorted(result)


def _wrong_line(path, line, separator, needs_label):
    text = line.text if len(line.text) <= _SHOWN else line.text[: _SHOWN - 3] + "..."
    white = separator in (None, "", " ")
    by = "white space" if white else repr(separator)
    wanted = "an image and a label" if needs_label else "an image, or image and label,"
    hint = ""
    if white and len(line.words) > 2:
        hint = "; names with blanks need another separator, such as ','"
    for other in (*_ELSEWHERE, None):
        words = split_line(line.text, other)
        if other != separator and len(words) == 2 and all(words):
            known = repr(" " if other is None else other)
            hint = f"; set separator: {known} of the data set"
            break
    return (
        f"list {str(path)!r}, line {line.number}: {text!r} is not {wanted} separated "
        f"by {by}{hint}"
    )
