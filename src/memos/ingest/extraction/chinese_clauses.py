"""Chinese clauses that may claim something, each with the one it is about.

A clause is handed on as its predicate: 我妹最近在学日语 is 在学日语, said of 妹. Chinese drops the
subject where it is known: a clause without one is about whom the clause before it was about, in
the same sentence, and about the speaker at the beginning of one. Where the object stands in
front (香菜我受不了) the clause stays whole, with a ｜ in the place of the subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from memos.ingest.extraction.chinese_words import (
    ADVERB,
    ALONE,
    ANIMAL,
    CHILDREN,
    FAMILY,
    FEMALE,
    LEAD,
    MALE,
    NOT_NAME,
    PARTNERS,
    PERSON,
    ROLE,
    SIBLINGS,
    SURNAME,
    TIME,
    TITLE,
    words,
)
from memos.ingest.extraction.engine import Clause
from memos.language.cues import is_standing_order
from memos.language.names import names
from memos.model.claim import SELF

FRONTED = "｜"
"""Where the subject stood behind its object."""

_LONGEST = 60  # characters of a clause that is looked at; longer ones are no chat
_HAN = "\u4e00-\u9fff"
_SENTENCE = re.compile(
    rf"([^。！？!?；;\n…~～]*)([。！？!?；;\n…~～]+|\Z)|(?<=[{_HAN}])\s+(?=[{_HAN}])"
)
_SPACED = re.compile(rf"(?<=[{_HAN}])[ \u3000]+(?=[{_HAN}])|[\U0001f300-\U0001faff\u2600-\u27bf]+")
_COMMA = re.compile(
    r"[，：:（）()]|(?<![0-9]),|,(?![0-9])|[—–-]{2,}"
    r"|(?<=..)(?=(?:但是|不过|所以|因为|然后|而且|可是|于是|结果|但(?![凡愿书])))"
)
_CLOCK = re.compile(r"(?<=[0-9])[：:](?=[0-9])")

# -- What claims nothing ------------------------------------------------------------------------------------

_ASKS = re.compile(
    r"(?:吗|么|嘛|呢|没|不|没有|吧)\Z(?<!什么)(?<!这么)(?<!那么)|什么(?![都也])|啥(?![都也])|咋|怎么(?![都也看说])|怎样|如何|为何|为啥|谁(?![都也])|哪(?![都怕]|里都|儿都|个都)|多少|几(?:点|号|岁|个[吗呢]|月份|天[能会可够])|多[久大长远]\Z"
    r"|是不是|有没有|能不能|会不会|要不要|该不该|可不可以|好不好|行不行|对不对|算不算|值不值|够不够|适不适合|([一-龥])不\1|([一-龥])没\2|还是[^，]{1,10}\Z|到底|究竟|请问|问[一下你]|想知道|好奇"
)
_CONDITION = re.compile(r"如果|要是|假如|假设|假使|倘若|若是|万一|要不是|的话\Z|[早当]知道|本来[想要打应]|原本[想打要]|差点")
_MAYBE = re.compile(
    r"可能|也许|大概(?![是在]?[0-9一二三四五六七八九十])|或许|说不定|没准|估计|应该[是会在]|恐怕|好像|似乎|看样子|搞不好|指不定|八成|不一定|不确定|没想好|再说吧|看情况|犹豫|纠结|考虑"
    r"|希望|但愿|盼着|祝|巴不得|恨不得|幻想|想象|梦[到见想里]|做梦|仿佛|如同|好比|像个|像是|跟[^，]{1,8}似的|要疯|如果"
)
_REPORTED = re.compile(
    r"听说|据说|据[^，]{1,6}(?:说|称|报道)|有人[说讲问]|网上|书[上里][说讲写]|新闻|报道|刷到|看到[^，]{0,8}说|人家[说讲]|都说|老话|俗话|常言|传说|号称|(?:他|她|它|他们|她们|妈|爸|师|公|婆|奶|爷|姐|哥|弟|妹|友|板|事|生|夫|导|伴|东|居|总|子)(?:又|也|就|还|都|老|总|总是|老是|经常|常|一直|跟我|对我|和我|问我|告诉我|打电话|发消息)?(?:说(?![话服走句得])|讲(?![课话])|问|告诉|觉得|认为|以为|喊我|叫我)"
)
_JOKE = re.compile(r"[🙂🙃🤡🙄]|可太[^，]{1,4}了🙂")
_WITHDRAWN = re.compile(r"当我没说|我没说|我(?:可)?没有说|(?:你)?理解错了|不是(?:这个|那个)意思|我不是说|八字(?:还)?没一撇")
_REQUEST = re.compile(
    r"\A(?:请(?!客|假|了|他|她|老|同|朋|家|吃)|麻烦|劳驾|拜托|帮(?:我|忙|个忙)|给我(?!妈|爸|姐|哥|弟|妹|老|女|儿|爷|奶|家|买|寄|送|带|们|打|发|做|留|介)|求(?!婚|职|学)|推荐|来(?:个|一|点|份|段|首|张|句)|写(?:个|一|段|篇|首|封|份)|列(?:个|一|出|举)|做(?:个|一张|一份|成)(?:表|图|清单|计划)"
    r"|总结|翻译|翻成|解释|对比|比较一下|分析|介绍|告诉我|教我|说说|讲讲|展开|看看|看一下|看下|查一?下|搜|算一?[下算]|改[成一下]|换(?:个|一)(?:说法|版|种|标题|风格)|继续|再(?:来|写|短|长|改|给|试|说)|短一?点|长一?点|有没有|有啥|有什么|能(?:不能|否)?帮|可以帮|你)|(?:[让想要]|需要)你|帮我(?!姐|哥|妈|爸|弟|妹|带|修|搬|做饭|照|看家|接)|麻烦你|出十道|怎么写"
)
_IDIOM = re.compile(
    r"\A(?:爱你|想你|爱死你|谢谢|感谢|觉得|感觉|认为|知道|明白|懂|理解|相信|记得|同意|猜|想(?!要|去|学|买|换|考|吃|养|当|做|找|在|把|给|搬|转|辞)|问|说|看不懂|没懂|听不懂|没想法|没意见|没问题|没事|没空|没(?:耐心|心情|精神)|有(?:个|一个|点|几个|些)?(?:问题|想法|疑问|事|建议|困惑|主意|印象|感觉|道理|意思)|的(?:天|妈|意思|问题|错|锅|想法|老天)|太难|不信|不服|真是服了|服了|无语|累|困|饿|烦|气|晕|哭|笑|好(?:累|困|饿|烦|难|气|想)|很?(?:累|困|饿|烦|无聊|郁闷|难过|开心|高兴|生气|焦虑|担心|着急|崩溃|emo|emo了)|快(?:疯|崩溃|死|哭|累)|要(?:疯|哭|死|崩溃)|[^，]{1,3}死了|狗\Z|试(?:试|过|了)|不是\Z|不行|不会吧|不知道|不清楚|不确定|可以|先(?:睡|下|走|去忙)|去(?:睡|忙|洗|上班|吃饭)了|回来了|来了\Z|到了\Z|睡(?:了|啦|觉))"
)
_NOBODY = re.compile(
    r"(?:你|您|它(?!们)|这(?!边|些年|几年)|那(?!边|年|时)|有人|别人|人家|大家|谁|网友|专家|人们|有些|有的|他们|她们|它们|群里|网上|历史|书|新闻|所有|每个人|年轻人|老人|现代人|全国|国内|公司(?![在是裁让要搬倒派组安])|客户(?!来)|为什么|怎么|什么|哪|能不能|可以|应该|大陆)"
)

# -- People ---------------------------------------------------------------------------------------------

_OTHER_FAMILY = re.compile(rf"(?:{words(CHILDREN, PARTNERS, SIBLINGS)})\Z")
_NAME = rf"(?:(?!{NOT_NAME})[小老阿大][一-龥](?![一-龥]{{0,1}}区)|([一-龥])\1|{SURNAME}{TITLE}|{SURNAME}[一-龥]{{1,2}})"
_AFTER_NAME = r"(?=[是在也都要想跟和去来有不会被把喜爱养住搬下上明昨今前后刚就已才从对最总每现最怕属信得给帮请买换考当做开、，0-9]|\Z)"
_OF = rf"(?:(?:我|咱)(?:们|们?家|自己)?(?:的)?|(?:有)?(?:一个|个|一位|两个|俩)?(?=(?:{ALONE})))"
_KIN = re.compile(
    rf"(?:(?:我|咱)(?:们家|们|家)?(?:的)?(?:大学|高中|初中|亲|好|新|老|前|那个|大|小|远房|楼上|楼下|隔壁|对门)?(?P<mine>{PERSON})|(?:有)?(?:一个|个|一位)?(?:楼上|楼下|隔壁|对门)?(?P<kin>{ALONE}))"
    rf"(?:的(?P<deep>{PERSON})|(?P<deeper>(?:{ALONE})(?=[是在也都要想有不昨今明上下这最喜爱对])))?"
    rf"(?:(?P<name>{_NAME}){_AFTER_NAME})?(?!的(?!生日|名字|职业|工作|专业|老家|爱好|电话|手机|邮箱|小名|微信|公司|学校|病|血压|血糖|身体|手术|婚礼|航班)|家(?!在|住|是|里)|[一-龥]?节)"
)
_PET = re.compile(rf"(?:我|咱)?(?:们)?(?:家)?(?:里)?(?:的)?(?:那只|那条|这只)?(?P<pet>{ANIMAL})(?:(?P<name>{_NAME}){_AFTER_NAME})?(?=[是在也都要叫有不今昨上刚最对特很爱怕老，、0-9]|\Z)(?!粮|砂|抓|毛)")
_BARE_NAME = re.compile(rf"(?:(?!{NOT_NAME})(?:[老小阿]{SURNAME}|{SURNAME}{TITLE}|小[一-龥]))(?!的){_AFTER_NAME}")
_SELVES = re.compile(
    rf"(?:(?:我|咱)(?:和|跟|与)(?:我)?(?:{PERSON}|[^，]{{1,4}}?)(?=[去要想打准在都一决把买订就搬刚结认昨今明上下这周])|(?:我们?|咱们?)(?:俩|全家|一家[一-龥]{{0,2}}|夫妻俩|两口子|两个人)|我们?家(?=[住在有没养是里的水漏])(?!的?(?:{PERSON}))|我(?:自己|本人|个人|这个?人|这边|这儿|这里|这种人|呢|嘛|呀|吧)?|我们(?:这边|组|部门|公司|单位)?(?!这)|本人|咱们?|俺们?|人在|自己)(?:[ 啊呀嘛呢]*)"
)
_PRONOUN = re.compile(r"(?P<pronoun>他|她|它|TA|ta)(?!们|人|乡)(?P<own>的(?=生日|名字|职业|工作|专业|老家|爱好))?(?:自己|本人)?")
_FRONTED = re.compile(
    r"(?P<topic>(?!把|被|跟|和|在|给|让|对|从|是|那|这就|你|问|叫|教|替|陪|带|说|害|搞得|[^，]*(?:了|着|过)\Z)[^我，]{1,14}?)(?:啊|呢|嘛|吧|呀)?[,， ]?(?:我|本人)(?:自己|个人|这个?人|这边)?(?=[是真实也都不从一最就可受超特很喜爱讨只总宁常无没吃喝看听用会能怕觉绝天完])"
)
_INTRO = re.compile(rf"(?:(?:我|咱)(?:们|家)?(?:的)?)?(?P<kin>{FAMILY}|{ROLE}|{ANIMAL})(?:的名字)?(?:叫|名叫|名字叫|取名叫?|起名叫?)做?(?P<name>[一-龥A-Za-z]{{1,6}}?)(?=，|\Z|[，。,]|的|今年|在|是|也)")
_NAMES_ONLY = re.compile(r"(?:分别)?(?:叫|名叫|取名叫?|起名叫?|名字叫|名字是)?(?P<names>[一-龥A-Za-z]{1,4}(?:[、和跟与][一-龥A-Za-z]{1,4})*)(?:(?<=[一-龥]))\Z")
_CALLED = re.compile(r"(?:叫|名叫|取名叫?|起名叫?|名字叫|名字是|取名)")
_HAS_SOME = re.compile(rf"(?:有|养|领养|捡|收养|收|生)?[了着]?(?:个|一个|两个|一?[只条]|[两三四五俩0-9][只条个])(?P<some>[一-龥]{{0,6}}?(?:{ANIMAL}|{words(CHILDREN)}))(?:陪着|在家)?\Z")
_KIND_OF = (
    (re.compile(rf"(?:{words(CHILDREN)})\Z"), "孩子"),
    (re.compile(rf"(?:{words(PARTNERS)})\Z"), "对象"),
    (re.compile(rf"(?:{ANIMAL})\Z"), "宠物"),
    (re.compile(rf"(?:{words(SIBLINGS)})\Z"), "手足"),
)


@dataclass(slots=True)
class _Talk:
    """What a message has said so far: whom it named, and how a name is called."""

    known: list[str] = field(default_factory=list)
    subject: str = SELF

    def add(self, who: str) -> str:
        if who in self.known:
            self.known.remove(who)
        self.known.append(who)
        return who

    def behind(self, pronoun: str) -> str | None:
        """The person whom 他 or 她 means: the last known who can be."""
        never = {"他": FEMALE, "她": MALE}.get(pronoun, frozenset())
        fits = [who for who in self.known if who.rsplit("的", 1)[-1] not in never]
        return fits[-1] if fits else None


_STRIP = re.compile(rf"(?:(?P<lead>{LEAD})(?:[ 啊呀哈吧呢嘛]*)(?=.)|(?P<time>{TIME})(?=.)|(?P<adverb>{ADVERB})(?=.))[ ,]*")
_KEPT = re.compile(r"(?:一直(?:在)?(?:用|喝|吃|做|是)|平时|平常|早戒|现在是|就是|最(?:爱|喜|讨|怕|烦)|好(?:的是|困|累)|不(?!过|是[，]|知道为)|对(?![了，对])|没(?!想到)|再也不|还(?:有|是)|老(?:家|公|婆)|那(?:家|天)|记得|只(?!是)|就我)")


def read(text: str) -> Iterator[Clause]:
    """The clauses of `text` that may claim something."""
    if _JOKE.search(text) or _WITHDRAWN.search(text):
        return
    talk = _Talk()
    known = tuple(name for name in names(text) if re.search(r"[一-龥]", name))
    for sentence, asked in _sentences(text):
        parts = [part.strip() for part in _COMMA.split(_CLOCK.sub("点", sentence)) if part.strip()]
        orders = _orders(sentence, parts, asked=asked)
        for at in orders:
            yield Clause(parts[at], "", order=True)
        yield from _in_sentence(parts, orders, talk, known, asked=asked)


def _sentences(text: str) -> Iterator[tuple[str, bool]]:
    for line in _SPACED.sub("\n", text).split("\n"):
        for match in _SENTENCE.finditer(line):
            if match[1] and match[1].strip():
                yield match[1].strip(), "?" in match[2] or "？" in match[2]


# -- Orders ---------------------------------------------------------------------------------------------

_IMPERATIVE = re.compile(
    r"(?:也|都|就|请|全|统一|尽量|一律|务必|千万|绝对|最好)*(?:别|不要|不用|不许|不准|少(?=用|说|给|放)|请|先|只|用|按|写|给|控制|保持|尽量|记得|务必|直接|叫我|称呼|统一|加上|带上|附|说|回|讲|列|分)"
    r"|[^我，]{1,8}(?:用|放|写|按|控制|别|不要|不超过|以内|说完|就行|就好|即可|要写|要用|要带|都要|一律)"
)
_NO_CONTENT = re.compile(r"(?:以后|今后|往后)?(?:都|就|也)?(?:按|照)(?:这个|这样|这么|上面)(?:来|做|办|写)?\Z|(?:以后|往后|今后|从现在起|从今天起|从现在开始)\Z|记住\Z|立?个?规矩")
_REASON = re.compile(r"(?:太|好|很|挺|真)[一-龥]+\Z|了\Z|着(?:别扭|费劲|累|难受|烦)|头大|\A(?:因为|不然|否则|省得|免得|毕竟|我|他|她|听着|看着|没)")


def _orders(sentence: str, parts: list[str], *, asked: bool) -> list[int]:
    """Which clauses tell the assistant what to do from now on."""
    if asked or not is_standing_order(sentence):
        return []
    flagged = [at for at, part in enumerate(parts) if is_standing_order(part)] or [len(parts) - 1]
    first, last = flagged[0], flagged[-1]
    found = set(flagged)
    for at, part in enumerate(parts):
        near = at >= first - 1 if first else True
        if at not in found and near and _IMPERATIVE.match(part) and not _REASON.search(part):
            found.add(at)
    kept = [at for at in sorted(found) if not _NO_CONTENT.match(parts[at]) and len(parts[at]) > 2]
    del last
    return kept


# -- Clauses ----------------------------------------------------------------------------------------------


def _in_sentence(
    parts: list[str], orders: list[int], talk: _Talk, known: tuple[str, ...], *, asked: bool
) -> Iterator[Clause]:
    subject: str | None = SELF if talk.subject == SELF else None
    bearer = ""  # of the names that follow: an animal, a child
    for at, part in enumerate(parts):
        _mention(part, talk)
        last = at == len(parts) - 1
        if _CONDITION.search(part):
            break
        named = _names_of(part, bearer)
        yield from named
        bearer = _bearer(part)
        if named or at in orders or len(part) > _LONGEST:
            continue
        yield from _introduced(part)
        if (asked and last) or _ASKS.search(part):
            continue
        opened = _opened(part)
        fronted = _FRONTED.match(opened)
        if fronted and not re.match(PERSON, fronted["topic"]) and not _MAYBE.search(part):
            subject = SELF
            yield Clause(part, fronted["topic"] + FRONTED + _opened(opened[fronted.end() :]))
            continue
        who, said = _subject(opened, talk, known, subject)
        if who is not None and re.match(r"(?:说|讲|问|告诉|觉得|喊|让我)(?![话服课])", said) and who != SELF:
            subject = who
            break
        if _REPORTED.search(part):
            break
        subject = who
        if who is None or _MAYBE.search(part) or _REQUEST.search(said) or _IDIOM.match(said):
            continue
        yield Clause(_text(part), said, who)
    talk.subject = subject or "?"
    if orders:
        talk.subject = SELF


def _text(part: str) -> str:
    """A clause without the words in front that say nothing."""
    while (lead := _STRIP.match(part)) and lead["lead"]:
        part = part[lead.end() :]
    return part


def _opened(clause: str) -> str:
    """`clause` from its subject or verb on."""
    for _ in range(8):
        if _KEPT.match(clause):
            return clause
        lead = _STRIP.match(clause)
        if lead is None:
            return clause
        clause = clause[lead.end() :].lstrip(" ")
    return clause


def _subject(
    opened: str, talk: _Talk, known: tuple[str, ...], before: str | None
) -> tuple[str | None, str]:
    """Whom the clause is about, and its predicate."""
    if kin := _KIN.match(opened):
        who = kin["mine"] or kin["kin"]
        if deep := kin["deep"] or kin["deeper"]:
            who = f"{who}的{deep}" if kin["deep"] else who + deep
        if kin["name"] and re.fullmatch(ROLE, who):
            who = kin["name"]
        return talk.add(who), _opened(opened[kin.end() :].lstrip("的们俩"))
    if selves := _SELVES.match(opened):
        return SELF, _opened(opened[selves.end() :])
    if pet := _PET.match(opened):
        return talk.add(pet["name"] or pet["pet"]), _opened(opened[pet.end() :])
    if pronoun := _PRONOUN.match(opened):
        return talk.behind(pronoun["pronoun"]), _opened(opened[pronoun.end() :])
    for name in (*known, *talk.known):
        if opened.startswith(name) and len(opened) > len(name) and opened[len(name)] != "的":
            return talk.add(name), _opened(opened[len(name) :])
    if bare := _BARE_NAME.match(opened):
        return talk.add(bare[0]), _opened(opened[bare.end() :])
    if _NOBODY.match(opened):
        return None, opened
    inner = re.search(r"(?:都|全|归|靠|由)(?:是)?我(?=[一-龥])", opened)
    return (SELF if inner else before), opened


def _mention(part: str, talk: _Talk) -> None:
    """Remembers those whom a clause names, wherever."""
    for kin in re.finditer(rf"(?:我(?:们|家)?(?:的)?(?P<mine>{PERSON})|(?P<kin>{ALONE}))", part):
        who = kin["mine"] or kin["kin"]
        if who not in talk.known:
            talk.known.insert(0, who) if talk.known else talk.add(who)
    for intro in _INTRO.finditer(part):
        talk.add(intro["name"])
    for called in re.finditer(r"(?:[跟和见找约与])(?P<name>(?:" + f"(?!{NOT_NAME})" + r"[小老阿][一-龥]))", part):
        talk.add(called["name"])


# -- What has a name ---------------------------------------------------------------------------------------


def _bearer(part: str) -> str:
    """The kind of what a clause ends with and the next may name: 家里两只猫，豆包和麻薯."""
    some = _HAS_SOME.search(part)
    return _kind(some["some"]) if some else ""


def _kind(word: str) -> str:
    return next((kind for pattern, kind in _KIND_OF if pattern.search(word)), "")


def _names_of(part: str, bearer: str) -> list[Clause]:
    if not bearer or not (listed := _NAMES_ONLY.fullmatch(part)):
        return []
    if not _CALLED.match(part) and not re.search("[、和跟与]", part):
        return []
    return [Clause(part, f"{bearer}叫{listed['names']}")]


def _introduced(part: str) -> Iterator[Clause]:
    """女儿小满 and 我老公叫王磊 say the name of somebody of the speaker's."""
    for intro in _INTRO.finditer(part):
        if kind := _kind(intro["kin"]):
            yield Clause(part, f"{kind}叫{intro['name']}")
    for kin in re.finditer(
        rf"(?P<kin>{words(CHILDREN, PARTNERS)}|{ANIMAL})(?P<name>(?!{NOT_NAME})[小阿][一-龥]|([一-龥])\3){_AFTER_NAME}", part
    ):
        if kind := _kind(kin["kin"]):
            yield Clause(part, f"{kind}叫{kin['name']}")
