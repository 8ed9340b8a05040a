"""`paddle-resample study`; its code is in paddle_resample/commands/study.py."""

from paddle_resample.commands import main

if __name__ == "__main__":
    main(["study"], "python tools/study.py")
