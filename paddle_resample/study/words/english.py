"""The words of studies and their reports, in English."""

__all__ = ["ENGLISH"]

ENGLISH = {
    # Sentences of a verdict.
    "verdict": {
        "baseline": "{baseline} is the baseline: mIoU {mean:.2f} %{deviation}, "
        "{seeds}.",
        "no result": "{method} has no finished run on a seed of {baseline}.",
        "better": "{method} is better than {baseline} by {gap:.2f} points of mIoU "
        "({interval}; {p}; {seeds}, {images} images).{within}",
        "worse": "{method} is worse than {baseline} by {gap:.2f} points of mIoU "
        "({interval}; {p}; {seeds}, {images} images).{within}",
        "equal": "{method} and {baseline} are equal within ±{margin:g} points of mIoU: "
        "{difference} ({simultaneous}; {seeds}, {images} images).",
        "undecided": "Undecided between {method} and {baseline}: {difference} points "
        "of mIoU ({interval}; {p}; {seeds}, {images} images).",
        "one seed": "With one seed nothing is shown: {method} scored {difference} "
        "points of mIoU against {baseline} ({interval}, over {images} images only; the "
        "noise of training is not in it).",
        "interval": "95 % interval {low} to {high}",
        "simultaneous": "simultaneous 95 % interval {low} to {high}",
        "p": "corrected p {p}",
        "within": " The difference is smaller than {margin:g} points, though.",
        "seeds": "{count} seeds",
        "seed": "1 seed",
        "deviation": " (standard deviation over seeds {deviation:.2f})",
        "detectable": "This study could have shown differences of {points} points of "
        "mIoU or more (with a probability of 80 %; {seeds}, {comparisons}, noise "
        "pooled over the methods).",
        "repeat": "The same run of {method} twice, with one seed, differs by "
        "{points:.2f} points: noise of the device alone.",
        "comparison": "1 comparison",
        "comparisons": "corrected for {count} comparisons",
    },
    # Sentences of `cautions`.
    "caution": {
        "unfinished": "Training is not finished: over the last fifth of the iterations "
        "mIoU still rose by more than {margin:g} points ({which}). Longer training may "
        "order the methods otherwise.",
        "never": "Classes never predicted by {who}: {classes}. Each counts as 0 in the "
        "mean of {count} labelled classes.",
        "never_every": "Classes that no method ever predicts: {classes}. Each counts "
        "as 0 in the mean of {count} labelled classes.",
        "between": ", ",
    },
    # The page.
    "lang": "en",
    "title": "Comparison of resamplers",
    "compared": "{methods} methods, {seeds}, {images} scored images, "
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
    "holds the noise of training and the choice of images; below it "
    "stands the simultaneous interval, which holds for all methods at once. Better "
    "or worse: the p-value of the interval, corrected for the number of methods "
    "(Holm), is below 0.05. Equal: "
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
    "difference_text": "Difference to {baseline}. Thick: 95 % interval; thin: "
    "simultaneous interval; small lines: single seeds; grey: within ±{margin:g} "
    "points.",
    "repeat_strip": "Orange: what one run done twice differs by.",
    "col_rank": "#",
    "col_method": "Method",
    "col_miou": "mIoU",
    "col_difference": "Difference [95 %]",
    "col_plain": "95 % interval",
    "col_chance": "Best",
    "col_p": "p (Holm)",
    "col_verdict": "Verdict",
    "col_parameters": "Parameters",
    "col_macs": "MACs",
    "col_latency_ms": "Latency",
    "col_peak_memory_mb": "Memory",
    "col_step_ms": "Training step",
    "col_seconds": "Wall time",
    "col_best": "Best checkpoint",
    "verdict_baseline": "baseline",
    "verdict_better": "better",
    "verdict_worse": "worse",
    "verdict_equal": "equal",
    "verdict_undecided": "undecided",
    "verdict_one seed": "one seed: nothing shown",
    "verdict_no result": "no result",
    "other_title": "Other measures",
    "other_text": "Mean over seeds (%), and below it the difference to the baseline. "
    "↓: lower is better. Descriptive: no verdict rests on them.",
    "measure_accuracy": "Pixel accuracy",
    "measure_boundary_miou": "Boundary mIoU",
    "measure_bf": "Boundary F1",
    "measure_thin_recall": "Thin structures, recall",
    "measure_width_recall": "Thin label parts, recall",
    "measure_mean_cldice": "clDice",
    "measure_false_error": "False boundary error ↓",
    "measure_merged_error": "Merged boundary error ↓",
    "measure_displaced_error": "Displaced boundary error ↓",
    "measure_massc": "Shift consistency (mASSC)",
    "measure_ece": "Calibration error ↓",
    "nav_ceiling": "Ceiling",
    "ceiling_title": "What an upsampler can gain at most",
    "ceiling_text": "Labels of {images} of the {total} scored images ({width} × "
    "{height} pixels), without any network: class shares in cells of each stride go up "
    "again, and the largest share wins. This bounds networks that lead from that "
    "stride to the result by upsampling alone; it does not bound what skip "
    "connections or guides bring of finer maps.",
    "ceiling_scores": {
        "miou": "mIoU, %",
        "boundary_miou": "Boundary IoU, mean of classes, %",
        "width_recall": "Recall of thin structures, bilinear, %",
    },
    "ceiling_ways": {"best linear": "best linear"},
    "ceiling_fitted": "bilinear, coarse logits fitted to the label ({images} images)",
    "ceiling_width": "{low} to {high} pixels wide",
    "axis_stride": "Stride",
    "axis_lost": "Points of IoU lost",
    "ceiling_classes_title": "What each class loses at stride {stride}, bilinear",
    "ceiling_crop": "The window that loses most at stride {stride}, bilinear",
    "ceiling_where": "row {y}, column {x}",
    "ceiling_stride": "stride {stride}; below, its wrong pixels",
    "ceiling_missing": "The ceiling of the labels is not shown: {reason}",
    "cost_title": "Score against cost",
    "cost_text": "Dotted: the Pareto front; no other method scores higher at the "
    "same cost or less. Vertical lines: standard deviation over seeds. Parameters, "
    "multiply-accumulates and latency are those of the whole network on one image "
    "of {size}. Latency and training step are medians, measured alone and in turn "
    "after all training; horizontal lines: first to third quarter. Memory is the "
    "peak of the training process; wall time is that of the training, under "
    "whatever else ran.",
    "measured": "Times: {processor}, {threads} threads, Paddle {paddle}, {precision}, "
    "training steps of {batch_size} images.",
    "choose_cost": "Cost",
    "choose_measure": "Measure",
    "pareto": "Pareto front",
    "cost_axes": {
        "parameters": "Parameters, millions",
        "macs": "Multiply-accumulates, billions",
        "latency_ms": "Latency of one image, ms",
        "peak_memory_mb": "Peak memory in training, MB",
        "step_ms": "Training step, ms",
        "seconds": "Wall time of training, s",
    },
    "curves_title": "Training",
    "curves_text": "Line: mean over seeds. Strokes: from the lowest seed to the "
    "highest. A loss is the mean since the point before.",
    "curve_miou": "Validation mIoU",
    "curve_loss": "Training loss",
    "shares_title": "Which classes make the difference",
    "shares_text": "What each class adds to the difference in mIoU to {baseline}; the "
    "bars add up to it.",
    "choose_method": "Method",
    "axis_share": "Points of mIoU; all together {total}",
    "classes_title": "Class by class",
    "classes_text": "Mean over seeds; the thin line reaches from the lowest seed "
    "to the highest.",
    "classes_cut": "Of {total} classes, those where the methods differ most.",
    "bands_title": "At the boundaries",
    "bands_text": "mIoU of the pixels within so many pixels of a true boundary. "
    "Strokes: from the lowest seed to the highest.",
    "thin_title": "Thin structures",
    "thin_text": "Share of the pixels of structures of that width that are found.",
    "axis_miou": "mIoU, %",
    "axis_loss": "Loss",
    "axis_iteration": "Iteration",
    "paper_curve": "Validation mIoU, %",
    "paper_difference": "Difference in mIoU to {baseline}, points",
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
    "errors_text": "Errors are yellow on the darkened photograph; void is hatched.",
    "zoom_in": "Zoom in",
    "zoom_out": "Zoom out",
    "zoom_reset": "Reset",
    "photo": "Photograph",
    "truth": "Ground truth",
    "right_share": "mIoU {miou} %, {accuracy} % of pixels right",
    "slider_title": "Side by side",
    "slider_left": "Left",
    "slider_right": "Right",
    "slider_label": "Slider between the two pictures; arrow keys move it",
    "legend": "Classes",
    "void": "void",
    "shrunk": "Pictures are shown at most {side} pixels large.",
    "extremes_title": "Best and worst image of every method",
    "extremes_text": "Of all {images} scored images, where the method does "
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
    "col_seed": "Seed",
}
