use super::kit::*;
use crate::Message;
use crate::lane::{Accepted, CloseReason, Control, Entry, MAX_LINE, ReplyRefusal, ReplyTerms};
use crate::message::SmsMessage;
use crate::optout::OptOutCause;
use crate::store::{Appended, Arrival, Filter, Refusal, Status};
use crate::testing::StoreFixture;
use crate::window::Window;

pub async fn an_arrival_opens_joins_or_queues<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let opened = store.push(at(0), message("a", "1")).await;
    assert_eq!((opened.entry, opened.messages, opened.due_at), (Entry::Opened, 1, at(60)));
    let joined = store.push(at(59), message("a", "2")).await;
    assert_eq!((joined.entry, joined.messages, joined.due_at), (Entry::Joined, 2, at(60)));
    assert_eq!(joined.batch, opened.batch);
    store.claim_one(at(60)).await;
    let queued = store.push(at(61), message("a", "3")).await;
    assert_eq!((queued.entry, queued.messages, queued.due_at), (Entry::Opened, 1, at(121)));
    assert_ne!(queued.batch, opened.batch);
}

pub async fn what_is_accepted_is_there_at_once<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let accepted = store.push(at(0), message("a", "1")).await;
    let (record, batch) = store.whole(accepted.batch).await;
    assert_eq!((record.status, record.messages, record.opened_at), (Status::Open, 1, at(0)));
    assert_eq!((record.key.as_str(), record.due_at), ("a", at(60)));
    assert_eq!(texts(&batch), ["1"]);
}

pub async fn a_message_at_once_is_appended_or_comes_back<F: StoreFixture>(fixture: &F) {
    let (appended, at_once) = (Subject::fresh(fixture).await, Subject::fresh(fixture).await);
    let arrivals = [
        message("a", "opens"),
        with_id("a", "1"),
        with_id("a", "1"),
        with_id("b", "1"),
        control("b", Control::Stop),
        single("c", "due at once"),
    ];
    for arrival in arrivals {
        let before = at_once.snapshot(at(1)).await;
        match at_once.0.append_at_once(at(1), arrival.clone()) {
            Ok(one) => {
                let report = appended.append(at(1), vec![arrival]).await;
                assert_eq!(outline(&report.results[0]), outline(&one.result));
                assert_eq!((report.wake_at, report.ids_forgotten), (one.wake_at, one.ids_forgotten));
                assert_eq!(appended.counts(at(1)).await, at_once.counts(at(1)).await);
            }
            Err(back) => {
                assert_eq!((&back.key, &back.message), (&arrival.key, &arrival.message));
                assert_eq!((back.window, back.keyword), (arrival.window, arrival.keyword));
                assert_eq!(at_once.snapshot(at(1)).await, before, "what came back was not appended");
            }
        }
    }
}

/// What two stores must agree on: batches have other ids in each.
fn outline(appended: &Appended) -> String {
    match appended {
        Appended::Accepted(Accepted { entry, messages, due_at, control, opted_out, .. }) => {
            format!("{entry:?} {messages} {due_at} {control:?} {opted_out:?}")
        }
        other => format!("{other:?}"),
    }
}

pub async fn an_empty_append_does_nothing<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let report = store.append(at(0), Vec::new()).await;
    assert_eq!((report.wake_at, report.ids_forgotten), (None, 0));
    assert_eq!(store.counts(at(0)).await, crate::store::Counts::default());
}

pub async fn a_known_id_is_a_duplicate_and_changes_nothing<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let report = store.append(at(0), vec![with_id("a", "1"), with_id("a", "1"), with_id("a", "2")]).await;
    assert!(matches!(report.results[0], Appended::Accepted(_)));
    assert_eq!(report.results[1], Appended::Duplicate, "within one append");
    assert!(matches!(report.results[2], Appended::Accepted(_)));
    let assert_duplicate = async |now, when: &str| {
        let before = store.snapshot(now).await;
        let report = store.append(now, vec![with_id("a", "1")]).await;
        assert_eq!(report.results, [Appended::Duplicate], "{when}");
        assert_eq!(report.wake_at, None, "no lane was touched");
        assert_eq!(store.snapshot(now).await, before, "{when}");
    };
    assert_duplicate(at(1), "while the batch is open").await;
    let claim = store.claim_one(at(60)).await;
    assert_duplicate(at(61), "while the batch is in flight").await;
    store.finish(at(62), &claim).await;
    assert_duplicate(at(63), "after the batch has finished").await;
    store.maintain(at(63) + 47 * HOUR, 1_000).await;
    assert_duplicate(at(63) + 47 * HOUR, "47 hours later").await;
}

pub async fn an_id_is_known_even_if_the_message_differs<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.push(at(0), with_id("a", "1")).await;
    let edited = arrival("a", SmsMessage::new("another text").with_id("1"));
    assert_eq!(store.offer(at(1), edited).await, Appended::Duplicate);
}

pub async fn the_id_of_a_dead_or_cancelled_batch_stays_known<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.push(at(0), with_id("dead", "1")).await;
    store.push(at(0), with_id("cancelled", "1")).await;
    store.cancel(at(1), "cancelled").await;
    let claim = store.claim_one(at(60)).await;
    store.bury(at(60), &claim, false).await;
    for key in ["dead", "cancelled"] {
        assert_eq!(store.offer(at(61), with_id(key, "1")).await, Appended::Duplicate, "{key}");
    }
}

pub async fn ids_are_scoped_to_their_key<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    // Pairs that a joined text or a lenient comparison would confuse.
    let odd =
        [("a", "1"), ("b", "1"), ("a", "11"), ("a1", "1"), ("A", "1"), ("a ", "1"), ("a", "1 "), ("", "a1")];
    let many: Vec<String> = (0..500).map(|n| format!("key {n}")).collect();
    let pairs = || odd.into_iter().chain(many.iter().map(|key| (key.as_str(), "1")));
    for (key, id) in pairs() {
        store.push(at(0), with_id(key, id)).await;
    }
    for (key, id) in pairs() {
        assert_eq!(store.offer(at(1), with_id(key, id)).await, Appended::Duplicate, "{key:?} {id:?}");
    }
}

pub async fn without_an_id_nothing_is_a_duplicate<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.append(at(0), vec![message("a", "same"), message("a", "same")]).await;
    assert_eq!(store.push(at(0), message("a", "same")).await.messages, 3);
    assert_eq!(texts(&store.claim_one(at(60)).await.batch), ["same", "same", "same"]);
}

/// Fills the line of `key` with batches of one message each.
async fn fill_line<S: crate::store::Store<TestKey, SmsMessage>>(store: &Subject<S>, key: &str) {
    let arrivals = (0..MAX_LINE).map(|n| single(key, &n.to_string())).collect();
    let report = store.append(at(0), arrivals).await;
    assert!(report.results.iter().all(|result| matches!(result, Appended::Accepted(_))));
}

pub async fn a_full_line_refuses_and_has_room_again<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    fill_line(&store, "a").await;
    let before = store.snapshot(at(1)).await;
    let refused = Appended::Refused(Refusal::Line);
    assert_eq!(store.offer(at(1), with_id("a", "1")).await, refused);
    assert_eq!(store.snapshot(at(1)).await, before, "a refused message changes nothing");
    for n in 0..3 {
        let claim = store.claim_one(at(2)).await;
        assert_eq!(texts(&claim.batch), [n.to_string()], "the line is worked off in order");
        store.finish(at(2), &claim).await;
    }
    store.push(at(3), with_id("a", "1")).await;
    assert_eq!(store.offer(at(3), with_id("a", "1")).await, Appended::Duplicate, "now its id is known");
}

pub async fn a_refused_message_is_refused_alone<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    fill_line(&store, "full").await;
    let arrivals = vec![message("b", "1"), message("full", "2"), message("c", "3"), message("b", "4")];
    let report = store.append(at(1), arrivals).await;
    let accepted: Vec<bool> =
        report.results.iter().map(|result| matches!(result, Appended::Accepted(_))).collect();
    assert_eq!(accepted, [true, false, true, true]);
    assert_eq!(report.results[1], Appended::Refused(Refusal::Line));
    assert_eq!(store.counts(at(1)).await.messages_buffered, MAX_LINE as u64 + 3);
}

pub async fn results_are_in_the_order_of_the_arrivals<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let key = |n: usize| format!("key {}", n * 7 % 30);
    let mut arrivals: Vec<_> = (0..90).map(|n| with_id(&key(n), &n.to_string())).collect();
    arrivals.push(with_id(&key(0), "0"));
    let report = store.append(at(0), arrivals).await;
    for (n, result) in report.results[..90].iter().enumerate() {
        let Appended::Accepted(accepted) = result else { panic!("{n}: {result:?}") };
        assert_eq!(store.record(accepted.batch).await.key.as_str(), key(n));
        assert_eq!(accepted.entry, if n < 30 { Entry::Opened } else { Entry::Joined });
        assert_eq!(accepted.messages as usize, n / 30 + 1);
    }
    assert_eq!(report.results[90], Appended::Duplicate);
}

pub async fn messages_of_one_key_are_applied_in_order<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let pair = |text: &str| within(Window::default().with_max_messages(2), message("a", text));
    let arrivals = ["1", "2", "3", "4", "5"].map(pair).into_iter().flat_map(|pair| [pair, message("b", "x")]);
    store.append(at(0), arrivals.collect()).await;
    let mut seen = Vec::new();
    for now in [at(0), at(0), at(60)] {
        let mut claims = store.claim_all(now).await;
        claims.retain(|claim| claim.batch.key.as_str() == "a");
        assert_eq!(claims.len(), 1);
        seen.push(texts(&claims[0].batch).join(" "));
        store.finish(now, &claims[0]).await;
    }
    assert_eq!(seen, ["1 2", "3 4", "5"]);
}

pub async fn the_earliest_wake_is_returned<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let after = |key: &str, seconds| within(Window::fixed(SECOND * seconds), message(key, "text"));
    store.append(at(0), vec![after("elsewhere", 1)]).await;
    let report = store.append(at(0), vec![after("a", 50), after("b", 20), after("c", 90)]).await;
    assert_eq!(report.wake_at, Some(at(20)), "of the lanes that were touched");
    let report = store.append(at(10), vec![after("c", 50), after("a", 90)]).await;
    assert_eq!(
        report.wake_at,
        Some(at(50)),
        "a shorter window brings the batch forward, a longer one does not move it"
    );
}

pub async fn caps_count_messages_and_bytes<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let capped = |key: &str, window: Window| within(window, message(key, "ñññ"));
    let by_count = Window::default().with_max_messages(2);
    let by_bytes = Window::default().with_max_bytes(12);
    for (key, window, reason) in
        [("a", by_count, CloseReason::MessageCap), ("b", by_bytes, CloseReason::ByteCap)]
    {
        store.push(at(0), capped(key, window)).await;
        store.assert_nothing_due(at(1)).await;
        let last = store.push(at(1), capped(key, window)).await;
        assert_eq!(last.due_at, at(1), "{reason:?}");
        let claim = store.claim_one(at(1)).await;
        assert_eq!((claim.batch.close_reason, claim.batch.messages.len()), (reason, 2));
        assert_eq!(store.push(at(1), capped(key, window)).await.entry, Entry::Opened, "{reason:?}");
    }
}

pub async fn messages_are_ordered_by_time_then_part_then_arrival<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let sms = |text: &str| SmsMessage::new(text);
    let arrivals = [
        (10, sms("arrived at 10, no time").with_part(7)),
        (11, sms("sent at 5, part 2").with_sent_at(at(5)).with_part(2)),
        (12, sms("sent at 5, part 1").with_sent_at(at(5)).with_part(1)),
        (13, sms("sent at 5, part 1, later").with_sent_at(at(5)).with_part(1)),
        (14, sms("sent at 10, part 6").with_sent_at(at(10)).with_part(6)),
        (15, sms("a time that is not believed").with_sent_at(at(15) - 11 * MINUTE)),
        (16, sms("sent ahead").with_sent_at(at(400))),
    ];
    let mut batch = None;
    for (seconds, message) in arrivals {
        batch = Some(store.push(at(seconds), arrival("a", message)).await.batch);
    }
    let expected = [
        ("sent at 5, part 1", 12),
        ("sent at 5, part 1, later", 13),
        ("sent at 5, part 2", 11),
        ("sent at 10, part 6", 14),
        ("arrived at 10, no time", 10),
        ("a time that is not believed", 15),
        ("sent ahead", 16),
    ];
    let claim = store.claim_one(at(70)).await;
    let (_, whole) = store.whole(batch.expect("messages were pushed")).await;
    for batch in [&*claim.batch, &whole] {
        assert_eq!(texts(batch), expected.map(|(text, _)| text));
        assert_eq!(batch.arrived_at, expected.map(|(_, arrived)| at(arrived)));
    }
}

pub async fn messages_come_back_as_they_went_in<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let messages = [
        SmsMessage::new("plain"),
        SmsMessage::new("everything").with_id("id").with_sent_at(at(3)).with_part(u16::MAX),
        SmsMessage::new("far ahead").with_sent_at(crate::Timestamp::MAX),
        SmsMessage::new("long ago").with_sent_at(crate::Timestamp::MIN),
    ];
    for (seconds, message) in (1..).zip(&messages) {
        store.push(at(seconds), arrival("a", message.clone())).await;
    }
    let claim = store.claim_one(at(61)).await;
    assert_eq!(*claim.batch.messages, [0, 2, 1, 3].map(|n: usize| messages[n].clone()));
}

pub async fn any_text_key_and_id_come_back_unchanged<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let odd = |text: &str| arrival(text, SmsMessage::new(text).with_id(text));
    let report = store.append(at(0), ODD_TEXTS.iter().copied().map(odd).collect()).await;
    for (text, result) in ODD_TEXTS.iter().zip(report.results) {
        let Appended::Accepted(accepted) = result else { panic!("{text:?}: {result:?}") };
        assert_eq!(accepted.entry, Entry::Opened, "{text:?} is a key of its own");
        let (record, batch) = store.whole(accepted.batch).await;
        assert_eq!((record.key.as_str(), batch.key.as_str(), texts(&batch)[0]), (*text, *text, *text));
        assert_eq!(batch.messages[0].id(), Some(*text));
        assert_eq!(store.offer(at(1), odd(text)).await, Appended::Duplicate, "{text:?}");
    }
    let claims = store.claim_all(at(60)).await;
    let mut found: Vec<&str> = claims.iter().map(|claim| claim.batch.key.as_str()).collect();
    found.sort_unstable();
    let mut expected = ODD_TEXTS.to_vec();
    expected.sort_unstable();
    assert_eq!(found, expected);
    for claim in &claims {
        assert_eq!(texts(&claim.batch), [claim.batch.key.as_str()]);
        store.finish(at(61), claim).await;
    }
}

pub async fn keys_are_the_same_only_if_their_texts_are_equal<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let keys =
        ["a", "A", "a ", " a", "\u{e9}", "e\u{301}", "e", "ß", "ss", "1", "01", "1.0", "+1", "a\0", "ａ"];
    for key in keys {
        assert_eq!(store.push(at(0), message(key, key)).await.entry, Entry::Opened, "{key:?}");
    }
    assert_eq!(store.counts(at(0)).await.keys, keys.len() as u64);
    for key in keys {
        assert_eq!(store.push(at(1), message(key, key)).await.messages, 2, "{key:?}");
    }
}

pub async fn a_text_of_64_kib_comes_back_unchanged<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let text = "0123456789abcde\0".repeat(4_096);
    store.push(at(0), message("a", &text)).await;
    assert_eq!(texts(&store.claim_one(at(60)).await.batch), [text]);
}

pub async fn time_does_not_run_backwards_for_a_key<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let sliding = |text: &str| within(Window::sliding(SECOND * 10, MINUTE), message("a", text));
    store.push(at(105), sliding("1")).await;
    let joined = store.push(at(100), sliding("2")).await;
    assert_eq!(joined.due_at, at(115), "as if it had come at 105");
    let claim = store.claim_one(at(115)).await;
    assert_eq!(texts(&claim.batch), ["1", "2"]);
    assert_eq!(claim.batch.arrived_at, [at(105), at(105)]);
    let too_long = ReplyTerms { send_timeout: LEASE + SECOND, ..TERMS };
    let refused = store.begin_reply(at(100), &claim, "reply", &too_long).await;
    assert_eq!(refused, Err(ReplyRefusal::LeaseTooShort), "30 s are left, not 45");
    let renewed = store.0.renew(at(100), &claim.batch.key, claim.fence(), LEASE).await;
    assert_eq!(renewed.expect("renew"), at(145));
    store.finish(at(100), &claim).await;
    assert_eq!(store.record(claim.batch.id).await.ended_at, Some(at(115)));
}

pub async fn a_duplicate_keyword_is_not_applied_again<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let keyword = Some((Control::Stop.into(), OptOutCause::Keyword));
    let stop = || Arrival { keyword, ..with_id("a", "stop") };
    store.push(at(0), stop()).await;
    store.opt_out(at(1), "a", false).await;
    let before = store.snapshot(at(2)).await;
    assert_eq!(store.offer(at(2), stop()).await, Appended::Duplicate);
    assert_eq!(store.snapshot(at(2)).await, before);
    let claim = store.claim_one(at(2)).await;
    store.finish(at(2), &claim).await;
    let claim = store.push_and_claim(at(3), "a").await;
    assert_eq!(store.begin_reply(at(3), &claim, "reply", &TERMS).await, Ok(()), "still opted in");
}

pub async fn many_keys_are_kept_apart<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let key = |n: usize| format!("+1555{n:07}");
    for round in 0..2 {
        let arrivals = (0..2_000).map(|n| message(&key(n), &format!("{n} {round}"))).collect();
        store.append(at(round), arrivals).await;
    }
    let counts = store.counts(at(1)).await;
    assert_eq!((counts.keys, counts.open, counts.messages_buffered), (2_000, 2_000, 4_000));
    let mut seen = std::collections::BTreeSet::new();
    loop {
        let claims = store.claim(at(60), 97).await;
        if claims.is_empty() {
            break;
        }
        for claim in claims {
            let n: usize = claim.batch.key[5..].parse().expect("the key ends with its number");
            assert_eq!(texts(&claim.batch), [format!("{n} 0"), format!("{n} 1")]);
            assert!(seen.insert(n), "{n} was claimed twice");
            store.finish(at(60), &claim).await;
        }
    }
    assert_eq!(seen.len(), 2_000);
    assert!(store.ids(&Filter::newest(10).with_status(Status::Open)).await.is_empty());
}
