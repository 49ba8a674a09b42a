"""A question retold as the one whom it asks about would have said it, in English and Chinese.

People write 'I moved to Oslo', never 'When did Caroline move to Oslo?'; put into their words, a
question lies nearer to what they wrote. Rules, not grammar: the result is for search only.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from memos.language.cues import asks, script_of
from memos.language.patterns import MEASURE, READ_LIMIT
from memos.language.selves import in_first_person
from memos.language.tokens import STOPWORDS


def as_told(question: str, persons: Collection[str] = ()) -> str:
    """`question` in the words of the one whom it asks about: 'I move to Oslo'.

    The first of `persons` (normalised names of people who speak in the memory) who is named in
    the question, whole or by a word of the name, becomes I, my or me, and so do the pronouns that
    follow. In a question in the first person nobody is replaced. Question words and the first
    auxiliary go; statements, requests and text beyond `READ_LIMIT` stay as they are. Where
    nothing would be left the question comes back: the result is blank only for a blank question.
    """
    if len(question) > READ_LIMIT:
        return question
    han = not question.isascii() and script_of(question) == "cjk"
    told = _han(question.strip(), persons) if han else _latin(question.strip(), persons)
    return told if _says_something(told) else question.strip()


_SAYING = re.compile(r"[^\W_]+")
_NOTHING = STOPWORDS | set("我的是了在")


def _says_something(told: str) -> bool:
    return any(word.lower() not in _NOTHING for word in _SAYING.findall(told))


_LEAD_IN = re.compile(
    r"\W*(?:(?:(?:and|so|ok|okay|hey|hi|please)\b[\s,]*)?"
    r"(?:(?:can|could|would|will) you (?:please |kindly )?(?:tell|remind) (?:me|us)"
    r"|(?:do|can) you (?:still |happen to )?(?:know|remember|recall)|i(?:['’]d| would) like to know"
    r"|i (?:want|need) to know|i wonder|(?:please )?(?:remind|tell) (?:me|us))\b"
    r"(?: (?:again|about|of)\b)?[\s,:]*)+",
    re.IGNORECASE,
)
_REQUEST = re.compile(r"\W*(?:(?:can|could|would|will) you|please|do you mind)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"\s(?:(?<=[?!]\s)|(?<=[\w)\"'”’]{3}\.\s)(?=[A-Z]))\s*|\n+")
_AUXILIARY = (
    r"(?:did|does|do|is|are|was|were|has|have|had|will|would|can|could|should|might|am)\b(?!['’])"
)
_WH = r"(?:what|which|who|whom|whose|where|when|why|how)\b"
_PREPOSITION = (
    "(?:in|on|at|for|to|from|with|by|about|of|since|until|after|before|under|through|during)"
)
_CLAUSE = re.compile(  # 'in which city does she live, and what does she do', 'apart from Rome, where did he go'
    rf"(,? (?:and|or|but) (?=(?:{_PREPOSITION} )?{_WH})|, (?=(?:{_PREPOSITION} )?{_WH} (?:\w+ ){{0,3}}?{_AUXILIARY}))",
    re.IGNORECASE,
)
_QUESTION_WORDS = re.compile(
    rf"\W*(?:(?:{_PREPOSITION}|roughly|exactly|and|so|but) ){{0,2}}{_WH}(?:['’](?:s|re|d|ll)\b)?"
    r"(?: (?:else|exactly|many|much|long|often|old|far|soon|come|about|all|of|(?:kinds?|types?|sorts?) of"
    r"|(?:came|happened|comes) (?:first|last))\b)*[\s,:]*",
    re.IGNORECASE,
)
_INVERSION = re.compile(
    rf"(?<!\S)({_AUXILIARY}) +(?=(?:i|my|we|our|you|your|he|she|it|its|they|his|her|their|the|an?|this|that"
    r"|these|those|there|any|some|people|everyone|anyone|someone|(?-i:[A-Z])[\w'’]*)\b)",
    re.IGNORECASE,
)
_OPENING = re.compile(rf"({_AUXILIARY})\s*", re.IGNORECASE)
INVERTED_WITHIN = 60  # characters between the question word and its auxiliary
_DO = frozenset(["do", "does", "did"])
_OF_ONESELF = {"is": "am", "are": "am", "were": "was", "has": "have"}
_EDGES = " \t\r\n?？.!。！,，;；:："


def _latin(question: str, persons: Collection[str]) -> str:
    lead = _LEAD_IN.match(question)
    text = question[lead.end() :] if lead else question
    if not lead and (_REQUEST.match(text) or not ("?" in text or asks(text))):
        return question
    text = in_first_person(text, persons)
    parts = [part.strip() for part in _SENTENCE.split(text) if part.strip()]
    only = len(parts) == 1
    told = [_sentence(part) if only or "?" in part else part for part in parts]
    return " ".join(" ".join(told).split()).strip(_EDGES)


def _sentence(sentence: str) -> str:
    """One question as a statement, clause by clause ('in which city, and what does she do')."""
    pieces = _CLAUSE.split(sentence)
    told = "".join(
        piece if at % 2 else _clause(piece, first=at == 0) for at, piece in enumerate(pieces)
    )
    return told.rstrip("?") + "." if told.endswith("?") else told


def _clause(clause: str, *, first: bool) -> str:
    words = _QUESTION_WORDS.match(clause)
    rest = clause[words.end() :] if words else clause
    if not (words or first):
        return clause
    auxiliary = _OPENING.match(rest) if words else _INVERSION.match(rest)
    auxiliary = auxiliary or (words and _INVERSION.search(rest, 0, INVERTED_WITHIN)) or None
    if auxiliary is None:
        return rest
    before, after = rest[: auxiliary.start()], rest[auxiliary.end() :]
    verb = auxiliary[1].lower()
    if verb not in _DO and after.startswith("I "):
        return f"{before}I {_OF_ONESELF.get(verb, verb)} {after[2:]}"
    return before + after


_HAN_LEAD_IN = re.compile(
    r"(?:请问|(?:请|麻烦)?[你您]?(?:能不能|能|可以|可不可以)?(?:告诉|提醒)(?:我一下|一下|我)"
    r"|[你您]?还?(?:记得|记不记得|知道|知不知道)(?:吗|不)?|我想(?:知道|问)(?:一下)?)[，,：:？?\s]*"
)
_HAN_REQUEST = re.compile("[^。！？，,\n]{0,6}?(?:请|帮我|帮忙|替我|给我|麻烦)")
_HAN_QUESTION_WORDS = re.compile(
    "(?:是不是)?(?:什么时候|何时|啥时候|什么时间|什么地方|什么原因|为什么|为何|为啥|怎么样|怎样|怎么个?|如何|多少|多久"
    f"|多长时间|哪里|哪儿|何处|是?谁|什么|啥|哪一?(?:些|几)?(?:{MEASURE}|[日间排])?|(?:周|星期|礼拜)几|几(?:{MEASURE}|[月号])(?!级)|多[大高远长重])|是否"
)
_HAN_ENDING = re.compile(r"(?:吗|呢|么|没有)(?=[\s？?。！]*\Z|[？?])")
_HAN_EITHER = re.compile("([\u4e00-\u9fff])[不没]\\1")
_HAN_ASKED = re.compile(r"[？?]|(?:吗|呢)[\s。]*\Z")
_HAN_STATED = re.compile(r"[。！!][\s”]*\Z")


def _han(question: str, persons: Collection[str]) -> str:
    lead = _HAN_LEAD_IN.match(question)
    text = question[lead.end() :] if lead else question
    if not _HAN_ASKED.search(text):
        if _HAN_STATED.search(text) or not _HAN_QUESTION_WORDS.search(text):
            return question
        if not lead and _HAN_REQUEST.match(text):
            return question
    text = in_first_person(text, persons)
    for words, instead in (
        (_HAN_EITHER, r"\1"),
        (_HAN_QUESTION_WORDS, ""),
        (_HAN_ENDING, ""),
    ):
        text = words.sub(instead, text)
    return text.strip(_EDGES)
