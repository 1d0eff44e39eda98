"""A feed's own headers: one missing token fails one feed, pages get tokens only where the feed says so, and
no token is in any output."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.newsroom import Listed, Newsroom, story
from support.wire_server import Answer, Asked, Route

from ingest.cli.main import run
from ingest.errors import ConfigError, Transient
from ingest.fetch.tokens import feed_headers, page_headers
from ingest.model import Feed
from ingest.reasons import Reason
from ingest.settings import Settings, load_feeds

HOST, OTHER = "alpha.example", "beta.example"
LINK = f"http://{HOST}/news/ferry-pier-reopens-5500"
FAR = f"http://{OTHER}/news/museum-roof-leaks-5501"
TOKEN = "hunter2-9f8e"
HEADERS = 'headers = { Authorization = "ALPHA_TOKEN" }\n'


def with_tokens(newsroom: Newsroom, **values: Any) -> None:
    """Alpha, a feed with a token that lists a page of its own host and one of another; and beta, without."""
    entries = [Listed(LINK, "Ferry pier reopens"), Listed(FAR, "Museum roof leaks")]
    newsroom.feed("alpha", HOST, entries, **values)
    newsroom._tables[-1] += HEADERS
    newsroom.feed("beta", OTHER, [Listed(f"http://{OTHER}/news/owl-box-counted-1", "Owl box counted")])
    newsroom.page(LINK, story("Ferry pier reopens", 1))
    newsroom.page(FAR, story("Museum roof leaks", 2))
    newsroom.page(f"http://{OTHER}/news/owl-box-counted-1", story("Owl box counted", 3))


def sent(newsroom: Newsroom) -> list[tuple[str, str]]:
    """(host, path) of the requests that had a token."""
    return [(one.host, one.path) for one in newsroom.server.asked if "authorization" in one.headers]


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALPHA_TOKEN", f"{TOKEN}\n")


@pytest.mark.parametrize("value", [None, "", " "])
def test_a_missing_token_fails_its_feed_alone(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], value: str | None
) -> None:
    monkeypatch.delenv("ALPHA_TOKEN", raising=False)
    if value is not None:
        monkeypatch.setenv("ALPHA_TOKEN", value)
    with_tokens(newsroom)
    first = newsroom.poll(0)
    assert (first.failed, first.loaded) == (1, 1)
    reason, detail = newsroom.sql("SELECT reason, detail FROM ops.polls WHERE feed_id = 'alpha'")[0]
    assert (reason, "ALPHA_TOKEN" in detail) == ("missing_token", True)
    assert newsroom.asked(HOST) == 0
    monkeypatch.chdir(newsroom.folder)
    capfd.readouterr()
    assert run(["status", "--data", "data"]) == 0
    assert "ALPHA_TOKEN" in capfd.readouterr().out
    assert run(["feeds", "check", "--json"]) == 1
    checks = {check["feed"]: check for check in json.loads(capfd.readouterr().out)["feeds"]}
    assert (checks["alpha"]["ok"], checks["beta"]["ok"]) == (False, True)
    assert "ALPHA_TOKEN" in checks["alpha"]["said"]
    monkeypatch.setenv("ALPHA_TOKEN", TOKEN)
    assert newsroom.poll(1).loaded == 2


@pytest.mark.usefixtures("token")
def test_without_page_headers_only_the_feed_gets_the_token(newsroom: Newsroom) -> None:
    with_tokens(newsroom)
    assert newsroom.poll(0).loaded == 3
    assert sent(newsroom) == [(HOST, "/alpha.xml")]


@pytest.mark.usefixtures("token")
def test_page_headers_go_to_the_feeds_own_host_alone(
    newsroom: Newsroom, capfd: pytest.CaptureFixture[str]
) -> None:
    def locked(page: Answer) -> Route:
        def answer(asked: Asked) -> Answer:
            return page if asked.headers.get("authorization") == TOKEN else Answer(401)

        return answer

    with_tokens(newsroom, page_headers=True)
    newsroom.page(LINK, locked(story("Ferry pier reopens", 1)))
    assert newsroom.poll(0).loaded == 3
    assert sent(newsroom) == [(HOST, "/alpha.xml"), (HOST, "/news/ferry-pier-reopens-5500")]
    output = capfd.readouterr()
    kept = b"".join(path.read_bytes() for path in newsroom.data.rglob("*") if path.is_file())
    assert TOKEN not in output.out + output.err
    assert TOKEN.encode() not in kept


@pytest.mark.usefixtures("token")
def test_page_headers_do_not_follow_a_redirect_to_another_host(newsroom: Newsroom) -> None:
    with_tokens(newsroom, page_headers=True)
    newsroom.page(LINK, Answer(302, headers={"Location": f"http://{OTHER}/wire/ferry-pier-reopens-5500"}))
    newsroom.page(f"http://{OTHER}/wire/ferry-pier-reopens-5500", story("Ferry pier reopens", 1))
    assert newsroom.poll(0).loaded == 3
    assert {host for host, _ in sent(newsroom)} == {HOST}


def test_pages_wait_for_a_missing_token(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that was queued while the token was there is not lost to a 401 once it is gone."""
    monkeypatch.setenv("ALPHA_TOKEN", TOKEN)
    with_tokens(newsroom, page_headers=True)
    newsroom.page(LINK, Answer(503))
    newsroom.poll(0)
    monkeypatch.delenv("ALPHA_TOKEN")
    newsroom.poll(1)
    waiting = newsroom.sql("SELECT outcome, reason FROM ops.outcomes WHERE outcome = 'pending'")
    assert waiting == [("pending", "missing_token")]
    monkeypatch.setenv("ALPHA_TOKEN", TOKEN)
    newsroom.page(LINK, story("Ferry pier reopens", 1))
    assert newsroom.poll(3).loaded == 1


FEED = Feed("alpha", "https://alpha.example/feed.xml", headers={"X-Key": TOKEN}, page_headers=True)


@pytest.mark.parametrize(
    ("url", "goes"),
    [
        ("https://alpha.example/news/1", True),
        ("https://ALPHA.example:443/news/1", True),
        ("http://alpha.example/news/1", False),
        ("https://alpha.example:8443/news/1", False),
        ("https://www.alpha.example/news/1", False),
        ("https://example/news/1", False),
        ("https://alpha.example.evil.example/news/1", False),
        ("https://alpha.example@evil.example/news/1", False),
        ("urn:wire-entry:alpha:1", False),
    ],
)
def test_which_pages_get_a_token(url: str, goes: bool) -> None:
    assert (page_headers(FEED, url, Settings()) == FEED.headers) is goes


def test_a_page_without_tls_gets_a_token_on_this_machine_only() -> None:
    for url, settings, goes in (
        ("http://127.0.0.1:8080/feed", Settings(), True),
        ("http://[::1]/feed", Settings(), True),
        ("http://localhost/feed", Settings(), True),
        ("http://alpha.example/feed", Settings(resolve={"alpha.example": ("127.0.0.1", 80)}), True),
        ("http://alpha.example/feed", Settings(resolve={"alpha.example": ("192.0.2.1", 80)}), False),
        ("http://192.0.2.1/feed", Settings(), False),
    ):
        feed = Feed("alpha", url, headers={"X-Key": TOKEN}, page_headers=True)
        assert bool(page_headers(feed, url, settings)) is goes


def test_a_feed_says_nothing_of_its_tokens() -> None:
    assert TOKEN not in repr(FEED)
    with pytest.raises(Transient) as caught:
        feed_headers(Feed("alpha", "https://alpha.example/", missing_variables=(("X-Key", "aB3xQ9"),)))
    assert caught.value.reason is Reason.MISSING_TOKEN
    assert "aB3xQ9" not in str(caught.value)


def test_a_token_in_place_of_its_variable_is_not_repeated(tmp_path: Path) -> None:
    path = tmp_path / "feeds.toml"
    for value in ('"Bearer hunter2"', '["hunter2"]', '{ a = "hunter2" }', "7"):
        path.write_text(
            f'[[feed]]\nid = "a"\nurl = "http://a.example/"\nheaders = {{ X-Key = {value} }}',
            encoding="utf-8",
        )
        with pytest.raises(ConfigError, match="environment variable") as caught:
            load_feeds(path, environ={})
        assert "hunter2" not in str(caught.value)
