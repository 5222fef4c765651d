//! Phrases of the default lists that stand for no label.

use crate::rules::Role;

pub(in crate::rules) const ROLES: &[(Role, &str)] = &[
    (Role::Ignored, IGNORED),
    (Role::Filler, FILLERS),
    (Role::Turn, TURNS),
    (Role::Correction, CORRECTIONS),
    (Role::Break, BREAKS),
    (Role::Question, QUESTIONS),
    (Role::Asking, ASKING),
    (Role::Time, TIMES),
    (Role::Plain, PLAIN),
    (Role::Plain, super::slips::REAL_WORDS),
];

/// What says neither yes nor no, although it may hold a word that would.
const IGNORED: &str = "
    don't worry, not worry, not to worry, not forget to, don't forget, didn't forget, haven't forgotten
    hindi nakalimutan, hindi ko nakalimutan, hindi ko nalimutan, almost forgot, no rush, no hurry, no pressure
    no later than, no wonder, not only, not just, not to mention, not that i mind, or not, yes or no, make sure, if ok
    kung ok, kung pwede, kung pwede lang, the game, a game, please confirm, to confirm, feel free, free parking
    free food, never said no, not say no to, no need to remind, no need to worry, never better, never been better
    i'm fine, i'm good, ok ako, ok lang ako, ok lang naman ako, good morning, good afternoon, good evening, good day
    good night, good news, good am, good pm, good eve, good job, great job, great day, great news, great weekend
    magandang umaga, magandang hapon, magandang gabi, magandang araw, magandang tanghali, gm, gud am, gud pm, gud eve
    gud morning, hello, hi, hey, hallo, helo, thanks, thank you, tnx, thx, salamat, maraming salamat, slmt, ty, please
    pls, sorry, sori, srry, sry, pasensya, pasensya na, paumanhin, apologies, my apologies, my bad, dear, god bless
    god bless you, 🙏, 😊, 🙂, ❤, let me know if, let me know, lmk if, lmk, if anything changes, if there's anything
    if you need anything, if that's ok, if it's ok, if that's fine, if possible, if you need, if needed, if you want
    if you like, if you want me, if i remember, if i'm not mistaken, god willing, if god wills, lord willing
    if all goes well, kung kailangan, kung gusto, kung loloobin, kung may kailangan, kung nais, kung okay lang sa inyo
    kung kelangan, basta para, ok and, hopefully not late, hope that helps, hope you, hope all, hope it goes
    hope to see you, hopefully the, sana matuloy, sana all, sana hindi late, yes i got, yes i saw, yes i received
    yes i know, yes i read, oo nabasa, oo natanggap, oo nakita, like to ask, like to see
    said yes, sorry for not, sorry not, sorry couldn't, if nothing else, unless you, only if you need me, cool story
    sure you are, sure they are, hindi kailangan, hindi nakareply, hindi naka reply, hindi ako nakareply
    hindi nakasagot, hindi agad, hindi sumagot, not answer, not reply, not respond, not see your, not seeing
    not get back, ngayon lang, ngayon ko lang, late reply, late response, late na reply, late na sagot, baka late
    baka late ako, baka ma late, baka ma-late, baka medyo late, baka mga, baka kasama, might be late, may be late
    maybe late, maybe a little late, might be a bit late, might be a few minutes late, possibly late, kaso late
    kaso male-late, kaso ma-late, kaso medyo late, baka male-late, pero late, kaso baka late, kaya lang late
    kaya lang baka late, if i'm late, kung late ako, might bring, might need, maybe bring, baka may kasama, baka isama
    baka dalhin, cancel my other, cancel my plans, move my other, change my plans, i'll move my, di ba, diba, dba
    hindi ba, hindi lang, di lang, wag mag-alala, huwag mag-alala, wag kayo mag-alala, huwag kayong mag-alala
    walang anuman, wala anuman, sure ka, sure ba, wag kalimutan, huwag kalimutan, not give spot away
    not give my spot away, not give my slot away, i moved my, sister coming, sister attending, sister going
    sister be there, sister will be there, sister can, sister can come, sister can help, sister can make it
    sister will, sister will come, sister is coming, sister is free, sister is available, sister can do, sister can't
    sister can't come, sister can't make it, sister won't, sister won't come, sister won't be there
    sister isn't coming, sister is not coming, sister isn't, sister might, sister might come, sister is busy
    sister not available, pupunta si, pupunta ang sister, pupunta yung sister, pupunta sina, pwede si, pwede ang
    pwede yung, pwede sina, hindi pwede si, hindi pwede ang, hindi pwede yung, hindi pupunta si, hindi pupunta ang
    hindi pupunta yung, si sister pupunta, sister pupunta, available si, available ang, available yung
    hindi available si, hindi available yung, pupunta sila, pupunta siya, go home, go to hell, going on, go through
    may go, all right now, how it works, not take me off the mailing, not take me off mailing, not remove me from
    not remove sister from, not take me off your list, not take me off the list, ayos lang ako
    thanks for checking in, thank you for checking in, thanks for letting me know, thank you for letting me know
    dr, mr, mrs, coming from, free of charge, free time, put me through
    put me on hold, bet you

    even if, even though, no allergies, no allergy, no known allergies, no questions, no further questions
    no more questions, no other questions, no concerns, can't thank you, can not thank you, can't thank you enough
    gotta go, got to go, have to go, need to go, has to go, must go, way to go, let it go, nice to meet you
    pleased to meet you, glad to meet you, happy to meet you, right away, straight away, don't go away, no symptoms
    no fever, no cough, no flu, if not mistaken, no changes in, stalled my other, lol, lmao, lmaoo, rofl, hahaha
    hahah, hahahaha, hehehe, hihi, jaja, jajaja, wow, omg, omgg, aww, aw, awww, ugh, ughh, yay me, man, dude, bruh
    bruv, fam, sis, girl, homie, buddy, pal, mate, honey, hon, babe, baby, sweetie, sweetheart, darling, sugar, bestie
    beshie, besh, beshy, friend, lord, gosh, geez, jeez, oh my, my goodness, goodness, honestly, tbh, ngl
    not gonna lie, not going to lie, can't lie, i can't lie, no lie, no joke, no kidding, frankly, seriously
    literally, basically, again, please and thank you, many thanks, thanks so much, thank you so much, thanks a lot
    thanks again, thank you again, thanks a million, thank you very much, thank u, thank you kindly, much appreciated
    appreciate it, i appreciate it, i appreciate you, appreciate you, ty so much, tysm, thankies, thxs, tks, tq
    regards, best regards, kind regards, warm regards, kindly, cheers, best, sincerely, xo, xoxo, xx, xxx, salamat po
    salamat sa paalala, salamat sa pag-imbita, maraming maraming salamat, gracias, muchas gracias, mil gracias
    buenos dias, buenos días, buenas tardes, buenas noches, buenas, hola, bendiciones, dios le bendiga, amen
    blessings, have a good day, have a great day, have a nice day, have a blessed day, have a good one, take care
    ingat, ingat po, ingat kayo, happy new year, merry christmas, happy thanksgiving, happy birthday, congrats
    congratulations, good evening po, howdy, yo, sup, hiya, greetings, goodmorning, goodafternoon, goodevening, mornin
    morning, evening, good morning doc, can't believe, i can't believe, can't stress, can't tell you how
    can't imagine, can't recall, can't remember, can't overstate, can't express, not that it matters, don't mind me
    don't mention it, don't hesitate, don't be late, don't start, never mind me, never too late, sorry i missed
    sorry for the delay, sorry for the late, late to reply, better late than never, sorry it took, took so long
    no need to call, no need to text, no need to reply, no need to pick me up, no need for, ngayon ko lang nabasa
    ngayon ko lang nakita, ngayon lang nakareply, ngayon lang nabasa, pasensya na ngayon lang, di agad, di nakareply
    di ko agad, hindi ko agad, late ko na nabasa, late ko nabasa, if that works, if that helps, if it helps
    if it's not too late, if it isn't too late, if not too late, if that's alright, if it's alright
    if that's okay with you, if it pleases, if you don't mind, if u need, if u want, if you need help
    if you need me to, if there is anything, if there are any changes, if any changes, if anything comes up
    if anything else, if i may, if you'd like, if you please, if that makes sense, if you ask me, if i do say so
    if need be, if it's easier, kung ok lang, kung ayos lang, kung may pagbabago, kung may tanong, kung meron pang
    si es posible, si se puede, si no es molestia, si gustan, si necesitan, si necesitan algo, once again, all at once
    at once, once more, hope that's ok, hope that's okay, hope that works, hope you're well, hope you are well
    hope all is well, hope you're doing well, hope this helps, hope you have, hope everyone, hope it's fun
    hope so too, hope to see, hope it's ok, hope there's, hoping you're well, sana okay kayo, sana ok lang, sana po ok
    sana marami, as soon as i can, as soon as possible, asap, to get there as soon as i can, once again thanks
    not only that, no later, great cause, good cause, worthy cause, lovely cause, wonderful cause, great idea but
    good luck with, great for you, good for you guys, yes link, yes button, say yes, say yes to, say ok, type yes
    text yes, reply yes, press yes, click yes, send yes, answer yes, yes vote, yes men, yes man, to yes, a yes or
    either yes or, yes or, yes/no, y or n, y n, ok or, ok or not, yes that is me, yes that's me, yes that's my
    yes speaking, yes hello, yes hi, hi yes, hello yes, yes good morning, i know, i see, i hear you, good question
    fine print, sure thing but, ok lang ba, okay lang ba, sure thing you are, of course you are, of course you do
    of course you would, of course they do, of course they are, of course he did, of course she did, of course it is
    of course it does, of course they did, sure they do, sure you do, sure you will, sure he is, sure she is
    sure he will, sure it is, sure it does, sure they will, make sure you, for sure you, sure hope, sure wish
    sure looks, sure does, sure is, sure beats, if you need me, if you say so, good luck, great game, good game
    great weather, if that's what it takes, if that's what, if it's what, no idea you, ok google, okay google, ok siri
    ok alexa, hey siri, confirm please, kindly confirm, confirm nyo, paki confirm, got cancel, got canceled
    fell through, don't you worry, don't sweat, don't you forget, don't you dare, don't be silly, don't give up on me
    don't have to ask, don't even have to ask, not even have to ask, couldn't be more, couldn't be better
    could not be more, could not be happier, could not be better, couldn't be any, couldn't ask for
    couldn't have picked, couldn't have chosen, couldn't think of, can't think of, could not think of
    can't come soon enough, couldn't come at a better time, couldn't have come, wouldn't trade, wouldn't change
    not ideal, not my favorite, not my favourite, not the best, not perfect, not great, not usually, not normally
    not typically, not that bad, not bad, not 0 percent well, can't stay long, can't stay the whole, can't stay late
    can't stay for, haven't got a car, no car but, no ride but, not a morning person but, no alarms, no snacks
    no rest for, no pain no gain, no need, no gifts, no presents, no cash but, kahit malayo, kahit pagod, kahit may
    kahit wala, kahit walang, kahit busy, kahit umulan, kahit mahirap, kahit gabi, kahit maaga, kahit late
    kahit puyat, kahit may trabaho, kahit hindi, kahit di, kahit bumagyo, kahit bumabagyo, kahit baha, kahit traffic
    kahit masakit, wag mag alala, huwag mag alala, wag kang mag alala, hindi nakalimot, di nakalimot, no te preocupes
    no se preocupe, no se preocupen, no hay de que, no hay de qué, no importa, de nada, even though i'm
    although i'm tired, rain or no rain, work or no work, never miss a, might as well be, yes he, yes she, yes they
    ok good to know, ok i see, ok thanks for the info, ok thanks for letting me know, ok got your, ok interesting
    salamat sa pag, maraming salamat sa pag, thanks for thinking of me, thank you for thinking of me, how kind
    how kind of you, how nice, how nice of you, how lovely, how sweet, how thoughtful, how wonderful, how exciting
    how fun, how great, what fun, what a great idea, what a treat, what an honor, so kind of you, kind of you
    nice of you, sweet of you, pag remind, pag imbita, pag invite, surely you, surely they, surely that
    great how are you, i'm great, i'm doing great, i'm doing good, i'm doing well, ready or not, awesome game
    nw, dw, no w, ah, ahh, aah, ahhh, oof, oop, phew, whew, yikes, dang, damn, damnn, shoot, crap, welp, whelp
    anyway, anyways, btw, fyi, tbf, imo, imho, alr, ya know, y'know, you know what, guess what, good lord, sweet jesus
    jesus, jeepers, golly, gee, sheesh, woah, whoaa, haay, hay nako, hay naku, naku, nako, nakow, hala, luh, sus
    susko
    jusko, grabe, ay grabe, hoy, oi, oy, uy, huy, ayun, ayan, o ayan, o ayun, o sha, sha sige, teh, ateng, mamsh
    paps, boss amo, bossing, idol, lodi, madam, madame, chief, cap, captain, coach, pastor, nurse
    may need a ride, might need a ride, may need help parking, hoping you'd ask, was hoping you'd ask
    was hoping you would ask
    hoping you would ask, was hoping for this, been hoping, might be 0 minutes late, may be 0 minutes late
    might be 0 min late
    may be 0 min late, might run late, may run late, might have to leave early, may have to leave early
    might need to leave early
    may need to leave early, might be running late, may be running late, might be early, may be early, mm, mmm
    hmm ok so
    can't find my, couldn't find my, not been well, haven't been well, not been feeling well, wala pala
    walang pasok pala, fever broke, fever's gone, fever is gone, no more fever, over the flu, over my cold
    over covid, not sick anymore, no longer sick
    wala na lagnat, magaling na, magaling na ako, been busy, been so busy, been crazy busy, been slammed
    been slammed at work, been swamped, been swamped at work
    been swamped with work, been working, been sick, been hectic, been tied up, been out of town, been traveling
    been away
    been in meetings, been in a meeting, been at work, been working late, been crazy at work, been under the weather
    how many times, for the last time, for the millionth time, for the 0th time, like i said, as i said, as i told you
    as mentioned, as i mentioned, per my last text, same as before, was leaning no, was gonna say no
    was going to say no
    was about to say no, almost said no, nearly said no, wanted to say no, tempted to say no, thought about saying no
    thought of saying no, my first instinct was no, used to say no, was gonna skip, was going to skip
    was thinking of skipping
    was gonna cancel, was going to cancel, almost cancel, almost forgot, almost missed this, almost missed it
    was on the fence, was unsure, was not sure, wasn't sure, was undecided, wasn't planning to, wasn't going to
    nothing else from me, appreciate the heads up, thanks for the heads up, heads up, no pressure at all
    no need to chase me, no need to remind me, no need to follow up, no need to confirm again, no need to worry
    creek don't rise, if the creek don't rise, and the creek don't rise, good lord willing, inshallah, insha allah
    in shaa allah
    deo volente, god permitting, lord permitting, by god's grace, sa awa ng diyos, sa awa ng dios, awa ng diyos
    if it helps the, if it helps, if it'll help, if it will help, if it makes you, if it means
    if that makes you happy
    if that's what you want, if that's what you need, if it's for sister, if it's for the, if it's for a good
    if it's for you
    para sa bayan, mula't mula, sira ulo, loko, lokoloko, sa true, true the fire, pagpalain ka, pagpalain kayo
    anak ng
    nice game, sure feels, sure feel, sure felt, yes i'm fine, yes i'm alive, fine how are you, good how are you
";

/// What people put between the words of any phrase.
const FILLERS: &str = "
    po, poh, pho, pong, ho, na, naman, namang, pang, kayong, palang, talagang, tlgang, ring, ding, nmn, nman, lang
    lng, lamang, nalang, nlng, nga, din, rin, daw, raw, talaga, tlga, muna, pa, pala, yata, ata, ako, ko, tayo, kayo
    nyo, niyo, ninyo, mo, ka, ikaw, akin, amin, atin, sa, ng, ang, yung, ung, yun, nun, noon, dyan, diyan, jan, dun
    doon, dito, e, eh, ah, ha, lods, bes, mars, pre, tol, bro, boss, maam, ma'am, mam, mem, sir, miss, dok, doc
    doktora, a, an, the, any, really, very, just, all, also, too, still, be, going, gonna, am, that, this, it, hey, oh
    um, uh, well, then, my, there, here, for, on, at, by, in, to, of, is, was, are, have, will, totally, even, ever
    much, now, haha, hehe, dear, lol, hahaha, yall, y'all, guys, folks, bud, ser, sirs, mamser, kuys, ate, kuya, tita
    tito, nay, tay, lola, lolo, inday, hija, hijo, iho, iha, anak, mga, man, sis, girl, honey, dude, honestly
    literally, quite, perfectly, completely, super, el, la, los, las, de, con, o, it's, its, that's, thats, em, umm
    uhm, uhh, mmm, ooh, ohh, aba, eto, heto, edi, kang, nang, yang, iyan, iyon, yon, ito, rn, rly, reallyy, sooo
    mismo, agad, ngayon, today, definitely, absolutely, certainly, surely, gladly, happily, def, deffo, both, hella
    fully, legit
";

/// After these, the rest counts.
const TURNS: &str = "
    but, pero, pro, ngunit, subalit, however, so, ay, although, yet, tapos, buti na lang, buti nalang, pero actually
    but then, but then again, mind you, no obstante, sin embargo, aunque, asi que, así que, kaya naman, thankfully
    then again, actually, luckily, fortunately, good thing, wait, update, ay wait, ay teka
";

/// Words that take back what was said before.
const CORRECTIONS: &str = "
    nvm, never mind, nevermind, on second thought, on second thoughts, scratch that, i mean, i meant, meant to say
    meant to type, i meant to say, i meant yes, correction, jk, j/k, jking, just kidding, jus kidding, kidding
    just playing, just joking, joking, only joking, im joking, joke, joke lang, joke lang po, biro lang, nagbibiro
    charot, char, charing, chos, echos, eme, oops, oopsie, whoops, woops, my mistake, typo, autocorrect, auto correct
    damn autocorrect, stupid autocorrect, fat fingers, fat finger, wrong button, misclick, mistyped, mistype, misspoke
    hit send too soon, sent too soon, disregard, disregard that, disregard my last, ignore that, ignore my last
    ignore previous, strike that, let me correct that, let me rephrase, changed my mind again, mali pala
    mali ang na-type, ay mali, mali type, mali na-type, mali send, typo po, ibig kong sabihin, i mean po, digo, perdon
    perdón, quise decir, me equivoque, me equivoqué, mentira, broma, es broma, *, wait no, no wait, wait i mean
";

/// Up to these a negation reaches.
const BREAKS: &str = "
    and, because, bec, bcoz, coz, cuz, bc, cause, since, dahil, kasi, ksi, kc, gawa ng, dahil sa, i, we, i'm, i've
    we've, im, tas
";

/// Questions begin so. "kay" ("with" somebody) begins none, but what follows it answers nothing that was asked: "kay
/// Maria po ako sasama".
const QUESTIONS: &str = "
    what, what's, wat, wht, when is, when will, when do, when are, when should, when's, when po, where, where's, wer
    which, who, who's, whose, why, how, how's, hw, what time, wat time, can i, can you, can my, could i, could you
    could my, would you, would it, would that, would 3pm, would 0, would monday, will you, will it, will there
    will they, will this, should i, shall i, may i, am i, is it, is this, is that, is there, is the, is 3pm, is 0
    is monday, is my, is parking, are you, are there, are they, are kids, do i, do you, do they, does it, does that
    does the, does this, did you, did i, have you, has it, was it, were you, any chance, do u, can u, r u, are u
    is food, is lunch, is transport, ano, anong, anu, anung, saan, san, saang, asan, nasaan, kailan, kelan, kelang
    sino, sinong, sinu, cno, magkano, mgkano, bakit, bkt, bat, paano, pano, panong, ilan, ilang, alin, aling, gaano
    gano, may bayad ba, hm, how much, mag kano, pwede ba, pwede bang, pwedeng, pwede kaya, pwede pala ba
    pwede magtanong, pwede malaman, pwede pa ba, pwede pa bang, tanong lang, may tanong, question lang, kay, are we
    are all, are any, is he, is she, is everything, is anyone, is anybody, is someone, is today, is tomorrow, do we
    did we, did he, did she, did they, does he, does she, does anyone, do any, do your, does your, has the, has anyone
    has my, have we, have they, have i, will we, will i, will he, will she, would i, would we, would they, should we
    should they, shall we, may we, could they, could he, can he, can she, can they, can someone, can somebody
    could someone, was he, was that, were they, was i, who'll, what'll, where'll, who'd, how'd, where'd, why'd
    y'all got, you guys got, whom, ¿, qué hora, pwede po bang, meron ba, mayroon ba, may ba, totoo ba, tama ba
    tama na ba, y r u, y are you, y did you, y do you, tama ba ito
    sure ba kayo, wasn't it, isn't it, aren't you, don't you, didn't you, haven't you, shouldn't it, won't you
    doesn't it, weren't you, wouldn't it
";

/// Asks about what comes before.
const ASKING: &str = "
    ?, ba, bang, ❓, ❔, ⁉, right?
";

/// Days and times.
const TIMES: &str = "
    monday, next monday, this monday, coming monday, the 0th, 0th, 0st, 0nd, 0rd, january 0, january 0th, 0 january
    ika 0, a 0, 3pm, 3pm pm, 3pm am, 3pm nn, 0 pm, 0 am, 0 nn, 0 o'clock, 0 oclock, 0oclock, o'clock, oclock, at 0
    by 0, monday 0, monday at 0, monday 3pm, alas uno, alas 0, ala una, ng umaga, ng hapon, ng gabi, ng tanghali
    sa umaga, sa hapon, sa gabi, umaga, hapon, 0 noon, in the morning, in the afternoon, in the evening, midday
    mga 0, mga alas 0, mga alas uno, mga 3pm, 0 ng umaga, 0 ng hapon, 0 ng gabi, pagkatapos ng misa, after lunch
    after mass, after church, before lunch, monday ng umaga, monday ng hapon, monday ng gabi
    same time, same day, half past, quarter past, quarter to
";

/// What says nothing, and is so common that it is not worth calling unknown; or what an ending must not stand before.
const PLAIN: &str = "
    this is the, this is my, that is the, that is my, it is the, it is my, that this, that you, that your, that the
    whoa, forgot to reply, forgot to respond, forgot to answer, forgot to text, forgot to write, forgot to say
    forgot to hit send, forgot to text back, forgot to reply earlier, i forgot to reply, forgot to confirm
    forgot to send, forgot to get back, meant to reply, wasn't able to reply, couldn't reply, can't reply
    couldn't respond, couldn't answer, didn't reply, didn't respond, didn't answer, didn't see, didn't see this
    didn't see your, haven't replied, missed your, missed this, missed your call, missed your text
    missed your message, missed the text, was driving, was sleeping, was asleep, was busy, was at work
    was in a meeting, was working, was sick, phone died, my phone died, phone was dead, phone was off, i don't need
    don't need a ride, hindi ko nakita, di ko nakita, hindi ko nabasa, di ko nabasa, nakatulog ako, i work nearby
    i work close by, i work across, the link, the yes, the ok button, said ok, said yes to, says yes, says ok
    saying yes, said sure, said he would, said she would, told yes, replied yes, texted yes, pressed yes, clicked yes
    voted yes, vote yes, yes i have a, yes i have another, yes i got your, yes i got the, yes i got it, yes i saw it
    yes i heard, yes i understand, yes i remember, yes this is, yes it is me, yes its me, yes it's me, yes this is he
    yes this is she, yes i'm aware, yes i am aware, yes i know but, i got your message, i got your text
    got your message, got your text, got the message, got the text, got the reminder, received your, i received
    i read, read your, i can do monday, i can do 3pm, i can do 0, i can make monday, can do monday, can do 3pm
    can do 0, i can do the, can do the, i can hear, i can see, i can imagine, i can tell, i can understand
    i can relate, i can only imagine, i can pay, i can call, i can send, i can get, works best, yes because you
    yes im sure you, i'm sure, i'm sure you, i am sure you, i'm sure it, i'm sure he, i'm sure they, pretty sure
    i'm pretty sure, pretty sure i, quite sure, yes it is a, hard to believe, already confirmed, already accepted
    already agreed, already said, already responded, already replied, already answered, already told
    already registered, already confirm, sister will confirm, sister confirm, sister agree, sister accept
    plans got cancel, plans were cancel, was cancel, were cancel, other trabaho fell through, other trabaho got cancel
    sister has trabaho, sister has to trabaho, sister have to trabaho, sister is trabaho, sister working
    sister is working, sister busy, sister is sick, sister sick, sister is away, sister couldn't, no plus one
    no plus 0, not have to ask, not have to tell, never missed, haven't missed, not missed one, can't bring, not bring
    not have cash, not have a ride, not have a car, tested negative, test negative, test was negative, covid negative
    negative test, negative covid test, negative on, came back negative, never turn down, not turn down
    can't turn down, couldn't turn down, never pass up, never refuse, couldn't refuse, never say no to, i can make 0
    i can make 3pm, this is, a yes from you, yes from me about, the word yes, yes is a, yes is what, yes is the
    yes has
    ayos ka, tama ka, k-pop, k pop, k is for, ok magazine, sure-fire, surefire, deal with it, k-drama, k drama
    k is my, the word ok, yes is my, yes the band, roger is, turn right on, kk is my, roger that is, the ok
    right on red, that's fire, for free, leave my name at, leave my name with, i want to keep getting
    i want to keep receiving, exactly why, exactly what, exactly how, exactly the, is done, are done, amazing how
    funny how, great how, fine thanks and you, good thanks and you, yes it was great, yes it was fun, yes it is cold
";
