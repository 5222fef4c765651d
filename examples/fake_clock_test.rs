//! How to test a service that embeds the library: minutes of its time in milliseconds of yours, and no sleeping.
//!
//! With a durable store, or other real I/O, await `consolidator.settled()` after each advance of the clock.
//!
//! `cargo run --example fake_clock_test`. In your project these functions are tests, with `#[tokio::test]`.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::time::Duration;

use sms_consolidate::testing::{RecordingSender, ScriptedAnswer, ScriptedClassifier};
use sms_consolidate::{Consolidator, Conversation, FakeClock, Label, SmsMessage, Window};

const SECOND: Duration = Duration::from_secs(1);

struct Service {
    consolidator: Consolidator<Conversation, SmsMessage>,
    clock: FakeClock,
    classifier: ScriptedClassifier,
    sender: RecordingSender<Conversation>,
}

fn service() -> Result<Service, Box<dyn std::error::Error>> {
    let clock = FakeClock::default();
    let classifier = ScriptedClassifier::answering(Label::AGREE);
    let sender = RecordingSender::new();
    let consolidator = Consolidator::builder()
        .clock(clock.clone())
        .window(Window::fixed(60 * SECOND))
        .classifier(classifier.clone())
        .sender(sender.clone())
        .build()?;
    consolidator.start();
    Ok(Service { consolidator, clock, classifier, sender })
}

async fn a_burst_gets_one_reply_when_its_window_ends() -> Result<(), Box<dyn std::error::Error>> {
    let Service { consolidator, clock, classifier, sender } = service()?;
    let maria: Conversation = "+639171234567".parse()?;

    consolidator.push(maria.clone(), SmsMessage::new("Yes")).await?;
    clock.advance(5 * SECOND).await;
    consolidator.push(maria, SmsMessage::new("I can help")).await?;

    clock.advance(54 * SECOND).await;
    assert!(sender.texts().is_empty(), "59 seconds are not a minute");
    clock.advance(SECOND).await;
    assert_eq!(sender.texts(), ["Thanks for confirming! See you soon."]);
    assert_eq!(classifier.calls(), [["Yes", "I can help"]]);
    Ok(())
}

async fn a_failing_classifier_is_asked_again() -> Result<(), Box<dyn std::error::Error>> {
    let Service { consolidator, clock, classifier, sender } = service()?;
    classifier.then([ScriptedAnswer::Fail(None), ScriptedAnswer::Hang]);

    consolidator.push("+639171234567".parse()?, SmsMessage::new("Yes")).await?;
    clock.advance(300 * SECOND).await;
    assert_eq!(classifier.calls().len(), 3);
    assert_eq!(sender.texts().len(), 1);
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    a_burst_gets_one_reply_when_its_window_ends().await?;
    a_failing_classifier_is_asked_again().await?;
    println!("both passed, after six minutes of fake time");
    Ok(())
}
