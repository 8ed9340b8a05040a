"""`paddle-resample compare`; its code is in paddle_resample/commands/compare.py."""

from paddle_resample.commands import main

if __name__ == "__main__":
    main(["compare"], "python tools/compare.py")
