"""Export the model of a PaddleSeg configuration for Paddle Inference and ONNX.

    %(prog)s --config CONFIG.yml --model_path output/best_model

The flags are PaddleSeg's; height and width stay free unless --input_shape fixes them.
What was saved is run beside the model at three sizes before it replaces anything.
"""

from ..files import usable_folder
from ..language import translated
from ..seg.config.config import ResampleConfig
from ..seg.device import choose_device
from ..seg.export.export import OUTPUTS, export_model
from ..seg.export.program_folder import check_program_folder
from ..seg.prediction.pictures import channels_of
from ..seg.prediction.trained_model import trained_components


def add_arguments(parser):
    add = parser.add_argument
    add("--config", required=True, help="configuration, .yml")
    add(
        "--model_path",
        help=".pdparams file or checkpoint folder; default: initial weights",
    )
    add("--save_dir", default="./output/inference_model", help="folder of the program")
    add(
        "--input_shape",
        nargs="+",
        type=int,
        help="N C H W, -1 where unknown; default: -1 C -1 -1",
    )
    add("--output_op", choices=OUTPUTS, default="argmax", help="behind the logits")
    add("--onnx", action="store_true", help="write model.onnx, too")
    add("--no_check", action="store_true", help="do not try what was saved")
    add("--opts", nargs="+", help="key=value ..., replaces values of the configuration")


def run(args):
    config = ResampleConfig(args.config, opts=args.opts)
    choose_device("cpu")
    inputs = (args.config, args.model_path)
    check_program_folder(args.save_dir, inputs)
    usable_folder(args.save_dir)
    components = trained_components(config, args.model_path)
    path, findings = export_model(
        components.model,
        args.save_dir,
        input_shape=args.input_shape,
        output_op=args.output_op,
        transforms=config.val_dataset_cfg.get("transforms"),
        onnx=args.onnx,
        check=not args.no_check,
        channels=channels_of(components),
        inputs=inputs,
    )
    for line in findings:
        print(translated(line))
    print(translated(f"exported: {path}.*"))
