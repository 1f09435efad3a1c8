"""How networks that double and halve come to any picture size."""

from sparring.core import WrongUse


def pyramid(size: int) -> list[int]:
    """Side lengths from a start of 4 to 8 upwards, doubling, until `size` is reached or passed.

    Args:
        size: of a square picture, 8 to 128.

    Raises:
        WrongUse: outside that range.

    Example:
        >>> pyramid(32), pyramid(28), pyramid(33)
        ([4, 8, 16, 32], [7, 14, 28], [5, 10, 20, 40])
    """
    if not 8 <= size <= 128:
        raise WrongUse(
            f"the size of pictures must be between 8 and 128 pixels, got {size}; "
            f"have them resized with size=64."
        )
    doublings = (size // 4).bit_length() - 1
    start = -(-size // 2**doublings)
    return [start * 2**level for level in range(doublings + 1)]
