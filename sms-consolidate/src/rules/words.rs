//! The default lists: English and Filipino, as people text them. Phrases are separated by commas or line ends.

/// Refusal, and doubt, which is no agreement.
pub(super) const REFUSAL: &str = "
    no, noo, nope, nah, naw, nay, never, not, cannot, can't, couldn't, won't, wouldn't, don't, doesn't, isn't, aren't
    shouldn't, ain't, neither, nor, unable, unavailable, unfortunately, negative, busy
    decline, declined, declining, refuse, disagree, reject, rejected, cancel, canceled, cancelled
    reschedule, resched, postpone, stop, unsubscribe, count me out, wrong number, some other time, another time
    maybe, perhaps, unsure, undecided, depends, let you know, think about it, get back to you
    hindi, hinde, hndi, hnd, hindî, di, dî, indi, ndi, nde, dili, dko, dq, d ko, d ako, d na, d po, d pwede, d pede
    ayaw, ayw, ayoko, ayuko, ayko, huwag, wag, wala, walang, wla, wlang, bawal, malabo, kanselado
    next time na lang, next time nalang, sa susunod na lang, sa susunod nalang, pass muna, pass ako, tama na
    itigil, tigil, siguro, cguro, baka, depende
    👎, ❌, ✖, 🚫, 🙅
";

/// Agreement. Phrases that hold a word of refusal and mean none ("no problem") are here too: being longer, they win.
pub(super) const AGREEMENT: &str = "
    yes, yess, yep, yepp, yup, yupp, yeah, yeh, yah, ya, yea, ye, yas, y, aye
    ok, okk, okay, okey, okie, oki, okei, oks, okok, k, kk, sure, surely, alright, all right, aight, roger
    agree, agreed, accept, accepted, approve, approved, confirm, confirmed, confirming, affirmative, deal
    absolutely, definitely, certainly, gladly, of course, ofcourse, fine, go ahead, let's go, let's do it, will do
    i can, we can, can do, i will, we will, i'll be there, we'll be there, i'll come, i'll go, i'll do it
    i am available, i'm available, count me in, happy to, love to, with pleasure, see you then, see you there
    sounds good, sounds great, sounds perfect, all good, looks good, works for me, that works
    no problem, no problems, no prob, no probs, np, no worries, no issue, no issues, no objection, no objections
    not a problem, not an issue, no doubt, not busy, why not, don't see why not
    can't wait, cannot wait, can not wait, won't miss it, wouldn't miss it, don't mind, wouldn't mind
    oo, oho, opo, opoo, oo nga, sige, sigi, sigeh, sge, cge, cgeh, ge, geh, pwede, puwede, pwde, pede, pde, maaari
    payag, sang-ayon, sangayon, tara, game, syempre, siyempre, xempre, areglado, ayos, tama, kaya ko, gusto ko
    pupunta ako, punta ako, makakapunta, darating ako, dadating ako, sasama ako, sama ako, available ako
    walang problema, wala problema, wala namang problema, wala pong problema, hindi problema, di problema
    hindi busy, di busy, hindi ako busy, di ako busy, di na busy
    👍, 👌, ✅, ☑, ✔, 🙆, 🆗, 💯
";

/// What says neither yes nor no, although it holds a word that would.
pub(super) const IGNORED: &str = "
    don't worry, don't forget, no rush, no hurry, no pressure, no later than, no wonder, not only, not just
    why don't we, why don't you, if not, or not, yes or no, are you sure, make sure, is it ok, is it okay, is that ok
    is that okay, if ok, if okay, the game, a game, please confirm, pls confirm, can you confirm, could you confirm
    do you agree, do you accept
    di ba, diba, hindi ba, hindi lang, di lang, walang anuman, sure ka, sure ba, kung pwede, kung ok, kung okay
    tama ba, tama po ba, ok ba, okay ba, ok lang ba, okay lang ba, ok lang po ba, okay lang po ba
    pwede ba, pwede bang, pwede po ba, pwede po bang, pede ba, pede bang, pwede kaya
";
