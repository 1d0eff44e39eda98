"""The words with which a site reserves text and data mining or the training of models, in headers, robots.txt
and pages alike."""

from __future__ import annotations

import re

_NO_AI = re.compile(r"(?:^|[\s,:;])(?:noai|noimageai|notrain|noml)(?=$|[\s,;])", re.I)
_NO_TRAINING = re.compile(
    r"(?:^|[\s,;/])(?:ai|ai-train|train-ai|train-genai|ai-input|bots)\s*=\s*(?:n|no)\b", re.I
)


def directive_reserves(value: str) -> bool:
    """Whether robots directives reserve it: `noai`, `noimageai`, `notrain`, `noml`."""
    return bool(value) and bool(_NO_AI.search(value))


def usage_reserves(value: str) -> bool:
    """Whether a usage preference reserves it (IETF aipref, Content-Signal): `train-ai=n`, `ai-train=no`."""
    return bool(value) and bool(_NO_TRAINING.search(value))


def tdm_reserves(value: str) -> bool:
    """Whether a TDM-Reservation does (W3C TDMRep 6.1 and 6.2)."""
    return value.strip() == "1"
