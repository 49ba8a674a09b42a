"""Whom a Chinese clause is about: the speaker, kin, named people, and those meant by 他 and 她."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from memos.ingest.extraction.chinese_doubts import NOBODY
from memos.ingest.extraction.chinese_facts import MINE
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
    PARENTS,
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
from memos.model.claim import SELF

FRONTED = "｜"
"""Where the subject stood behind its object."""

PET = "宠物"
"""What `kind_of` calls an animal."""

Found = tuple["str | None", str]  # whom a clause is about, None for nobody known; its predicate

_NO_NAME = "高血|高中|高考|高级|高三|高二|高一|金融|黄疸|马上|安全|白内|常年|温柔|方便|文盲|任性|康复|夏天|周末|周[一二三四五六日]|严重|严格|万|余|于是|单身|石化|左撇|祝|向"
_NAME = rf"(?:(?!{NOT_NAME})[小老阿大][一-龥](?![一-龥]{{0,1}}区)|(?P<twin>[一-龥])(?P=twin)|{SURNAME}{TITLE}|(?!{_NO_NAME}){SURNAME}[一-龥]{{1,2}})"
_AFTER_NAME = r"(?=[是在也都要想跟和去来有不会被把喜爱养住搬下上明昨今前后刚就已才从对最总每现最怕属信得给帮请买换考当做开、，0-9]|\Z)"
_KIN = re.compile(
    rf"(?:还?是)?(?:(?:我|咱)(?:们家|们|家)?(?:的)?(?:大学|高中|初中|亲|好|新|老|前|那个|大|小|远房|楼上|楼下|隔壁|对门)?(?P<mine>{PERSON})|(?:有)?(?:一个|个|一位)?(?:楼上|楼下|隔壁|对门)?(?P<kin>{ALONE}))"
    rf"(?:的(?P<deep>{PERSON})|(?P<deeper>(?:{ALONE})(?=[是在也都要想有不昨今明上下这最喜爱对])))?"
    rf"(?:(?P<name>(?!{NOT_NAME})[小老阿][一-龥]|{_NAME}{_AFTER_NAME}|(?!在|也|是|都|今)[一-龥]{{2,3}}(?=在[一-龥]{{2}})))?(?!娘|的(?!生日|名字|职业|工作|专业|老家|爱好|电话|手机|邮箱|小名|微信|公司|学校|病|血压|血糖|身体|手术|婚礼|航班)|家(?!在|住|是|里)|[一-龥]?节)"
)
_PET = re.compile(
    rf"(?:我|咱)?(?:们)?(?:家)?(?:里)?(?:的)?(?:那只|那条|这只)?(?P<pet>{ANIMAL})(?:(?P<name>{_NAME}){_AFTER_NAME})?(?=[是在也都要叫有不今昨明前后上下这刚最对特很爱怕老，、0-9]|\Z)(?!粮|砂|抓|毛)"
)
_BARE_NAME = re.compile(
    rf"(?:(?!{NOT_NAME})(?:[老小阿]{SURNAME}|{SURNAME}{TITLE}|小[一-龥]))(?!的){_AFTER_NAME}"
)
_TWICE = re.compile(
    r"(?![天人慢刚常偷每渐往好早晚轻高恰仅多少大处时年月默明悄白偏单统通哈嗯试看想说问走吃某等种深久红绿区慢])([一-龥])\1(?=[是在也都要想有不会把喜爱住对今怕学0-9一二三四五六七八九十两])"
)
_SELVES = re.compile(
    rf"(?:(?:我|咱)(?:和|跟|与)(?:我)?(?:{PERSON}|[^，]{{1,4}}?)(?=[去要想打准在都一决把买订就搬刚结认昨今明上下这周])|(?:我们?|咱们?)(?:俩|全家|一家[一-龥]{{0,2}}|夫妻俩|两口子|两个人)|我们?家(?=[住在有没养是里的水漏])(?!的?(?:{PERSON}))|我(?!们)(?:自己|本人|个人|这个?人|这边|这儿|这里|这种人|呢|嘛|呀|吧)?|我们(?:这边|组|部门|公司|单位)?|本人|咱们?|俺们?|人在|自己)(?:[ 啊呀嘛呢]*)"
)
_BY_ME = re.compile(r"(?:都|全|归|靠|由)(?:是|得)?我(?=[一-龥])(?!们|的|不|没)")
_PRONOUN = re.compile(
    r"(?P<pronoun>他|她|它|TA|ta)(?!们|人|乡)(?P<own>的(?=生日|名字|职业|工作|专业|老家|爱好))?(?:自己|本人)?"
)
_FRONTED = re.compile(
    r"(?P<topic>(?!把|被|跟|和|在|给|让|对|从|是|那|这就|你|问|叫|教|替|陪|带|说|害|搞得)[^我，]{1,14}?)(?<![了着过])(?:啊|呢|嘛|吧|呀)?[,， ]?(?:我|本人)(?:自己|个人|这个?人|这边)?(?=[是真实也都不从一最就可受超特很喜爱讨只总宁常无没吃喝看听用会能怕觉绝天完碰偏更早已现])"
)
_INTRO = re.compile(
    rf"(?:(?:我|咱)(?:们|家)?(?:的)?)?(?P<kin>{FAMILY}|{ROLE}|{ANIMAL})(?:的名字)?(?:叫|名叫|名字叫|取名叫?|起名叫?)做?(?P<name>[一-龥A-Za-z]{{1,6}}?)(?=，|\Z|[，。,]|的|今年|在|是|也)"
)
_CALLED_ME = re.compile(
    r"(?:大家|朋友们?|同事们?|同学们?|家里人|家人|他们|身边人)(?:平时|一般)?(?:都|就)?(?:叫|喊|管)我(?:叫)?(?P<name>[一-龥A-Za-z]{1,6})\Z"
)
_NAMES_ONLY = re.compile(
    r"(?:分别)?(?:叫|名叫|取名叫?|起名叫?|名字叫|名字是)?(?P<names>[一-龥A-Za-z]{1,4}(?:[、和跟与][一-龥A-Za-z]{1,4})*)(?:(?<=[一-龥]))\Z"
)
_CALLED = re.compile(r"(?:叫|名叫|取名叫?|起名叫?|名字叫|名字是|取名)")
_HAS_SOME = re.compile(
    rf"(?:有|养|领养|捡|收养|收|生)?[了着]?(?:个|一个|两个|一?[只条]|[两三四五俩0-9][只条个])(?P<some>[一-龥]{{0,6}}?(?:{ANIMAL}|{words(CHILDREN)}))(?:陪着|在家)?\Z"
)
_KIND_OF = (
    (re.compile(rf"(?:{words(CHILDREN)})\Z"), "孩子"),
    (re.compile(rf"(?:{words(PARTNERS)})\Z"), "对象"),
    (re.compile(rf"(?:{ANIMAL})\Z"), PET),
    (re.compile(rf"(?:{words(SIBLINGS)})\Z"), "手足"),
    (re.compile(rf"(?:{words(PARENTS)})\Z"), "父母"),
)
_INTRODUCED = re.compile(
    rf"(?P<kin>{words(CHILDREN, PARTNERS, PARENTS, SIBLINGS)}|{ANIMAL})(?P<name>(?!{NOT_NAME})[小阿][一-龥]"
    rf"|(?!{PERSON})(?P<twin>[一-龥])(?P=twin){_AFTER_NAME}|(?!{_NO_NAME})(?<![猫狗鸟马兔龟鼠犬])(?<!主子){SURNAME}[一-龥]{{1,2}}?(?:\Z|(?=在|非要|今年|(?:很|最|特别|超)?喜欢)))"
)
_STARTS_WITH_PERSON = re.compile(PERSON)
_ANY_KIN = re.compile(rf"我(?:们|家)?(?:的)?(?P<mine>{PERSON})|(?P<kin>{ALONE})")
_COMPANY = re.compile(rf"[跟和见找约与](?P<name>(?!{NOT_NAME})[小老阿][一-龥])")
_NOW = frozenset(("现在", "目前", "最近", "如今"))

_STRIP = re.compile(
    rf"(?:(?P<lead>{LEAD})(?:[ 啊呀哈吧呢嘛]*)(?=.)|(?P<time>{TIME})(?=.)|(?P<adverb>{ADVERB})(?=.))[ ,]*"
)
_KEPT = re.compile(
    r"(?:一直(?:在)?(?:用|喝|吃|做|是)|平时|平常|早戒|现在是|就是|最(?:爱|喜|讨|怕|烦)|好(?:的是|困|累)|不(?!过|是[，]|知道为)|对(?![了，对])|没(?!想到)|再也不|还(?:有|是)|老(?:家|公|婆)|那(?:家|天)|记得|只(?!是)|就(?=[喝吃用穿看听爱]))"
)


@dataclass(slots=True)
class People:
    """Whom a message has named so far, the latest last; `names` are those that it holds."""

    names: tuple[str, ...] = ()
    known: list[str] = field(default_factory=list)

    def add(self, who: str) -> str:
        """Remembers a person."""
        if who in self.known:
            self.known.remove(who)
        self.known.append(who)
        return who

    def behind(self, pronoun: str) -> str | None:
        """The person whom 他 or 她 means: the last known who can be."""
        never = {"他": FEMALE, "她": MALE}.get(pronoun, frozenset())
        fits = [who for who in self.known if who.rsplit("的", 1)[-1] not in never]
        return fits[-1] if fits else None

    def mention(self, clause: str) -> None:
        """Remembers those whom a clause names, wherever."""
        for kin in _ANY_KIN.finditer(clause):
            if (who := kin["mine"] or kin["kin"]) not in self.known:
                self.add(who)
        for named in (*_INTRO.finditer(clause), *_COMPANY.finditer(clause)):
            self.add(named["name"])


def text_of(clause: str) -> str:
    """A clause without the words in front that say nothing."""
    while (lead := _STRIP.match(clause)) and not _KEPT.match(clause):
        if not lead["lead"] and lead[0] not in _NOW:
            break
        clause = clause[lead.end() :]
    return clause


def opened(clause: str) -> str:
    """`clause` from its subject or verb on."""
    for _ in range(8):
        lead = None if _KEPT.match(clause) else _STRIP.match(clause)
        if lead is None:
            break
        clause = clause[lead.end() :].lstrip(" ")
    return clause


def subject_of(clause: str, people: People, before: str | None) -> Found:
    """Whom a clause is about, and its predicate; with the object in front, the whole of it."""
    said = opened(clause)
    for find in (_fronted, _kin, _pet, _selves, _pronoun, _named):
        if found := find(said, people):
            return found
    if MINE.match(said):
        return (before or SELF) if said.startswith("预产期") else SELF, said
    return None if NOBODY.match(said) else before, said


def asked_of(clause: str, people: People) -> str:
    """Whom a question is about: a relative, else the speaker who asks."""
    kin = _KIN.match(opened(clause))
    return people.add(kin["mine"] or kin["kin"]) if kin else SELF


def _fronted(said: str, _: People) -> Found | None:
    if _BY_ME.search(said):
        return SELF, said
    fronted = _FRONTED.match(said)
    if fronted is None or _STARTS_WITH_PERSON.match(fronted["topic"]):
        return None
    return SELF, fronted["topic"] + FRONTED + opened(said[fronted.end() :])


def _kin(said: str, people: People) -> Found | None:
    kin = _KIN.match(said)
    if kin is None:
        return None
    who: str = kin["mine"] or kin["kin"]
    if kin["deep"]:
        who = f"{who}的{kin['deep']}"
    elif kin["deeper"]:
        who += kin["deeper"]
    if kin["name"] and re.fullmatch(ROLE, who):
        who = kin["name"]  # of colleagues there are many, of sisters few
    return people.add(who), opened(said[kin.end() :].lstrip("的们俩"))


def _selves(said: str, _: People) -> Found | None:
    selves = _SELVES.match(said)
    return (SELF, opened(said[selves.end() :])) if selves else None


def _pet(said: str, people: People) -> Found | None:
    pet = _PET.match(said)
    return (people.add(pet["name"] or pet["pet"]), opened(said[pet.end() :])) if pet else None


def _pronoun(said: str, people: People) -> Found | None:
    pronoun = _PRONOUN.match(said)
    return (people.behind(pronoun["pronoun"]), opened(said[pronoun.end() :])) if pronoun else None


def _named(said: str, people: People) -> Found | None:
    for name in (*people.names, *people.known):
        if said.startswith(name) and said[len(name) : len(name) + 1] not in ("", "的"):
            return people.add(name), opened(said[len(name) :])
    twice = None if _STARTS_WITH_PERSON.match(said) else _TWICE.match(said)
    bare = twice or _BARE_NAME.match(said)
    return (people.add(bare[0]), opened(said[bare.end() :])) if bare else None


# -- What has a name ---------------------------------------------------------------------------------------


def bearer_in(clause: str) -> str:
    """The kind of what a clause ends with and the next may name: 家里两只猫，豆包和麻薯."""
    some = _HAS_SOME.search(clause)
    return kind_of(some["some"]) if some else ""


def kind_of(who: str) -> str:
    """What somebody is to the speaker, in the word that the profile's rules know; '' for others."""
    return next((kind for pattern, kind in _KIND_OF if pattern.search(who)), "")


def names_for(bearer: str, clause: str) -> list[str]:
    """The names that `clause` gives, where it gives nothing else, to what the one before was about."""
    listed = _NAMES_ONLY.fullmatch(clause) if bearer else None
    if listed is None or not (_CALLED.match(clause) or re.search("[、和跟与]", clause)):
        return []
    return re.split("[、和跟与]", listed["names"])


def introduced(clause: str) -> Iterator[Clause]:
    """女儿小满 and 我老公叫王磊 say the name of somebody of the speaker's."""
    for named in (*_INTRO.finditer(clause), *_INTRODUCED.finditer(clause)):
        if kind := kind_of(named["kin"]):
            yield Clause(named[0], f"{kind}叫{named['name']}")
    if called := _CALLED_ME.search(clause):
        yield Clause(clause, "昵称是" + called["name"])


def names_itself(clause: str, said: str, who: str) -> Iterator[Clause]:
    """我女儿五岁，叫果果: the name of one of the speaker's."""
    kind = kind_of(who)
    if kind and not _INTRO.search(clause):
        yield Clause(clause, kind + said)
