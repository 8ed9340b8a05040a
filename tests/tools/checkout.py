"""Where the checkout's folders are, and options that make a run tiny."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
CONFIGS = ROOT / "configs"

TINY = [
    "model.width=4",
    "model.depth=2",
    "train_dataset.size=32",
    "train_dataset.num_samples=24",
    "val_dataset.size=32",
    "val_dataset.num_samples=5",
]
