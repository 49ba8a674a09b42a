"""What kind of utterance a text is: cues in English and Chinese, as tables of patterns.

Every predicate is pure, linear in the text and total: odd text is simply no cue.
"""

from __future__ import annotations

import re
from typing import Literal

from memos.language.patterns import MEASURE, READ_LIMIT, at_word, cue, seen

Script = Literal["latin", "cjk", "other"]

STANDING_TERM = "•order"
"""What text indexes list standing orders under, beside their words; no word looks like it."""

# A standing order tells the assistant what to do from now on. Each group is one way to say so.
_START = r"(?:\A|[.!?;:,\n]\s{0,3})(?:(?:and|so|also|but|oh|hi|hey|ok|okay) ){0,2}"
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_TEXTS = (  # what an assistant is asked to write
    r"(?:(?:e-?)?mail|letter|message|text|note|code|sql|commit|snippet|recipe|quote|answer|repl(?:y|ie)"
    r"|draft|plan|list|date|time|estimate|figure)s?\b"
)
_WHEN = "(?:when|if|whenever|any ?time|each time|every time)"
_ASK = (
    "ask|say|mention|request|want you|tell you|talk|send|discuss|inquire|bring up|refer|write to you"
    "|give you|hand you|show you"
)
_DO = (
    r"(?:write|draft|suggest|recommend|estimate|plan|cook|propose|quote|answer|explain|review"
    r"|summari[sz]e|list|describe|talk about|give me|show me|tell (?:me|anyone)|make me|set me|give us)\b"
)
_COMMAND = (
    r"(?:please|always|never|don['’]?t|do not|use|give|show|keep|put|add|write|tell|close|start|begin"
    r"|end|include|leave|answer|reply|mention|ask|remind|call|stick to|skip|avoid)\b"
)
_STANDING_ORDER = cue(
    at_word(
        # its beginning: from now on, from the 1st of May on, in future
        r"from (?:now|here|today|tomorrow|(?:this|next) (?:point|week|month|year)"
        rf"|(?:the )?[0-9]{{1,2}}(?:st|nd|rd|th)(?: of (?:{_MONTHS}))?|{_MONTHS}) on(?:wards?)?\b(?! the\b| [0-9])",
        r"going forward\b|henceforth\b|once and for all\b",
        rf"in (?:the )?future,? (?:you\b|make\b|{_COMMAND})",
        r"(?:keep|bear) (?:it|this|that|them|those) in mind\b",
        # its occasion: when I ask for code, if you draft a letter, whenever it comes up, close with
        rf"{_WHEN} i(?:['’]m| am)? (?:ever )?(?:{_ASK})",
        rf"{_WHEN} you (?:ever )?{_DO}",
        rf"when(?:ever)? [^.!?,\n]{{2,60}}, {_COMMAND}",
        # its frequency: you should always use, make sure you always, no garlic ever
        r"(?:you|please|should|must|to|you['’]ll) (?:always|never) (?:use|give|answer|reply|respond|include"
        r"|call|address|remind|format|provide|show|ask|tell|write|keep|mention|explain|add)\b",
        r"(?:remember|make sure|be sure) (?:to|you) always\b",
        r"no \w+(?: \w+)?,? (?:please,? )?ever\b",
        # its scope: every recipe you give me, anything I send to Sweden, all mails
        r"(?:any|every|all|each)(?:thing)? (?:\w+ ){0,3}?(?:you|i) (?:ever )?(?:suggest|give|write|draft"
        r"|send|make|tell|recommend|plan|cook|propose|show|ask)\b",
        r"for (?:anything|everything|whatever) (?:i|you|with|about|to do|after)\b",
        r"(?:that|this|it) (?:holds|goes|counts|applies) for\b",
        rf"(?:in|for|with|to|on) (?:every|all|any) (?:my |of my )?{_TEXTS}",
        # it is called a rule
        r"(?:house|ground|new|one|another|standing|golden|two|some|few|my|the|a) (?:\w+ )?rules?\b"
        r"[^.!?:\n]{0,50}(?::|\bwhen)",
        rf"rules? (?:for|from|about) (?:you|me|any|all|every|anything|literature|{_TEXTS})|rule then\b",
    ),
    # a sentence or clause that is an order: always use, never give, don't ever write; ..., always.
    rf"{_START}(?:(?:please )?(?:always|never) (?!(?:been|had|has|have|did|mind|a|the|in|good|nice|thought"
    r"|felt|knew|said|again|seen|heard|better|is|was|were|weekends?)\b)[a-z]"
    r"|(?:don['’]?t|do not) (?:you )?(?:ever\b|put me\b|give me any\b))|, (?:always|ever)(?:[.,!]|\Z)",
    # the same in Chinese: beginning, occasion, frequency, scope, rule
    r"(?:(?<![\u4e00-\u9fff])|(?<=[你请的]))(?:以后|今后|往后|从现在开始|从现在起|从今天起|从今往后|接下来)[^。！？\n]{0,16}?"
    r"(?:请|[都就](?![得会能快是没一爬])|不要|要(?!是)|别|不准|不许|不用|必须|一律|只(?![是有])|叫我|按|用|给我|[带写加]上|添|记)",
    r"每次(?:我|回答|回复|聊|提)[^。！？\n]{0,16}?(?:请|都要|你要|必须|记得|先|提醒)|每当我|只要我[^。！？\n]{0,12}?就"
    r"|当我[^。！？\n]{0,12}?(?:问|说|提到|要求|让你)|(?:只要|每)[^。！？\n]{0,10}(?:你就|就替我|你都)",
    r"请?(?:始终|一律|务必总是)|请(?:总是|一直|永远|每次)|永远(?:不要|别)|不要再|别再(?:叫|用|给|说|提)|不许(?:再)?(?:给|用|说|添|出现)",
    r"凡是|一概|(?:回我|回答我|跟我说)[^。！？，\n]{0,6}?(?:都?要|别)",
    r"[立定条个老]规矩|[先再]定一条|帮我记一条|那套作废",
)  # fmt: skip
_CLAUSE = r"([^\s.!?;:,\n][^.!?;:,\n]{0,120}?)"
_CLAUSE_END = (  # or the command that follows, but not 'every mail you write'
    r"(?=[.!?;:,\n]|\Z|(?<!\byou)(?<!\bever)(?<!\bi) (?:please|always|never|you (?:should|must)|don['’]?t"
    r"|do not|use|give|show|keep|include|write|must|should|is|are|has|from (?:now|here) on)\b)"
)
_OCCASION = re.compile(
    at_word(
        rf"{_WHEN} i(?:['’]m| am)? (?:ever )?(?:{_ASK})(?:ing)?"
        r"(?: (?:you|me|for|about|to|of|on|with|anything|if|how|whether))* ",
        rf"{_WHEN} you (?:ever )?",
        r"(?:for|in|on|with|to) (?:anything|everything|whatever|any|every|all|each) (?:of )?(?:my )?"
        r"(?:to do with |about |you )?",
        r"rules? (?:for|about) (?:any |all |every )?(?:my )?(?!you\b|me\b)",
        r"(?:anything|everything|any|every|all|each) (?=(?:\w+ ){0,3}?(?:you|i) )(?:you )?",
        r"(?:when|whenever|if|(?:any|each|every) ?time(?= (?:we|a|an|the|my|someone)\b)) (?!i may\b)",
    )
    + _CLAUSE
    + _CLAUSE_END,
    re.IGNORECASE,
)
_HAN_OCCASION = re.compile(
    r"(?:(?:每次|每当|当|只要|以后|往后|要是|如果)我(?:要是|如果|再|每)?(?:跟你|给你|让你|问|说|提|聊|要求|报)(?:说|到|起|及|你|报)?"
    r"|凡是(?:跟我说|让你|替我|给我)?|(?:以后|今后|往后|从现在开始|从现在起)[，,]?(?:你|我让你|凡是)?(?=[^都要一不别按用就请叫除，]))"
    r"([^，。！？；：,\n]{1,40}?)(?:时|的时候)?(?=[，。！？；：,\n]|\Z|[都按就](?!是)|一律|不要|不许|不用|别|要(?!是)|请|用)"
)
_BOILERPLATE = re.compile(
    r"\b(?:from (?:now|this point|here|today) on(?:wards?)?|going forward|henceforth|in (?:the )?future|always"
    r"|please|for good|(?:remember|make sure|be sure) (?:to|you)|i(?:['’]d| would)? (?:want|like) you to"
    r"|you (?:should|must))\b,?\s*|从(?:现在|今天)(?:开始|起)|从今往后|以后|今后|往后|请|始终|一律|总是|永远|务必|[，,]?都(?=用|要|按)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")
_EDGES = " \t,;:.!?，。；：！？"
_VERY = r"(?:really |also |just |always |still |absolutely |definitely |usually |personally |generally |so |do )?"
_PREFERENCE = cue(
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
_OPENS_ASKING = cue(
    r"\A\W{0,5}(?:what|when|where|who|whose|whom|which|why|how)(?:['’]?s|['’]?re)?\s(?!a\b|an\b|the\b"
    r"|i\b|we\b|you\b|he\b|she\b|they\b|it\b|ever\b)[^.!。！\n]*\Z",
    r"\A\W{0,5}(?:do|does|did|is|are|was|were|have|has|had|can|could|will|would|should) "
    r"(?:i|you|we|he|she|it|they|there|this|that|the|my|your|his|her|any|anyone)\b[^.!。！\n]*\Z",
    r"\A[^。！!，,\n]{0,12}?(?:什么时候|何时|哪里|哪儿|为什么|多少|是不是|有没有|能不能|会不会|怎么样|是谁|谁)[^。！!\n]*\Z",
)
_NUMBER = cue(
    r"[0-9]",
    "[０-９]",
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh"
    r"|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundreds?|thousands?|millions?|billions?"
    r"|dozens?|couple of|once|twice|thrice)\b",
    rf"[一两二三四五六七八九十百千万半几]{MEASURE}|第[一二三四五六七八九十]|[二三四五六七八九十][百千万亿]",
)
_MONTH = "jan(?:uary)?|feb(?:ruary)?|april|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
_TIME_WORD = cue(
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
    return seen(_STANDING_ORDER, text)


def order_trigger(text: str) -> str:
    """When a standing order applies: 'Give the dose when I ask about pills' -> 'pills'.

    Looks at the sentences that are orders, at all of `text` where none is. An order for all
    occasions comes back without its boilerplate ('from now on', 'please'). Empty for blank text only.
    """
    sentences = _SENTENCE.split(text[:READ_LIMIT])
    order = " ".join(filter(is_standing_order, sentences)) or " ".join(sentences)
    match = _OCCASION.search(order) or _HAN_OCCASION.search(order)
    return (match and _content(match[1])) or _content(order) or text.strip()


def _content(order: str) -> str:
    return " ".join(_BOILERPLATE.sub("", order).split()).strip(_EDGES)


def states_preference(text: str) -> bool:
    """It says what its author likes, avoids or would rather have; asking about it does not."""
    return seen(_PREFERENCE, text)


def asks(text: str) -> bool:
    """It is a question: it ends as one, or it begins as one and has no other end."""
    tail = text[-200:]
    return _ENDS_ASKING.search(tail) is not None or (len(text) < 400 and seen(_OPENS_ASKING, text))


def has_number(text: str) -> bool:
    """It holds a number, in digits or in words; 'one' and ordinals do not count."""
    return seen(_NUMBER, text)


def has_time_word(text: str) -> bool:
    """It names a moment, a date or a stretch of time."""
    return seen(_TIME_WORD, text)


def first_person_count(text: str) -> int:
    """How many words are first-person pronouns."""
    return len(_FIRST_PERSON.findall(text))


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
