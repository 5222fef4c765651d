//! How late batches are handled, to the microsecond.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sms_consolidate::{
    Builder, Classification, Clock, Consolidator, Conversation, Label, Message, SmsMessage, SystemClock,
    Timestamp, Window,
};

use crate::contenders::{instant_sender, unbounded_store};
use crate::time;

/// A message that knows when its window is to end.
#[derive(Clone, Debug)]
pub struct Timed {
    /// The message.
    pub message: SmsMessage,
    /// When its window ends.
    pub due: Timestamp,
    /// How long it keeps its classifier busy.
    pub takes: Duration,
}

impl Message for Timed {
    fn text(&self) -> &str {
        self.message.text()
    }

    fn id(&self) -> Option<&str> {
        self.message.id()
    }
}

/// A consolidator whose windows end when the messages say, and which notes how late each batch reaches its
/// classifier.
#[derive(Clone, Debug)]
pub struct Punctual {
    /// The consolidator. Its driver runs.
    pub consolidator: Consolidator<Conversation, Timed>,
    /// Its clock.
    pub clock: SystemClock,
    late_us: Arc<Mutex<Vec<f64>>>,
}

impl Punctual {
    /// Starts one, on the runtime of the caller. Notes up to `batches` latenesses without asking for memory.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    #[must_use]
    pub fn start(batches: usize) -> Self {
        let clock = SystemClock::new();
        let late_us = Arc::new(Mutex::new(Vec::with_capacity(batches)));
        let (notes, tick) = (Arc::clone(&late_us), Tick::of(&clock));
        let builder: Builder<Conversation, Timed> = Consolidator::builder();
        let consolidator = builder
            .window_fn(|_, message, now| Window::fixed(message.due.since(now)))
            .clock(clock.clone())
            .store(unbounded_store())
            .classify_fn(move |messages, _| {
                let (first, takes) = (&messages[0], messages[0].takes);
                if takes.is_zero() {
                    notes.lock().unwrap_or_else(PoisonError::into_inner).push(tick.late_us(first.due));
                }
                async move {
                    if !takes.is_zero() {
                        time::pause(takes).await;
                    }
                    Ok(Classification::new(Label::AGREE, "Noted"))
                }
            })
            .sender(instant_sender())
            .build()
            .expect("a classifier and a sender are given");
        consolidator.start();
        Self { consolidator, clock, late_us }
    }

    /// The latenesses so far, in microseconds, sorted. Batches that keep their classifier busy are left out.
    #[must_use]
    pub fn late_us(&self) -> Vec<f64> {
        let mut late_us = self.late_us.lock().unwrap_or_else(PoisonError::into_inner).clone();
        late_us.sort_by(f64::total_cmp);
        late_us
    }

    /// Resolves once so many batches have reached their classifier.
    pub async fn noted(&self, batches: usize) {
        while self.late_us.lock().unwrap_or_else(PoisonError::into_inner).len() < batches {
            time::pause(Duration::from_millis(20)).await;
        }
    }
}

/// The instant at which a clock began a millisecond. The library's time is whole milliseconds; this tells how far into
/// one it is.
#[derive(Clone, Copy, Debug)]
struct Tick {
    at: Timestamp,
    instant: Instant,
}

impl Tick {
    fn of(clock: &SystemClock) -> Self {
        let before = clock.now();
        loop {
            let (at, instant) = (clock.now(), time::now());
            if at > before {
                return Self { at, instant };
            }
        }
    }

    fn late_us(&self, due: Timestamp) -> f64 {
        let due = self.instant + due.since(self.at);
        time::now().saturating_duration_since(due).as_nanos() as f64 / 1e3
    }
}
