"""The words of studies and their reports, in Chinese."""

__all__ = ["CHINESE"]

CHINESE = {
    # Sentences of a verdict.
    "verdict": {
        "baseline": "{baseline} 为基线：mIoU {mean:.2f} %{deviation}，{seeds}。",
        "no result": "{method} 没有与 {baseline} 相同随机种子的完成结果。",
        "better": "{method} 优于 {baseline}，mIoU 高 {gap:.2f} 个百分点"
        "（{interval}；{p}；{seeds}，{images} 张图像）。{within}",
        "worse": "{method} 劣于 {baseline}，mIoU 低 {gap:.2f} 个百分点"
        "（{interval}；{p}；{seeds}，{images} 张图像）。{within}",
        "equal": "{method} 与 {baseline} 在 ±{margin:g} 个百分点内相等：mIoU 相差 "
        "{difference}（{simultaneous}；{seeds}，{images} 张图像）。",
        "undecided": "{method} 与 {baseline} 尚无定论：mIoU 相差 {difference} 个百分点"
        "（{interval}；{p}；{seeds}，{images} 张图像）。",
        "one seed": "只有一个随机种子，不能下结论：{method} 相对 {baseline} 的 "
        "mIoU 为 {difference} 个百分点（{interval}，仅对 {images} 张图像；"
        "不含训练噪声）。",
        "interval": "95 % 置信区间 {low} 至 {high}",
        "simultaneous": "95 % 同时置信区间 {low} 至 {high}",
        "p": "校正后 p {p}",
        "within": "但差异小于 {margin:g} 个百分点。",
        "seeds": "{count} 个随机种子",
        "seed": "1 个随机种子",
        "deviation": "（种子间标准差 {deviation:.2f}）",
        "detectable": "本研究能够显示的 mIoU 差异至少为 {points} 个百分点（概率 80 %；"
        "{seeds}，{comparisons}，噪声取各方法的合并值）。",
        "repeat": "{method} 以同一随机种子运行两次，相差 {points:.2f} 个百分点：这是"
        "设备自身的噪声。",
        "comparison": "1 项比较",
        "comparisons": "对 {count} 项比较作校正",
    },
    # Sentences of `cautions`.
    "caution": {
        "unfinished": "训练尚未完成：最后五分之一的迭代中 mIoU 仍上升超过 {margin:g} 个"
        "百分点（{which}）。训练更久，方法的次序可能改变。",
        "never": "{who} 从未预测的类别：{classes}。"
        "在 {count} 个有标注的类别的平均中各计为 0。",
        "never_every": "任何方法都从未预测的类别：{classes}。"
        "在 {count} 个有标注的类别的平均中各计为 0。",
        "between": "、",
    },
    # The page.
    "lang": "zh-CN",
    "title": "重采样算子比较",
    "compared": "{methods} 种方法，{seeds}，{images} 张评分图像，每次训练 "
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
    "nav_lab": "实验室",
    "nav_repeat": "复现",
    "result_text": "得分为最后一个检查点的 mIoU（%），均值 ± 种子间标准差。与基线 "
    "{baseline} 的差按种子和图像配对。95 % 置信区间含训练与图像两种"
    "随机性；其下为同时置信区间，对所有方法同时成立。更好或更差：区间对应的 p 值"
    "按方法数校正（Holm）后小于 0.05。"
    "相等：同时置信区间全部落在 ±{margin:g} 个百分点内。"
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
    "difference_text": "与 {baseline} 的差。粗线：95 % 置信区间；细线：同时置信区间；"
    "短竖线：单个种子；灰色：±{margin:g} 个百分点以内。",
    "repeat_strip": "橙色：同一训练运行两次之差。",
    "col_rank": "#",
    "col_method": "方法",
    "col_miou": "mIoU",
    "col_difference": "差 [95 %]",
    "col_plain": "95 % 置信区间",
    "col_chance": "最好",
    "col_p": "p（Holm）",
    "col_verdict": "结论",
    "col_parameters": "参数量",
    "col_macs": "乘加数",
    "col_latency_ms": "延迟",
    "col_peak_memory_mb": "内存",
    "col_step_ms": "训练步",
    "col_seconds": "墙钟时间",
    "col_best": "最佳检查点",
    "verdict_baseline": "基线",
    "verdict_better": "更好",
    "verdict_worse": "更差",
    "verdict_equal": "相等",
    "verdict_undecided": "未定",
    "verdict_one seed": "仅一个种子：无结论",
    "verdict_no result": "无结果",
    "other_title": "其他指标",
    "other_text": "种子均值（%），其下为与基线的差。↓ 表示越低越好。"
    "仅作描述，结论不以此为据。",
    "measure_accuracy": "像素准确率",
    "measure_boundary_miou": "边界 mIoU",
    "measure_bf": "边界 F1",
    "measure_thin_recall": "细结构召回率",
    "measure_width_recall": "标签细部召回率",
    "measure_mean_cldice": "clDice",
    "measure_false_error": "虚假边界误差 ↓",
    "measure_merged_error": "合并边界误差 ↓",
    "measure_displaced_error": "边界位移误差 ↓",
    "measure_massc": "平移一致性（mASSC）",
    "measure_ece": "校准误差 ↓",
    "nav_ceiling": "上限",
    "ceiling_title": "上采样至多能带来多少",
    "ceiling_text": "{total} 张评分图像中 {images} 张的标签（{width} × {height} 像素）"
    "，不经任何网络：按各步长的格子取类别占比，再上采样，占比最大者胜。"
    "它限制仅靠上采样由该步长得到结果的网络，"
    "不限制跳跃连接或引导图从更细的特征图带来的内容。",
    "ceiling_scores": {
        "miou": "mIoU（%）",
        "boundary_miou": "边界 IoU，类别均值（%）",
        "width_recall": "细结构召回率，bilinear（%）",
    },
    "ceiling_ways": {"best linear": "最优线性"},
    "ceiling_fitted": "bilinear，按标签拟合的粗 logits（{images} 张图像）",
    "ceiling_width": "宽 {low} 至 {high} 像素",
    "axis_stride": "步长",
    "axis_lost": "损失的 IoU 百分点",
    "ceiling_classes_title": "步长为 {stride} 时各类别的损失，bilinear",
    "ceiling_crop": "步长为 {stride} 时损失最多的窗口，bilinear",
    "ceiling_where": "第 {y} 行，第 {x} 列",
    "ceiling_stride": "步长 {stride}；下为其错误像素",
    "ceiling_missing": "标签的上限未显示：{reason}",
    "cost_title": "得分与代价",
    "cost_text": "点线为帕累托前沿：没有其他方法以相同或更低的代价得到更高的分。"
    "竖线为种子间标准差。参数量、乘加数和延迟均为整个网络处理一张 {size} 图像的值。"
    "延迟与训练步为训练全部结束后各网络单独、轮流运行的中位数，横线从第一到第三四分位。"
    "内存为训练进程的峰值；墙钟时间为训练当时的用时，受同时运行的其他任务影响。",
    "measured": "计时：{processor}，{threads} 个线程，Paddle {paddle}，{precision}，"
    "训练步为 {batch_size} 张图像。",
    "choose_cost": "代价",
    "choose_measure": "指标",
    "pareto": "帕累托前沿",
    "cost_axes": {
        "parameters": "参数量（百万）",
        "macs": "乘加数（十亿）",
        "latency_ms": "单张图像延迟（毫秒）",
        "peak_memory_mb": "训练峰值内存（MB）",
        "step_ms": "训练步（毫秒）",
        "seconds": "训练墙钟时间（秒）",
    },
    "curves_title": "训练过程",
    "curves_text": "线：种子均值。竖线：从最低到最高的种子。损失为自前一点以来的均值。",
    "curve_miou": "验证 mIoU",
    "curve_loss": "训练损失",
    "shares_title": "差异来自哪些类别",
    "shares_text": "各类别对与 {baseline} 的 mIoU 差的贡献；各条之和即为该差。",
    "choose_method": "方法",
    "axis_share": "mIoU 百分点，合计 {total}",
    "classes_title": "逐类结果",
    "classes_text": "种子均值；细线从最低的种子到最高的种子。",
    "classes_cut": "共 {total} 类，只列出各方法差别最大的类。",
    "bands_title": "边界附近",
    "bands_text": "距真实边界不超过该宽度的像素的 mIoU。竖线：从最低到最高的种子。",
    "thin_title": "细结构",
    "thin_text": "该宽度的结构中被找到的像素比例。",
    "axis_miou": "mIoU（%）",
    "axis_loss": "损失",
    "axis_iteration": "迭代次数",
    "paper_curve": "验证 mIoU（%）",
    "paper_difference": "与 {baseline} 的 mIoU 之差（百分点）",
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
    "errors_text": "错误为黄色，底为变暗的照片；忽略区域为斜纹。",
    "zoom_in": "放大",
    "zoom_out": "缩小",
    "zoom_reset": "复位",
    "photo": "照片",
    "truth": "真值",
    "right_share": "mIoU {miou} %，正确像素 {accuracy} %",
    "slider_title": "并排对比",
    "slider_left": "左",
    "slider_right": "右",
    "slider_label": "两张图像之间的滑块；可用方向键移动",
    "legend": "类别",
    "void": "忽略",
    "shrunk": "图像最大显示 {side} 像素。",
    "extremes_title": "各方法最好与最差的图像",
    "extremes_text": "在全部 {images} 张评分图像中，该方法相对基线表现最好与最差"
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
    "lab_title": "实验室",
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
    "col_seed": "种子",
}
