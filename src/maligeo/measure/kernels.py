"""Kernels on a square grid, applied by fast Fourier transforms."""

import math
from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt
import scipy.fft

KernelName = Literal["gaussian", "quartic"]
KERNELS: Final[tuple[str, ...]] = get_args(KernelName)
GAUSSIAN_REACH: Final = 4.0  # standard deviations; 0.03 % of the mass lies beyond

Grid = npt.NDArray[np.float32]


class Smoother:
    """Spreads the content of each cell over its surroundings.

    The kernel is sampled at the centres of cells, cut off at its reach, and its samples are
    divided by their sum: what is spread on a grid without end keeps its sum.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the grids.
    kernel : {"gaussian", "quartic"}
        Gaussian with the bandwidth as standard deviation, cut off at four of them; or the
        quartic (biweight) kernel (1 - (d/bandwidth)²)², zero from the bandwidth on.
    bandwidth : float
        In cells.
    """

    def __init__(self, shape: tuple[int, int], kernel: KernelName, bandwidth: float) -> None:
        reach = reach_of(kernel, bandwidth)
        self._shape = shape
        # A margin as wide as the reach keeps what leaves on one side from coming in on the other.
        least = (max(size + reach, 2 * reach + 1) for size in shape)
        self._padded = tuple(scipy.fft.next_fast_len(size, real=True) for size in least)
        self._factors = _transformed(kernel, bandwidth, reach, self._padded)

    def __call__(self, content: Grid) -> Grid:
        """Spread a grid; what leaves it is lost."""
        spectrum = scipy.fft.rfft2(content, self._padded, workers=-1)
        for factor in self._factors:
            spectrum *= factor
        spread: Grid = scipy.fft.irfft2(spectrum, self._padded, overwrite_x=True, workers=-1)
        return spread[: self._shape[0], : self._shape[1]]


def reach_of(kernel: KernelName, bandwidth: float) -> int:
    """Give the cells from the middle of a kernel to where it ends."""
    return math.ceil(bandwidth * (GAUSSIAN_REACH if kernel == "gaussian" else 1.0))


def _transformed(
    kernel: KernelName, bandwidth: float, reach: int, padded: tuple[int, ...]
) -> list[npt.NDArray[np.float32]]:
    """Give the factors of the kernel's transform, which is real since the kernel is even."""
    squared = (np.arange(-reach, reach + 1) / bandwidth) ** 2
    if kernel == "gaussian":  # a product of one kernel along the rows and one along the columns
        profile = np.exp(-squared / 2)
        profile /= profile.sum()
        rows = scipy.fft.fft(_centred(profile, padded[:1])).real
        columns = scipy.fft.rfft(_centred(profile, padded[1:])).real
        return [rows[:, None].astype(np.float32), columns.astype(np.float32)]
    weights = np.clip(1.0 - (squared[:, None] + squared), 0.0, None) ** 2
    weights /= weights.sum()
    return [scipy.fft.rfft2(_centred(weights, padded)).real.astype(np.float32)]


def _centred(weights: npt.NDArray[np.float64], shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """Put a kernel on a grid with its middle on the first cell, the rest around the corner."""
    grid = np.zeros(shape)
    grid[tuple(slice(size) for size in weights.shape)] = weights
    middle = [-(size // 2) for size in weights.shape]
    return np.roll(grid, middle, axis=tuple(range(weights.ndim)))
