//! The smallest embedding: three messages in, one reply out.
//!
//! `cargo run --example embed`

use std::time::Duration;

use sms_consolidate::{Consolidator, Conversation, RuleClassifier, SmsMessage, Window};
use sms_consolidate_providers::ConsoleSender;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let consolidator = Consolidator::builder()
        .window(Window::sliding(Duration::from_millis(200), Duration::from_secs(2)))
        .classifier(RuleClassifier::default())
        .sender(ConsoleSender::new())
        .build()?;
    consolidator.start();

    let maria: Conversation = "+639171234567".parse()?;
    for (id, text) in [("1", "Yes"), ("2", "I can help"), ("3", "Thanks")] {
        consolidator.push(maria.clone(), SmsMessage::new(text).with_id(id)).await?;
    }
    // A gateway that delivers a message twice changes nothing.
    let again = consolidator.push(maria, SmsMessage::new("Thanks").with_id("3")).await?;
    assert!(again.is_duplicate());

    let report = consolidator.shutdown(Duration::from_secs(5)).await?;
    assert_eq!(report.finished, 1);
    Ok(())
}
