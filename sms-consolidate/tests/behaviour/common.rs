//! The harness: a [`Rig`] is a service on a fake clock, with a scripted classifier and a recording sender.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use sms_consolidate::lane::Accepted;
use sms_consolidate::store::{Filter, NoReply, Outcome, Record, Status};
use sms_consolidate::testing::{RecordingSender, ScriptedClassifier, ScriptedSend};
use sms_consolidate::{
    Builder, Classification, Classifier, ClassifyError, Clock, Consolidator, Context, Conversation, Event,
    FakeClock, Label, MemoryStore, Message, PushError, Pushed, Receipt, Reply, ReplySender, SendError,
    SmsMessage, Timestamp, async_trait,
};
use tokio::sync::{Semaphore, broadcast};

pub(crate) const ANA: &str = "+639123456789>+15551230000";
pub(crate) const BEN: &str = "+639987654321>+15551230000";
pub(crate) const AGREED: &str = "Thanks for confirming! See you soon.";

pub(crate) type Service = Consolidator<Conversation, SmsMessage>;
pub(crate) type ServiceBuilder = Builder<Conversation, SmsMessage>;

pub(crate) const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) const HOUR: Duration = secs(3_600);

pub(crate) fn key(text: &str) -> Conversation {
    text.parse().unwrap()
}

/// Every test gets its clock here, before anything is logged.
pub(crate) fn fake_clock() -> FakeClock {
    crate::log::install();
    FakeClock::default()
}

/// A conversation that is nobody's in particular.
pub(crate) fn nth_key(n: usize) -> Conversation {
    key(&format!("+63900{n:07}>+15551230000"))
}

pub(crate) struct Rig {
    pub(crate) clock: FakeClock,
    /// When the rig was built: instants in tests are offsets from here.
    pub(crate) start: Timestamp,
    /// Answers AGREE unless told otherwise.
    pub(crate) classifier: ScriptedClassifier,
    pub(crate) sender: RecordingSender<Conversation>,
    /// Calls of the classifier pass here before they are recorded and answered.
    pub(crate) classifying: Gate,
    /// Calls of the sender pass here before they are recorded and answered.
    pub(crate) sending: Gate,
    pub(crate) service: Service,
    events: broadcast::Receiver<Event<Conversation>>,
}

impl Rig {
    /// What a rig is built of, for tests of the builder itself.
    pub(crate) fn builder() -> ServiceBuilder {
        Consolidator::builder()
            .classifier(ScriptedClassifier::answering(Label::AGREE))
            .sender(RecordingSender::new())
    }

    /// A service that has started.
    pub(crate) fn new(configure: impl FnOnce(ServiceBuilder) -> ServiceBuilder) -> Self {
        let rig = Self::without_driver(configure);
        rig.service.start();
        rig
    }

    pub(crate) fn without_driver(configure: impl FnOnce(ServiceBuilder) -> ServiceBuilder) -> Self {
        Self::build(RecordingSender::new(), configure)
    }

    pub(crate) fn with_sender(
        sender: RecordingSender<Conversation>,
        configure: impl FnOnce(ServiceBuilder) -> ServiceBuilder,
    ) -> Self {
        let rig = Self::build(sender, configure);
        rig.service.start();
        rig
    }

    fn build(
        sender: RecordingSender<Conversation>,
        configure: impl FnOnce(ServiceBuilder) -> ServiceBuilder,
    ) -> Self {
        let clock = fake_clock();
        let classifier = ScriptedClassifier::answering(Label::AGREE);
        let (classifying, sending) = (Gate::open(), Gate::open());
        let builder = Consolidator::builder()
            .clock(clock.clone())
            .store(MemoryStore::builder().seed(1).build())
            .classifier(GatedClassifier { gate: classifying.clone(), inner: classifier.clone() })
            .sender(GatedSender { gate: sending.clone(), inner: sender.clone() });
        let service = configure(builder).build().unwrap();
        let events = service.subscribe();
        let start = clock.now();
        Self { clock, start, classifier, sender, classifying, sending, service, events }
    }

    /// Advances the clock to `offset` after the start, and lets everything happen that happens until then.
    pub(crate) async fn at(&self, offset: Duration) {
        self.clock.advance_to(self.start + offset).await;
    }

    /// The offset from the start.
    pub(crate) fn now(&self) -> Duration {
        self.clock.now().since(self.start)
    }

    /// Lets tasks run without moving the clock.
    pub(crate) async fn pause(&self) {
        self.clock.advance(Duration::ZERO).await;
    }

    pub(crate) async fn text(&self, from: &str, text: &str) -> Pushed {
        self.try_push(from, SmsMessage::new(text)).await.unwrap()
    }

    /// Pushes a text at an offset from the start.
    pub(crate) async fn text_at(&self, offset: Duration, from: &str, text: &str) -> Pushed {
        self.at(offset).await;
        self.text(from, text).await
    }

    pub(crate) async fn try_push(&self, from: &str, message: SmsMessage) -> Result<Pushed, PushError> {
        self.service.push(key(from), message).await
    }

    /// Every classifier call so far: the texts it was given.
    pub(crate) fn calls(&self) -> Vec<Vec<String>> {
        self.classifier.calls()
    }

    /// The texts that reached `to`.
    pub(crate) fn replies_to(&self, to: &str) -> Vec<String> {
        let taken = self.sender.taken().into_iter();
        taken.filter(|reply| reply.to == key(to)).map(|reply| reply.text).collect()
    }

    /// Events since the last look.
    pub(crate) fn events(&mut self) -> Vec<Event<Conversation>> {
        let mut events = Vec::new();
        while let Ok(event) = self.events.try_recv() {
            events.push(event);
        }
        events
    }

    /// The outcomes of batches that finished since the last look at the events, in order.
    pub(crate) fn outcomes(&mut self) -> Vec<Outcome> {
        let finished = |event| match event {
            Event::Finished { outcome, .. } => Some(outcome),
            _ => None,
        };
        self.events().into_iter().filter_map(finished).collect()
    }

    /// The retries that were planned since the last look at the events: the attempt that failed, and the next one's
    /// offset from the start.
    pub(crate) fn retries(&mut self) -> Vec<(u32, Duration)> {
        let start = self.start;
        let retrying = |event| match event {
            Event::Retrying { attempt, next, .. } => Some((attempt, next.since(start))),
            _ => None,
        };
        self.events().into_iter().filter_map(retrying).collect()
    }

    /// The records of all batches, oldest first.
    pub(crate) async fn records(&self) -> Vec<Record<Conversation>> {
        let mut records = self.service.list(&Filter::newest(usize::MAX)).await.unwrap();
        records.reverse();
        records
    }

    /// The one batch that there is.
    pub(crate) async fn only_record(&self) -> Record<Conversation> {
        let mut records = self.records().await;
        assert_eq!(records.len(), 1, "one batch: {records:?}");
        records.remove(0)
    }

    pub(crate) async fn count(&self, status: Status) -> usize {
        self.records().await.iter().filter(|record| record.status == status).count()
    }
}

/// What `push` did with a message that is no duplicate.
pub(crate) fn accepted(pushed: Pushed) -> Accepted {
    match pushed {
        Pushed::Accepted(accepted) => accepted,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn is_replied(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Replied(_))
}

pub(crate) const fn no_reply(why: NoReply) -> Outcome {
    Outcome::NoReply(why)
}

/// A point that calls pass, or once it is closed, wait at until they are let through.
#[derive(Clone)]
pub(crate) struct Gate(Arc<GateState>);

struct GateState {
    is_closed: AtomicBool,
    permits: Semaphore,
    waiting: AtomicUsize,
    abandoned: AtomicUsize,
}

/// One call at a closed gate.
struct Waiting<'a> {
    gate: &'a GateState,
    was_let_through: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.gate.waiting.fetch_sub(1, Ordering::SeqCst);
        if !self.was_let_through {
            self.gate.abandoned.fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl Gate {
    fn open() -> Self {
        Self(Arc::new(GateState {
            is_closed: AtomicBool::new(false),
            permits: Semaphore::new(0),
            waiting: AtomicUsize::new(0),
            abandoned: AtomicUsize::new(0),
        }))
    }

    async fn pass(&self) {
        if !self.0.is_closed.load(Ordering::SeqCst) {
            return;
        }
        self.0.waiting.fetch_add(1, Ordering::SeqCst);
        let mut waiting = Waiting { gate: &self.0, was_let_through: false };
        self.0.permits.acquire().await.unwrap().forget();
        waiting.was_let_through = true;
    }

    /// From now on calls wait here.
    pub(crate) fn close(&self) {
        self.0.is_closed.store(true, Ordering::SeqCst);
    }

    /// Calls that come from now on pass. Those that wait go on waiting.
    pub(crate) fn reopen(&self) {
        self.0.is_closed.store(false, Ordering::SeqCst);
    }

    pub(crate) fn let_one_through(&self) {
        self.0.permits.add_permits(1);
    }

    /// How many calls wait here.
    pub(crate) fn waiting(&self) -> usize {
        self.0.waiting.load(Ordering::SeqCst)
    }

    /// How many calls were dropped while they waited here.
    pub(crate) fn abandoned(&self) -> usize {
        self.0.abandoned.load(Ordering::SeqCst)
    }
}

struct GatedClassifier {
    gate: Gate,
    inner: ScriptedClassifier,
}

#[async_trait]
impl<M: Message> Classifier<M> for GatedClassifier {
    async fn classify(&self, messages: &[M], context: &Context) -> Result<Classification, ClassifyError> {
        self.gate.pass().await;
        self.inner.classify(messages, context).await
    }
}

struct GatedSender {
    gate: Gate,
    inner: RecordingSender<Conversation>,
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl ReplySender<Conversation> for GatedSender {
    async fn ready(&self, reply: &Reply<Conversation>) -> Result<(), SendError> {
        self.inner.ready(reply).await
    }

    async fn send(&self, reply: &Reply<Conversation>) -> Result<Receipt, SendError> {
        self.gate.pass().await;
        self.inner.send(reply).await
    }

    fn is_idempotent(&self) -> bool {
        self.inner.is_idempotent()
    }

    async fn look_up(&self, reply: &Reply<Conversation>) -> Option<Receipt> {
        self.inner.look_up(reply).await
    }
}

/// A script that fails every send of a test.
pub(crate) fn always(send: ScriptedSend) -> impl Iterator<Item = ScriptedSend> {
    std::iter::repeat_n(send, 100)
}
