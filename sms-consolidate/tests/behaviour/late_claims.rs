//! Claims that the store is still being asked for when the service shuts down: they are waited for, and nothing begins
//! after the shutdown has returned. Each with a store that outlives the process and with one that does not.

use sms_consolidate::Event;
use sms_consolidate::store::Status;
use sms_consolidate::testing::{Fault, Operation, ScriptedAnswer};
use sms_consolidate::{Processed, ShutdownReport};
use tokio::task::JoinHandle;

use crate::common::{AGREED, ANA, Rig, secs};
use crate::either_store::EitherStore;
use crate::shutdown::{Report, shut_down, unfinished};

/// Claims are asked for at 60 s, for 120 s each.
struct Claiming {
    rig: Rig,
    store: EitherStore,
    is_durable: bool,
}

impl Claiming {
    /// One text is due, and the driver is asking for it.
    async fn by_the_driver(is_durable: bool, fault: Fault) -> Self {
        let claiming = Self::set_up(is_durable, fault).await;
        claiming.rig.service.start();
        claiming.rig.pause().await;
        claiming
    }

    /// One text is due, and `process_due` is asking for it.
    async fn on_demand(is_durable: bool, fault: Fault) -> (Self, JoinHandle<Processed>) {
        let claiming = Self::set_up(is_durable, fault).await;
        let service = claiming.rig.service.clone();
        let call = tokio::spawn(async move { service.process_due(5, secs(50)).await.unwrap() });
        claiming.rig.pause().await;
        (claiming, call)
    }

    async fn set_up(is_durable: bool, fault: Fault) -> Self {
        let store = EitherStore::new(is_durable);
        let rig = Rig::without_driver(|b| b.store(store.clone()).lease(secs(120)));
        rig.text(ANA, "Yes").await;
        rig.at(secs(60)).await;
        store.faulty.fail(Operation::Claim, fault, 1);
        Self { rig, store, is_durable }
    }

    /// The store answers.
    async fn let_go(&self) {
        self.store.faulty.let_go();
        self.rig.pause().await;
    }

    /// The batch is left, and in the report.
    fn check_report(&self, report: &Report) {
        let (left, kept): (&[&str], _) = if self.is_durable { (&[], 1) } else { (&["Yes"], 0) };
        assert_eq!(
            (report.finished, unfinished(report), report.kept),
            (0, left.iter().map(|text| (*text).to_owned()).collect(), kept)
        );
    }

    /// A durable store has the batch back without waiting for a lease to end, and the attempt does not count.
    async fn check_given_back(&self) {
        if self.is_durable {
            let record = self.rig.only_record().await;
            assert_eq!((record.status, record.attempts), (Status::Retrying, 0), "{record:?}");
        } else {
            assert_eq!(self.rig.records().await.len(), 0, "the caller has it");
        }
    }

    /// No job has begun, and none begins by itself.
    async fn check_nothing_began(&mut self) {
        self.rig.at(secs(600)).await;
        let events = self.rig.events();
        assert!(!events.iter().any(|event| matches!(event, Event::Claimed { .. })), "{events:?}");
        assert_eq!((self.rig.calls().len(), self.rig.sender.asked().len()), (0, 0));
    }
}

const FAULTS: [Fault; 2] = [Fault::HeldBefore, Fault::HeldAfter];

/// Runs `check` for both kinds of store, and for claims that leased the batch before the shutdown and after it.
async fn in_each_case(check: impl AsyncFn(bool, Fault)) {
    for is_durable in [true, false] {
        for fault in FAULTS {
            check(is_durable, fault).await;
        }
    }
}

#[tokio::test]
async fn a_claim_of_process_due_that_is_answered_in_time_is_begun_and_waited_for() {
    in_each_case(async |is_durable, fault| {
        let (claiming, call) = Claiming::on_demand(is_durable, fault).await;
        let service = claiming.rig.service.clone();
        let shutdown = tokio::spawn(async move { service.shutdown(secs(10)).await.unwrap() });
        claiming.rig.at(secs(65)).await;
        assert!(!shutdown.is_finished());
        claiming.let_go().await;
        let report = shutdown.await.unwrap();
        assert_eq!((report.finished, report.unfinished.len(), report.kept), (1, 0, 0));
        assert_eq!(call.await.unwrap().processed, 1);
        assert_eq!(claiming.rig.replies_to(ANA), [AGREED]);
    })
    .await;
}

#[tokio::test]
async fn a_claim_of_process_due_that_is_answered_too_late_is_given_back() {
    in_each_case(async |is_durable, fault| {
        let (mut claiming, call) = Claiming::on_demand(is_durable, fault).await;
        let (report, took) = shut_down(&claiming.rig, secs(10)).await;
        assert_eq!(took, secs(11), "it is waited for as long as the driver is");
        claiming.check_report(&report);
        claiming.let_go().await;
        assert_eq!(call.await.unwrap(), Processed::default());
        claiming.check_given_back().await;
        claiming.check_nothing_began().await;
    })
    .await;
}

#[tokio::test]
async fn a_claim_of_the_driver_that_is_answered_too_late_is_given_back() {
    in_each_case(async |is_durable, fault| {
        let mut claiming = Claiming::by_the_driver(is_durable, fault).await;
        let (report, took) = shut_down(&claiming.rig, secs(10)).await;
        assert_eq!(took, secs(11));
        claiming.check_report(&report);
        claiming.let_go().await;
        claiming.check_given_back().await;
        claiming.check_nothing_began().await;
    })
    .await;
}

/// Drops a shutdown that waits for the driver.
async fn shut_down_and_drop(rig: &Rig) {
    let service = rig.service.clone();
    let first = tokio::spawn(async move { service.shutdown(secs(10)).await });
    rig.pause().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
}

#[tokio::test]
async fn a_shutdown_after_a_dropped_one_waits_for_the_driver_too() {
    in_each_case(async |is_durable, fault| {
        let claiming = Claiming::by_the_driver(is_durable, fault).await;
        shut_down_and_drop(&claiming.rig).await;
        let service = claiming.rig.service.clone();
        let second = tokio::spawn(async move { service.shutdown(secs(10)).await.unwrap() });
        claiming.rig.at(secs(65)).await;
        assert!(!second.is_finished());
        claiming.let_go().await;
        assert_eq!(second.await.unwrap().finished, 1);
        assert_eq!(claiming.rig.replies_to(ANA), [AGREED]);
    })
    .await;
}

#[tokio::test]
async fn after_a_dropped_shutdown_and_a_second_one_a_late_claim_is_given_back() {
    in_each_case(async |is_durable, fault| {
        let mut claiming = Claiming::by_the_driver(is_durable, fault).await;
        shut_down_and_drop(&claiming.rig).await;
        let (report, took) = shut_down(&claiming.rig, secs(10)).await;
        assert_eq!(took, secs(11));
        claiming.check_report(&report);
        claiming.let_go().await;
        claiming.check_given_back().await;
        claiming.check_nothing_began().await;
    })
    .await;
}

#[tokio::test]
async fn what_another_shutdown_claims_is_not_begun_either() {
    for fault in FAULTS {
        let mut claiming = Claiming::set_up(false, fault).await;
        let service = claiming.rig.service.clone();
        let slow = tokio::spawn(async move { service.shutdown(secs(100)).await.unwrap() });
        claiming.rig.pause().await;
        let (quick, took) = shut_down(&claiming.rig, secs(0)).await;
        assert_eq!(took, secs(0));
        claiming.check_report(&quick);
        claiming.let_go().await;
        assert_eq!(slow.await.unwrap().unfinished.len(), 0, "not handed back twice");
        claiming.check_nothing_began().await;
    }
}

#[tokio::test]
async fn nothing_begins_after_a_shutdown_that_failed_and_another_one_hands_back_what_is_left() {
    for fault in FAULTS {
        let (mut claiming, _call) = Claiming::on_demand(false, fault).await;
        claiming.store.faulty.fail(Operation::FlushAll, Fault::Before, 1);
        let service = claiming.rig.service.clone();
        let failing = tokio::spawn(async move { service.shutdown(secs(10)).await });
        claiming.rig.at(secs(75)).await;
        assert!(failing.await.unwrap().is_err());
        claiming.let_go().await;
        let (report, _) = shut_down(&claiming.rig, secs(10)).await;
        claiming.check_report(&report);
        claiming.check_nothing_began().await;
    }
}

#[tokio::test]
async fn a_shutdown_that_fails_lets_jobs_use_their_time_and_then_interrupts_them() {
    let store = EitherStore::new(false);
    let rig = Rig::new(|b| b.store(store.clone()).classify_timeout(secs(300)));
    rig.classifier.then([ScriptedAnswer::Hang]);
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    store.faulty.fail(Operation::FlushAll, Fault::Before, 1);
    let service = rig.service.clone();
    let failing = tokio::spawn(async move { service.shutdown(secs(10)).await });
    rig.at(secs(69)).await;
    assert!(!failing.is_finished());
    rig.at(secs(70)).await;
    assert!(failing.await.unwrap().is_err());
    assert_eq!(rig.count(Status::Retrying).await, 1);
    let ShutdownReport { unfinished, .. } = rig.service.shutdown(secs(0)).await.unwrap();
    assert_eq!(unfinished.len(), 1);
}

#[tokio::test]
async fn giving_back_takes_a_second_at_the_longest() {
    let (claiming, call) = Claiming::on_demand(true, Fault::HeldAfter).await;
    shut_down(&claiming.rig, secs(10)).await;
    claiming.store.faulty.fail(Operation::Retry, Fault::HeldBefore, 1);
    claiming.let_go().await;
    assert!(!call.is_finished());
    claiming.rig.at(claiming.rig.now() + secs(1)).await;
    assert!(call.is_finished());
    assert_eq!(claiming.rig.only_record().await.status, Status::Claimed);
}

#[tokio::test]
async fn a_driver_that_gets_no_answer_maintains_nothing_more_and_is_dropped_when_a_lease_would_have_ended() {
    let claiming = Claiming::by_the_driver(true, Fault::HeldBefore).await;
    shut_down(&claiming.rig, secs(10)).await;
    claiming.store.faulty.fail(Operation::Maintain, Fault::Before, 1);
    claiming.rig.at(secs(60 + 11 + 120)).await;
    assert_eq!(claiming.store.faulty.heal(Operation::Maintain), 1, "the store was not asked");
    claiming.let_go().await;
    assert_eq!(claiming.rig.count(Status::Retrying).await, 0, "nobody claims it any more");
    assert_eq!(claiming.rig.service.process_due(5, secs(1)).await.unwrap(), Processed::default());
}

#[tokio::test]
async fn a_service_whose_shutdown_was_dropped_settles() {
    let claiming = Claiming::by_the_driver(true, Fault::HeldBefore).await;
    shut_down_and_drop(&claiming.rig).await;
    let service = claiming.rig.service.clone();
    let settled = tokio::spawn(async move { service.settled().await });
    claiming.rig.pause().await;
    assert!(!settled.is_finished());
    claiming.let_go().await;
    assert!(settled.is_finished());
    assert_eq!(claiming.rig.replies_to(ANA), [AGREED]);
}
