//! Everything else that durable stores write as JSON: what can be read can be written and read again, and shows no
//! texts where it is logged.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sms_consolidate::lane::{Arrival, BatchFacts, Lane, Sender};
use sms_consolidate::store::Outcome;
use sms_consolidate::{
    Arrived, Batch, BatchId, Classification, Message, Receipt, SmsMessage, Timestamp, Window,
};

fuzz_target!(|input: &[u8]| {
    round_trip::<BatchFacts>(input);
    round_trip::<Receipt>(input);
    round_trip::<Sender>(input);
    round_trip::<Outcome>(input);
    if let Some(classification) = round_trip::<Classification>(input) {
        check_classification(&classification);
    }
    if let Some(message) = round_trip::<SmsMessage>(input) {
        check_message(&message);
    }
    if let Some(messages) = round_trip::<Vec<SmsMessage>>(input) {
        check_batch(messages);
    }
});

fn round_trip<T: DeserializeOwned + Serialize + PartialEq>(input: &[u8]) -> Option<T> {
    let value: T = serde_json::from_slice(input).ok()?;
    let json = serde_json::to_vec(&value).expect("what was read can be written");
    let again: T = serde_json::from_slice(&json).expect("and read again");
    assert!(again == value, "{}", String::from_utf8_lossy(&json));
    Some(value)
}

fn check_classification(classification: &Classification) {
    let Some(reply) = &classification.proposed_reply else { return };
    let without = classification.clone().with_proposed_reply("x".repeat(reply.len()));
    assert_eq!(format!("{classification:?}"), format!("{without:?}"));
}

fn check_message(message: &SmsMessage) {
    let text = message.text();
    let mut other = SmsMessage::new("x".repeat(text.len())).with_part(message.part());
    if let Some(id) = message.id() {
        other = other.with_id(id);
    }
    if let Some(sent_at) = message.sent_at() {
        other = other.with_sent_at(sent_at);
    }
    assert_eq!(format!("{message:?}"), format!("{other:?}"));
}

/// Messages of whatever times are put in order, and none gets lost.
fn check_batch(messages: Vec<SmsMessage>) {
    let facts = facts();
    let at = Timestamp::from_unix_millis(1_790_000_000_000);
    let parts: Vec<_> = messages.iter().cloned().map(|message| Arrived { message, at }).collect();
    let batch = Batch::assemble(&facts, "a key".to_owned(), parts);
    assert_eq!(batch.messages.len(), messages.len());
    assert!(messages.iter().all(|message| batch.messages.contains(message)));
    let order: Vec<_> =
        batch.clone().into_parts().iter().map(|part| (part.effective_at(), part.message.part())).collect();
    assert!(order.is_sorted());
    assert!(messages.iter().all(|message| batch.text().contains(message.text().trim())));
}

fn facts() -> BatchFacts {
    let mut lane = Lane::default();
    let arrival = Arrival::new(Window::default(), 1);
    let id = BatchId::from_bytes([7; 16]);
    let accepted = lane.arrive(Timestamp::default(), &arrival, &Sender::default(), || id);
    accepted.expect("a new lane has room");
    lane.facts().next().expect("the batch that was opened")
}
