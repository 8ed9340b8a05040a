"""Convert weights between .pdparams and .safetensors, both ways.

    python tools/convert.py output/best_model/model.pdparams model.safetensors
    python tools/convert.py model.safetensors model.pdparams

Names, shapes, types and values stay as they are; nothing in the file is run. Official
PyTorch weights need other names and turned matrices besides: load_official does that.
"""

import argparse
import os
from pathlib import Path

from paddle_resample.seg.checkpoints.conversion import convert
from paddle_resample.seg.flags import ToolHelp
from paddle_resample.tool import run_tool


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=ToolHelp)
    parser.add_argument("source", type=Path, help=".pdparams or .safetensors file")
    parser.add_argument("target", type=Path, help="the file to write, of either kind")
    return parser.parse_args()


def main():
    args = parse_args()
    count = convert(args.source, args.target)
    size = os.path.getsize(args.target)
    print(f"{args.target}: {count} tensors, {size / 2**20:.1f} MB")


if __name__ == "__main__":
    run_tool(main)
