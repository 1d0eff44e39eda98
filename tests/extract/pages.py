"""Pages of our own writing that the extraction tests read: an article, and what breaks extraction."""

from __future__ import annotations

import json
from typing import Any

LEAD = (
    "The council of the harbour town decided on Tuesday evening, after four hours of talk, to repair the "
    "old bridge "
    "over the river before the winter storms arrive."
)
SENTENCES = (
    "Mayor Ada Lindqvist said that the work would cost two million crowns and would be paid from the town's "
    "reserve.",
    "Engineers had found cracks in three of the seven arches during a routine inspection in the spring of "
    "this year.",
    "Traffic will be led over the northern crossing for at least eleven weeks, the building office "
    "announced later.",
    "Shopkeepers on the quay fear for their autumn trade and have asked the council for a footpath along "
    "the site.",
    "The oldest stones of the bridge were laid more than three hundred years ago, according to the town "
    "archive.",
    "A first firm is to begin with the foundations on Monday, provided that the water level does not rise "
    "again.",
)


def paragraphs(times: int = 2) -> list[str]:
    """The story's paragraphs: lead, six sentences, and `times` further ones."""
    return [
        LEAD,
        *SENTENCES,
        *(
            f"In round {n} the council heard the same report from office {n} and put it on file."
            for n in range(times)
        ),
    ]


def article_html(
    *,
    body: str | None = None,
    head: str = "",
    ld: dict[str, Any] | None = None,
    title: str = "Old bridge to be repaired",
) -> str:
    inner = body if body is not None else "".join(f"<p>{p}</p>" for p in paragraphs())
    script = f'<script type="application/ld+json">{json.dumps(ld)}</script>' if ld else ""
    return (
        f"<!DOCTYPE html><html lang='en'><head><title>{title}</title>{head}{script}</head>"
        "<body><header><a href='/'>The Harbour "
        f"Post</a></header><main><article><h1>{title}</h1>{inner}</article></main>"
        "<footer><p>The Harbour Post, Quay Street 1</p></footer></body></html>"
    )


NEWS = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": "Old bridge to be repaired",
    "datePublished": "2025-04-02T08:30:00+02:00",
    "dateModified": "2025-04-02T10:00:00+02:00",
    "author": [{"@type": "Person", "name": "Ada Lind"}, {"@type": "Person", "name": "Bo Berg"}],
    "publisher": {"@type": "NewsMediaOrganization", "name": "The Harbour Post"},
    "articleSection": "Local",
    "keywords": ["bridge", "harbour"],
    "image": {"@type": "ImageObject", "url": "/img/bridge.jpg"},
}
