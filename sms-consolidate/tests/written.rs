//! What version 0.1 writes into durable stores, to the letter. A later version must read it: what waits in a database
//! when a service is updated is not to be set aside as damaged. Once it is published, add to these texts and change none.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sms_consolidate::lane::{
    Answer, Arrival, BatchFacts, BatchState, CloseReason, Control, Fence, Lane, Sender, Transition,
};
use sms_consolidate::store::{Finish, NoReply, Outcome};
use sms_consolidate::{BatchIds, Classification, OptOutCause, SmsMessage, Timestamp, Window};

fn read<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Reads `text`, which is also what is written.
#[track_caller]
fn both<T: DeserializeOwned + Serialize>(text: &str) -> T {
    let value = read(text);
    assert_eq!(serde_json::to_string(&value).expect("what was read can be written"), text);
    value
}

const fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_millis((1_767_225_600 + seconds) * 1_000)
}

const OPEN: &str = concat!(
    r#"{"base":1767225600000,"head":{"id":"019b76da-a800-71be-91b6-cdbd33a83dfe","due_after":60000,"#,
    r#""deadline_after":60000,"messages":1,"bytes":5,"flags":{"has_content":true}}}"#,
);

/// A batch that was taken back once is about to be answered, and the sender has opted out behind it. Two have died.
const REPLYING: &str = concat!(
    r#"{"base":1767225600000,"latest":132000,"head":{"id":"019b76da-a800-71be-91b6-cdbd33a83dfe","due_after":61000,"#,
    r#""deadline_after":120000,"messages":2,"bytes":10,"#,
    r#""flags":{"has_content":true,"sealed":true,"muted":true,"superseded":true}},"#,
    r#""behind":[{"id":"019b76dc-aba0-7646-9af3-03bb583db0e1","opened":132000,"deadline_after":60000,"messages":1,"#,
    r#""bytes":5,"close_reason":"opt_out","control":"stop","flags":{"sealed":true}}],"#,
    r#""work":{"attempts":1,"lease_losses":2,"first_claimed":130000,"stage":"replying","reply_counts":true,"#,
    r#""hold":{"leased":{"until":160000}},"notes":{"classification":{"label":"AGREE","method":"Rule-based","#,
    r#""confidence":0.5,"usage":null,"proposed_reply":null},"reply":[{"text":"See you"},"#,
    r#"{"text":"then","receipt":{"id":"SM1"}}],"error":"it was busy"}},"#,
    r#""token":3,"lost":[{"fence":{"batch":"019b76da-a800-71be-91b6-cdbd33a83dfe","token":1},"why":"superseded","#,
    r#""lease_until":90000}],"replies":[131000],"#,
    r#""dead":[{"id":"019b76da-a801-71be-91b6-cdbd33a83dfe","messages":3,"bytes":9,"close_reason":"urgent","#,
    r#""control":"help","has_content":true,"muted":true},"#,
    r#"{"id":"019b76da-a802-71be-91b6-cdbd33a83dfe","messages":1}]}"#,
);

#[test]
fn a_new_lane_is_written_so() {
    let (mut lane, mut ids) = (Lane::default(), BatchIds::with_seed(1));
    assert_eq!(both::<Lane>("{}"), lane);
    let arrival = Arrival::new(Window::fixed(Duration::from_secs(60)), 5);
    lane.arrive(at(0), &arrival, &Sender::default(), || ids.next(at(0))).expect("a new lane has room");
    assert_eq!(serde_json::to_string(&lane).expect("it can be written"), OPEN);
}

#[test]
fn lanes_are_read() {
    let open: Lane = both(OPEN);
    assert_eq!((open.len(), open.wake_at()), (1, Some(at(60))));
    assert_eq!(open.facts().next().expect("it has a batch").state, BatchState::Open);

    let mut replying: Lane = both(REPLYING);
    assert_eq!((replying.len(), replying.wake_at()), (2, Some(at(160))));
    let head = replying.facts().next().expect("it has a batch");
    assert_eq!((head.opened_at, head.due_at, head.deadline), (at(0), at(61), at(120)));
    assert_eq!((head.muted, head.lease_losses, head.error.as_deref()), (true, 2, Some("it was busy")));
    assert_eq!(head.classification.and_then(|found| found.confidence), Some(0.5));
    let fence: Fence = read(r#"{"batch":"019b76da-a800-71be-91b6-cdbd33a83dfe","token":3}"#);
    let finish = Transition::Finish { fence, finish: Finish::new(Outcome::ReplyUnknown) };
    let (answer, effects) = finish.apply(&mut replying, &Sender::default(), at(133)).expect("it is held");
    assert_eq!((answer, effects.ended[0].facts.messages), (Answer::Finished, 2));
    let next = replying.facts().next().expect("the stop is behind it");
    assert_eq!((next.close_reason, next.control), (Some(CloseReason::OptOut), Some(Control::Stop)));
    assert_eq!((next.opened_at, next.due_at), (at(132), at(132)));

    let dead: Vec<_> = replying.dead().collect();
    let requeue = Transition::Requeue { batch: dead[0], fresh: dead[1] };
    requeue.apply(&mut replying, &Sender::default(), at(134)).expect("it is dead");
    let revived = replying.facts().last().expect("it is in the line again");
    assert_eq!((revived.messages, revived.bytes, revived.muted), (3, 9, true));
    assert_eq!((revived.close_reason, revived.control), (Some(CloseReason::Urgent), Some(Control::Help)));

    let mut waiting: Lane = both(&REPLYING.replace("leased", "waiting"));
    assert_eq!(waiting.facts().next().expect("it has a batch").state, BatchState::Retrying);
    let claimed = waiting.claim(at(160), Duration::from_secs(30)).expect("it is due again");
    let parts: Vec<_> = claimed.facts.reply.iter().map(|part| part.text.as_str()).collect();
    assert_eq!(parts, ["See you", "then"]);
    assert_eq!(
        claimed.facts.reply[1].receipt.as_ref().and_then(|receipt| receipt.id.as_deref()),
        Some("SM1")
    );
}

#[test]
fn senders_are_read() {
    assert_eq!(read::<Sender>("{}"), Sender::default());
    let out: Sender = both(concat!(
        r#"{"opted_out":true,"cause":"keyword","changed_at":1767225600000,"stopped_at":1767225601000,"#,
        r#""started_at":1767225599000}"#,
    ));
    assert_eq!((out.is_opted_out(), out.changed_at()), (true, Some(at(0))));
    assert_eq!(out.cause(), Some(OptOutCause::Keyword));
    for cause in ["keyword", "button", "inferred", "gateway", "operator"] {
        both::<OptOutCause>(&format!("\"{cause}\""));
    }
}

#[test]
fn every_word_is_read() {
    let lane = |from: &str, to: &str| {
        assert_eq!(REPLYING.matches(from).count(), 1, "{from}");
        both::<Lane>(&REPLYING.replace(from, to))
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
        "abandoned",
        "no_own_words",
    ] {
        both::<NoReply>(&format!("\"{why}\""));
    }
    for state in ["open", "closed", "claimed", "retrying"] {
        both::<BatchState>(&format!("\"{state}\""));
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
    let Outcome::Replied(receipts) = both(r#"{"replied":[{"id":"SM1"},{"id":null}]}"#) else {
        panic!("it was answered")
    };
    assert_eq!(receipts[0].id.as_deref(), Some("SM1"));
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
