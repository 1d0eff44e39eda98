"""Is this page an article at all: a consent page, a home page, a paywall stub; its language and kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import py3langid
from lxml.html import HtmlElement

from ingest.extract import layout
from ingest.extract.challenge import INTERSTITIAL
from ingest.extract.structured import Structured
from ingest.model import ContentType, Flag, PageInput

_CONSENT_TITLE = re.compile(
    "|".join(
        (
            r"before you continue|cookie (?:consent|settings|wall|notice|policy)",
            r"privacy (?:choices|settings|preferences|gate|wall|center)|(?:we value )?your privacy",
            r"consent|zustimmung|datenschutz|einwilligung|consentement|consentimiento|consenso",
            r"privacywall|contentpass",
        )
    ),
    re.I,
)
_CONSENT_TEXT = re.compile(
    r"\b(?:cookies?|consent|partners|personal data|privacy|gdpr|datenschutz|einwilligung|werbung|zustimm\w+|"
    r"donn[ée]es personnelles|partenaires|"
    r"datos personales|privacidad|socios|dati personali|persoonsgegevens|toestemming)\b",
    re.I,
)
_AGREE_WORDS = "|".join(
    (
        r"accept|agree|allow all|consent|got it|i understand|zustimmen|akzeptieren|einverstanden",
        r"accepter|j.accepte|aceptar|acepto|accetta|accetto|akkoord|accepteren|aceitar|godkänn",
        r"acceptera|zgadzam|akceptuj|принять|соглас",
    )
)
_AGREE = re.compile(rf"\b(?:{_AGREE_WORDS})\w*", re.I)
_PAYWALL_TEXT = re.compile(
    "|".join(
        (
            r"(?:subscribe|sign in|log in|register|become a (?:member|subscriber)"
            r"|start your (?:free )?trial)\b"
            r".{0,60}\b(?:to (?:read|continue|access|unlock|view)|full (?:access|story|article)|unlimited)",
            r"(?:this|the) (?:article|story|content) is (?:for|available to|reserved for|exclusive)\b"
            r".{0,30}(?:subscribers?|members)",
            r"already a (?:subscriber|member)|continue reading",
            r"jetzt weiterlesen|mit .{0,20}plus? lesen",
            r"réservé aux abonnés",
            r"para suscriptores|per gli abbonati",
            r"有料会員|会員限定",
        )
    ),
    re.I,
)
_CALL = (
    r"(?:please )?(?:subscribe|sign in|log ?in|register|become a (?:member|subscriber)"
    r"|start your (?:free )?trial)"
    r"(?: now| today| here)?"
)
_AIM = (
    r"(?: (?:to|and|for) (?:read|continue|keep|access|unlock|view|unlimited)"
    r"(?: (?:reading|on|this|the|your|our|full|all|more|article|story|content|access|unlimited))*)"
)
_STUB_TITLES = "|".join(
    (
        rf"{_CALL}{_AIM}?",
        r"continue reading(?: (?:this|your|the) (?:article|story))?(?: with .{0,30})?",
        r"jetzt weiterlesen",
        r"(?:this|the) (?:article|story|content) is (?:for|available to|reserved for|exclusive to)"
        r"(?: our| paying)? (?:subscribers?|members)(?: only)?",
        r"subscription required|subscribers only",
    )
)
# All of a title, a site's name behind it: papers print such words as labels before real headlines, too
# (`Register - a weekly closes`), so behind a dash only a call that says what for.
_STUB_TITLE = re.compile(
    rf"(?:{_STUB_TITLES})\W*(?:\s\|\s.{{0,40}})?|{_CALL}{_AIM}\W*(?:\s[–—-]\s.{{0,40}})?",
    re.I,
)
_SILENT = ("script", "style", "template", "noscript")
LANGUAGE_LETTERS = 800  # more costs time and changes nothing
STUB = 900  # letters of an article that a paywall lets through as a teaser


def consent_reason(tree: HtmlElement, metadata: Structured) -> str | None:
    """Returns why this is a consent page in the article's place, or None. Title and text say so, and the page
    has little other text."""
    if metadata.article or (letters := layout.prose(tree)) > 2 * INTERSTITIAL:
        return None
    title = metadata.title or metadata.h1 or ""
    if 0 < letters <= INTERSTITIAL and _about_consent(tree, share=0.6) and _asks_consent(tree):
        return "the text is about cookies and consent"
    if len(title) < 80 and _CONSENT_TITLE.search(title) and _about_consent(tree):
        return title
    return None


def _about_consent(tree: HtmlElement, share: float = 0.3) -> bool:
    paragraphs = [text for p in tree.iter("p", "li") if len(text := "".join(p.itertext()).strip()) >= 40]
    return not paragraphs or sum(bool(_CONSENT_TEXT.search(text)) for text in paragraphs) >= share * len(
        paragraphs
    )


def _asks_consent(tree: HtmlElement) -> bool:
    """Whether a button says yes. A short article on privacy has none."""
    buttons = [*tree.iter("button"), *tree.iter("a"), *tree.iter("input")]
    labels = (f"{button.get('value') or ''} {''.join(button.itertext())[:80]}" for button in buttons)
    return any(map(_AGREE.search, labels))


def has_content(tree: HtmlElement, metadata: Structured) -> bool:
    """Whether the page has any word, in its body or head: a video's page has a title at least."""
    if (
        metadata.title
        or metadata.h1
        or metadata.og_title
        or metadata.headline
        or metadata.description
        or metadata.body
    ):
        return True
    return any(
        text.strip() for element in tree.iter() if element.tag not in _SILENT for text in _own(element)
    )


def _own(element: HtmlElement) -> Iterator[str]:
    """The text directly in an element and directly behind its children."""
    yield element.text or ""
    for child in element:
        yield child.tail or ""


def front_page_reason(tree: HtmlElement, metadata: Structured, url: str | None) -> str | None:
    """Why this is a home or section page, or None: nothing says article, and the root's text is mostly no
    sentences."""
    if metadata.article or (metadata.og_type or "").lower() in ("article", "video.other"):
        return None
    if metadata.kinds & {"collectionpage", "searchresultspage"}:
        return "a collection of articles"
    parts = urlsplit(url or "")
    root = parts.path.rstrip("/").lower() in ("", "/index.html", "/index.php", "/home") and not parts.query
    body = tree.find("body")
    if (
        parts.scheme in ("http", "https")
        and root
        and body is not None
        and layout.prose(tree) < 0.25 * _visible(body)
    ):
        return "the site's home page"
    return None


def _visible(body: HtmlElement) -> int:
    hidden = sum(layout.letters(element) for element in body.iter("script", "style", "noscript", "template"))
    return layout.letters(body) - hidden


def locked(tree: HtmlElement, metadata: Structured, body: str) -> bool:
    """Whether a short text is a paywall's teaser: the page calls to subscribe, or says that it is not free
    and gives one line.

    isAccessibleForFree false alone means little: metered sites write it on pages that show the whole text.
    """
    if len(body) >= STUB:
        return False
    if metadata.free is False and len(body) < 200:
        return True
    return metadata.free is not True and bool(_PAYWALL_TEXT.search(" ".join(tree.itertext())))


_ERROR_PAGE = re.compile(
    "|".join(
        (
            r"\b(?:40[0-9]|410|50[0-9])\b|not found|access denied|forbidden|unavailable|maintenance",
            r"\b(?:errors?|loading|redirecting|captcha|coming soon|under construction|log ?in|sign in)\b",
            r"(?:enable|requires?|needs?|turn on|without) javascript",
            r"(?:no longer|does ?n.t|does not|cannot|could ?n.t|could not|has been|was) (?:\w+ ){0,2}"
            r"(?:exist|available|be found|find|removed|moved)",
            r"nicht gefunden|fehler|introuvable|erreur|no (?:se )?(?:ha )?encontrad|não encontrad|non trovat",
            r"niet gevonden|hittades inte|ikke (?:funnet|fundet)|ei löyd|nie znaleziono|bulunamad",
            r"не найден|не знайден|ошибка|未找到|不存在|見つかりません|찾을 수 없|غير موجود|لم يتم العثور",
        )
    ),
    re.I,
)
_WHOLE, _WHOLE_OF_STORY = 0.8, 0.25


def is_whole_page(body: str, shown: str, metadata: Structured, *, dated: bool, status: int) -> bool:
    """Whether a text of a few words is all that its page has to say, and not what is left of a longer one: it
    is most of the page's text (`shown`) under a title, or a good part of it where the page calls itself an
    article or names its writer or time. Not so where the page speaks of an error."""
    title = metadata.title or metadata.h1 or ""
    if not body or not title or status >= 400 or _ERROR_PAGE.search(f"{title}\n{body}"):
        return False
    story = bool(dated or metadata.article or metadata.published or metadata.authors)
    return len(body) >= (_WHOLE_OF_STORY if story else _WHOLE) * len(shown)


def is_stub(metadata: Structured) -> bool:
    """Whether all that a page has for a headline is a paywall's call to subscribe: its text is the offer,
    however long."""
    title = (metadata.headline or metadata.og_title or metadata.h1 or metadata.title or "").strip()
    return len(title) <= 100 and bool(_STUB_TITLE.fullmatch(title))


def short_flags(body: str, words: int, article_body: str | None, *, paywalled: bool) -> tuple[Flag, ...]:
    """SHORT under 60 words, PAYWALL, and TRUNCATED where the text breaks off: at an ellipsis, or far short of
    articleBody."""
    flags = [Flag.SHORT] if words < 60 else []
    if paywalled:
        flags.append(Flag.PAYWALL)
    breaks_off = body.rstrip().endswith(("...", "…", "[…]", "[...]")) and words < 250
    if (
        breaks_off
        or (paywalled and len(body) < STUB)
        or (article_body and len(article_body) > 2_000 and len(body) < 0.5 * len(article_body))
    ):
        flags.append(Flag.TRUNCATED)
    return tuple(flags)


def language_of(body: str, declared: str | None) -> str | None:
    """ISO 639-1 of the text; short texts keep what the page or feed declares."""
    if not body or (len(body) < 200 and declared):
        return declared
    code: str = py3langid.classify(body[:LANGUAGE_LETTERS])[0]
    return code


def content_type(metadata: Structured, page_input: PageInput) -> ContentType:
    """The kind of article by its schema.org type, else what the feed is set to, else news."""
    if metadata.live_blog:
        return ContentType.LIVE_BLOG
    if "advertisercontentarticle" in metadata.kinds:
        return ContentType.PAID
    if page_input.feed_content_type:
        return page_input.feed_content_type
    if ("videoobject" in metadata.kinds and not metadata.article) or (metadata.og_type or "").startswith(
        "video"
    ):
        return ContentType.VIDEO
    return ContentType.NEWS
