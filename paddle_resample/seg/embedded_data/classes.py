"""The classes of the embedded scenes: number, name and the colour they are shown in."""

__all__ = [
    "SKY", "HILL", "WATER", "FIELD", "WALL", "WINDOW",
    "WIRE", "FENCE", "WHEEL", "LETTER", "BALLOON", "BIRD",
    "CLASS_NAMES", "NUM_CLASSES", "IGNORE_INDEX", "PALETTE",
]  # fmt: skip

SKY, HILL, WATER, FIELD, WALL, WINDOW = range(6)
WIRE, FENCE, WHEEL, LETTER, BALLOON, BIRD = range(6, 12)

CLASS_NAMES = [
    "sky", "hill", "water", "field", "wall", "window",
    "wire", "fence", "wheel", "letter", "balloon", "bird",
]  # fmt: skip
NUM_CLASSES = len(CLASS_NAMES)
IGNORE_INDEX = 255

# RGB. Hues after Paul Tol's colour-blind-safe schemes; regions pale or cool, details
# strong, and neighbours in the scenes differ in lightness too.
PALETTE = [
    (170, 216, 240), (68, 140, 116), (0, 105, 170), (221, 204, 119),
    (214, 160, 150), (255, 240, 120),
    (30, 30, 36), (250, 250, 250), (150, 50, 140), (130, 20, 60),
    (238, 119, 51), (0, 160, 150),
]  # fmt: skip
