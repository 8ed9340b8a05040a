"""`paddle-resample convert`; its code is in paddle_resample/commands/convert.py."""

from paddle_resample.commands import main

if __name__ == "__main__":
    main(["convert"], "python tools/convert.py")
