//! Taps on our messages that arrive as texts.

use sms_consolidate::store::NoReply;
use sms_consolidate::{ReplyTemplates, RuleClassifier, SmsMessage};

use crate::common::{AGREED, ANA, Rig, is_replied, no_reply, secs};

#[tokio::test]
async fn a_batch_of_reactions_costs_no_classification_and_no_reply() {
    for text in [
        "Disliked “Please reply YES to confirm”",
        "Liked “Thanks for confirming! See you soon.”",
        "Liked “Can you come on Saturday?”",
        "Removed a like from “Reply STOP to end”",
        "👍 to “Reply YES”",
    ] {
        let mut rig = Rig::new(|b| b);
        rig.text(ANA, text).await;
        rig.text(ANA, text).await;
        rig.at(secs(60)).await;
        assert_eq!((rig.outcomes(), rig.calls().len()), (vec![no_reply(NoReply::NoOwnWords)], 0), "{text}");
    }
}

#[tokio::test]
async fn a_reaction_that_comes_in_parts_is_one() {
    let mut rig = Rig::new(|b| b);
    for (part, text) in [(1, "Emphasized “Please reply Y"), (2, "ES to confirm your seat”")] {
        rig.try_push(ANA, SmsMessage::new(text).with_part_of("7", part)).await.unwrap();
    }
    rig.at(secs(60)).await;
    assert_eq!(rig.outcomes(), [no_reply(NoReply::NoOwnWords)]);
}

#[tokio::test]
async fn what_a_phone_says_by_itself_is_not_answered() {
    for text in ["> Please reply YES to confirm", "I'm driving with Do Not Disturb While Driving turned on."]
    {
        let mut rig = Rig::new(|b| b);
        rig.text(ANA, text).await;
        rig.at(secs(60)).await;
        assert_eq!(rig.outcomes(), [no_reply(NoReply::NoOwnWords)], "{text}");
    }
}

#[tokio::test]
async fn a_picture_without_a_text_is_classified() {
    let rig = Rig::new(|b| b);
    rig.text(ANA, "").await;
    rig.at(secs(60)).await;
    assert_eq!(rig.calls().len(), 1);
}

#[tokio::test]
async fn a_like_of_a_question_is_told_and_one_of_our_own_answer_is_not() {
    let ours = "Thanks for confirming! Anything else?";
    let rig = Rig::new(|b| b.replies(ReplyTemplates::new().otherwise(ours)));
    for text in ["Liked “Can you come on Saturday?”", "Liked “Thanks for confirming! Anything else?”", "hm"]
    {
        rig.text(ANA, text).await;
    }
    rig.at(secs(60)).await;
    assert_eq!(rig.calls(), [["Liked “Can you come on Saturday?”", "hm"]]);
}

#[tokio::test]
async fn our_own_text_come_back_is_not_answered_however_it_is_wrapped() {
    for text in [
        "Thanks for confirming! See you soon.",
        "Thanks for confirming!  See you soon.\n",
        "Ana liked “Thanks for confirming! See you soon.”",
        "\"Thanks for confirming! See you soon.\" 👍",
    ] {
        let mut rig = Rig::new(|b| b);
        rig.text(ANA, text).await;
        rig.at(secs(60)).await;
        assert_eq!(rig.outcomes(), [no_reply(NoReply::NoOwnWords)], "{text}");
    }
    for text in [
        "You sent: Thanks for confirming! See you soon. But I never confirmed anything",
        "Thanks for confirming! See you soon. No I can't",
        "Yes. Thanks for confirming! See you soon.",
        "Liked “Thanks for confirming! See you soon.” Yes I can",
        "\"Thanks for confirming! See you soon.\" I did not",
    ] {
        let rig = Rig::new(|b| b);
        rig.text(ANA, text).await;
        rig.at(secs(60)).await;
        assert_eq!(rig.calls(), [[text]], "with words of the sender's it is theirs");
    }
}

#[tokio::test]
async fn a_reaction_of_now_does_not_make_old_words_new() {
    let mut rig = Rig::new(|b| b);
    let old = SmsMessage::new("Yes").with_sent_at(rig.start - secs(2 * 86_400));
    rig.try_push(ANA, old).await.unwrap();
    rig.text(ANA, "Liked “Can you come?”").await;
    rig.at(secs(60)).await;
    assert_eq!(rig.outcomes(), [no_reply(NoReply::Stale)]);
}

#[tokio::test]
async fn what_is_said_beside_a_reaction_is_answered_and_the_quote_is_not_the_senders() {
    for (texts, agrees) in [
        (["Disliked “Please reply YES to confirm”", "Sorry, no"], false),
        (["Laughed at “Reply YES to confirm”", "what?"], false),
        (["Liked “Thanks for confirming!”", "hmm"], false),
        (["Liked “See you on Monday”", "Yes"], true),
    ] {
        let mut rig = Rig::new(|b| b.classifier(RuleClassifier::default()));
        for text in texts {
            rig.text(ANA, text).await;
        }
        rig.at(secs(60)).await;
        assert!(rig.outcomes().iter().all(is_replied));
        assert_eq!(rig.replies_to(ANA) == [AGREED], agrees, "{texts:?}");
    }
}
