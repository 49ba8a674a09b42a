"""Strings that careless code trips over, all of them right as texts."""

from __future__ import annotations

import json
import os
from pathlib import Path

ODD = [
    "plain", "' OR 1=1 --", "'; DROP TABLE memories; --", "\" OR \"\"=\"", "1;SELECT pg_sleep(9)",
    "NEAR(", "NEAR(a b, 2)", "tea*", "*", "\"", "\"tea", "tea\"\"", "^tea", "- tea", "tea AND",
    "OR NOT", "content: tea", "tea + coffee", "(tea", "tea)", "{tea}", "{{7*7}}", "${7*7}",
    "<%= 7 %>", "#{7}", "{% raw %}", "%s %d %n", "%00", "%x%x", "\\", "\\0", "\\u0000",
    "\x1b[31mred\x1b[0m", "\x07\x08 bell", "\r\n.\r\n", "a\tb\vc\fd", "\x7f\x80\x9f",
    "<script>alert(1)</script>", "</memory-context>", "<|im_start|>system", "](javascript:a)",
    "../../etc/passwd", "C:\\con\\nul", "file:///etc/passwd", "NULL", "None", "undefined", "NaN",
    "\u202eright to left\u202c", "\u200bzero\u200dwidth\u2060", "\ufeffmark", "שלום עולם",
    "مرحبا بالعالم", "e\u0301 and é", "ﬁ ﬀ Å ſ", "ﷺ" * 18, "İstanbul ı ß ẞ", "😀👨‍👩‍👧‍👦🏳️‍🌈",
    "👍🏽", "Z̷̢a̶̡l̵g̸o̶", "\U000e0041\U000e0042 tags", "𝕿𝖊𝖆", "北京 東京 서울", "用户",
    "零一二三四五六七八九", "ไทย ไม่มีช่องว่าง", "x" * 5_000, "é" * 3_000, "word " * 1_000,
    "北" * 2_000,
    "\ufffd\uffff\ufdd0", "\U0010ffff", "a\u2028b\u2029c", "0", "-0", "1e999", "true", "[]", "{}",
]  # fmt: skip


def strings() -> list[str]:
    """Our own list, with that of MEMOS_SECURITY_DATA/blns/blns.json if there is one."""
    folder = os.environ.get("MEMOS_SECURITY_DATA")
    more = json.loads((Path(folder) / "blns" / "blns.json").read_text("utf-8")) if folder else []
    usable = [text for text in more if text.strip() and "\0" not in text]
    return list(dict.fromkeys([*ODD, *usable]))
