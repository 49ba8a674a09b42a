"""Secrets and identifiers are found, and nothing else is."""

# Size: mostly tables of texts.

from __future__ import annotations

import json
import random
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memos.governance.redaction import KINDS, Finding, findings, redact

ROOT = Path(__file__).resolve().parents[2]
PEM = (
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6\n"
    "ffAt0gunVTLw7onLRnrq0/IzW7yWR7QkrmBL7jTKEn5u==\n-----END RSA PRIVATE KEY-----"
)
JWT = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0"
    ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
)

# Whole findings. Keys are cut at "|", lest those who look for keys in repositories find them here.
PLANTS = {
    "api key": [
        "sk-|abcDEF123456ghiJKL789mnoPQR012",
        "sk-|proj-a1B2c3D4e5F6g7H8i9J0k1L2m3N4",
        "sk-|ant-api03-a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6-AA",
        "AKIA|IOSFODNN7EXAMPLE",
        "ghp_|a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
        "github_pat_|11ABCDEFG0aBcDeFgHiJkL_a1B2c3D4e5F6",
        "glpat-|a1B2c3D4e5F6g7H8i9J0",
        "xoxb-|123456789012-a1B2c3D4e5F6",
        "AIza|SyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q",
        "sk_live_|a1B2c3D4e5F6g7H8i9J0",
        "npm_|a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
        "hf_|abcdefghijABCDEFGHIJabcdefghijABCD",
        "110201543:|AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1",
        "memos_k7f3q9_|a1B2c3D4e5F6g7H8i9J0",
    ],
    "private key": [PEM, PEM.replace("\n", "\\n"), PEM.replace("RSA ", "")],
    "token": [JWT],
    "email": [
        "bob@example.com", "Bob.O'Neil+tag@mail.example.co.uk", "10086@163.com", "a_b@bücher.de",
    ],
    "phone": [
        "+49 30 1234567", "+14155552671", "+1 (415) 555-2671", "+86 138 1234 5678",
        "+33 6 12 34 56 78", "(415) 555-2671", "415-555-2671", "1-415-555-2671",
        "13812345678", "138-1234-5678", "020 7946 0958", "06 98 34 56 78", "0151 23456789",
        "010-12345678", "0049 30 1234567",
    ],
    "card": [
        "4111 1111 1111 1111", "4111111111111111", "5555-5555-5555-4444", "378282246310005",
        "3782 822463 10005", "6011111111111117", "30569309025904", "6212345678901232",
    ],
    "iban": ["DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "nl91abna0417164300",
             "BE68 5390 0754 7034", "NO93 8601 1117 947"],
    "ssn": ["219-09-9999"],
    "resident id": ["11010519491231002X", "11010119900307125X"],
    "ip address": [
        "192.168.1.17", "8.8.8.80", "2001:db8:85a3::8a2e:370:7334", "fe80::1ff:fe23:4567:890a",
    ],
}  # fmt: skip
PLANTED = [(kind, plant.replace("|", "")) for kind, plants in PLANTS.items() for plant in plants]

# (text, what is found in it, of which kind)
IN_CONTEXT = [
    ("my password is hunter2", "hunter2", "password"),
    ("My password is swordfish.", "swordfish", "password"),
    ("password: correcthorse", "correcthorse", "password"),
    ("The password for the guest wifi is Blue-Sky-42, I think", "Blue-Sky-42", "password"),
    ('{"password": "correct horse battery", "user": "bob"}', "correct horse battery", "password"),
    ("DB_PASSWORD=s3cret!pw", "s3cret!pw", "password"),
    ("Server=db;Uid=app;pwd=Tr0ub4dor", "Tr0ub4dor", "password"),
    ("my new pw: kX9 works", "kX9", "password"),
    ("mysqldump --password hunter22 app", "hunter22", "password"),
    ("我的密码是hunter2，别告诉别人", "hunter2", "password"),
    ("密码：abc123", "abc123", "password"),
    ("wifi密码改成了 Sunny2024", "Sunny2024", "password"),
    ("口令是“芝麻开门”", "芝麻开门", "password"),
    ("Mein Passwort ist Geheim77", "Geheim77", "password"),
    ("My PIN is 4821.", "4821", "password"),
    ("postgres://app:s3cr3t@db.example.com:5432/x", "s3cr3t", "password"),
    ("redis://:p@ssword@cache.local/0", "p@ssword", "password"),
    ("redis://:pa/ss@cache.local/0", "pa/ss", "password"),
    ("card no.4111111111111111", "4111111111111111", "card"),
    ("Authorization: Basic YWRtaW46aHVudGVyMg==", "YWRtaW46aHVudGVyMg==", "token"),
    ("curl -H 'Authorization: Bearer a1b2c3d4e5f6g7h8'", "a1b2c3d4e5f6g7h8", "token"),
    ("Authorization: Basic dXNlcjpwYXNzMTIzNA==", "dXNlcjpwYXNzMTIzNA==", "token"),
    ("SECRET=9f8e7d6c5b4a", "9f8e7d6c5b4a", "secret"),
    ("api_key: 'q8w7e6r5t4y3u2i1'", "q8w7e6r5t4y3u2i1", "api key"),
    ("client_secret => a8f5f167f44f4964e6c998de", "a8f5f167f44f4964e6c998de", "secret"),
    ("GET /x?token=4f9aB2c7D1e8&page=2", "4f9aB2c7D1e8&page=2", "token"),
    ("密钥是 q8w7e6r5t4y3u2i1", "q8w7e6r5t4y3u2i1", "api key"),
    ("SSN 219099999 on file", "219099999", "ssn"),
    ("my passport number is C01X00T47", "C01X00T47", "passport"),
    ("护照号：E12345678", "E12345678", "passport"),
    ("Tel: 555-0123", "555-0123", "phone"),
    ("call me at 555 0123 4", "555 0123 4", "phone"),
    ("电话是 6552 9988", "6552 9988", "phone"),
    ("微信同号１３８１２３４５６７８", "１３８１２３４５６７８", "phone"),
    ("card 4111 1111 1111 1111 123", "4111 1111 1111 1111", "card"),
    ("+1 415 555 2671 5 minutes ago", "+1 415 555 2671", "phone"),
    ("DNS is 1.1.1.1", "1.1.1.1", "ip address"),
    ("DE89 3704 0044 0532 0130 00 BIC COBADEFF", "DE89 3704 0044 0532 0130 00", "iban"),
    ("-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEAu1SU1LfVLPHC\ncut off",
     "-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEAu1SU1LfVLPHC", "private key"),
]  # fmt: skip

ORDINARY = [
    "format(1234., '012f') is 01234.000000", "`pwd=`, 密码是 ..., `--password`, a PIN",
    "The password is stored in the vault, and the password is wrong.",
    "My password is too weak. Is the password required? Password: required",
    "password = getpass.getpass()", "def login(user: str, password: str) -> None:",
    "password=password, pwd=os.environ['PWD']", "password: ********", "PASSWORD=${DB_PASSWORD}",
    "password: <your password>", "login(password=user_password)", "I forgot my password: help!",
    "密码是什么？", "密码是8位数字", "密码为6-20位字符",
    "密码忘了",
    "密码在冰箱门上", "the token is invalid", "tokens: 4096",
    "max_tokens=4096, token = tokenizer.next_token()",
    "The secret: lots of butter and 2 hours of patience.", "secret: chapter12", "key: C# minor",
    "the bearer of good news travelled 300 miles", "Bearer authentication is required",
    "-----BEGIN PRIVATE KEY----- begins it, -----END PRIVATE KEY----- ends it",
    "commit 3ffeb03a9c1d2e4f5a6b7c8d9e0f1a2b3c4d5e6f", "sk-learn-is-not-a-key-for-anything",
    "123e4567-e89b-12d3-a456-426614174000", "11111111-1111-4111-8111-111111111111",
    "ISBN 978-0-306-40615-7", "ISBN-10 0-306-40615-2", "9780306406157",
    "on 2024-05-06, at 12:30:45", "01.02.2024 10:30", "05/06/2024", "2024-03-29T09:31:02.114Z",
    "from 0930 1030 1130", "order 13812345678", "订单号：13812345678", "order no. 0123-4567890",
    "invoice #415-555-2671", "52.0907, 5.1214", "lat 48.85661400, lon 2.35222190",
    "The draw: 03 14 22 31 45", "version 1.2.3.4", "Chrome/120.0.6099.109", "v2.10.4.17",
    "127.0.0.1", "0.0.0.0",  # noqa: S104
    "::1", "pkg==1.2.3.44", "std::vector<int> dead::beef", "10:20:30",
    "aa:bb:cc:dd:ee:ff", "section 3.1.4.15", "git@github.com:user/repo.git", "logo@2x.png",
    "react@18.2.0-beta.rc", "@router.post('/x')", "4111 1111 1111 1112", "1234567812345678",
    "DE89 3704 0044 0532 0130 01", "000-12-3456", "666-12-3456", "11010519491231002Y",
    "110105194912310029", "1714982400000", "3.14159265358979", "+0200", "C++ 11",
    "population 1 299 000 000", "phones sold: 10 000 000", "pet passport with 2 vaccines",
    "passport photo 35x45", "https://medium.com:443/@user", "http://localhost:8080/a@b",
    "see https://x.org/status/1795500000000000000", "memos_oldest_task_age_seconds 12",
    "[email] and [api key] and [card]", "password: [password]",
    "the shop at 12-14 High Street, 3rd floor, SW1A 2AA", "3-2-1 go",
    "1, 2, 3, 4, 5, 6, 7, 8, 9, 10",
]  # fmt: skip


def texts(text: str) -> list[tuple[str, str]]:
    return [(text[one.start : one.end], one.kind) for one in findings(text)]


def clean_words() -> st.SearchStrategy[str]:
    words = [
        "the", "we", "said", "那天", "晚上", "milk,", "Porto.", "42", "I'd", "(so)", "go!", "2024",
        "née", "—", "好的。", "up-to-date", "3.5",
    ]  # fmt: skip
    return st.lists(st.sampled_from(words), max_size=12).map(" ".join)


ODD = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.text(string.digits + "+-. ()@:/=[]", max_size=12),
        st.sampled_from([plant for _, plant in PLANTED]),
        st.sampled_from([text for text, _, _ in IN_CONTEXT] + ORDINARY),
        st.sampled_from([f"[{kind}]" for kind in KINDS]),
    ),
    max_size=6,
).map("".join)


@pytest.mark.parametrize(("kind", "plant"), PLANTED)
@pytest.mark.parametrize(
    "around", ["{}", "so: {} ok", "我的是{}，好吗", "({}).", "“{}”\n", '{{"a": "{}"}}']
)
def test_it_is_found(kind: str, plant: str, around: str):
    assert texts(around.format(plant)) == [(plant, kind)]


@pytest.mark.parametrize(("text", "it", "kind"), IN_CONTEXT)
def test_it_is_found_by_what_stands_before_it(text: str, it: str, kind: str):
    assert texts(text) == [(it, kind)]
    assert redact(text) == (text.replace(it, f"[{kind}]"), {kind: 1})


def test_every_kind_is_tried():
    assert {kind for kind, _ in PLANTED} | {kind for _, _, kind in IN_CONTEXT} == set(KINDS)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_is_left_alone(text: str):
    assert texts(text) == []
    assert redact(text) == (text, {})


def test_an_aws_secret_is_one_beside_its_id():
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"[:40].replace("EXAMPLE", "EX4MPL3")
    assert texts(f"AKIAIOSFODNN7EXAMPLE and {secret}") == [
        ("AKIAIOSFODNN7EXAMPLE", "api key"), (secret, "api key"),
    ]  # fmt: skip
    assert texts(f"{secret}, id AKIAIOSFODNN7EXAMPLE")[0] == (secret, "api key")
    assert texts(f"hash {secret}") == []


def test_several_in_one_text():
    text = "bob@example.com, 4111 1111 1111 1111, bob@example.com; password: hunter2"
    assert redact(text) == (
        "[email], [card], [email]; password: [password]",
        {"email": 2, "card": 1, "password": 1},
    )


def test_a_finding_does_not_show_what_it_found():
    (found,) = findings("my mail is bob@example.com")
    assert (found, repr(found)) == (
        Finding(11, 26, "email"), "Finding(start=11, end=26, kind='email')",
    )  # fmt: skip


@given(ODD)
def test_twice_is_once(text: str):
    once, counts = redact(text)
    assert redact(once) == (once, {})
    assert findings(once) == ()
    assert (once != text) == bool(counts)


@given(ODD)
def test_findings_are_in_order_and_apart(text: str):
    found = findings(text)
    edges = [edge for one in found for edge in (one.start, one.end)]
    assert edges == sorted(edges)
    assert all(0 <= one.start < one.end <= len(text) for one in found)


@given(clean_words())
def test_text_without_findings_is_the_same(text: str):
    assert redact(text) == (text, {})


@given(clean_words(), st.sampled_from(PLANTED), clean_words(), st.sampled_from(PLANTED))
def test_what_is_planted_is_found(
    before: str, one: tuple[str, str], between: str, other: tuple[str, str]
):
    text = f"{before} so {one[1]} and {between} or {other[1]}"
    assert redact(text)[0] == f"{before} so [{one[0]}] and {between} or [{other[0]}]"


@given(clean_words(), st.integers(0, 10**12), clean_words())
def test_numbers_with_check_digits_are_found_by_them(before: str, number: int, after: str):
    body = f"4{number:014d}"
    valid = [text for text in (f"{body}{last}" for last in range(10)) if findings(f"x {text} y")]
    assert len(valid) == 1
    assert redact(f"{before} x {valid[0]} y {after}")[0] == f"{before} x [card] y {after}"


SIZE = 200_000
SAMPLES = [plant for _, plant in PLANTED] + [text for text, _, _ in IN_CONTEXT]
BEGINNINGS = [
    "a", "1", "1 ", "0", "0 1", "-", ".", "@", "a@", "a.", "@a.", "a@a.", ":", "::", "a:", "1.",
    "1-", "+1 ", " ", "\n", "[", "\"", "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY-----\n" + "A" * 20 + "\n",
    "BEGIN PRIVATE KEY-----BEGIN ", "eyJ", "eyJa.", "eyJaaaaaaaaaa.eyJ", "sk-", "sk-a", "ghp_",
    "github_pat_", "glpat-", "glpat-" + "a" * 20 + ".", "xoxb-", "AIza", "AKIA",
    "AKIA0000000000000000 ", "hf_", "memos_", "memos_a_", "SG.", "bearer ", "bearer a",
    "authorization: ", "password ", "password:", "password is ", "password for ", "password: '",
    "password: a", "密码", "密码是", "pwd=", "pin ", "://", "://a", "a://a:", "a://:", "secret",
    "secret=", "secret: a", "api_key", "api_key: a1", "token is ", "?sig=", "ssn ", "passport ",
    "passport no. ", "phone ", "phone 1 ", "call me at ", "00", "+", "4111 ", "4111111", "DE89",
    "DE89 ", "DE89 0000 ", "1.1.1.", "abcd:", "abcd::", "110105", "138 ", "415-", "97", "978-",
    "deadbeef", "order ", "#", "T", "hooks.slack.com/services/", "--password ", "version ",
]  # fmt: skip


def repeated(unit: str, size: int) -> str:
    return (unit * (size // len(unit) + 1))[:size]


@pytest.mark.parametrize("piece", BEGINNINGS, ids=range(len(BEGINNINGS)))
def test_it_ends_on_what_begins_again_and_again(piece: str):
    once, _ = redact(repeated(piece, SIZE))
    assert findings(once) == ()


@pytest.mark.parametrize("piece", SAMPLES, ids=range(len(SAMPLES)))
def test_neighbours_do_not_hide_each_other_one_by_one(piece: str):
    for glue in ("", " ", "-", ".", ":", "/", "+", "_", "a", "0"):
        once, _ = redact(repeated(piece + glue, SIZE // 20))
        assert findings(once) == ()


def test_it_ends_on_long_noise():
    drawn = random.Random(7)
    for alphabet in ("0123456789 -.", "ab01@.:/-_+= ", "aA0:[]\"'\n-", "密码是a1: @"):
        once, _ = redact("".join(drawn.choices(alphabet, k=SIZE)))
        assert findings(once) == ()


def test_our_own_corpus_has_none():
    """Ordinary chat, logs and code: each false alarm would be a memory that is damaged."""
    read = 0
    for file in sorted((ROOT / "benchmarks" / "corpus").glob("*.json")):
        for message in json.loads(file.read_text(encoding="utf-8"))["messages"]:
            assert texts(message["content"]) == [], (file.name, message["message_id"])
            read += 1
    assert read > 2_500
