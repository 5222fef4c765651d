use std::hash::RandomState;
use std::num::NonZeroU32;

use super::super::room::Limit;
use super::*;
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
        room_for_opt_outs: room(),
    })
}

fn push(shard: &mut Shard<String, String>, now: Timestamp, text: &str) {
    let arrival = Arrival::new("key".to_owned(), text.to_owned(), Window::immediate().with_max_messages(1));
    let hash = shard.hasher.hash_one(&arrival.key);
    let one = shard.append(now, hash, arrival);
    assert!(matches!(one.result, Appended::Accepted(_)), "{one:?}");
}

fn claim(shard: &mut Shard<String, String>, now: Timestamp) -> Claim<String, String> {
    let mut claims = Vec::new();
    shard.claim(now, 1, LEASE, &mut claims);
    claims.pop().expect("a batch is due")
}

fn finish(shard: &mut Shard<String, String>, now: Timestamp, fence: Fence) {
    let key = "key".to_owned();
    let hash = shard.hasher.hash_one(&key);
    shard.finish(now, (hash, &key), fence, &Finish::new(Outcome::ReplyUnknown)).expect("it was claimed");
}

#[test]
fn what_waits_for_a_key_does_not_grow_with_its_batches() {
    let mut shard = shard();
    let start = Timestamp::default();
    let key = "key".to_owned();
    let hash = shard.hasher.hash_one(&key);
    for n in 0..10_000 {
        let now = start + Duration::from_millis(n);
        push(&mut shard, now, "text");
        let fence = claim(&mut shard, now).fence();
        // Replies of the last hour are remembered, so that the idle key is not dropped.
        if n < 10 {
            let max_replies_per_hour = NonZeroU32::new(100);
            let terms = ReplyTerms { control: None, send_timeout: LEASE / 2, max_replies_per_hour };
            shard.begin_reply(now, (hash, &key), fence, "reply", &terms).expect("it may leave");
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
