"""Find every mistake in a configuration; train and evaluate it for a moment.

See docs/paddleseg.md in the repository.
"""

from ..seg.check_config import print_check
from ..seg.flags import add_device


def add_arguments(parser):
    parser.add_argument("config", help="configuration, .yml")
    text = "values that replace the configuration's, as of train; default none"
    parser.add_argument("--opts", nargs="+", metavar="KEY=VALUE", help=text)
    text = "use noise of the images' size instead of the data; default: read a batch"
    parser.add_argument("--no_data", action="store_true", help=text)
    add_device(parser)


def run(args):
    print_check(args.config, args.opts, args.device, with_data=not args.no_data)
