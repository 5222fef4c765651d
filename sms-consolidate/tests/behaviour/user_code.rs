//! Code of the user that panics, and settings that make no sense.

use std::time::Duration;

use futures::FutureExt;
use sms_consolidate::store::Status;
use sms_consolidate::{
    BuildError, Classification, Consolidator, InFlight, Label, Message, Timestamp, Window,
};

use crate::common::{ANA, BEN, Rig, fake_clock, key, secs};

#[tokio::test]
async fn a_panic_says_nothing_of_the_text_that_caused_it() {
    let mut rig = Rig::new(|b| {
        b.classify_fn(|messages, _| {
            let _ = messages[0].text()[..1].len();
            async { Ok(Classification::new(Label::AGREE, "Careless")) }
        })
    });
    rig.text(ANA, "\u{e9} my PIN is 4711").await;
    rig.at(secs(300)).await;
    let record = rig.only_record().await;
    assert_eq!(record.status, Status::Dead);
    assert!(!format!("{record:?} {:?}", rig.events()).contains("4711"));
}

#[tokio::test]
async fn a_condition_that_panics_costs_attempts_and_not_the_worker() {
    let rig = Rig::new(|b| b.reply_if(|to| if *to == key(ANA) { panic!("no such customer") } else { true }));
    rig.text(ANA, "Yes").await;
    rig.text(BEN, "Yes").await;
    rig.at(secs(60)).await;
    assert_eq!(rig.service.stats().await.unwrap().totals.retries, 1);
    assert_eq!(rig.replies_to(BEN).len(), 1);
    rig.at(secs(300)).await;
    assert_eq!(rig.service.stats().await.unwrap().totals.dead, 1);
    assert_eq!(rig.calls().len(), 2, "each batch is classified once");
}

#[derive(Clone)]
struct Booby;

impl Message for Booby {
    fn text(&self) -> &str {
        "Yes"
    }

    fn sent_at(&self) -> Option<Timestamp> {
        panic!("no time for this")
    }
}

#[tokio::test]
async fn a_message_that_panics_is_never_accepted() {
    let service = Consolidator::builder()
        .clock(fake_clock())
        .classify_fn(|_, _| async { Ok(Classification::new(Label::AGREE, "Never")) })
        .replies(sms_consolidate::ReplyTemplates::off())
        .build()
        .unwrap();
    let pushed = std::panic::AssertUnwindSafe(service.push("a".to_owned(), Booby)).catch_unwind().await;
    assert!(pushed.is_err());
    assert_eq!(service.stats().await.unwrap().counts.keys, 0);
    service.shutdown(secs(1)).await.unwrap();
}

#[tokio::test]
async fn settings_beyond_all_bounds_are_refused_or_harmless() {
    let check = |send_timeout: Duration, lease: Duration| {
        let built = Rig::builder().send_timeout(send_timeout).lease(lease).build();
        assert_eq!(built.err(), Some(BuildError::LeaseTooShort { lease, send_timeout }));
    };
    check(Duration::from_millis(1), Duration::from_millis(2));
    check(Duration::MAX, secs(60));
    check(secs(20), secs(39));
    let rig = Rig::new(|b| b.window(Window::fixed(Duration::MAX)).in_flight(InFlight::Supersede));
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    assert_eq!(rig.only_record().await.status, Status::Open);
}
