"""`paddle-resample export`; its code is in paddle_resample/commands/export.py."""

from paddle_resample.commands import main

if __name__ == "__main__":
    main(["export"], "python tools/export.py")
