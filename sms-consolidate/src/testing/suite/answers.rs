//! The store does what a service asks of it, and the answer is lost on the way. In real time: the service waits for a
//! moment before it asks again.

use super::kit::*;
use crate::clock::Clock;
use crate::consolidator::Consolidator;
use crate::event::Event;
use crate::message::SmsMessage;
use crate::store::{Outcome, Status};
use crate::testing::{
    Fault, FaultyStore, Operation, RecordingSender, ScriptedAnswer, ScriptedClassifier, StoreFixture,
};
use crate::window::Window;
use crate::{Label, RetryPolicy};

/// Longer than any store may take.
const WITHIN: std::time::Duration = std::time::Duration::from_secs(30);

/// Loses the first answer to `operation` in a service that handles one batch. Returns how the batch's first attempt
/// ended as the service reports it, where the batch stands then, and how often a sender was asked.
async fn lose_an_answer<F: StoreFixture>(
    fixture: &F,
    operation: Operation,
    classified: Option<ScriptedAnswer>,
) -> (Event<TestKey>, Status, usize) {
    let store = FaultyStore::new(fixture.fresh().await);
    store.fail(operation, Fault::After, 1);
    let classifier = ScriptedClassifier::answering(Label::AGREE);
    classifier.then(classified);
    let sender = RecordingSender::new();
    let service = Consolidator::<TestKey, SmsMessage>::builder()
        .store(store.clone())
        .window(Window::immediate())
        .classifier(classifier)
        .sender(sender.clone())
        .retry(RetryPolicy::default().with_first_wait(HOUR).with_longest_wait(HOUR).with_max_time(2 * HOUR))
        .build()
        .expect("the settings fit");
    let mut events = service.subscribe();
    service.start();
    service.push("a".into(), SmsMessage::new("Yes")).await.expect("push");
    let clock = service.clock();
    let deadline = clock.sleep_until(clock.now() + WITHIN);
    let ended = async {
        loop {
            let event = events.recv().await.expect("few events happen");
            if let Event::Finished { batch, .. }
            | Event::Dead { batch, .. }
            | Event::Retrying { batch, .. }
            | Event::Lost { batch, .. } = event
            {
                return (event, batch);
            }
        }
    };
    let (event, batch) = tokio::select! {
        ended = ended => ended,
        () = deadline => panic!("{operation:?}: the batch has not ended within {WITHIN:?}"),
    };
    let whole = store.batch(batch).await.expect("batch").expect("the batch is known");
    service.shutdown(SECOND).await.expect("shutdown");
    (event, whole.record.status, sender.asked().len())
}

pub async fn a_finish_whose_answer_was_lost_is_reported_as_one<F: StoreFixture>(fixture: &F) {
    let ended = lose_an_answer(fixture, Operation::Finish, None).await;
    assert!(
        matches!(ended, (Event::Finished { outcome: Outcome::Replied(_), .. }, Status::Finished, 1)),
        "{ended:?}"
    );
}

pub async fn a_retry_whose_answer_was_lost_is_reported_as_one<F: StoreFixture>(fixture: &F) {
    let ended = lose_an_answer(fixture, Operation::Retry, Some(ScriptedAnswer::Fail(None))).await;
    assert!(matches!(ended, (Event::Retrying { .. }, Status::Retrying, 0)), "{ended:?}");
}

pub async fn a_dead_batch_is_reported_although_the_answer_was_lost<F: StoreFixture>(fixture: &F) {
    let ended = lose_an_answer(fixture, Operation::Bury, Some(ScriptedAnswer::FailForGood)).await;
    assert!(matches!(ended, (Event::Dead { .. }, Status::Dead, 0)), "{ended:?}");
}

pub async fn a_reply_that_had_begun_when_the_answer_was_lost_is_sent_once<F: StoreFixture>(fixture: &F) {
    let ended = lose_an_answer(fixture, Operation::BeginReply, None).await;
    assert!(
        matches!(ended, (Event::Finished { outcome: Outcome::Replied(_), .. }, Status::Finished, 1)),
        "{ended:?}"
    );
}
