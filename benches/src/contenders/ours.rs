use sms_consolidate::store::Store;
use sms_consolidate::{
    Classification, Classifier, Consolidator, Conversation, Key, Label, MemoryStore, Message, Pushed,
    Receipt, Reply, ReplySender, SmsMessage, Window, classify_fn_boxed, send_fn_boxed,
};

use super::Contender;
use crate::traffic::Anonymous;

/// More than any benchmark stores.
const UNBOUNDED: usize = 1 << 40;

/// A memory store whose limits no benchmark meets.
#[must_use]
pub fn unbounded_store<K: Key, M: Message>() -> MemoryStore<K, M> {
    MemoryStore::builder().max_keys(UNBOUNDED).max_messages(UNBOUNDED).max_ids(UNBOUNDED).build()
}

/// A classifier that answers at once.
pub fn instant_classifier<M: Message>() -> impl Classifier<M> {
    classify_fn_boxed(|_: &[M], _| {
        Box::pin(std::future::ready(Ok(Classification::new(Label::AGREE, "Instant"))))
    })
}

/// A sender that takes every reply at once.
pub fn instant_sender() -> impl ReplySender<Conversation> {
    send_fn_boxed(|_: &Reply<Conversation>| Box::pin(std::future::ready(Ok(Receipt::default()))))
}

/// This library, with its driver running.
#[derive(Clone, Debug)]
pub struct Ours<M> {
    consolidator: Consolidator<Conversation, M>,
    wrap: fn(SmsMessage) -> M,
}

impl<M: Message> Ours<M> {
    fn start(window: Window, wrap: fn(SmsMessage) -> M) -> Self {
        let consolidator = Consolidator::builder()
            .window(window)
            .store(unbounded_store())
            .classifier(instant_classifier())
            .sender(instant_sender())
            .build()
            .expect("a classifier and a sender are given");
        consolidator.start();
        Self { consolidator, wrap }
    }
}

impl Ours<SmsMessage> {
    /// Recognises messages that come again.
    #[must_use]
    pub fn with_dedup(window: Window) -> Self {
        Self::start(window, |message| message)
    }
}

impl Ours<SmsMessage> {
    /// Over another store. Its driver does not run.
    ///
    /// # Panics
    /// Never: a classifier and a sender are given.
    #[must_use]
    pub fn over(
        store: impl Store<Conversation, SmsMessage>,
        window: Window,
        sender: impl ReplySender<Conversation>,
    ) -> Self {
        let consolidator = Consolidator::builder()
            .window(window)
            .store(store)
            .classifier(instant_classifier())
            .sender(sender)
            .build()
            .expect("a classifier and a sender are given");
        Self { consolidator, wrap: |message| message }
    }

    /// The consolidator.
    #[must_use]
    pub fn consolidator(&self) -> &Consolidator<Conversation, SmsMessage> {
        &self.consolidator
    }
}

impl Ours<Anonymous> {
    /// Does not look at guids.
    #[must_use]
    pub fn without_dedup(window: Window) -> Self {
        Self::start(window, Anonymous)
    }
}

impl<M: Message> Contender for Ours<M> {
    async fn push(&self, key: Conversation, message: SmsMessage) {
        let pushed = self.consolidator.push(key, (self.wrap)(message)).await;
        assert!(matches!(pushed, Ok(Pushed::Accepted(_))), "not accepted: {pushed:?}");
    }

    async fn push_many(&self, messages: Vec<(Conversation, SmsMessage)>) {
        let messages = messages.into_iter().map(|(key, message)| (key, (self.wrap)(message))).collect();
        for pushed in self.consolidator.push_many(messages).await {
            assert!(matches!(pushed, Ok(Pushed::Accepted(_))), "not accepted: {pushed:?}");
        }
    }
}
