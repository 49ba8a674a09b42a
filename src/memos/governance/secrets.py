"""Secrets that must not be remembered: keys, tokens, private keys, passwords."""

from __future__ import annotations

import re

from memos.governance.rules import END, FREE, Rule, any_case, is_random, rule

PRIVATE_KEY, API_KEY, TOKEN, PASSWORD, SECRET = (
    "private key", "api key", "token", "password", "secret",
)  # fmt: skip


def _random(match: re.Match[str]) -> int:
    """What vendors and headers hold has no words in it."""
    it = match["it"].rstrip(".")
    return match.start("it") + len(it) if is_random(it) else 0


_AWS_ID = re.compile(FREE + r"A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{16}" + END)
_NEAR = 200  # characters between an AWS key id and its secret


def _beside_aws_id(match: re.Match[str]) -> int:
    it = match[0]
    mixed = is_random(it) and not it.islower() and not it.isupper()
    near = _AWS_ID.search(match.string, max(0, match.start() - _NEAR), match.end() + _NEAR)
    return match.end() if mixed and near else 0


_VENDORS: tuple[Rule, ...] = (
    rule(API_KEY, r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])", _beside_aws_id,
         "akia", "asia", "abia", "acca"),
    Rule(API_KEY, _AWS_ID, None, ("akia", "asia", "abia", "acca")),
    rule(API_KEY, FREE + r"(?P<it>sk-[A-Za-z0-9_-]{20,})", _random, "sk-"),  # OpenAI, Anthropic
    rule(API_KEY, FREE + r"(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})",
         None, "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    rule(API_KEY, FREE + r"gl(?:pat|ptt|dt|rt|cbt|ft|soat|agent|imt|oas)-[A-Za-z0-9_-]{20,}"
         r"(?:\.[A-Za-z0-9_-]{2,})*",
         None, "glpat", "glptt", "gldt", "glrt", "glcbt", "glft", "glsoat", "glagent", "glimt", "gloas"),
    rule(API_KEY, FREE + r"(?P<it>xox[a-z]-[A-Za-z0-9-]{10,}|xapp-[0-9]-[A-Za-z0-9-]{10,})",
         None, "xox", "xapp-"),
    rule(API_KEY, r"hooks\.slack\.com/services/(?P<it>T[A-Za-z0-9]{6,}/B[A-Za-z0-9]{6,}/[A-Za-z0-9]{16,})",
         None, "hooks.slack"),
    rule(API_KEY, FREE + r"AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])", None, "aiza"),
    rule(API_KEY, FREE + r"(?:ya29\.[A-Za-z0-9_-]{20,}|GOCSPX-[A-Za-z0-9_-]{20,})",
         None, "ya29.", "gocspx-"),
    rule(API_KEY, FREE + r"(?:[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/]{24,})",
         None, "k_live_", "k_test_", "whsec_"),
    rule(API_KEY, FREE + r"(?:npm_[A-Za-z0-9]{36,}|pypi-AgE[A-Za-z0-9_-]{50,})",
         None, "npm_", "pypi-"),
    rule(API_KEY, FREE + r"(?:hf_[A-Za-z0-9]{30,}|gsk_[A-Za-z0-9]{40,}|r8_[A-Za-z0-9]{37,}"
         r"|xai-[A-Za-z0-9]{60,}|pplx-[A-Za-z0-9]{40,})",
         None, "hf_", "gsk_", "r8_", "xai-", "pplx-"),
    rule(API_KEY, FREE + r"[0-9]{8,10}:[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])", None, ":"),  # Telegram
    rule(API_KEY, FREE + r"(?P<it>memos_[A-Za-z0-9]{4,64}_[A-Za-z0-9_-]{16,})", _random, "memos_"),
    rule(API_KEY, FREE + r"(?:SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}|SK[0-9a-f]{32}" + END
         + r"|[0-9a-f]{32}-us[0-9]{1,2}" + END + ")", None, "sg.", "sk", "-us"),
    rule(API_KEY, FREE + r"(?:do[opr]_v1_[a-f0-9]{64}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"
         r"|dapi[a-f0-9]{32}|hvs\.[A-Za-z0-9_-]{24,}|lin_api_[A-Za-z0-9]{32,}|ntn_[A-Za-z0-9]{40,}"
         r"|AGE-SECRET-KEY-1[0-9A-Z]{50,})",
         None, "_v1_", "shp", "dapi", "hvs.", "lin_api_", "ntn_", "age-secret"),
)  # fmt: skip

_RULE_OFF = r"-----"


def _key_in_it(match: re.Match[str]) -> int:
    """A sentence about the first line of a key file holds no key."""
    return match.end() if _BODY.search(match[0]) else 0


_BODY = re.compile(r"[A-Za-z0-9+/=]{16}")
_BEGIN = r"-----BEGIN (?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
_KEYS: tuple[Rule, ...] = (
    rule(  # to its end; if that was cut off, as far as the lines look like a key
        PRIVATE_KEY,
        _BEGIN + r"(?:[^-]*(?:-(?!----)[^-]*)*-----END [A-Z0-9 ]{1,60}-----"
        r"|(?:(?:\s|\\[nr])+[A-Za-z0-9+/=]{16,})+(?:(?:\s|\\[nr])+[A-Za-z0-9+/]{1,15}=)?)",
        _key_in_it,
        "private key",
    ),
    rule(
        TOKEN,
        r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]*",
        None,
        "eyj",
    ),
    any_case(
        TOKEN,
        r"(?:\bbearer|\bauthorization[\"']?[:=] ?[\"']?(?:basic|token|apikey|bearer))"
        r"\s{1,4}(?P<it>[A-Za-z0-9._~+/=-]{12,})",
        lambda match: match.end() if is_random(match["it"], 12) else 0,
        "bearer",
        "authorization",
    ),
)

_PLACEHOLDER = re.compile(
    r"[*.•xX_#?-]+|\$?[{<\[(%$].*|\$[A-Z_]+|%[A-Z_]+%"
    r"|(?:(?:your|my|the|user|new|old|some|db|pg|wifi)[_-]?)?(?:password|passwd|pwd|secret|token|(?:api_?)?key)s?"
    r"|your[_-]?\w*|example|changeme|placeholder|redacted|hidden",
    re.IGNORECASE,
)
_CODE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?:[\[(].*|\.[A-Za-z_]\w*)|[A-Za-z_]\w*=.*")
_NO_PASSWORD = frozenset(
    """
    str string text bytes varchar char none null nil undefined true false bool boolean int
    required optional mandatory field input prompt env yes no any
    wrong weak strong correct incorrect invalid valid empty blank missing old new same
    different safe secure unsafe insecure public private known unknown gone lost fine ok okay good bad
    great long short easy hard simple complex unique important secret temporary broken here there
    below above right too not never always still now also in on at under with from for to by that
    what which where who how why the a an my your our their his her its this it just only
    something nothing anything everything somewhere please see ask again out up off and or but if
    stuck enough less more first second last kept set reset sent written hidden forgotten shown
    """.split()
)
_PREDICATE = re.compile(r".+(?:ed|ing|able|ible|ive|ful|less|ly|ish|sensitive)", re.IGNORECASE)


def _is_password(match: re.Match[str]) -> int:
    """Where the word after "password" ends, if it is none of those that describe one."""
    if match["quoted"]:
        return 0 if _PLACEHOLDER.fullmatch(match["quoted"]) else match.end("it")
    word = match["it"].rstrip(".,;:!?)]}>'\"`”’」")
    if _PLACEHOLDER.fullmatch(word) or len(word) < 3:
        return 0
    if _CODE.fullmatch(word) or match.string.startswith(("位", "个字"), match.end("it")):
        return 0
    if word.isalpha() or word.replace("'", "").replace("-", "").isalpha():
        return match.start("it") + len(word) if _stands_as_name(match, word) else 0
    return match.start("it") + len(word)


def _stands_as_name(match: re.Match[str], word: str) -> bool:
    """Whether plain letters are the password: they end their clause, and describe nothing."""
    if word.lower() in _NO_PASSWORD or _PREDICATE.fullmatch(word):
        return False
    if word[1:] != word[1:].lower() and not word.isupper():
        return True  # capitals inside
    rest = match.string[match.start("it") + len(word) :][:2]
    return not rest.strip() or rest[0] in ".,;!?)\"'`\n&" or not rest[0].isascii()


_SAID = (  # a quoted value, or what goes on to the next space
    r"[ \t]{0,4}(?P<it>(?:\"|“|「|`|')(?P<quoted>[^\s\"”」`'][^\"”」`'\n]{0,126})(?=\"|”|」|`|')"
    r"|(?P<bare>[!#-&(-+\--~][!-~]{0,255}))"
)
_PASSWORD_WORD = (
    r"(?:pass(?:word|wd|phrase|code)s?|passwort|kennwort|contraseña|mot de passe|\bsenha|\bhasło"
    r"|пароль|パスワード|비밀번호|密[码碼]|口令|(?<![A-Za-z0-9])pwd?)"
)
_IS = (
    r"(?:[\"'`]?[ \t]{0,4}(?:[:=]|:=|=>|->)|\s{1,4}(?:is|was|ist|est|es|é|это)(?: now| still)?:?\s|\s?(?:は|은|는)"
    r"|\s?(?:还?是|为|改成了?|改为了?|设成了?|设为了?|换成了?):?)"
)
_PASSWORDS: tuple[Rule, ...] = (
    any_case(  # scheme://user:password@host
        PASSWORD,
        r"(?<=[a-z0-9])://[^\s:/@\"'<>]{0,128}:(?P<it>[^\s\"'<>/?#]{1,256}(?=@[\w\[.-])"
        r"|(?![0-9]{1,5}[/?#])[^\s\"'<>@]{1,256}(?=@[\w\[.-]))",
        lambda match: 0 if _PLACEHOLDER.fullmatch(match["it"]) else match.end("it"),
        "://",
    ),
    any_case(
        PASSWORD,
        _PASSWORD_WORD + r"(?: (?:for|to|of|on) [^\n:=.,!?]{1,40}?)?" + _IS + _SAID,
        _is_password,
        *("passw", "passp", "passc", "pw", "kennwort", "contraseña", "mot de passe", "senha"),
        *("hasło", "пароль", "パスワード", "비밀번호", "密码", "密碼", "口令"),
    ),
    any_case(
        PASSWORD,
        r"(?<=\s)--pass(?:word|wd|phrase)?[ =](?P<it>(?P<quoted>(?!))?[^\s-][^\s]{2,127})",
        _is_password,
        "--pass",
    ),
    any_case(
        PASSWORD,
        FREE + r"pin(?: ?code| number)?(?:\s{1,2}is|\s?[:=])\s{0,2}(?P<it>[0-9]{4,8})(?![0-9,.]?[0-9])" + END,
        None,
        "pin",
    ),
)


def _is_assigned(match: re.Match[str]) -> int:
    """A value is a secret when it looks drawn; a quoted one may be shorter."""
    it = match["it"].rstrip(".,;:!?")
    if _PLACEHOLDER.fullmatch(it) or _CODE.fullmatch(it):
        return 0
    return match.start("it") + len(it) if is_random(it, 8) else 0


_ASSIGNED = _IS + r"[ \t]{0,4}[\"'`“]?(?P<it>[A-Za-z0-9_\-./+=~!@#$%^&*]{8,})"


def _assignment(kind: str, words: str, *hints: str) -> Rule:
    return any_case(kind, rf"(?:{words}){_ASSIGNED}", _is_assigned, *hints)


SECRETS: tuple[Rule, ...] = (
    *_KEYS[:1],
    *_PASSWORDS[:1],  # before e-mail addresses are seen in it
    *_VENDORS,
    *_KEYS[1:],
    *_PASSWORDS[1:],
    _assignment(
        API_KEY,
        r"(?:api|access|account|subscription|licen[cs]e|service)[_ -]?(?:access[_ -]?)?key|密[钥鑰]|秘[钥鑰]",
        "key", "密钥", "密鑰", "秘钥", "秘鑰",
    ),
    _assignment(TOKEN, r"token|令牌", "token", "令牌"),
    _assignment(SECRET, r"secret(?:[_ -]?(?:access[_ -]?)?key)?|private[_ -]?key|credentials?|\bcreds?",
                "secret", "private", "cred"),
    any_case(SECRET, r"[?&](?:sig|signature|x-amz-signature)=(?P<it>[A-Za-z0-9%+/=_-]{20,})", None, "sig"),
)  # fmt: skip
