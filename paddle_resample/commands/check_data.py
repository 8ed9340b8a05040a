"""Look at every file of a configuration's data. See docs/data.md in the
repository.
"""

from ..seg.check_data import print_check_data


def add_arguments(parser):
    parser.add_argument("config", help="configuration, .yml")
    text = "values that replace the configuration's, as of train; default none"
    parser.add_argument("--opts", nargs="+", metavar="KEY=VALUE", help=text)


def run(args):
    print_check_data(args.config, args.opts)
