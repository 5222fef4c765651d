//! What whoever pushes is told of each limit.

use super::*;

/// A service on a fake clock, whose batches are due a minute after they open.
fn service(store: Memory, window: Window) -> (FakeClock, Service) {
    let clock = FakeClock::default();
    let service = Consolidator::builder()
        .clock(clock.clone())
        .store(store)
        .window(window)
        .max_replies_per_hour(None)
        .classifier(ScriptedClassifier::answering(Label::AGREE))
        .sender(RecordingSender::new())
        .build()
        .expect("it can be built");
    (clock, service)
}

/// Pushes until `push` says that the store is full because of `why`; then lets the service work, and pushes the
/// refused message again.
async fn check_push(store: Memory, room: usize, why: Refusal, key: impl Fn(usize) -> String) {
    let (clock, service) = service(store, Window::default().with_max_messages(1));
    let mut events = service.subscribe();
    let message = |n: usize| SmsMessage::new("text").with_id(n.to_string());
    for n in 0..room {
        service.push(key(n), message(n)).await.expect("there is room");
    }
    let refused = service.push(key(room), message(room)).await.expect_err("there is no room");
    assert!(matches!(refused, PushError::Full(because) if because == why) && refused.is_retryable());
    let mut told = 0;
    loop {
        match events.try_recv() {
            Ok(Event::Refused { error: PushError::Full(because), .. }) if because == why => told += 1,
            Ok(_) | Err(tokio::sync::broadcast::error::TryRecvError::Lagged(_)) => {}
            Err(_) => break,
        }
    }
    assert_eq!(told, 1, "the refusal is an event");
    service.start();
    clock.advance(SECOND).await;
    service.settled().await;
    let totals = service.stats().await.expect("stats").totals;
    assert_eq!((totals.accepted, totals.refused), (room as u64, 1));
    let finished =
        service.list(&Filter::newest(usize::MAX).with_status(Status::Finished)).await.expect("list");
    assert_eq!(finished.len(), room, "everything that was accepted is handled");
    let again = service.push(key(room), message(room)).await.expect("there is room again");
    assert!(!again.is_duplicate(), "the refused message left no id behind");
}

#[tokio::test]
async fn push_tells_of_each_limit_and_goes_on_when_there_is_room() {
    let builder = || Memory::builder().keep_finished(1_000_000);
    check_push(builder().max_keys(2).build(), 2, Refusal::Keys, |n| n.to_string()).await;
    check_push(builder().max_messages(3).build(), 3, Refusal::Messages, |n| n.to_string()).await;
    check_push(builder().max_messages(3).build(), 3, Refusal::Messages, |_| "a".to_owned()).await;
    check_push(builder().build(), MAX_LINE, Refusal::Line, |_| "a".to_owned()).await;
}

#[tokio::test]
async fn push_tells_of_ids_that_were_forgotten_before_their_time() {
    let (_clock, service) = service(Memory::builder().max_ids(4 * SHARDS).build(), Window::default());
    let mut events = service.subscribe();
    for n in 0..5 {
        let message = SmsMessage::new("text").with_id(n.to_string());
        service.push("a".to_owned(), message).await.expect("there is room");
    }
    let mut forgotten = Vec::new();
    while let Ok(event) = events.try_recv() {
        if let Event::IdsForgotten { count, .. } = event {
            forgotten.push(count);
        }
    }
    assert_eq!(forgotten, [2]);
    assert_eq!(service.stats().await.expect("stats").totals.ids_forgotten, 2);
}
