//! Redelivered messages.

use sms_consolidate::{Event, MemoryStore, Pushed, SmsMessage};

use crate::common::{ANA, BEN, HOUR, Rig, key, secs};
use crate::log::Log;

fn with_guid(guid: &str) -> SmsMessage {
    SmsMessage::new("Yes").with_id(guid)
}

#[tokio::test]
async fn the_same_guid_twice_is_skipped_counted_and_logged() {
    let log = Log::capture();
    let mut rig = Rig::new(|b| b);
    assert!(!rig.try_push(ANA, with_guid("guid-1")).await.unwrap().is_duplicate());
    assert_eq!(rig.try_push(ANA, with_guid("guid-1")).await.unwrap(), Pushed::Duplicate);
    assert_eq!(rig.try_push(ANA, with_guid("guid-1")).await.unwrap().batch(), None);
    rig.at(secs(60)).await;
    assert_eq!(rig.calls(), [["Yes"]]);
    let totals = rig.service.stats().await.unwrap().totals;
    assert_eq!((totals.accepted, totals.duplicates), (1, 2));
    let is_duplicate =
        |event: &Event<_>| matches!(event, Event::Duplicate { id, .. } if id.as_deref() == Some("guid-1"));
    assert_eq!(rig.events().iter().filter(|event| is_duplicate(event)).count(), 2);
    let lines = log.lines("DUPLICATE IGNORED");
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0].field("guid"), "guid-1");
    assert_eq!(lines[0].field("from"), "+63912•••6789");
}

#[tokio::test]
async fn a_guid_is_known_while_its_batch_is_in_flight_and_after_it_finished() {
    let rig = Rig::new(|b| b);
    for now in [0, 59, 61, 3_600] {
        rig.at(secs(now)).await;
        let pushed = rig.try_push(ANA, with_guid("guid-1")).await.unwrap();
        assert_eq!(pushed.is_duplicate(), now > 0, "at {now} s");
    }
    rig.at(HOUR * 2).await;
    assert_eq!(rig.calls().len(), 1);
}

#[tokio::test]
async fn a_guid_is_known_for_48_hours() {
    let rig = Rig::new(|b| b);
    rig.try_push(ANA, with_guid("guid-1")).await.unwrap();
    rig.at(HOUR * 48 - secs(1)).await;
    assert!(rig.try_push(ANA, with_guid("guid-1")).await.unwrap().is_duplicate());
}

#[tokio::test]
async fn guids_are_scoped_to_their_key_and_texts_without_one_are_never_duplicates() {
    let rig = Rig::new(|b| b);
    assert!(!rig.try_push(ANA, with_guid("guid-1")).await.unwrap().is_duplicate());
    assert!(!rig.try_push(BEN, with_guid("guid-1")).await.unwrap().is_duplicate());
    for _ in 0..2 {
        assert!(!rig.text(ANA, "Yes").await.is_duplicate());
    }
    rig.at(secs(60)).await;
    let mut sizes: Vec<usize> = rig.calls().iter().map(Vec::len).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [1, 3]);
}

#[tokio::test]
async fn a_guid_that_came_twice_in_one_list_is_taken_once() {
    let rig = Rig::new(|b| b);
    let messages = vec![(key(ANA), with_guid("a")), (key(ANA), with_guid("a")), (key(ANA), with_guid("b"))];
    let results = rig.service.push_many(messages).await;
    let duplicates: Vec<bool> = results.into_iter().map(|result| result.unwrap().is_duplicate()).collect();
    assert_eq!(duplicates, [false, true, false]);
}

#[tokio::test]
async fn ids_forgotten_for_want_of_room_are_reported() {
    let mut rig = Rig::new(|b| b.store(MemoryStore::builder().max_ids(128).build()));
    for n in 0..1_000 {
        rig.try_push(ANA, with_guid(&n.to_string())).await.unwrap();
    }
    let forgotten = |event| match event {
        Event::IdsForgotten { count, .. } => count,
        _ => 0,
    };
    let reported: u64 = rig.events().into_iter().map(forgotten).sum();
    assert!(reported >= 1_000 - 128 - 64, "{reported}");
    assert_eq!(rig.service.stats().await.unwrap().totals.ids_forgotten, reported);
}
