//! Everything that can be set: [`Builder`].

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

use crate::classify::{Classification, Classifier, ClassifyError, Context};
use crate::clock::{Clock, SystemClock, Timestamp};
use crate::closures::{AnyClassifier, WindowFn, classify_fn_boxed, send_fn, send_fn_boxed};
use crate::consolidator::Consolidator;
use crate::error::BuildError;
use crate::event::Events;
use crate::memory::MemoryStore;
use crate::message::{Key, Message, OptOutScope};
use crate::optout::OptOut;
use crate::reply::{Receipt, Reply, ReplySender, ReplyTemplates, SendError};
use crate::store::Store;
use crate::window::{Window, WindowPlan, WindowPolicy};

/// What becomes of a message that arrives while its sender's batch is in flight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum InFlight {
    /// It opens a new batch behind.
    #[default]
    Queue,
    /// It takes the batch back, and one reply answers everything. That happens only if the batch is the sender's
    /// newest, was not closed by a cap, has not passed the point of no return, and opened less than
    /// [`supersede_within`](Builder::supersede_within) ago. Otherwise it queues.
    Supersede,
}

/// When failed attempts are repeated, and when a batch is given up.
///
/// ```
/// use sms_consolidate::RetryPolicy;
/// use std::time::Duration;
///
/// let patient = RetryPolicy::default().with_max_attempts(10).with_max_time(Duration::from_secs(3_600));
/// assert_eq!(patient.longest_wait, Duration::from_secs(120));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// The most attempts. Default 5.
    pub max_attempts: NonZeroU32,
    /// The longest time from the first attempt to the start of the last. Default 10 minutes. A wait that the classifier or
    /// the gateway asks for is kept even past it; if the reply would be too late then, the batch ends at once
    /// ([`NoReply::Stale`](crate::NoReply::Stale)).
    pub max_time: Duration,
    /// The wait after the first failure; it doubles with each. Half of it is jitter. Default 5 seconds.
    pub first_wait: Duration,
    /// The longest wait that doubling leads to. Default 2 minutes.
    pub longest_wait: Duration,
    /// How often workers may lose their lease on a batch, by crashing or stalling. Default 20.
    pub max_lease_losses: u32,
}

impl RetryPolicy {
    /// The same with another number of [attempts](Self::max_attempts); zero counts as one.
    #[must_use]
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = NonZeroU32::new(attempts).unwrap_or(NonZeroU32::MIN);
        self
    }

    /// The same with another [longest time](Self::max_time) from the first attempt to the start of the last.
    #[must_use]
    pub const fn with_max_time(mut self, time: Duration) -> Self {
        self.max_time = time;
        self
    }

    /// The same with another [wait after the first failure](Self::first_wait).
    #[must_use]
    pub const fn with_first_wait(mut self, wait: Duration) -> Self {
        self.first_wait = wait;
        self
    }

    /// The same with another [longest wait](Self::longest_wait) that doubling leads to.
    #[must_use]
    pub const fn with_longest_wait(mut self, wait: Duration) -> Self {
        self.longest_wait = wait;
        self
    }

    /// The same with another number of [lost leases](Self::max_lease_losses) that a batch survives.
    #[must_use]
    pub const fn with_max_lease_losses(mut self, losses: u32) -> Self {
        self.max_lease_losses = losses;
        self
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: NonZeroU32::new(5).expect("5 is not zero"),
            max_time: Duration::from_secs(10 * 60),
            first_wait: Duration::from_secs(5),
            longest_wait: Duration::from_secs(2 * 60),
            max_lease_losses: 20,
        }
    }
}

/// A lease is renewed at a third of it; shorter ones would do little else.
const SHORTEST_LEASE: Duration = Duration::from_secs(1);

type ReplyCondition<K> = Box<dyn Fn(&K) -> bool + Send + Sync>;

pub(crate) struct Settings<K, M> {
    pub(crate) window: Box<dyn WindowPolicy<K, M>>,
    pub(crate) in_flight: InFlight,
    pub(crate) supersede_within: Option<Duration>,
    pub(crate) opt_out: Option<OptOut>,
    pub(crate) opt_out_scope: OptOutScope,
    pub(crate) templates: ReplyTemplates,
    pub(crate) use_proposed_replies: bool,
    pub(crate) reply_if: Option<ReplyCondition<K>>,
    pub(crate) retry: RetryPolicy,
    pub(crate) max_in_flight: usize,
    pub(crate) max_text_bytes: usize,
    pub(crate) max_replies_per_hour: Option<NonZeroU32>,
    pub(crate) reply_within: Duration,
    pub(crate) lease: Duration,
    pub(crate) classify_timeout: Duration,
    pub(crate) send_timeout: Duration,
    pub(crate) log_keys_in_full: bool,
}

/// Sets up a [`Consolidator`]. Only the classifier, and the sender unless replies are off, must be given.
#[must_use = "a builder does nothing until build() is called"]
pub struct Builder<K, M> {
    settings: Settings<K, M>,
    classifier: Option<AnyClassifier<M>>,
    sender: Option<Box<dyn ReplySender<K>>>,
    store: Option<Box<dyn Store<K, M>>>,
    store_clock: Option<Arc<dyn Clock>>,
    clock: Option<Arc<dyn Clock>>,
    overrides_stores_clock: bool,
}

impl<K: Key, M: Message> Builder<K, M> {
    pub(crate) fn new() -> Self {
        let settings = Settings {
            window: Box::new(Window::default()),
            in_flight: InFlight::default(),
            supersede_within: None,
            opt_out: None,
            opt_out_scope: OptOutScope::default(),
            templates: ReplyTemplates::default(),
            use_proposed_replies: false,
            reply_if: None,
            retry: RetryPolicy::default(),
            max_in_flight: 256,
            max_text_bytes: 64 * 1024,
            max_replies_per_hour: NonZeroU32::new(20),
            reply_within: Duration::from_secs(60 * 60),
            lease: Duration::from_secs(60),
            classify_timeout: Duration::from_secs(20),
            send_timeout: Duration::from_secs(20),
            log_keys_in_full: false,
        };
        Self {
            settings,
            classifier: None,
            sender: None,
            store: None,
            store_clock: None,
            clock: None,
            overrides_stores_clock: false,
        }
    }

    /// When batches close: a [`Window`], [`Window::aligned`], or a policy of your own. Default: fixed, 60 seconds.
    pub fn window(mut self, policy: impl WindowPolicy<K, M>) -> Self {
        self.settings.window = Box::new(policy);
        self
    }

    /// When batches close, by a closure; see [`WindowPolicy::window`].
    pub fn window_fn<F, W>(self, window: F) -> Self
    where
        F: Fn(&K, &M, Timestamp) -> W + Send + Sync + 'static,
        W: Into<WindowPlan> + 'static,
    {
        self.window(WindowFn(window))
    }

    /// What says what a batch is.
    pub fn classifier(mut self, classifier: impl Classifier<M>) -> Self {
        self.classifier = Some(AnyClassifier::Borrowing(Box::new(classifier)));
        self
    }

    /// What says what a batch is, by a closure that is given the messages to keep; see [`Classifier::classify`] and
    /// [the guide](crate::guide::closures). The messages are shared, and not copied.
    pub fn classify_fn<F, Fut>(mut self, classify: F) -> Self
    where
        F: Fn(Arc<[M]>, Context) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Classification, ClassifyError>> + Send + 'static,
    {
        self.classifier = Some(AnyClassifier::sharing(classify));
        self
    }

    /// What says what a batch is, by a closure whose future borrows the messages, and is boxed for that; see
    /// [`Classifier::classify`] and [the guide](crate::guide::closures).
    pub fn classify_fn_boxed<F>(self, classify: F) -> Self
    where
        F: for<'a> Fn(&'a [M], &'a Context) -> BoxFuture<'a, Result<Classification, ClassifyError>>
            + Send
            + Sync
            + 'static,
    {
        self.classifier(classify_fn_boxed(classify))
    }

    /// What sends replies. See [`ReplySender`] for what its being idempotent decides.
    pub fn sender(mut self, sender: impl ReplySender<K>) -> Self {
        self.sender = Some(Box::new(sender));
        self
    }

    /// What sends replies, by a closure that is given the reply to keep; see [`ReplySender::send`] and
    /// [the guide](crate::guide::closures). It is not idempotent.
    pub fn send_fn<F, Fut>(self, send: F) -> Self
    where
        F: Fn(Reply<K>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Receipt, SendError>> + Send + 'static,
    {
        self.sender(send_fn(send))
    }

    /// What sends replies, by a closure whose future borrows the reply, and is boxed for that; see [`ReplySender::send`]
    /// and [the guide](crate::guide::closures). It is not idempotent.
    pub fn send_fn_boxed<F>(self, send: F) -> Self
    where
        F: for<'a> Fn(&'a Reply<K>) -> BoxFuture<'a, Result<Receipt, SendError>> + Send + Sync + 'static,
    {
        self.sender(send_fn_boxed(send))
    }

    /// Where lanes and messages are kept. Default: a [`MemoryStore`].
    pub fn store(mut self, store: impl Store<K, M>) -> Self {
        self.store_clock = Store::clock(&store);
        self.store = Some(Box::new(store));
        self
    }

    /// The clock, for a store that has none of its own. Default: the store's own, if it has one, else the [`SystemClock`].
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self.overrides_stores_clock = false;
        self
    }

    /// The clock, even in place of the store's own. Nodes that share a store then agree on the time only as far as their
    /// clocks do: a batch may be claimed early, or twice when a lease looks over.
    pub fn override_clock(self, clock: impl Clock) -> Self {
        Self { overrides_stores_clock: true, ..self.clock(clock) }
    }

    /// The texts of replies, or [`ReplyTemplates::off`]. Default: [`ReplyTemplates::default`].
    pub fn replies(mut self, templates: ReplyTemplates) -> Self {
        self.settings.templates = templates;
        self
    }

    /// Sends the reply that a classifier proposes instead of the template. Default: off. Think twice before you send
    /// people what a language model wrote.
    pub fn use_proposed_replies(mut self, on: bool) -> Self {
        self.settings.use_proposed_replies = on;
        self
    }

    /// Replies only to keys for which this holds; the confirmation of a stop leaves all the same. Default: to all.
    pub fn reply_if(mut self, condition: impl Fn(&K) -> bool + Send + Sync + 'static) -> Self {
        self.settings.reply_if = Some(Box::new(condition));
        self
    }

    /// Honours STOP, START and HELP. Default: off. A gateway's word that a recipient has opted out is recorded even
    /// then, and only [`set_opted_out`](Consolidator::set_opted_out) lifts it.
    pub fn opt_out(mut self, keywords: OptOut) -> Self {
        self.settings.opt_out = Some(keywords);
        self
    }

    /// How far an opt-out reaches: the one conversation, or the sender on all lines. All nodes of a store must have the same.
    ///
    /// **Do not change it for a store that is in use**: who opted out is known by a hash of one scope or the other, and is
    /// not found under the other. Who texted STOP before would be texted again. Carry them over first, by
    /// [`set_opted_out`](Consolidator::set_opted_out) for each that you know of.
    ///
    /// Default: [`OptOutScope::Conversation`].
    pub fn opt_out_scope(mut self, scope: OptOutScope) -> Self {
        self.settings.opt_out_scope = scope;
        self
    }

    /// What a message does that arrives while its sender's batch is in flight. Default: [`InFlight::Queue`].
    pub fn in_flight(mut self, in_flight: InFlight) -> Self {
        self.settings.in_flight = in_flight;
        self
    }

    /// For how long after it opened a batch can be superseded: someone who never stops texting still gets an answer.
    /// Default: twice the window's `max_wait`.
    pub fn supersede_within(mut self, time: Duration) -> Self {
        self.settings.supersede_within = Some(time);
        self
    }

    /// When failed attempts are repeated.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.settings.retry = policy;
        self
    }

    /// The most batches in flight at once in this process. Default 256.
    pub fn max_in_flight(mut self, limit: usize) -> Self {
        self.settings.max_in_flight = limit;
        self
    }

    /// The longest text that is accepted, in bytes. Default 64 KiB.
    pub fn max_text_bytes(mut self, limit: usize) -> Self {
        self.settings.max_text_bytes = limit;
        self
    }

    /// The most replies to one key in an hour, so that two auto-responders do not answer each other for ever. The
    /// confirmation of a stop counts, and is never withheld. `None` is no limit. Default 20.
    pub fn max_replies_per_hour(mut self, limit: Option<NonZeroU32>) -> Self {
        self.settings.max_replies_per_hour = limit;
        self
    }

    /// How long after the newest message of its batch was sent a reply may still leave. When that was says the gateway, if it
    /// gives a time with a zone in the past, else the arrival. What waits in a longer window has five minutes after it was due.
    /// The confirmation of a stop has five minutes, whatever this is. Default one hour.
    pub fn reply_within(mut self, time: Duration) -> Self {
        self.settings.reply_within = time;
        self
    }

    /// How long a batch belongs to its worker before another may take it. Live workers renew it, so this is how long
    /// the batches of a crashed node wait. At least twice the send timeout, and a second. Default one minute.
    pub fn lease(mut self, time: Duration) -> Self {
        self.settings.lease = time;
        self
    }

    /// How long a classification may take. Default 20 seconds.
    pub fn classify_timeout(mut self, time: Duration) -> Self {
        self.settings.classify_timeout = time;
        self
    }

    /// How long sending a reply may take, after which it counts as possibly sent. Default 20 seconds. What
    /// [`ReplySender::ready`] takes before that does not count: it ends when the reply is too late.
    pub fn send_timeout(mut self, time: Duration) -> Self {
        self.settings.send_timeout = time;
        self
    }

    /// Logs keys in full instead of redacted. Default: off.
    pub fn log_keys_in_full(mut self, on: bool) -> Self {
        self.settings.log_keys_in_full = on;
        self
    }

    /// The consolidator. It takes in messages at once; [`start`](Consolidator::start) makes it handle them.
    ///
    /// # Errors
    /// If something is missing, or settings contradict each other.
    pub fn build(self) -> Result<Consolidator<K, M>, BuildError> {
        let settings = self.settings;
        let classifier = self.classifier.ok_or(BuildError::NoClassifier)?;
        if settings.templates.is_enabled() && self.sender.is_none() {
            return Err(BuildError::NoSender);
        }
        for (time, setting) in [
            (settings.classify_timeout, "classify_timeout"),
            (settings.send_timeout, "send_timeout"),
            (settings.retry.max_time, "retry.max_time"),
        ] {
            if time.is_zero() {
                return Err(BuildError::Zero { setting });
            }
        }
        let max_in_flight =
            NonZeroUsize::new(settings.max_in_flight).ok_or(BuildError::Zero { setting: "max_in_flight" })?;
        let (lease, send_timeout) = (settings.lease, settings.send_timeout);
        if lease < send_timeout.saturating_mul(2).max(SHORTEST_LEASE) {
            return Err(BuildError::LeaseTooShort { lease, send_timeout });
        }
        if self.clock.is_some() && self.store_clock.is_some() && !self.overrides_stores_clock {
            return Err(BuildError::TwoClocks);
        }
        let clock = self.clock.or(self.store_clock).unwrap_or_else(|| Arc::new(SystemClock::new()));
        let store = self.store.unwrap_or_else(|| Box::new(MemoryStore::new()));
        let events = Events::new(settings.log_keys_in_full);
        Ok(Consolidator::new(crate::consolidator::Inner {
            jobs: crate::driver::Jobs::new(max_in_flight),
            settings,
            classifier,
            sender: self.sender,
            store: crate::consolidator::AnyStore(store),
            clock,
            events,
            gate: crate::gate::Gate::default(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::Label;
    use crate::clock::FakeClock;

    #[test]
    fn beside_a_store_with_a_clock_another_must_be_meant() {
        let (own, stores) = (FakeClock::default(), SystemClock::new());
        let check =
            |store_has_one: bool, set: fn(Builder<String, String>, FakeClock) -> Builder<String, String>| {
                let mut builder = Builder::new()
                    .classify_fn(|_, _| async { Ok(Classification::new(Label::AGREE, "Never")) });
                builder.store_clock = store_has_one.then(|| Arc::new(stores.clone()) as Arc<dyn Clock>);
                let builder = set(builder, own.clone()).replies(ReplyTemplates::off());
                builder.build().map(|consolidator| consolidator.clock().now() == own.now())
            };
        assert_eq!(check(false, Builder::clock), Ok(true));
        assert_eq!(check(true, Builder::clock), Err(BuildError::TwoClocks));
        assert_eq!(check(true, Builder::override_clock), Ok(true));
        assert_eq!(check(false, Builder::override_clock), Ok(true));
        assert_eq!(check(true, |builder, _| builder), Ok(false));
        let changed_mind =
            |builder: Builder<_, _>, clock: FakeClock| builder.override_clock(clock.clone()).clock(clock);
        assert_eq!(check(true, changed_mind), Err(BuildError::TwoClocks));
    }
}
