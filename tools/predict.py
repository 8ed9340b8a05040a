"""`paddle-resample predict`; its code is in paddle_resample/commands/predict.py."""

from paddle_resample.commands import main

if __name__ == "__main__":
    main(["predict"], "python tools/predict.py")
