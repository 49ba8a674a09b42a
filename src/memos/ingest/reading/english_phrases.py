"""English phrases: ways to say the same, and how something holds.

A phrase becomes a mark (``<home>``), so that "live in", "moved to" and 住在 are one word. Marks
of `SIGNS` tell whether something holds; the others are words like any other.
"""

from __future__ import annotations

SIGNS = frozenset({
    "<not>", "<end>", "<like>", "<hate>", "<again>", "<also>", "<change>", "<move>", "<began>", "<want>", "<done>",
    "<okay>",
})  # fmt: skip
"""Marks that say how something holds, not what."""

# In this order: what an earlier phrase has taken, a later one does not see.
PHRASES: tuple[tuple[str, str], ...] = (
    # words of denial that deny nothing
    (r"\b(?:can|could) not (?:live|do|function|survive) without\b|\bnever miss(?:es|ed)?\b|\bnothing beats\b", " <like> "),
    (r"\bno \w+ (?:that )?(?:i|we) (?:like|love|enjoy) (?:more|better)(?: than)?\b", " <favourite> "),
    (r"\bnot (?:only|just|to mention|until|forget(?: to)?)\b|\bno (?:doubt|matter|problem|wonder)\b|\bnever mind\b|\bnothing but\b|\bwithout fail\b", " "),
    (r"\bnot bad\b", " good "), (r"\b(?:not (?:seeing anyone|married|in a relationship|dating)|no (?:partner|girlfriend|boyfriend))\b", " <partner> single "),
    # denial in other words
    (r"\b(?:refuses? to|unable to|fails? to|failed to|stays? away from|keeps? away from|steers? clear of|abstains? from|free of|free from)\b", " not "),
    (r"\b(\w+)-free\b", r" not \1 "), (r"\bteetotal(?:ler)?\b|\bsober\b", " not alcohol "), (r"\blacks?\b", " not have "),
    (r"\b(?:skip|omit|leave (?:out|off))\b", " not "), (r"\bex-?(?= ?(?:husband|wife|boyfriend|girlfriend|smoker))", " <end> "),
    (r"\b(?:lost|losing) (?:my|his|her|the|their) job\b", " <end> <work> "), (r"\b(?:is|am|are) retired\b|\bretired(?! teacher)\b", " <end> <work> "),
    ((r"\b(?:ended|deleted|donated|dumped|evicted|expelled|withdrew from|called it (?:quits|a day)|packed it in|threw (?:out|away)|thrown (?:out|away)"
     r"|gave back|handed back|went bankrupt|healed|recovered from|in remission|grew out of|cleared up|fell out with|wrecked|totall?ed)\b"), " <end> "),
    (r"\b(?:transferred|turned into|went from|up from|down from)\b", " <change> "),
    (r"\bnew (?=(?:job|boss|manager|phone|number|email|address|car|laptop|bike|place|flat|apartment|doctor|dentist|roommate|landlord|password)\b)", " <change> "),
    (r"(?<=\s)'(\d\d)\b", r" 19\1 "), (r"\b(\d+)k\b(?<!\b5k)(?<!\b10k)(?<!\b21k)(?<!\b42k)", r" \g<1>000 "),
    (r"\b(?:work|works|worked|working)(?: \w+)? (?:from|at) home\b|\bwfh\b|\bremotely\b|\bhome office\b", " remote <work> "),
    (r"\b(?:in|to|at|from) the office\b|\bon[- ]?site\b", " office <work> "),
    (r"\bfull[- ]time\b", " fulltime "), (r"\bpart[- ]time\b", " parttime "), (r"\bsci-?fi\b", " science fiction "),
    (r"\bbring(?:ing)? up\b|\btalk(?:ing)? about\b", " mention "), (r"\b(\d+|24|12)[- ]hour clock\b", r" \1hour clock "),
    (r"\b(?:scared|afraid|terrified|fear|phobia) (?:of|to)\b", " fear "), (r"\ba (?:little|bit of)\b", " beginner "),
    (r"(?<!the )(?<!this )(?<!that )(?<!no )(?<!any )(?<!every )(?<!each )\bone (?!of\b|and\b|day\b|more\b|thing\b)(?=[a-z])", " 1 "),
    (r"\bnot an? (\w+) person\b", r" <hate> \1 "),
    (r"\b(?:hardly|barely|scarcely)(?: ever)?\b|\brarely\b|\bseldom\b", " not "),
    (r"\b(?:want|wants|wanted|hoping|hope|saving(?: up)?|planning|plan|aim|aiming|applying|going|would like|about) (?=to\b|for\b)", " <want> "),
    (r"\b(?:bought|got into|accepted (?:to|by|into|at)|rejected by|turned down|learn(?:ed|t) (?:how )?to|passed(?! away))\b", r" <done> \g<0> "),
    (r"\b(?:in|into) depth\b", " detail "),
    (r"\bno (?:later|earlier|sooner|less|fewer|more) than\b", " "),
    (r"\bnot (?:actually |really )?allergic\b", " <okay> allergic "), (r"(?<!okay> )\ballerg(?:ic|y|ies)\b", " <hate> allergic "),
    (r"\b(5|10|21|42) ?k\b", r" \1 km "),
    (r"\b(\d{1,2}(?:st|nd|rd|th)?) (?:of )?(march|may)\b", r" \1 \2month "), (r"\b(march|may) (?=\d)", r" \1month "),
    (r"\bgave birth\b", " <end> pregnant "), (r"\beats? (?:everything|anything)\b", " omnivore "),
    (r"\bsle(?:ep|pt)s?(?: in)? (?:till|until)\b", " wakeup "), (r"\b(?:year of birth|born in(?= \d)|birth year)\b", " <birthday> "),
    (r"\b(?:buried|(?:the |her |his )?funeral)\b", " <end> <alive> "), (r"\blet (me|him|her|them|my \w+) go\b", r" <end> <work> \1 "),
    (r"\b(?:came|come|is|are) off\b|\bhas not been the case\b", " <end> "),
    (r"(?<!have )(?<!has )(?<!had )(?<!always )\b(?:lived|worked|studied)(?= (?:in|at|for|as|there))", r" <end> \g<0>"),
    (r"\beat(?:ing|s)? out\b", " eatout "),
    (r"\ba single\b", " "),
    (r"\bonly child\b", " not sibling "),
    # how it holds
    (r"\bno longer\b|\bnot any ?more\b|\bany ?more\b|\bany longer\b|\bused to\b|\bno more\b", " <end> "),
    (r"\bnot (?:a (?:big )?fan of|into|keen on|fond of|(?:really )?(?:like|love|enjoy)|care for|stand|bear)\b", " <hate> "),
    (r"\bnot (?:mind|hate|dislike)\b", " <like> "),
    ((r"\b(?:gave|give|given|giving) up(?: on)?\b|\bquit(?:ting|s)?\b|\bstop(?:ped|ping|s)?\b|\bceased?\b|\bdropped out(?: of)?\b"
     r"|\bcut out\b|\bgave away\b|\bgot rid of\b|\bsold\b|\bcancel+ed\b|\bcall(?:ed)? off\b|\bfell through\b|\bdone with\b"
     r"|\bdrop(?:ped|ping)\b|\bdropped\b|\bgone off\b|\bwent off\b|\bkicked\b|\bswore off\b|\bditch(?:ed)?\b|\babandoned\b"
     r"|\boutgrew\b|\boutgrown\b|\bhas ended\b|\bis over\b|\bgot over\b|\bscrapped\b|\bretired from\b|\bformer\b|\bcured of\b"
     r"|\bback out of\b|\bbacked out of\b|\bpulled out of\b|\bunsubscribed\b|\bclosed (?:my|the|our|down)\b|\bshut (?:my|the|our)\b|\blapsed?\b|\bexpired\b|\bstolen\b|\bshut down\b|\bfinished\b|\bcompleted\b|\bunsubscribe\b|\bmoved out(?: of)?\b"), " <end> "),
    ((r"\b(?:left|leaving)(?= (?:my|the|our|that|this|<|[a-z]+(?: in| at| last| this| after| for|[.,;]|$)))|(?<!the )(?<!on )(?<!my )\bleft(?=\s*(?:[,.;!]|$))"
     r"|\bmoved away\b|\bwent out of business\b"), " <end> "),
    ((r"\b(?:broke|broken|break|split|splitting) up(?: with)?\b|\bgot divorced\b|\bgetting divorced\b|\bdivorced\b|\bseparated\b"
     r"|\bparted ways\b|\b(?:called|broke) off (?:the|our|my) engagement\b"), " <end> <partner> "),
    ((r"\b(?:resigned|handed in my (?:notice|resignation)|was laid off|got laid off|laid off|got fired|was fired|fired from"
     r"|let me go|made redundant|between jobs|out of work|unemployed|jobless)\b"), " <end> <work> "),
    (r"\b(?:passed away|died|was put (?:down|to sleep)|is dead)\b", " <end> <alive> "),
    ((r"\b(?:can not|not) (?:stand|bear)\b|\b(?:hates?|hated|hating|loathes?|detests?|dislikes?|disliked|despises?|avoids?|avoiding"
     r"|sick of|tired of|fed up with|bored (?:of|with)|grown? (?:sick|tired) of)\b"), " <hate> "),
    ((r"\b(?:likes?|liked|loves?|loved|loving|enjoys?|enjoyed|enjoying|adores?|(?:big |huge |great )?fan of|(?<=am )into|(?<=is )into|(?<=are )into|(?<=really )into|(?<=got )into(?= \w+ing\b)|keen on|fond of|crazy about"
     r"|mad about|partial to|obsessed with|passionate about|cannot get enough of|can not get enough of|addicted to|hooked on)\b"), " <like> "),
    (r"\b(?:actually|in fact|to be (?:honest|exact|precise|clear)|correction|it turns out(?: that)?|turns out)\b", " <change> "),
    ((r"\b(?:now|nowadays|these days|instead|switched(?: over)?(?: from \w+)? to|switched|changed(?: it| my mind)?|swapped|replaced|lately"
     r"|from now on|converted to|down to|back to|went up|went down|changed to|graduated to|upgraded|traded)\b"), " <change> "),
    ((r"\bpush(?:ed)? (?:the|my|our) \w+ back\b|\b(?:pushed(?: back)?|postponed|rescheduled|brought forward|delayed|put off|bumped|shifted)\b"
     r"|\b(?:is|was|been|got|gets?) moved\b|\bmoved(?=(?: \w+){0,3} (?:to|until|from) "
     r"(?:the )?(?:\d|\w+day\b|next\b|later\b|earlier\b|noon\b|tomorrow|jan|feb|mar|apr|may\b|jun|jul|aug|sep|oct|nov|dec))"), " <move> "),
    (r"\b(?:also|too|as well|another|second|additionally|besides|both|other|on top of that|in addition|alongside)\b", " <also> "),
    (r"\b(?:again|once more|back on|back to|returned to)\b", " <again> "),
    (r"\b(?:started|starting|took up|taken up|taking up|began|begun|got into)\b", " <began> "),
    (r"\b(?:get|gets|got|getting|wakes?|woke|waking) up\b|\bwake-up time\b", " wakeup "),
    (r"\b(?:go|goes|went) to bed\b|\bbedtime\b", " bedtime "),
    (r"\b(in|since|last|next|this|by|until|of|on|early|late|from|to|mid) (march|may)\b", r" \g<1> \g<2>month "),
    (r"\b(?:to (?:work|the office|school)|commut\w+)\b", " commute "),
    # what it is
    (r"\bwhere (?:i|we) live\b|\bmy home\b|\bhome base\b", " <home> "),
    (r"\b(?:favou?rites?|most <like>|<like> most|<like> best|top choice|go-to)\b", " <favourite> "),
    (r"\b(?:prefers?|preferred|rather have|would rather)\b", " <prefer> "),
    ((r"\b(?:lives?|living|lived|based|reside[sd]?|residing|settled(?: down)?|located|relocat(?:ed|ing|e)|mov(?:ed?|ing)"
     r") (?:back )?(?:over |down |up )?(?:in|to|at|near|into)\b"
     r"|\b(?:home|my address|hometown) (?:is|city|town)(?: in)?\b"), " <home> "),
    (r"\b(?:works?|working|worked|employed) as\b|\b(?:profession|occupation|job) is\b|\bjob as\b|\bearn my living as\b", " <job> "),
    ((r"\b(?:works?|working|worked|employed|job|hired|joined|joining|position|role|engineer|developer|designer|nurse|manager|consultant) "
     r"(?:at|for|by)\b|\b(?:employer|company) is\b|\b(?:joined|hired by|<began> at)\b"), " <employer> "),
    (r"\b(?:names? is|is named|is called|named|called|call me|goes by|go by|name)\b", " <name> "),
    (r"\bnickname\b", " <nickname> "),
    (r"\byears? old\b|\byear-old\b|\byo\b|\bturn(?:ed|ing|s)?(?= \d)|\bage(?:d)?\b|\bjust turned\b", " <age> "),
    (r"\b(?:birthday|birthdate|date of birth|born on)\b", " <birthday> "),
    (r"(?:(?<=am )|(?<=is )|(?<=are )|(?<=come )|(?<=comes )|(?<=originally ))from\b|\b(?:born in|grew up in|native of)\b", " <from> "),
    (r"\b(?:e-?mail(?: address)?)\b", " <email> "),
    (r"\b(?:phone number|mobile number|cell number|number is)\b", " <phone> "),
    (r"\b(?:study|studies|studying|studied|stud(?:y|ies)|majoring in|major(?: is| to| in)?|degree in|phd in)\b", " <study> "),
    (r"\b(?:been|are|be|get|back) together\b|\btogether (?:for|since)\b", " <partner> "),
    (r"\btak(?:e|es|ing) (\w+) (?:lessons|classes)\b", r" learn \1 "), (r"\bno need\b", " not "),
    ((r"\b(?:married|husband|wife|spouse|engaged|fianc[eé]e?|girlfriend|boyfriend|partner|dating|seeing someone|in a relationship"
     r"|(?<=am )single|(?<=is )single|(?<=are )single|(?<=still )single|tied the knot|wedding|hubby|gf|bf)\b"), r" <partner> \g<0> "),
    (r"\b(?:job|work|works|working|employed|career)\b", " <work> "),
    (r"\b(?:own|owns|adopted|adopt|owned|owning|possess|got|have got|has got)\b", " have "),
    ((r"\b(?:at the moment|right now|a lot|lots of|a bit|kind of|sort of|a little|so much|very much|you know|i mean|i think|i guess|by the way"
     r"|as i said|like i said|just so you know|for (?:your )?info(?:rmation)?|of course|each and every|every single|as always)\b"), " "),
    (r"\bevery ?day\b|\beach day\b|\bdaily\b", " daily "), (r"\bevery week\b|\beach week\b|\bonce a week\b", " weekly "),
    (r"\bevery (?=morning|evening|night|mon|tue|wed|thu|fri|sat|sun)|\beach (?=morning|evening|night|mon|tue|wed|thu|fri|sat|sun)", " "),
    (r"\btwice\b", " 2 times "), (r"\bonce\b", " 1 times "), (r"\bthrice\b", " 3 times "), (r"\ba couple of\b", " 2 "),
    (r"\ba dozen\b", " 12 "), (r"\bhalf past (\d+)\b", r" \1:30 "),
)  # fmt: skip
