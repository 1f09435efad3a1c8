"""Places ask words, and words ask places."""

import pytest
import torch

from sparring.core import WrongUse
from sparring.networks import WordsDiscriminator, WordsGenerator
from sparring.networks.words import Whole, WordAttention, Words, masked_softmax, present

torch.set_num_threads(1)


def texts(n=3, words=5, size=6, last=3):
    """Texts of which words after the last are not there."""
    y = torch.randn(n, 1 + words, size, generator=torch.Generator().manual_seed(0))
    y[:, 1 + last :] = 0
    return y


def test_shares_sum_to_one_over_the_words_there_are_and_are_zero_elsewhere():
    shares = WordAttention(8, 6).shares(torch.randn(3, 8, 4, 4), texts()[:, 1:])
    torch.testing.assert_close(shares[:, :3].sum(1), torch.ones(3, 4, 4))
    assert shares[:, 3:].eq(0).all()
    assert (shares[:, :3] > 0).all()


def test_where_there_is_no_word_nothing_is_taken():
    attention, x = WordAttention(8, 6), torch.randn(2, 8, 4, 4)
    words = torch.zeros(2, 5, 6)
    assert attention.shares(x, words).eq(0).all()
    assert torch.equal(attention(x, words), x)
    assert torch.equal(attention(x, None), x)


def test_a_place_takes_the_word_that_answers_it():
    attention = WordAttention(2, 2, key=2)
    with torch.no_grad():
        attention.asks.weight.copy_(50 * torch.eye(2)[:, :, None, None])
        attention.asks.bias.zero_()
        attention.answers.weight.copy_(torch.eye(2))
        attention.answers.bias.zero_()
        attention.gives.weight.copy_(3 * torch.eye(2))
        attention.gives.bias.zero_()
    x = torch.tensor([[[[1.0, 0.0]], [[0.0, 1.0]]]])  # the left place asks for the first word
    words = torch.eye(2)[None]
    torch.testing.assert_close(attention(x, words), x + 3 * torch.eye(2)[None, :, None, :])


def test_softmax_by_hand():
    there = torch.tensor([[True, True, False]])
    x = torch.log(torch.tensor([[1.0, 3.0, 50.0]]))
    torch.testing.assert_close(masked_softmax(x, there, 1), torch.tensor([[0.25, 0.75, 0.0]]))


def test_the_generators_attention_is_asked_for():
    generator = WordsGenerator(4, 3, 16, width=4, condition=6)
    shares = generator.attention(torch.randn(3, 4), texts())
    assert shares.shape == (3, 5, 8, 8)
    torch.testing.assert_close(shares.sum(1), torch.ones(3, 8, 8))
    assert shares[:, 3:].eq(0).all()


def test_attention_needs_words():
    generator = WordsGenerator(4, 3, 16, width=4, condition=6)
    with pytest.raises(WrongUse, match="texts with words"):
        generator.attention(torch.randn(3, 4), torch.randn(3, 6))


def test_a_word_more_changes_the_picture_and_an_absent_one_does_not():
    torch.manual_seed(0)
    generator = WordsGenerator(4, 3, 16, width=4, condition=6).eval()
    z, y = torch.randn(3, 4), texts()
    padded = torch.cat([y, torch.zeros(3, 2, 6)], 1)
    torch.testing.assert_close(generator(z, padded), generator(z, y))
    longer = y.clone()
    longer[:, 4] = 1.0
    assert not torch.allclose(generator(z, longer), generator(z, y))


@pytest.mark.parametrize("size", [8, 20, 33])
@pytest.mark.parametrize("looks", [1, 2, 9])
def test_any_size_and_any_number_of_looks(size, looks):
    generator = WordsGenerator(4, 1, size, width=2, condition=6, looks=looks)
    x = generator(torch.randn(3, 4), texts())
    assert x.shape == (3, 1, size, size)
    assert WordsDiscriminator(1, size, width=2, condition=6)(x, texts()).shape == (3,)


@pytest.mark.parametrize("y", [torch.tensor([0, 5, 2]), torch.randn(3, 6), texts()])
def test_what_has_no_words_is_taken_as_a_whole(y):
    generator, judge = WordsGenerator(4, 1, 8, 2, condition=6), WordsDiscriminator(1, 8, 2, 6)
    assert judge(generator(torch.randn(3, 4), y), y).shape == (3,)


def test_without_conditions_both_play_too():
    generator, judge = WordsGenerator(4, 1, 8, 2), WordsDiscriminator(1, 8, 2)
    assert judge(generator(torch.randn(3, 4))).shape == (3,)


def test_every_weight_is_learnt():
    generator = WordsGenerator(4, 1, 16, 2, condition=6)
    judge = WordsDiscriminator(1, 16, 2, condition=6)
    y = texts()
    # The gains and shifts begin at zero, but have a slope.
    judge(generator(torch.randn(3, 4), y), y).sum().backward()
    for name, weight in [*generator.named_parameters(), *judge.named_parameters()]:
        assert weight.grad is not None, name
        assert weight.grad.abs().sum() > 0, name


def test_scores_ignore_absent_words():
    judge, x, y = WordsDiscriminator(1, 8, 2, condition=6), torch.randn(3, 1, 8, 8), texts()
    torch.testing.assert_close(judge(x, torch.cat([y, torch.zeros(3, 4, 6)], 1)), judge(x, y))


def test_words_look_at_places_and_their_shares_sum_to_one():
    words = Words(2 * 4, 6, places=4)
    shares = words.attention(torch.randn(3, 8), texts()[:, 1:])
    torch.testing.assert_close(shares.sum(2), torch.ones(3, 5))


def test_how_well_words_fit_by_hand():
    words = Words(2 * 2, 1, places=2, key=1)
    with torch.no_grad():
        for layer in (words.asks, words.answers, words.gives, words.meant):
            layer.weight.fill_(1.0)
            layer.bias.zero_()
        words.where.zero_()
    h = torch.tensor([[1.0, 1.0, 1.0, 2.0]])  # maps (1, 1) and (1, 2): places sum to 2 and 3
    said = torch.tensor([[[1.0], [0.0]]])  # one word that is there
    near = torch.softmax(torch.tensor([2.0, 3.0]), 0)
    torch.testing.assert_close(words.matched(h, said), (near @ torch.tensor([2.0, 3.0]))[None])


def test_whole_texts_start_at_size_one():
    torch.manual_seed(0)
    assert float(Whole(400, 300)(torch.randn(50, 3, 400)).detach().std()) == pytest.approx(
        1, abs=0.1
    )


def test_rows_of_zeros_are_no_words():
    assert present(texts()[:, 1:])[0].tolist() == [True, True, True, False, False]


def test_wrong_use_is_refused():
    with pytest.raises(WrongUse, match="looks of WordsGenerator must be at least 1, got 0"):
        WordsGenerator(4, 1, 8, 2, condition=6, looks=0)
    with pytest.raises(WrongUse, match="places of Words must divide the 8 features, got 3"):
        Words(8, 6, places=3)
    with pytest.raises(WrongUse, match="make the network with condition=5"):
        WordAttention(8, 6)(torch.randn(1, 8, 2, 2), torch.randn(1, 3, 5))
