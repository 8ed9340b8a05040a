"""Train the model of a PaddleSeg configuration.

    %(prog)s --config configs/unet/unet_pixel_shuffle.yml --do_eval

The flags are PaddleSeg's. Several processes:
    python -m paddle.distributed.launch --nproc_per_node 2 %(prog)s --config ...
"""

import argparse

from ..errors import UsageError
from ..language import translated
from ..seg.checkpoints.checkpoint import find_checkpoint
from ..seg.config.components import Components
from ..seg.config.config import ResampleConfig
from ..seg.device import choose_device
from ..seg.flags import add_device
from ..seg.training.trainer import Settings, Trainer


def add_arguments(parser):
    add = parser.add_argument
    add("--config", required=True, help="configuration, .yml")
    add_device(parser)
    add("--save_dir", default="./output", help="folder of the results")
    add("--iters", type=int, help="iterations; default: the configuration's")
    add("--batch_size", type=int, help="samples of one process; default: likewise")
    add("--learning_rate", type=float, help="default: the configuration's")
    add("--save_interval", type=int, default=1000, help="iterations between savings")
    add("--log_iters", type=int, default=10, help="iterations between log lines")
    add("--num_workers", type=int, default=0, help="processes that read samples")
    add("--do_eval", action="store_true", help="evaluate at every saving")
    add(
        "--resume_model",
        help="folder .../iter_N, or auto; default: start anew",
    )
    add("--keep_checkpoint_max", type=int, default=5, help="checkpoints kept, 0 = all")
    add(
        "--patience",
        type=int,
        help="evaluations without a gain; default: no limit",
    )
    add("--use_vdl", action="store_true", help="write VisualDL logs too")
    add("--use_ema", action="store_true", help="keep an averaged model too")
    add("--precision", default="fp32", choices=["fp32", "fp16"], help="fp16 uses AMP")
    add("--amp_level", default="O1", choices=["O1", "O2"], help="of --precision fp16")
    add("--seed", type=int, default=0, help="of weights, order and augmentation")
    add("--detect_anomaly", action="store_true", help="name a NaN's first layer; slow")
    add("--data_format", default="NCHW", choices=["NCHW", "NHWC"], help="DeepLabV3P's")
    add("--repeats", type=int, default=1, help="times each sample comes in an epoch")
    add("--eval_batch_size", type=int, help="default: the training batch size")
    add("--profiler_options", help=argparse.SUPPRESS)
    add("--opts", nargs="+", help="key=value ..., replaces values of the configuration")


def run(args):
    if args.profiler_options:
        raise UsageError(
            "--profiler_options: PaddleSeg's profiler does not run on Paddle 2.5 and "
            "later; run the tool under paddle.profiler instead"
        )
    config = ResampleConfig(
        args.config,
        learning_rate=args.learning_rate,
        batch_size=args.batch_size,
        iters=args.iters,
        opts=args.opts,
    )
    config.use_data_format(args.data_format)
    device = choose_device(args.device, args.num_workers)
    names = set(Settings.__dataclass_fields__) - {"device"}
    settings = {key: value for key, value in vars(args).items() if key in names}
    # A checkpoint's weights replace those of `pretrained`, whose file may be gone.
    resumes = args.resume_model
    if resumes == "auto":
        resumes = find_checkpoint(args.save_dir)
    components = Components(config, pretrained=not resumes)
    trainer = Trainer(components, Settings(device=device, **settings))
    trainer.run()
    if trainer.first:
        print(translated(f"results: {trainer.save_dir}"))
