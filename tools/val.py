"""`paddle-resample val`; its code is in paddle_resample/commands/val.py."""

from paddle_resample.commands import main

if __name__ == "__main__":
    main(["val"], "python tools/val.py")
