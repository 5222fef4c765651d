use super::ReactionKind::{Dislike, Emoji, Emphasis, Laugh, Like, Love, Question, Sticker};
use super::forms::FORMS;
use super::*;

/// Checks texts that quote "Kita-kits bukas?", in lines.
#[track_caller]
fn check(kind: ReactionKind<'_>, is_removed: bool, texts: &str) {
    for text in texts.lines().map(str::trim).filter(|text| !text.is_empty()) {
        let expected = Reaction { kind, is_removed, quoted: Some("Kita-kits bukas?") };
        assert_eq!(Reaction::read(text), Some(expected), "{text:?}");
    }
}

#[track_caller]
fn check_quoted(text: &str, quoted: &str) {
    assert_eq!(Reaction::read(text).and_then(|reaction| reaction.quoted), Some(quoted), "{text:?}");
}

#[test]
fn taps_in_many_languages() {
    check(
        Love,
        false,
        "
        Loved “Kita-kits bukas?”
        Le encantó “Kita-kits bukas?”
        A ajouté un « J’adore » à « Kita-kits bukas? ».
        a attribué la mention « Adore » à « Kita-kits bukas? »
        „Kita-kits bukas?“ ein Herz hinzugefügt
        Ha aggiunto un cuoricino a “Kita-kits bukas?”
        Gaf een hartje aan 'Kita-kits bukas?'
        Satte et hjerte ved «Kita-kits bukas?»
        Gav ett hjärta till ”Kita-kits bukas?”
        K „Kita-kits bukas?“ bylo přidáno srdíčko
        ‘Kita-kits bukas?’에 하트 표시
        “Kita-kits bukas?”に「ハート」と応答
        喜愛「Kita-kits bukas?」
        比心：Kita-kits bukas?
        أحبَّ(ت) \"Kita-kits bukas?\"
        ने “Kita-kits bukas?” को बहुत पसंद किया
        ",
    );
    check(
        Like,
        false,
        "
        Liked “Kita-kits bukas?”
        Le gustó “Kita-kits bukas?”
        Le gusta “Kita-kits bukas?”
        a attribué la mention « J’aime » à « Kita-kits bukas? »
        A aimé « Kita-kits bukas? »
        Gefällt: „Kita-kits bukas?“
        Gefällt „Kita-kits bukas?“
        Ha aggiunto “Mi piace” a “Kita-kits bukas?”
        Curtiu “Kita-kits bukas?”
        Vond 'Kita-kits bukas?' leuk
        Dodano „kciuk w górę” do „Kita-kits bukas?”
        Viestistä ”Kita-kits bukas?” tykättiin
        Понравилось «Kita-kits bukas?»
        Beğenildi: “Kita-kits bukas?”
        Đã thích “Kita-kits bukas?”
        ",
    );
}

#[test]
fn other_taps_in_many_languages() {
    check(
        Dislike,
        false,
        "
        Disliked “Kita-kits bukas?”
        No le gustó “Kita-kits bukas?”
        N’a pas aimé « Kita-kits bukas? »
        Gefällt nicht: „Kita-kits bukas?“
        Não curtiu “Kita-kits bukas?”
        Vond 'Kita-kits bukas?' niet leuk
        Syntes ikke om “Kita-kits bukas?”
        Не понравилось «Kita-kits bukas?»
        踩了：“Kita-kits bukas?”
        הוסיף/ה סימון ״לא אהבתי״ ל: ״Kita-kits bukas?״
        ",
    );
    check(
        Laugh,
        false,
        "Laughed at “Kita-kits bukas?”\nLe dio risa “Kita-kits bukas?”\nRiu‑se de “Kita-kits bukas?”",
    );
    check(
        Emphasis,
        false,
        "Emphasized “Kita-kits bukas?”\nEmphasised “Kita-kits bukas?”\nExclamó por “Kita-kits bukas?”",
    );
    check(
        Question,
        false,
        "Questioned “Kita-kits bukas?”\nDudó sobre “Kita-kits bukas?”\nQuestionou “Kita-kits bukas?”",
    );
    check(
        Sticker,
        false,
        "Reacted with a sticker to “Kita-kits bukas?”\nReaccionó con un sticker a “Kita-kits bukas?”",
    );
}

#[test]
fn emoji_in_many_languages() {
    check(
        Emoji("👎"),
        false,
        "
        👎 to “Kita-kits bukas?”
        👎 to 'Kita-kits bukas?'
        👎 zu „Kita-kits bukas?“
        Reacted 👎 to “Kita-kits bukas?”
        Reaccionó con 👎 a “Kita-kits bukas?”
        A réagi 👎 à « Kita-kits bukas? »
        Hat mit 👎 auf „Kita-kits bukas?“ reagiert
        Reagerade med 👎 på ”Kita-kits bukas?”
        % reakciót fűzött a következőhöz: „Kita-kits bukas?”
        用👎回应了“Kita-kits bukas?”
        对“Kita-kits bukas?”表示了👎
        “\u{200a}Kita-kits bukas?\u{200a}”に\u{200a}👎\u{200a}でリアクションしました
        "
        .replace('%', "👎")
        .as_str(),
    );
    for emoji in ["👍🏽", "❤️", "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "‼️", "🇵🇭"]
    {
        check(Emoji(emoji), false, &format!("Reacted {emoji} to “Kita-kits bukas?”"));
    }
}

#[test]
fn what_was_taken_back() {
    check(Like, true, "Removed a like from “Kita-kits bukas?”\nDejó de gustarle “Kita-kits bukas?”");
    check(
        Like,
        true,
        "„Gefällt mir“ von „Kita-kits bukas?“ entfernt\n«Нравится» убрано с «Kita-kits bukas?»",
    );
    check(Love, true, "Removed a heart from “Kita-kits bukas?”\nHerz von „Kita-kits bukas?“ entfernt");
    check(Emoji("👍"), true, "Removed 👍 from “Kita-kits bukas?”\nRemoved a 👍 from “Kita-kits bukas?”");
    check(
        Emoji("👍"),
        true,
        "a retiré la mention « 👍 » de « Kita-kits bukas? »\n‘Kita-kits bukas?’에서 👍 표시 제거함",
    );
}

#[test]
fn every_form_with_every_style_of_marks() {
    let marks =
        [("“", "”"), ("\"", "\""), ("«\u{a0}", "\u{a0}»"), ("„", "“"), ("‘", "’"), ("'", "'"), ("「", "」")];
    let quotes = ["Coming?", "Don't \"be\" late", "size 5 or\n  “6”?\n", "one, two…", "Reply ‘YES’"];
    for (kind, added, removed) in FORMS {
        for (form, is_removed) in [(added, false), (removed, true)] {
            let kind = if matches!(kind, Emoji(_)) { Emoji("🎉") } else { *kind };
            for ((open, close), quoted) in
                marks.iter().flat_map(|marks| quotes.iter().map(move |quote| (marks, quote)))
            {
                let text = form.replace('…', &format!("{open}{quoted}{close}")).replace('%', "🎉");
                let expected = Reaction { kind, is_removed, quoted: Some(quoted.trim()) };
                assert!(
                    form.is_empty() || Reaction::read(&text) == Some(expected),
                    "{text:?}: {:?}",
                    Reaction::read(&text)
                );
            }
        }
    }
}

#[test]
fn google_marks_its_parts_in_every_language() {
    let check = |text: &str, is_removed| {
        for text in [text, text.trim()] {
            let expected =
                Reaction { kind: Emoji("👎"), is_removed, quoted: Some("Reply “YES”,\nplease") };
            assert_eq!(Reaction::read(text), Some(expected), "{text:?}");
        }
    };
    check("\u{200a}\u{200b}👎\u{200b} to “\u{200a}Reply “YES”,\nplease\u{200a}”\u{200a}", false);
    check("\u{200a}Nagbigay ng \u{200b}👎\u{200b} sa “\u{200a}Reply “YES”,\nplease\u{200a}”\u{200a}", false);
    check("\u{200a}Removed \u{200c}👎\u{200c} from “\u{200a}Reply “YES”,\nplease\u{200a}”\u{200a}", true);
    // As QUIK writes them, without marks that are seen.
    check_quoted("\u{200a}Reacted \u{200b}👎\u{200b} to \u{200a}Reply YES\u{200a}\u{200a}", "Reply YES");
    check_quoted("Reacted \u{200b}👎\u{200b} to \u{200a}Reply YES", "Reply YES");
}

#[test]
fn quotes_of_all_sorts() {
    check_quoted("  Liked “Coming?”  ", "Coming?");
    check_quoted("\u{200e}Liked\u{a0}“\u{2068}Coming?\u{2069}”.", "\u{2068}Coming?\u{2069}");
    check_quoted("Liked “”", "");
    check_quoted("Liked “Reply “YES” or “NO””", "Reply “YES” or “NO”");
    check_quoted("Liked \"Reply \"YES\"\"", "Reply \"YES\"");
    check_quoted("Liked “Reply “YES”", "Reply “YES");
    check_quoted("Liked “a 5” pipe”", "a 5” pipe");
    check_quoted("Liked “Hi!\n\nReply “YES”\nor “NO””", "Hi!\n\nReply “YES”\nor “NO”");
    check_quoted("Gaf een hartje aan ‘Hoi!\nKom je?’", "Hoi!\nKom je?");
    check_quoted("„Hallo!\nKommst du?“ ein Herz hinzugefügt", "Hallo!\nKommst du?");
    check_quoted("Le gusto “Vienes?”", "Vienes?");
    check_quoted("Le gusto\u{301} “Vienes?”", "Vienes?");
    check_quoted("Liked “> see below”", "> see below");
}

#[test]
fn what_was_cut_off() {
    check_quoted("Disliked “Please reply YES to conf…”", "Please reply YES to conf…");
    check_quoted("Disliked “Please reply YES to conf...", "Please reply YES to conf...");
    check_quoted("Disliked “Hi!\nPlease reply “YES” to conf", "Hi!\nPlease reply “YES” to conf");
    check_quoted("Disliked \"Please reply YES", "Please reply YES");
    // Only what would follow tells a like from a dislike.
    for text in
        ["Vond “Kom je?", "K „Přijdeš?", "Na „Prídeš?", "Element »Prideš?", "ने “आओगे?", "Viestistä ”Tuletko?"]
    {
        assert_eq!(Reaction::read(text).map(|reaction| reaction.may_agree()), Some(false), "{text:?}");
    }
}

#[test]
fn what_is_no_text_is_not_quoted() {
    let check = |text, kind, is_removed| {
        assert_eq!(Reaction::read(text), Some(Reaction { kind, is_removed, quoted: None }), "{text:?}");
    };
    check("Liked an image", Like, false);
    check("Loved a movie.", Love, false);
    check("Laughed at an attachment", Laugh, false);
    check("Emphasized an audio message", Emphasis, false);
    check("Reacted 👍 to an image", Emoji("👍"), false);
    check("Removed a like from an image", Like, true);
    check("Le encantó una imagen", Love, false);
}

#[test]
fn what_people_write() {
    let texts = "
        Liked your offer, yes | I liked “Frozen” | Loved it! | Liked “Frozen” a lot, can we talk? | Liked |
        Question \"what time?\" | 👍 to that | 👍 to everything | Reacted badly to the medicine | 👍 | Yes |
        Liked 'em all | Liked ‘em all | liked “Frozen” | Loved every image | Liked an image of yours | “Yes” |
        „Ja“, sagt er | Removed it from “the list” and so | She said “yes” | Le gustó mucho | A aimé ça |
        Gefällt mir | Reacted well to “the plan” | to “that” | … | “Loved” | Loved\n“Frozen” | 1 to 5 “stars” | |
    ";
    for text in texts.split('|').map(str::trim) {
        assert_eq!(Reaction::read(text), None, "{text:?}");
    }
    assert_eq!(Reaction::read("Liked “Frozen”\nCan we talk?"), None);
    assert_eq!(Reaction::read("Yes\nLiked “Can you come?”"), None);
    assert_eq!(Reaction::read("Liked “Frozen” a lot\nAlso “Up”"), None);
}

#[test]
fn a_yes_is_a_tap_on_a_question() {
    let check = |text: &str, may_agree| {
        assert_eq!(Reaction::read(text).map(|reaction| reaction.may_agree()), Some(may_agree), "{text:?}");
    };
    for question in
        ["Can you come?", "¿Puedes venir", "来られますか？", "هل تأتي؟", "Come? Reply YES", "a/b?"]
    {
        for tap in ["Liked", "Loved", "👍🏽 to", "Reacted ❤️ to", "🙋🏿‍♀️ to", "✔️ to"]
        {
            check(&format!("{tap} “{question}”"), true);
        }
        let others = [
            "Disliked",
            "Laughed at",
            "Emphasized",
            "Questioned",
            "👎 to",
            "😂 to",
            "💔 to",
            "👍👎 to",
            "🙏 to",
        ];
        for tap in
            others.iter().chain(&["Removed a like from", "Removed 👍 from", "Reacted with a sticker to"])
        {
            check(&format!("{tap} “{question}”"), false);
        }
    }
    for text in [
        "Thanks for confirming! See you soon.",
        "Reply YES to confirm",
        "https://example.org/?a=b",
        "Can you…",
    ] {
        check(&format!("Liked “{text}”"), false);
    }
    check("Liked an image", false);
}

#[test]
fn quoting_a_text_of_ours() {
    let ours = "Thanks for “confirming”!\nSee you soon, José.";
    let check = |quoted: &str, quotes| {
        let text = format!("Liked “{quoted}”");
        assert_eq!(Reaction::read(&text).map(|reaction| reaction.quotes(ours)), Some(quotes), "{text:?}");
    };
    check(ours, true);
    check("Thanks for \"confirming\"! See  you soon, Jose.", true);
    check("Thanks for “conf…", true);
    check("T...", true);
    check("Thanks for “confirming”! See", true);
    check("Thanks for", false);
    check("…", false);
    check("", false);
    check("Thanks for “confirming”! See you then", false);
    check("Thanks for “confirming”! See you soon, José. Bye", false);
    assert!(!Reaction::read("Liked an image").unwrap().quotes(""));
}
