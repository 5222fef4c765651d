//! Keys and messages that have nothing to do with SMS.

use sms_consolidate::store::Filter;
use sms_consolidate::testing::{RecordingSender, ScriptedClassifier};
use sms_consolidate::{Classification, Consolidator, Label, Message, ReplyTemplates, Window};

use crate::common::{fake_clock, secs};

/// A line in a game's chat.
#[derive(Clone, Debug, PartialEq)]
struct ChatLine {
    id: String,
    text: String,
    level: u8,
}

impl Message for ChatLine {
    fn text(&self) -> &str {
        &self.text
    }

    fn id(&self) -> Option<&str> {
        Some(&self.id)
    }
}

fn line(id: &str, text: &str, level: u8) -> ChatLine {
    ChatLine { id: id.to_owned(), text: text.to_owned(), level }
}

#[tokio::test]
async fn keys_may_be_numbers_and_messages_a_type_of_ones_own() {
    let clock = fake_clock();
    let sender = RecordingSender::<u64>::new();
    let service = Consolidator::<u64, ChatLine>::builder()
        .clock(clock.clone())
        .window(Window::sliding(secs(5), secs(30)))
        // More than the texts can be looked at.
        .classify_fn(|lines, _| async move {
            let expert = lines.iter().any(|line| line.level > 10);
            let label = if expert { Label::new("EXPERT") } else { Label::new("BEGINNER") };
            Ok(Classification::new(label, "By level"))
        })
        .sender(sender.clone())
        .replies(ReplyTemplates::new().with(Label::new("EXPERT"), "Welcome back.").otherwise("Welcome."))
        .build()
        .unwrap();
    service.start();
    service.push(7, line("a", "hi", 3)).await.unwrap();
    service.push(8, line("a", "hello", 2)).await.unwrap();
    service.push(7, line("b", "anybody here?", 12)).await.unwrap();
    assert!(service.push(7, line("b", "anybody here?", 12)).await.unwrap().is_duplicate());
    clock.advance(secs(5)).await;
    let mut replies: Vec<_> = sender.taken().into_iter().map(|reply| (reply.to, reply.text)).collect();
    replies.sort_unstable();
    assert_eq!(replies, [(7, "Welcome back.".to_owned()), (8, "Welcome.".to_owned())]);
    let records = service.list(&Filter::newest(10).with_key_prefix("7")).await.unwrap();
    assert_eq!((records.len(), records[0].messages), (1, 2));
}

#[tokio::test]
async fn messages_reach_whoever_keeps_them_whole_and_never_joined() {
    let clock = fake_clock();
    let service = Consolidator::<u64, ChatLine>::builder()
        .clock(clock.clone())
        .classifier(ScriptedClassifier::answering(Label::AGREE))
        .replies(ReplyTemplates::off())
        .build()
        .unwrap();
    let lines = [line("a", "hi", 3), line("b", "anybody here?", 12)];
    for line in lines.clone() {
        service.push(7, line).await.unwrap();
    }
    // Never started: everything is handed back.
    let report = service.shutdown(secs(0)).await.unwrap();
    assert_eq!(*report.unfinished[0].messages, lines);
    assert_eq!(report.unfinished[0].key, 7);
}

#[tokio::test]
async fn plain_strings_do_as_keys_and_messages() {
    let clock = fake_clock();
    let classifier = ScriptedClassifier::answering(Label::AGREE);
    let service = Consolidator::builder()
        .clock(clock.clone())
        .classifier(classifier.clone())
        .sender(RecordingSender::new())
        .build()
        .unwrap();
    service.start();
    for text in ["Yes", "Yes"] {
        assert!(!service.push("alice".to_owned(), text.to_owned()).await.unwrap().is_duplicate());
    }
    clock.advance(secs(60)).await;
    assert_eq!(classifier.calls(), [["Yes", "Yes"]]);
}
