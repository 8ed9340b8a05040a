"""A rectangle of the spectrum, by NumPy's Fourier transforms."""

import numpy as np


def mask(height, width, threshold):
    """1 where the shifted spectrum is kept."""
    kept = np.zeros((height, width))
    rows, columns = (
        slice(round(n / 2 - n * threshold), round(n / 2 + n * threshold))
        for n in (height, width)
    )
    kept[rows, columns] = 1
    return kept


def low_pass(x, threshold):
    """x [N, C, H, W] -> the same size."""
    spectrum = np.fft.fftshift(np.fft.fft2(x), axes=(2, 3))
    kept = spectrum * mask(*x.shape[2:], threshold)
    return np.fft.ifft2(np.fft.ifftshift(kept, axes=(2, 3))).real


def rolled_spectrum(x):
    """As the released code shifts it: samples and channels too."""
    return np.fft.fftshift(np.fft.fft2(x))
