"""Write the pages of the registered operators and their pictures.

python docs/generate_operators.py                    all of them (some minutes)
python docs/generate_operators.py carafe jafar       all pages, these pictures only
python docs/generate_operators.py --missing          all pages, missing pictures only
python docs/generate_operators.py --text             the pages only
"""

import argparse
from pathlib import Path

import paddle

from operator_fit import fit_operator, is_fitted
from operator_fit_picture import save_fit_picture
from operator_pages import write_pages
from operator_picture import save_operator_picture
from operator_view import view_operator
from paddle_resample.registry import resampler_class, resampler_names
from paddle_resample.tool import run_tool

FOLDER = Path(__file__).parent / "operators"
IMAGES = FOLDER / "images"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="operators to draw; default: all")
    parser.add_argument("--missing", action="store_true", help="draw what is missing")
    parser.add_argument("--text", action="store_true", help="draw no pictures")
    args = parser.parse_args()
    wanted = [resampler_class(name).name for name in args.names]
    known = resampler_names()
    for path in IMAGES.glob("**/*.*"):
        if path.stem not in known:
            path.unlink()
    paddle.set_device("cpu")
    for name in [] if args.text else wanted or known:
        if not args.missing or not (IMAGES / f"{name}.png").exists():
            print(draw(name))
    write_pages(FOLDER)  # says which operators were fitted


def draw(name):
    """Write the picture, and that of the fitted operator where it starts as noise."""
    fitted = None
    picture = IMAGES / "fitted" / f"{name}.png"
    if is_fitted(name):
        fit = fit_operator(name)
        save_fit_picture(fit, picture)
        fitted = fit.numbers()
    elif picture.exists():
        picture.unlink()
    return save_operator_picture(view_operator(name), IMAGES, fitted)


if __name__ == "__main__":
    run_tool(main)
