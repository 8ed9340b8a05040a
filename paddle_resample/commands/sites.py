"""List where the model of a configuration changes the resolution.

See docs/surgery.md in the repository.

A path of this list says in `upsample: {PATH: carafe}` which resampler is replaced.
"""

from ..seg.surgery.command import print_sites


def add_arguments(parser):
    parser.add_argument("config", help="configuration, .yml")


def run(args):
    print_sites(args.config)
