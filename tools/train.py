"""`paddle-resample train`; its code is in paddle_resample/commands/train.py."""

from paddle_resample.commands import main

if __name__ == "__main__":
    main(["train"], "python tools/train.py")
