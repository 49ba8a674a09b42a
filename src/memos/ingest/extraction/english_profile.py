"""English rules of the profile: who somebody is, lives with, works as, has."""

from __future__ import annotations

import re

from memos.ingest.extraction.engine import Rule
from memos.ingest.extraction.english_words import (
    ANIMAL,
    BRANDS,
    FAITHS,
    JOBS,
    MODIFIER,
    NATIONS,
    RELATION,
    words,
)
from memos.model.memory import Kind

_BE = "(?:am|is|are)"
_HAVE = "(?:have got|has got|have held|has held|have|has|'ve|'s|got|own|owns|keep|keeps|hold|holds|held)"
_STOP = (  # what ends a noun phrase
    r"(?=\s*(?:[,.;:!?()]|\Z)|\s(?:and|but|or|because|since|so|with|without|for|in|at|from|on|by|now|who|which|that|where|when"
    r"|while|as|though|until|till|these days|right now|at the moment|currently|myself|btw|too|again|already|here|there"
    r"|to|of course|last|next|this|after|before|during|although|if|than|rather|anyway|actually|ago|near|outside|under|full[- ]time|part[- ]time|lol|haha)\b)"
)
_THING = rf"(?P<value>[^\s,.;:!?()][^,.;:!?()]{{0,60}}?){_STOP}"
_PLACE = (
    r"(?P<value>(?!(?:a|an|the|my|our|his|her|this|that|here|there|it|bed|peace|fear|pain|hope|love|charge|general|total|fact|case|time|need|touch|trouble"
    r"|person|two|three)\b)[\w'’.-]+(?:\s(?!(?:and|but|or|because|since|so|with|for|at|from|on|by|now|who|which|where|when|while|as|though|until|these|right"
    r"|currently|to|last|next|this|after|before|during|although|if|anyway|actually|btw|too|alone|again|most|all|together|full|part|near|not|just|only"
    r"|about|around|over|almost|exactly|but|my|our|ever|than|then|is|was|are|have|has|had|until|of course)\b)[\w'’.-]+){0,3}(?:, [A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?(?=\W|\Z))?)"
)
_JOBLESS = (
    r"(?!(?:bit|little|lot|fan|person|man|woman|guy|girl|boy|big|huge|member|parent|mother|mom|mum|father|dad|grandmother|grandfather|twin|sister|brother|friend|mess"
    r"|idiot|vegan|vegetarian|pescatarian|beginner|newbie|newcomer|christian|muslim|jew|catholic|buddhist|hindu|atheist|morning|night|light|heavy|early|slow|fast"
    r"|picky|fussy|dog|cat|coffee|tea|wine|beer|homebody|introvert|extrovert|foodie|perfectionist|native|single|widow|widower|good|bad|great|terrible"
    r"|decent|total|complete|real|true|hopeless|happy|proud|lucky|regular|lefty|diabetic|type|celiac|coeliac|minimalist|lifelong|die-hard|passionate|avid"
    r"|keen|creature|believer|sucker|lover|survivor|citizen|resident|different|new|first|second|third|stay|people|non|very|recovering|smoker|"
    rf"leo|virgo|libra|scorpio|aries|taurus|gemini|cancer|sagittarius|capricorn|aquarius|pisces|bookworm|nerd|geek|gamer|runner|tad|touch|few|couple|week|month|year|day|huge|firm|wreck|pain|nightmare|disaster|joke|mystery|star|saint|legend|angel|darling|treat|pleasure|{NATIONS})\b)"
)
_JOB_TAIL = r"(?:er|or|ist|ian|ant|ent|man|woman|eer|yst|ect|ess|ic|ot|ef|ct|yer|rse|ser|ter|ler|her|ner|ger|der|ver|mer|ker|ber|per|tor|sor|ssor|or|ee)"
_JOB = (
    rf"(?!(?:to|no|not|my|his|her|seeing|meeting|teaching)\s)(?P<value>(?:[\w'’/&+-]+\s){{0,4}}?(?:{JOBS}|[\w-]{{2,}}(?:engineer|developer|designer|manager|ologist|ician|graphe?r|worker|nurse|teacher|officer|driver|maker|keeper|smith|writer|analyst|consultant|technician|assistant))s?)"
    r"(?=\s*(?:[,.;:!?()]|\Z)|\s(?:and|but|at|for|in|with|who|by|from|of|on|now|working|based|living|since|so|as|too|these|here|there|specialised|specialized|specialising|specializing|myself)\b)"
)
_AGE = r"(?P<value>[1-9][0-9]?|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|(?:six|seven|nine|four|eigh|thir|fif)teen|eleven|twelve|ten|nine|eight|seven|six|five|four|three|two|one)"
_PRONE = r"(?P<value>[^\s,.;:!?()][^,.;:!?()]{0,60}?)(?=\s*(?:[,.;:!?()]|\Z)|\s(?:and i|but|because|so|since|btw|which|though|too|as well|by the way|anyway|if|when|that)\b)"
_DIETS = words("""vegan vegetarian pescatarian pescetarian keto paleo halal kosher gluten-free gluten_free dairy-free plant-based
flexitarian low-carb low_carb carnivore lactose-free sugar-free raw_vegan fruitarian fodmap low-fodmap mediterranean""")
_STATUS = words(
    "married single divorced engaged separated widowed unmarried a_widow a_widower newly_single newlywed newlyweds"
)
_ILLS = words("""asthma diabetes type_1_diabetes type_2_diabetes adhd add autism eczema psoriasis arthritis migraines migraine epilepsy
anxiety depression ocd ptsd bpd pcos endometriosis ibs crohn's celiac_disease coeliac_disease celiac coeliac hypertension
high_blood_pressure low_blood_pressure insomnia sleep_apnea sleep_apnoea tinnitus scoliosis sciatica dyslexia dementia alzheimer's
parkinson's multiple_sclerosis osteoarthritis ms lupus fibromyalgia cancer leukemia leukaemia anemia anaemia hypothyroidism hay_fever gout
osteoporosis glaucoma cataracts vertigo reflux acid_reflux gerd a_pacemaker a_bad_back a_bad_knee bad_knees a_heart_condition
a_heart_murmur a_slipped_disc a_herniated_disc chronic_pain chronic_fatigue long_covid raynaud's a_stutter rosacea
high_cholesterol pneumonia shingles a_concussion a_hernia kidney_stones gallstones plantar_fasciitis tendonitis tendinitis
carpal_tunnel colour_blind color_blind colorblind dyslexic diabetic asthmatic epileptic autistic deaf blind anemic anaemic
lactose_intolerant gluten_intolerant pregnant neurodivergent bipolar short-sighted nearsighted insulin-dependent
hard_of_hearing colour-blind color-blind in_remission in_recovery sober partially_sighted left-handed near-sighted""")
_HURT = (
    r"(?:an?\s)?(?:torn|broken|bad|dodgy|sprained|fractured|herniated|slipped|frozen|dislocated|artificial|replaced|prosthetic|fused|cracked|weak|arthritic|missing)\s(?:\w+\s)?"
    r"(?:knees?|back|hips?|shoulders?|ankles?|wrists?|discs?|meniscus|acl|achilles|tendon|ligament|heart|lungs?|ribs?|collarbone|elbow|toe|finger|foot|leg|arm|hand|neck|spine|kidney|eye|ear|hamstring|rotator cuff)\b"
)
_HOBBIES = words("""bouldering climbing running jogging cycling swimming hiking skiing surfing sailing rowing kayaking fishing
birdwatching birding gardening knitting crocheting crochet sewing quilting pottery ceramics painting drawing sketching photography
woodworking woodwork baking brewing homebrewing chess gaming yoga pilates boxing kickboxing karate judo bjj tennis badminton
squash golf football soccer basketball volleyball rugby cricket hockey skating ice_skating snowboarding skateboarding dancing
salsa tango ballet singing guitar piano violin cello drums ukulele bass saxophone flute calligraphy origami lego magic archery
fencing horse_riding riding padel pickleball frisbee triathlon triathlons marathons weightlifting powerlifting crossfit
scuba_diving diving astronomy stargazing geocaching scrabble poker board_games video_games tabletop_games dnd d&d embroidery
beekeeping foraging mushroom_picking stamp_collecting coin_collecting bonsai genealogy roller_derby parkour orienteering""")
_SPEECH = rf"(?P<value>(?:{NATIONS})(?:(?:,\s|,?\sand\s|\sor\s)(?:(?:a (?:bit|little) of|some|a little|basic|fluent|conversational)\s)?(?:{NATIONS}))*)"
_VEHICLES = words("""car van bike bicycle motorcycle motorbike scooter truck pickup lorry campervan camper motorhome boat sailboat
tesla toyota honda ford bmw audi volkswagen vw golf polo volvo skoda seat renault peugeot citroen fiat mazda nissan subaru hyundai
kia mini jeep land_rover mercedes porsche vespa prius corolla civic yaris fiesta focus passat tiguan leaf kona clio twingo panda
e-bike ebike cargo_bike road_bike mountain_bike moped tractor hatchback suv minivan estate sedan kangoo berlingo transit""")
_CHILD = "(?:son|daughter|kid|child|boy|girl|baby|toddler|twin|stepson|stepdaughter|teenager|stepkid|godchild|grandchild|grandson|granddaughter)(?:s|ren)?"
_COUNT = "(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|[0-9]+|no|another|twin|several|some|a couple of|a few)"
_NAMED = r"(?-i:[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?)"


def _rule(attribute: str, pattern: str, *, many: bool = False) -> Rule:
    return Rule(
        name=attribute,
        kind=Kind.PROFILE,
        pattern=re.compile(pattern, re.IGNORECASE),
        attribute=attribute,
        confidence=0.85,
        beside=True,
        many=many,
    )


_SINCE_WORK = r"(?:(?:been|was|were|started|am|is|are)\s)?(?:working|work|works|worked)"

PROFILE: tuple[Rule, ...] = (
    # -- names, age, where from ---------------------------------------------------------------
    _rule("nickname", rf"\A(?:my nickname is|go by|goes by|am known as|is known as|my friends call me|everyone calls me|people call me)\s(?P<value>{_NAMED}|\w+)"),
    _rule("name", rf"\A(?:my (?:full |first |real |last |given )?name is|{_BE} (?:called|named))\s(?P<value>{_NAMED}|[a-z]+(?=\W*\Z))"),
    _rule("name", rf"\Aam (?!(?:{NATIONS}|{FAITHS}|{_DIETS}|virgo|leo|libra|scorpio|aries|taurus|gemini|pisces|aquarius|capricorn|sagittarius)\b)(?P<value>(?-i:[A-Z][a-z]{{2,}}(?: [A-Z][a-z]+)?))(?=,|\.|!|\Z| and | from )(?<!Irish)(?<!ish)(?<!ese)(?<!can)(?<!ian)"),
    _rule("age", rf"\A(?:{_BE}|(?:have |has )?turned|turn|turns|{_BE} turning|will be|(?:is|are) about to turn)\s(?:only |just |about |around |nearly |almost )?{_AGE}(?=\s(?:years?(?:[- ]old)?|yo\b|y/o|now|today|tomorrow|this|next|last|in|on|and|but|so|as|soon)\b|y\b|[,.;!]|\Z)"),
    _rule("age", rf"\A{_BE} an? (?P<value>[0-9]{{1,2}})[- ](?:year|yr)s?[- ]old\b"),
    _rule("age", r"\Amy age is (?P<value>[0-9]{1,2})\b"),
    _rule("birthday", r"\A(?:my|our) (?:(?:birthday|bday|b-day)|date of birth|dob|birth date) (?:is|'s|falls)\s(?:on\s)?(?P<value>(?!coming|soon|next|this|tomorrow|today|over|around|near)(?:the )?[^,.;!?()]{3,30}?)(?=\s*(?:[,.;!()]|\Z)|\s(?:and|so|but|by|which)\b)"),
    _rule("birthday", r"\A(?:(?:was|were|am|is)\s)?born on (?:the )?(?P<value>[^,.;!?()]{3,30}?)(?=\s*(?:[,.;!()]|\Z)|\s(?:and|so|but|in (?!19|20))\b)"),
    _rule("hometown", rf"\A(?:{_BE} (?:originally )?from|come(?:s)? from|(?:(?:was|were|am|is) )?born (?:and (?:raised|bred) )?(?:in|near)|grew up in|(?:was|were) raised in|originally from|hail(?:s)? from)\s{_PLACE}"),
    _rule("hometown", rf"\Amy (?:hometown|home town|birthplace) is\s{_PLACE}"),
    _rule("nationality", rf"\A(?:{_BE}|have become|became)\s(?:an? )?(?:half |part )?(?P<value>(?:{NATIONS})(?:[- ](?:{NATIONS}))?)(?=\s(?:and|but|by|so|citizen|national|living|born|originally|with)\b|[,.;!]|\Z)"),
    _rule("nationality", rf"\A(?:{_HAVE} (?:a |an )?|my (?:passport|nationality|citizenship) is )(?P<value>{NATIONS})(?:\s(?:passport|citizenship|nationality))?"),
    # -- home ------------------------------------------------------------------------------------
    _rule("home", rf"\A(?:(?:have |has )?(?:been )?(?:live|lives|living|lived|settled|based|residing|reside|resides)|{_BE} (?:living|based|located|settled|renting)|rent|rents|(?:have |has )?(?:moved|relocated)(?: (?:back|over|out|up|down|house|here))*|(?:my|our) (?:home|house|flat|apartment|place) is)\s(?:(?:here|alone|together|with [^,.;]{{2,25}}|as [^,.;]{{2,20}}|for [^,.;]{{2,20}}|now|up|down|out|over|just|right|far|(?:out|north|south|east|west) of)\s)*(?:into|in|to|near|at|outside|around)\s(?:(?:an?|the|our|my|his|her)\s[^,.;!?]{{2,40}}?\s(?:in|near|outside|of|on)\s)?{_PLACE}"),
    _rule("home", rf"\A(?:have |has )?(?:just |recently )?(?:moved|relocated|settled)(?: back| over| here)? from (?:[\w'-]+ ){{1,3}}?to\s{_PLACE}"),
    _rule("home", r"\A(?:live|lives|am living|is living|are living)\s(?:on|in|at|near)\s(?P<value>(?:an?|the)\s[^,.;!?()]{3,40}?)(?=\s*(?:[,.;!()]|\Z)|\s(?:and|but|with|so|since|where|which|near|about)\b)"),
    _rule("home", r"\A(?:my|our) (?:home |postal |mailing |new |current )*address is (?:now )?(?P<value>[^;!?()]{5,60}?)(?=\s*(?:[.;!()]|\Z))"),
    # -- work and school ----------------------------------------------------------------------
    _rule("job", rf"\A(?:{_BE}|(?:have |has )?been|became|become|{_SINCE_WORK} as|am working as|is working as|make a living as|makes a living as|trained as|got a job as|started as|have started as|{_BE} training to be|{_BE} (?:now )?employed as|got promoted to|(?:was|were|have been|has been) promoted to|serve as|serves as)\s(?:(?:an?|the)\s)?(?:(?:freelance|retired|junior|senior|full-time|part-time|self-employed|qualified|certified|registered)\s)?{_JOB}"),
    _rule("job", rf"\A(?:{_BE}|(?:have |has )?been|became)\san?\s{_JOBLESS}(?P<value>(?:[\w'’/-]+\s){{0,2}}?[\w-]{{3,}}{_JOB_TAIL})(?=\s(?:at|for|with|by)\s)"),
    _rule("job", rf"\A(?:{_SINCE_WORK} as|{_BE} working as|make a living as|trained as|got a job as|started as)\s(?:(?:an?|the|their)\s)?{_THING}"),
    _rule("job", rf"\A(?:work|works|am working|is working|worked)\s[^,;!?]{{2,60}}?\sas\s(?:an?|the)\s{_JOB}"),
    _rule("job", rf"\A(?:my (?:current |day |new )*(?:job|profession|occupation|job title|title|role|position)|what i do) is\s(?:an? )?{_THING}"),
    _rule("job", rf"\A(?:work|works|am working|is working|been working|worked)\sin\s(?P<value>(?!an?\b|the\b|my\b)(?-i:[a-z][\w-]*(?: [a-z][\w-]*)?|HR|IT|PR|QA|UX)){_STOP}"),
    _rule("job", r"\A(?:teach|teaches|am teaching|is teaching)\s(?P<value>(?!(?:-i:[A-Z]))(?![^,.;!?]*\sto\b|him\b|her\b|them\b|me\b|myself|an?\b|my\b)[^,.;!?()]{3,40}?)(?=\s*(?:[,.;!()]|\Z)|\s(?:at|in|and|but|for|on)\b)"),
    _rule("job", r"\A(?:am|is|are)\s(?P<value>retired(?=\W*\Z|[,.;]|\s(?:from|in|since|last|and|but|now|early|these)\b)|self-employed|unemployed|freelance|freelancing|between jobs)\b"),
    _rule("job", r"\A(?:have |has )?(?:been )(?P<value>temping|freelancing|contracting|waitressing|waiting tables|bartending|nursing|babysitting|nannying|au[- ]pairing|subbing|busking|consulting|substitute teaching|supply teaching|tutoring|interning|self-employed|unemployed|out of work|retired)\b"),
    _rule("job", rf"\A(?:am|is|are|became)\s(?:an?\s|the\s)?(?P<value>(?:retired|former|freelance|trainee|apprentice|self-employed|semi-retired|part-time|student)\s[\w-]+(?:\s(?:{JOBS}))?)"),
    _rule("employer", rf"\A(?:(?:{_BE}|(?:have|has) been|became|was|am starting as)\s(?:an?|the|their|head|chief|senior|junior|lead)\s(?:(?!with\b|at\b|in\b|big\b|fan\b|bit\b|guest\b)[\w'’/-]+\s){{1,4}}?|{_BE}\s(?:(?!an?\b|the\b|no\b|at\b|seeing|meeting|looking)[\w'’/-]+\s){{0,3}}?(?:{JOBS}|[\w-]+er|[\w-]+ist)\s|(?:have|has) been (?:(?:here |working |[0-9]+|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty)\s?(?:years?\s|months\s)?)?|(?:{_BE} |have been |has been )?(?:work|works|working|worked|employed|interning|freelancing|teach|teaches|teaching)\s|(?:got|have|has|landed|started|took|accepted) (?:an?|my|the) (?:new |part-time |summer )?(?:job|position|role|gig|internship|offer|apprenticeship)\s)(?:\s?(?:here|part-time|full-time|remotely|as [^,.;]{{2,40}}?|nights|days|shifts)\s)*\s?\b(?:at|for)\s(?:the\s|a\s(?:company|startup|firm) called\s)?(?P<value>(?-i:[A-Z][\w'’&.-]*(?:\s(?:of\s|and\s|&\s|de\s)?[A-Z0-9][\w'’&.-]*){{0,4}}))(?<!day)(?<!Christmas)(?<!Easter)(?=\s|[,.;!?()]|\Z)"),
    _rule("employer", rf"\A(?:{_SINCE_WORK}|{_BE} working|got a job|have a job|started (?:a |my )?(?:new )?job)\s(?:part-time |full-time |remotely |as [^,.;]{{2,40}}? )?(?:at|for|with)\s(?P<value>(?!home|(?:the |my )?(?:kitchen|desk|table|library|weekends?|office|dining)\b|night|least|nights|a living|free|it\b|that\b|this\b|myself|himself|herself|them\b|him\b|her\b|the moment|[0-9])(?:an?|the|my|our|his|her)?\s?[^,.;!?()]{{2,45}}?)(?=\s*(?:[,.;!()]|\Z)|\s(?:and|but|as|in|since|so|for|now|where|which|on|near|who|until|while|from)\b)"),
    _rule("employer", rf"\A(?:joined|have joined|has joined|{_BE} joining)\s(?P<value>(?-i:[A-Z][\w'’&.-]*(?:\s[A-Z0-9][\w'’&.-]*){{0,3}}))\s(?:as|in|last|this|on|two|three|a)\b"),
    _rule("employer", rf"\Amy (?:employer|company|firm) is\s{_THING}"),
    _rule("field", rf"\A(?:{_BE} (?:studying|majoring in|doing (?:a|my) (?:phd|master'?s|degree|ba|bsc|msc|bachelor'?s|doctorate|mba) (?:in|on))|study|studies|studied|major(?:s|ed)? in|(?:have |has |did |got |finished )?(?:a|an|my) (?:[\w']+ )?(?:phd|master'?s|degree|ba|bsc|msc|ma|bachelor'?s|doctorate|mba)(?: degree)? (?:in|on))\s(?P<value>(?!hard|abroad|for\b|at\b|in\b|a lot|every|all|late|with|here|the\b)[^,.;!?()]{{3,40}}?)(?=\s*(?:[,.;!()]|\Z)|\s(?:at|in|from|and|but|because|for|with|this|since|so|now|on|back|as|part|full)\b)"),
    _rule("field", r"\A(?:am|is|are)\san?\s(?:[\w-]+\s)?(?P<value>[\w-]+)\s(?:student|major|undergrad)\b"),
    _rule("school", r"\A[^,.;!?]{0,60}?\b(?:study|studies|studying|studied|student|go to school|goes to school|phd|postdoc|master'?s|degree|enrolled|year|freshman|sophomore|undergrad|master's in [\w ]+|[mb]sc|ma|ba|mba)\b[^.;!?]{0,40}?\b(?:at|to)\s(?:the\s)?(?P<value>(?-i:(?:[A-Z][\w'’&.-]*)(?:\s(?:of\s|and\s)?[A-Z][\w'’&.-]*){0,4}))"),
    _rule("school", rf"\A(?:go|goes|went|{_BE} going|attend|attends|attended|graduated)\s(?:to|from|at)?\s?(?:the\s)?(?P<value>(?-i:(?:[A-Z][\w'’&.-]*\s){{0,4}}(?:University|College|School|Academy|Institute|High|Polytechnic|MIT|UCL|ETH|Oxford|Cambridge|Harvard|Stanford|Yale)(?:\sof(?:\s[A-Z]\w+){{1,3}})?))"),
    _rule("school", rf"\Amy (?:school|uni|university|college) is\s{_THING}"),
    # -- who belongs to somebody ---------------------------------------------------------------
    _rule("marital_status", rf"\A(?:{_BE}|(?:have |has )?been|(?:have|has) gotten|{_BE} (?:recently|newly|happily)|became)\s(?:happily |recently |newly |legally |still )?(?P<value>{_STATUS})\b"),
    _rule("partner", rf"\Amy (?:wife|husband|partner|girlfriend|boyfriend|fiancée?|fiancee?|spouse)(?:'s name)? is (?:called |named )?(?P<value>{_NAMED})"),
    _rule("partner", rf"\A(?:{_BE}|got|have been|has been)\s(?:married to|engaged to|dating|seeing|with)\s(?P<value>{_NAMED}|an? [^,.;!?()]{{3,30}})"),
    _rule("pet", rf"\A(?:{_HAVE}|adopted|rescued|(?:have|has) (?:adopted|rescued|had)|(?:bought|got|getting))\s(?P<value>(?:{_COUNT}\s)(?:(?!(?:on|of|at|with|in|for|to|from|like|and|job)\b)[\w'-]+\s){{0,3}}?(?:{words(ANIMAL)}|cats|dogs|rabbits|chickens|hens|horses|goats|kittens|puppies|budgies|snakes|fish|ducks|bees|tortoises|guinea pigs|hamsters)s?(?:,?\s(?:called|named)\s{_NAMED}(?:\sand\s{_NAMED})?|,?\s{_NAMED})?(?:(?:,| and) an? (?:{words(ANIMAL)}))*)", many=True),
    _rule("child", rf"\A(?:{_HAVE}|am (?:a |the )?(?:single )?(?:mother|mom|mum|father|dad|parent) (?:of|to)|is (?:a |the )?(?:single )?(?:mother|mom|mum|father|dad|parent) (?:of|to))\s(?P<value>{_COUNT}\s(?:[\w'-]+\s){{0,4}}?{_CHILD}\b(?:,?\s(?:called|named)\s{_NAMED}(?:\sand\s{_NAMED})?|,\s(?:[0-9]+|[a-z]+)(?:,\s[0-9a-z]+)*(?:\sand\s(?:[0-9]+|[a-z]+))(?=\W|\Z))?)"),
    _rule("sibling", rf"\A{_HAVE}\s(?P<value>{_COUNT}\s(?:{MODIFIER}\s)?(?:twin |half-|half |step)?(?:brother|sister|sibling|twin)s?(?:\sand\s{_COUNT}\s(?:{MODIFIER}\s)?(?:brother|sister)s?)?)\b"),
    _rule("child", rf"\A(?:my|our) (?:{MODIFIER}\s)?(?:son|daughter|child|baby|kid)'s name is (?P<value>{_NAMED})"),
    _rule("pet", rf"\A(?:my|our) (?:{words(ANIMAL)})'s name is (?P<value>{_NAMED})"),
    # -- body and belief -----------------------------------------------------------------------
    _rule("allergy", rf"\A(?:{_BE} |have been |has been )?(?:(?:deadly|severely|badly|highly|very|quite|mildly|slightly|deathly|terribly|super|violently)\s)?allergic to\s(?:both |most )?{_PRONE}", many=True),
    _rule("allergy", rf"\A{_HAVE}\s(?:an?\s)?(?:(?:severe|bad|nasty|mild|serious|strong|awful|terrible)\s)?(?P<value>(?!food\b)[\w-]+(?:\s[\w-]+)?)\sallerg(?:y|ies)\b"),
    _rule("allergy", rf"\A{_HAVE}\s(?:an?\s)?(?:\w+\s)?allerg(?:y|ies) to\s{_PRONE}", many=True),
    _rule("diet", rf"\A(?:{_BE}|(?:have |has )?(?:been|went|gone|turned|become)|became|eat|eats|{_BE} eating|keep|keeps|follow|follows|go|went)\s(?:on\s)?(?:an?\s)?(?:(?:strict|strictly|mostly|lifelong|fully|ethical|pretty much|basically|all|completely|both)\s)?(?P<value>(?:{_DIETS})s?)\b"),
    _rule("religion", rf"\A(?:{_BE}|(?:was|were) raised|converted to|became)\s(?:an?\s)?(?:(?:practising|practicing|devout|lapsed|non-practising|born-again|observant|roman|reform|strict)\s)?(?P<value>{FAITHS})\b"),
    _rule("health", rf"\A(?:{_HAVE}|suffer from|suffers from|{_BE} suffering from|live with|lives with|struggle with|struggles with|(?:was|were|been|got|have been|has been) (?:just |recently )?diagnosed with|{_BE} (?:diagnosed with|recovering from|on medication for|being treated for)|developed|have had|has had)\s(?:(?:severe|mild|chronic|bad|terrible|early|slight|gestational|stage [0-9]|a bit of|an?)\s)*(?P<value>(?:{_ILLS})\b(?: in (?:my|her|his|their) [^,.;!?()]{{2,25}})?)"),
    _rule("health", rf"\A(?:was|were|been|got|have been|has been|is|am|just got)\s(?:just |recently )?diagnosed with\s(?:an?\s)?{_THING}"),
    _rule("health", rf"\A(?:{_BE}|(?:have |has )?been|was born)\s(?:(?:slightly|partially|totally|legally|[0-9a-z]+ (?:weeks|months)|in one ear)\s)?(?P<value>(?:{_ILLS})(?:\sin (?:my|one|her|his|the) (?:\w+ )?(?:ear|eye)s?)?)\b"),
    _rule("health", r"\A(?:get|gets)\s(?:really |very |horribly |a bit |badly )?(?P<value>(?:sea|car|air|motion|travel|altitude)[- ]?sick)\b"),
    _rule("health", r"\A(?:use|uses|am in|is in)\s(?P<value>(?:a |an )?(?:wheelchair|walker|hearing aids?|crutches|cane|walking stick|inhaler|cpap|insulin pump|prosthe\w+))\b"),
    _rule("health", rf"\A(?:get|gets|got)\s(?:(?:really |very )?(?:bad|terrible|awful|chronic|frequent|regular|occasional)\s)?(?P<value>(?:{_ILLS}))\b"),
    _rule("health", rf"\A(?:{_HAVE}|am recovering from|is recovering from)\s(?:an?\s)?(?:\w+\s)?(?P<value>[a-z]+(?:itis|osis|emia|aemia|algia|pathy|plegia))\b"),
    _rule("health", rf"\A{_HAVE}\s(?P<value>{_HURT})"),
    _rule("health", r"\A(?:am on|is on|take|takes|am taking|is taking)\s(?P<value>(?:insulin|metformin|ssris?|antidepressants|statins|blood thinners|beta[- ]blockers|ritalin|warfarin|lithium|levothyroxine|antihistamines|painkillers|chemo|dialysis|[a-z]+(?:ine|pril|statin|sartan|mab|zole|olol|pine|lam))\b(?:\sfor [^,.;!?()]{3,30})?)"),
    # -- contact, language, skills -------------------------------------------------------------
    _rule("email", r"(?P<value>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"),
    _rule("phone", r"\A(?:my|our) (?:new |mobile |cell |work |home |phone |whatsapp |contact )*(?:phone|number|mobile|cell|phone number|whatsapp)(?: number)? (?:is|'s|:)?\s?(?:now )?(?P<value>\+?[0-9][0-9 ().-]{5,20}[0-9])"),
    _rule("timezone", r"\A(?:my time ?zone is|am in|{_BE} on)\s(?:the )?(?P<value>(?:GMT|UTC)(?:\s?[+-]\s?[0-9]{1,2})?|[CEMPW]E?[SD]?T|(?:eastern|pacific|central|mountain|central european)(?: standard| daylight)? time)\b".replace("{_BE}", _BE)),
    _rule("language", rf"\A(?:can )?(?:speak|speaks)\s(?:(?:fluent|some|a bit of|a little|native|decent|good|both|only|basic|conversational|passable)\s)?{_SPEECH}", many=True),
    _rule("language", rf"\A(?:{_BE}|have become|became) (?:fluent|conversational|bilingual) in\s{_SPEECH}", many=True),
    _rule("language", rf"\A{_BE} (?:currently )?learning\s{_SPEECH}", many=True),
    _rule("language", rf"\A(?:my|our) (?:native|first|mother|second) (?:language|tongue) is\s(?P<value>(?-i:[A-Z])\w+|{NATIONS})"),
    _rule("language", rf"\A{_BE} a native {_SPEECH} speaker"),
    _rule("vehicle", rf"\A(?:drive|drives|ride|rides|{_HAVE}|bought|have bought|just bought|leased|lease)\s(?P<value>(?:an?|two|my|our)\s(?:[\w'’.-]+\s){{0,4}}?(?:{_VEHICLES})s?\b(?:\s(?-i:[A-Z0-9][\w-]*)){{0,2}})"),
    _rule("vehicle", r"\A(?:drive|drives|ride|rides)\s(?P<value>an?\s[^,.;!?()]{3,40}?)(?=\s*(?:[,.;!()]|\Z)|\s(?:to|and|but|for|with)\b)"),
    _rule("vehicle", r"\A(?:my|our) (?:current |new |old |second )*(?:car|van|bike|motorbike|motorcycle|truck) is\s(?!(?:in|at|on|broken|fixed|not|dead|still|being|too|making|dirty|parked|ready|gone|from|out|back|full|acting|due|getting|leaking|old)\b)(?P<value>(?:an?|the)?\s?[^,.;!?()]{3,40}?)(?=\s*(?:[,.;!()]|\Z)|\s(?:and|but|with|that|which)\b)"),
    _rule("skill", r"\A(?:can|am able to)\s(?P<value>(?:(?:fluently )?play (?:the )?(?:guitar|piano|violin|cello|drums|bass|flute|saxophone|trumpet|banjo|harp|ukulele|accordion|chess|bridge)|juggle|solder|weld|sail|code(?: in \w+)?|program(?: in \w+)?|touch[- ]type|sight-?read|read music|sew|knit|drive (?:a )?stick|drive (?:a )?manual|lip-?read|sign|swim|ride a (?:bike|horse|motorbike)|ski|type [^,.;]{3,20}))\b"),
    _rule("skill", r"\A(?:am|is|are)\s(?:really |quite |pretty |very )?(?:good at|skilled (?:in|at)|proficient (?:in|with|at)|an expert (?:in|on|at)|experienced (?:in|with)|fluent in|self-taught in|certified in)\s(?P<value>(?!it\b|this\b|that\b)[^,.;!?()]{2,40})"),
    _rule("skill", r"\Aknow(?:s)? how to\s(?P<value>[^,.;!?()]{3,40})"),
    _rule("hobby", r"\A(?:am|is|are)\s(?:the|an?|such an?)\s(?:(?:huge|big|total|real|massive|keen|avid)\s)?(?P<value>[\w-]+)\s(?:nut|buff|geek|nerd|freak|enthusiast|fanatic|player|collector|hobbyist)\b"),
    _rule("hobby", r"\A(?:my|our) (?:main |new |favou?rite |biggest |only |big )*(?:hobby|hobbies|pastime|passion|passions) (?:is|are|include)\s(?P<value>[^;.!?()]{3,60})"),
    _rule("hobby", rf"\A(?:{_BE}|have been|has been)\s(?:really |super |very |heavily |big |totally |pretty |seriously )?(?:into)\s(?P<value>(?!it\b|that\b|this\b|the\b|my\b|a\b|trouble)[^,.;!?()]{{3,40}})"),
    _rule("hobby", rf"\A(?:have |has |'ve )?(?:(?:took|taken|taking|picked|picking) up|started (?:doing |learning |taking |playing |to learn |to play )?|go|goes|do|does|play|plays|practi[cs]es?|am taking up|got into|am learning|is learning|(?:have |has )?been (?:doing|playing|learning|going)|am learning to play|enjoy|enjoys|compete in|dabble in)\s(?:the\s|some\s|competitive\s|indoor\s)?(?P<value>(?:(?:trail|rock|indoor|cross-country|landscape|street|film|open water|road|mountain|wild|water|oil|classical|electric|bass|acoustic)\s)?(?:{_HOBBIES}))\b"),
    _rule("hobby", r"\A(?:run|runs|cycle|cycles|swim|swims|hike|hikes|climb|climbs|knit|knits|sew|sews|paint|paints|draw|draws|garden|gardens|ski|skis|surf|surfs|row|rows|sing|sings|dance|dances|box|boxes|bake|bakes|fish|fishes|collect|collects|brew|brews|volunteer|volunteers)\b(?!\s(?:out|into|up|over|it|a (?:company|business|shop|store|team|bakery|cafe|small)|the|my))[^,.;!?()]{0,50}"),
    _rule("diet", r"\A(?P<value>(?:don't|do not|doesn't|never|no longer|can't|cannot)\s(?:really |ever )?(?:eat|drink|have)\s(?:any\s)?(?:red\s)?(?:meat|pork|beef|dairy|gluten|alcohol|sugar|fish|seafood|eggs|shellfish|animal products)\b(?:\sor\s[\w-]+)?)"),
    _rule("health", r"\A(?P<value>(?:don't|doesn't|never) (?:smoke|drink))(?=\W*\Z)"),
    _rule("gender", r"\A(?:am|is)\sa\s(?P<value>(?:trans |cis |non-binary |nonbinary )?(?:man|woman|girl|boy|guy|female|male|lady)|non-binary person)(?=\W*\Z|\sin\b)"),
    _rule("gender", r"\A(?:am|is)\s(?P<value>non-binary|nonbinary|female|male|genderfluid|a trans (?:man|woman)|trans)\b"),
    _rule("possession", r"\A(?:my|our) (?:new |current |old |main |work )*(?:phone|laptop|computer|pc|camera|guitar|piano|watch|tablet|printer|tv|oven|stove|sewing machine|telescope|console|keyboard|boat|e-reader) is\s(?P<value>an?\s[^,.;!?()]{2,40}?)(?=\s*(?:[,.;!()]|\Z)|\s(?:and|but|with|that|which|so)\b)"),
    _rule("hobby", r"\A(?P<value>[^,]{3,60}), (?:in|on) (?:my|his|her|our|their) (?:spare|free) time\b"),
    _rule("job", r"\A(?:do|does)\s(?P<value>(?!it\b|this\b|that\b|my\b|the\b|not\b)[\w-]+(?:\s[\w-]+){0,2})\s(?:at|for)\s(?-i:[A-Z])"),
    _rule("employer", r"\A(?:do|does)\s(?!it\b|this\b|that\b|my\b|the\b)[\w-]+(?:\s[\w-]+){0,2}\s(?:at|for)\s(?P<value>(?-i:[A-Z][\w&.-]*(?:\s[A-Z][\w&.-]*){0,3}))"),
    _rule("possession", rf"\A{_HAVE}\s(?P<value>an?\s(?:[\w'-]+\s){{0,2}}?(?:cabin|cottage|house|flat|apartment|garden|allotment|summer house|caravan|piano|guitar|violin|cello|3d printer|kiln|sewing machine|telescope|greenhouse|balcony|pool|sauna|treadmill|record player|espresso machine|air fryer|slow cooker|bread machine|food processor|stand mixer|workshop|studio|farm|vineyard|camper|trailer|kayak|canoe|surfboard|tent|drone|kindle|ipad|macbook|thinkpad|chromebook|nas|raspberry pi|playstation|ps5|xbox|switch|steam deck)\b(?:\s(?:in|on|by|near)\s[^,.;!?()]{{2,30}})?)"),
    _rule("possession", r"\A(?:own|owns)\s(?P<value>(?!nothing|no\b|it\b|this\b|that\b|up\b)[^,.;!?()]{3,40})"),
)  # fmt: skip
"""In the order in which they are tried."""

_OPEN = r"\A~ "
_PASSING_BY = r"(?![^.;!?]{0,40}\b(?:for (?:the|a|work|business)|until|till|this (?:week|month|weekend)|today|tomorrow|tonight|on (?:business|holiday|vacation)|visiting|right now|at the moment|next)\b)"
_ANY = r"\A[~?%] (?:.*?\b)?"

EMBEDDED: tuple[Rule, ...] = (
    _rule("home", rf"\A(?:am|are|is)\s(?:(?:up|down|over|out|based|here|still|now|all the way|stuck|not far from [^,.;]{{2,20}})\s)*in\s(?P<value>{_NAMED}){_PASSING_BY}(?!\s(?:hospital|airport|station|hotel|class|court|traffic)\b|['’])"),
    _rule("home", rf"\A~ (?:[^;:.!?()]{{0,80}}?[,\s])?(?:here|over here|down here|up here|out here|back (?:here|home)) in\s(?P<value>{_NAMED}){_PASSING_BY}"),
    _rule("home", rf"\A~ (?:[^;:.!?()]{{0,80}}?\s)?(?:my|our) (?:flat|apartment|house|place|garden|street|village|office|studio|neighbou?rhood) (?:here )?in\s(?P<value>{_NAMED})"),
    _rule("age", r"\A~ (?:[^;:.!?()]{0,40}?[,\s])?(?P<value>[1-9][0-9])[\s-]?(?:y/o|yo|yrs? old|years? old|year-old)\s(?:man|woman|guy|girl|male|female|bloke|dude|lady|mum|mom|dad|mother|father|student|single)\b"),
    _rule("language", rf"\A(?:my) (?P<value>{NATIONS}) is\s(?:only |just |still |pretty |quite |a bit |very |really )*(?:passable|fluent|rusty|good|bad|terrible|ok|okay|basic|decent|poor|awful|broken|patchy|shaky|better|not (?:great|good|bad))\b"),
    _rule("school", rf"\A~ (?:[^;:.!?()]{{0,80}}?\s)?(?:my|our) (?:prof|professor|lecturer|tutor|supervisor|advisor|course|classes|degree|master's|phd|uni|semester|dorm) (?:at|from)\s(?P<value>{_NAMED}|[A-Z]{{2,6}}\b)"),
    _rule("health", r"\A(?:am|is|are|have been|has been|went|was put|been) on\s(?P<value>(?:insulin|statins?|the pill|antidepressants|blood thinners|beta blockers|antibiotics|steroids|hrt|ssris?|lithium|chemo|dialysis|[a-z]{4,}(?:formin|pril|sartan|statin|olol|pine|zole|arin|xine|tine|line|pram|mab|cillin|mycin|zepam|zolam|idone|apine|thyroxine))\b)"),
    _rule("health", r"\A~ (?P<value>type (?:1|2|one|two)(?: diabetic)?)\s(?:since|diabetic|here|all my life)\b"),
    _rule("partner", rf"{_ANY}my (?:wife|husband|partner|girlfriend|boyfriend|fiancée|fiancé|fiancee|fiance|hubby)(?:'s name is|,| is| is called)?\s(?P<value>{_NAMED})(?!'s\s(?:{RELATION}))(?=\W|\Z)"),
    _rule("partner", rf"{_OPEN}(?:\w+,? )?(?P<value>{_NAMED}) and (?:i|me)\s(?:are|have been|got|will be|'re|just got|finally got)\s(?:finally |now |both )?(?:getting )?(?:married|engaged|dating|together|moving in)\b"),
    _rule("pet", rf"{_ANY}(?:my|our) (?P<value>(?:{MODIFIER}\s)?(?:{words(ANIMAL)})(?:,|'s called| is called| called| named|'s name is)?\s{_NAMED})"),
    _rule("child", rf"{_ANY}(?:my|our) (?:{MODIFIER}\s)?(?:son|daughter|baby|toddler|kid|little one|eldest|youngest)(?:,|'s called| is called|'s name is| called| named| is)?\s(?P<value>{_NAMED})"),
    _rule("sibling", rf"{_ANY}my (?:{MODIFIER}\s)?(?:sister|brother|twin|sis|bro)(?:,|'s called| is called|'s name is| called| named| is)?\s(?P<value>{_NAMED})"),
    _rule("parent", rf"{_OPEN}(?:my )?(?:mum|mom|dad|mother|father)(?:'s name)? (?:is|was|'s) (?:called |named )?(?P<value>{_NAMED})\W*\Z"),
    _rule("name", rf"{_OPEN}(?:it's|this is|(?P<plain>name's|my name's|the name's))\s(?P<value>(?-i:[A-Z][a-z]+))(?:\s(?:by the way|btw|actually|here|again)\b|,? not {_NAMED}|(?(plain)(?=\W|\Z)|(?!)))(?=[^?]*\Z)"),
    _rule("nickname", rf"{_OPEN}(?:everyone|everybody|people|friends|most people|my friends|my family|colleagues)\b[^,.;]{{0,20}}\s(?:calls?|says?)\s(?:me\s)?(?P<value>{_NAMED})"),
    _rule("phone", r"\A~ [^?]*?\b(?:my|me|still|number|whatsapp|mobile|cell|reach)\b[^?]{0,40}?(?P<value>(?:\+|\b0)[0-9][0-9 ().-]{6,18}[0-9])"),
    _rule("health", rf"{_ANY}my (?P<value>{_HURT}|(?:{_ILLS})\b|[a-z]+(?:itis|osis|emia|aemia|algia|pathy)\b)"),
    _rule("health", rf"{_OPEN}(?:the |my )?(?:doc|doctor|gp|specialist|physio|consultant|dentist|optician)\s(?:says|said|reckons|thinks|told me)\s(?:it's|it is|it was|i have|i've got|i've)\s(?:an?\s)?(?P<value>{_HURT}|{_ILLS}|[a-z]+(?:itis|osis|emia|aemia|algia|pathy))\b"),
    _rule("language", rf"{_OPEN}(?P<value>{NATIONS})(?:'s| is) (?:my|our) (?:mother tongue|native language|first language|native tongue|second language)"),
    _rule("language", rf"\A~ (?:.*?[,;] )?(?P<value>(?:{NATIONS})),?\s(?:which\s)?i (?:also |only )?(?:speak|learned|learnt|picked up|can read)\b"),
    _rule("vehicle", rf"{_OPEN}(?:the|my|our)\s(?:old |new |trusty |poor )?(?P<value>(?:{BRANDS}))\b(?:'s)?\s(?:failed|passed|died|needs|broke|is|won't|has|got|was|blew|started)\b"),
    _rule("vehicle", rf"{_ANY}(?:my|our)\s(?:(?:old|new|trusty|[0-9]{{4}})\s)*(?P<value>(?:{BRANDS})(?:\s(?-i:[A-Z0-9][\w-]*))?)\b"),
    _rule("diet", rf"{_OPEN}(?:i'm |only )?(?P<value>{_DIETS})(?:,? (?:only|here|household|for me|please|over here|all the way))+\W*(?:,|\Z)"),
    _rule("possession", r"\A(?:kept|am keeping|is keeping|are keeping|still have|still has|inherited|collect|collects)\s(?P<value>(?:the|two|my|three|her|his|a|an)\s[^,.;!?()]{3,30}?)(?=\s*(?:[,.;!()]|\Z)|\s(?:and|but|obviously|from|of course|though|so)\b)"),
)  # fmt: skip
"""What stands beside something else, anywhere in a clause, and in a question where it is safe."""
