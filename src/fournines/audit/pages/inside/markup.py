"""Org, AsciiDoc and wiki pages as the Markdown they amount to, line by line: listings, headings, prose."""

from __future__ import annotations

import re

ORG = (".org",)
ADOC = (".adoc", ".asciidoc", ".asc")
WIKI = (".wiki", ".mediawiki", ".dokuwiki", ".textile", ".confluence")

_ORG_OPEN = re.compile(r"[ \t]*#\+begin_(?:src|example)[ \t]*([\w\-]{0,40})", re.IGNORECASE)
_ORG_CLOSE = re.compile(r"[ \t]*#\+end_(?:src|example)\b", re.IGNORECASE)
_ORG_TITLE = re.compile(r"\*{1,8} +(?=\S)")
_ADOC_RULE = re.compile(r"(-{4,}|\.{4,}|`{3,})[ \t]*")
_ADOC_SOURCE = re.compile(r"\[(?:source|listing|,)[^\]\n]{0,80}\]")
_ADOC_TITLE = re.compile(r"={1,6} +(?=\S)")
_WIKI_OPEN = re.compile(
    r"[ \t]*(?:<(?P<tag>code|file|pre|source|syntaxhighlight)\b(?P<how>[^<>\n]{0,200})>"
    r"|\{(?P<brace>code|noformat)(?::(?P<kind>[^{}\n]{0,100}))?\})"
)
_WIKI_TITLE = re.compile(r"={1,6}+([^=\n]{1,200}+)={1,6}+[ \t]*+|h[1-6]\. +(\S.{0,200})")


def from_org(text: str) -> str:
    """An Org page: its blocks between fences, its headings behind ``#``."""
    made = []
    for line in text.split("\n"):
        opened = _ORG_OPEN.match(line)
        if opened:
            made.append(f"```{opened[1].lower()}")
        elif _ORG_CLOSE.match(line):
            made.append("```")
        elif title := _ORG_TITLE.match(line):
            made.append(f"# {line[title.end() :]}")
        elif line.startswith(": "):
            made.append(f"    {line[2:]}")
        else:
            made.append(line)
    return "\n".join(made)


def from_adoc(text: str) -> str:
    """An AsciiDoc page."""
    made = []
    within = ""
    for line in text.split("\n"):
        rule = _ADOC_RULE.fullmatch(line)
        if within:
            made.append("```" if line.rstrip() == within else line)
            within = "" if line.rstrip() == within else within
        elif rule:
            within = rule[1]
            made.append("```")
        elif _ADOC_SOURCE.fullmatch(line.rstrip()):
            made.append("")
        elif title := _ADOC_TITLE.match(line):
            made.append(f"# {line[title.end() :]}")
        else:
            made.append(line)
    return "\n".join(made)


def from_wiki(text: str) -> str:
    """A page of DokuWiki, MediaWiki, Textile or Confluence."""
    made = []
    close = ""
    for line in text.split("\n"):
        opened = None if close else _WIKI_OPEN.match(line)
        if close:
            before, found, _ = line.partition(close)
            made.append(
                "```" if found and not before.strip() else line.removesuffix(close) if found else line
            )
            close = "" if found else close
        elif opened:
            close = f"</{opened['tag']}>" if opened["tag"] else f"{{{opened['brace']}}}"
            rest = line[opened.end() :]
            if close in rest:
                made.append(f"    {rest.partition(close)[0]}")
                close = ""
            else:
                made.append(f"```{' '.join((opened['how'] or '').split()[-2:])}")
        elif title := _WIKI_TITLE.fullmatch(line):
            made.append(f"# {(title[1] or title[2]).strip()}")
        else:
            made.append(line)
    return "\n".join(made)


_QUOTE = re.compile(r"[ ]{0,3}(?:> ?)+")
_FENCE = re.compile(r"[ ]{0,12}(?:`{3,}|~{3,})")


def unquoted(text: str) -> str:
    """A Markdown page, or a mail, without the marks of what it quotes; what stands between fences is left."""
    if "\n>" not in text and not text.startswith(">"):
        return text
    made = []
    within = quoted = False
    for line in text.split("\n"):
        mark = _QUOTE.match(line) if not within or quoted else None
        bare = line[mark.end() :] if mark else line
        if _FENCE.match(bare):
            within, quoted = not within, mark is not None
        made.append(bare)
    return "\n".join(made)


_LIQUID = re.compile(
    r"[ \t]*\{% *(?:(?P<open>highlight) +(?P<kind>[\w\-]{1,30})|endhighlight)[^%\n]{0,40}%\}[ \t]*"
)
_PRE = re.compile(
    r"[ \t]*<(?:pre|code)\b[^<>\n]*>(?:<code\b[^<>\n]*>)?[ \t]*"
    r"|[ \t]*(?:</code>)?(?P<close></pre>|</code>)[ \t]*"
)


def from_markdown(text: str) -> str:
    """Markdown with the listings of its dialects between fences: Jekyll's ``highlight``, HTML's ``<pre>``."""
    bare = unquoted(text)
    if "{% highlight" not in bare and "<pre" not in bare and "<code" not in bare:
        return bare
    made = []
    within = ""
    for line in bare.split("\n"):
        liquid = _LIQUID.fullmatch(line)
        pre = None if liquid else _PRE.fullmatch(line)
        if liquid and within != "fence":
            made.append(f"```{liquid['kind'] or ''}")
        elif pre and within != "fence" and bool(within) == bool(pre["close"]):
            made.append("```")
            within = "" if pre["close"] else "pre"
        else:
            if _FENCE.match(line) and within != "pre":
                within = "" if within else "fence"
            made.append(line)
    return "\n".join(made)
