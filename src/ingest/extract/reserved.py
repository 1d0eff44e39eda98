"""Whether a page reserves text and data mining, or the training of models, in its meta tags."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ingest.reservations import directive_reserves, tdm_reserves, usage_reserves

# Crawlers that feed models; what a page asks of one by name (`<meta name="GPTBot" content="noindex">`).
_MODEL_CRAWLERS = frozenset(
    (
        "gptbot",
        "ccbot",
        "google-extended",
        "anthropic-ai",
        "claudebot",
        "perplexitybot",
        "applebot-extended",
        "bytespider",
        "meta-externalagent",
        "cohere-ai",
        "amazonbot",
    )
)
_KEEPS_OUT = re.compile(r"\b(?:noindex|nofollow|none)\b", re.I)
_USAGE = frozenset({"content-usage", "content-signal"})


def is_reserved(meta: Mapping[str, list[str]]) -> bool:
    """Whether the page reserves text and data mining or the training of models in any of its meta tags."""
    for name, contents in meta.items():
        for content in contents:
            if (
                (name == "tdm-reservation" and tdm_reserves(content))
                or (
                    (name in ("robots", "x-robots-tag") or name.endswith("bot"))
                    and directive_reserves(content)
                )
                or (name in _MODEL_CRAWLERS and _KEEPS_OUT.search(content))
                or (name in _USAGE and usage_reserves(content))
            ):
                return True
    return False
