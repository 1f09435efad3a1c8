"""Labels of which some are known."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sparring.losses import completed


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 99), classes=st.integers(2, 6))
def test_known_labels_stay_and_unknown_ones_become_the_likeliest(seed, classes):
    torch.manual_seed(seed)
    y, logits = torch.randint(-1, classes, (20,)), torch.randn(20, classes)
    whole = completed(y, logits)
    assert torch.equal(whole[y >= 0], y[y >= 0])
    assert torch.equal(whole[y < 0], logits.argmax(1)[y < 0])
