"""Secrets that must not be remembered: keys, tokens, private keys, passwords."""

from __future__ import annotations

import re

from memos.governance.rules import END, FREE, Rule, any_case, is_random, rule

PRIVATE_KEY, API_KEY, TOKEN, PASSWORD, SECRET = (
    "private key", "api key", "token", "password", "secret",
)  # fmt: skip


# Keys that show by their form whose they are


def _random(match: re.Match[str]) -> int:
    """What vendors hand out has no words in it."""
    it = match["it"].rstrip(".")
    return match.start("it") + len(it) if is_random(it) else 0


_AWS_ID = FREE + r"A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{16}" + END
_AWS = ("akia", "asia", "abia", "acca")
_NEAR = 200  # characters between an AWS key id and its secret


def _beside_aws_id(match: re.Match[str]) -> int:
    it = match[0]
    mixed = is_random(it) and not it.islower() and not it.isupper()
    start, end = max(0, match.start() - _NEAR), match.end() + _NEAR
    return match.end() if mixed and re.search(_AWS_ID, match.string[start:end]) else 0


# By their beginnings. A rule costs nothing where none of its hints is.
_VENDORS: tuple[Rule, ...] = (
    rule(API_KEY, r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])", _beside_aws_id, *_AWS),
    rule(API_KEY, _AWS_ID, None, *_AWS),
    rule(API_KEY, FREE + r"(?P<it>sk-[A-Za-z0-9_-]{20,})", _random, "sk-"),  # OpenAI, Anthropic
    rule(API_KEY, FREE + r"gh[oprsu]_[A-Za-z0-9]{36,}", None, "gh"),
    rule(API_KEY, FREE + r"github_pat_[A-Za-z0-9_]{22,}", None, "github_pat_"),
    rule(API_KEY, FREE + r"gl(?:agent|cbt|dt|ft|imt|oas|pat|ptt|rt|soat)-[A-Za-z0-9_-]{20,}"
         r"(?:\.[A-Za-z0-9_-]{2,})*", None, "gl"),
    rule(API_KEY, FREE + r"(?:xox[a-z]|xapp-[0-9])-[A-Za-z0-9-]{10,}", None, "xox", "xapp-"),
    rule(API_KEY, r"hooks\.slack\.com/services/(?P<it>T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/\w{16,})", None,
         "hooks.slack"),
    rule(API_KEY, FREE + r"AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])", None, "aiza"),
    rule(API_KEY, FREE + r"(?:ya29\.|GOCSPX-)[A-Za-z0-9_-]{20,}", None, "ya29.", "gocspx-"),
    rule(API_KEY, FREE + r"[rs]k_(?:live|test)_[A-Za-z0-9]{16,}", None, "k_live_", "k_test_"),
    rule(API_KEY, FREE + r"whsec_[A-Za-z0-9+/]{24,}", None, "whsec_"),
    rule(API_KEY, FREE + r"npm_[A-Za-z0-9]{36,}", None, "npm_"),
    rule(API_KEY, FREE + r"pypi-AgE[A-Za-z0-9_-]{50,}", None, "pypi-"),
    rule(API_KEY, FREE + r"hf_[A-Za-z0-9]{30,}", None, "hf_"),
    Rule(API_KEY, re.compile(FREE + r"[0-9]{8,10}:[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"), digits=8),
    rule(API_KEY, FREE + r"(?P<it>memos_[A-Za-z0-9]{4,64}_[A-Za-z0-9_-]{16,})", _random, "memos_"),
    rule(API_KEY, FREE + r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}", None, "sg."),
    rule(API_KEY, FREE + r"SK[0-9a-f]{32}" + END, None, "sk"),  # Twilio
    rule(API_KEY, FREE + r"[0-9a-f]{32}-us[0-9]{1,2}" + END, None, "-us"),  # Mailchimp
    rule(API_KEY, FREE + r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}", None, "shp"),
    rule(API_KEY, FREE + r"(?:do[opr]_v1_[a-f0-9]{64}|dapi[a-f0-9]{32})", None, "_v1_", "dapi"),
    rule(API_KEY, FREE + r"(?:gsk_[A-Za-z0-9]{40,}|pplx-[A-Za-z0-9]{40,}|r8_[A-Za-z0-9]{37,}"
         r"|xai-[A-Za-z0-9]{60,})", None, "gsk_", "pplx-", "r8_", "xai-"),
    rule(API_KEY, FREE + r"(?:hvs\.[A-Za-z0-9_-]{24,}|lin_api_[A-Za-z0-9]{32,}|ntn_[A-Za-z0-9]{40,}"
         r"|AGE-SECRET-KEY-1[0-9A-Z]{50,})", None, "hvs.", "lin_api_", "ntn_", "age-secret"),
)  # fmt: skip

# Blocks and headers

_BEGIN = r"-----BEGIN (?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
_BREAK = r"(?:\s|\\[nr])+"  # of a line, also as JSON writes it
_BODY = re.compile(r"[A-Za-z0-9+/=]{16}")


_CAMEL = re.compile("[a-z][A-Z]")


def _has_body(match: re.Match[str]) -> int:
    """A sentence about the first line of a key file holds no key."""
    return match.end() if _BODY.search(match[0]) else 0


def _random_header(match: re.Match[str]) -> int:
    it = match["it"]
    return match.end() if is_random(it, 12) or len(_CAMEL.findall(it)) > 2 else 0


_PRIVATE_KEY = rule(  # to its end; if that was cut off, as far as the lines look like a key
    PRIVATE_KEY,
    _BEGIN + r"(?:[^-]*(?:-(?!----)[^-]*)*-----END [A-Z0-9 ]{1,60}-----"
    rf"|(?:{_BREAK}[A-Za-z0-9+/=]{{16,}})+(?:{_BREAK}[A-Za-z0-9+/]{{1,15}}=)?)",
    _has_body,
    "private key",
)
_TOKENS: tuple[Rule, ...] = (
    rule(
        TOKEN,
        r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]*",
        None,
        "eyj",
    ),
    any_case(
        TOKEN,
        FREE + r"(?:bearer|authorization[\"']?[:=] ?[\"']?(?:apikey|basic|token))\s{1,4}"
        r"(?P<it>[A-Za-z0-9._~+/=-]{12,})",
        _random_header,
        "bearer",
        "authorization",
    ),
)

# Words that say that a secret follows

_WORD = (
    r"(?:pass(?:code|phrase|wd|word)s?|passwort|kennwort|contraseña|mot de passe|senha|hasło"
    r"|пароль|パスワード|비밀번호|密[码碼]|口令|(?<![A-Za-z0-9])pwd?)"
)
_HINTS = (
    "passw", "passp", "passc", "pw", "kennwort", "contraseña", "mot de passe", "senha", "hasło",
    "пароль", "パスワード", "비밀번호", "密码", "密碼", "口令",
)  # fmt: skip
_IS = (
    r"(?:[\"'`]?[ \t]{0,4}(?:[:=]|:=|=>|->)"
    r"|\s{1,4}(?:is|was|ist|est|es|é|это)(?: now| still)?:?\s|\s?(?:は|은|는)"
    r"|\s?(?:还?是|(?:改|换|设)成了?|(?:改|设)?为了?):?)[ \t]{0,4}"
)
_FOR = r"(?: (?:for|of|on|to) [^\n:=.,!?]{1,40}?)?"

_PLACEHOLDER = re.compile(
    r"[*.•xX_#?-]+|\$?[{<\[(%$].*|\$[A-Z_]+"
    r"|(?:(?:db|my|new|old|pg|some|the|user|wifi|your)[_-]?)?"
    r"(?:(?:api[_-]?)?keys?|passwd|passwords?|pwd|secrets?|tokens?)"
    r"|your[_-]?\w*|changeme|example|hidden|placeholder|redacted",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?:[\[(].*|\.[A-Za-z_]\w*)|[A-Za-z]*(?:_[A-Za-z]*)+"
)
_DESCRIBES = re.compile(  # a password, or a variable that holds one
    r"(?:\w+(?:able|ed|ful|ible|ing|ive|less|ly)"
    r"|any|bool|bytes|char|credentials|env|false|field|input|int|nil|none|null|optional|prompt|self"
    r"|str|string|text|true|undefined|user|username|varchar"
    r"|bad|blank|broken|correct|different|easy|empty|enough|fine|gone|good|great|hard|hidden|important"
    r"|incorrect|invalid|known|less|long|lost|mandatory|missing|more|new|ok|okay|old|private|public"
    r"|right|safe|same|secret|secure|set|short|simple|strong|stuck|temporary|unique|unknown|unsafe"
    r"|valid|weak|written|wrong"
    r"|above|again|always|below|first|here|help|just|last|never|not|now|off|only|out|please|second|see"
    r"|still|there|too|up|yes|no|a|an|and|anything|ask|at|but|by|everything|for|from|her|his|how|if"
    r"|in|it|its|my|nothing|on|or|our|something|somewhere|that|the|their|this|to|under|what|where"
    r"|which|who|why|with|your)",
    re.IGNORECASE,
)
_CLOSERS = ".,;:)]}>'\"`”’」"  # of a sentence, more likely than of a password


def _is_quoted(match: re.Match[str]) -> int:
    return 0 if _PLACEHOLDER.fullmatch(match["it"]) else match.end("it")


def _is_password(match: re.Match[str]) -> int:
    """Where the word after "password" ends, if it is none of those that describe one."""
    start, word = match.start("it"), match["it"].rstrip(_CLOSERS)
    end = start + len(word)
    if len(word) < 3 or _PLACEHOLDER.fullmatch(word) or _CODE.fullmatch(word):
        return 0
    if match.string.startswith(("位", "个"), end):  # how long it is
        return 0
    if re.fullmatch("[A-Za-z'-]+[!?]*", word) and not _CAMEL.search(word):
        after = match.string[end : end + 1]
        ends = after in _CLOSERS + "\n&" or not after.isascii()  # "" is in every string
        return end if ends and not _DESCRIBES.fullmatch(word.rstrip("!?")) else 0
    return end


def _is_assigned(match: re.Match[str]) -> int:
    """A value is a secret when it looks drawn."""
    it = match["it"].rstrip(".,;:!?")
    end = match.start("it") + len(it)
    called = match.string[end : end + 1] in ("(", "[")
    code = _CODE.fullmatch(it) and not is_random(it)
    return end if is_random(it, 8) and not called and not code else 0


_PASSWORD_URL = any_case(  # scheme://user:password@host, where a password may hold "@" and "/"
    PASSWORD,
    r"(?<=[a-z0-9])://[^\s:/@\"'<>]{0,128}:(?P<it>[^\s\"'<>/?#]{1,256}(?=@[\w\[.-])"
    r"|(?![0-9]{1,5}[/?#])[^\s\"'<>@]{1,256}(?=@[\w\[.-]))",
    _is_quoted,
    "://",
)
_PASSWORDS: tuple[Rule, ...] = (
    any_case(
        PASSWORD,
        rf"{_WORD}{_FOR}{_IS}b?[\"“「`'](?P<it>[^\s\"”」`',.;:)][^\"”」`'\n]{{0,126}})(?=[\"”」`'])",
        _is_quoted,
        *_HINTS,
    ),
    any_case(
        PASSWORD, rf"{_WORD}{_FOR}{_IS}(?P<it>(?![\"',`])[!-~]{{1,256}})", _is_password, *_HINTS
    ),
    any_case(
        PASSWORD,
        r"(?<=\s)--pass(?:phrase|wd|word)? (?P<it>[^\s-]\S{2,127})",
        _is_password,
        "--pass",
    ),
    any_case(
        PASSWORD,
        FREE + r"pin(?: ?code| number)?(?:\s{1,2}is|\s?[:=])\s{0,2}(?P<it>[0-9]{4,8})"
        r"(?![,.]?[0-9])" + END,
        None,
        "pin",
    ),
)


def _assignment(kind: str, words: str, *hints: str) -> Rule:
    value = r"[\"'`“]?(?P<it>[A-Za-z0-9_\-./+=~!@#$%^&*]{8,})"
    return any_case(kind, rf"(?:{words}){_IS}{value}", _is_assigned, *hints)


_ASSIGNED: tuple[Rule, ...] = (
    _assignment(
        API_KEY,
        r"(?:access|account|api|licen[cs]e|service|subscription)[_ -]?(?:access[_ -]?)?key"
        r"|[密秘][钥鑰]",
        *("key", "密钥", "密鑰", "秘钥", "秘鑰"),
    ),
    _assignment(TOKEN, r"token|令牌", "token", "令牌"),
    _assignment(
        SECRET,
        r"secret(?:[_ -]?(?:access[_ -]?)?key)?|private[_ -]?key|credentials?|creds?",
        *("secret", "private", "cred"),
    ),
    any_case(
        SECRET,
        r"[?&](?:sig|signature|x-amz-signature)=(?P<it>[A-Za-z0-9%+/=_-]{20,})",
        None,
        "sig",
    ),
)

# In this order: what one has found is blank for those after it.
SECRETS: tuple[Rule, ...] = (
    _PRIVATE_KEY, _PASSWORD_URL, *_VENDORS, *_TOKENS, *_PASSWORDS, *_ASSIGNED,
)  # fmt: skip
