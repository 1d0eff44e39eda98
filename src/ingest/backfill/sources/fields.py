"""The names under which tools keep the parts of an article, in JSON and in the header of CSV: one table, from
which docs/inputs.md is made (`python -m ingest.backfill.sources.fields > docs/inputs.md`). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ingest.text import utf8_safe

NAMES: dict[str, tuple[str, ...]] = {
    "url": (
        "url",
        "link",
        "loc",
        "href",
        "uri",
        "source_url",
        "article_url",
        "sourceurl",
        "DocumentIdentifier",
        "MentionIdentifier",
        "requested_url",
        "html.requested_url",
        "thread.url",
        "canonical_link",
        "canonical_url",
    ),
    "html": ("html", "raw_html", "html_content", "html.content", "page_html", "rawHtml"),
    "text": (
        "text",
        "maintext",
        "plaintext",
        "body_text",
        "article_text",
        "cleaned_text",
        "body",
        "content",
        "articleBody",
        "full_text",
    ),
    "published_at": (
        "published_at",
        "published",
        "date_publish",
        "publish_date",
        "publishing_date",
        "publishedAt",
        "published_date",
        "publication_date",
        "datePublished",
        "pub_date",
        "pubDate",
        "date_published",
        "date",
        "seendate",
        "DATEADDED",
        "MentionTimeDate",
        "thread.published",
        "datetime",
        "time",
    ),
    "modified_at": ("modified_at", "date_modify", "updated_at", "modified", "updated", "dateModified"),
    "crawled_at": (
        "crawled_at",
        "date_download",
        "crawled",
        "crawl_date",
        "html.crawl_date",
        "indexed_date",
        "retrieved_at",
        "fetched_at",
        "download_date",
        "collect_date",
        "warc_date",
    ),
    "headline": ("headline", "title", "thread.title", "title_page", "title_rss", "story_title"),
    "authors": ("authors", "author", "byline", "creator"),
    "language": ("language", "lang", "meta_lang", "html.source_info.language", "thread.language"),
    "publisher": (
        "publisher",
        "media_name",
        "source_name",
        "sitename",
        "site_name",
        "site_full",
        "thread.site_full",
        "thread.site",
        "html.source_info.publisher",
        "source_domain",
        "domain",
        "site",
        "hostname",
        "media_url",
        "publication",
        "source.name",
        "source",
    ),
    "description": (
        "description",
        "summary",
        "meta_description",
        "excerpt",
        "abstract",
    ),
    "keywords": ("keywords", "topics", "tags", "meta_keywords", "categories"),
    "section": ("section", "category", "thread.section_title", "site_section"),
    "agency": ("agency", "credit", "news_agency"),
    "image_url": ("image_url", "top_image", "main_image", "image", "thread.main_image", "meta_img"),
}
"""Accepted names by the field that they fill, the most telling first; a dot leads into an object. Names are
compared without regard to case, `-` and blanks."""

MEANINGS = {
    "url": "the page's address; a file without it gets a key from its text",
    "html": "the page as markup; preferred to text",
    "text": "the text alone, in paragraphs",
    "published_at": "when it was published: any date that a feed may have",
    "modified_at": "when this version was written: orders the versions of one address",
    "crawled_at": "when this version was fetched: orders the versions of one address, before modified_at",
    "headline": "the headline",
    "authors": "names, as a list or separated by commas; objects with `name` are read too",
    "language": "an ISO 639-1 code or language tag",
    "publisher": "the publisher's name or host",
    "description": "a summary",
    "keywords": "a list, or separated by commas",
    "section": "the section",
    "agency": "the agency that the text is from",
    "image_url": "the main picture",
}

WRAPPERS = ("posts", "articles", "stories", "results", "items", "data", "news", "docs", "hits", "rows")
"""Keys of an object that holds a list of articles, as Webz.io, News API and GDELT's DOC API answer."""

TOOLS = (
    ("wire-ingest", "url, html or text, published_at, headline, authors, language, publisher"),
    (
        "news-please",
        "url, maintext, title, date_publish, date_modify, date_download, authors, language, source_domain",
    ),
    (
        "newspaper4k, newspaper3k",
        "url, text, title, publish_date, authors, meta_lang, top_image, keywords, summary",
    ),
    (
        "Fundus",
        "html.requested_url, html.content, plaintext or body, title, publishing_date, authors, topics",
    ),
    ("CC-News (Hugging Face)", "url, text, title, date, description, domain, image_url"),
    ("RealNews", "url, text, title, publish_date, authors, domain, summary"),
    ("Webz.io", "url, text, title, published, crawled, author, language, thread.site, thread.site_full"),
    ("Media Cloud", "url, title, publish_date, indexed_date, language, media_name, media_url"),
    ("GDELT DOC API", "url, title, seendate, domain, language"),
    (
        "GDELT files without header",
        "events (58 or 61 columns), mentions (16) and GKG (27), as tab-separated text",
    ),
    ("sitemaps as CSV", "loc, lastmod; url;date as Excel writes it, with `;` and a byte order mark"),
)

_SILENT = frozenset({"id", "filename", "localpath", "file", "path", "lastmod"})
"""Keys that say nothing of the article, which nobody misses."""


def _plain(name: str) -> str:
    return name.strip().lower().replace("-", "_").replace(" ", "_")


_FIELD_OF = {_plain(name): (kept, place) for kept, names in NAMES.items() for place, name in enumerate(names)}
_PARENTS = frozenset(name.rpartition(".")[0] for name in _FIELD_OF if "." in name) | {"html.source_info"}


@dataclass(slots=True)
class Unknown:
    """Keys that no field takes, with the number of rows that had something in them."""

    counts: Counter[str] = field(default_factory=Counter)

    def sentence(self) -> str | None:
        """One line that names the commonest; None where there is none."""
        if not self.counts:
            return None
        named = ", ".join(f"{name} ({count:,})" for name, count in self.counts.most_common(30))
        return (
            f"keys that are not read, with the number of rows: {named}; docs/inputs.md lists those that are"
        )


def known_fields(row: Mapping[str, Any], unknown: Unknown | None = None) -> dict[str, Any]:
    """The values of a row by the names of this table; of several names for one field, the first that is not
    empty. Keys with a value that no field takes are counted in `unknown`."""
    best: dict[str, tuple[int, Any]] = {}
    for name, value in _flat(row):
        if value in (None, "", [], {}):
            continue
        found = _FIELD_OF.get(name)
        if found is None:
            if unknown is not None and name not in _SILENT:
                unknown.counts[name] += 1
            continue
        kept, place = found
        if kept not in best or place < best[kept][0]:
            best[kept] = (place, value)
    return {kept: value for kept, (_, value) in best.items()}


def _flat(row: Mapping[str, Any], above: str = "") -> Iterable[tuple[str, Any]]:
    for key, value in row.items():
        name = f"{above}{_plain(str(key))}"
        if isinstance(value, dict) and name in _PARENTS:
            yield from _flat(value, f"{name}.")
        else:
            yield name, value


def names_url(header: Iterable[str]) -> bool:
    """True for the header of a table with a column for addresses."""
    return any(_FIELD_OF.get(_plain(name), ("",))[0] == "url" for name in header)


def as_text(value: Any) -> str | None:
    """A value as text: lists of paragraphs (and of sections with paragraphs, as Fundus has them) are joined
    by blank lines; None for anything else that is not text, and for blanks."""
    if isinstance(value, str):
        return utf8_safe(value) if value.strip() else None
    parts = list(_paragraphs(value))
    return utf8_safe("\n\n".join(parts)) if parts else None


def _paragraphs(value: Any, depth: int = 0) -> Iterable[str]:
    if isinstance(value, str):
        if value.strip():
            yield value.strip()
    elif isinstance(value, dict) and depth < 6:
        for name in ("summary", "headline", "sections", "paragraphs", "text", "content"):
            yield from _paragraphs(value.get(name), depth + 1)
    elif isinstance(value, list) and depth < 6:
        for part in value:
            yield from _paragraphs(part, depth + 1)


def as_names(value: Any) -> tuple[str, ...]:
    """A list of names: of texts, of objects with `name`, or one text with commas or semicolons between."""
    if isinstance(value, str):
        text = value.strip()
        if text.startswith("[") and text.endswith("]"):  # a list of Python that CSV writers print
            text = text[1:-1].replace("'", "").replace('"', "")
        parts: list[Any] = text.replace(";", ",").split(",")
    elif isinstance(value, list):
        parts = [part.get("name") if isinstance(part, dict) else part for part in value]
    elif isinstance(value, dict):
        parts = [value.get("name")]
    else:
        parts = []
    named = (utf8_safe(part.strip()) for part in parts if isinstance(part, str) and part.strip())
    return tuple(dict.fromkeys(named))


def as_stamp(value: Any) -> str | None:
    """A date as printed. GDELT's fourteen digits are UTC by its codebook; MongoDB exports wrap theirs."""
    if isinstance(value, dict):
        value = value.get("$date")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = utf8_safe(str(value)).strip()
    digits = text.replace("T", "").removesuffix("Z")
    if len(digits) == 14 and digits.isascii() and digits.isdigit() and digits[:2] in ("19", "20"):
        d = digits
        return f"{d[:4]}-{d[4:6]}-{d[6:8]}T{d[8:10]}:{d[10:12]}:{d[12:]}Z"
    return text or None


def markdown() -> str:
    """docs/inputs.md."""
    lists = ", ".join(f"`{name}`" for name in WRAPPERS)
    lines = [
        "# Inputs of other tools",
        "",
        "Made by `python -m ingest.backfill.sources.fields`.",
        "",
        "`ingest backfill run --source jsonl`, `--source urls` and `ingest extract` read JSON lines, arrays",
        "and objects, also over many lines and with the articles in a list under",
        f"{lists};",
        "and CSV with a header (comma, semicolon or tab; UTF-8 or UTF-16), JSON text sequences, and one",
        "array of addresses. gzip, bzip2, xz, zstd and lz4 are unpacked by content, whatever a file's name",
        "is. `--source warc` reads WARC and WACZ, and ARC where warcio is installed (`pip install",
        "warcio`).",
        "",
        "A cut or damaged file gives every whole line or record before the fault; the fault is a problem",
        "with its place, and the exit status is 1. A last line without a line end counts as whole where it",
        "is a JSON object, or where nothing but the checksum of a gzip file is wrong or cut; half an address",
        "or row is left out, and is part of the one problem. Of several lines with one address each",
        "different text is a version: they are loaded in order of crawled_at, else modified_at, else",
        "published_at. Keys that no name below takes are listed once per run, with the number of rows.",
        "",
        "| field | names, the first that is not empty counts | |",
        "|---|---|---|",
    ]
    for kept, names in NAMES.items():
        lines.append(f"| {kept} | {', '.join(f'`{name}`' for name in names)} | {MEANINGS[kept]} |")
    lines += ["", "| tool | keys that are read |", "|---|---|"]
    lines += [f"| {tool} | {keys} |" for tool, keys in TOOLS]
    return "\n".join(lines)


if __name__ == "__main__":
    print(markdown())
