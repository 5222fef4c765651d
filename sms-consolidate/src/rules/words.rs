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
";

/// Words that deny what follows.
pub(super) const NEGATIONS: &str = "
    not, don't, doesn't, didn't, isn't, aren't, ain't, wasn't, weren't, won't, wouldn't, shouldn't, haven't, hasn't
    hadn't, never, unable, unavailable, unfortunately, without, hindi, di, wala, walang, wag, huwag na
";

/// Agreement. Phrases that hold a word of refusal and mean none ("no problem") are here too: being longer, they win.
pub(super) const AGREEMENT: &str = "
    yes, aye, y, ok, okie dokie, okay dokay, sure, surely, should work, should be good, should be fine
    should be there, that works, would work, would be great, would be perfect, it works, i'm good with
    nothing would make, consider it done, say when, say where, just tell me, tell me what to bring, tell me where
    tell me when, send me the address, see everyone, until then, till then, talk to you then, on my calendar
    in my calendar, on the calendar, in the calendar, marked my calendar, marked it, wrote it down, penciled in
    leave me on, whole sister coming, all sister coming, both sister coming, me and sister will be there
    me and sister be there, me and sister coming, me and sister will, a hundred percent, hundred percent
    you know it, as always, anything for you, anything to help, an honor, would be an honor, got it, done, gets
    i'm so there, i'm outside, i'm here, just parked, mins away, minutes away, min away, not change my mind
    not changed my mind, nothing can stop me, nothing will stop me, not have it other way, how could i say no
    how can i say no, how can i refuse, no i didn't forget, no not forget, no i haven't forgotten, here for it
    i volunteer, expect 0, expect us, fs, alright, all right, alrighty, righto, right on, roger, copy, copy that
    understood, gotcha, noted, will do, wilco, acknowledged, loud and clear, 10 4, duly noted, bet, say less
    for sure, agree, accept, approve, confirm, confirming, affirmative, affirm, deal, done deal, absolutely
    definitely, def, certainly, totally, gladly, indeed, obviously, naturally, of course, ofc, ofcourse, fine, go
    go ahead, let's go, let's do, let's do it, lets, you bet, you betcha, you got it, perfect, great, awesome, cool
    wonderful, excellent, lovely, fantastic, i can, i could, me and sister can, me and 0 sister can
    sister and i can, sister and i will, both of us can, all of us can, us can, can do, can make, can come
    can i will, i will, will come, will go, will make, will be there, will be in, i'll be, i'll come, i'll go
    i'll do, i'll make, i'll take, i'll show, i'll bring, i'll see you, i'll attend, i'll stop, i'll drop
    i'll swing, i'll head, i'll definitely, i'll still, i'll probably come, i'll arrive, i'll get there, i'll sign
    i'll help, i shall, i do, i'd love, i'd be, i'd like to, i'd like that, i plan to, plan to come, planning to
    planning on, plan on, planned on, i intend, intend to, be there, be here, b there, be around, make it, show up
    coming, attending, attend, joining, arriving, on my way, omw, otw, on the way, i'm in, i'm down, i'm game
    i'm up for, i'm there, i'm on, i'm on it, i'm ready, i'm able, i'm going, i'm so in, still going, still on
    still good, still up for, going to be there, gonna be there, gonna come, going to come, gonna make, able to
    ready to, ready, prepared to, willing, willing to, available, free, interested, in for, down for, up for it
    game for, all in, count me, count on me, sign me, put me, pencil me, add me, include me, book me, keep me on
    keep me in, save me, mark me, list me, have me down, reserve me, save a spot, save my spot, reserve a spot
    keep my, keep the, keep it, hold my, expect me, expect i, count on it, rely on me, depend on me
    you have my word, i promise, promise, you can count, my pleasure, happy to, love to, glad to, pleased to
    honored to, excited to, with pleasure, would be happy, want to come, want to help, want in, see you, c u, cya
    see ya, catch you, meet you, looking forward, look forward, excited, stoked, can't wait, it's a date, its a date
    sounds good, sounds great, sounds perfect, sounds fine, sounds like a plan, all good, all set, all clear
    looks good, looks great, good to go, good with, good for, good by, good on, we're good, were good, is good
    that's good, works, work for me, works for me, works with, fits my, fits me, suits me, can confirm, no changes
    no change, same here, me too, count us in, as planned, as agreed, as scheduled, as discussed, wild horses
    with bells on, by all means, why yes, happily, anytime, whenever, no matter what, come what may, rain or shine
    no busy, no prob, no probs, np, no worries, no doubt, no objection, no objections, no question, no reason not
    no reason why not, no reason i can't, no reason why i can't, no reason i couldn't, nothing else going on
    nothing planned, nothing going on, no plans, no trabaho, no complaints, no complaint, not busy, not an busy
    not going to be busy, why not, why not?, y not, y not?, don't see why not, not see why not, not doing anything
    not have trabaho, not have plans, not have any plans, not have anything, not working, i'm off, day off, not mind
    not at all a problem, can not wait, not wait to, not miss it, not miss this, not miss, not want to miss
    can't miss, not skip, not pass up, not dream of cancel, not late, not going to be late, not going to cancel
    not cancel, not flake, not back out, not forget, wouldn't say no, not say no, can't say no, couldn't be happier
    couldn't agree more, can't complain, nothing better, not let you down, not disappoint, not absent

    kaya po, join ako, reserve ako, kita kitz, oo ba, pangako, tulong ako, mag volunteer, mag-volunteer, mag dadala
    lista mo, paki lista, pakilista, paki sama, pakisama, pakisulat, paki sulat, pakireserba, pakireserve
    pakiconfirm, tinatanggap, tanggap ko, kaya ng, kaya ko naman, ako pa, ako pa ba, maaga ako, maaga kami
    handa na ko, handa ko, handa na ako, susundin, maganda oras, maganda ang oras, hindi palalagpasin
    hindi bibiguin, hindi ko bibiguin, sali kami, sali ako, kami sali, present, laban, gow, carry, keri, settled
    booked na ako, booked na kami, leave ako, nag leave, nag-leave, naka leave, naka-leave, pinayagan, pinayagan ako
    naka off, day off ko, off ko, off ako, rest day ko, wala tutol, walang hadlang, walang conflict, areglado na
    plantsado, kasado, solid, sulong, larga na, aprubado na, kahit ano, kahit anong oras, kahit kailan, kahit saan
    kahit umuulan, basta kayo, basta ikaw, isali, interesado, lagi handa, laging handa, nandito, puwedeng puwede
    pwedeng pwede, pwede pwede, dito na ako, oo, oo nga, uu, sige, sigi, pwede, maaari, maari, payag, pumapayag
    papayag, sang-ayon, sumasang-ayon, tara, game, g, push, arat, gora, larga, syempre, areglado, ayos, ayus, swak
    solb, sakto, oks, tama, walang-aberya, aprub, aprubado, kumpirmado, kinukumpirma, kumpirma, kaya ko, kayang kaya
    kaya naman, kaya yan, kakayanin, kakayanin ko, gusto ko, gusto namin, gusto ko pumunta, gustong gusto
    gustung gusto, pupunta, sasama, tutulong, dadalo, tutuloy, sisipot, aattend, mag a-attend, a-attend, maka-attend
    makaka-attend, mag attend, mag-join, magjo-join, sama ako, isama, dating ako, go ako, go na, nandyan, aabot
    makakaabot, makakahabol, hahabol, kasama ako, bibisita, gagawin ko, gawin ko, ako na, ako na bahala, ako bahala
    ako na ang, akong bahala, bahala na ako, maaasahan, asahan, aasahan, umasa, expect ako, i expect, i-expect
    ilista, palista, pa-lista, pa-add, pa-reserve, pareserve, pa-book, pabook, pasulat, sulat mo ako, isulat
    idagdag, pa-sama, pasama, pa-confirm, pa-slot, kita tayo, kita kits, kitakits, kits, kita na lang tayo
    kita na lang, magkita tayo, kitain, abangan, antay, hintayin, hihintayin, inaasahan, masaya ako, masayang masaya
    ikinagagalak, malugod, nakahanda, handa ako, handang, ready na ako, bukas ako, libre ako, bakante ako, maluwag
    magaan sa akin, okey lang, ok lang, ok na, ok na ok, pabor, pabor ako, go lang, game na, g na g, otw na
    papunta na, on the way na, paalis na, masusunod, nakuha, kuha ko, sige lang, opo naman, sure na, sure ako
    sigurado, siguradong, tiyak, walang duda, walang-duda, tuloy na tuloy, hindi mawawala, hindi absent, hindi late
    hindi male-late, hindi ma-late, hindi busy, hindi mang-iindian, hindi aatras, hindi cancel, hindi ko cancel
    hindi mag-cancel, hindi ica-cancel, hindi ikakansela, hindi pwede wala ako, hindi pwedeng wala
    hindi pwede hindi, hindi pwedeng hindi, hindi tatanggi, hindi ako tatanggi, hindi palalampasin
    hindi pinapalampas, hindi makakalimutan, hindi makatanggi, hindi makakatanggi, wala busy, wala trabaho
    wala gagawin, wala lakad, wala pasok, wala sagabal, wala ako pasok, wala hindi pwede, walang atrasan
    wala atrasan, walang dahilan, wala reklamo, walang kaso, wala kaso, wala iba trabaho, wala ibang lakad
    wala iba lakad, wala ibang trabaho, hindi magbabago, walang pagbabago, wala pagbabago, wala nagbago
    walang nagbago, susunod ako, sunod ako, malapit na kami, malapit na ako, pwede basta, pwede ako basta
    hindi tutol, 👍, 👌, ✅, ☑, ✔, 🙆, 🆗, 💯, 🤝, 🫡, 🙋, 🤙
";
