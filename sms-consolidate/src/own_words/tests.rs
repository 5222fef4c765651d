use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// Checks what is left of a text, and that no more is left out on another look.
#[track_caller]
fn check(text: &str, expected: &str) {
    let own = own_words(text);
    assert_eq!(own, expected, "{text:?}");
    assert_eq!(own_words(&own), expected, "{text:?} again");
}

/// Checks texts, separated by bars, of which nothing is left out.
#[track_caller]
fn check_kept(texts: &str) {
    for text in texts.split('|').map(str::trim) {
        assert!(
            matches!(own_words(text), Cow::Borrowed(own) if own == text),
            "{text:?}: {:?}",
            own_words(text)
        );
    }
}

/// Checks texts, separated by bars, of which nothing is left.
#[track_caller]
fn check_empty(texts: &str) {
    texts.split('|').map(str::trim).for_each(|text| check(text, ""));
}

#[test]
fn what_people_write_is_theirs() {
    check_kept(
        "Yes | No\nI cannot | I liked “Frozen” | Liked “Frozen” a lot, can we talk? | 5 > 3 | a\n\n\nb | -- no -- | - |
         On my way. She wrote: ok | On Sunday she wrote:\nyes | Am Montag schrieb sie: ja | I'm driving | I’m driving now |
         Sent from heaven, yes | Sent via GCash, ok | Sent from my phone, yes I can | Von mir gesendet | ------ | ____ |
         I drive. I'll get back to you | Do not disturb me | Auto is ok | Sent from my house. I have no phone |",
    );
    check_kept(">_< | >.> | no >:( | >");
    check("  \n Yes \r\n ", "Yes");
    check("\u{200b}\n Yes ❤️\n\u{200b}", "Yes ❤️");
    check("\u{200b}", "");
}

#[test]
fn reactions_are_not() {
    check_empty(
        "Disliked “Please reply YES to confirm” | 👎 to “Reply YES” | Liked an image | Removed 👍 from “Yes?”",
    );
    check("ok\nDisliked “Please reply YES”", "ok");
    check("Disliked “Please\nreply YES”\nno", "no");
    check("Laughed at “Reply “YES”\nor “NO””\nLiked “Come?”\nI can't", "I can't");
    check("Liked “Frozen” a lot\nDisliked “Reply YES”\nReally", "Liked “Frozen” a lot\nReally");
    check("Reacted 👍 to “Can you come?”\nLe gustó “¿Vienes?”", "");
    check("\u{200a}\u{200b}👎\u{200b} to “\u{200a}Reply\nYES\u{200a}”\u{200a}\nNo", "No");
    check("ok\nDisliked “Hi!\nReply YES to conf", "ok");
    check("„Kommst du? Antworte JA“ ein Lachen hinzugefügt\nNein", "Nein");
    check("„Kommst du?\nAntworte JA“ ein Lachen hinzugefügt", "");
    check("> a\n„Kommst du?\nAntworte JA“ ein Lachen hinzugefügt", "");
    check(
        "„Sent from my iPhone\nI'm driving with focus turned on\n> Antworte JA“ ein Lachen hinzugefügt",
        "",
    );
    check("Liked\n“Frozen”", "Liked\n“Frozen”");
}

#[test]
fn quoted_lines_are_not() {
    check("No\n> Can you come? Reply YES", "No");
    check(">Can you come?\n > Reply YES\n\u{200e}> > yes\n\nNo", "No");
    check("No\n＞ Reply YES", "No");
    check_empty("> yes | > a\n> b");
    check("yes\n> no\nyes\n> no\n\nyes", "yes\nyes\n\nyes");
}

#[test]
fn what_is_written_below_is_not() {
    for header in [
        "On Mon, Jan 5, 2026 at 10:00 AM Shelter <in@example.org> wrote:",
        "On Mon, Jan 5, 2026 at 10:00 AM Shelter <in@example.org>\nwrote:",
        "Am 05.01.26 um 10:00 schrieb Shelter:",
        "Am Mo., 5. Jan. 2026 um 10:00 Uhr schrieb Shelter <\nin@example.org>:",
        "Le lun. 5 janv. 2026 à 10:00, Refuge <in@example.org> a écrit :",
        "El lun, 5 ene 2026 a las 10:00, Refugio (<in@example.org>) escribió:",
        "Em seg., 5 de jan. de 2026 às 10:00, Abrigo escreveu:",
        "Il giorno lun 5 gen 2026 alle ore 10:00 Rifugio ha scritto:",
        "Op ma 5 jan 2026 om 10:00 schreef Opvang:",
        "Den mån 5 jan. 2026 kl 10:00 skrev Jour:",
        "W dniu 5.01.2026 o 10:00, Schron pisze:",
        "在 2026年1月5日，10:00，Shelter 写道：",
    ] {
        check(&format!("No\n\n{header}\n\nCan you come?\nReply YES"), "No");
        check(&format!("{header}\n> Can you come? Reply YES\n\nNo"), "No");
        check(header, "");
    }
    for divider in [
        "-----Original Message-----",
        "---- Ursprüngliche Nachricht ----",
        "-------- Message d’origine --------",
        "________________________________",
        "-- ",
        "--",
    ] {
        check(&format!("No\n{divider}\nCan you come?\nReply YES"), "No");
    }
}

#[test]
fn signatures_are_not() {
    let signatures = "
        Sent from my iPhone | sent from my iPad | Sent from my Verizon, Samsung Galaxy smartphone | Sent from Outlook for iOS |
        Sent from Yahoo Mail on Android | Sent via the Samsung Galaxy S24, an AT&T 5G smartphone | Get Outlook for Android |
        Von meinem iPhone gesendet | Gesendet von meinem Galaxy. | Envoyé de mon iPhone | Envoyé à partir de mon Android |
        Enviado desde mi iPhone | Enviado do meu iPhone | Inviato da iPhone | Verstuurd vanaf mijn iPhone |
        Skickat från min iPhone | Sendt fra min iPhone | Wysłane z iPhone'a | Отправлено с iPhone | iPhoneから送信 |
        나의 iPhone에서 보냄 | 发自我的iPhone | iPhone'umdan gönderildi | Lähetetty iPhonesta";
    for signature in signatures.split('|').map(str::trim) {
        check(signature, "");
        check(&format!("Yes\n\n{signature}"), "Yes");
        check(&format!("Yes\n{signature}\nNo"), "Yes\nNo");
    }
}

#[test]
fn answers_while_driving_are_not() {
    check_empty(
        "I'm driving with Do Not Disturb While Driving turned on. I'll see your message when I get where I'm going. |
         I’m driving with Focus turned on. I’ll see your message when I get where I’m going.\n\n(I’m not receiving \
         notifications. If this is urgent, reply “urgent” to send a notification through with your original message.) |
         I’m driving. I’ll see your message when I get where I’m going. Yes, really |
         I'm Driving - Sent from My Car | I'm driving right now, I'll get back to you later | Auto-Reply: ok, got it",
    );
    check("Yes\nI'm driving with Focus turned on.", "Yes");
}

/// Each is so long that steps which grow with its square would not end.
#[test]
fn hostile_texts_are_read_in_linear_time() {
    const BYTES: usize = 1 << 16;
    for part in [
        "“",
        "”",
        "\"",
        "'",
        "„\n",
        "„a\n",
        ">",
        "> ",
        ">\n",
        "On ",
        "On 5\n",
        "On 5\nwrote:\n",
        "wrote:\n",
        "👍",
        "👍 to “",
        "\n",
        "👍 to “\n",
        "Liked “",
        "Liked “\n",
        "Liked “a ”“”\n",
        "Liked “a” b\n",
        "Liked ‘\n",
        "Liked ",
        "赞了：\n",
        "\u{200a}",
        "\u{200b}\n",
        "\u{200b}",
        "\u{200b}👍\u{200b}",
        "\u{200b}👍\u{200b}\u{200a}\n",
        "Removed ",
        "Liked an image\n",
        " ",
        " \n",
        ".",
        "” leuk\n",
        "Vond “\n",
        "Sent from my iPhone\n",
        "Sent from ",
        "driving with focus turned on ",
        "--",
        "_",
        "Liked “a\n“b”\n> ",
        "On 5 wrote:\n> \n",
    ] {
        let text = part.repeat(BYTES / part.len());
        assert!(own_words(&text).len() <= text.len());
        let ended = format!("Liked “{text}” leuk\n\u{200a}");
        assert!(own_words(&ended).len() <= ended.len());
        Reaction::read(&ended).map(|reaction| reaction.quotes(&text));
    }
}

/// Lines of what matters here, and of nothing in particular.
fn texts() -> impl Strategy<Value = String> {
    let parts = select(vec![
        "Liked “",
        "Liked ",
        "Vond “",
        "„",
        "“",
        "”",
        "\"",
        "'",
        "‘",
        "” leuk",
        "“ ein Herz hinzugefügt",
        "an image",
        "👍",
        " to ",
        "%",
        "Removed ",
        "from ",
        "\u{200a}",
        "\u{200b}",
        "\u{200c}",
        "\n",
        "\n",
        "\n\n",
        "> ",
        "On ",
        "5 ",
        "wrote:",
        "--",
        "-----Original Message-----",
        "Sent from my iPhone",
        "Sent from ",
        "phone",
        "yes",
        "…",
        ".",
        " ",
        "赞了：",
        "driving with focus turned on",
        "Gefällt: ",
    ]);
    let line = prop_oneof![9 => parts.prop_map(str::to_owned), 1 => ".{0,4}"];
    proptest::collection::vec(line, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn whatever_arrives_is_left_out_at_once(text in texts()) {
        let own = own_words(&text);
        prop_assert_eq!(&own_words(&own), &own);
        prop_assert!(own.lines().all(|line| !(line.trim_start().starts_with('>') && line.contains(char::is_alphanumeric))));
        prop_assert!(Reaction::read(&text).is_none() || own.is_empty(), "{:?}", own);
        prop_assert_eq!(own.trim(), &own);
    }
}
