import json
import re
import uuid

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sparring.core.errors import Failure
from sparring.data.grammar import FreeText, Grammar, language_from_description, learn, learn_text

N = 400
random = np.random.default_rng(0)


def numbers(low, high, n=N):
    return random.integers(low, high, n).tolist()


def letters(alphabet, length, n=N):
    return ["".join(row) for row in random.choice(list(alphabet), (n, length))]


def luhn(number):
    """The check digit by the rule as ISO/IEC 7812-1 words it."""
    digits = [int(mark) for mark in reversed(number)]
    doubled = [2 * d if place % 2 == 0 else d for place, d in enumerate(digits)]
    return str(-sum(d // 10 + d % 10 for d in doubled) % 10)


def iban(account):
    return f"DE{98 - int(f'{account}131400') % 97:02d}{account}"


COLUMNS = {
    "telephone": [
        f"({a}) {b}-{c:04d}"
        for a, b, c in zip(numbers(200, 999), numbers(200, 999), numbers(0, 9999), strict=True)
    ],
    "plates": [
        f"{a}-{b} {c}"
        for a, b, c in zip(
            ["B", "HH", "M", "K"] * 100,
            letters("ABCDEFGHJKLMNPRSTUVWXYZ", 2),
            numbers(1, 9999),
            strict=True,
        )
    ],
    "uuid": [str(uuid.UUID(bytes=random.bytes(16), version=4)) for _ in range(N)],
    "e-mail": [
        f"{name}{number}@{host}"
        for name, number, host in zip(
            letters("abcdefghijklmnopqrstuvwxyz", 7),
            numbers(1, 99),
            ["mail.example", "post.example.org"] * 200,
            strict=True,
        )
    ],
    "url": [f"https://shop.example/p/{i}?ref={'ab'[i % 2]}" for i in numbers(1, 10**6)],
    "amount": [f"EUR {i}.{j:02d}" for i, j in zip(numbers(1, 10**5), numbers(0, 99), strict=True)],
    "post code": [
        f"{a}{b} {c}{d}"
        for a, b, c, d in zip(
            ["SW", "E", "W"] * 133 + ["E"],
            numbers(1, 20),
            numbers(1, 9),
            letters("ABDEFGHJLNPQRSTUWXYZ", 2),
            strict=True,
        )
    ],
    "name": [
        f"{a.title()} {b.title()}"
        for a, b in zip(letters("aeioulmnr", 6), letters("abcdeghiklmnorstu", 8), strict=True)
    ],
    "with a few others": [f"A-{i}" for i in numbers(10**6, 10**7)] + ["unknown?", "n/a", "A 1"],
    "one shape for each of two": [f"X{i}" for i in numbers(10**5, 10**6, 200)]
    + [f"{i}/Y" for i in numbers(10**5, 10**6, 200)],
}


def draw(language, n=2000, **options):
    return language.sample(n, np.random.default_rng(1), **options).tolist()


@pytest.mark.parametrize("name", COLUMNS)
def test_old_and_new_values_match_the_pattern_and_no_old_one_is_drawn(name):
    values = COLUMNS[name]
    grammar = learn(values)
    assert isinstance(grammar, Grammar)
    made = draw(grammar, unique=True)
    for value in (*values, *made):
        assert re.fullmatch(grammar.pattern, value)
        assert grammar.matches(value)
    assert len(set(made)) == 2000
    assert not set(made) & set(values)


@pytest.mark.parametrize("name", COLUMNS)
def test_a_grammar_comes_back_from_json(name):
    grammar = learn(COLUMNS[name])
    again = language_from_description(json.loads(json.dumps(grammar.describe())))
    assert again == grammar
    assert draw(again) == draw(grammar)


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("telephone", r"\([0-9]{3}\) [0-9]{3}-[0-9]{4}"),
        ("uuid", "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
        ("plates", "(?:B|HH|K|M)-[A-HJ-NPR-Z]{2} [0-9]{2,4}"),
        ("amount", r"EUR [0-9]{3,5}\.[0-9]{2}"),
    ],
)
def test_a_pattern_reads_as_a_person_would_write_it(name, pattern):
    assert learn(COLUMNS[name]).pattern == pattern


def test_what_no_pattern_allows_does_not_match():
    grammar = learn(COLUMNS["plates"])
    for value in ("B-OO 1", "B-AB", "X-AB 1", "B-AB 12345", "B-AB 1 "):
        assert not grammar.matches(value)


def test_parts_that_belong_together_stay_together():
    hosts = {value.split("@")[1] for value in draw(learn(COLUMNS["e-mail"]))}
    assert hosts == {"mail.example", "post.example.org"}


def test_a_counter_counts_on():
    grammar = learn([f"INV-{i:05d}" for i in range(1, N)])
    made = [int(value.removeprefix("INV-")) for value in draw(grammar, 1000)]
    assert made == sorted(made)
    assert made[0] >= N
    assert made[-1] < N + 1100


def test_a_counter_grows_beyond_its_leading_zeros():
    grammar = learn([f"{i:03d}" for i in range(900, 999)])
    made = draw(grammar, 50)
    assert {len(value) for value in made} == {3, 4}
    assert all(grammar.matches(value) for value in made)


def test_a_shuffled_counter_of_which_rows_are_held_out_counts_on():
    kept = random.permutation(3000)[:1500]
    made = draw(learn([f"k{i}" for i in kept]), 1000, unique=True)
    assert min(int(value[1:]) for value in made) > kept.max()


def test_a_long_shuffled_counter_counts_on():
    kept = random.permutation(60_000)
    made = draw(learn([f"k{i}" for i in kept]), 1000, unique=True)
    assert min(int(value[1:]) for value in made) > kept.max()


def test_what_few_rows_hold_is_not_drawn_again():
    common = [f"{word}-{i}" for word in ("red", "blue") for i in range(1000, 9000, 23)]
    grammar = learn([*common, "rosebud-1234", "rosebud-77", "rosebud-5", "rosebud-812"])
    assert not [value for value in draw(grammar, 5000) if "rosebud" in value]
    assert "rosebud" not in json.dumps(grammar.describe())


def test_values_to_avoid_are_not_drawn():
    grammar = learn([f"{a}{b:02d}" for a in "AB" for b in range(0, 100, 3)])
    first = set(draw(grammar, 30, unique=True))
    assert not first & set(draw(grammar, 30, avoid=first, unique=True))


def test_a_pattern_with_too_few_new_values_says_so():
    grammar = learn([f"{a}{b:02d}" for a in "AB" for b in range(0, 100, 2)])
    with pytest.raises(Failure, match="200 are needed: sample fewer rows"):
        draw(grammar, 200, unique=True)


@pytest.mark.parametrize(
    ("values", "valid"),
    [
        ([f"4{i:014d}" for i in numbers(0, 10**14)], lambda v: luhn(v[:-1]) == v[-1]),
        ([f"{i:018d}" for i in numbers(0, 10**18)], lambda v: iban(v[4:]) == v),
    ],
    ids=["cards", "accounts"],
)
def test_check_digits_are_right(values, valid):
    complete = [iban(v) if len(v) == 18 else v + luhn(v) for v in values]
    made = draw(learn(complete))
    assert all(valid(value) for value in made)


@pytest.mark.parametrize(
    ("weights", "modulus"),
    [([1, 3] * 6 + [1], 10), ([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], 11)],
    ids=["EAN-13", "ISBN-10"],
)
def test_weighted_check_digits_are_right(weights, modulus):
    digits = random.integers(0, 10, (3 * N, len(weights)))
    digits = digits[digits @ weights % modulus == 0]
    books = ["".join(map(str, row)) for row in digits]
    assert len(books) > 50
    for value in draw(learn(books), 500):
        assert sum(int(d) * w for d, w in zip(value, weights, strict=True)) % modulus == 0


WORDS = [
    "the",
    "a",
    "of",
    "house",
    "river",
    "old",
    "green",
    "bridge",
    "road",
    "over",
    "and",
    "near",
]
SENTENCES = [
    " ".join(random.choice(WORDS, random.integers(2, 15))).capitalize() + "." for _ in range(800)
]


def test_sentences_are_free_text_of_their_words_and_none_of_themselves():
    text = learn(SENTENCES)
    assert isinstance(text, FreeText)
    made = draw(text, 500)
    assert not set(made) & set(SENTENCES)
    assert {word.lower().strip(".") for value in made for word in value.split()} <= set(WORDS)
    again = language_from_description(json.loads(json.dumps(text.describe())))
    assert again == text
    assert draw(again, 500) == made


def test_a_rare_word_of_a_text_is_not_kept():
    text = learn([*SENTENCES, "The house of Rumpelstiltskin.", "Rumpelstiltskin and 4711815."])
    described = json.dumps(text.describe())
    assert "umpelstiltskin" not in described
    assert "4711815" not in described
    made = " ".join(draw(text, 3000))
    assert "Rumpelstiltskin" not in made
    assert "4711815" not in made


def test_long_strings_are_texts():
    assert isinstance(learn([f"{i}" * 40 for i in range(100, 200)]), FreeText)


def test_the_filter_of_what_was_seen_finds_all_and_little_else():
    values = np.array([f"{i}" for i in range(20_000)], dtype=object)
    seen = learn_text(values).seen
    others = np.array([f"x{i}" for i in range(20_000)], dtype=object)
    assert seen.holds(values).all()
    # (1 - e^(-4/8))^4, Bloom's rate for 4 hashes and 8 bits a string
    assert seen.holds(others).mean() == pytest.approx((1 - np.exp(-0.5)) ** 4, rel=0.2)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=40))
def test_any_strings_have_a_language(values):
    language = learn(values)
    assert all(re.fullmatch(language.pattern, value) for value in values)
    again = language_from_description(json.loads(json.dumps(language.describe())))
    assert again == language


TEMPLATE = st.lists(
    st.sampled_from(["-", " ", "/", ".", "(", "]", "^", "\\", "#", "+", "D", "U", "l", "W"]),
    min_size=1,
    max_size=6,
)


@settings(max_examples=40, deadline=None)
@given(TEMPLATE, st.integers(0, 2**32 - 1))
def test_strings_of_a_template_follow_their_pattern(template, seed):
    rng = np.random.default_rng(seed)
    classes = {"D": "0123456789", "U": "ABCDEFGH", "l": "abcdé", "W": "01ab"}

    def piece(mark):
        letters = classes.get(mark, mark)
        return "".join(rng.choice(list(letters), 1 if mark == letters else rng.integers(3, 7)))

    values = ["".join(piece(mark) for mark in template) for _ in range(60)]
    language = learn(values)
    assert all(re.fullmatch(language.pattern, value) for value in values)
    if language.room > np.log(10_000):
        made = draw(language, 50)
        assert all(re.fullmatch(language.pattern, value) for value in made)
        assert not set(made) & set(values)
