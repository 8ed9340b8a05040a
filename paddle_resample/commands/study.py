"""Compare resamplers honestly: a grid of trainings, paired statistics, a report.

    %(prog)s --config configs/unet/unet_bilinear.yml \\
      --vary model.upsample=bilinear,carafe,dysample --vary seed=0,1,2

Every value of --vary is YAML: {name: dysample, groups: 8} is one too. Starting the
same command again does only what is missing. What so many seeds could show, before
anything runs (the noise of a pilot study, or as you state it):

    %(prog)s --plan --pilot output/pilot --study STUDY.yml
    %(prog)s --plan --noise 0.5 0.3 --study STUDY.yml
"""

import argparse

from ..errors import UsageError
from ..language import language, translated
from ..seg.device import choose_device
from ..seg.flags import add_device
from ..study.forecast import forecast, noise_of_pilot, stated_noise
from ..study.plan import Study
from ..study.run import run_study
from ..study.statistics import summarise
from ..study.study_file import parse_vary, read_study_file
from ..study.verdict import answer


def add_arguments(parser):
    add = parser.add_argument
    add("--config", help="configuration, .yml")
    add("--study", help="study, .yml: config, vary and what else is named below")
    add("--vary", action="append", default=[], help="key=value,value,...; seed=0,1,2")
    add("--plan", action="store_true", help="say what could be shown, and stop")
    add("--pilot", help="--plan: folder of a study whose noise is taken")
    help = "--plan: points over seeds and over images of a difference in mIoU"
    add("--noise", nargs=2, type=float, metavar=("SEEDS", "IMAGES"), help=help)
    add("--baseline", help="the method that others are compared with; default first")
    add("--save_dir", default="output/study", help="folder of the study")
    add("--opts", nargs="+", help="key=value ..., for all cells")
    add("--iters", type=int, help="iterations, instead of the configuration's")
    add("--batch_size", type=int, help="likewise")
    add("--learning_rate", type=float, help="likewise")
    add("--save_interval", type=int, help="iterations between evaluations")
    add("--num_workers", type=int, help="processes of a cell that read samples")
    add("--precision", choices=["fp32", "fp16"], help="fp16 uses AMP")
    help = "points of mIoU within which methods are called equal; default 1"
    add("--equal_within", type=float, help=help)
    help = "run the baseline's first seed twice; default on a GPU"
    add("--repeat", action=argparse.BooleanOptionalAction, help=help)
    help = "mASSC too, for about two evaluations a cell; default: yes"
    add("--shift_consistency", action=argparse.BooleanOptionalAction, help=help)
    help = "pattern of image names; those it finds alike are drawn together"
    add("--group", help=help)
    add_device(parser)
    add("--where", default="local", choices=["local", "ray"], help="where cells run")
    add("--address", help="of a Ray cluster; default: one is started on this machine")
    add("--jobs", type=int, help="cells at once; default: one a GPU, else one a core")
    add("--processes", type=int, default=1, help="of each cell")
    add("--stall_minutes", type=float, default=30, help="without progress, then ended")
    add("--report", action="store_true", help="write report.html and paper/ at the end")
    add("--report_only", action="store_true", help="of what is finished, and stop")


def run(args):
    if args.plan:
        print(_plan(args))
        return
    if not args.report_only:
        run_study(
            _study(args),
            where=args.where,
            address=args.address,
            jobs=args.jobs,
            processes=args.processes,
            stall_minutes=args.stall_minutes,
        )
        summary = summarise(args.save_dir)
        for text in answer(summary, language()):
            print(text)
        for caution in summary["cautions"]:
            print(translated(f"warning: {caution['sentence'][language()]}"))
    if args.report or args.report_only:
        from ..study.report import write_report

        path = write_report(args.save_dir, language=language())
        print(translated(f"report: {path}"))


def _plan(args):
    if bool(args.pilot) == bool(args.noise):
        raise UsageError("--plan needs --pilot FOLDER or --noise SEEDS IMAGES")
    if args.pilot:
        noise, comparisons = noise_of_pilot(args.pilot)
    else:
        noise, comparisons = stated_noise(args.noise), None
    if args.config or args.study:
        comparisons = len(_study(args).methods) - 1
    if not comparisons:
        raise UsageError(
            "--plan --noise needs the methods too: --study, or --config with --vary"
        )
    return forecast(noise, comparisons)


def _study(args):
    if bool(args.config) == bool(args.study):
        raise UsageError("give --config with --vary, or --study; one of the two")
    options = read_study_file(args.study) if args.study else {"base": args.config}
    if args.vary:
        options["vary"] = {**options.get("vary", {}), **parse_vary(args.vary)}
    keys = ("baseline", "opts", "iters", "batch_size", "learning_rate")
    keys += ("save_interval", "num_workers", "precision", "equal_within", "group")
    keys += ("repeat", "shift_consistency")
    for key in keys:
        if getattr(args, key) is not None:
            options[key] = getattr(args, key)
    options["device"] = choose_device(args.device or options.get("device"))
    return Study(folder=args.save_dir, **{"vary": {}, **options})
