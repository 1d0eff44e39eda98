"""What promos, credits and related boxes say, in the languages wires are republished in: patterns for
extract/lines.py."""

from __future__ import annotations

import re

# The opening words of a short block that is never the article's own text.
_PROMO = (
    # reading on
    r"(?:read|see|learn|find out|click|tap)\s+(?:more|also|next|the full|here\b)|(?:also|further)\s+read|read\s*:|see also|"
    r"more (?:from|on this|stories|news|coverage|like this)\b|(?:want|for) more\b.{0,60}(?:news|stories|sign|check|visit)|"
    r"more ?:|related(?:\s+(?:articles?|stories|story|news|topics?|content|links?|coverage|reading|posts?|video))?\s*(?::|"
    r"$)|\W*related:|"
    r"recommended(?:\s+(?:for you|stories|reading|articles?))?\s*:?$|(?:most|more)\s+(?:read|popular|viewed|shared|"
    r"commented)|trending\b|popular$|"
    r"you (?:may|might) (?:also )?(?:like|be interested)|don.?t miss|editor.?s (?:picks?|choice)|top stories|latest (?:news|"
    r"stories)|"
    r"(?:watch|listen|view|see)(?:\s+(?:now|live|more|here|to this article|the video|below))?\s*[:|]|up next|"
    # joining
    r"sign up|subscribe|follow (?:us|me|him|her|them|our|the|@|\w+ on)|get (?:our|the (?:day|latest|best|top|news|app)|"
    r"daily|all the latest|in touch|breaking)|"
    r"download (?:the|our)\b|join (?:us|our|the (?:conversation|discussion))|register (?:now|here|for free)|log ?in\b|"
    r"create (?:a|an|your) (?:free )?account|"
    r"(?:like|enjoy(?:ed|ing)?) (?:this|our|what you)|share (?:this|on|your)|thank you for (?:subscribing|visiting|reading|"
    r"signing)|"
    r"(?:please )?support (?:our|us|quality|independent)|become a (?:member|subscriber|sponsor)|newsletter|our website is|"
    r"we (?:may earn|earn a) |"
    r"(?:if you|do you|have you) (?:have|got|know|want to (?:submit|share|comment)).{0,80}(?:story|tip|email|contact|touch|reach)|"
    r"(?:leave a comment|comments?|tags?|topics?|categories|filed under|posted in|share)\s*(?::|\||$)|"
    r"advertisement|sponsored|promoted|ad feedback|article content|story continues|continue reading|skip (?:to|past)|"
    r"scroll (?:to|down)|"
    r"waiting for your permission|this (?:content|video|feature) (?:is|can|requires|could)\b.{0,60}(?:cookies?|consent|"
    r"javascript|available|played)|"
    r"(?:enable|turn on) javascript|your browser|loading\b.{0,12}$|cite this|story source|journal reference|materials provided|"
    r"(?:last )?updated?(?: at| on|:)|(?:first )?published(?: at| on|:)|"
    r"want (?:more|great|the latest|to get|your)\b.{0,80}(?:stories|news|sign|inbox|newsletter)|(?:not|"
    r"already) a (?:subscriber|member)|"
    r"(?:this|a version of this) (?:story|article|post|piece|interview) (?:was |is )?(?:originally|first|adapted|excerpted|"
    r"appears?|appeared)\b|"
    r"get (?:\w+'s )?(?:free|more)\b.{0,60}(?:newsletter|guide|app|inbox|alerts)|cross-?posted from|"
    # rights and credits
    r"(?:photo|image|picture|gallery|video|cover|illustration|getty|credit|source)s?(?:\s+(?:credit|source|by|courtesy|"
    r"via))?s?\s*[:/©]|"
    r"copyright|©|\(c\) ?\d{4}|all rights reserved|"
    # German
    r"lesen sie (?:auch|mehr|hier|dazu|weiter)|mehr (?:zum thema|zu diesem|dazu|aus|lesen|nachrichten)|auch interessant|das könnte|"
    r"(?:empfohlener|externer) (?:redaktioneller )?inhalt|an dieser stelle finden sie|ich bin damit einverstanden|"
    r"newsletter|jetzt (?:abonnieren|anmelden|testen)|"
    r"(?:foto|bild|quelle|grafik|video)s?\s*[:/]|zur startseite|artikel teilen|link zum|anzeige$|werbung$|weiterlesen|zum autor|"
    # French
    r"(?:à )?lire (?:aussi|également|la suite|plus)|voir aussi|sur le même sujet|abonnez|inscrivez|(?:la )?rédaction vous|"
    r"passer la publicité|publicité$|"
    r"(?:crédits?|photo|vidéo)\s*:|à découvrir|écouter|partager|"
    # Spanish, Portuguese, Italian
    r"(?:lea|lee|leer|ver|mira|te puede) (?:también|además|más|interesar)|más (?:información|noticias|sobre)|"
    r"noticias? relacionad|suscr[íi]b|síg[au]e|"
    r"publicidad$|(?:foto|imagen|fuente|crédito)s?\s*:|compart[ie]|"
    r"le(?:ia|r) (?:também|mais)|veja (?:também|mais)|saiba mais|assine|inscreva|siga|clique aqui|publicidade|crédito|"
    r"legg[ie] (?:anche|tutt)|guarda anche|iscriviti|segui|potrebbe interessarti|riproduzione riservata|condividi|"
    # Dutch, Nordic, Polish, Turkish, Russian, Ukrainian
    r"lees (?:ook|meer|verder)|bekijk (?:ook|hier)|meer over|"
    r"läs (?:också|mer|även)|les (?:også|mer)|læs (?:også|mere)|lue myös|les mer|annonse?$|artikkelen fortsetter|"
    r"(?:czytaj|zobacz|przeczytaj|polecamy|więcej|śledź)\b(?: (?:też|także|również|więcej|nas|o))?|źródło\s*:|reklama$|"
    r"(?:ayrıca|ilgili|daha fazla|devamını)\b.{0,30}$|"
    r"(?:читайте|читать|смотрите|подпис\w+|фото|видео|источник|реклама|поделиться)\b(?: (?:также|ещё|еще|далее|на|"
    r"нас))?.{0,3}(?::|/|$)|читайте также|"
    r"(?:читайте|дивіться|підпис\w+)\b (?:також|на)|фото\s*:|"
    # Arabic, Hindi, CJK
    r"اقرأ (?:أيضا|المزيد)|المزيد|शेयर|कॉपी लिंक|यह भी पढ़|"
    r"もっと|関連(?:記事|ニュース)|【?関連|続きを読む|有料会員|この記事は|相关(?:新闻|阅读|文章)|延伸閱讀|"
    r"더 보기|관련 ?기사|무단"
)
PROMO = re.compile(rf"^[^\w@©(]*(?:{_PROMO})", re.I)

# Headings that open a box of other stories.
RELATED = re.compile(
    r"^\W*(?:popular|trending|related.{0,20}|most (?:read|popular|viewed)|recommended.{0,20}|latest(?: (?:news|stories|articles))?|"
    r"more (?:from|on|about|stories|news|in|like)\b.{0,50}|read (?:more|next|also).{0,30}|(?:you )?(?:may|"
    r"might) (?:also )?(?:like|be interested).{0,20}|you might like|"
    r"editor.?s (?:picks?|choice)|top stories|see also|also read|further reading|don.?t miss|what to read next|keep reading|"
    r"mehr (?:zum thema|aus|von|zu)\b.{0,40}|auch interessant|meistgelesen|das könnte.{0,40}|lesen sie auch|"
    r"weitere (?:artikel|nachrichten|themen|meldungen).{0,20}|"
    r"(?:à )?lire aussi|sur le même (?:sujet|thème)|les plus lus|articles? (?:liés|similaires|recommandés)|"
    r"noticias? relacionadas?|(?:lo )?más (?:leído|visto|noticias).{0,20}|te puede interesar|relacionad[ao]s?|"
    r"leia (?:também|mais)|mais lidas|veja também|"
    r"leggi anche|potrebbe interessarti|articoli correlati|lees ook|meer over.{0,30}|läs (?:också|mer)|les også|læs også|"
    r"lue myös|czytaj także|polecamy|"
    r"читайте также|по теме|другие новости|читайте також|関連記事|関連ニュース|相关(?:新闻|阅读)|延伸閱讀|관련 ?기사)\s*[:…]?\W*$",
    re.I,
)

# The author's note behind a story, and whom to write to.
BIO_SURE = re.compile(
    r"^\W*(?:he|she|they|(?:[A-Z][\w'’.-]+\s){2,4}|[Tt]he (?:author|writer))\s?,?"
    r"(?i:(?:is|was|has been|works as|serves as)\b.{0,60}\b"
    r"(?:reporter|writer|editor|correspondent|journalist|columnist|contributor|producer|author of|newsletter|podcast|bureau)|"
    r"(?:writes?|covers?|reports?|has covered|joined)\b.{0,60}\b(?:for|about|from|at|the|news|politics|business))\b|"
    r"^\W*(?i:(?:\w+\W+){0,10}(?:contributed|contributing)\b.{0,40}(?:report|story|article|this)|"
    r"(?:with|additional) report(?:s|ing)\b|"
    r"report(?:ing|ed) by\b)|"
    r"(?i:\b(?:reach|contact|email|e-mail|follow|write to)\b.{0,70}(?:@|twitter|instagram|facebook|\bX\b|at \S+\.\w))|"
    r"\bist\b.{0,60}\b(?:Korrespondent|Redakteur|Reporter|Journalist|Autor)|^\W*(?:Korrespondent|Redakteur|Reporter)\w*\b|"
    r"\best\b.{0,40}\b(?:journaliste|correspondant|rédact)|\bes\b.{0,30}\b(?:periodista|redactor|corresponsal)"
)
"""What is a note on a writer though no byline says who it is: a person, at the start, and a trade."""

BIO = re.compile(
    r"\b(?:is|was|has been|works as|serves as|writes?|covers?|reports?|covering|joined)\b.{0,90}\b(?:reporter|writer|editor|"
    r"correspondent|journalist|columnist|"
    r"analyst|author of|contributor|newsroom|producer|fellow|bureau|beat|freelance\w*|newsletter|podcast|based in|about|for)\b|"
    r"^\W*(?:\w+\W+){0,10}(?:contributed|contributing)\b.{0,40}(?:report|story|article|this)|^\W*(?:with|"
    r"additional) report(?:s|ing)\b|^\W*report(?:ing|ed) by\b|"
    r"\b(?:reach|contact|email|e-mail|follow|write to)\b.{0,70}(?:@|twitter|instagram|facebook|\bX\b|at \S+\.\w)|"
    r"\bist\b.{0,60}\b(?:Korrespondent|Redakteur|Reporter|Journalist|Autor|zuständig)|^\W*(?:Korrespondent|Redakteur|"
    r"Reporter)\w*\b|"
    r"\best\b.{0,40}\b(?:journaliste|correspondant|rédact)|\bes\b.{0,30}\b(?:periodista|redactor|corresponsal)",
    re.I,
)
