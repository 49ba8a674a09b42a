"""Proper names in English and Chinese text, found by rules.

Precision before recall: a name that is missed costs one entity link, a word taken for a name
links strangers. Only the first `READ_LIMIT` characters are read; longer text is segmented first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

READ_LIMIT = 10_000  # characters
NAME_LIMIT = 200  # characters that `normalise` reads
RUN_LIMIT = 6  # capitalised words; a longer run is a heading


def _words(table: str) -> frozenset[str]:
    return frozenset(table.split())


# Never a name, wherever they stand.
_NEVER = _words("""
a an the some this that these those i me my mine we us our you your he him his she her it its they them
their and or but nor so yet if then than because as at by for from in into of off on onto out over
to up with without about after before between during since until while when where what which who
whom whose why how is am are was were be been being do does did has have had can could would should
must shall not no yes ok okay too also there here
monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat
january february march april may june july august september october november december
jan feb mar apr jun jul aug sep sept oct nov dec christmas easter halloween thanksgiving
""")

# Ordinary words at the head of a sentence; elsewhere a capital makes a name of them (Will, Grace).
_OPENERS = _words("""
absolutely actually add again agreed ah aha all almost already alright always amazing another any
anyone anything anyway apart apparently appreciate art ask at awesome aw aww aye back bad based
basically basketball beautiful best better big bless books both boy bring btw build bye call camping
cause certainly check cheers children clearly click clubs come community compare confidence
congrats congratulations consider considering cool count crazy create creating currently cute damn
dance dancing dear definitely deep describe design despite details different don done dude each
early either else enjoy enough especially even eventually ever every everyone everything exactly
excellent except exciting explain expect explore fair family fantastic far fascinating feel few
finally find fine first focus food found four friends full fun future games generate get girl give
given gives giving glad go going good goodbye gosh got gotcha grace gratitude great guess guys haha
happy hard have haven hearing hello help helping hence hey hi hmm home honestly hope hopefully
however huge hugs hurray imagine impressive include incredible indeed instead interesting join just
keep keeping kids kind kinda know knowing lately later let lets life like list listen little lol
long look looking looks lots love loved lovely loving luckily made make makes making many mark
maybe me meanwhile memories might mom more moreover morning most moving much mum museum music
nah name nature near need never new nevertheless next nice night nobody none nope nothing now
obviously oh old omg once one only oops opening original other otherwise ouch overall own painting
part peace people perfect perhaps photos pick plan plants play please plus practice pretty previously
probably proud provide put quick quite raised read reading ready real really recently regarding
relax remember respect rest review right running sadly same say see seeing seems self set seven
several share sharing short show similarly simply six skip smart sometimes somehow someone something
soon sorry sort sounds specifically spending start stay step stick still stop stories stuff such
summarize super support sure surely sweet swimming take taking talk teach team tell ten test thank
thankfully thanks that think thinking third thirty though three thrilled through thus time times today
together told tomorrow tonight totally tough traveling treat true trust try trying turns twelve
twenty two ugh um under understand unfortunately unless update use used using usually very video
view volunteering wait wanna want was watch watching way welcome well were whatever whenever wherever
whether wild will winning wish wishing within woah wonderful work working works world worth wow
write writing yay yeah year years yep yesterday yet yo yup
dad grandma grandpa daddy mommy mama papa sis bro man everyday five eight nine half last second
hold holy hot hurry cooking hiking music sleep run walk eat drink buy sell turn open close move
additionally furthermore therefore consequently ultimately initially typically generally ensure
implement handle configure install define return import export function class const
accomplished anytime awww believe besides bet brave busy capture care catch challenges chase cherish
collaboration conversations cozy creativity deadlines determined dogs doing excited explored
expression events feels finding fully funny game guidance ha heard highly hiccups hooked identity
impressed lemme lesson lost lucky means mentors met missed mmm moments mostly mother obstacles oof
ooh pets perseverance progress push reminds resources sad setbacks someday special started store
strong success tackle takes things thought thoughts took tried tutorials users weddings y'all yea
yoga young hang fingers fire gonna gotta hmmm indeed insane intense job jeez kudos mine movies nails phew
pics rain safe sounds sunset sunsets surprise teamwork touch trees whoa whoo woo woohoo yum yikes
""")

_NOISE = _words("""
OK TV US USA UK EU UN AM PM LOL OMG BTW FYI IMO IMHO IDK ASAP DIY FAQ PDF URL WTF TBH NGL DM PS RIP
ID VS AKA ETA TBD TODO RSVP CEO CTO CFO HR PR IT PC CD DVD APP VIP BBQ ATM GPS USB WIFI AI HTTP
HTTPS HTML CSS JSON XML SQL API GET POST PUT DELETE PATCH UI UX CRUD
""")

_HONORIFICS = _words("mr mrs ms miss mx dr prof professor sir madam madame lord lady")
_SUFFIXES = _words("s m ve ll d re")  # after an apostrophe: possessive or verb
_JOINS = frozenset(
    [
        " ",
        " de ",
        " da ",
        " di ",
        " del ",
        " della ",
        " la ",
        " le ",
        " van ",
        " von ",
        " bin ",
        " ibn ",
        " of ",
        " & ",
        " van der ",
        " van den ",
        " de la ",
        " de los ",
        " von der ",
        " of the ",
    ]
) | {" "}
_LONGEST_JOIN = max(map(len, _JOINS))

_UPPER = "A-ZÀ-ÖØ-ÞĀ-ɏΆ-ЯḀ-ỿ"  # from Ā on both cases alternate: `isupper` decides
_WORD = "0-9A-Z_a-zÀ-ÖØ-öø-ɏ\u0300-\u036fͰ-ӿḀ-ỿ"
_CAPITALISED = re.compile(  # the capital first: a search for one set of characters is fast
    rf"[{_UPPER}](?<![{_WORD}].)(?:\.(?:[A-Z]\.)*(?![{_WORD}])"
    rf"|[{_WORD}]*(?:['’][{_WORD}]+|-[{_UPPER}0-9][{_WORD}]*)*)"
)
_BEFORE_SENTENCE = " \t\r\"'“”‘([*_"
_SENTENCE_ENDS = ".!?…:;\n。！？：；—-•>"

Token = tuple[int, int, str, str, bool]  # start, end, word, lower case, opens a sentence
Found = tuple[int, str]  # where in the text, name


def names(text: str) -> tuple[str, ...]:
    """The proper names in `text`, unique, in order of first appearance, as they are written."""
    text = text[:READ_LIMIT]
    found = _latin(text)
    if not text.isascii():
        found.extend(_chinese(text))
        found.sort()
    return tuple(dict.fromkeys([name for _, name in found]))


@lru_cache(maxsize=16_384)
def normalise(name: str) -> str:
    """The entity key of a name: two spellings of one name give one key; idempotent.

    NFKC, case-folded, invisible characters removed, whitespace collapsed, possessive and
    honorific stripped ('Dr. Lee's' -> 'lee'). 王老师 stays whole: a surname alone is no key.
    """
    key = unicodedata.normalize("NFKC", name[:NAME_LIMIT]).casefold()
    key = unicodedata.normalize("NFKC", _INVISIBLE.sub("", key))
    key = " ".join(key.split())
    while (shorter := _strip_once(key)) != key:
        key = shorter
    return key


_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_HONORIFIC_HEAD = re.compile(rf"(?:{'|'.join(sorted(_HONORIFICS))})(?:\.\s*|\s+)(?=\w)")
_TITLES = (
    "老师 医生 教授 经理 主任 阿姨 叔叔 先生 女士 太太 小姐 同学 师傅 律师 队长 校长 院长 博士 护士"
)
_HONORIFIC_TAIL = re.compile(rf"(?<=[一-龥]{{2}})(?:{'|'.join(_TITLES.split())})$")


def _strip_once(key: str) -> str:
    for tail in ("'s", "’s", "'", "’"):
        if len(key) > len(tail) and key.endswith(tail):
            return key[: -len(tail)].rstrip()
    head = _HONORIFIC_HEAD.match(key)
    return key[head.end() :] if head else _HONORIFIC_TAIL.sub("", key)


def _latin(text: str) -> list[Found]:
    if text.isupper() and " " in text and not _HAN.search(text):
        return []  # shouting: the capitals say nothing
    tokens = _tokens(text)
    elsewhere = {token[2] for token in tokens if not token[4]}
    lowered: set[str] | None = None
    found: list[Found] = []
    run: list[Token] = []
    for token in tokens:
        _, _, word, low, opens = token
        if opens and word not in elsewhere:
            if low in _OPENERS or (low.endswith("ing") and len(low) > 5):
                continue
            lowered = set(text.split()) if lowered is None else lowered
            if low in lowered:
                continue
        if run and not _joins(text, run[-1], token):
            _close(text, run, found)
            run = []
        run.append(token)
    _close(text, run, found)
    return found


def _tokens(text: str) -> list[Token]:
    """Capitalised words that may be names; what is left out parts the words around it."""
    tokens: list[Token] = []
    abbreviated = -9  # where the last word ended whose full stop ends no sentence
    for match in _CAPITALISED.finditer(text):
        word = match[0]
        if "'" in word or "’" in word:
            word = _without_suffix(word)
        low = word.lower()
        if low in _NEVER or low in (word, "i."):
            continue
        if len(word) > 1 and word.isupper() and not _is_acronym(word, low):
            continue
        start = match.start()
        end = start + len(word)
        opens = start - abbreviated > 2 and _opens_sentence(text, start)
        tokens.append((start, end, word, low, opens))
        if word[-1] == "." or low in _HONORIFICS:
            abbreviated = end
    return tokens


def _without_suffix(word: str) -> str:
    """`Jon's` -> `Jon`, `O'Neil` stays, `Don't` -> '' (no name ends in n't)."""
    head, _, tail = word.replace("’", "'").rpartition("'")
    if tail == "t":
        return ""
    return head if tail.lower() in _SUFFIXES else word


def _is_acronym(word: str, low: str) -> bool:
    if word[-1] == ".":
        return True  # initials
    return len(word.partition("-")[0]) <= 6 and word not in _NOISE and low not in _OPENERS


def _opens_sentence(text: str, start: int) -> bool:
    at = start - 1
    while at >= 0 and text[at] in _BEFORE_SENTENCE:
        at -= 1
    return at < 0 or text[at] in _SENTENCE_ENDS


def _joins(text: str, left: Token, right: Token) -> bool:
    if right[0] - left[1] > _LONGEST_JOIN:
        return False
    between = text[left[1] : right[0]]
    if between in _JOINS:
        return True
    if between == ". ":
        return left[3] in _HONORIFICS
    return not between and left[2][-1] == "."


def _close(text: str, run: list[Token], found: list[Found]) -> None:
    """Adds the name that `run` makes, if any."""
    if len(run) == 1:
        start, _, word, low, _ = run[0]
        if len(word) > 1 and word[1:] != "." and low not in _HONORIFICS:
            found.append((start, word))
    elif 0 < len(run) <= RUN_LIMIT and sum(t[2].isupper() and len(t[2]) > 2 for t in run) < 3:
        last = run[-1][2]
        end = run[-1][1] - (last.count(".") == 1)
        found.append((run[0][0], text[run[0][0] : end]))


# Chinese has no capitals: only names that a title, a nickname or an introduction gives away.
_HAN = re.compile("[一-龥]")
_SURNAME = (
    "(?:欧阳|上官|司马|诸葛|慕容|司徒|夏侯|皇甫|尉迟|[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐"
    "冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦"
    "江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文])"
)
_PLAIN_SURNAME = "[王李张刘陈杨赵周吴徐孙朱胡郭何林罗郑梁谢宋唐许邓冯韩曹曾彭蔡潘董袁余蒋杜魏程吕丁沈姚卢傅姜崔谭陆汪范廖贾韦]"
# What may stand right after a name, so never inside a given name.
_AFTER = "总的是在和跟与同说讲了有去来很会要也都就今昨不没把被给对让想喜从到打告帮请约教送问吃叫还又才刚已将能可做买看听先这那我你他她它们"
_BEFORE = "的和跟给找问叫让请是在了见到去从被与把听们天诉谢欢过陪约帮看说事友而但也还就位名比向"
_END = rf"(?=[{_AFTER}]|[^一-龥]|$)"
_GIVEN = rf"[^\W0-9A-Za-z_{_AFTER}]"
_NOT_GIVEN = _words("""
高兴 高中 高考 高级 高铁 安排 方便 方案 方面 马上 马路 周末 周围 周一 周二 周三 周四 周五 周六 周日 王者 黄色 白天
白色 白领 金融 金牛 金色 程序 江南 江苏 江西 许多 任何 任务 何时 何必 温柔 毛病 毛衣 钱包 万一 万分 孙子 孙女 石头 石油 余下
于是 夏天 叶子 曾经 常常 常年 常见 文科 文员 文艺 文化 龙虾 熊猫 雷雨 汤圆 苏州 史上 武汉 武术 康复 罗马 马来 黄山 黄金 田径 田野
""")
_NOT_SELF = "人员生师座家族党者控迷医民兵粉"  # 我是江苏人, 我是程序员
_CHINESE: tuple[tuple[re.Pattern[str], bool], ...] = (  # pattern, followed by a check of the word
    (re.compile(r"《([^《》\n]{1,40})》"), False),
    (re.compile(rf"(?<=我是)({_SURNAME}{_GIVEN}{{1,2}})(?<![{_NOT_SELF}])(?=[^一-龥]|$)"), True),
    (
        re.compile(
            "(?:名字是|名字叫|叫做|叫作|名叫|姓名是|叫|同事|朋友|老板|同学|室友|邻居|闺蜜|男友|女友|老公|老婆"
            "|丈夫|妻子|儿子|女儿|哥哥|姐姐|弟弟|妹妹|表哥|表姐|表弟|表妹|客户|老师|医生|教练|队友)"
            rf"({_SURNAME}{_GIVEN}{{1,2}})"
        ),
        True,
    ),
    (
        re.compile(
            rf"(?:(?<=[{_BEFORE}])|(?<![一-龥]))"
            rf"((?!周[末围])(?<!对){_SURNAME}(?:{'|'.join(_TITLES.split())}|总监|姐|哥|叔|姨|嫂|婶"
            r"|总(?![是会觉让要共结体能算想数部之])))"
        ),
        False,
    ),
    (re.compile(rf"(?<![大缩最从胆较很太微细矮])([老小]{_PLAIN_SURNAME}){_END}"), False),
    (
        re.compile(
            "(阿[强明杰华伟芳珍丽美英玲珠梅兰辉军龙福宝贵德成志东勇飞豪波宏浩亮凯斌俊涛敏娟秀霞萍琴慧雪莲香红云娇婷])"
            + _END
        ),
        False,
    ),
)


def _chinese(text: str) -> Iterator[Found]:
    if not _HAN.search(text):
        return
    for pattern, checked in _CHINESE:
        for match in pattern.finditer(text):
            name = match[1].strip()
            if name and not (checked and name[:2] in _NOT_GIVEN):
                yield match.start(1), name
