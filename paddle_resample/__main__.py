"""`python -m paddle_resample` is `paddle-resample`: see --help."""

from paddle_resample.commands import main

if __name__ == "__main__":
    main(program="python -m paddle_resample")
