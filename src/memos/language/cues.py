"""What kind of utterance a text is: cues in English and Chinese, as tables of patterns.

Every predicate is pure, linear in the text and total: odd text is simply no cue.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Literal

READ_LIMIT = 10_000  # characters; longer text is segmented first

Script = Literal["latin", "cjk", "other"]


class QuestionKind(str, Enum):
    """What a question wants to know; `other` when no rule sees it."""

    when = "when"  # a moment, a duration
    where = "where"
    who = "who"
    how_many = "how_many"  # a count, an amount, a frequency, an age
    which_list = "which_list"
    why = "why"
    how = "how"
    yes_no = "yes_no"
    request = "request"
    other = "other"


Cue = tuple[re.Pattern[str], re.Pattern[str]]  # for any text, in lower case; for Chinese besides


_HAN = re.compile("[\u4e00-\u9fff]")


def _cue(*patterns: str) -> Cue:
    latin = "|".join(pattern for pattern in patterns if not _HAN.search(pattern))
    han = "|".join(pattern for pattern in patterns if _HAN.search(pattern))
    return re.compile(latin), re.compile(han or "(?!)")


def _seen(cue: Cue, text: str) -> bool:
    text = text[:READ_LIMIT]
    if cue[0].search(text.lower()):
        return True
    return not text.isascii() and cue[1].search(text) is not None


_START = r"(?:\A|[.!?;:,\n]\s{0,3})(?:and |so |also |but |oh |hi |hey |ok |okay )?"
_STANDING_ORDER = _cue(
    r"\b(?:from now on|from this point on|going forward|from here on|henceforth)\b",
    r"\bin (?:the )?future,? (?:please|always|never|don['’]?t|do not|you|use|make|keep)\b",
    r"\b(?:when|if|whenever|anytime|any time|each time|every time) i(?:['’]m| am)? "
    r"(?:ask|say|mention|request|want you|tell you|talk|send|discuss|inquire|bring up|refer)",
    rf"{_START}(?:please )?(?:always|never|don['’]?t ever|do not ever) (?!been\b|had\b|mind\b|a\b"
    r"|the\b|in\b|good\b|nice\b|thought\b|knew\b|have i\b|said\b|again\b|seen\b|heard\b|better\b)[a-z]",
    r"\b(?:you|please|should|must|to|you['’]ll) (?:always|never) (?:use|give|answer|reply|respond"
    r"|include|call|address|remind|format|provide|show|ask|tell|write|keep|mention|explain|add)\b",
    r"\b(?:remember|make sure|be sure) (?:to|you) always\b",
    r"(?:以后|今后|往后|从现在开始|从现在起|从今天起|从今往后|接下来)[^。！？\n]{0,8}?(?:请|都|要|不要|别|不准|必须|一律|只|叫我|用)",
    r"每次(?:我|回答|回复|聊|提)[^。！？\n]{0,16}?(?:请|都要|你要|必须|记得|先|提醒)",
    r"每当我|只要我[^。！？\n]{0,12}?就|请?(?:始终|一律|务必总是)|请(?:总是|一直|永远|每次)|不要再|别再(?:叫|用|给|说|提)",
    r"当我[^。！？\n]{0,12}?(?:问|说|提到|要求|让你)",
)
_VERY = r"(?:really |also |just |always |still |absolutely |definitely |usually |personally |generally |so |do )?"
_PREFERENCE = _cue(
    r"\bprefer(?:s|red|ence|ences|ring)?\b|\brather than\b|\b(?:i|we)(?:['’]d| would) rather\b",
    r"\b(?:my|our) (?:all-time |absolute |personal )?fav(?:ou?rites?|es?|s)\b|\bfav(?:ou?rites?)? of mine\b",
    rf"\b(?:i|we) {_VERY}(?:like|love|enjoy|adore|hate|dislike|loathe|detest|despise|avoid|favou?r)\b",
    r"\b(?:i|we) (?:don['’]t|do not|never|can['’]t|cannot|didn['’]t) (?:really |even |ever )?"
    r"(?:like|love|enjoy|stand|eat|drink|want to (?:use|see|hear))\b",
    r"\bi(?:['’]m| am) (?:really |so |very |more |not |always |also |such |pretty )?(?:a |an |much )?"
    r"(?:big |huge |fan\b|into\b|allergic|fond of|keen on|partial to|vegan|vegetarian|comfortable with)",
    r"\bi(?:['’]ve| have) always (?:loved|liked|hated|enjoyed|preferred|wanted)\b|\bnot a fan of\b",
    r"\bi (?:try|like|want|tend|choose|chose|decided) (?:to|on) (?:avoid|stick|keep|use)\b",
    r"(?<!你)(?:我|他|她|咱)[^。！？，,\n你]{0,8}?(?:喜欢|偏爱|偏好|讨厌|反感|受不了|热爱|钟爱|爱(?:吃|喝|看|听|玩)|习惯|不(?:爱|吃|喝))",
    r"(?<![你您])最(?:喜欢|爱|讨厌)的|宁愿|宁可|更倾向|过敏|忌口|吃不了|喝不了",
)
_ENDS_ASKING = re.compile(r"[?？][\s\"'”’)）」』\]*_~!！?？.…]*\Z|(?:吗|么|呢)[\s。.!！~]*\Z")
_OPENS_ASKING = _cue(
    r"\A\W{0,5}(?:what|when|where|who|whose|whom|which|why|how)(?:['’]?s|['’]?re)?\s(?!a\b|an\b|the\b"
    r"|i\b|we\b|you\b|he\b|she\b|they\b|it\b|ever\b)[^.!。！\n]*\Z",
    r"\A\W{0,5}(?:do|does|did|is|are|was|were|have|has|had|can|could|will|would|should) "
    r"(?:i|you|we|he|she|it|they|there|this|that|the|my|your|his|her|any|anyone)\b[^.!。！\n]*\Z",
    r"\A[^。！!，,\n]{0,12}?(?:什么时候|何时|哪里|哪儿|为什么|多少|是不是|有没有|能不能|会不会|怎么样|是谁|谁)[^。！!\n]*\Z",
)
_MEASURE = (
    "[个只次本天年月周岁块元杯人件条张家位点分秒号层套台辆名份斤米公里篇部首集种双瓶碗口遍回场届期]"
)
_NUMBER = _cue(
    r"[0-9]",
    "[０-９]",
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh"
    r"|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundreds?|thousands?|millions?|billions?"
    r"|dozens?|couple of|once|twice|thrice)\b",
    rf"[一两二三四五六七八九十百千万半几]{_MEASURE}|第[一二三四五六七八九十]|[二三四五六七八九十][百千万亿]",
)
_MONTH = "jan(?:uary)?|feb(?:ruary)?|april|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
_TIME_WORD = _cue(
    r"\b(?:today|tonight|yesterday|tomorrow|nowadays|recently|lately|morning|afternoon|evening|midnight"
    r"|noon|weekends?|weekdays?|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|anniversary|birthday)\b",
    rf"\b(?:{_MONTH})\b|\b(?:in|on|since|until|by|last|next|this|during|of) (?:may|march)\b"
    r"|\b(?:may|march) [0-9]{1,2}(?:st|nd|rd|th)\b|\b(?:may|march),? (?:19|20)[0-9]{2}\b",
    r"\b(?:last|next|this|past|previous|every|each|few|couple of|[0-9]+|two|three|four|five|six|seven"
    r"|eight|nine|ten|several|an?|per) (?:hour|night|day|week|month|year|summer|winter|spring|fall"
    r"|autumn|decade|season|minute|fri|sat|sun|mon)s?\b",
    r"\b(?:ago|earlier this|(?:19|20)[0-9]{2}|(?:19|20)?[0-9]0s|[0-9]{1,2}(?::[0-9]{2})? ?[ap]\.?m)\b",
    r"\b[0-9]{1,2}(?::[0-9]{2}|[/-][0-9]{1,2}[/-][0-9]{2,4})\b|\bo['’]clock\b|\bin (?:the )?(?:summer|winter|autumn)\b",
    r"[昨今明前后]天|[昨今明]晚|[今明去前后]年|[早中]上|上午|下午|晚上|凌晨|中午|半夜|周末|[上下这本]个?(?:周|星期|礼拜|月)|(?:周|星期|礼拜)[一二三四五六日天]",
    r"最近|刚才|刚刚|以前|之前|小时候|[0-9一二三四五六七八九十两几](?:年|个月|月|[日号]|天|点|小时|分钟|周)|春节|中秋|国庆|元旦|圣诞|生日|[春夏秋冬][天季]",
)
_FIRST_PERSON = re.compile(
    r"\b(?:I(?!\.[a-z])|i(?!\.[a-z])|[Mm]e|[Mm]y|[Mm]ine|[Mm]yself|[Ww]e|us|[Oo]urs?|[Oo]urselves)\b|我|咱|俺"
)


def is_standing_order(text: str) -> bool:
    """It tells the assistant what to do from now on: 'always ... when I ask ...', 以后都用中文."""
    return _seen(_STANDING_ORDER, text)


def states_preference(text: str) -> bool:
    """It says what its author likes, avoids or would rather have; asking about it does not."""
    return _seen(_PREFERENCE, text)


def asks(text: str) -> bool:
    """It is a question: it ends as one, or it begins as one and has no other end."""
    tail = text[-200:]
    return _ENDS_ASKING.search(tail) is not None or (len(text) < 400 and _seen(_OPENS_ASKING, text))


def has_number(text: str) -> bool:
    """It holds a number, in digits or in words; 'one' and ordinals do not count."""
    return _seen(_NUMBER, text)


def has_time_word(text: str) -> bool:
    """It names a moment, a date or a stretch of time."""
    return _seen(_TIME_WORD, text)


def first_person_count(text: str) -> int:
    """How many words are first-person pronouns."""
    return len(_FIRST_PERSON.findall(text))


_AUX = (
    r"(?:did|do|does|is|are|was|were|will|would|have|has|had|can|could|should|am|['’]s|s|['’]d)\b"
)
_ENGLISH_KINDS = re.compile(  # the earliest question word decides; at one place, the first rule
    rf"\b(?:(?P<how_many>how (?:many|much|often|old|far|tall|big|large|high|frequently)\b"
    r"|what (?:number|percentage|amount|age)\b|what (?:is|was|are) the (?:\w+ )?(?:number|total|count)\b)"
    rf"|(?P<when>how (?:long|soon|recently)\b|when,?\s?(?:exactly )?{_AUX}|when\?|since when\b"
    r"|(?:(?<=me )|(?<=know )|(?<=remember )|(?<=recall ))when\b"
    r"|(?:what|which) (?:\w+ )?(?:date|day|time|year|month|week|season|weekday|deadline)\b"
    r"|what (?:is|was)['’]?s? (?:the|my) (?:\w+ )?(?:date|deadline)\b)"
    r"|(?P<where>where\b|(?:what|which) (?:place|location|city|country|town|state)\b)"
    r"|(?P<who>who(?:se|m)?(?:['’]s|['’]re)?\b|(?:what|which) person\b|what(?:['’]s| is| was) (?:\S+ ){1,4}name\b)"
    r"|(?P<why>why\b|how come\b|what (?:motivated|inspired|made|caused|prompted|led|reasons?)\b"
    r"|what (?:is|was|were|are) (?:the |\S+ )?(?:reasons?|motivation)\b|for what reason)"
    r"|(?P<which_list>which\b|what (?:all|kinds?|types?|sorts?|other|else|are|were)\b"
    r"|what (?:[\w'’-]+ ){0,3}[\w'’-]+(?<!s)s (?:has|have|did|do|does|are|were|is|can|could|would|will|to)\b"
    r"|what (?:books|items) |what (?:has|have)\b)"
    rf"|(?P<how>how\b)|(?P<other>what\b))",
    re.IGNORECASE,
)
_REQUEST = _cue(
    r"\A\W{0,5}(?:(?:hey|hi|ok|okay|so|and|also),? )?(?:(?:can|could|would|will) you\b|please\b|help me\b"
    r"|(?:show|tell|give|remind|teach|send) (?:me|us)\b|(?:list|write|explain|describe|summari[sz]e"
    r"|create|make|find|recommend|suggest|generate|draft|compare|walk me|name)\b"
    r"|i (?:need|want|['’]d like|would like) (?:you|help|some help|to know)\b"
    r"|do you (?:know|remember|recall)\b)",
    r"\A[^。！？!?\n]{0,6}?(?:请|帮我|帮忙|麻烦|给我|替我|告诉我|推荐|能不能帮|可以帮|能帮|列出|总结|介绍)",
)
_YES_NO = _cue(
    r"\A\W{0,5}(?:(?:so|and|but|hey|hi|ok|okay),? )?(?:do|does|did|is|are|was|were|am|have|has|had|can"
    r"|could|will|would|should|shall|may|might|isn['’]t|aren['’]t|wasn['’]t|don['’]t|doesn['’]t"
    r"|didn['’]t|haven['’]t|hasn['’]t|won['’]t)\s",
)
_HAN_YES_NO = re.compile(
    r"[吗么][\s?？。!！]*\Z|是不是|有没有|能不能|会不会|可不可以|要不要|是否|([\u4e00-\u9fff])不\1"
)
_HAN_KINDS: tuple[tuple[QuestionKind, re.Pattern[str]], ...] = (
    (QuestionKind.why, re.compile("为什么|为何|为啥|怎么会|怎么没|什么原因|因为什么")),
    (QuestionKind.when, re.compile("什么时候|何时|啥时候|什么时间|几点|几[月号]|星期几|周几|哪[一]?[天年月日]|多久|多长时间|什么日子")),
    (QuestionKind.where, re.compile("哪里|哪儿|在哪|去哪|何处|什么地方|哪个(?:城市|地方|国家)|地址是")),
    (QuestionKind.how_many, re.compile(f"多少|几{_MEASURE}|多[大高重远]|几岁|几[百千万]")),
    (QuestionKind.who, re.compile("谁|哪位|什么人|哪个人|叫什么(?:名字)?")),
    (QuestionKind.which_list, re.compile("哪些|哪几|有什么|都[^。？！\n]{0,6}什么|哪[一]?[个本种家部款首门]")),
    (QuestionKind.how, re.compile("怎么|如何|怎样|咋")),
)  # fmt: skip


def question_kind(text: str) -> QuestionKind:
    """What `text` asks for; meant for questions, a statement is mostly `other`.

    An embedded question counts: 'can you tell me when ...' is `when`. How long is `when`, how
    often and how old are `how_many`.
    """
    if not text.isascii() and script_of(text) == "cjk":
        return _han_kind(text)
    text = text[:READ_LIMIT]
    request = _seen(_REQUEST, text)
    if not request and _seen(_YES_NO, text):
        return QuestionKind.yes_no
    match = _ENGLISH_KINDS.search(text)
    kind = QuestionKind(match.lastgroup) if match and match.lastgroup else QuestionKind.other
    return QuestionKind.request if request and kind is QuestionKind.other else kind


def _han_kind(text: str) -> QuestionKind:
    for kind, pattern in _HAN_KINDS:
        if pattern.search(text):
            return kind
    if _seen(_REQUEST, text):
        return QuestionKind.request
    return QuestionKind.yes_no if _HAN_YES_NO.search(text) else QuestionKind.other


_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
_LATIN = re.compile("[A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ]+")


def script_of(text: str) -> Script:
    """The script of most of `text`; a Latin word weighs two letters, as a CJK word is two long."""
    if text.isascii():
        return "latin" if _LATIN.search(text) else "other"
    cjk = sum(map(len, _CJK.findall(text)))
    latin_words = _LATIN.findall(text)
    latin = sum(min(len(word), 2) for word in latin_words)
    letters = sum(map(str.isalpha, text)) - sum(map(len, latin_words)) - cjk
    if not (cjk or latin) or letters > max(cjk, latin):
        return "other"
    return "cjk" if cjk >= latin else "latin"
