"""Convert weights between .pdparams and .safetensors, both ways.

    %(prog)s output/best_model/model.pdparams model.safetensors
    %(prog)s model.safetensors model.pdparams

Names, shapes, types and values stay as they are; nothing in the file is run. Official
PyTorch weights need other names and turned matrices besides: load_official does that.
"""

import os
from pathlib import Path

from ..language import translated
from ..seg.checkpoints.conversion import convert


def add_arguments(parser):
    parser.add_argument("source", type=Path, help=".pdparams or .safetensors file")
    parser.add_argument("target", type=Path, help="the file to write, of either kind")


def run(args):
    count = convert(args.source, args.target)
    size = os.path.getsize(args.target) / 2**20
    print(translated(f"{args.target}: {count} tensors, {size:.1f} MB"))
