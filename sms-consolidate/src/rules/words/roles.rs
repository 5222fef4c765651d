//! Phrases of the default lists that stand for no label.

use super::Role;

pub(in crate::rules) const ROLES: &[(Role, &str)] = &[
    (Role::Ignored, IGNORED),
    (Role::Filler, FILLERS),
    (Role::Turn, TURNS),
    (Role::Break, BREAKS),
    (Role::Question, QUESTIONS),
    (Role::Asking, ASKING),
    (Role::Time, TIMES),
];

/// What says neither yes nor no, although it may hold a word that would.
const IGNORED: &str = "
    don't worry, not worry, not to worry, not forget to, don't forget, didn't forget, haven't forgotten
    hindi nakalimutan, hindi ko nakalimutan, hindi ko nalimutan, almost forgot, no rush, no hurry, no pressure
    no later than, no wonder, not only, not just, not to mention, not that i mind, why don't we, why don't you
    or not, yes or no, make sure, if ok, kung ok, kung pwede, kung pwede lang, the game, a game, please confirm
    to confirm, feel free, free parking, free food, never said no, not say no to, no need to remind
    no need to worry, say no more, never better, never been better, i'm fine, i'm good, ok ako, ok lang ako
    ok lang naman ako, good morning, good afternoon, good evening, good day, good night, good luck, good news
    good am, good pm, good eve, good job, great job, great day, great news, great weekend, magandang umaga
    magandang hapon, magandang gabi, magandang araw, magandang tanghali, gm, gud am, gud pm, gud eve, gud morning
    hello, hi, hey, hallo, helo, thanks, thank you, tnx, thx, salamat, maraming salamat, slmt, ty, please, pls
    sorry, sori, srry, sry, pasensya, pasensya na, paumanhin, apologies, my apologies, my bad, dear, god bless
    god bless you, 🙏, 😊, 🙂, ❤, let me know if, let me know, lmk if, lmk, if anything changes, if there's anything
    if you need anything, if that's ok, if it's ok, if that's fine, if possible, if you need me, if you need
    if needed, if you want, if you like, if you want me, if you say so, if i remember, if i'm not mistaken
    god willing, if god wills, lord willing, if all goes well, kung kailangan, kung gusto, kung loloobin
    kung may kailangan, kung nais, kung okay lang sa inyo, kung kelangan, basta para, ok and, hopefully not late
    hope that helps, hope you, hope all, hope it goes, hope to see you, hopefully the, sana matuloy, sana all
    sana hindi late, yes i got, yes i saw, yes i received, yes i know, yes i read, oo nabasa, oo natanggap
    oo nakita, like to know, like to ask, like to see, what i agree, agree to what, i said yes, said yes, sabi ko oo
    sorry for not, sorry not, sorry couldn't, if nothing else, unless you, only if you need me, cool story
    sure you are, sure they are, hindi kailangan, hindi nakareply, hindi naka reply, hindi ako nakareply
    hindi nakasagot, hindi agad, hindi sumagot, not answer, not reply, not respond, not see your, not seeing
    not get back, ngayon lang, ngayon ko lang, late reply, late response, late na reply, late na sagot, baka late
    baka late ako, baka ma late, baka ma-late, baka medyo late, baka mga, baka kasama, might be late, may be late
    maybe late, maybe a little late, might be a bit late, might be a few minutes late, possibly late, kaso late
    kaso male-late, kaso ma-late, kaso medyo late, baka male-late, pero late, kaso baka late, kaya lang late
    kaya lang baka late, if i'm late, kung late ako, might bring, might need, maybe bring, baka may kasama
    baka isama, baka dalhin, cancel my other, cancel my plans, move my other, change my plans, i'll move my, di ba
    diba, dba, hindi ba, hindi lang, di lang, wag mag-alala, huwag mag-alala, wag kayo mag-alala
    huwag kayong mag-alala, walang anuman, wala anuman, sure ka, sure ba, wag kalimutan, huwag kalimutan, no need
    not give spot away, not give my spot away, not give my slot away, i moved my, sister coming, sister attending
    sister going, sister be there, sister will be there, sister can, sister can come, sister can help
    sister can make it, sister will, sister will come, sister is coming, sister is free, sister is available
    sister can do, sister can't, sister can't come, sister can't make it, sister won't, sister won't come
    sister won't be there, sister isn't coming, sister is not coming, sister isn't, sister might, sister might come
    sister is busy, sister not available, pupunta si, pupunta ang sister, pupunta yung sister, pupunta sina
    pwede si, pwede ang, pwede yung, pwede sina, hindi pwede si, hindi pwede ang, hindi pwede yung, hindi pupunta si
    hindi pupunta ang, hindi pupunta yung, si sister pupunta, sister pupunta, available si, available ang
    available yung, hindi available si, hindi available yung, pupunta sila, pupunta siya, go home, go to hell
    going on, go through, may go, all right now, how it works, sure if, sure kung, tama ba, coming from
    free of charge, free time, put me through, put me on hold, bet you

    even if, even though, no allergies, no allergy, no known allergies, no questions, no further questions
    no more questions, no other questions, no concerns, can't thank you, can not thank you, can't thank you enough
    gotta go, got to go, have to go, need to go, has to go, must go, way to go, let it go, nice to meet you
    pleased to meet you, glad to meet you, happy to meet you, right away, straight away, don't go away, no symptoms
    no fever, no cough, no flu, if not mistaken, no changes in, stalled my other
";

/// What people put between the words of any phrase.
const FILLERS: &str = "
    po, poh, pho, pong, ho, na, naman, namang, pang, kayong, palang, talagang, tlgang, ring, ding, nmn, nman, lang
    lng, lamang, nalang, nlng, nga, din, rin, daw, raw, talaga, tlga, muna, pa, pala, yata, ata, ako, ko, tayo, kayo
    nyo, niyo, ninyo, mo, ka, ikaw, akin, amin, atin, sa, ng, ang, yung, ung, yun, nun, noon, dyan, diyan, jan, dun
    doon, dito, e, eh, ah, ha, lods, bes, mars, pre, tol, bro, boss, maam, ma'am, mam, mem, sir, miss, dok, doc
    doktora, a, an, the, any, really, very, just, all, also, too, still, be, going, gonna, am, that, this, it, hey
    oh, um, uh, well, then, my, there, here, for, on, at, by, in, to, of, is, was, are, have, will, totally, even
    ever, much, now, haha, hehe, dear
";

/// After these, the rest counts.
const TURNS: &str = "
    but, pero, pro, ngunit, subalit, however, so, actually, nvm, never mind, nevermind, on second thought
    scratch that, ay, i mean, although, yet, tapos, update, correction, wait, luckily, fortunately, good thing
    buti na lang, buti nalang
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
    pwede magtanong, pwede malaman, pwede pa ba, pwede pa bang, tanong lang, may tanong, question lang, kay
";

/// Asks about what comes before.
const ASKING: &str = "
    ?, ba, bang
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
