"""The sample wire says what its editions promise: parsed by the reference feed parser, asked over HTTP."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import pytest

from ingest.demo.server import Hit, WireServer
from ingest.demo.story import Outlet, Story, outlets, page_url
from ingest.demo.wire import BASE, Wire, config, config_toml
from ingest.settings import Settings, load_feeds, load_settings
from ingest.urls.identity import HostRules, url_key

FEEDS = [outlet.id for outlet in outlets(BASE, 1)]


def outlet(outlet_id: str, edition: int = 1) -> Outlet:
    return next(o for o in outlets(BASE, edition) if o.id == outlet_id)


def story(outlet_id: str, story_id: str, edition: int = 1) -> Story:
    return next(s for s in outlet(outlet_id, edition).stories if s.id == story_id)


def get(wire: Wire, url: str, **headers: str):
    host, _, path = url.removeprefix("http://").partition("/")
    return wire.answer(host, f"/{path}", {key.replace("_", "-"): value for key, value in headers.items()})


@pytest.mark.parametrize("edition", [1, 2])
@pytest.mark.parametrize("outlet_id", FEEDS)
def test_every_feed_parses_with_a_link_and_title_for_each_story(outlet_id: str, edition: int) -> None:
    shown = outlet(outlet_id, edition)
    reply = get(Wire(edition=edition), shown.feed_url)
    if shown.broken_at == edition:
        assert b"<html" in reply.body
        return
    if shown.format == "json":
        entries = [(e["url"], e["title"]) for e in json.loads(reply.body)["items"]]
    else:
        sent = {key.lower(): value for key, value in reply.headers.items()}
        parsed = feedparser.parse(reply.body, response_headers={"content-location": shown.feed_url, **sent})
        assert parsed.version
        assert not parsed.bozo
        entries = [(e.link, e.title) for e in parsed.entries]
    assert len(entries) == len(shown.stories) + sum(s.twin is not None for s in shown.stories)
    assert {link.split("?")[0] for link, _ in entries} == {page_url(shown, s) for s in shown.stories}
    assert all(title.strip() for _, title in entries)


def test_about_thirty_articles_of_a_realistic_length() -> None:
    stories = [s for o in outlets(BASE, 1) for s in o.stories if s.answer not in ("missing", "challenge")]
    readable = [s for s in stories if s.paragraphs]
    assert 28 <= len(readable) <= 36
    counted = [s for s in readable if s.language != "ja"]
    assert all(150 <= sum(len(p.split()) for p in s.paragraphs) <= 500 for s in counted)
    assert {"ar", "ja", "fr", "de", "es", "en"} == {s.language for s in readable}


def test_each_page_carries_its_text_and_nothing_is_left_unfilled() -> None:
    wire = Wire()
    for shown in outlets(BASE, 1):
        for told in shown.stories:
            if told.answer == "ok" and told.paragraphs and not shown.full_text:
                text = get(wire, page_url(shown, told)).body.decode()
                assert told.paragraphs[-1].split('"')[0].split("'")[0][:60] in text
                assert "${" not in text


def test_both_spellings_of_a_twin_are_one_story_to_the_host_rule(tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text(config(1)[0], encoding="utf-8")
    rules = HostRules(load_feeds(tmp_path / "feeds.toml").hosts)
    shown = outlet("gulfwire-coast")
    parsed = feedparser.parse(get(Wire(), shown.feed_url).body)
    twins = [e.link for e in parsed.entries if "1109990104" in e.link]
    assert len(twins) == 2
    assert {url_key(link, rules) for link in twins} == {"gulfwire.example#1109990104"}


def test_the_configuration_is_accepted_as_values_and_as_files(tmp_path: Path) -> None:
    feeds, settings = config(8123)
    (tmp_path / "feeds.toml").write_text(feeds, encoding="utf-8")
    assert [feed.id for feed in load_feeds(tmp_path / "feeds.toml").feeds] == FEEDS
    as_values = Settings.model_validate(settings)
    assert as_values.resolve["meridian.example"] == ("127.0.0.1", 8123)
    (tmp_path / "ingest.toml").write_text(config_toml(8123)[1], encoding="utf-8")
    as_file = load_settings(tmp_path / "ingest.toml", environ={})
    assert (as_file.resolve, as_file.allow_networks) == (as_values.resolve, as_values.allow_networks)


def test_validators_are_honoured_until_the_feed_changes() -> None:
    wire = Wire()
    changed = []
    for shown in outlets(BASE, 1):
        first = get(wire, shown.feed_url)
        sent = {}
        if "ETag" in first.headers:
            sent["if_none_match"] = first.headers["ETag"]
        if "Last-Modified" in first.headers:
            sent["if_modified_since"] = first.headers["Last-Modified"]
        assert sent, f"{shown.id} offers no validator"
        assert get(wire, shown.feed_url, **sent).status == 304
        wire.edition = 2
        changed.append(get(wire, shown.feed_url, **sent).status == 200)
        wire.edition = 1
    assert dict(zip(FEEDS, changed, strict=True)) == {
        "meridian-world": True,
        "gulfwire-coast": True,
        "gulfwire-ar": False,
        "harbour-post": True,
        "lumen": False,
        "field-notes": False,
        "cedar-valley": True,
    }


def test_a_stale_etag_is_not_overruled_by_the_date() -> None:
    wire = Wire()
    shown = outlet("meridian-world")
    date = get(wire, shown.feed_url).headers["Last-Modified"]
    assert get(wire, shown.feed_url, if_none_match='"other"', if_modified_since=date).status == 200


def test_the_second_edition_corrects_withdraws_and_adds() -> None:
    first, second = story("meridian-world", "harvest-loan"), story("meridian-world", "harvest-loan", 2)
    assert (first.path, first.published) == (second.path, second.published)
    assert second.title.startswith("CORRECTED:")
    assert second.paragraphs[0].endswith(
        "430 million crowns, from 340 million, in headline and first paragraph)"
    )
    assert "340 million" not in "".join(second.paragraphs[1:])
    assert "430 million" in second.paragraphs[1]
    assert second.modified > first.modified
    withdrawn = story("meridian-world", "mine-collapse", 2)
    assert withdrawn.title.startswith("WITHDRAWN:")
    new = {s.id for o in outlets(BASE, 2) for s in o.stories} - {
        s.id for o in outlets(BASE, 1) for s in o.stories
    }
    assert new == {"barrier-update", "camel-clinic"}


def test_a_changed_stamp_or_tracking_link_leaves_the_text_alone() -> None:
    first, second = story("harbour-post", "hp-10025"), story("harbour-post", "hp-10025", 2)
    assert first.published != second.published
    assert first.query != second.query
    assert (first.path, first.title, first.paragraphs) == (second.path, second.title, second.paragraphs)


def test_a_copy_keeps_the_days_of_its_origin() -> None:
    base = datetime(2026, 3, 10, 2, 45, tzinfo=UTC)  # the origin is of the 9th, the copy of the 10th
    told = {
        s.published.day: s for o in outlets(base, 1) for s in o.stories if "tidal-barrier" in s.path.lower()
    }
    assert sorted(told) == [9, 10]
    assert told[9].paragraphs == told[10].paragraphs


def test_copies_are_exact_cut_or_framed() -> None:
    origin = story("meridian-world", "tidal-barrier").paragraphs
    assert story("harbour-post", "hp-10021").paragraphs == origin
    assert story("gulfwire-coast", "tidal-barrier").paragraphs == origin
    cut = story("harbour-post", "hp-10022").paragraphs
    assert cut == story("meridian-world", "rail-tunnel").paragraphs[: len(cut)]
    framed = story("harbour-post", "hp-10023").paragraphs
    assert framed[1:-1] == story("meridian-world", "bees-return").paragraphs


def test_losses_on_the_way() -> None:
    wire = Wire()
    clock = "http://lumen.example/stories/the-clock-that-waits"
    assert [get(wire, clock).status, get(wire, clock).status] == [503, 200]
    assert get(wire, page_url(outlet("harbour-post"), story("harbour-post", "hp-10027"))).status == 404
    assert b"Just a moment" in get(wire, "http://lumen.example/stories/the-glass-beach").body
    assert b"Disallow: /members/" in get(wire, "http://harbourpost.example/robots.txt").body
    assert get(wire, "http://elsewhere.example/").status == 421


def test_stamps_follow_the_base_and_the_distributor_writes_them_without_a_zone() -> None:
    base = datetime(2026, 7, 1, 15, 0, tzinfo=UTC)
    parsed = feedparser.parse(get(Wire(base), outlet("gulfwire-coast").feed_url).body)
    market = next(e for e in parsed.entries if "1109990106" in e.link)
    assert market.published == "2026-07-01 10:30:00"  # 14:30 UTC in New York's summer
    census = next(s for o in outlets(base, 1) for s in o.stories if s.id == "census-embargo")
    assert census.paragraphs[0].startswith("EMBARGOED UNTIL 15:00 GMT, 2 July 2026. ")
    assert all(s.published <= base + timedelta(hours=1) for o in outlets(base, 2) for s in o.stories)


def test_the_same_wire_gives_the_same_bytes() -> None:
    for shown in outlets(BASE, 2):
        assert get(Wire(edition=2), shown.feed_url).body == get(Wire(edition=2), shown.feed_url).body


def ask(port: int, host: str, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=300)) as connection:
        connection.request(method, path, headers={"Host": host, **headers})
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_the_server_tells_hosts_apart_and_notes_requests() -> None:
    with WireServer(Wire()) as server:
        status, body = ask(server.port, "Meridian.example:80", "/feeds/world.atom")
        assert status == 200
        assert b"Meridian" in body
        assert ask(server.port, "lumen.example", "/feeds/world.atom", **{"If-None-Match": '"x"'})[0] == 404
        assert server.hits == [
            Hit("meridian.example", "/feeds/world.atom", 200, False),
            Hit("lumen.example", "/feeds/world.atom", 404, True),
        ]


@pytest.fixture
def served() -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-m", "ingest.demo.serve", "--base", "2026-04-02T09:00:00+00:00"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_process_of_its_own_can_be_switched_asked_and_stopped(served: int) -> None:
    before = ask(served, "cedarvalley.example", "/index.rdf")[1]
    assert b"2026-04-02T" in before
    assert ask(served, "any.example", "/-/edition/2", "POST")[0] == 204
    assert ask(served, "any.example", "/-/edition/9", "POST")[0] == 404
    assert b"moving" in ask(served, "cedarvalley.example", "/index.rdf")[1]
    hits = json.loads(ask(served, "any.example", "/-/hits")[1])
    assert [hit["path"] for hit in hits] == ["/index.rdf", "/index.rdf"]
    assert ask(served, "any.example", "/-/stop", "POST")[0] == 204
