"""Write the pages of the registered operators and their pictures.

python docs/generate_operators.py                    all of them (a minute or two)
python docs/generate_operators.py carafe jafar       all pages, these pictures only
python docs/generate_operators.py --missing          all pages, missing pictures only
python docs/generate_operators.py --text             the pages only
"""

import argparse
from pathlib import Path

import paddle

from operator_pages import write_pages
from operator_picture import save_operator_picture
from operator_view import view_operator
from paddle_resample.registry import resampler_class
from paddle_resample.tool import run_tool

FOLDER = Path(__file__).parent / "operators"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="operators to draw; default: all")
    parser.add_argument("--missing", action="store_true", help="draw what is missing")
    parser.add_argument("--text", action="store_true", help="draw no pictures")
    args = parser.parse_args()
    wanted = [resampler_class(name).name for name in args.names]
    known = write_pages(FOLDER)
    images = FOLDER / "images"
    for path in images.glob("*.*"):
        if path.stem not in known:
            path.unlink()
    if args.text:
        return
    paddle.set_device("cpu")
    for name in wanted or known:
        if args.missing and (images / f"{name}.png").exists():
            continue
        print(save_operator_picture(view_operator(name), images))


if __name__ == "__main__":
    run_tool(main)
