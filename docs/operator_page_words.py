"""The words of the pages of operators, in both languages."""

__all__ = ["WORDS"]

WORDS = {
    "en": {
        "switch": "[中文]({name}.zh.md)",
        "upsampler": "upsampler",
        "downsampler": "downsampler",
        "title": "*{}, {}; {}*",
        "picture": "What {name} does before any training",
        "caption": "*Left to right: the input, the output, the kernel of one pixel; "
        "below, an edge. [How to read it](README.md), [numbers](images/{name}.json).*",
        "example": "Example",
        "configuration": "In a configuration",
        "options": ("option", "default", "meaning"),
        "shape": "Shape",
        "properties": "Properties",
        "grid": "Grid and borders",
        "initialization": "Initialization",
        "cost": "Cost",
        "cost at": "With its defaults for an input of {at}, batch 1:",
        "no cost": "With its defaults for an input of {at}: {reason}.",
        "costs": ("parameters", "multiply-accumulates", "bytes moved at the least"),
        "source": "Source, and how to cite",
        "no citation": "A textbook operator, which needs no citation.",
        "cite": "Cite **{source}**. In full, and where this differs:",
        "code": "Code: ",
    },
    "zh": {
        "switch": "[English]({name}.md)",
        "upsampler": "上采样算子",
        "downsampler": "下采样算子",
        "title": "*{}，{}；{}*",
        "picture": "{name} 未经训练时做什么",
        "caption": "*从左到右：输入、输出、一个像素的核；下方是一条边缘。"
        "[怎样看图](README.zh.md)，[数值](images/{name}.json)。*",
        "example": "示例",
        "configuration": "在配置中",
        "options": ("选项", "默认值", "含义"),
        "shape": "形状",
        "properties": "性质",
        "grid": "网格与边界",
        "initialization": "初始化",
        "cost": "代价",
        "cost at": "默认选项下，输入为 {at}、批次为 1 时：",
        "no cost": "默认选项下，输入为 {at} 时：{reason}。",
        "costs": ("参数量", "乘加次数", "至少搬运的字节数"),
        "source": "出处与引用方式",
        "no citation": "教科书中的算子，无需引用。",
        "cite": "请引用 **{source}**。完整文献，以及此处与其不同的地方：",
        "code": "代码：",
    },
}
