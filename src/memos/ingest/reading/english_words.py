"""English words: ways to say the same, and what cannot hold together.

A phrase becomes a mark (``<home>``), so that "live in", "moved to" and 住在 are one word. Marks
of `SIGNS` tell whether something holds; the others are words like any other.
"""

from __future__ import annotations

import re

SIGNS = {
    "<not>",
    "<end>",
    "<like>",
    "<hate>",
    "<again>",
    "<also>",
    "<change>",
    "<move>",
    "<began>",
    "<want>",
    "<done>",
}
"""Marks that say how something holds, not what."""

FUNCTIONAL = {
    "<home>", "<employer>", "<job>", "<name>", "<age>", "<birthday>", "<email>", "<phone>",
    "<favourite>", "<school>", "<married>", "<field>", "<born>", "<prefer>", "<password>",
}  # fmt: skip
"""Marks of what somebody has only one of, where nothing else in the clause tells two apart."""

OWNED = frozenset("have drive vehicle bike phone possession <own>".split())

# In this order: what an earlier phrase has taken, a later one does not see.
PHRASES: tuple[tuple[str, str], ...] = (
    (r"\b(?:work|works|worked|working)(?: \w+)? (?:from|at) home\b|\bwfh\b|\bremotely\b|\bhome office\b", " remote <work> "),
    (r"\b(?:in|to|at|from) the office\b|\bon[- ]?site\b", " office <work> "),
    (r"\bfull[- ]time\b", " fulltime "), (r"\bpart[- ]time\b", " parttime "), (r"\bsci-?fi\b", " science fiction "),
    (r"\bbring(?:ing)? up\b|\btalk(?:ing)? about\b", " mention "), (r"\b(\d+|24|12)[- ]hour clock\b", r" \1hour clock "),
    (r"\b(?:scared|afraid|terrified|fear|phobia) (?:of|to)\b", " fear "), (r"\ba (?:little|bit of)\b", " beginner "),
    (r"(?<!the )(?<!this )(?<!that )(?<!no )(?<!any )(?<!every )(?<!each )\bone (?!of\b|and\b|day\b|more\b|thing\b)(?=[a-z])", " 1 "),
    (r"\bnot an? (\w+) person\b", r" <hate> \1 "),
    (r"\b(?:hardly|barely|scarcely)(?: ever)?\b|\brarely\b|\bseldom\b", " not "),
    (r"\b(?:want|wants|wanted|hoping|hope|saving(?: up)?|planning|plan|aim|aiming|applying|going|would like|about) (?=to\b|for\b)", " <want> "),
    (r"\b(?:bought|got into|accepted (?:to|by|into|at)|rejected by|turned down|learn(?:ed|t) (?:how )?to|passed)\b", r" <done> \g<0> "),
    (r"\b(?:in|into) depth\b", " detail "),
    # how it holds
    (r"\bno longer\b|\bnot any ?more\b|\bany ?more\b|\bany longer\b|\bused to\b|\bno more\b", " <end> "),
    (r"\bnot (?:a (?:big )?fan of|into|keen on|fond of|(?:really )?(?:like|love|enjoy)|care for|stand|bear)\b", " <hate> "),
    (r"\bnot (?:mind|hate|dislike)\b", " <like> "),
    (r"\b(?:gave|give|given|giving) up(?: on)?\b|\bquit(?:ting|s)?\b|\bstop(?:ped|ping|s)?\b|\bceased?\b|\bdropped out(?: of)?\b"
     r"|\bcut out\b|\bgave away\b|\bgot rid of\b|\bsold\b|\bcancel+ed\b|\bcall(?:ed)? off\b|\bfell through\b|\bdone with\b"
     r"|\bdrop(?:ped|ping)\b|\bdropped\b|\bgone off\b|\bwent off\b|\bkicked\b|\bswore off\b|\bditch(?:ed)?\b|\babandoned\b"
     r"|\boutgrew\b|\boutgrown\b|\bhas ended\b|\bis over\b|\bgot over\b|\bscrapped\b|\bretired from\b|\bformer\b|\bcured of\b"
     r"|\bback out of\b|\bbacked out of\b|\bpulled out of\b|\bunsubscribed\b|\bclosed (?:my|the|our|down)\b|\bshut (?:my|the|our)\b|\blapsed?\b|\bexpired\b|\bstolen\b|\bshut down\b|\bfinished\b|\bcompleted\b|\bunsubscribe\b|\bmoved out(?: of)?\b", " <end> "),
    (r"\b(?:left|leaving)(?= (?:my|the|our|that|this|<|[a-z]+(?: in| at| last| this| after| for|[.,;]|$)))|(?<!the )(?<!on )(?<!my )\bleft(?=\s*(?:[,.;!]|$))"
     r"|\bmoved away\b|\bwent out of business\b", " <end> "),
    (r"\b(?:broke|broken|break|split|splitting) up(?: with)?\b|\bgot divorced\b|\bgetting divorced\b|\bdivorced\b|\bseparated\b"
     r"|\bparted ways\b|\b(?:called|broke) off (?:the|our|my) engagement\b", " <end> <partner> "),
    (r"\b(?:resigned|handed in my (?:notice|resignation)|was laid off|got laid off|laid off|got fired|was fired|fired from"
     r"|let me go|made redundant|between jobs|out of work|unemployed|jobless)\b", " <end> <work> "),
    (r"\b(?:passed away|died|was put (?:down|to sleep)|is dead)\b", " <end> <alive> "),
    (r"\b(?:can not|not) (?:stand|bear)\b|\b(?:hates?|hated|hating|loathes?|detests?|dislikes?|disliked|despises?|avoids?|avoiding"
     r"|sick of|tired of|fed up with|bored (?:of|with)|grown? (?:sick|tired) of|allergic reaction to the idea)\b", " <hate> "),
    (r"\b(?:likes?|liked|loves?|loved|loving|enjoys?|enjoyed|enjoying|adores?|(?:big |huge |great )?fan of|into|keen on|fond of|crazy about"
     r"|mad about|partial to|obsessed with|passionate about|cannot get enough of|can not get enough of|addicted to|hooked on)\b", " <like> "),
    (r"\b(?:actually|in fact|to be (?:honest|exact|precise|clear)|honestly|correction|it turns out(?: that)?|turns out)\b", " <change> "),
    (r"\b(?:now|nowadays|these days|instead|switched(?: over)?(?: from \w+)? to|switched|changed(?: it| my mind)?|swapped|replaced|lately"
     r"|from now on|converted to|as of|currently|down to|up to|back (?:to|in|at|on)|went up|went down|changed to|graduated to|upgraded|traded)\b", " <change> "),
    (r"\b(?:pushed(?: back)?|postponed|rescheduled|brought forward|delayed|put off|bumped|shifted)\b"
     r"|\b(?:is|was|been|got|gets?) moved\b|\bmoved(?=(?: \w+){0,3} (?:to|until|from) "
     r"(?:the )?(?:\d|\w+day\b|next\b|later\b|earlier\b|noon\b|tomorrow|jan|feb|mar|apr|may\b|jun|jul|aug|sep|oct|nov|dec))", " <move> "),
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
    (r"\b(?:prefers?|preferred|rather have|would rather|rather)\b", " <prefer> "),
    (r"\b(?:lives?|living|lived|based|reside[sd]?|residing|settled(?: down)?|located|relocat(?:ed|ing|e)|mov(?:ed?|ing)"
     r"|staying) (?:back )?(?:over |down |up )?(?:in|to|at|near|into)\b"
     r"|\b(?:home|my address|hometown) (?:is|city|town)(?: in)?\b|\b(?:home)\b", " <home> "),
    (r"\b(?:works?|working|worked|employed) (?:as|in)\b|\b(?:profession|occupation|job) is\b|\bjob as\b|\bearn my living as\b", " <job> "),
    (r"\b(?:works?|working|worked|employed|job|hired|joined|joining|position|role|engineer|developer|designer|nurse|manager|consultant) "
     r"(?:at|for|by|with)\b|\b(?:employer|company) is\b|\b(?:joined|hired by|<began> at)\b", " <employer> "),
    (r"\b(?:names? is|is named|is called|named|called|call me|goes by|go by|name)\b", " <name> "),
    (r"\bnickname\b", " <nickname> "),
    (r"\byears? old\b|\byear-old\b|\byo\b|\bturn(?:ed|ing|s)?(?= \d)|\bage(?:d)?\b|\bjust turned\b", " <age> "),
    (r"\b(?:birthday|birthdate|date of birth|born on)\b", " <birthday> "),
    (r"\b(?:from|born in|grew up in|native of)\b(?= [a-z])", " <from> "),
    (r"\b(?:e-?mail(?: address)?)\b", " <email> "),
    (r"\b(?:phone number|mobile number|cell number|number is)\b", " <phone> "),
    (r"\b(?:study|studies|studying|studied|stud(?:y|ies)|majoring in|major(?: is| to| in)?|degree in|phd in)\b", " <study> "),
    (r"\b(?:been|are|be|get|back) together\b|\btogether (?:for|since)\b", " <partner> "),
    (r"\btak(?:e|es|ing) (\w+) (?:lessons|classes)\b", r" learn \1 "), (r"\bno need\b", " not "),
    (r"\b(?:married|husband|wife|spouse|engaged|fianc[eé]e?|girlfriend|boyfriend|partner|dating|seeing someone|in a relationship"
     r"|single|tied the knot|wedding|hubby|gf|bf)\b", r" <partner> \g<0> "),
    (r"\b(?:job|work|works|working|employed|career)\b", " <work> "),
    (r"\b(?:own|owns|adopted|adopt|owned|owning|possess|got|have got|has got)\b", " have "),
    (r"\b(?:at the moment|right now|a lot|lots of|a bit|kind of|sort of|a little|so much|very much|you know|i mean|i think|i guess|by the way"
     r"|as i said|like i said|just so you know|for (?:your )?info(?:rmation)?|of course|each and every|every single|as always)\b", " "),
    (r"\bevery ?day\b|\beach day\b|\bdaily\b", " daily "), (r"\bevery week\b|\beach week\b|\bonce a week\b", " weekly "),
    (r"\bevery (?=morning|evening|night|mon|tue|wed|thu|fri|sat|sun)|\beach (?=morning|evening|night|mon|tue|wed|thu|fri|sat|sun)", " "),
    (r"\btwice\b", " 2 times "), (r"\bonce\b", " 1 times "), (r"\bthrice\b", " 3 times "), (r"\ba couple of\b", " 2 "),
    (r"\ba dozen\b", " 12 "), (r"\bhalf past (\d+)\b", r" \1:30 "),
)  # fmt: skip

CONTRACTIONS: dict[str, str] = {
    "can't": "can not", "cannot": "can not", "won't": "will not", "shan't": "shall not", "n't": " not", "'m": " am",
    "'ve": " have", "'re": " are", "'ll": " will", "'d": " would", "dont": "do not", "doesnt": "does not",
    "im": "i am", "ive": "i have", "cant": "can not", "wont": "will not",
}  # fmt: skip

DROPPED = frozenset(
    """
a an the i me my mine myself we us our ours you your yours he him his she her hers it its they them their theirs this that these
those there here of to in on at for with by from as is am are was were be been being do does did done doing have has had having will
would shall should can could may might must and or but so if then than just only really very quite pretty rather truly totally
absolutely definitely certainly basically literally simply always usually generally often normally typically mostly mainly
regularly still already yet ever currently recently lately finally about around roughly approximately well oh ok okay hey hi yes
yeah yep no nope um uh ah hmm btw fyi lol please thanks guys right sure some any bit lot lots thing things stuff kind sort get gets
getting got gotten self how which who whom whose what when where while because since up out over off into onto upon all each every own
such same one ones personally myself hello remember note know knew quick new every let lets also too made make sadly luckily
officially apparently guess say said tell told think thought mean means meant update news small big happened go goes going gone went way
whole entire anyway recent ago last past next coming soon later day days today time times person people week month year after before during until till s
""".split()
)

LIGHT_WORDS = frozenset(
    """
have take use keep like buy want need try work play go come put give bring look set plan spend start see visit watch read listen eat drink
<began> <like> <hate> <from> <work> <partner> morning evening night weekend daily weekly
year month hour minute old good great nice little long answer reply write learn word person people friend
""".split()
)

IRREGULAR = dict(
    pair.split(":")
    for pair in """
bought:buy ate:eat eaten:eat drank:drink drunk:drink drove:drive driven:drive rode:ride ridden:ride ran:run swam:swim
taught:teach spoke:speak spoken:speak wrote:write written:write took:take taken:take gave:give given:give kept:keep found:find met:meet
meeting:meet saw:see seen:see made:make flew:fly flown:fly flight:fly slept:sleep woke:wake grew:grow grown:grow had:have has:have
paid:pay spent:spend sold:sell brought:bring wore:wear worn:wear sang:sing sung:sing won:win lost:lose broke:break broken:break
broken:break became:become held:hold left:leave built:build fell:fall caught:catch chose:choose chosen:choose felt:feel heard:hear
read:read sent:send sat:sit stood:stand understood:understand wives:wife children:child kids:child kid:child mice:mouse feet:foot
""".split()
)

SYNONYMS: dict[str, str] = {
    word: group.split()[0]
    for group in """
car automobile auto vehicle
bike bicycle cycle cycling biking
apartment flat condo apt
movie film cinema
mother mom mum mommy mummy mama ma
father dad daddy papa
sister sis
brother bro
grandma grandmother granny nana
grandpa grandfather grandad granddad
child toddler
soccer football
mention discuss
sorry apologise apologize apology
simple simply plain
dog puppy pup doggo pooch doggy
cat kitten kitty
wife spouse
husband hubby
boyfriend bf
girlfriend gf
doctor physician gp
nurse rn
lawyer attorney solicitor
teacher schoolteacher
programmer coder developer
engineer engineering
begin start commence
run jog running jogging runner jogger
hike trek hiking trekking hiker
swim swimmer swimming
photography photograph photo picture
cook cooking chef
paint painter painting
dance dancer dancing
sing singer singing
read reader reading
climb climber climbing bouldering
garden gardening gardener
vegetarian veggie
coffee espresso java
soda pop coke
beer lager ale
alcohol booze liquor
smoke cigarette smoking smoker tobacco
shop store
buy purchase get acquire
rent lease renting
house home
big large huge
small little tiny
short brief concise succinct terse
detail detailed thorough long lengthy indepth comprehensive elaborate
answer reply respond response
exam test
trip journey travel vacation holiday
doctorate phd
university college uni
gym workout exercise
begin start
job work career occupation
boss manager supervisor
meeting appointment
nyc newyork
uk britain england
us usa america
dinner supper
lunch luncheon
sick ill unwell
glad happy
scared afraid fear terrified phobia
allergic allergy intolerant intolerance
finish complete
speak talk
learn study
ill sick
quiet silent
money cash
guitar guitarist
piano pianist
violin violinist
yoga pilates
laptop notebook macbook
tv television
phone mobile cellphone smartphone
email mail
spicy hot
sweet sugary
salary pay wage income
marathon marathoner
mail email
""".strip().splitlines()
    for word in group.split()
}

EXCLUSIVE: dict[str, str] = {
    word: group.split(":")[0]
    for group in """
marital:single married divorced engaged widowed
diet:vegan vegetarian pescatarian omnivore carnivore keto meat
owl:early late morning night
place:remote office home onsite hybrid
tenure:rent own buy
hours:fulltime parttime
length:short detail
tone:formal casual informal friendly
units:metric imperial celsius fahrenheit mile kilometer kilometre
theme:dark light
seat:window aisle middle
side:left right
milk:black milk oat cream sugar
heat:hot cold iced
form:bullet prose paragraph table
language:english french german spanish italian portuguese chinese mandarin japanese korean russian dutch polish
colour:red blue green yellow black white purple pink orange grey gray brown teal silver gold turquoise
spelling:british american
clock:24hour 12hour
hand:left right
indent:tab space
level:fluent beginner intermediate advanced native
transport:bus bike car drive train subway metro walk tram underground
household:alone roommate flatmate
stage:kindergarten elementary primary college
order:first last
""".strip().splitlines()
    for word in group.split(":")[1].split()
}
"""Words of which only one holds at a time, by group."""

ALONE = frozenset(
    {
        "marital",
        "diet",
        "length",
        "tone",
        "units",
        "form",
        "spelling",
        "clock",
        "theme",
        "script",
        "hours",
        "tenure",
        "household",
        "place",
    }
)
"""Groups that need nothing else in common."""

ORDERED = frozenset({"language", "form", "spelling", "order", "indent"})
"""Groups that exclude each other only in what the assistant is to do."""

COLOURED = frozenset({"colour", "heat", "milk", "side", "hand"})
"""Groups that exclude each other only in one thing."""

FUNCTIONAL_NOUNS = frozenset(
    """
password pin address size budget deadline rent salary hint manager boss doctor dentist landlord therapist teacher coach height weight
major team title schedule appointment meet fly train shift username nickname timezone zone blood seat desk office room plan goal
target limit bedtime alarm color colour birthday name age email phone number code wifi network laptop phone car bike shoe gate
""".split()
)
"""What "my ... is ..." gives one value at a time."""

PERSONS = frozenset(
    """
mother father sister brother wife husband child son daughter boss colleague friend roommate flatmate neighbor neighbour aunt uncle
cousin niece nephew grandma grandpa girlfriend boyfriend partner dog cat teacher landlord coworker parents kids boy girl twin
""".split()
)
NUMBER_WORDS = {
    word: str(at)
    for at, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
        " nineteen twenty".split()
    )
} | {"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "hundred": "100"}
NUMBER_WORDS.pop("one")
NUMBER_WORDS |= {
    word: str(at)
    for at, word in enumerate("third fourth fifth sixth seventh eighth ninth tenth".split(), 3)
}
BROADER: dict[str, str] = {
    word: group.split(":")[0]
    for group in """
dog:beagle labrador retriever corgi poodle greyhound spaniel terrier dachshund collie husky bulldog pug chihuahua shepherd mutt
cat:tabby siamese persian ragdoll
pet:dog cat hamster rabbit parrot turtle goldfish
child:son daughter
nut:peanut walnut almond cashew hazelnut
fish:salmon tuna cod
seafood:shellfish shrimp prawn crab
meat:beef pork chicken lamb bacon steak
""".strip().splitlines()
    for word in group.split(":")[1].split()
}
"""What something is one of."""
TIME_WORDS = {
    word: word[:3]
    for word in (
        "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays"
        " january february april june july august september october november december mon tue tues wed thu thurs fri sat"
        " jan feb apr jun jul aug sept sep oct nov dec"
    ).split()
} | {
    "marchmonth": "mar",
    "maymonth": "may",
    "noon": "12:00",
    "midnight": "00:00",
    "tomorrow": "tomorrow",
    "tonight": "tonight",
}
TIMED = re.compile(
    r"(\d{1,2})(?:[:.](\d\d))? ?([ap])\.?m\b\.?|\b(\d{1,2}):(\d\d)\b|\b(\d{1,2}) ?o'clock\b|\b(?<=at )(\d{1,2})(?= *(?:$|[,.;!]|on|every|in|now|sharp|instead|these|from|each|tomorrow|this))",
    re.IGNORECASE,
)
