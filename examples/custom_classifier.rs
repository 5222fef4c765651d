//! Labels, a classifier and replies of your own, with the rules as a second opinion when the first one fails.
//!
//! `cargo run --example custom_classifier`

use std::time::Duration;

use sms_consolidate::{
    Classification, Classifier, ClassifyError, Consolidator, Context, Conversation, Fallback, Label, Message,
    ReplyTemplates, RuleClassifier, SmsMessage, Window, async_trait, joined_text,
};
use sms_consolidate_providers::ConsoleSender;

/// Looks for a delivery time; everything else is for the rules.
struct DeliverySlots;

#[async_trait]
impl<M: Message> Classifier<M> for DeliverySlots {
    async fn classify(&self, messages: &[M], _context: &Context) -> Result<Classification, ClassifyError> {
        let text = joined_text(messages).to_lowercase();
        let label = match (text.contains("morning"), text.contains("afternoon")) {
            (true, false) => Label::new("MORNING"),
            (false, true) => Label::new("AFTERNOON"),
            _ => return Err(ClassifyError::permanent("no single delivery time in the text")),
        };
        Ok(Classification::new(label, "Delivery slots").with_confidence(0.9))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let replies = ReplyTemplates::new()
        .with(Label::new("MORNING"), "We deliver between 8 and 12.")
        .with(Label::new("AFTERNOON"), "We deliver between 13 and 17.")
        .otherwise("Morning or afternoon?");
    let consolidator = Consolidator::builder()
        .window(Window::fixed(Duration::from_millis(200)))
        .classifier(Fallback::new(DeliverySlots, RuleClassifier::default()))
        .sender(ConsoleSender::new())
        .replies(replies)
        .build()?;
    consolidator.start();

    let bursts: [(&str, &[&str]); 3] = [
        ("+15551230001", &["Hi!", "In the morning please", "if possible"]),
        ("+15551230002", &["afternoon", "thanks"]),
        ("+15551230003", &["Yes"]),
    ];
    for (number, texts) in bursts {
        let conversation: Conversation = number.parse()?;
        for text in texts {
            consolidator.push(conversation.clone(), SmsMessage::new(*text)).await?;
        }
    }
    let report = consolidator.shutdown(Duration::from_secs(5)).await?;
    assert_eq!(report.finished, 3);
    Ok(())
}
