"""Labels made up for the tests."""

import numpy as np


class MadeUp:
    """A list of labels with the attributes of DatasetLabels."""

    def __init__(self, labels, num_classes, ignore_index=255):
        self.labels = labels
        self.num_classes, self.ignore_index = num_classes, ignore_index
        self.class_names = [f"class {i}" for i in range(num_classes)]

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.labels[index]

    def name(self, index):
        return f"label {index}"


def blobs(rng, size=(46, 58), classes=4, void=True):
    label = rng.integers(0, classes, (size[0] // 6 + 1, size[1] // 6 + 1))
    label = label.repeat(6, 0).repeat(6, 1)[: size[0], : size[1]]
    label = np.roll(label, (2, 3), (0, 1))
    label[10:12, 5:40] = classes - 1
    if void:
        label[20:25, 30:45] = 255
        label[rng.random(size) < 0.02] = 255
    return label
