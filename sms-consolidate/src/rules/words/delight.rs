//! Delight, which is said of much else than what was asked.

/// Agreement, as in [`AGREEMENT`](super::AGREEMENT), by itself and with a few words more: "great, see you" and "great,
/// Maria", and not "great, now the dog ate my retainer".
pub(in crate::rules) const DELIGHT: &str = "
    ^great$, ^fine$, ^perfect$, awesome$, cool$, wonderful$, excellent$, lovely$, fantastic$, ^super$, ^sweet$
    ^brilliant$, ^splendid$, ^marvelous$, ^marvellous$, ^terrific$, ^yay$, ^woohoo$, ^woot$, ^hooray$, ^hurray$
    ^ideal$, ^fab$, ^peachy$, ^dandy$, ^dope$, ^kewl$, ^coolio$, ^cool beans$, ^bueno$, ^word$, ^exactly$
    ^precisely$, ^indeed$, ^perfecto$, ^excelente$, ^genial$, ^alright$, ^all right$, ^amazing$, ^all good$
    ^looks good$, ^looks great$, ayos$, ayus$, tama$, ^tama yan$, ^listo$, ^lista$, ^dale$, ^vale$, ^fire$, ^lit$, ^grand$
    ^capital$, ^smashing$, ^rather$, ^very good$, ^good thing$, ^correcto$, ^true$, ^está bien$, ^esta bien$
    obviously$, naturally$, totally$, solid$, ^great idea$, ^good idea$, ^nice one$, ^muy bien$
";
