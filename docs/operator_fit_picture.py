"""The picture of an operator that was fitted, and what its page says about it."""

import json
from pathlib import Path

from operator_picture import (
    WIDTH,
    draw_heading,
    draw_kernel,
    draw_panel,
    save_small,
)
from paddle_resample.files import usable_folder
from paddle_resample.sheet import Sheet

__all__ = ["HEIGHT", "draw_fit", "fitted_text", "save_fit_picture"]

HEIGHT = 434
_IMAGES = Path(__file__).parent / "operators" / "images"

# A page's sentences: of an upsampler and a downsampler, then of both.
_WORDS = {
    "en": {
        True: "*It starts as noise, so here it is after {steps} steps of Adam on "
        "random crops of two photographs, none of them shown: from its channels a 1x1 "
        "convolution should read the colours of the fine picture.{guided} Left to "
        "right: what is read, the fine picture, the kernel from red to red. Root mean "
        "square error: {before:.3f} before, {after:.3f} after; bilinear {plain:.3f}.*",
        False: "*It starts as noise, so here it is after {steps} steps of Adam on "
        "random crops of photographs and of other rings: from its channels a 1x1 "
        "convolution should read the mean colours of each cell. Left to right: what is "
        "read, the mean of each cell, the kernel from red to red. Root mean square "
        "error: {before:.3f} before, {after:.3f} after; blur_pool {plain:.3f}.*",
        "guided": " Its guide is that fine picture.",
        "picture": "{name} after {steps} steps of training",
    },
    "zh": {
        True: "*它在初始化时只输出噪声，"
        "所以这里画出它用 Adam 训练 {steps} 步之后的样子："
        "训练用两张照片的随机裁块（不含图中所示的部分），"
        "目标是用一个 1x1 卷积从它的各通道读出细图的颜色。{guided}从左到右："
        "读出的图、细图、从红色到红色的核。均方根误差：训练前 {before:.3f}，"
        "训练后 {after:.3f}；bilinear 为 {plain:.3f}。*",
        False: "*它在初始化时只输出噪声，"
        "所以这里画出它用 Adam 训练 {steps} 步之后的样子："
        "训练用照片与另一些圆环的随机裁块，"
        "目标是用一个 1x1 卷积从它的各通道读出每个单元颜色的平均。从左到右："
        "读出的图、每个单元的平均、从红色到红色的核。均方根误差："
        "训练前 {before:.3f}，训练后 {after:.3f}；"
        "blur_pool 为 {plain:.3f}。*",
        "guided": "它的引导图就是这张细图。",
        "picture": "{name} 训练 {steps} 步之后",
    },
}


def fitted_text(name, language="en"):
    """Picture and caption of the fitted operator, from the numbers kept beside it.

    Args:
        name: registry name.
        language: "en" or "zh".

    Returns:
        str: Markdown; empty where the operator was not fitted.
    """
    path = _IMAGES / f"{name}.json"
    numbers = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if "fitted" not in numbers:
        return ""
    words, fitted = _WORDS[language], numbers["fitted"]
    guided = words["guided"] if fitted["guided"] else ""
    picture = words["picture"].format(name=name, steps=fitted["steps"])
    caption = words[numbers["up"]].format(**{**fitted, "guided": guided})
    return f"![{picture}](images/fitted/{name}.png)\n\n{caption}"


def save_fit_picture(fit, path):
    """Write the picture of a Fit as a PNG of WIDTH x HEIGHT pixels with a palette."""
    usable_folder(path.parent)
    save_small(draw_fit(fit), path)


def draw_fit(fit):
    """Draw what an operator does after training.

    Args:
        fit: Fit.

    Returns:
        matplotlib.figure.Figure of WIDTH x HEIGHT pixels at 300 dpi.
    """
    sheet = Sheet(WIDTH, HEIGHT)
    draw_heading(sheet, f"{fit.name}, fitted", 560, f"{fit.steps} steps", fit.scale)
    target = "the fine picture" if fit.up else "the mean of each cell"
    plain = "bilinear" if fit.up else "blur_pool"
    size = f"{fit.output.shape[1]} × {fit.output.shape[0]}"
    errors = f"error {fit.after:.3f}, {fit.before:.3f} before"
    draw_panel(sheet, 0, f"read from it: {size}", fit.output, [errors])
    below = [f"error of {plain}: {fit.plain:.3f}"]
    draw_panel(sheet, 1, f"aim: {target}", fit.target, below)
    draw_kernel(sheet, fit, " from red to red")
    return sheet.figure
