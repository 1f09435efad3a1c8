"""How the parts of a grammar are learnt from many strings."""

import math
import string

import numpy as np

from sparring.data.grammars.codes import (
    DIGIT,
    LITERAL,
    LOWER,
    OTHER,
    UPPER,
    Runs,
    coarse_kinds,
    counted,
    cut,
    fine_kinds,
    runs_of,
    to_strings,
)
from sparring.data.grammars.parts import (
    Characters,
    Choice,
    Counter,
    Either,
    Letters,
    Literal,
    Number,
    Part,
    Sequence,
)

SUPPORT = 5
"""Nothing that fewer rows hold is drawn again."""
MOST_SHAPES = 12
MOST_INNER_SHAPES = 4
MOST_WORDS, MOST_NUMBERS = 1000, 40
COVERED, INNER_COVERED = 0.75, 0.9
LOOSEST = 2.1
"""A counter may leave out half of its numbers, as when half of the rows are held out."""
_MOST_WORDY = 2
_FEWEST_COUNTED = 10
_FEWEST_FOR_LETTERS = 30
_WIDEST_GAP = 20
_LONGEST_NUMBER, _LONGEST_QUANTITY = 18, 4
_KNOTS = 17
_TRUST = 8
"""So many examples for each character of a class show which of them never occur."""
_CLASSES = (string.digits, string.ascii_uppercase, string.ascii_lowercase)


def learn_shapes(codes: np.ndarray) -> tuple[tuple[Part, ...], tuple[int, ...], np.ndarray] | None:
    """The shapes of strings: an option for each, its rows, and which rows have none.

    Args:
        codes: (n, longest) code points, 0 after the end of each.

    Returns:
        The options, how many rows have each, and (n,) which of them a row has, -1 for none; None
        when the strings have too many shapes, or only those of words in a row.
    """
    fine = fine_kinds(codes)
    runs = runs_of(coarse_kinds(fine))
    _, which, counts = np.unique(runs.shape, return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    chosen = [group for group in order[:MOST_SHAPES] if counts[group] >= SUPPORT]
    if counts[chosen].sum() < COVERED * len(codes):
        return None
    option_of = np.full(len(counts), -1)
    option_of[chosen] = np.arange(len(chosen))
    groups = [np.flatnonzero(which == group) for group in chosen]
    # Words in a row, now two and now four, are a text.
    if sum(_is_wordy(fine[rows]) for rows in groups) > _MOST_WORDY:
        return None
    options = tuple(_sequence(codes, runs, rows) for rows in groups)
    return options, tuple(map(len, groups)), option_of[which]


def _is_wordy(kinds: np.ndarray) -> bool:
    """Whether strings of one shape are words: mostly letters, alone or between spaces."""
    letters, digits = np.isin(kinds, (UPPER, LOWER, OTHER)).sum(), (kinds == DIGIT).sum()
    alone = not (kinds >= LITERAL).any()
    return bool(letters > 3 * digits and (alone or (kinds[0] == LITERAL + ord(" ")).any()))


def rest_of(codes: np.ndarray) -> Characters:
    """What strings of no shape have in common: their characters and their lengths."""
    lengths = (codes != 0).sum(axis=1)
    ends = tuple(sorted({int(lengths.min()), int(lengths.max())}))
    return Characters((_letters(codes),), ((),), ends, (1,) * len(ends))


def _sequence(codes: np.ndarray, runs: Runs, rows: np.ndarray) -> Part:
    """The parts of strings of one shape."""
    kinds, first, lengths = runs.bounds(rows)
    inside = codes[rows]
    parts: list[Part] = [
        Literal(chr(kind - LITERAL))
        if kind >= LITERAL
        else learn_part(cut(inside, first[:, place], lengths[:, place]))
        for place, kind in enumerate(kinds)
    ]
    joined: list[Part] = []
    for start, stop in _stretches(parts):
        span = lengths[:, start:stop].sum(axis=1)
        together = _choice(cut(inside, first[:, start], span)) if stop - start > 1 else None
        apart = math.prod(len(p.values) for p in parts[start:stop] if isinstance(p, Choice))
        # "gmail" and "com" belong together where not every ending follows every name.
        depend = isinstance(together, Choice) and len(together.values) <= 0.5 * apart
        joined += [together] if together is not None and depend else parts[start:stop]
    return joined[0] if len(joined) == 1 else Sequence(_merged(joined))


def _stretches(parts: list[Part]) -> list[tuple[int, int]]:
    """From choice to choice where all between are choices or literals; all other parts alone."""
    out: list[tuple[int, int]] = []
    start = 0
    while start < len(parts):
        stop = last = start + 1
        while isinstance(parts[start], Choice) and stop < len(parts):
            if not isinstance(parts[stop], Literal | Choice):
                break
            stop += 1
            last = stop if isinstance(parts[stop - 1], Choice) else last
        out.append((start, last))
        start = last
    return out


def _merged(parts: list[Part]) -> tuple[Part, ...]:
    """Parts, literals that touch made one."""
    out: list[Part] = []
    for part in parts:
        last = out[-1] if out else None
        if isinstance(last, Literal) and isinstance(part, Literal):
            out[-1] = Literal(last.text + part.text)
        else:
            out.append(part)
    return tuple(out)


def _choice(codes: np.ndarray, most: int = MOST_WORDS) -> Part | None:
    """One text, or one of those that several rows hold when nearly all rows hold such; or None."""
    rows, which, counts = counted(codes)
    if len(rows) == 1 and len(codes) >= SUPPORT:
        return Literal(str(to_strings(codes[:1])[0]))
    common = counts >= SUPPORT
    if common.sum() > most or counts[common].sum() < INNER_COVERED * len(codes):
        return None
    values = to_strings(codes[rows[common]])
    order = np.argsort(values)
    choice = Choice(tuple(values[order].tolist()), tuple(counts[common][order].tolist()))
    return _with_rest(choice, codes, ~common[which])


def learn_part(codes: np.ndarray) -> Part:
    """What a piece without punctuation is made of.

    Args:
        codes: (m, longest) code points of letters and digits, in the order of the rows.
    """
    fine = fine_kinds(codes)
    digits = not ((fine != 0) & (fine != DIGIT)).any()
    choice = _choice(codes, MOST_NUMBERS if digits else MOST_WORDS)
    if choice is not None:
        return choice
    runs = runs_of(fine)
    _, shapes, sizes = np.unique(runs.shape, return_inverse=True, return_counts=True)
    if len(sizes) == 1:
        if runs.starts[0].sum() > 1:
            return _sequence_of_runs(codes, runs, np.arange(len(codes)))
        return _of_digits(codes) if digits else _of_letters(codes)
    chosen = np.flatnonzero(sizes >= SUPPORT)
    # Where all are as long, as in hexadecimal numbers, each place has its characters.
    most = 2 if (codes != 0).all() else MOST_INNER_SHAPES
    if len(chosen) > most or sizes[chosen].sum() < INNER_COVERED * len(codes):
        return _characters(codes)
    options = tuple(
        _sequence_of_runs(codes, runs, np.flatnonzero(shapes == group)) for group in chosen
    )
    either = Either(options, tuple(sizes[chosen].tolist())) if len(options) > 1 else options[0]
    return _with_rest(either, codes, ~np.isin(shapes, chosen))


def _sequence_of_runs(codes: np.ndarray, runs: Runs, rows: np.ndarray) -> Part:
    kinds, first, lengths = runs.bounds(rows)
    inside = codes[rows]
    parts = tuple(
        learn_part(cut(inside, first[:, place], lengths[:, place])) for place in range(len(kinds))
    )
    return parts[0] if len(parts) == 1 else Sequence(parts)


def _with_rest(part: Part, codes: np.ndarray, rest: np.ndarray) -> Part:
    return Either((part, rest_of(codes[rest])), (1, 0)) if rest.any() else part


def _of_digits(codes: np.ndarray) -> Part:
    lengths = (codes != 0).sum(axis=1)
    longest, fixed = codes.shape[1], bool((lengths == codes.shape[1]).all())
    leading = bool(((codes[:, 0] == ord("0")) & (lengths > 1)).any())
    if (leading and not fixed) or len(codes) < 2 * SUPPORT:
        return _characters(codes)
    if longest > _LONGEST_NUMBER:
        return _of_long_numbers(codes) if fixed else _characters(codes)
    numbers = _whole(codes)
    counter = _counter(numbers, longest if fixed else 0, int(lengths.min()))
    if counter is not None:
        return counter
    if fixed and longest > _LONGEST_QUANTITY:
        return _characters(codes)
    places = np.linspace(0, len(numbers) - 1, _KNOTS).astype(np.int64)
    return Number(tuple(np.sort(numbers)[places].tolist()), longest if fixed else 0)


def _of_long_numbers(codes: np.ndarray) -> Part:
    """Numbers beyond 64 bits: what they begin with, and the rest."""
    same = (codes == codes[0]).all(axis=0)
    prefix = int(np.argmin(same))
    if codes.shape[1] - prefix > _LONGEST_NUMBER:
        return _characters(codes)
    text = str(to_strings(codes[:1, :prefix])[0])
    rest = _of_digits(codes[:, prefix:])
    if isinstance(rest, Counter):
        # Carried beyond the digits that change, so the whole number counts.
        last = int(text) * 10 ** (codes.shape[1] - prefix) + rest.last
        width = codes.shape[1]
        return Counter(last, width, width, rest.gaps, rest.weights, rest.ordered)
    return Sequence((Literal(text), rest))


def _whole(codes: np.ndarray) -> np.ndarray:
    """(m,) int64 numbers of at most 18 digits."""
    numbers = np.zeros(len(codes), dtype=np.int64)
    for place in range(codes.shape[1]):
        digit = codes[:, place].astype(np.int64)
        numbers = np.where(digit > 0, numbers * 10 + digit - ord("0"), numbers)
    return numbers


def _counter(numbers: np.ndarray, width: int, fewest: int) -> Counter | None:
    """A counter where the numbers grow by little from row to row, or leave nearly none out."""
    if len(numbers) < _FEWEST_COUNTED:
        return None
    steps, ordered = np.diff(numbers), True
    if not (steps > 0).all():
        steps, ordered = np.diff(np.sort(numbers)), False
        if not (steps > 0).all():
            return None
    if np.median(steps) > _WIDEST_GAP if ordered else steps.sum() > LOOSEST * len(numbers):
        return None
    gaps, weights = _gaps(steps)
    return Counter(int(numbers.max()), width, fewest, gaps, weights, ordered)


def _gaps(steps: np.ndarray) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """By how much a counter grows, and how often."""
    values, counts = np.unique(steps, return_counts=True)
    common = counts >= SUPPORT
    if counts[common].sum() < 0.5 * len(steps):
        widest = max(2 * round(float(np.median(steps))), 2)
        return tuple(range(1, widest)), (1,) * (widest - 1)
    return tuple(values[common].tolist()), tuple(counts[common].tolist())


def _of_letters(codes: np.ndarray) -> Part:
    lengths = (codes != 0).sum(axis=1)
    shortest, longest = int(lengths.min()), int(lengths.max())
    if shortest == longest or len(codes) < _FEWEST_FOR_LETTERS:
        return _characters(codes)
    present, counts = np.unique(codes[codes != 0], return_counts=True)
    kept = present[counts >= SUPPORT] if (counts >= SUPPORT).any() else present
    # One table over code points: where each letter stands among those that are kept.
    place = np.full(int(present[-1]) + 1, -1)
    place[kept] = np.arange(len(kept))
    state = np.where(codes != 0, place[codes], -1)
    first = np.bincount(state[state[:, 0] >= 0, 0], minlength=len(kept))
    before, after = state[:, :-1].ravel(), state[:, 1:].ravel()
    both = (before >= 0) & (after >= 0)
    pairs = np.bincount(before[both] * len(kept) + after[both], minlength=len(kept) ** 2)
    following = pairs.reshape(len(kept), len(kept))
    sizes, rows = np.unique(lengths, return_counts=True)
    often = rows >= SUPPORT if (rows >= SUPPORT).any() else rows > 0
    return Letters(
        seen=_allowed("".join(map(chr, present)), int(counts.sum())),
        letters="".join(map(chr, kept)),
        first=_supported(first),
        following=tuple(_supported(row) for row in following),
        lengths=tuple(sizes[often].tolist()),
        weights=tuple(rows[often].tolist()),
        shortest=shortest,
        longest=longest,
    )


def _supported(counts: np.ndarray) -> tuple[int, ...]:
    return tuple(np.where(counts >= SUPPORT, counts, 0).tolist())


def _characters(codes: np.ndarray) -> Characters:
    """Characters by their place where all strings are as long, else together."""
    lengths = (codes != 0).sum(axis=1)
    sizes, rows = np.unique(lengths, return_counts=True)
    if len(sizes) > 1:
        pooled = _allowed(_letters(codes), int((codes != 0).sum()))
        often = _often(codes.ravel(), pooled)
        return Characters((pooled,), (often,), tuple(sizes.tolist()), tuple(rows.tolist()))
    seen = [_letters(column) for column in codes.T]
    fixed = [len(one) == 1 and len(codes) >= 2 * SUPPORT for one in seen]
    free = "".join(one for one, same in zip(seen, fixed, strict=True) if not same)
    pooled = _allowed("".join(sorted(set(free))), len(codes) * fixed.count(False))
    sets = tuple(
        one if same or len(codes) >= _TRUST * _size(one) else _union(one, pooled)
        for one, same in zip(seen, fixed, strict=True)
    )
    often_of = tuple(_often(column, one) for column, one in zip(codes.T, sets, strict=True))
    return Characters(sets, often_of, (codes.shape[1],), (1,))


def _letters(codes: np.ndarray) -> str:
    return "".join(map(chr, np.unique(codes[codes != 0])))


def _often(codes: np.ndarray, characters: str) -> tuple[int, ...]:
    """How often each of these occurs, () where examples are too few to tell."""
    codes = codes[codes != 0]
    if len(characters) == 1 or len(codes) < _TRUST * _size(characters):
        return ()
    counts = np.bincount(codes, minlength=ord(max(characters)) + 1)[list(map(ord, characters))]
    return _supported(counts) if (counts >= SUPPORT).any() else ()


def _size(characters: str) -> int:
    return sum(len(one) for one in _CLASSES if set(one) & set(characters))


def _union(one: str, pooled: str) -> str:
    """The characters of all places that are of the classes of this one."""
    classes = [characters for characters in _CLASSES if set(characters) & set(one)]
    more = {c for c in pooled if any(c in characters for characters in classes)}
    return "".join(sorted(set(one) | more))


def _allowed(seen: str, examples: int) -> str:
    """The characters seen, or their whole classes where examples are too few to tell."""
    whole = [c for c in _CLASSES if set(c) & set(seen) and examples < _TRUST * len(c)]
    return "".join(sorted(set(seen).union(*whole)))
