"""Feeds and pages of the sample wire as bytes: RSS 2.0, RSS 1.0, Atom 1.0, JSON Feed 1.1, and four page
layouts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from importlib import resources
from string import Template
from zoneinfo import ZoneInfo

from ingest.demo.story import Outlet, Story, page_url

MEDIA_TYPES = {
    "rss": "application/rss+xml",
    "full-text": "application/rss+xml",
    "rdf": "application/rdf+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}
_NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom"'
)


def feed_bytes(outlet: Outlet) -> tuple[bytes, str]:
    """Returns (body, Content-Type) of the outlet's feed."""
    if outlet.format == "json":
        return json.dumps(_json_feed(outlet), ensure_ascii=False, indent=1).encode(), MEDIA_TYPES["json"]
    write = {"rss": _rss, "full-text": _rss, "rdf": _rdf, "atom": _atom}[outlet.format]
    text = f'<?xml version="1.0" encoding="{outlet.encoding}"?>\n' + write(outlet)
    return text.encode(outlet.encoding), f"{MEDIA_TYPES[outlet.format]}; charset={outlet.encoding}"


def page_bytes(outlet: Outlet, story: Story) -> bytes:
    """The story's page in its outlet's layout, UTF-8."""
    shown = list(story.paragraphs)
    if story.aside:
        shown.insert(
            3, story.aside
        )  # the headline of another story between two paragraphs, as distributors insert it
    fields = {
        **_shared_fields(outlet, story),
        "title": escape(story.title),
        "body": "\n".join(f"<p>{escape(line)}</p>" for line in shown),
        "related": "".join(
            f'<li><a href="{page_url(outlet, s)}">{escape(s.title)}</a></li>' for s in _others(outlet, story)
        ),
        "jsonld": json.dumps(_jsonld(outlet, story), ensure_ascii=False).replace("</", "<\\/"),
        "iso": story.published.isoformat(),
        "long": f"{story.published:%A} {story.published.day} {story.published:%B %Y, %H:%M} GMT",
        "us_short": _us_short(_local(outlet, story)),
        "printed_number": _printed_number(outlet, story),
    }
    return layout(outlet.page, fields)


def layout(name: str, fields: dict[str, str]) -> bytes:
    """content/<name>.html with its $fields filled in."""
    text = resources.files("ingest.demo").joinpath(f"content/{name}.html").read_text(encoding="utf-8")
    return Template(text).safe_substitute(fields).encode()


def _shared_fields(outlet: Outlet, story: Story) -> dict[str, str]:
    return {
        "language": story.language,
        "publisher": escape(outlet.name),
        "host": outlet.host,
        "url": escape(page_url(outlet, story)),
        "slug": story.id,
        "summary": escape(story.summary),
        "section": escape(story.section or ""),
        "credit": escape(story.credit or ""),
        "byline": escape(" and ".join(story.authors) or story.credit or outlet.name),
    }


def _others(outlet: Outlet, story: Story) -> list[Story]:
    return [other for other in outlet.stories if other.id != story.id][:4]


def _jsonld(outlet: Outlet, story: Story) -> dict[str, object]:
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": page_url(outlet, story),
        "headline": story.title,
        "description": story.summary,
        "datePublished": story.published.isoformat(),
        "dateModified": story.modified.isoformat(),
        "inLanguage": story.language,
        "articleSection": story.section,
        "keywords": list(story.keywords),
        "author": [{"@type": "Person", "name": name} for name in story.authors],
        "publisher": {"@type": "Organization", "name": outlet.name},
    }


def _local(outlet: Outlet, story: Story) -> datetime:
    return story.published.astimezone(ZoneInfo(outlet.timezone)) if outlet.timezone else story.published


def _us_short(at: datetime) -> str:
    return f"{at.month}/{at.day}/{at:%Y} {at.hour % 12 or 12}:{at:%M:%S %p}"


def _printed_number(outlet: Outlet, story: Story) -> str:
    """The line that a distributor prints at the end: name, local day, running number, ID and story number,
    in the form of MENAFN."""
    number = next((part for part in story.path.split("/") if part.isdigit()), "")
    return f"{outlet.name}{_local(outlet, story):%d%m%Y}000131011023ID{number}"


# -- feeds ---------------------------------------------------------------------------------------------------


def _links(outlet: Outlet) -> Iterator[tuple[Story, str, str]]:
    """Yields (story, its link in the feed, title): twice for a story that has a `twin`."""
    for story in outlet.stories:
        url = page_url(outlet, story)
        if story.twin:
            yield story, f"{url}?Social=on", f"{story.title} {story.twin}"
        yield story, f"{url}?{story.query}" if story.query else url, story.title


def _rss(outlet: Outlet) -> str:
    items = "".join(_rss_item(outlet, *linked) for linked in _links(outlet))
    return (
        f'<rss version="2.0" {_NAMESPACES}><channel>\n<title>{escape(outlet.name)}</title>\n'
        f"<link>http://{outlet.host}/</link>\n<description>{escape(outlet.name)} - latest "
        "stories</description>\n"
        f"<language>{outlet.language}</language>\n<ttl>5</ttl>\n{items}</channel></rss>\n"
    )


def _rss_item(outlet: Outlet, story: Story, link: str, title: str) -> str:
    distributor = outlet.page == "distributor"
    guid = f'<guid isPermaLink="false">{story.id}</guid>' if outlet.guid == "opaque" else ""
    author = f"marketing@{outlet.host} ({outlet.name})" if distributor else ""
    parts = [
        f"<title>{escape(title)}</title>",
        f"<link>{escape(link)}</link>",
        guid or f'<guid isPermaLink="true">{escape(link)}</guid>',
        f"<description>{escape(story.summary)}</description>",
        f"<pubDate>{_pub_date(outlet, story)}</pubDate>",
        f"<author>{author}</author>" if author else "",
        "" if distributor else "".join(f"<dc:creator>{escape(name)}</dc:creator>" for name in story.authors),
        f"<category>{escape(story.section)}</category>" if story.section else "",
        f'<media:credit role="provider">{escape(story.credit)}</media:credit>'
        if story.credit and not distributor
        else "",
        f"<content:encoded><![CDATA[{_body_html(story)}]]></content:encoded>" if outlet.full_text else "",
    ]
    return "<item>" + "".join(parts) + "</item>\n"


def _body_html(story: Story) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in story.paragraphs)


def _pub_date(outlet: Outlet, story: Story) -> str:
    """The date by RFC 822; for an outlet with a time zone its local time without an offset, as MENAFN
    writes it."""
    if outlet.timezone:
        return f"{_local(outlet, story):%Y-%m-%d %H:%M:%S}"
    return format_datetime(story.published.astimezone(UTC), usegmt=True)


def _rdf(outlet: Outlet) -> str:
    home = f"http://{outlet.host}/"
    listed = "".join(f'<rdf:li rdf:resource="{page_url(outlet, story)}"/>' for story in outlet.stories)
    items = "".join(
        f'<item rdf:about="{page_url(outlet, story)}"><title>{escape(story.title)}</title>'
        f"<link>{page_url(outlet, story)}</link><description>{escape(story.summary)}</description>"
        f"<dc:date>{story.published.isoformat()}</dc:date>"
        f"<dc:creator>{escape(', '.join(story.authors))}</dc:creator></item>\n"
        for story in outlet.stories
    )
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">\n<channel '
        f'rdf:about="{home}"><title>{escape(outlet.name)}</title>'
        f"<link>{home}</link><description>{escape(outlet.name)}</description>"
        f"<items><rdf:Seq>{listed}</rdf:Seq></items></channel>\n{items}</rdf:RDF>\n"
    )


def _atom(outlet: Outlet) -> str:
    newest = max(story.modified for story in outlet.stories)
    entries = "".join(_atom_entry(outlet, story) for story in outlet.stories)
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.language}">\n'
        f"<id>tag:{outlet.host},2020:{outlet.id}</id>\n"
        f'<title>{escape(outlet.name)}</title>\n<link rel="self" href="{outlet.feed_url}"/>\n'
        f'<link href="http://{outlet.host}/"/>\n<updated>{newest.isoformat()}</updated>\n{entries}</feed>\n'
    )


def _atom_entry(outlet: Outlet, story: Story) -> str:
    authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in story.authors)
    return (
        f'<entry xml:lang="{story.language}"><id>tag:{outlet.host},2020:{story.id}</id>'
        f"<title>{escape(story.title)}</title>"
        f'<link href="{page_url(outlet, story)}"/><published>{story.published.isoformat()}</published>'
        f"<updated>{story.modified.isoformat()}</updated>{authors}"
        + "".join(f'<category term="{escape(word)}"/>' for word in story.keywords)
        + f"<summary>{escape(story.summary)}</summary></entry>\n"
    )


def _json_feed(outlet: Outlet) -> dict[str, object]:
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "home_page_url": f"http://{outlet.host}/",
        "feed_url": outlet.feed_url,
        "language": outlet.language,
        "items": [
            {
                "id": f"{outlet.host}/{story.id}",
                "url": page_url(outlet, story),
                "title": story.title,
                "summary": story.summary,
                "date_published": story.published.isoformat(),
                "authors": [{"name": name} for name in story.authors],
                "tags": list(story.keywords),
                "language": story.language,
            }
            for story in outlet.stories
        ],
    }
