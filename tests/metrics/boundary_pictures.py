"""Labels with void and their predictions, and contours by looking at every pixel."""

import numpy as np

VOID = 255


def picture(rng, height=17, width=23, classes=4, void=True):
    """Blobs of classes, some void, and a prediction that is shifted and noisy."""
    label = rng.integers(0, classes, (height // 4 + 1, width // 4 + 1))
    label = label.repeat(4, 0).repeat(4, 1)[:height, :width]
    prediction = np.roll(label, 1, axis=1)
    noise = rng.random(label.shape) < 0.1
    prediction = np.where(noise, rng.integers(0, classes, label.shape), prediction)
    if void:
        label = np.where(rng.random(label.shape) < 0.08, VOID, label)
    return prediction, label


def neighbours(y, x, shape):
    for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0)):
        if 0 <= y + dy < shape[0] and 0 <= x + dx < shape[1]:
            yield y + dy, x + dx


def contour(image):
    """Pixels with a 4-neighbour of another class, by looking at every one."""
    edge = np.zeros(image.shape, bool)
    for y, x in np.ndindex(image.shape):
        for n in neighbours(y, x, image.shape):
            if image[y, x] >= 0 and image[n] >= 0 and image[n] != image[y, x]:
                edge[y, x] = True
    return edge


def nearest(points, targets):
    """Euclidean distance of every point to the nearest target."""
    targets = np.argwhere(targets)
    return [min(np.hypot(*(targets - p).T)) for p in np.argwhere(points)]


def voided(prediction, label):
    void = label == VOID
    return np.where(void, -1, prediction), np.where(void, -1, label)
