"""The words of the index of operators, in both languages."""

from paddle_resample.language import translated

__all__ = ["INTRODUCTION", "PAGES", "columns", "said"]

PAGES = {"en": "README.md", "zh": "README.zh.md"}

INTRODUCTION = {
    "en": """# Operators

[中文](README.zh.md)

One page for each registered operator, with its formula, options, border rule,
initialization, cost and a picture of what it does before any training.
`python -m paddle_resample list` and `show NAME` print the same.

C, D and G are the channels of the input x, the output y and the guide, s is the scale.
Costs are those of the defaults for an input of {at}. Called with `size`, an upsampler
gives exactly that size; integer-scale operators crop, or repeat the last row and
column, by less than s pixels.

How to read a picture: the input and the output; on the fine grid, what a change of one
input pixel changes in an upsampler's output, or which input pixels make up one output
pixel of a downsampler (its own cell is framed; the mean over nine locations of the
photograph is shown; where the kernel is predicted from x, its own change is part
of the picture); below, a row across an edge up to the right border, where the border
rule shows. Where the channels of the output are new mixtures, the first one is shown,
its contrast stretched. Learned operators have the weights of seed 0. The numbers are
beside each picture as JSON.

A second picture shows an operator after 500 steps of training, where the first shows
noise: it has weights, at most 20e9 multiply-accumulates, and its first three channels
miss their aim by more than 4 times the error of an operator without weights. The aim
of an upsampler is the fine photograph (compared to bilinear), that of a downsampler the
mean of each cell of the rings (compared to blur_pool). After training a 1x1
convolution, trained along, reads the three colours from all its channels, as a next
layer would; batch norms keep the statistics of the first 100 steps; the input's random
features have biases here. With new mixtures as channels, the kernel from red to red is
a part of what the operator does: the other channels bring the same pixel, too.

`make docs` writes this folder from the operators' own files.
""",
    "zh": """# 算子

[English](README.md)

每个已注册的算子一页，有公式、选项、边界规则、初始化、代价，\
以及一张图，画出它未经训练时做什么。\
`python -m paddle_resample list` 与 `show NAME` 输出同样的内容。

C、D、G 分别是输入 x、输出 y 与引导图的通道数，s 为倍数。\
代价是默认选项下输入为 {at} 时的代价。\
调用时给出 `size`，上采样算子就恰好输出该尺寸；\
整数倍的算子会裁去或重复最后的行与列，不到 s 个像素。

怎样看图：上面是输入与输出；在细网格上，对上采样算子画的是改变一个输入像素后输出的变化，\
对下采样算子画的是一个输出像素由哪些输入像素组成\
（它自己的单元加了框；画的是照片上九个位置的平均；\
核由 x 预测时，核自身的变化也包括在内）。\
下面是横穿一条边缘直到右边界的一行，在那里可以看出边界规则。\
输出的通道是重新混合而成时，画第一个通道，并拉伸其对比度。\
可学习的算子使用种子 0 的权重。数值以 JSON 放在每张图旁。

第一张图只有噪声的算子，另有一张训练 500 步之后的图。\
规则是：它有权重，乘加次数不超过 20e9，\
并且前三个通道与目标的误差超过无权重算子的 4 倍。\
上采样算子的目标是细的照片（与 bilinear 相比），\
下采样算子的目标是圆环每个单元的平均（与 blur_pool 相比）。\
训练之后，由一同训练的 1x1 卷积从它的所有通道读出三种颜色，如同网络的下一层；\
批归一化保持前 100 步的统计量；这里输入的随机特征带有偏置。\
通道是新的混合，因此从红色到红色的核只是算子所做的一部分：\
同一像素也经由其他通道到达输出。

`make docs` 根据算子自己的文件写出这个文件夹。
""",
}

_COLUMNS = {
    "en": ("name", "what it does", "{}", "scales", "parameters", "MACs", "source"),
    "zh": ("名称", "做什么", "{}", "倍数", "参数量", "乘加次数", "来源"),
}
_ASKED = {
    "en": {True: "needs", False: "odd sizes, gives"},
    "zh": {True: "需要", False: "奇数边长，给出"},
}


def columns(language, up):
    """Headings of a family's table.

    Args:
        language: "en" or "zh".
        up: whether it is one of upsamplers.
    """
    asked = _ASKED[language][up]
    return tuple(name.format(asked) for name in _COLUMNS[language])


def said(text, language):
    """A title or a cell in a language."""
    if text == "textbook" and language == "zh":  # no source that has a name
        return "教科书"
    return translated(text, language)
