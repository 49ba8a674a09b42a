from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memos.ingest.extraction.chinese import CHINESE
from memos.ingest.extraction.engine import claims
from memos.model.claim import SELF, Claim
from memos.model.memory import Kind

NOW = datetime(2024, 5, 15, 14, 30, tzinfo=timezone(timedelta(hours=8)))  # a Wednesday


def said(text: str) -> list[Claim]:
    return claims(text, CHINESE, NOW)


PROFILE = [  # text, subject, attribute, value
    ("我叫王小明，大家都叫我小明", SELF, "name", "王小明"),
    ("我叫王小明，大家都叫我小明", SELF, "nickname", "小明"),
    ("我今年32岁", SELF, "age", "32岁"),
    ("我奶奶今年90了", "奶奶", "age", "90"),
    ("我妈的生日是8月3号", "妈", "birthday", "8月3号"),
    ("女，28，未婚", SELF, "gender", "女"),
    ("刚从北京搬到成都", SELF, "home", "成都"),
    ("坐标青岛", SELF, "home", "青岛"),
    ("我妹妹在北京，做设计的", "妹妹", "home", "北京"),
    ("我妹妹在北京，做设计的", "妹妹", "job", "做设计"),
    ("我是湖南人", SELF, "hometown", "湖南"),
    ("拿的加拿大护照", SELF, "nationality", "加拿大"),
    ("我老公是程序员", "老公", "job", "程序员"),
    ("后来转行做了产品", SELF, "job", "产品"),
    ("我在腾讯上班", SELF, "employer", "腾讯"),
    ("在字节上班", SELF, "employer", "字节"),
    ("本人就职于海岸水务，任财务部会计", SELF, "employer", "海岸水务"),
    ("本人就职于海岸水务，任财务部会计", SELF, "job", "会计"),
    ("我老公陆远在医院上班", SELF, "partner", "陆远"),
    ("毕业于武汉大学，学的是计算机", SELF, "school", "武汉大学"),
    ("毕业于武汉大学，学的是计算机", SELF, "field", "计算机"),
    ("我已婚", SELF, "marital_status", "已婚"),
    ("我男朋友叫阿杰", SELF, "partner", "阿杰"),
    ("我是素食主义者", SELF, "diet", "素食主义者"),
    ("我奶奶信佛", "奶奶", "religion", "佛"),
    ("对花生过敏", SELF, "allergy", "花生"),
    ("我对花生和芒果过敏", SELF, "allergy", "芒果"),
    ("我爸有糖尿病", "爸", "health", "糖尿病"),
    ("养了两只猫", SELF, "pet", "两只猫"),
    ("家里两只猫，豆包和麻薯", SELF, "pet", "麻薯"),
    ("我有三个孩子", SELF, "child", "三个孩子"),
    ("我女儿五岁，叫果果", SELF, "child", "果果"),
    ("刚提了辆问界M7", SELF, "vehicle", "问界M7"),
    ("我会弹吉他，也会说一点日语", SELF, "skill", "弹吉他"),
    ("我会弹吉他，也会说一点日语", SELF, "language", "日语"),
    ("平时喜欢爬山", SELF, "hobby", "爬山"),
    ("我手机号是13912345678", SELF, "phone", "13912345678"),
]


@pytest.mark.parametrize(("text", "subject", "attribute", "value"), PROFILE)
def test_a_profile_has_a_clean_value(text: str, subject: str, attribute: str, value: str) -> None:
    assert (subject, attribute, value) in [(c.subject, c.attribute, c.value) for c in said(text)]


TASTES = [  # text, subject, value, likes
    ("我喜欢喝手冲咖啡，不喜欢速溶", SELF, "手冲咖啡", True),
    ("我喜欢喝手冲咖啡，不喜欢速溶", SELF, "速溶", False),
    ("我受不了香菜", SELF, "香菜", False),
    ("香菜我受不了", SELF, "香菜", False),
    ("离不开咖啡", SELF, "咖啡", True),
    ("戒了咖啡", SELF, "咖啡", False),
    ("从来不吃内脏", SELF, "内脏", False),
    ("一直用安卓手机", SELF, "安卓手机", True),
    ("宁可走路也不坐地铁", SELF, "走路", True),
    ("对足球没兴趣", SELF, "足球", False),
    ("比起茶我更喜欢咖啡", SELF, "咖啡", True),
    ("我同事小张特别爱喝奶茶", "小张", "奶茶", True),
    ("中间座也不坐", SELF, "中间座", False),
    ("红眼航班pass", SELF, "红眼航班", False),
    ("无辣不欢", SELF, "辣", True),
    ("人多的地方我不去", SELF, "人多的地方", False),
    ("榴莲走开！", SELF, "榴莲", False),
    ("密室逃脱就别推荐了", SELF, "密室逃脱", False),
    ("能坐船我绝不坐飞机", SELF, "船", True),
    ("能坐船我绝不坐飞机", SELF, "飞机", False),
    ("宁可排队也不想用自助机", SELF, "自助机", False),
    ("早上全靠黑咖啡吊着命", SELF, "黑咖啡", True),
    ("早上没碗热干面魂都不在", SELF, "热干面", True),
    ("我妹死活不肯穿秋裤", "妹", "秋裤", False),
]


@pytest.mark.parametrize(("text", "subject", "value", "likes"), TASTES)
def test_a_taste_says_what_is_liked(text: str, subject: str, value: str, likes: bool) -> None:
    tastes = [(c.subject, c.value, c.likes) for c in said(text) if c.kind is Kind.PREFERENCE]
    assert (subject, value, likes) in tastes


TIMED = [  # text, subject, label, first day, day after the last
    ("上周五跟朋友去看了话剧", SELF, "event", "2024-05-10", "2024-05-11"),
    ("昨天把手机摔了", SELF, "event", "2024-05-14", "2024-05-15"),
    ("小李上周离职了", "小李", "event", "2024-05-06", "2024-05-13"),
    ("爷爷去年去世了", "爷爷", "event", "2023-01-01", "2024-01-01"),
    ("上周末爬了趟黄山，下山的时候把脚崴了", SELF, "event", "2024-05-11", "2024-05-13"),
    ("三月二号房租到期，当天就搬去了宁波", SELF, "event", "2024-03-02", "2024-03-03"),
    ("周五要去医院复查", SELF, "plan", "2024-05-17", "2024-05-18"),
    ("三天后面试", SELF, "plan", "2024-05-18", "2024-05-19"),
    ("我妈下周三做手术", "妈", "plan", "2024-05-22", "2024-05-23"),
    ("下个月5号入职小红书", SELF, "plan", "2024-06-05", "2024-06-06"),
    ("老周下个月退休", "老周", "plan", "2024-06-01", "2024-07-01"),
    ("我打算明年考研", SELF, "plan", "2025-01-01", "2026-01-01"),
    ("我们打算国庆去云南自驾", SELF, "plan", "2024-10-01", "2024-10-08"),
    ("婚礼打算放在十月", SELF, "plan", "2024-10-01", "2024-11-01"),
]


@pytest.mark.parametrize(("text", "subject", "label", "start", "end"), TIMED)
def test_what_happened_and_what_is_planned_have_their_days(
    text: str, subject: str, label: str, start: str, end: str
) -> None:
    last = said(text)[-1]
    assert (last.subject, last.label, last.start, last.end) == (subject, label, start, end)


FACTS = [
    "我现在一个人住",
    "我们异地两年了",
    "每周三晚上固定练琴",
    "我不抽烟不喝酒",
    "正在读研二",
    "最近在备考雅思",
]


@pytest.mark.parametrize("text", FACTS)
def test_other_truths_are_facts(text: str) -> None:
    assert [c.kind for c in said(text)] == [Kind.FACT]


ORDERS = [
    ("以后回答都用表格", ["以后回答都用表格"]),
    ("以后回答我都用简体中文，别夹英文术语", ["以后回答我都用简体中文", "别夹英文术语"]),
    (
        "代码里注释一律写中文，变量名用驼峰，以后都按这个来",
        ["代码里注释一律写中文", "变量名用驼峰"],
    ),
    ("每次给的都太长了，没耐心看。以后结论放最前面", ["以后结论放最前面"]),
]


@pytest.mark.parametrize(("text", "orders"), ORDERS)
def test_a_standing_order_is_kept_clause_by_clause(text: str, orders: list[str]) -> None:
    assert [c.text for c in said(text) if c.kind is Kind.INSTRUCTION] == orders


NOTHING = [
    "如果我住在北京就好了",
    "我可能会去日本",
    "他说他喜欢我",
    "我爱你",
    "帮我写一首诗",
    "我好累",
    "我有个问题",
    "我的天",
    "听说小王离婚了",
    "深圳下周会下雨吗",
    "好困，不想动",
    "附近有啥川菜馆推荐没",
    "股市昨天跌了三个点",
    "我没说要辞职，你理解错了",
    "假如中了五百万，我立马辞职去大理开民宿",
    "要是我住在罗马，天天当饭吃",
    "也许明年会换个城市吧",
    "我爱死这个功能了",
    "继续",
    "对对对，我最爱加班了🙂",
    "北京是中国的首都",
    "我刚才按你说的试了，还是报错",
    "加糖的一律不碰吗",
    "你住在哪里",
    "清明放几天来着",
    "今天整个人像被抽空了",
    "小红有8个梨，吃了2个，还剩几个？要写过程",
    "帮我看下这份简历：李某，女，30岁，现居成都",
]


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_asked_supposed_reported_or_felt_claims_nothing(text: str) -> None:
    assert said(text) == []


def test_a_clause_without_a_subject_goes_on_with_the_last_one() -> None:
    found = [(c.subject, c.value) for c in said("我哥是医生，住在广州，对海鲜过敏。我在腾讯上班")]
    assert found == [("哥", "医生"), ("哥", "广州"), ("哥", "海鲜"), (SELF, "腾讯")]


def test_pronouns_mean_the_last_who_can_be_meant() -> None:
    found = said("我妹妹和我爸都来了。她对花生过敏")
    assert [(c.subject, c.value) for c in found] == [("妹妹", "花生")]


def test_an_unknown_name_is_not_the_speaker() -> None:
    assert [c.subject for c in said("新来的义工叫阿布，会弹吉他") if c.subject == SELF] == []


def test_a_claim_keeps_the_clause_as_it_was_said() -> None:
    (claim,) = said("其实，我在腾讯上班")
    assert (claim.text, claim.language) == ("我在腾讯上班", "zh")


@settings(max_examples=150, deadline=None)
@given(
    st.text(
        alphabet="我你他妈在是的了不要去来喜欢打算下周五三天后住北京，。！？一二34号月年哈、（）：",
        max_size=120,
    )
)
def test_any_text_is_read(text: str) -> None:
    for claim in said(text):
        assert claim.text
        assert claim.value


@pytest.mark.parametrize(
    "part", ["我", "我在北京", "最近", "下周", "的", "，我", "三天", "小小", "我妈的妈", "对"]
)
def test_reading_takes_linear_time(part: str) -> None:
    started = time.perf_counter()
    said(part * (8_000 // len(part)))
    assert time.perf_counter() - started < 2
