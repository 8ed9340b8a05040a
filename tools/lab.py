"""`paddle-resample lab`; its code is in paddle_resample/commands/lab.py."""

from paddle_resample.commands import main

if __name__ == "__main__":
    main(["lab"], "python tools/lab.py")
