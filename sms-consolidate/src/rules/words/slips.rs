//! Words that refuse even with a slip of the finger in them, and words that look like such a slip.

/// Words that deny or refuse, of which a slip is one too.
pub(in crate::rules) const SLIPPING: &str = "
    not, don't, doesn't, didn't, isn't, aren't, ain't, wasn't, weren't, won't, wouldn't, shouldn't, haven't, hasn't
    hadn't, never, unable, unavailable, unfortunately, without, can't, cannot, couldn't, hindi, wala, walang, wag
    huwag, ayaw, ayoko, nope, cancel, decline, refuse, nunca, tampoco
";

/// Words that are one slip from those, and mean what they say.
pub(in crate::rules) const REAL_WORDS: &str = "
    was, want, way, got, lot, went, war, hot, walk, dala, note, wall, cancer, cent, agent, bag, cast, cat, net, sayaw
    rent, parent, paint, nose, tala, tag, wage, saint, pot, pope, nov, enable, tindi, agaw, haven, hint, rope, dot
    cope, nut, cannon, cart, wang, walo, newer, mint, wax, refuge, dope, node, ant, hala, duwag, bot, font, faint
    cane, nat, nod, knot, capt, mag, rot, dent, gala, lag, rant, pint, lever, wig, gag, chant, rag, haunt, hast, reuse
    donut, cot, swag, nag, pant, tot, sever, scant, lint, tint, wad, arena, araw, ayan, alang, walong, balang, dalang
    galang, canta, cans, trent, brent, ardent, uncle, wan, jot, hag, bala, mala, kala, sala, mont, hindu, noh, non
    nos, cancun, candle, wallet, nona, noa, nate, pole, mope, dime, ayo, yoyo
";
