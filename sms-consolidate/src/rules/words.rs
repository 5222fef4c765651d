//! The default lists: English and Filipino, as people text them. Phrases are separated by commas or line ends. They are
//! written with the words that [`synonyms()`] gives synonyms for, and without the [fillers](Role::Filler) between words.

use super::Role;

mod roles;
mod synonyms;

pub(super) use roles::ROLES;
pub(super) use synonyms::synonyms;

/// Refusal, and doubt, which is no agreement.
pub(super) const REFUSAL: &str = "
    no, nope, negative, n o, nuh uh, no way, no can do, no chance, cannot, can't, can not, couldn't, neither, nor
    decline, refuse, disagree, reject, unsubscribe, opt out, cancel, reschedule, postpone, stop, quit, back out
    backing out, withdraw, remove, delete, block, bail, bailing, flake, skip, skipping, pass on, i pass, i'll pass
    hard pass, gonna pass, have to pass, sit this out, sit this one out, count me out, counting me out, i'm out
    leave me out, take me off, remove me, leave me alone, lose my number, go away, get lost, off the list
    out of luck, regret, miss it, miss this, going to miss, gonna miss, have to miss, not for me, no longer, anymore
    no more, nobody can, no one can, no ride, no car, no money, no time, no babysitter, no sitter, nothing doing
    changed my mind, change my mind, second thoughts, cold feet, rather not, prefer not, hardly, nowhere near
    yeah right, as if, yes sure whatever, dream on, in your dreams, over my dead body, when pigs fly

    maybe, perhaps, unsure, undecided, depends, depending, possibly, potentially, doubt, doubtful, might
    may or may not, could go either way, up in the air, 50 50, iffy, tentative, tentatively, hopefully, hope, hoping
    fingers crossed, let you know, let u know, lyk, keep you posted, update you, think about it, think it over
    think on it, thinking, need to think, get back to you, get back to u, get back, text you later, call you later
    tell you later, answer later, decide, dunno, idk, don't know, dono, no idea, no clue, not sure, unclear
    i'll see, we'll see, i'll check, see if, check if, check with, check my, let me check, let me see, let me ask
    ask my, talk to my, need to ask, have to ask, have to check, need to check, will check, need to see, have to see
    still checking, still waiting, waiting on, waiting for, pending, not yet, later na, i'll try, i will try
    i can try, try to, trying, will try, do my best, try my best, no promises, can't promise, not promise, if
    unless, as long as, provided, in case, in general, would if, i'm in the er, would but, i'm in bed, on the fence
    i'm on the fence, would work better, would be better, we shall see, i shall see, but next week, but next month
    was coming, was going, were coming, died, dipo, dipa, would love to but, but i'm broke, moved away, moved out
    i moved, no longer live, don't live, would have, wanted, wish, was going to, was gonna, was planning
    supposed to, thought i, i guess not, don't think, not think, i suppose not, don't believe, not believe
    not going, not gonna, not able

    busy, sick, ill today, unwell, fever, flu, covid, hospital, surgery, emergency, funeral, injured, broke my
    hurt my, have trabaho, got trabaho, need to work, have to work, gotta work, got to work, have to go to
    need to go to, at work, working then, working that, working on, working late, working monday, i'm working
    i work, on duty, duty ako, i'm on shift, double booked, overbooked, booked, occupied, already busy, commitment
    prior trabaho, other trabaho, already have, something came up, came up, out of town, out of the country
    out of country, out of state, out of the city, out of, traveling, travelling, on vacation, abroad, overseas
    away that, be away, i'm away, away on, i'm stuck, stuck in, stuck at, too far, too early, too late
    too short notice, short notice, too much, too expensive, too tired, overslept, forgot, next week na lang
    next month na lang, next week pa, some other time, another time, other time, next time, different time
    another day, other day, different day, another date, another week, different date, rain check, raincheck
    instead, rather monday, only free, only available, only monday, only work monday, free only, available only
    how about, what about, make it monday, move it, move to, move my, change it to, change to, change my, switch to
    could we do, can we do, can we make, can we move, push it to, push it back, prefer monday, better monday
    monday is better, monday would be better, monday works better, works better, later in the day
    earlier in the day, not until, i can only, can only, only can, only if, in a meeting, wrong number, wrong person
    wrong guy, wrong send, who is this, who's this, who this, who dis, who are you, who u, who you, hu u, hu this
    hu is, new phone, not me, not him, not her, do i know you, scam, scammer, spam, spammer, fraud, harassing
    report you

    ayaw, ayoko, huwag, bawal, malabo, kanselado, imposible, impossible, ikansela, pakikansela, i cancel, pa cancel
    magkansela, ipagpaliban, pa resched, pa reschedule, ipa resched, pa move, pa usog, ilipat, palipat, pa lipat
    pa urong, next time na lang, next time nalang, next time na, sa susunod, susunod na, sa ibang araw, ibang araw
    iba araw, ibang oras, monday na lang, monday nalang, monday lang, monday pa, 3pm na lang, 3pm nalang, 3pm lang
    pass muna, pass ako, pass na, pass lang, tama na, itigil, tigil, siguro, baka, baka sakali, bahala na, tingnan
    titingnan, titignan, tignan, depende, kung, kapag, basta, sana, susubukan, subukan, sisikapin, sisikapan
    pipilitin, try ko, i try ko, itry ko, ewan, aywan, ambot, malay ko, malay, tanong ko, tatanong, tanungin ko
    tatanungin, itatanong, paalam, magpapaalam, pag iisipan, pag isipan, iisipin, isipin, pinag iisipan, nag iisip
    balitaan, babalitaan, update ko kayo, update kita, update ako, sabihan kita, sabihan ko kayo, text kita kung
    text na lang kita kung, text ko kayo kung, sabihin ko, kaso, kaya lang, kayalang, kya lang, kaya lng, sayang
    nakalimutan, nalimutan, malayo, ang layo, layo, mahirap, d ko, d ako, d na, d po, d pwede, dko, dq, d kaya
    d makakapunta, d mkapunta, may trabaho, may sakit, masama pakiramdam, masama ang pakiramdam, masakit, nilalagnat
    may lagnat, maysakit, nagkasakit, naospital, nasa hospital, nasa ospital, nasa trabaho, nasa probinsya
    nasa abroad, nasa out of town, nasa malayo, nasa ibang bansa, nasa work, nasa duty, nasa byahe, namatay, patay
    lamay, burol, libing, naaksidente, may iba, meron na iba, may nauna, may emergency, nagka emergency, biglaan
    wala na, tapos na, tinatamad, puyat, pagod, nagbago, nagbago isip, atras, aatras, umaatras, umatras, urong ako
    ikakansela, ica-cancel, icancel, mali number, maling numero, mali numero, maling number, mali send, sino to
    sino ito, sino po to, sino ka, sino kayo, sinu to, cno to, cnu to, sino yan, kulit, tantanan, tigilan, lubayan
    manloloko, budol, hirap, gipit, kapos, 👎, ❌, ✖, 🚫, 🙅, 😭, 🤢, 🤮, 🤒, 🤧, 🤷

    next week, next month, next year, following week, following month, week after, month after, monday only
    3pm only, free monday only, available monday only, other slot, another slot, different slot, another appointment
    reassign, someone else, somebody else, elsewhere, other plans, forget it, forget that, forget about it
    forget you, screw you, screw this, screw that, screw off, fuck, fck, fuk, fuckin, fucking, fvck, wtf, stfu
    shut up, piss off, bite me, bullshit, kiss my, gago, gagu, ulol, tangina, putangina, puta, leche, bwisit
    buwisit, peste, tarantado, inutil, thanks for nothing, thank you for nothing, in court, good for you
    good on you, good for him, good for her, good for them, i'm done, done with you, done with this, done here
    i do mind, none available, none of us, none free, stalled, absent, mark me absent, in spirit, nothing works
    none works, sister works, make it up to, when i can, don't bother, i'll confirm, will confirm, let me confirm
    need to confirm, have to confirm, confirm later, confirm muna, sleep on it, sleep on this, i'll pass on
    i'm off to, away, in pain, sa iba, ibang bansa, iba bansa, sa ibang, sa abroad, ibang lugar, ibang clinic
    ibang doktor, ibang ospital, bumabagyo, binaha, baha, i'm on leave, i'm on call, i'm on vacation, i'm on holiday
    i'm on antibiotics, i'm on medication, i'm on bed rest, i'm on quarantine, i'm down with, i'm in quarantine
    i'm in labor, i'm in jail, i'm in isolation, keep the change, i'm on a break, i'm on a trip, i'm on a date
    i'll be out, i'll be gone, i'm going away, i'll be in, i'm leaving, i'll leave, i'll show you, i'll make it up
    i will make it up, umaga lang, hapon lang, gabi lang, i will show you, i can show you, i can come next week
    pupunta sa iba, pupunta sa ibang, pupunta sa ibang bansa, 0th only, the 0th only
";

/// Words that deny what follows.
pub(super) const NEGATIONS: &str = "
    not, don't, doesn't, didn't, isn't, aren't, ain't, wasn't, weren't, won't, wouldn't, shouldn't, haven't, hasn't
    hadn't, never, unable, unavailable, unfortunately, without, hindi, di, wala, walang, wag, huwag na
";

/// Agreement. Phrases that hold a word of refusal and mean none ("no problem") are here too: being longer, they win.
pub(super) const AGREEMENT: &str = "
    yes, aye, ok, okie dokie, okay dokay, sure, surely, should be good, should be fine, should be there
    nothing would make, consider it done, say when, say where, just tell me, tell me what to bring, tell me where
    tell me when, send me the address, see everyone, until then, till then, talk to you then, in my calendar
    on the calendar, in the calendar, marked my calendar, marked it, wrote it down, penciled in, whole sister coming
    all sister coming, both sister coming, me and sister will be there, me and sister be there, me and sister coming
    me and sister will, a hundred percent, hundred percent, you know it, as always, anything for you
    anything to help, an honor, would be an honor, got it, i'm so there, mins away, minutes away, min away
    not change my mind, not changed my mind, nothing can stop me, nothing will stop me, not have it other way
    how could i say no, how can i say no, how can i refuse, no i didn't forget, no not forget
    no i haven't forgotten, here for it, i volunteer, expect 0, expect us, alright, all right, alrighty, righto
    right on, roger, copy that, understood, gotcha, noted, wilco, acknowledged, loud and clear, 10 4, duly noted
    say less, for sure, agree, accept, approve, confirm, confirming, affirmative, affirm, done deal, absolutely
    definitely, certainly, gladly, of course, ofc, ofcourse, go ahead, let's do, let's do it, you bet, you betcha
    you got it, me and sister can, me and 0 sister can, sister and i can, sister and i will, both of us can
    all of us can, us can, can come, will come, will be there, i'll come, i'll bring, i'll see you, i'll attend
    i'll probably come, i'll arrive, i'll get there, i'll help, be there, make it, show up, attending, attend
    joining, i'm on it, going to be there, gonna be there, gonna come, going to come, gonna make, available
    count me, count on me, pencil me, have me down, reserve me, save a spot, save my spot, reserve a spot
    count on it, rely on me, depend on me, you have my word, you can count, my pleasure, with pleasure
    would be happy, want to come, want to help, cya, looking forward, look forward, stoked, can't wait, it's a date
    its a date, sounds good, sounds great, sounds perfect, sounds fine, sounds like a plan, all good, all set
    all clear, looks good, looks great, good to go, we're good, were good, that's good, work for me, works for me
    fits my, suits me, can confirm, no changes, no change, same here, me too, count us in, as planned, as agreed
    as scheduled, as discussed, wild horses, with bells on, by all means, why yes, no matter what, come what may
    rain or shine, no busy, no prob, no probs, np, no worries, no doubt, no objection, no objections, no question
    no reason not, no reason why not, no reason i can't, no reason why i can't, no reason i couldn't
    nothing else going on, nothing planned, nothing going on, no plans, no trabaho, no complaints, no complaint
    not busy, not an busy, not going to be busy, why not, why not?, y not, y not?, don't see why not
    not see why not, not doing anything, not have trabaho, not have plans, not have any plans, not have anything
    not working, day off, not mind, not at all a problem, can not wait, not miss it, not miss this, not miss
    not want to miss, can't miss, not skip, not pass up, not dream of cancel, not late, not going to be late
    not going to cancel, not cancel, not flake, not back out, not forget, wouldn't say no, not say no, can't say no
    couldn't be happier, couldn't agree more, can't complain, nothing better, not let you down, not disappoint
    not absent

    kaya po, join ako, reserve ako, kita kitz, oo ba, pangako, tulong ako, mag volunteer, mag-volunteer, mag dadala
    lista mo, paki lista, pakilista, paki sama, pakisama, pakisulat, paki sulat, pakireserba, pakireserve
    pakiconfirm, tinatanggap, tanggap ko, kaya ng, kaya ko naman, ako pa, ako pa ba, maaga ako, maaga kami
    handa na ko, handa ko, handa na ako, susundin, maganda oras, maganda ang oras, hindi palalagpasin
    hindi bibiguin, hindi ko bibiguin, sali kami, sali ako, kami sali, gow, keri, settled, booked na ako
    booked na kami, leave ako, nag leave, nag-leave, naka leave, naka-leave, pinayagan, pinayagan ako, naka off
    day off ko, off ko, off ako, rest day ko, wala tutol, walang hadlang, walang conflict, areglado na, plantsado
    kasado, aprubado na, kahit ano, kahit anong oras, kahit kailan, kahit saan, kahit umuulan, basta kayo
    basta ikaw, isali, interesado, lagi handa, laging handa, puwedeng puwede, pwedeng pwede, pwede pwede, oo, oo nga
    uu, sige, sigi, pwede, maaari, maari, payag, pumapayag, papayag, sang-ayon, sumasang-ayon, tara, arat, gora
    syempre, areglado, ayos, ayus, swak, solb, sakto, oks, walang-aberya, aprub, aprubado, kumpirmado, kinukumpirma
    kumpirma, kaya ko, kayang kaya, kaya naman, kaya yan, kakayanin, kakayanin ko, gusto ko pumunta, gustong gusto
    gustung gusto, pupunta, sasama, tutulong, dadalo, tutuloy, sisipot, aattend, mag a-attend, a-attend, maka-attend
    makaka-attend, mag attend, mag-join, magjo-join, sama ako, isama, dating ako, aabot, makakaabot, makakahabol
    hahabol, kasama ako, bibisita, gagawin ko, gawin ko, ako na bahala, ako bahala, ako na ang, akong bahala
    bahala na ako, maaasahan, asahan, aasahan, umasa, expect ako, i expect, i-expect, ilista, palista, pa-lista
    pa-add, pa-reserve, pareserve, pa-book, pabook, pasulat, sulat mo ako, isulat, idagdag, pa-sama, pasama
    pa-confirm, pa-slot, kita tayo, kita kits, kitakits, kits, kita na lang tayo, magkita tayo, kitain, abangan
    hintayin, hihintayin, inaasahan, masaya ako, masayang masaya, ikinagagalak, malugod, nakahanda, handa ako
    handang, ready na ako, bukas ako, libre ako, bakante ako, magaan sa akin, okey lang, ok lang, ok na, ok na ok
    pabor, pabor ako, g na g, masusunod, kuha ko, sige lang, opo naman, sure na, sure ako, sigurado, siguradong
    tiyak, walang duda, walang-duda, tuloy na tuloy, hindi mawawala, hindi absent, hindi late, hindi male-late
    hindi ma-late, hindi busy, hindi mang-iindian, hindi aatras, hindi cancel, hindi ko cancel, hindi mag-cancel
    hindi ica-cancel, hindi ikakansela, hindi pwede wala ako, hindi pwedeng wala, hindi pwede hindi
    hindi pwedeng hindi, hindi tatanggi, hindi ako tatanggi, hindi palalampasin, hindi pinapalampas
    hindi makakalimutan, hindi makatanggi, hindi makakatanggi, wala busy, wala trabaho, wala gagawin, wala lakad
    wala pasok, wala sagabal, wala ako pasok, wala hindi pwede, walang atrasan, wala atrasan, walang dahilan
    wala reklamo, walang kaso, wala kaso, wala iba trabaho, wala ibang lakad, wala iba lakad, wala ibang trabaho
    hindi magbabago, walang pagbabago, wala pagbabago, wala nagbago, walang nagbago, susunod ako, sunod ako
    malapit na kami, malapit na ako, pwede basta, pwede ako basta, hindi tutol, 👍, 👌, ✅, ☑, ✔, 🙆, 🆗, 💯, 🤝, 🫡, 🙋, 🤙

    be there on time, i'll be on time, i'll be early, i'll be ready, i'll be waiting, i'll be attending
    i'll be joining, i'll make it, i'll make time, i'll stop by, i'll stop in, i'll drop by, i'll drop in
    i'll swing by, i'll head over, i'll head there, i'll sign up, i'd be happy, i'd be glad, i'd be honored
    i'd be delighted, i'd be there, sign me up, keep appointment, keep appt, keep slot, keep spot, keep schedule
    keep sched, keep booking, keep reservation, keep seat, keep place, keep name, keep monday, keep 3pm, keep date
    keep time, keep me on list, keep me on, put me back on, leave me on list, hold my slot, hold my spot
    hold my seat, hold my place, hold my appointment, put me down, put my name, add me to list, add my name
    book me in, book me for, save me a spot, save me a seat, save me a place, save me a slot, mark me present
    mark me as coming, mark me as going, mark me as attending, mark me down, list me as coming, i'll take it
    i'll take that, i'll take slot, i'll take spot, i'll take 3pm, i'll take monday, i'll take appointment
    i'll take time, i'm going with sister, i'm in with, i'm down to come, i'm down to help, i can bring, i can drive
    i can cover, i can stay, i can be there, i will be there, i will bring, i will be on time, i do agree
    i do confirm, i do want to come, love to come, love to be there, happy to come, happy to do, happy to be there
    happy to be part, happy to assist, glad to come, glad to do, glad to be part, i'd like to come, planning to come
    planning on coming, planning on attending, plan on coming, planning on being there, plan on attending
    plan on being there, able to come, able to make it, willing to come, willing to help, ready to come
    ready to help, prepared to come, ready when you are, interested in helping, interested in coming
    interested in attending, interested in joining, interested to come, good for me, good by me, good with me
    good on my end, good on my side, good on our end, good for 0 of us, good for both of us, good to us
    see you soon, see you later, see you guys, see you all, see you everyone, see you next week, see you next monday
    see you at, see you both, see you maam, see you clinic, see you in the morning, see you in the clinic
    see you in a bit, see you doc, go for it, let's go for it, great to see you there, great for me, fine for me
    fine with me, fine by me, done and noted, done booking, done signing up, done registering, done confirming
    sister and i coming, coming with sister, coming over, coming by, coming along, coming as planned, coming back
    will be coming, still coming, deal then, on my way there, on my way now, otw na po ako, free all day
    free all morning, free all afternoon, free anytime, free whole day, free buong araw, free that day
    free that time, free then, available that day, i'm off that day, i'm off work, i'm off trabaho, works great
    works perfectly, works well, works fine, works on my end, tuloy appointment, pupunta sa appointment
    pupunta sa clinic, pupunta sa event, pupunta sa klinika, pupunta sa monday, pupunta sa 3pm
    pupunta sa opisina niyo, pupunta sa sched, pupunta sa schedule, pupunta sa outreach, pupunta sa inyo
    pupunta dyan, i can that day, i can then, fuck yes, hell yes, fuck yeah, hell yeah, no that's fine, no that's ok
    no that's good, no that's great, no that's perfect, that's right, that's correct, that is right, that is correct
    couldn't be more ready, ready for it, ready for tomorrow, gusto ko pupunta, ako na magdadala, ako na magluluto
    coming for sure, i can for sure, arriving at, i could come, i'd love to come, i'd love to help
    go ahead and book, perfect for me, game what time, coming with my, free from, free between, free after
    free before, free at, free on, free in, bet i'll be there, i am coming, i can come, i will come, i can make it
    i can make that, i can make time, i can make monday, i can make 3pm, i will make it, i can do it, i can do that
    i can do monday, i can do 3pm, i'm ready to come, i'm able to come, i'm able to make it, i'm able to be there
    i'm down to, push na yan, push natin, go na yan, game na yan, g na yan, put me on list, put me on the list
    i'll take trabaho, i'll take the morning, i will take it, i will be coming, i will be attending
    i can definitely, i can still come, i will definitely be there, i will definitely come, present ako
    maluwag ang oras, magdadala ako, maluwag ako, i will stop by, i will drop by, i'll go there, i will see you
    i can take it, i can take that, i can take monday, i can take the slot, tutulong sa, makakatulong sa
    tumulong sa, sasali sa, makakasali sa, sumali sa, lalahok sa, makakalahok sa, makikisali sa, dadalo sa
    makakadalo sa, dumalo sa, tutuloy sa, tuloy sa, magdadala ng, magluluto ng, magbubuhat ng, maglilinis ng
    maglilinis sa, magbibigay ng, aattend sa, aattend ng, makakaattend sa, makakaattend ng, sasama sa, makakasama sa
    susunod sa, sisipot sa, makikiisa sa, sasabay sa, darating sa, darating ng, dadating sa, dadating ng
    makakarating sa, makakarating ng, magpapalista sa, magtuturo ng, magtuturo sa, maghahanda ng
";

/// Agreement where no unknown word follows in the clause: "I'm in" and "I'm in on Friday", not "I'm in Cebu".
pub(super) const AGREEMENT_ENDINGS: &str = "
    go, great, done, fine, see you, c u, see ya, catch you, meet you, i'm in, i'm so in, i'm on, i'm down, i'm off
    i'm going, i'm there, i'm here, i'm ready, i'm able, i'm outside, i'm up for, i'm game, i'm good with, i will
    can i will, i do, i shall, i'll go, i'll take, i'll do, i'll definitely, i'll still, will go, will do
    will be in, i can, i could, can make, can do, i'd love, i'd like to, love to, happy to, glad to, pleased to
    honored to, excited to, i plan to, plan to come, planning to, planning on, plan on, planned on, i intend
    intend to, able to, ready to, ready, prepared to, willing, willing to, interested, in for, down for, up for it
    game for, all in, good with, is good, be here, b there, be around, still going, still on, still good
    still up for, on my way, omw, otw, on the way, just parked, coming, arriving, excited, happily, whenever
    anytime, indeed, obviously, naturally, totally, perfect, awesome, cool, wonderful, excellent, lovely, fantastic
    deal, copy, gets, bet, present, game, works, it works, that works, would work, should work, would be great
    would be perfect, put me, add me, include me, book me, save me, mark me, list me, expect me, expect i, keep it
    keep me in, want in, i promise, promise, lets, let's go, carry, solid, laban, push, free, works with, fits me
    on my calendar, fs, def, g, y, gusto ko, gusto namin, nandito, nandyan, dito na ako, otw na, papunta na
    on the way na, paalis na, nakuha, antay, larga, larga na, sulong, tama, kita na lang, ako na, go na, go lang
    go ako, g na, game na, maluwag, correct, 100, i am in, i am down, i am game, i am there, i am so in, i am on it
    i am going, we are in, we are down, we are going, pupunta sa, pupunta ng, i can do, i can make, i will go
    i will do
";
