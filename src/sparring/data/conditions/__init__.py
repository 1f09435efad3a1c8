"""What images can be asked to be: a class, attributes, or what a text says."""

from sparring.data.conditions.attribute import Attribute
from sparring.data.conditions.attributes import Attributes
from sparring.data.conditions.base import Codes, Condition, in_turn, pick, wishes
from sparring.data.conditions.captions import Captions
from sparring.data.conditions.classes import UNLABELLED, ClassNames
from sparring.data.conditions.restoring import condition_from
from sparring.data.conditions.text_encoder import HuggingFace, MiniLM, TextEncoder, encoder_named
from sparring.data.conditions.texts import Texts

__all__ = [
    "Attribute",
    "Attributes",
    "Captions",
    "ClassNames",
    "Codes",
    "Condition",
    "HuggingFace",
    "MiniLM",
    "TextEncoder",
    "Texts",
    "UNLABELLED",
    "condition_from",
    "encoder_named",
    "in_turn",
    "pick",
    "wishes",
]
