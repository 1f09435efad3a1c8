import copy
import json

import pytest
import torch

from sparring.core.errors import WrongUse
from sparring.data.conditions import Texts
from sparring.data.conditions.captions import Scale
from sparring.data.conditions.texts import grouped

CAPTIONS = ["a red cat", "a big red dog", "one cow", "a red cat"]


@pytest.fixture
def texts(encoder):
    return Texts(encoder).seen(CAPTIONS)


def test_a_text_is_a_row_for_itself_and_one_for_each_word(texts):
    y = texts.encode(["one cow", "a big red dog"])[torch.tensor([0, 1])]
    assert y.shape == (2, 1 + 4, 6)
    assert (y[0, 1:3] != 0).any(1).all()
    assert (y[0, 3:] == 0).all()


def test_rows_have_mean_0_and_mean_square_1_over_the_training_texts(texts):
    rows = texts.rows()
    assert rows.shape == (3, 5, 6)
    assert torch.allclose(rows[:, 0].mean(0), torch.zeros(6), atol=2e-3)
    assert float(rows[:, 0].square().mean()) == pytest.approx(1, abs=5e-3)
    words = rows[:, 1:].flatten(0, 1)
    words = words[words.any(1)]
    assert len(words) == 9
    assert float(words.square().mean()) == pytest.approx(1, abs=5e-3)


def test_a_word_has_the_same_numbers_in_every_text(texts):
    first, second = texts.ask(["a red cat", "a big red dog"], 2)
    assert torch.equal(first[2], second[3])


def test_frequencies_count_images(texts):
    assert texts.frequencies().tolist() == [0.5, 0.25, 0.25]


def test_what_is_asked_for_is_what_was_trained_on(texts):
    trained = texts.encode(CAPTIONS)[torch.tensor([2])]
    assert torch.equal(texts.ask("one cow", 2), trained.expand(2, -1, -1))
    assert torch.equal(texts.ask({"text": "one cow"}, 1), trained)


def test_several_texts_are_taken_in_turn(texts):
    y = texts.ask(["one cow", "a red cat"], 3)
    assert texts.tell(y) == ["one cow", "a red cat", "one cow"]


def test_more_words_than_there_were_are_left_out_of_y(texts):
    assert texts.ask("a big red dog and a cow", 1).shape == (1, 5, 6)


def test_nothing_is_read_before_it_is_asked_for(encoder):
    texts = Texts(encoder).seen(CAPTIONS)
    captions = texts.encode(CAPTIONS)
    assert texts.size == 6
    assert encoder.texts_read == 0
    captions[torch.tensor([0])]
    assert encoder.texts_read > 0


def test_a_text_that_many_images_have_is_read_once(encoder):
    captions = Texts(encoder).seen(["one cow"]).encode(["one cow"] * 1000)
    captions[torch.tensor([0, 999])]
    assert encoder.texts_read == 2  # for the scale, and for the bank


def test_the_held_out_part_has_the_scale_of_the_training_part(encoder):
    texts = Texts(encoder).seen(CAPTIONS)
    held_out = texts.encode(["a blue bird"])[torch.tensor([0])][0, 0]
    scale = Scale.of(*encoder(list(dict.fromkeys(CAPTIONS))))
    expected = (encoder(["a blue bird"])[0][0] - scale.sentence_centre) / scale.sentence
    assert torch.allclose(held_out, expected, atol=2e-3)


def test_one_text_alone_has_numbers(encoder):
    assert torch.isfinite(Texts(encoder).seen(["a cow"]).ask("a cow", 1)).all()


def test_many_texts_are_thinned(encoder):
    texts = Texts(encoder).seen([f"a cow of {number} years" for number in range(3000)])
    assert len(texts.captions) == 2000
    assert len(set(texts.captions)) == 2000


def test_a_description_goes_through_json(texts, encoder):
    description = json.loads(json.dumps(texts.describe()))
    assert description["encoder"] == "hashed"
    again = Texts.from_description({**description, "encoder": encoder})
    assert torch.equal(again.ask("a red cow", 1), texts.ask("a red cow", 1))
    assert torch.equal(again.rows(), texts.rows())


def test_copies_share_what_reads(texts):
    assert copy.deepcopy(texts) is texts


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("", "is empty: write"),
        ("  \n", "is empty: write"),
        (["a cow", ""], "is empty: write"),
        (7, "text must be asked for"),
        ({"colour": "red"}, "colour; it knows text"),
        (["a cow", "a dog", "a cat"], "ask for n=3"),
    ],
)
def test_what_is_no_text_is_refused(wanted, says, texts):
    with pytest.raises(WrongUse, match=says):
        texts.ask(wanted, 2)


@pytest.mark.parametrize(
    ("captions", "says"),
    [
        (["a cow", ""], "image 2 is empty"),
        (["a cow", ["a dog", " "]], "image 2 is empty"),
        (["a cow", []], "for image 2"),
        (["a cow", None], "got None for image 2"),
        ([3.5], "got 3.5 for image 1"),
    ],
)
def test_captions_that_are_none_are_refused_by_their_image(captions, says):
    with pytest.raises(WrongUse, match=says):
        grouped(captions)
