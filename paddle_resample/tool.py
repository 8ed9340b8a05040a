"""What every command line tool does: sentences for mistakes, and exit codes."""

import logging
import multiprocessing
import os
import sys
import warnings

from .cpu import tune_cpu
from .errors import RunFailed, UsageError
from .files import remove_unused_folders
from .kernels.networks import use_native_layers
from .language import choose_language, translated

__all__ = ["run_tool"]

_leave = os._exit

# Paddle's warnings about what is as it should be: batch norm in training, the state of
# a schedule within LinearWarmup, its own functions that are named as PyTorch's, and a
# compiler's cache that nobody needs.
_NOISE = (
    "When training, we now always track",
    "There are some unused values in state_dict",
    r"[\s\S]*Non compatible API",
    "No ccache",
)


def run_tool(main, language=None):
    """Run a tool's main function and leave the process with its status.

    Args:
        main: function without arguments.
        language: "en" or "zh"; None takes the locale's.

    Exit status: 0 when it went well, 1 for RunFailed, 2 for a user's mistake
    (UsageError, one sentence on stderr, no stack trace), 130 after Ctrl-C; any other
    exception is our mistake and keeps its trace.
    """
    choose_language(language)
    for text in _NOISE:
        warnings.filterwarnings("ignore", message=text)
    # Paddle 3.3.1 shows everybody's log, and a PDF's fonts are hundreds of lines of it.
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    tune_cpu()
    use_native_layers()
    try:
        main()
        status = 0
    except UsageError as error:
        remove_unused_folders()
        status = _say(error, 2)
    except RunFailed as error:
        status = _say(error, 1)
    except KeyboardInterrupt as stop:
        status = _say(str(stop) or "stopped by Ctrl-C", 130)
    sys.stdout.flush()
    sys.stderr.flush()
    if status:
        # Loader threads and workers of Paddle may wait for ever at exit once a batch
        # was refused, so the workers are ended and the process is left at once.
        for worker in multiprocessing.active_children():
            worker.kill()
        _leave(status)


def _say(message, status):
    print(translated(f"error: {message}"), file=sys.stderr)
    return status
