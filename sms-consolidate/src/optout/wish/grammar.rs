//! The words and phrases of a wish: data, in the [language of phrases](super::pattern). Words are in lower case, without
//! apostrophes, accents and hyphens; common misspellings stand beside them.

mod around;
mod english;
mod filipino;

use around::{AROUND, RULES};
use english::{ENGLISH, LEADS, NOUNS};
use filipino::FILIPINO;

/// Words of courtesy and filler that may stand around a keyword, so that "STOP pls", "unsubscribe please", "Stop. Thank
/// you" and "stop na po" opt out. In upper case, as keywords are; words that stand together are listed one by one.
pub(in crate::optout) const COURTESY: &[&str] = &[
    "PLEASE",
    "PLEAS",
    "PLEASES",
    "PLS",
    "PLSS",
    "PLZ",
    "PLZZ",
    "PLSE",
    "PLES",
    "PLESE",
    "PLEASEE",
    "KINDLY",
    "THANKS",
    "THANK",
    "THANX",
    "THNX",
    "THX",
    "TNX",
    "TY",
    "TYVM",
    "YOU",
    "U",
    "VERY",
    "MUCH",
    "SO",
    "MANY",
    "JUST",
    "NOW",
    "IMMEDIATELY",
    "ASAP",
    "ALREADY",
    "SORRY",
    "HI",
    "HELLO",
    "HEY",
    "SIR",
    "SIRS",
    "MAAM",
    "MADAM",
    "MAM",
    "MISS",
    "OK",
    "OKAY",
    "PO",
    "OPO",
    "HO",
    "NA",
    "NALANG",
    "LANG",
    "LANGPO",
    "NAMAN",
    "NGA",
    "PAKI",
    "PAKIUSAP",
    "SALAMAT",
    "MARAMING",
    "POR",
    "FAVOR",
    "GRACIAS",
    "MERCI",
    "SVP",
];

/// Words that are left out, wherever they stand.
pub(super) const FILLERS: &[&str] = &[
    "po",
    "ho",
    "na",
    "lang",
    "naman",
    "nga",
    "sana",
    "nalang",
    "fucking",
    "fuckin",
    "fking",
    "effing",
    "fcking",
    "goddamn",
    "damn",
    "freaking",
    "frickin",
    "freakin",
    "bloody",
    "ever",
    "actually",
    "really",
    "um",
    "uh",
    "guys",
    "promptly",
    "respectfully",
    "hereby",
    "immediately",
    "stupid",
    "ffs",
];

/// As fillers, and a command may begin after one.
pub(super) const PLEASE: &[&str] = &[
    "please", "pls", "plss", "plz", "plse", "pleas", "plese", "pleasee", "pleese", "kindly", "pakiusap",
    "just", "simply", "politely",
];

/// What a hyphen joins to the word after it.
pub(super) const PREFIXES: &[&str] = &[
    "i", "mag", "pag", "paki", "pa", "ka", "kaka", "ma", "naka", "ipa", "opt", "non", "un", "e", "pagka",
    "pakisuyo", "ise",
];

/// Spellings of "stop" of more than one wrong letter.
pub(super) const STOP_SPELLINGS: &[&str] = &["stahp", "stawp", "stahpp", "staahp", "stahhp", "shtahp"];

/// Words and abbreviations that are one letter off "stop".
pub(super) const NEAR_STOP: &[&str] = &[
    "stops", "step", "shop", "slop", "stoop", "atop", "top", "sop", "stomp", "strop", "stow", "swop", "scop",
    "sto", "stoup", "stob", "stot", "stope", "stoep", "stoa", "estop", "snop", "stor", "stom", "stoke",
    "stoic", "tops", "sopt",
];

/// Everything, each rule before those that use it.
pub(super) const GRAMMAR: &[&str] =
    &[NOUNS, LEADS, ENGLISH, SPANISH_AND_FRENCH, FILIPINO, KEYWORDS, RULES, AROUND];

const SPANISH_AND_FRENCH: &str = "
    de_lista = de su/sus/la/tu/tus/esta lista/listas
    spanish = dejen/deje/deja/paren/pare de mandarme/enviarme/escribirme/textearme/mandar/enviar/contactarme/molestarme
        | no me manden/mande/mandes/envien/envie/envies/escriban/escriba/escribas/texteen/textee/contacten/molesten
        | no envien/manden/mandes/envie/mande mas mensajes/textos | no mas mensajes/textos
        | no mande/manden mensajes
        | no quiero/deseo recibir/mas/sus/estos/tus/que mas/sus/estos/tus/me? mensajes/textos/manden/envien mas? mensajes/textos?
        | quiteme/quitenme/quitame/saqueme/saquenme/sacame/elimineme/eliminenme/eliminame <de_lista>
        | borreme/borrenme/borrame/remuevame/remuevanme <de_lista>
        | no me? vuelvan/vuelva/vuelvas a? escribir/escribirme/contactar/contactarme/mandar/mandarme/enviar/enviarme/molestar/textear
        | dejen/deje/deja de molestar/escribir/textear/mandar/enviar/insistir | no me? escriban/manden/envien mas/nada
        | no quiero/deseo que me escriban/manden/envien/contacten/texteen | dar de baja | cancelar mensajes/textos/suscripcion
        | basta de/con mensajes/textos | no mas mensajes | favor/por de/favor no mandar/enviar/escribir mensajes/textos/mas
        | borre/borren/borra/elimine/eliminen/elimina mi numero | darme/darse/deme/denme/dame de baja
        | cancelar mi? suscripcion | quiero? cancelar los/estos/sus mensajes/textos | cancele mi suscripcion
    french = arretez/arrete de? menvoyer/mecrire/mecontacter | ne menvoyez plus | ne me contactez plus
        | me desabonner | desabonnez moi
";

const KEYWORDS: &str = "
    stopword = stop/stopp/unsubscribe/stopall/optout/stpo/sotp/stahp
    keyword = stop/stopp/unsubscribe/stopall/quit/optout/stpo/sotp/end/stahp
    out = end/stop/quit/optout/unsubscribe/cancel/0/00000/texts | opt out
    order = now/already/asap/these/all/everything/forever/altogether | instantly/right/thanks | right now/away
        | at once | this
    foreign_word = cancelar/alto/baja/arret/arretez/parar/detener/desuscribir/desuscribirme
        | desabonner/abmelden/abbestellen | alto/baja por favor
    nth = 0/second/third/fourth/fifth/last/final/umpteenth/millionth
    saying = told/asked/said/telling/asking/saying/texting/texted/typed/sent/replied
    typed = text/txt/reply/send <keyword> to/2 <out> | <stopword> to/2/two <out>
    keyword_and = <stopword> <order> | end/quit now | <keyword> all? <kind>* <msg>
        | stop/quit/end all of? this/these | quit it? texting | no/nah/nope/yes/ok <stopword>
        | no/nope no/nope <stopword> | no thanks/thank you? <stopword> | <keyword> no thanks/more?
        | stop means/is stop | i mean stop
        | i/ive/we? have? already? <said> <you>? <times>? to? <keyword> <keyword>? <keyword>?
        | this/that/thats? is? the? <nth> time i/ive/im/we have? been? <saying> <you>? to? <keyword>
        | <nth> warning/notice <stopword> | fuck/screw/f you/u/off? <stopword> | <stopword> fuck/screw you/u/off
        | <stopword> <nth>? <nth> time/request/notice/attempt asking? | <stopword> i? dont/do not? know you/who | <stopword> i mean it/that/this | <stopword> im/am not? serious/done/kidding/playing
        | i/ive have? already? typed/sent/replied/texted/wrote <keyword> | i asked to be? removed/unsubscribed/stop
        | can/could/would/will you/u <keyword> | <how> to say <keyword> | have/need to say <keyword>
        | text/txt/reply/send/texting/sending/type/replying/typing/respond/answer/texted <keyword>
        | <stopword> thanks/thank/ty/thx you/u? | <keyword> to this/my number
        | stop2quit/stop2end/stop2stop/stop2unsubscribe/stop2optout | stop2cancel
        | <keyword> wrong/incorrect number/person/num/phone/no/guy | wrong number/person/num/no/guy? so? <keyword>
        | <keyword> <keyword> <keyword>? <keyword>? | stop spamming/sending/contact/bothering/harassment
        | stop it now | stop/tumigil/tigilan <pron>* nyo/niyo/ninyo/kayo/kau <pron>*
        | tigil/itigil/pakitigil/ihinto/hinto
        | tigil/itigil/pakitigil/ihinto/hinto nyo/niyo/ninyo/kayo/yan/to <pron>* | unsubscribe <pron> <pron>*
        | paki/pa tigil/hinto/stop <pron>* | pastop/pakistop/istop <pron>*
        | tigilan/layuan/lubayan/tantanan <pron>* ako/ko/kami/me | make it stop
        | remove/unsub/dnc/desist/cease/removeme/stoptexting/stopmessaging | unsubscribeme
        | remove all | remove number/me/us | end all/texting/these/now
        | cancel texts/text/txt/sms/subscription/msgs/messages/alerts | unsubscribe all/everything
";
