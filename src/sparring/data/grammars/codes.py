"""Many strings at once: a matrix of code points, and the runs of equal classes in it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

END, DIGIT, UPPER, LOWER, OTHER = range(5)
"""Classes of characters: after the end, 0-9, capital, small, any other letter or number."""
ANY = 1
"""The class of all letters and digits where they aren't told apart."""
LITERAL = 16
"""Where the kinds of punctuation begin: each mark is a kind of its own."""


def to_codes(values: Sequence[str] | np.ndarray) -> np.ndarray:
    """n strings -> (n, longest) uint32 code points, 0 after the end of each."""
    texts = np.asarray(values, dtype=np.str_)
    longest = max(texts.dtype.itemsize // 4, 1)
    return texts.astype(f"U{longest}").view(np.uint32).reshape(len(texts), longest)


def to_strings(codes: np.ndarray) -> np.ndarray:
    """(n, longest) code points, 0 after the end -> (n,) strings."""
    if codes.shape[1] == 0:
        return np.full(len(codes), "")
    whole = np.ascontiguousarray(codes, dtype=np.uint32)
    texts: np.ndarray = whole.view(f"U{codes.shape[1]}").ravel()
    return texts


def fine_kinds(codes: np.ndarray) -> np.ndarray:
    """(n, longest) code points -> (n, longest) int32 kinds: a class, or `LITERAL` + the mark."""
    table = np.arange(int(codes.max(initial=0)) + 1, dtype=np.int32) + LITERAL
    present = np.zeros(len(table), dtype=bool)
    present[codes] = True
    for code in np.flatnonzero(present):
        table[code] = _class(chr(code)) if code else END
    kinds: np.ndarray = table[codes]
    return kinds


def _class(character: str) -> int:
    if "0" <= character <= "9":
        return DIGIT
    if character.isupper():
        return UPPER
    if character.islower():
        return LOWER
    return OTHER if character.isalnum() else LITERAL + ord(character)


def coarse_kinds(kinds: np.ndarray) -> np.ndarray:
    """Kinds in which digits and letters are one class."""
    return np.where((kinds > END) & (kinds < LITERAL), ANY, kinds)


@dataclass(frozen=True)
class Runs:
    """The runs of n strings.

    Attributes:
        starts: (n, longest) whether a run begins here; each punctuation mark is a run.
        shape: (n,) uint64, equal where the sequences of kinds are.
    """

    kinds: np.ndarray
    starts: np.ndarray
    shape: np.ndarray

    def bounds(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Kinds (t,), first places and lengths (m, t) of the t runs of m rows of one shape."""
        places = np.nonzero(self.starts[rows])[1].reshape(len(rows), -1)
        total = (self.kinds[rows] != END).sum(axis=1)
        lengths = np.diff(places, axis=1, append=total[:, None])
        return self.kinds[rows[0]][places[0]], places, lengths


def runs_of(kinds: np.ndarray) -> Runs:
    """The runs of strings, given the kind of each of their characters."""
    starts = kinds != END
    same = (kinds[:, 1:] == kinds[:, :-1]) & (kinds[:, 1:] < LITERAL)
    starts[:, 1:] &= ~same
    # A random weight for each place in the sequence: sums collide once in 2^64.
    weights = np.random.default_rng(0).integers(1, 2**63, kinds.shape[1] + 1, dtype=np.uint64)
    place = np.cumsum(starts, axis=1)
    shape = (np.where(starts, kinds, 0).astype(np.uint64) * weights[place]).sum(axis=1)
    return Runs(kinds, starts, shape)


def cut(codes: np.ndarray, first: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """(m, longest piece) code points of one piece of each row."""
    longest = int(lengths.max(initial=0))
    offsets = np.arange(longest)
    places = np.minimum(first[:, None] + offsets, codes.shape[1] - 1)
    pieces = np.take_along_axis(codes, places, axis=1)
    return np.where(offsets < lengths[:, None], pieces, 0).astype(np.uint32)


def counted(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distinct rows: one row of each, which of them (m,) a row is, and how many there are."""
    weights = np.random.default_rng(1).integers(1, 2**63, codes.shape[1], dtype=np.uint64) | 1
    mixed = (codes.astype(np.uint64) * weights).sum(axis=1)
    _, rows, which, counts = np.unique(
        mixed, return_index=True, return_inverse=True, return_counts=True
    )
    return rows, which, counts
