//! What is no answer of the sender's, whatever yes stands beside it, and what holds the answer back.

/// Refusal, as in [`REFUSAL`](super::REFUSAL): what a machine or somebody else wrote, what was for somebody else, and
/// anger.
pub(in crate::rules) const NO_ANSWER: &str = "
    thanks for contacting, thank you for contacting, thanks for calling, thank you for calling
    thanks for messaging, thank you for messaging, thank you for reaching dr, received your message
    came from my sister, sister grabbed my phone, sister has my phone, thanks for your message
    thank you for your message, our hours are, our hours, our office hours, our business hours, our office is
    reply 0, press 0, fw:, fwd:, begin forwarded message, forwarded message, wrote:, copied from
    that was for sister, that was for my sister, was for my sister, meant that for, my sister typed
    sister typed that, sister typed, sister sent that, sister sent this, got my phone, had my phone
    era para otra persona, era para otro, era para otra, para otra persona, no era para, disregard my yes
    disregard that yes, ignore that yes, toddler typed, ignore my yes, my yes was, leave me a message
    leave a message, for sister only, for my sister only, not need it anymore, not need this anymore
    not need anymore, no need anymore, i'm mad, i'm angry, i'm furious, i'm upset, enough of this, got hacked
    you got hacked, been hacked, yes i mind, yes i do mind, is a bad time, bad time, i want to complain
    to complain, overcharged, i'm suing, suing you, will sue, i'll sue, get shut down, getting ridiculous
    is ridiculous, someone will reply, someone will respond, will respond shortly, will reply shortly
    this monday is bad, cancelalo, cancélalo, cancelala, cancélala, cancele, cancelame, cancélame, como si fuera
    y yo soy, gladly would
";

/// Doubt, as in [`DOUBT`](super::DOUBT): holds, other times, and questions without a question mark.
pub(in crate::rules) const HELD: &str = "
    actually wait, confirm saan, confirm ano, confirm ng ano, ok call me, 🙋 question, got towed, tooth fell out
    it's broken, nasira ang, wasn't it cancel, isn't it cancel, we're engaged, still owe, flooded, wait lang
    wait muna, please wait, pls wait, wait a sec, wait a second, wait a minute, wait a moment, hold on, hang on
    teka lang, teka, sandali lang, sandali, saglit lang, espera, espere, esperame, espérame, un momento
    pwede bang 3pm, pwede ba 3pm, pwede bang monday, pwede bang sa monday, cambie a, cambiar a, cambia a, cambialo
    cámbialo, cambieme, cámbieme, pero mas tarde, pero al rato, confirm where, confirm how, what should i do
    wait up, pero más tarde, más tarde, mas tarde, cuando pueda, cuando puedo, cuando tenga, le pregunto
    les pregunto, pregunto a mi, later in the week, later this month, later next, cuando salga, later this week
    except the time, except the day, except the date, except for the time, except for the day, may tanong
    may tanong ako, what do i do, confirm who, confirm which, confirm what, confirm when, confirm ko pa, ok magkano
    sige magkano, may katanungan, ya fui, ya fuimos, nagpunta na ako, nagpunta na kami, gumaling na, it hurts
    still hurts, it still hurts, me duele, duele mucho, still bleeding, i'm still bleeding, ang sakit, sumasakit pa
";
