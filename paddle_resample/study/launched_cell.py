"""What paddle.distributed.launch starts: it takes a file, no module."""

from paddle_resample.bridge.tool import run_tool
from paddle_resample.study.cell import main

if __name__ == "__main__":
    run_tool(main)
