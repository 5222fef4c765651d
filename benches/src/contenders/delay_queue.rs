use std::collections::HashMap;
use std::future::poll_fn;

use hashbrown::DefaultHashBuilder;
use sms_consolidate::{Conversation, SmsMessage};
use tokio::sync::{mpsc, oneshot};
use tokio_util::time::{DelayQueue, delay_queue};

use super::{Contender, WINDOW};

/// Calls that wait before whoever calls must.
const BACKLOG: usize = 4_096;

/// Calls that the owner takes up at once.
const AT_ONCE: usize = 64;

enum Call {
    Push(Conversation, SmsMessage),
    Settle(oneshot::Sender<()>),
}

/// A task that owns a map and a `DelayQueue`, behind a channel. Each message pushes its sender's end back.
#[derive(Clone, Debug)]
pub struct Queued {
    calls: mpsc::Sender<Call>,
}

impl Queued {
    /// Starts the task, on the runtime of the caller.
    #[must_use]
    pub fn start() -> Self {
        let (calls, waiting) = mpsc::channel(BACKLOG);
        tokio::spawn(Owner::default().run(waiting));
        Self { calls }
    }

    async fn call(&self, call: Call) {
        assert!(self.calls.send(call).await.is_ok(), "the owner lives as long as a sender");
    }
}

impl Contender for Queued {
    async fn push(&self, key: Conversation, message: SmsMessage) {
        self.call(Call::Push(key, message)).await;
    }

    async fn settle(&self) {
        let (settled, is_settled) = oneshot::channel();
        self.call(Call::Settle(settled)).await;
        is_settled.await.expect("the owner answers");
    }
}

#[derive(Default)]
struct Owner {
    ends: DelayQueue<Conversation>,
    senders: HashMap<Conversation, (delay_queue::Key, Vec<SmsMessage>), DefaultHashBuilder>,
}

impl Owner {
    async fn run(mut self, mut waiting: mpsc::Receiver<Call>) {
        let mut calls = Vec::with_capacity(AT_ONCE);
        loop {
            tokio::select! {
                received = waiting.recv_many(&mut calls, AT_ONCE) => match received {
                    0 => return,
                    _ => calls.drain(..).for_each(|call| self.take(call)),
                },
                Some(ended) = poll_fn(|context| self.ends.poll_expired(context)), if !self.ends.is_empty() => {
                    std::hint::black_box(self.senders.remove(ended.get_ref()));
                }
            }
        }
    }

    fn take(&mut self, call: Call) {
        match call {
            Call::Push(key, message) => match self.senders.get_mut(&key) {
                Some((end, messages)) => {
                    self.ends.reset(end, WINDOW);
                    messages.push(message);
                }
                None => {
                    let end = self.ends.insert(key.clone(), WINDOW);
                    self.senders.insert(key, (end, vec![message]));
                }
            },
            Call::Settle(settled) => {
                // An error means that nobody waits any more.
                let _ = settled.send(());
            }
        }
    }
}
