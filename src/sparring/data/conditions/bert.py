"""The network of a small text encoder, as much of it as reading a text needs."""

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, layer_norm, linear, scaled_dot_product_attention


class Bert(nn.Module):
    """A transformer that reads texts in both directions.

    Devlin et al. 2019 (arXiv 1810.04805), without dropout and pooling: it is never trained here.
    Its weights are those of a file in the layout of Hugging Face's `BertModel`.

    Args:
        weights: tensors by name, "embeddings.word_embeddings.weight" and so on.
        heads: of attention in each layer.

    Example:
        >>> from safetensors.torch import load_file
        >>> from sparring.data.conditions.text_encoder import weights_folder
        >>> if weights_folder() is not None:
        ...     bert = Bert(load_file(weights_folder() / "model.safetensors"), heads=12)
        ...     assert bert(torch.tensor([[101, 102]]), torch.ones(1, 2) > 0).shape == (1, 2, 384)
    """

    def __init__(self, weights: dict[str, Tensor], heads: int) -> None:
        super().__init__()
        self._heads = heads
        self._weights = {name: tensor.float() for name, tensor in weights.items()}
        found = [name.split(".")[2] for name in weights if name.startswith("encoder.layer.")]
        self._layers = 1 + max(map(int, found))

    @property
    def width(self) -> int:
        """Of what it says of each token."""
        return self._weights["embeddings.word_embeddings.weight"].shape[1]

    @torch.inference_mode()
    def forward(self, tokens: Tensor, there: Tensor) -> Tensor:
        """Numbers of tokens (n, l), and which are there (n, l) -> (n, l, width)."""
        place, weights = "embeddings.", self._weights
        h = weights[place + "word_embeddings.weight"][tokens]
        h = h + weights[place + "position_embeddings.weight"][: tokens.shape[1]]
        h = h + weights[place + "token_type_embeddings.weight"][0]
        h = self._normalised(h, place + "LayerNorm")
        mask = there[:, None, None, :]  # (n, 1, 1, l)
        for number in range(self._layers):
            layer = f"encoder.layer.{number}."
            h = self._normalised(
                h + self._attended(h, mask, layer), f"{layer}attention.output.LayerNorm"
            )
            inner = gelu(self._linear(h, layer + "intermediate.dense"))
            h = self._normalised(
                h + self._linear(inner, layer + "output.dense"), f"{layer}output.LayerNorm"
            )
        return h

    def _attended(self, h: Tensor, mask: Tensor, layer: str) -> Tensor:
        n, length, width = h.shape
        query, key, value = (
            self._linear(h, f"{layer}attention.self.{part}")
            .view(n, length, self._heads, width // self._heads)
            .transpose(1, 2)  # (n, heads, l, width / heads)
            for part in ("query", "key", "value")
        )
        seen = scaled_dot_product_attention(query, key, value, attn_mask=mask).transpose(1, 2)
        return self._linear(seen.reshape(n, length, width), f"{layer}attention.output.dense")

    def _linear(self, h: Tensor, name: str) -> Tensor:
        return linear(h, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _normalised(self, h: Tensor, name: str) -> Tensor:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return layer_norm(h, weight.shape, weight, bias, eps=1e-12)
