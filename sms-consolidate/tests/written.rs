//! What version 0.1 wrote into durable stores, to the letter. A later version must read it: what waits in a database
//! when a service is updated is not to be set aside as damaged. Add to these texts, and change none.

use serde::de::DeserializeOwned;
use sms_consolidate::lane::{BatchFacts, BatchState, CloseReason, Control, Fence, Lane};
use sms_consolidate::store::{NoReply, Outcome};
use sms_consolidate::{Classification, SmsMessage, Timestamp};

fn read<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

const fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_millis((1_767_225_600 + seconds) * 1_000)
}

const OPEN: &str = r#"{"head":{"id":"019b76da-a800-71be-91b6-cdbd33a83dfe","opened_at":1767225600000,
    "due_at":1767225660000,"deadline":1767225660000,"messages":1,"bytes":5,"close_reason":null,"control":null,
    "has_content":true,"sealed":false,"muted":false,"superseded":false},"more":null}"#;

/// A batch that was taken back once is about to be answered, and the sender has opted out behind it.
const REPLYING: &str = r#"{"head":{"id":"019b76da-a800-71be-91b6-cdbd33a83dfe","opened_at":1767225600000,
    "due_at":1767225661000,"deadline":1767225720000,"messages":2,"bytes":10,"close_reason":null,"control":null,
    "has_content":true,"sealed":true,"muted":true,"superseded":true},"more":{"behind":[
    {"id":"019b76dc-aba0-7646-9af3-03bb583db0e1","opened_at":1767225732000,"due_at":1767225732000,
    "deadline":1767225792000,"messages":1,"bytes":5,"close_reason":"opt_out","control":"stop","has_content":false,
    "sealed":true,"muted":false,"superseded":false}],"work":{"attempts":1,"lease_losses":0,
    "first_claimed_at":1767225730000,"stage":"replying","reply_counts":true,
    "hold":{"leased":{"until":1767225760000}}},"token":3,"lost":[{"fence":
    {"batch":"019b76da-a800-71be-91b6-cdbd33a83dfe","token":1},"why":"superseded","lease_until":1767225690000}],
    "opted_out_at":1767225732000,"replies":[1767225731000]}}"#;

#[test]
fn lanes_are_read() {
    assert_eq!(read::<Lane>(r#"{"head":null,"more":null}"#), Lane::default());
    let open: Lane = read(OPEN);
    assert_eq!((open.len(), open.wake_at()), (1, Some(at(60))));
    assert_eq!(open.facts().next().expect("it has a batch").state, BatchState::Open);

    let mut replying: Lane = read(REPLYING);
    assert_eq!((replying.len(), replying.wake_at()), (2, Some(at(160))));
    assert_eq!(replying.opted_out_at(), Some(at(132)));
    let fence: Fence = read(r#"{"batch":"019b76da-a800-71be-91b6-cdbd33a83dfe","token":3}"#);
    assert_eq!(replying.finish(fence).expect("its worker holds it").messages, 2);
    let next = replying.facts().next().expect("the stop is behind it");
    assert_eq!((next.close_reason, next.control), (Some(CloseReason::OptOut), Some(Control::Stop)));
    let waiting: Lane = read(&REPLYING.replace("leased", "waiting"));
    assert_eq!(waiting.facts().next().expect("it has a batch").state, BatchState::Retrying);
}

#[test]
fn every_word_is_read() {
    let lane = |from: &str, to: &str| {
        assert_eq!(REPLYING.matches(from).count(), 1, "{from}");
        read::<Lane>(&REPLYING.replace(from, to))
    };
    for reason in
        ["timeout", "message_cap", "byte_cap", "urgent", "opt_out", "inferred_opt_out", "flush", "shutdown"]
    {
        lane("opt_out\"", &format!("{reason}\""));
    }
    for control in ["start", "help", "stop"] {
        lane("\"stop\"", &format!("\"{control}\""));
    }
    for stage in ["claimed", "classified", "replying"] {
        lane("\"replying\"", &format!("\"{stage}\""));
    }
    for why in ["stolen", "superseded", "cancelled"] {
        lane("\"superseded\",\"lease_until\"", &format!("\"{why}\",\"lease_until\""));
    }
    for why in [
        "off",
        "opted_out",
        "stale",
        "no_template",
        "answered_by_gateway",
        "loop_guard",
        "cancelled",
        "rejected",
        "unreachable",
    ] {
        read::<NoReply>(&format!("\"{why}\""));
    }
    for state in ["open", "closed", "claimed", "retrying"] {
        read::<BatchState>(&format!("\"{state}\""));
    }
}

#[test]
fn what_is_kept_of_a_batch_is_read() {
    let facts: BatchFacts = read(
        r#"{"id":"019b76da-a800-71be-91b6-cdbd33a83dfe","state":"retrying","opened_at":1767225600000,
        "due_at":1767225661000,"deadline":1767225720000,"messages":2,"bytes":10,"close_reason":null,"control":null,
        "has_content":true,"muted":true,"attempts":1,"lease_losses":0}"#,
    );
    assert!(facts.muted && facts.attempts == 1);
    let found: Classification = read(
        r#"{"label":"AGREE","method":"OpenAI","confidence":0.5,"usage":{"prompt_tokens":4,"cached_tokens":3,
        "completion_tokens":2,"reasoning_tokens":1},"proposed_reply":"See you"}"#,
    );
    assert_eq!(found.usage.map(|usage| usage.prompt_tokens), Some(4));
    assert_eq!(found.proposed_reply.as_deref(), Some("See you"));
    let receipt = |outcome| if let Outcome::Replied(receipt) = outcome { receipt.id } else { None };
    assert_eq!(receipt(read(r#"{"replied":{"id":"SM1"}}"#)).as_deref(), Some("SM1"));
    assert_eq!(read::<Outcome>(r#"{"no_reply":"loop_guard"}"#), Outcome::NoReply(NoReply::LoopGuard));
    assert_eq!(read::<Outcome>("\"reply_unknown\""), Outcome::ReplyUnknown);
}

#[test]
fn messages_are_read() {
    assert_eq!(read::<SmsMessage>(r#"{"text":"hi","id":"1"}"#), SmsMessage::new("hi").with_id("1"));
    let message: SmsMessage = read(
        r#"{"text":"hi","id":"1","sent_at":1767225600000,"part":2,"extras":{"media":["https://example.org/a.jpg"],
        "part_of":"a","control":"stop","gateway_answers_keywords":true}}"#,
    );
    let expected = SmsMessage::new("hi").with_id("1").with_sent_at(at(0)).with_part_of("a", 2);
    let expected = expected.with_media(["https://example.org/a.jpg"]).with_control(Control::Stop);
    assert_eq!(message, expected.with_keywords_answered_by_gateway());
}
