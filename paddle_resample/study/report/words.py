"""All words of the page, in English and Chinese."""

from ...errors import UsageError, did_you_mean

__all__ = ["WORDS", "words_of"]

WORDS = {
    "en": {
        "lang": "en",
        "title": "Comparison of resamplers",
        "compared": "{methods} methods, {seeds}, {images} validation images, "
        "{iterations} iterations each. Varied: {keys}.",
        "seeds_one": "1 seed",
        "seeds_many": "{count} seeds",
        "incomplete": "{count} of {total} cells have no result; what follows is of the "
        "others. They are listed below.",
        "nav_result": "Result",
        "nav_cost": "Cost",
        "nav_curves": "Curves",
        "nav_classes": "Classes",
        "nav_boundaries": "Boundaries",
        "nav_pictures": "Pictures",
        "nav_extremes": "Best and worst",
        "nav_features": "Feature maps",
        "nav_lab": "Lab",
        "nav_repeat": "Repeat",
        "result_text": "The score is mIoU (%) of the last checkpoint, mean ± standard "
        "deviation over seeds. Differences to the baseline, {baseline}, are paired by "
        "seed and image. The 95 % interval of a difference "
        "holds the noise of training and the choice of images; the simultaneous "
        "intervals hold for all methods at once. Better or worse: the p-value of the "
        "interval, corrected for the number of methods (Holm), is below 0.05. Equal: "
        "the simultaneous interval lies within ±{margin:g} points. Undecided: neither; "
        "it does not mean equal.",
        "rank_text": "Ranks: 1–3 means that the differences shown leave this method "
        "any rank from 1 to 3; methods whose ranges overlap are tied.",
        "chance_text": "Best: how probable it is, by this study, that the method’s "
        "expected score is the highest of these; it does not say that the lead is "
        "large enough to matter, and equal methods share it by chance.",
        "groups_text": "Images were drawn in {groups} groups, because those of one "
        "group are not independent.",
        "pairs_title": "Every method against every other",
        "pairs_text": "Difference of the first to the second in points of mIoU; p is "
        "corrected for all {count} pairs (Holm), so less is shown here than against "
        "the baseline alone. A pair that is not shown to differ is not shown to be "
        "equal.",
        "pair_differs": "differ",
        "col_first": "First",
        "col_second": "Second",
        "sort_hint": "Click a heading to sort.",
        "best_note": "“Best checkpoint” is the highest score met during training, on "
        "the images it is chosen by; it flatters, and decides nothing here.",
        "difference_text": "Difference to {baseline} with its 95 % interval. Small "
        "lines: single seeds.",
        "col_rank": "#",
        "col_method": "Method",
        "col_miou": "mIoU",
        "col_difference": "Difference [95 %]",
        "col_plain": "95 % interval",
        "col_simultaneous": "Simultaneous",
        "col_chance": "Best",
        "col_p": "p (Holm)",
        "col_verdict": "Verdict",
        "col_parameters": "Parameters",
        "col_macs": "MACs",
        "col_latency_ms": "Latency",
        "col_peak_memory_mb": "Memory",
        "col_seconds": "Training",
        "col_best": "Best checkpoint",
        "verdict_baseline": "baseline",
        "verdict_better": "better",
        "verdict_worse": "worse",
        "verdict_equal": "equal",
        "verdict_undecided": "undecided",
        "verdict_one seed": "one seed: nothing shown",
        "verdict_no result": "no result",
        "other_title": "Other measures",
        "other_text": "Mean over seeds (%), and the difference to the baseline in "
        "brackets. Descriptive: no verdict rests on them.",
        "measure_accuracy": "Pixel accuracy",
        "measure_boundary_miou": "Boundary mIoU",
        "measure_bf": "Boundary F1",
        "measure_thin_recall": "Recall of thin structures",
        "measure_ece": "Calibration error (lower is better)",
        "cost_title": "Score against cost",
        "cost_text": "Dotted: the Pareto front; no other method scores higher at the "
        "same cost or less. Vertical lines: standard deviation over seeds. Parameters, "
        "multiply-accumulates and latency are those of the whole network on one image "
        "of {size}; latency is the median of passes taken in turn; memory is the peak "
        "of the training process.",
        "choose_cost": "Cost",
        "choose_measure": "Measure",
        "pareto": "Pareto front",
        "cost_axes": {
            "parameters": "Parameters, millions",
            "macs": "Multiply-accumulates, billions",
            "latency_ms": "Latency of one image, ms",
            "peak_memory_mb": "Peak memory in training, MB",
            "seconds": "Training time, s",
        },
        "curves_title": "Training",
        "curves_text": "Line: mean over seeds. Band: from the lowest seed to the "
        "highest.",
        "curve_miou": "Validation mIoU",
        "curve_loss": "Training loss",
        "classes_title": "Class by class",
        "classes_text": "Mean over seeds; the thin line reaches from the lowest seed "
        "to the highest.",
        "classes_cut": "Of {total} classes, those where the methods differ most.",
        "bands_title": "At the boundaries",
        "bands_text": "mIoU of the pixels within so many pixels of a true boundary. "
        "Shaded: from the lowest seed to the highest.",
        "thin_title": "Thin structures",
        "thin_text": "Share of the pixels of structures of that width that are found.",
        "axis_miou": "mIoU, %",
        "axis_loss": "Loss",
        "axis_iteration": "Iteration",
        "axis_iou": "IoU, %",
        "axis_boundary_iou": "Boundary IoU, %",
        "axis_band": "Band around the boundaries, pixels",
        "axis_thin": "Width, pixels",
        "axis_recall": "Recall, %",
        "axis_difference": "Difference in mIoU, points",
        "seed": "(one seed)",
        "pictures_title": "The same picture through every method",
        "pictures_text": "Wheel, pinch or buttons zoom all pictures together, dragging "
        "moves them. The pointer reads the class. Networks of seed {seed}; the numbers "
        "are of this picture alone.",
        "picture": "Picture",
        "view": "View",
        "view_labels": "Labels",
        "view_overlay": "Over the photograph",
        "view_errors": "Errors",
        "errors_text": "Errors are yellow on the darkened photograph; void is blue.",
        "zoom_in": "Zoom in",
        "zoom_out": "Zoom out",
        "zoom_reset": "Reset",
        "photo": "Photograph",
        "truth": "Ground truth",
        "right_share": "mIoU {miou} %, {accuracy} % of pixels right",
        "slider_title": "Before and after",
        "slider_left": "Left",
        "slider_right": "Right",
        "slider_label": "Slider between the two pictures; arrow keys move it",
        "legend": "Classes",
        "void": "void",
        "shrunk": "Pictures are shown at most {side} pixels large.",
        "extremes_title": "Best and worst image of every method",
        "extremes_text": "Of all {images} validation images, where the method does "
        "best and worst against the baseline (the baseline: where it scores highest "
        "and lowest). Networks of seed {seed}. Yellow: errors.",
        "extreme_gain": "Best against {baseline}: {own} % to {base} % ({gain})",
        "extreme_loss": "Worst against {baseline}: {own} % to {base} % ({gain})",
        "extreme_high": "Highest: {own} %",
        "errors_of": "errors of {method}",
        "extreme_low": "Lowest: {own} %",
        "features_title": "Feature maps before and after each site",
        "features_text": "What enters and leaves the resampler at a site, for the "
        "first picture. The first three principal components are red, green and blue. "
        "Before and after share one projection and one scale, unless their channels "
        "differ; then each has its own, and it is said. Colours of different methods "
        "do not compare: their networks have other channels.",
        "site": "Site",
        "before": "before",
        "after": "after",
        "own_projection": "own projection each: the channels differ",
        "not_revisited": "Not shown for {method}: {reason}.",
        "lab_title": "In the laboratory",
        "lab_text": "What the operators do by themselves, without the task.",
        "repeat_title": "To repeat this",
        "repeat_text": "In a checkout of the source state below:",
        "failed_title": "Cells without a result",
        "never_ended": "not finished yet",
        "notes_title": "To be known of these methods",
        "versions_title": "Versions and machine",
        "configuration_title": "Full configuration",
        "changed": " (with changes that are not committed)",
        "source": "source state",
        "command": "command as given",
        "device": "device",
        "started": "started",
        "numbers_title": "Every number of every run",
        "col_cell": "Run",
        "col_seed": "Seed",
    },
    "zh": {
        "lang": "zh-CN",
        "title": "重采样算子比较",
        "compared": "{methods} 种方法，{seeds}，{images} 张验证图像，每次训练 "
        "{iterations} 次迭代。变化的配置项：{keys}。",
        "seeds_one": "1 个随机种子",
        "seeds_many": "{count} 个随机种子",
        "incomplete": "{total} 个实验中有 {count} 个没有结果；以下只含其余实验，"
        "缺失者列于文末。",
        "nav_result": "结果",
        "nav_cost": "代价",
        "nav_curves": "曲线",
        "nav_classes": "类别",
        "nav_boundaries": "边界",
        "nav_pictures": "图像",
        "nav_extremes": "最好与最差",
        "nav_features": "特征图",
        "nav_lab": "算子实验",
        "nav_repeat": "复现",
        "result_text": "得分为最后一个检查点的 mIoU（%），均值 ± 种子间标准差。与基线 "
        "{baseline} 的差按种子和图像配对。95 % 置信区间含训练与图像两种"
        "随机性；同时置信区间对所有方法同时成立。更好或更差：区间对应的 p 值按方法数"
        "校正（Holm）后小于 0.05。相等：同时置信区间全部落在 ±{margin:g} 个百分点内。"
        "未定：两者皆非，并不表示相等。",
        "rank_text": "名次“1–3”表示：就已显示的差异而言，该方法可能排在第 1 至第 3；"
        "范围重叠的方法并列。",
        "chance_text": "“最好”：据本研究，该方法的期望得分为其中最高的概率；它不表示"
        "领先得足够多，几种相同的方法也会随机分得这一概率。",
        "groups_text": "图像按 {groups} 组抽取，因为同组图像彼此不独立。",
        "pairs_title": "两两比较",
        "pairs_text": "前者减后者的 mIoU 差（百分点）；p 对全部 {count} 对作校正"
        "（Holm），因此比只与基线比较更难显示差异。未显示差异并不表示相等。",
        "pair_differs": "有差异",
        "col_first": "前者",
        "col_second": "后者",
        "sort_hint": "点击表头排序。",
        "best_note": "“最佳检查点”是训练中出现过的最高分，且用同一批图像挑选，"
        "因而偏高；这里不以它作结论。",
        "difference_text": "与 {baseline} 的差及其 95 % 置信区间。短竖线：单个种子。",
        "col_rank": "#",
        "col_method": "方法",
        "col_miou": "mIoU",
        "col_difference": "差 [95 %]",
        "col_plain": "95 % 置信区间",
        "col_simultaneous": "同时置信区间",
        "col_chance": "最好",
        "col_p": "p（Holm）",
        "col_verdict": "结论",
        "col_parameters": "参数量",
        "col_macs": "乘加数",
        "col_latency_ms": "延迟",
        "col_peak_memory_mb": "内存",
        "col_seconds": "训练时间",
        "col_best": "最佳检查点",
        "verdict_baseline": "基线",
        "verdict_better": "更好",
        "verdict_worse": "更差",
        "verdict_equal": "相等",
        "verdict_undecided": "未定",
        "verdict_one seed": "仅一个种子：无结论",
        "verdict_no result": "无结果",
        "other_title": "其他指标",
        "other_text": "种子均值（%），括号内为与基线的差。仅作描述，结论不以此为据。",
        "measure_accuracy": "像素准确率",
        "measure_boundary_miou": "边界 mIoU",
        "measure_bf": "边界 F1",
        "measure_thin_recall": "细结构召回率",
        "measure_ece": "校准误差（越低越好）",
        "cost_title": "得分与代价",
        "cost_text": "点线为帕累托前沿：没有其他方法以相同或更低的代价得到更高的分。"
        "竖线为种子间标准差。参数量、乘加数和延迟均为整个网络处理一张 {size} 图像的值；"
        "延迟为各网络轮流运行的中位数；内存为训练进程的峰值。",
        "choose_cost": "代价",
        "choose_measure": "指标",
        "pareto": "帕累托前沿",
        "cost_axes": {
            "parameters": "参数量（百万）",
            "macs": "乘加数（十亿）",
            "latency_ms": "单张图像延迟（毫秒）",
            "peak_memory_mb": "训练峰值内存（MB）",
            "seconds": "训练时间（秒）",
        },
        "curves_title": "训练过程",
        "curves_text": "线：种子均值。色带：从最低到最高的种子。",
        "curve_miou": "验证 mIoU",
        "curve_loss": "训练损失",
        "classes_title": "逐类结果",
        "classes_text": "种子均值；细线从最低的种子到最高的种子。",
        "classes_cut": "共 {total} 类，只列出各方法差别最大的类。",
        "bands_title": "边界附近",
        "bands_text": "距真实边界不超过该宽度的像素的 mIoU。色带：从最低到最高的种子。",
        "thin_title": "细结构",
        "thin_text": "该宽度的结构中被找到的像素比例。",
        "axis_miou": "mIoU（%）",
        "axis_loss": "损失",
        "axis_iteration": "迭代次数",
        "axis_iou": "IoU（%）",
        "axis_boundary_iou": "边界 IoU（%）",
        "axis_band": "边界带宽度（像素）",
        "axis_thin": "宽度（像素）",
        "axis_recall": "召回率（%）",
        "axis_difference": "mIoU 之差（百分点）",
        "seed": "（单个种子）",
        "pictures_title": "同一图像经过各方法",
        "pictures_text": "滚轮、双指或按钮同时缩放所有图像，拖动同时平移；"
        "指针处显示类别。网络取种子 {seed}；数字只属于这张图像。",
        "picture": "图像",
        "view": "显示",
        "view_labels": "标签",
        "view_overlay": "叠加在照片上",
        "view_errors": "错误",
        "errors_text": "错误为黄色，底为变暗的照片；忽略区域为蓝色。",
        "zoom_in": "放大",
        "zoom_out": "缩小",
        "zoom_reset": "复位",
        "photo": "照片",
        "truth": "真值",
        "right_share": "mIoU {miou} %，正确像素 {accuracy} %",
        "slider_title": "前后对比",
        "slider_left": "左",
        "slider_right": "右",
        "slider_label": "两张图像之间的滑块；可用方向键移动",
        "legend": "类别",
        "void": "忽略",
        "shrunk": "图像最大显示 {side} 像素。",
        "extremes_title": "各方法最好与最差的图像",
        "extremes_text": "在全部 {images} 张验证图像中，该方法相对基线表现最好与最差"
        "的图像（基线：得分最高与最低的图像）。网络取种子 {seed}。黄色为错误。",
        "extreme_gain": "相对 {baseline} 最好：{own} % 对 {base} %（{gain}）",
        "extreme_loss": "相对 {baseline} 最差：{own} % 对 {base} %（{gain}）",
        "extreme_high": "最高：{own} %",
        "errors_of": "{method} 的错误",
        "extreme_low": "最低：{own} %",
        "features_title": "各位置重采样前后的特征图",
        "features_text": "第一张图像在该位置进入和离开重采样算子的特征图。"
        "前三个主成分为红、绿、蓝。前后使用同一投影和同一尺度；通道数不同时各用自己的投影，并注明。"
        "不同方法的颜色不可比较：网络的通道各不相同。",
        "site": "位置",
        "before": "前",
        "after": "后",
        "own_projection": "通道数不同，各用自己的投影",
        "not_revisited": "{method} 未显示：{reason}。",
        "lab_title": "算子实验",
        "lab_text": "不依赖任务，算子本身的表现。",
        "repeat_title": "复现方法",
        "repeat_text": "在下列源码状态的检出目录中运行：",
        "failed_title": "没有结果的实验",
        "never_ended": "尚未完成",
        "notes_title": "关于这些方法需要知道",
        "versions_title": "版本与机器",
        "configuration_title": "完整配置",
        "changed": "（含未提交的修改）",
        "source": "源码状态",
        "command": "原始命令",
        "device": "设备",
        "started": "开始时间",
        "numbers_title": "每次训练的全部数字",
        "col_cell": "实验",
        "col_seed": "种子",
    },
}


def words_of(language):
    """The words of a language.

    Args:
        language: "en" or "zh".

    Returns:
        dict.

    Raises:
        UsageError: another one.
    """
    if language not in WORDS:
        raise UsageError(f"language {language!r}{did_you_mean(language, WORDS)}")
    return WORDS[language]
