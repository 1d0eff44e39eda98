"""The address guard judges URLs and addresses; no network here."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import Terminal
from ingest.fetch.guard import Guard, refused_as
from ingest.reasons import Reason
from ingest.settings import Settings


def guard(**settings: Any) -> Guard:
    return Guard(Settings(**settings))


SPELLINGS = [
    # loopback, in every spelling that inet_aton, browsers or IDNA take for it
    ("http://127.0.0.1/", Reason.BAD_ADDRESS),
    ("http://127.0.0.1./", Reason.BAD_ADDRESS),
    ("http://127.8.9.10/", Reason.BAD_ADDRESS),
    ("http://2130706433/", Reason.BAD_ADDRESS),
    ("http://0x7f000001/", Reason.BAD_ADDRESS),
    ("http://0X7F000001/", Reason.BAD_ADDRESS),
    ("http://0x7f.1/", Reason.BAD_ADDRESS),
    ("http://0x7f.0x0.0x0.0x1/", Reason.BAD_ADDRESS),
    ("http://0177.0.0.1/", Reason.BAD_ADDRESS),
    ("http://0177.0.0.01/", Reason.BAD_ADDRESS),
    ("http://017700000001/", Reason.BAD_ADDRESS),
    ("http://127.1/", Reason.BAD_ADDRESS),
    ("http://127.0.1/", Reason.BAD_ADDRESS),
    ("http://127.000.000.001/", Reason.BAD_ADDRESS),
    ("http://127.0.0.0x1/", Reason.BAD_ADDRESS),
    ("http://00000000177.0.0.1/", Reason.BAD_ADDRESS),
    ("http://127。0。0。1/", Reason.BAD_ADDRESS),
    ("http://127．0．0．1/", Reason.BAD_ADDRESS),
    ("http://①②⑦.⓪.⓪.①/", Reason.BAD_ADDRESS),
    ("http://１２７.0.0.1/", Reason.BAD_ADDRESS),
    ("http://4294967297/", Reason.BAD_ADDRESS),
    ("http://0x/", Reason.BAD_ADDRESS),
    ("http://news.example.0x7f000001/", Reason.BAD_ADDRESS),
    ("http://127.0.0.1.1/", Reason.BAD_ADDRESS),
    ("http://256.1.1.1/", Reason.BAD_ADDRESS),
    ("http://0/", Reason.BAD_ADDRESS),
    ("http://0.0.0.0/", Reason.BAD_ADDRESS),
    ("http://[::]/", Reason.BAD_ADDRESS),
    ("http://[::1]/", Reason.BAD_ADDRESS),
    ("http://[0:0:0:0:0:0:0:1]/", Reason.BAD_ADDRESS),
    ("http://[0000:0000:0000:0000:0000:0000:0000:0001]/", Reason.BAD_ADDRESS),
    ("http://[::ffff:127.0.0.1]/", Reason.BAD_ADDRESS),
    ("http://[::ffff:7f00:1]/", Reason.BAD_ADDRESS),
    ("http://[::127.0.0.1]/", Reason.BAD_ADDRESS),
    ("http://[::ffff:0:127.0.0.1]/", Reason.BAD_ADDRESS),
    ("http://[64:ff9b::7f00:1]/", Reason.BAD_ADDRESS),
    ("http://[64:ff9b::169.254.169.254]/", Reason.BAD_ADDRESS),
    ("http://[64:ff9b:1::a00:1]/", Reason.BAD_ADDRESS),
    ("http://[2002:7f00:1::]/", Reason.BAD_ADDRESS),
    ("http://[2002:a9fe:a9fe::1]/", Reason.BAD_ADDRESS),
    ("http://[2001:0:7f00:1::1]/", Reason.BAD_ADDRESS),
    ("http://[fe80::1]/", Reason.BAD_ADDRESS),
    ("http://[fd00:ec2::254]/", Reason.BAD_ADDRESS),
    ("http://[fec0::1]/", Reason.BAD_ADDRESS),
    ("http://[ff02::1]/", Reason.BAD_ADDRESS),
    ("http://[2001:db8::1]/", Reason.BAD_ADDRESS),
    ("http://[3fff::1]/", Reason.BAD_ADDRESS),
    ("http://[100::1]/", Reason.BAD_ADDRESS),
    ("http://[5f00::1]/", Reason.BAD_ADDRESS),
    # the other ranges that are no public host
    ("http://10.0.0.1/", Reason.BAD_ADDRESS),
    ("http://172.16.0.1/", Reason.BAD_ADDRESS),
    ("http://172.31.255.255/", Reason.BAD_ADDRESS),
    ("http://192.168.1.1/", Reason.BAD_ADDRESS),
    ("http://169.254.169.254/latest/meta-data/", Reason.BAD_ADDRESS),
    ("http://2852039166/latest/meta-data/", Reason.BAD_ADDRESS),
    ("http://0xa9fea9fe/", Reason.BAD_ADDRESS),
    ("http://100.64.0.1/", Reason.BAD_ADDRESS),
    ("http://100.100.100.200/", Reason.BAD_ADDRESS),
    ("http://168.63.129.16/", Reason.BAD_ADDRESS),
    ("http://192.0.0.8/", Reason.BAD_ADDRESS),
    ("http://192.0.2.1/", Reason.BAD_ADDRESS),
    ("http://192.88.99.1/", Reason.BAD_ADDRESS),
    ("http://198.18.0.1/", Reason.BAD_ADDRESS),
    ("http://198.51.100.1/", Reason.BAD_ADDRESS),
    ("http://203.0.113.1/", Reason.BAD_ADDRESS),
    ("http://224.0.0.1/", Reason.BAD_ADDRESS),
    ("http://240.0.0.1/", Reason.BAD_ADDRESS),
    ("http://255.255.255.255/", Reason.BAD_ADDRESS),
    # hosts and URLs that two parsers read differently
    ("http://user@news.example/", Reason.BAD_URL),
    ("http://user:pass@news.example/", Reason.BAD_URL),
    ("http://:@news.example/", Reason.BAD_URL),
    ("http://@news.example/", Reason.BAD_URL),
    ("http://news.example@127.0.0.1/", Reason.BAD_URL),
    ("http://news.example\\@127.0.0.1/", Reason.BAD_URL),
    ("http://127.0.0.1\\.news.example/", Reason.BAD_URL),
    ("http:\\\\127.0.0.1\\", Reason.BAD_URL),
    ("http://%31%32%37.0.0.1/", Reason.BAD_URL),
    ("http://127.0.0.1%2f@news.example/", Reason.BAD_URL),
    ("http://127.0.0.1%00.news.example/", Reason.BAD_URL),
    ("http://127.0.0.1 .news.example/", Reason.BAD_URL),
    ("http://127.0.0.1\t.news.example/", Reason.BAD_URL),
    ("http://news.example/\r\nHost: 127.0.0.1", Reason.BAD_URL),
    ("http://[fe80::1%25eth0]/", Reason.BAD_URL),
    ("http://[::1/", Reason.BAD_URL),
    ("http://[v1.x]/", Reason.BAD_URL),
    ("http:///news.example/", Reason.BAD_URL),
    ("http:/news.example/", Reason.BAD_URL),
    ("http:news.example", Reason.BAD_URL),
    ("//news.example/", Reason.BAD_URL),
    ("http://news..example/", Reason.BAD_URL),
    ("http://.news.example/", Reason.BAD_URL),
    ("http://news\u200d.example/", Reason.BAD_URL),
    ("http://xn--bücher.example/", Reason.BAD_URL),
    ("http://xn--zzzz.example/", Reason.BAD_URL),
    ("http://\u0301a.example/", Reason.BAD_URL),
    ("http://℀.example/", Reason.BAD_URL),
    ("http://news\udcfc.example/", Reason.BAD_URL),
    (f"http://{'a' * 64}.example/", Reason.BAD_URL),
    (f"http://{'a.' * 130}example/", Reason.BAD_URL),
    (f"http://news.example/{'a' * 9000}", Reason.BAD_URL),
    ("", Reason.BAD_URL),
    ("http://", Reason.BAD_URL),
    ("file:///etc/passwd", Reason.BAD_URL),
    ("ftp://news.example/", Reason.BAD_URL),
    ("gopher://news.example/", Reason.BAD_URL),
    ("javascript:alert(1)", Reason.BAD_URL),
    ("data:text/html,hello", Reason.BAD_URL),
    ("blob:http://news.example/1", Reason.BAD_URL),
    ("unix:///run/docker.sock", Reason.BAD_URL),
    ("http+unix://%2Frun%2Fdocker.sock/", Reason.BAD_URL),
    # ports
    ("http://news.example:22/", Reason.BAD_PORT),
    ("http://news.example:0/", Reason.BAD_PORT),
    ("http://news.example:6379/", Reason.BAD_PORT),
    ("https://news.example:8443/", Reason.BAD_PORT),
    ("http://news.example:99999/", Reason.BAD_URL),
    ("http://news.example:-80/", Reason.BAD_URL),
    ("http://news.example:80:80/", Reason.BAD_URL),
    ("http://news.example:8a/", Reason.BAD_URL),
    ("http://127.0.0.1:80#@news.example/", Reason.BAD_ADDRESS),
    ("http://127.0.0.1?@news.example/", Reason.BAD_ADDRESS),
]


@pytest.mark.parametrize(("url", "reason"), SPELLINGS)
def test_refused_with_a_reason(url: str, reason: Reason) -> None:
    with pytest.raises(Terminal) as caught:
        guard().target(url)
    assert caught.value.reason is reason
    assert caught.value.detail
    assert "\n" not in caught.value.detail


@pytest.mark.parametrize(
    ("url", "wire", "authority"),
    [
        ("http://news.example", "http://news.example/", "news.example"),
        ("HTTP://News.Example/A?b=%2F&c=~#frag", "http://news.example/A?b=%2F&c=~", "news.example"),
        ("https://news.example:443/", "https://news.example/", "news.example"),
        ("http://news.example:443/", "http://news.example:443/", "news.example"),
        ("http://8.8.8.8/", "http://8.8.8.8/", "8.8.8.8"),
        ("http://[2606:4700::1111]/a", "http://[2606:4700::1111]/a", "[2606:4700::1111]"),
        ("http://news.example./a", "http://news.example./a", "news.example"),
        ("  http://news.example/a b  ", "http://news.example/a%20b", "news.example"),
        ("http://bücher.example/ü", "http://xn--bcher-kva.example/%C3%BC", "xn--bcher-kva.example"),
        ("http://straße.example/1", "http://xn--strae-oqa.example/1", "xn--strae-oqa.example"),
        ("http://ΒΌΛΟΣ.example/", "http://xn--nxasmq6b.example/", "xn--nxasmq6b.example"),
        ("http://βόλος.example:443/", "http://xn--nxasmm1c.example:443/", "xn--nxasmm1c.example"),
        ("http://bücher．example。/", "http://xn--bcher-kva.example./", "xn--bcher-kva.example"),
        ("http://news\u200b.example/", "http://news.example/", "news.example"),
        ("http://i❤.example/", "http://xn--i-7iq.example/", "xn--i-7iq.example"),
        ("http://XN--I-7IQ.example/", "http://xn--i-7iq.example/", "xn--i-7iq.example"),
        ("http://live_blog.example/", "http://live_blog.example/", "live_blog.example"),
        ("http://desk-.example/", "http://desk-.example/", "desk-.example"),
        ("http://news.example?q=1", "http://news.example/?q=1", "news.example"),
        ("http://7.news.example/", "http://7.news.example/", "7.news.example"),
    ],
)
def test_a_good_url_goes_out_as_it_was_written(url: str, wire: str, authority: str) -> None:
    target = guard().target(url)
    assert (target.url, str(target.wire), target.authority) == (wire, wire, authority)


def test_no_secret_of_a_url_is_repeated_in_a_message() -> None:
    for url in (
        "http://user:hunter2@news.example/",
        "ftp://user:hunter2@news.example/",
        "http:/user:hunter2@news.example/x\n",
    ):
        with pytest.raises(Terminal) as caught:
            guard().target(url)
        assert "hunter2" not in caught.value.detail


def test_allow_networks_opens_what_it_names_and_no_more() -> None:
    rules = guard(allow_networks=("127.1.0.0/16", "fd12::/16"))
    assert rules.refusal("127.1.2.3") is None
    assert rules.refusal("fd12::5") is None
    for address in (
        "127.0.0.1",
        "127.2.0.1",
        "10.0.0.1",
        "::1",
        "fd13::1",
        "::ffff:127.1.2.3",
        "64:ff9b::7f01:203",
    ):
        assert rules.refusal(address) is not None
    assert rules.target("http://127.1.2.3/").host == "127.1.2.3"
    with pytest.raises(Terminal):
        rules.target("http://127.1.513/")


def test_allow_ports_adds_to_80_and_443() -> None:
    rules = guard(allow_ports=(8080,))
    assert {rules.target(f"http://news.example:{port}/").port for port in (80, 443, 8080)} == {80, 443, 8080}
    with pytest.raises(Terminal):
        rules.target("http://news.example:8081/")
    assert guard(allow_ports="any").target("http://news.example:22/").authority == "news.example:22"
    with pytest.raises(Terminal):
        guard(allow_ports="any").target("http://news.example:0/")


def test_a_resolved_host_speaks_plain_http_under_its_own_name() -> None:
    rules = guard(resolve={"Staging.Example": ("127.0.0.1", 8123)})
    target = rules.target("https://staging.example/a?b=1")
    assert str(target.wire) == "http://staging.example/a?b=1"
    assert target.url == "https://staging.example/a?b=1"
    assert rules.mapped("staging.example.") == ("127.0.0.1", 8123)
    assert rules.target("http://staging.example:9999/").wire.port == 9999
    with pytest.raises(Terminal):
        rules.target("http://127.0.0.1:8123/")


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "192.0.1.1", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "2a00::1"]
)
def test_public_addresses_are_let_through(address: str) -> None:
    assert refused_as(ipaddress.ip_address(address)) is None


@settings(deadline=None)
@given(st.ip_addresses())
def test_whatever_python_calls_private_is_refused(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if not ip.is_global or ip.is_multicast:
        assert refused_as(ip) is not None


@settings(deadline=None)
@given(st.ip_addresses(v=4))
def test_an_ipv4_address_inside_an_ipv6_one_is_refused_whatever_it_is(ip: ipaddress.IPv4Address) -> None:
    number = int(ip)
    for base, shift in (("::ffff:0:0", 0), ("64:ff9b::", 0), ("::", 0), ("2002::", 80)):
        inner = ipaddress.IPv6Address(int(ipaddress.IPv6Address(base)) + (number << shift))
        assert refused_as(inner) is not None


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_target_or_a_terminal_error(text: str) -> None:
    for candidate in (text, f"http://{text}", f"http://news.example/{text}"):
        try:
            target = guard().target(candidate)
        except Terminal:
            continue
        assert target.wire.host
        assert str(target.wire).isascii()
