//! Refusal and doubt.

/// Refusal, which no later yes takes back without a word that says so.
pub(in crate::rules) const REFUSAL: &str = "
    no, nope, n o, nuh uh, no can do, no chance, cannot, can't, can not, couldn't, nor, decline, refuse, disagree
    reject, unsubscribe, opt out, cancel, reschedule, postpone, stop, quit, back out, backing out, withdraw, remove
    delete, bail, bailing, flake, skip, skipping, pass on, i pass, i'll pass, hard pass, gonna pass, have to pass
    sit this out, sit this one out, count me out, counting me out, i'm out, leave me out, take me off, remove me
    leave me alone, lose my number, go away, get lost, off the list, out of luck, regret, miss it, miss this
    going to miss, gonna miss, have to miss, not for me, no longer, anymore, no more, nobody can, no one can, no time
    nothing doing, cold feet, rather not, prefer not, hardly, nowhere near, yeah right, as if, yes sure whatever
    dream on, in your dreams, over my dead body, when pigs fly, i'm in the er, i'm in bed, but next week
    but next month, was going, we were coming, they were coming, we were going, they were going, died, dipo
    would love to but, but i'm broke, moved away, moved out, i moved, no longer live, don't live, would have, wish
    was going to, was gonna, was planning, thought i, don't think, not think, don't believe, not believe, funeral
    have to go to, need to go to, already have, out of the country, out of country, out of state, out of the city
    out of, traveling, travelling, on vacation, abroad, overseas, away that, be away, i'm away, away on, too far
    too early, too late, too short notice, short notice, too much, too expensive, next week na lang
    next month na lang, next week pa, some other time, another time, other time, next time, different time
    another day, other day, different day, another date, another week, different date, rain check, raincheck, instead
    rather monday, only free, only available, only monday, only work monday, free only, available only, how about
    what about, make it monday, move it, move to, move my, change it to, change to, change my, switch to, could we do
    can we do, can we make, can we move, push it to, push it back, prefer monday, better monday, monday is better
    monday would be better, monday works better, works better, later in the day, earlier in the day, not until
    i can only, can only, only can, only if, wrong number, wrong person, wrong guy, not me, not him, not her, scam
    scammer, spam, spammer, fraud, harassing, report you, ayaw, ayoko, huwag, bawal, malabo, kanselado, imposible
    impossible, ikansela, pakikansela, i cancel, pa cancel, magkansela, ipagpaliban, pa resched, pa reschedule
    ipa resched, pa move, pa usog, ilipat, palipat, pa lipat, pa urong, next time na lang, next time nalang
    next time na, sa susunod, susunod na, sa ibang araw, ibang araw, iba araw, ibang oras, monday na lang
    monday nalang, monday lang, monday pa, 3pm na lang, 3pm nalang, 3pm lang, pass muna, pass ako, pass na, pass lang
    tama na, itigil, tigil, sayang, malayo, ang layo, layo, mahirap, d ko, d ako, d na, d po, d pwede, dko, dq, d kaya
    d makakapunta, d mkapunta, nasa hospital, nasa ospital, nasa probinsya, nasa abroad, nasa out of town, nasa malayo
    nasa ibang bansa, nasa byahe, namatay, patay, lamay, burol, libing, naaksidente, may iba, meron na iba, may nauna
    biglaan, wala na, tapos na, tinatamad, nagbago, nagbago isip, atras, aatras, umaatras, umatras, urong ako
    ikakansela, ica-cancel, icancel, mali number, maling numero, mali numero, maling number, kulit, tantanan, tigilan
    lubayan, manloloko, budol, hirap, 👎, ❌, ✖, 🚫, 🙅, 😭, 🤢, 🤮, 🤒, 🤧, 🤷, next week, next month, next year
    following week, following month, week after, month after, monday only, 3pm only, free monday only
    available monday only, other slot, another slot, different slot, another appointment, reassign, someone else
    somebody else, elsewhere, other plans, forget it, forget that, forget about it, forget you, screw you, screw this
    screw that, screw off, fuck, fck, fuk, fuckin, fucking, fvck, wtf, stfu, piss off, bite me, bullshit, kiss my
    gago, gagu, ulol, tangina, putangina, puta, leche, bwisit, buwisit, peste, tarantado, inutil, thanks for nothing
    thank you for nothing, in court, good for you, good on you, good for him, good for her, good for them, i'm done
    done with you, done with this, done here, i do mind, none available, none of us, none free, absent, mark me absent
    in spirit, nothing works, none works, sister works, make it up to, when i can, don't bother, i'll pass on
    i'm off to, away, in pain, sa iba, ibang bansa, iba bansa, sa ibang, sa abroad, ibang lugar, ibang clinic
    ibang doktor, ibang ospital, i'm on leave, i'm on call, i'm on vacation, i'm on holiday, i'm on antibiotics
    i'm on medication, i'm on bed rest, i'm on quarantine, i'm down with, i'm in quarantine, i'm in labor, i'm in jail
    i'm in isolation, keep the change, i'm on a break, i'm on a trip, i'm on a date, i'll be out, i'll be gone
    i'm going away, i'll be in, i'm leaving, i'll leave, i'll show you, i'll make it up, i will make it up, umaga lang
    hapon lang, gabi lang, i will show you, i can show you, i can come next week, pupunta sa iba, pupunta sa ibang
    pupunta sa ibang bansa, 0th only, the 0th only, queen of england, king of england, and i'm the, and i'm a
    and i am the, and i am a, santa claus, the easter bunny, the tooth fairy, /s, sure jan, hell freezes
    hell freezes over, cold day in hell, fat chance, ok boomer, k boomer, sure buddy, sure pal, nice try, very funny
    not even, not a chance, absolutely not, definitely not, certainly not, probably not, hell no, heck no, god no
    no thank you, no thanks, nah thanks, sa panaginip mo, panaginip, asa ka, asa pa, asa ka pa, umasa ka, neknek mo
    manigas, mukha mo, utot mo, weh, not joining, not attending, not coming, not interested, not participating
    not available, not free, all set thanks, all set thank you, i'm all set, we're all set, i'm good thanks
    i'm good thank you, we're good thanks, i'm straight, i'm alright thanks, i'm ok thanks, i'm okay thank you
    i'm fine thanks, hard no, a no from me, a no for me, it's a no, that's a no, big no, firm no, giving no
    count me as no, put me as no, me as a no, as a no, as no, answer is no, say no, said no, saying no, say nope
    not today, not anymore, not any more, not happening, never happening, never again, not in a million years, over it
    done with, opt me out, take my name off, take us off, take me out, delete my number, lose this number, don't text
    don't call, don't contact, don't message, quit texting, quit calling, quit messaging, don't want, hate
    waste of time, reported, reporting, harassment, give my spot, give my slot, give my seat, give my place
    give up my spot, give away my spot, give it to someone, someone else can have, free up my spot, free up my slot
    release my spot, drop out, dropping out, drop me, pull out, pulling out, bow out, bowing out, step down
    stepping down, opt out of, withdrawing, revoke, rescind, take a pass, taking a pass, take a raincheck
    take a rain check, sit out, sitting out, sitting this out, staying home, stay home, gave away my, sold my
    already gone, bailed, chickened out, scared off, call it off, calling it off, called off, scrap it, abort
    cancel culture, refund, double book, double booking, no way i'm going, no way i'm coming, no way i can
    no way in hell, no desire, no interest, no intention, no plans to come, no plans of, no one, nobody, none
    can't do, could never, couldn't make, wouldn't be caught dead, would rather not, would rather die, would rather
    i'd rather not, i'd rather die, i'd rather, not my thing, not my cup of tea, not my scene, not up for
    not up to it, not feeling it, not for us, no es, beyond me, out of my league, too old, too busy, too sick
    too broke, too hot, too cold, too long, too many, grounded, bedridden, quarantine, quarantined, isolating
    contagious, broken leg, broken arm, back is out, threw my back out, in labor, passed away, in the er, lost my job
    lost my ride, missed my flight, ran out, working a double, called in, called into work, got called in
    picked up a shift, another engagement, prior engagement, previous engagement, previous commitment
    other commitments, other engagements, other obligations, obligations, prior obligation, do not disturb, auto reply
    auto-reply, autoreply, automatic reply, automated reply, automated response, auto response, automatic response
    automated message, out of office, not monitored, unmonitored, do not reply, don't reply, noreply, voicemail
    mailbox, i am driving, currently driving, is driving, while driving, away from my phone, away from phone
    not receiving notifications, will respond, will reply, i'll respond, i'll reply, will return your, respond when
    reply when, respond later, reply later, respond as soon, reply as soon, talk later, talk to you later
    call me later, call later, text later, call back, call you back, call you right back, text you back
    texting you back, can't talk, can't answer, no longer in service, not in service, undeliverable, delivery failed
    message blocked, not delivered, no service, is unavailable, currently unavailable, office hours, on leave until
    wrong #, wrong text, wrong contact, wrong message, wrong recipient, mistaken identity, mistaken, not my number
    changed number, changed numbers, don't know you, don't know who, don't know anyone, don't know any, by that name
    no such person, doesn't live here, who is it, whose number, who's number, whos number, how did you get, moved to
    relocated, i'm retired, im retired, graduated, already voted, already did, already done, already paid
    already went, already signed, already donated, already gave, already took, already ate, voted already, did already
    paid already, voted for, not voting, other candidate, other side, other guy, hindi muna, di muna, hindi na, di na
    hindi pa, di pa, hindi pwede, di pwede, hindi kaya, di kaya, di ko kaya, hindi ako kasama, hindi ako kasali
    hindi ako sasama, hindi kasama, hindi kasali, ayoko na, ayaw na, ayaw po, wag na, wag na lang, wag nalang
    huwag na, pass na muna, sa iba na lang, iba na lang, tigilan nyo, tigilan mo, tama na po, bura, burahin, tanggalin
    paki tanggal, pakitanggal, tanggal, alisin, paki alis, pakialis, alis nyo, i-remove, i-delete, i-block, blocked na
    na-block, di interesado, hindi interesado, walang interes, wala akong pake, wala akong paki, walang pake
    walang paki, pakialam, wala akong pakialam, wala nang, di ako yan, hindi ako yan, hindi ako yun, di ako yun
    hindi ko kilala, di ko kilala, hindi kilala, di kilala, naka-quarantine, may naka-schedule, naka-schedule na
    may nakaschedule, may event, may pupuntahan, may ibang, may iba pa, may mauuna, mas gusto, mas okay, mas ok
    mas maganda, mas mabuti, lowbat, walang load, walang signal, walang pera, walang wala, walang time, walang oras
    walang kasama, kulang, kapos sa, mahal masyado, ang mahal, sobrang mahal, masyadong mahal, masyado, nadisgrasya
    nabangga, nasagasaan, masama loob, na-dengue, dengue, na-covid, nagpositive, nagpositibo, naka-confine, confined
    na-confine, check up ko, may check up, manganganak, nanganak, buntis, binyag, kasal ng, burol ng, patay si, nawala
    nanakaw, nasunugan, ocupado, ocupada, no puedo, no podre, no podré, no voy, no ire, no iré, no gracias, no quiero
    no me interesa, nunca, jamas, jamás, tampoco, cancelar, cancelo, cancele, cancelen, cancela, lo siento, ni loco
    ni loca, para nada, ni modo, enfermo, enferma, trabajando, tengo que trabajar, tengo trabajo, otro dia, otro día
    otra fecha, otra vez sera, otra vez será, numero equivocado, número equivocado, equivocado, no soy, no conozco
    quitenme, quítenme, borrenme, bórrenme, dejen de, deje de, deja de, ya no, al contrario, prefiero, mejor otro
    mejor el, fuera de la ciudad, estoy fuera, 🤡, 🛑, ⛔, 🖕, 🙄, 🤬, 😡, 🚷, 🆖, 💩, 🥱, 🙊, 😒, if i had known, win the lottery
    in another life, said no one ever, no one ever, said nobody, psych, sike, lucky me, hardly contain
    just what i needed, what a joy, be still my heart, let me drop everything, right on that, yeah because i love
    yes because i love, because i love, because i have nothing better, as if i have nothing better, whatever you say
    ok whatever, yeah whatever, fine whatever, k whatever, sure whatever, sprout wings, grow wings, grow a tail
    the cows come home, pigs might fly, blue moon, twelfth of never, 12th of never, sino sila, sino po sila
    sino po kayo, sino po ito, sinong, who's asking, who's texting, who's calling, who am i, whom am i, unsubscribe me
    be removed, get removed, delete me, off this list, off your list, i'm tied up, in theory, coming down with
    kayo na lang, kayo na lang muna, kayo kayo na lang, en tus sueños, en sus sueños, mejor no, creo que no
    no cuenten, no cuentes, no cuente, neg, negatory, negatron, negative ghost rider, that is a negative
    i'm coming down with, i am coming down with, sige kayo na lang, sige kayo na, ok lang kahit wala
    ok lang kahit wala ako, end this, end it, ok end, please end, yes end, all good thanks, 0 works better
    3pm works better, may date, may date ako, set here, we're set thanks, i'm set thanks, keep dreaming, dreaming
    i'm going with someone else, going with someone else, went with someone else, went with another
    made other arrangements, other arrangements, someone else instead, you can count me out, count me among
";

/// Doubt, and what leaves it open: conditions, wishes, later answers.
pub(in crate::rules) const DOUBT: &str = "
    maybe, perhaps, unsure, undecided, depends, depending, possibly, potentially, doubt, doubtful, might
    may or may not, could go either way, up in the air, 50 50, iffy, tentative, tentatively, hopefully, hope, hoping
    fingers crossed, let you know, let u know, lyk, keep you posted, update you, think about it, think it over
    think on it, thinking, need to think, get back to you, get back to u, get back, text you later, call you later
    tell you later, answer later, decide, dunno, idk, don't know, dono, no idea, no clue, not sure, unclear, i'll see
    we'll see, i'll check, see if, check if, check with, check my, let me check, let me see, let me ask, ask my
    talk to my, need to ask, have to ask, have to check, need to check, will check, need to see, have to see
    still checking, still waiting, waiting on, waiting for, pending, not yet, later na, i'll try, i will try
    i can try, try to, trying, will try, do my best, try my best, no promises, can't promise, not promise, if, unless
    as long as, in case, in general, would if, would but, on the fence, i'm on the fence, would work better
    would be better, we shall see, i shall see, dipa, i guess not, i suppose not, siguro, baka, baka sakali, bahala na
    tingnan, titingnan, titignan, tignan, depende, kung, kapag, basta, sana, susubukan, subukan, sisikapin, sisikapan
    pipilitin, try ko, i try ko, itry ko, ewan, aywan, ambot, malay ko, malay, tanong ko, tatanong, tanungin ko
    tatanungin, itatanong, paalam, magpapaalam, pag iisipan, pag isipan, iisipin, isipin, pinag iisipan, nag iisip
    balitaan, babalitaan, update ko kayo, update kita, update ako, sabihan kita, sabihan ko kayo, text kita kung
    text na lang kita kung, text ko kayo kung, sabihin ko, kaso, kaya lang, kayalang, kya lang, kaya lng, i'll confirm
    will confirm, let me confirm, need to confirm, have to confirm, confirm later, confirm muna, sleep on it
    sleep on this, once, assuming, subject to, barring, contingent, conditional, conditionally, on condition
    on the condition, on one condition, under one condition, with one condition, one condition, provided that
    providing, so long as, long as, as soon as, only when, only after, only with, only until i, until i know
    until i hear, until i get, until then maybe, when i get, when i find, when i know, when i hear, when i have
    when i've, weather permitting, health permitting, time permitting, schedule permitting, permitting, lest
    except if, supposing, suppose, given that, in the event, in which case, whether, whether or not i, hinges
    up to my, it's up to, waiting to hear, waiting to see, waiting to find, wait and see, waiting for confirmation
    pending approval, awaiting, await, tbd, tba, to be determined, to be confirmed, tbc, to follow, we will see
    gotta check, gotta ask, gotta see, let me think, let me get back, let me look, let me find, let me know first
    let me confirm with, let me talk, let me speak, lemme check, lemme see, lemme ask, lemme think, lemme get back
    need time, need more time, need more info, need more information, need more details, more info, more information
    more details, tell me more, need details, want details, need to know, want to know, like to know, would like more
    like more info, not decided, haven't decided, not 100 sure, not 100, not entirely, not completely, not fully
    not too sure, not so sure, not certain, not confirmed, not positive, can't say, can't decide, can't tell
    can't commit, can't confirm, can't guarantee, no guarantee, no guarantees, not guarantee, hard to say, who knows
    hard to tell, tough call, toss up, torn, on the fence about, leaning, leaning yes, leaning no, leaning towards
    50/50, 50 50 chance, fifty fifty, probably, probs, prolly, prob, most likely, likely, i think so, think so
    i think i can, i think i could, i think i will, i think i'd, i think i should, think i can, might be able
    may be able, could possibly, could maybe, kinda, sorta, i guess, guess so, i suppose, if at all, if so, not if
    even then, aim to, aiming to, hoping to, hope to make, hope i can, plan b, backup, waitlist, wait list, on standby
    standby, tentative yes, soft yes, maybe yes, maybe no, yes maybe, yes or maybe, yes and no, have a question
    got a question, quick question, one question, question about, questions about, questions first, have questions
    some questions, a few questions, i have question, wondering, wonder, was wondering, just wondering, curious
    confused, don't understand, not understand, don't get it, not get it, don't follow, makes no sense, what is this
    what's this, what this, what for, what about, for what, to what, with what, with who, with whom, about what
    regarding what, confirm what, yes to what, why is, why are, why do, why would, what happens, how come, who sent
    who's calling, who gave, is this a, is this the, explain, clarify, elaborate, remind me what, remind me again
    refresh my memory, but after 0, but after 3pm, but after monday, but after trabaho, but after lunch
    but after dinner, but after church, but after the, pero after, pero pagkatapos ng, not before, but not before
    after 0 only, after 3pm only, after monday only, after trabaho only, before 0 only, before 3pm only, but later
    but earlier, but a bit later, but a little later, but in the afternoon, but in the evening, but only monday
    but make it, only mornings, only afternoons, only evenings, only weekends, mornings only, afternoons only
    evenings only, weekends only, weekdays only, nights only, only in the morning, only in the afternoon
    only in the evening, 0 pa lang pwede, 3pm pa, kung papayagan, kung kaya, kung makakaya, kung may, kung wala
    kung hindi, kung sakali, kung sakaling, kung free, kung available, kung papayag, kung maganda, kung matutuloy
    pag may, pag wala, pag pinayagan, pag hindi, sakali, sakaling, hangga't, hanggat, oras na, basta may, basta libre
    basta hindi, basta walang, depende sa, depende pa, depende kung, malalaman pa, malalaman ko pa, hindi sure
    di sure, di pa sure, hindi pa sure, hindi sigurado, di sigurado, hindi pa sigurado, di pa sigurado, hindi ko alam
    di ko alam, hindi ko pa alam, di ko pa alam, hindi ko sure, check ko, check ko muna, i-check ko, icheck ko, chk ko
    tignan ko, tingnan ko, tingin ko, palagay ko, tanungin, magtatanong, itanong, tatanungin ko, tanong muna, ask ko
    ask ko muna, papaalam, magpaalam, nagpapaalam, paalam muna, paalam ako, isip muna, isipin ko, iisipin ko
    pagiisipan, pinagiisipan, nagiisip, siguro nga, baka nga, baka pwede, baka naman, baka makapunta, baka hindi
    baka di, mukhang, tila, malamang, wari, yata hindi, siguraduhin, ewan ko, sabihan, sasabihan, ipapaalam, ipaalam
    babalikan, balikan kita, abisuhan, aabisuhan, inform kita, inform ko kayo, inform kayo, reply na lang, try kong
    try namin, itatry, ita-try, susubok, teka muna, hintay lang, antayin ko muna, wait lang muna, quizas, quizás
    tal vez, talvez, a lo mejor, posiblemente, probablemente, depende de, no se, no sé, no estoy seguro
    no estoy segura, te aviso, le aviso, les aviso, aviso, avisare, avisaré, dejame ver, déjame ver, deja ver
    dejame checar, déjame checar, voy a ver, voy a checar, tengo que ver, tengo que preguntar, lo voy a pensar
    lo pensare, lo pensaré, ojala, ojalá, espero poder, si dios quiere, si me, si no, si hay, si tengo, si alcanzo
    si llego, solo si, sólo si, siempre y cuando, siempre que, a menos que, salvo que, con tal de, con tal que
    en caso de, siempre y, quien es, quién es, quien habla, quién habla, que es esto, qué es esto, de que se trata
    de qué se trata, para que es, para qué es, cuanto cuesta, cuánto cuesta, a que hora, a qué hora, donde es
    dónde es, no entiendo, mas informacion, más información, 🤔, 🤞, 🤨, 😕, 😐, 🫤, ⁉, 🧐, provided, puede ser
    call me first, call me before, call me and, no way, changed my mind, change my mind, change of heart
    changed our minds, second thoughts, having second thoughts, neither, but no promises, but not sure, make it 0
    make it 3pm, 0 pa, umaga pa, hapon pa, gabi pa, tanghali pa, mga 0 pa, saying maybe, i'd say maybe, for now no
    onwards, onward, need a ride, need a lift, in for what, right after i win, but how much, but how long, but how far
    but who, but who's, but what for, but what's this, but why, but can, but could, but would, but is, but are
    but do i, but do you, but does, but will it, but will there, but let's, but which, pero sino, pero ano po to
    pero magkano, pero pwede ba, pero pwede bang, pero may bayad, kaso magkano, for now, in principle
    until further notice, interested in what, ok later, i'll ask, i think, one sec, gimme a sec, give me a sec
    give me a minute, give me a moment, give me some time, give me a day, considering, will consider, i'll consider
    in the meantime, should be fine, should be ok, should be good, should be there, should work, shut up
    no freaking way, no fucking way, no frickin way, no effing way, no flipping way, no freakin way
";

/// Words that deny what follows.
pub(in crate::rules) const NEGATIONS: &str = "
    not, don't, doesn't, didn't, isn't, aren't, ain't, wasn't, weren't, won't, wouldn't, shouldn't, haven't, hasn't
    hadn't, never, unable, unavailable, unfortunately, without, hindi, di, wala, walang, wag, huwag na
";
