"""What paddle.distributed.launch starts: it takes a file, no module."""

from paddle_resample.study.cell import main
from paddle_resample.tool import run_tool

if __name__ == "__main__":
    run_tool(main, "en")  # its log and record are read by the study
