"""`paddle-resample ceiling`; its code is in paddle_resample/commands/ceiling.py."""

from paddle_resample.commands import main

if __name__ == "__main__":
    main(["ceiling"], "python tools/ceiling.py")
