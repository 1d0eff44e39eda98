"""Licence, copyright notice and terms of use, as a page gives them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ingest.extract import structured
from ingest.extract.rights import Rights
from ingest.extract.tree import parse

URL = "https://post.example/local/bridge"
CC = "https://creativecommons.org/licenses/by/4.0/"


def rights(*nodes: dict[str, Any], head: str = "", body: str = "") -> Rights:
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(node)}</script>' for node in nodes)
    tree = parse(f"<html><head><title>x</title>{scripts}{head}</head><body><p>Text</p>{body}</body></html>")
    assert tree is not None
    return structured.read(tree, URL).rights


def news(**values: Any) -> dict[str, Any]:
    return {"@type": "NewsArticle", "headline": "Bridge", **values}


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (news(license=CC), Rights(license=CC)),
        (news(license=[CC, "https://other.example"]), Rights(license=CC)),
        (news(license={"@type": "CreativeWork", "url": CC, "name": "CC BY"}), Rights(license=CC)),
        (news(license={"@type": "CreativeWork", "name": "CC BY"}), Rights(license="CC BY")),
        (news(license="/terms"), Rights(license="https://post.example/terms")),
        (news(copyrightNotice="© Post &amp; Sons"), Rights(copyright_notice="© Post & Sons")),
        (news(copyrightHolder={"name": "Post"}, copyrightYear=2026), Rights(copyright_notice="© 2026 Post")),
        (
            news(copyrightHolder={"name": "Post"}, copyrightYear="2026"),
            Rights(copyright_notice="© 2026 Post"),
        ),
        (news(copyrightHolder={"name": "Post"}), Rights(copyright_notice="© Post")),
        (news(copyrightYear=2026), Rights()),
        (news(usageInfo="/terms"), Rights(usage_terms="https://post.example/terms")),
        (
            news(usageInfo={"@type": "CreativeWork", "@id": "https://post.example/u"}),
            Rights(usage_terms="https://post.example/u"),
        ),
        (news(acquireLicensePage="https://post.example/buy"), Rights(usage_terms="https://post.example/buy")),
        (news(license=7, copyrightHolder=[], usageInfo={}), Rights()),
        ({"@type": "ImageObject", "license": CC, "copyrightNotice": "© Photographer"}, Rights()),
        ({"@type": "WebPage", "license": CC}, Rights(license=CC)),
    ],
)
def test_json_ld_names_the_rights_in_the_article(node: dict[str, Any], expected: Rights) -> None:
    assert rights(node) == expected


def test_the_articles_own_node_counts_more_than_the_page_around_it() -> None:
    assert rights({"@type": "WebPage", "license": "https://post.example/all"}, news(license=CC)).license == CC


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        (f'<link rel="license" href="{CC}">', "", Rights(license=CC)),
        ("", f'<a rel="nofollow license" href="{CC}">CC BY</a>', Rights(license=CC)),
        ("", '<a rel="licensed" href="/x">x</a>', Rights()),
        (f'<meta name="dcterms.license" content="{CC}">', "", Rights(license=CC)),
        (f'<meta name="DC.rights" content="{CC}">', "", Rights(license=CC)),
        (
            '<meta name="DC.rights" content="All rights reserved">',
            "",
            Rights(copyright_notice="All rights reserved"),
        ),
        ('<meta name="copyright" content="© 2026 Post">', "", Rights(copyright_notice="© 2026 Post")),
        ('<meta name="usageterms" content="No resale">', "", Rights(usage_terms="No resale")),
        (
            '<meta name="tdm-policy" content="/tdm.json">',
            "",
            Rights(usage_terms="https://post.example/tdm.json"),
        ),
        ('<meta name="copyright" content="">', "", Rights()),
    ],
)
def test_links_and_meta_tags_name_them_too(head: str, body: str, expected: Rights) -> None:
    assert rights(head=head, body=body) == expected
