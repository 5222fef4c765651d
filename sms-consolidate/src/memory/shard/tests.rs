use std::hash::RandomState;
use std::num::NonZeroU32;

use super::super::room::Limit;
use super::super::senders::Senders;
use super::*;
use crate::lane::{Answer, Fence, ReplyPart, ReplyTerms, Transition};
use crate::message::OptOutScope;
use crate::outcome::{Finish, Outcome};
use crate::window::Window;

const LEASE: Duration = Duration::from_secs(30);

fn shard() -> Shard<String, String> {
    let room = || Room::new(&Arc::new(Limit::new(1_000_000)));
    Shard::new(Parts {
        hasher: Hasher::Repeatable(1),
        ids: Ids::new(RandomState::new(), Duration::from_secs(60), 100),
        batch_ids: BatchIds::with_seed(1),
        keep_finished: 0,
        room_for_keys: room(),
        room_for_messages: room(),
    })
}

fn push(shard: &mut Shard<String, String>, now: Timestamp, text: &str) {
    let arrival = Arrival::new("key".to_owned(), text.to_owned(), Window::immediate().with_max_messages(1));
    let hash = shard.hasher.hash_one(&arrival.key);
    let known = shard.find(hash, &arrival.key);
    let one = shard.append(known, now, hash, arrival, &Senders::new(0));
    assert!(matches!(one.result, Appended::Accepted(_)), "{one:?}");
}

fn claim(shard: &mut Shard<String, String>, now: Timestamp) -> Claim<String, String> {
    let mut claims = Vec::new();
    shard.claim(now, 1, LEASE, &mut claims);
    claims.pop().expect("a batch is due")
}

fn change(shard: &mut Shard<String, String>, now: Timestamp, transition: Transition) -> Answer {
    let key = "key".to_owned();
    let hash = shard.hasher.hash_one(&key);
    let changed = shard.change(now, (hash, &key), transition, &Senders::new(0));
    changed.expect("the claim holds").answer
}

fn finish(shard: &mut Shard<String, String>, now: Timestamp, fence: Fence) {
    change(shard, now, Transition::Finish { fence, finish: Finish::new(Outcome::ReplyUnknown) });
}

#[test]
fn what_waits_for_a_key_does_not_grow_with_its_batches() {
    let mut shard = shard();
    let start = Timestamp::default();
    for n in 0..10_000 {
        let now = start + Duration::from_millis(n);
        push(&mut shard, now, "text");
        let fence = claim(&mut shard, now).fence();
        // Replies of the last hour are remembered, so that the idle key is not dropped.
        if n < 10 {
            let max_replies_per_hour = NonZeroU32::new(100);
            let reply = Some(ReplyTerms {
                parts: vec![ReplyPart::new("reply")],
                control: None,
                send_timeout: LEASE / 2,
                max_replies_per_hour,
                opt_out_scope: OptOutScope::Conversation,
            });
            let answer = change(&mut shard, now, Transition::Record { fence, classification: None, reply });
            assert!(matches!(answer, Answer::Recorded(recorded) if recorded.reply == Ok(())));
        }
        finish(&mut shard, now, fence);
        assert_eq!((shard.entries.len(), shard.idle.len()), (1, 1));
    }
    let mut maintained = Maintained::default();
    shard.maintain(start + Duration::from_secs(2 * 60 * 60), 64, &mut maintained);
    assert_eq!((maintained.lanes_pruned, maintained.more), (1, false));
    assert_eq!((shard.entries.len(), shard.idle.len(), shard.index.len()), (0, 0, 0));
    assert_eq!(shard.next_wake(), None);
}

#[test]
fn a_long_line_is_claimed_in_order() {
    let mut shard = shard();
    let start = Timestamp::default();
    (0..900).for_each(|n| push(&mut shard, start, &n.to_string()));
    for n in 0..450 {
        let claimed = claim(&mut shard, start);
        assert_eq!(*claimed.batch.messages, [n.to_string()]);
        finish(&mut shard, start, claimed.fence());
    }
    let mut rest = Vec::new();
    shard.hand_back(&mut rest);
    let texts: Vec<String> = rest.into_iter().flat_map(|batch| batch.messages.to_vec()).collect();
    assert_eq!(texts, (450..900).map(|n| n.to_string()).collect::<Vec<_>>());
    assert_eq!(shard.entries.len(), 0);
}
