//! What is done to the nodes of a run, drawn one after the other.

use std::sync::Arc;
use std::time::Duration;

use sms_consolidate::{
    Clock, Consolidator, Key, MAX_ID_BYTES, Message, OptOutCause, OptOutChange, PushError, Pushed, Timestamp,
};
use tokio::task::AbortHandle;

use crate::plan::{HOUR, Kind, MAX_TEXT_BYTES, SECOND, SimKey, SimMessage, Weather};
use crate::run::Run;
use crate::world::{State, World};

/// What a task of an operation works with.
pub(crate) struct Ground {
    pub(crate) consolidator: Consolidator<SimKey, SimMessage>,
    pub(crate) world: Arc<World>,
    pub(crate) node: usize,
}

impl Ground {
    /// Failures are the store's, and it fails in storms only.
    fn expect<T, E: std::fmt::Display>(&self, what: &str, result: Result<T, E>) {
        let Err(error) = result else { return };
        self.world.observe(|state| {
            if state.plan.weather != Weather::Stormy {
                state.oracle.wrong.push(format!("{what} failed: {error}"));
            }
        });
    }

    async fn push(self, mut messages: Vec<(SimKey, SimMessage)>) {
        let shown = messages.clone();
        let results = if messages.len() == 1 {
            let (key, message) = messages.remove(0);
            vec![self.consolidator.push(key, message).await]
        } else {
            self.consolidator.push_many(messages).await
        };
        self.world.observe(|state| {
            for ((_, message), result) in shown.iter().zip(&results) {
                state.tallies[self.node].pushed(result);
                check_push(state, message, result);
            }
            if shown.len() != results.len() {
                state.oracle.wrong.push("a push has as many results as messages".into());
            }
        });
    }

    async fn process_due(self, limit: usize, within: Duration) {
        let start = self.world.clock.now();
        self.world.observe(|state| state.oracle.may_interrupt(self.node));
        let result = self.consolidator.process_due(limit, within).await;
        let took = self.world.clock.now().since(start);
        self.world.observe(|state| {
            state.trace(|| format!("n{} process_due: {result:?}", self.node));
            if state.plan.weather.is_prompt() && took > within && !state.oracle.has_jumped_since(start) {
                state.oracle.wrong.push(format!("process_due took {took:?}, it was given {within:?}"));
            }
        });
        self.expect("process_due", result);
    }
}

fn check_push(state: &mut State, message: &SimMessage, result: &Result<Pushed, PushError>) {
    let is_too_long = message.text.len() > MAX_TEXT_BYTES;
    let has_long_id = message.id.as_ref().is_some_and(|id| id.len() > MAX_ID_BYTES);
    let is_so = match result {
        Ok(_) => !is_too_long && !has_long_id,
        Err(PushError::TextTooLong { .. }) => is_too_long,
        Err(PushError::IdTooLong { .. }) => has_long_id,
        Err(PushError::Unavailable(_) | PushError::Failed(_)) => state.plan.weather == Weather::Stormy,
        Err(PushError::Full(_)) => state.plan.max_buffered < 100,
        Err(PushError::ShuttingDown) => true,
        Err(_) => false,
    };
    if !is_so {
        let what = format!("m{} with {} bytes: {result:?}", message.tag, message.text.len());
        state.oracle.wrong.push(what);
    }
}

impl Run {
    pub(crate) fn operate(&mut self) {
        match self.rng.u8(0..100) {
            0..34 => drop(self.push_one()),
            34..40 => self.push_some(),
            40..46 => self.redeliver(),
            46..49 => self.drop_one(),
            49..60 => self.step_for(SECOND * 3),
            60..74 => self.step_for(SECOND * 60),
            74..76 => self.step_for(HOUR),
            76..79 => self.suspend(),
            79..83 => self.flush(),
            83..86 => drop(self.cancel()),
            86..89 => self.requeue(),
            89..91 => drop(self.opt_out_or_in()),
            91..95 => self.process_due(),
            95..97 => self.crash(),
            97 => self.restart(),
            _ => self.start_all(),
        }
        match self.rng.u8(0..4) {
            // The next operation meets what this one has left under way.
            0 => {}
            1 => self.take_turn(),
            _ => self.settle(),
        }
    }

    fn key(&mut self) -> SimKey {
        SimKey(self.rng.u8(0..self.plan.keys))
    }

    fn message(&mut self) -> SimMessage {
        let tag = self.next_tag;
        self.next_tag += 1;
        let kind = match self.rng.u8(0..40) {
            0..3 => Kind::Stop,
            3 => Kind::Start,
            4..6 => Kind::Yes,
            6..8 => Kind::Help,
            8..12 => Kind::Urgent,
            _ => Kind::Plain,
        };
        let text = match kind {
            Kind::Stop => [" Stop! ", "STOPALL", "opt-out"][self.rng.usize(0..3)].to_owned(),
            Kind::Start => "start".to_owned(),
            Kind::Yes => "Yes.".to_owned(),
            Kind::Help => "help?".to_owned(),
            Kind::Plain | Kind::Urgent => self.text(tag),
        };
        let id = match self.rng.u8(0..40) {
            0 => Some("x".repeat(MAX_ID_BYTES + 1)),
            1..26 => Some(format!("id{tag}")),
            _ => None,
        };
        SimMessage { tag, kind, text, id, sent_at: self.sent_at(), part: self.rng.u16(0..3) }
    }

    fn text(&mut self, tag: u32) -> String {
        let length = match self.rng.u8(0..40) {
            0 => MAX_TEXT_BYTES + 1,
            1 => 0,
            2..6 => self.rng.usize(60..=MAX_TEXT_BYTES),
            _ => self.rng.usize(5..20),
        };
        let mut text = format!("text {tag} ");
        text.extend(std::iter::repeat_n('.', length));
        text.truncate(length);
        text
    }

    /// Within ten minutes of now, just on that edge, beyond it, or not at all. Whole seconds make ties.
    fn sent_at(&mut self) -> Option<Timestamp> {
        let now_s = self.now().as_unix_millis() / 1_000;
        let off_s = match self.rng.u8(0..10) {
            0..5 => return None,
            5..8 => self.rng.i64(-10..=10),
            8 => [-601, -600, -599, 599, 600, 601][self.rng.usize(0..6)],
            _ => self.rng.i64(-100_000..=100_000),
        };
        Some(Timestamp::from_unix_millis((now_s + off_s) * 1_000))
    }

    fn remember(&mut self, key: SimKey, message: &SimMessage) {
        if message.id().is_some() {
            self.delivered.push((key, message.clone()));
        }
    }

    fn push(&mut self, messages: Vec<(SimKey, SimMessage)>) -> AbortHandle {
        let node = self.any_node();
        self.spawn(node, |ground| ground.push(messages))
    }

    fn push_one(&mut self) -> AbortHandle {
        let (key, message) = (self.key(), self.message());
        self.remember(key, &message);
        self.push(vec![(key, message)])
    }

    fn push_some(&mut self) {
        let count = self.rng.usize(0..8);
        let mut messages: Vec<(SimKey, SimMessage)> = Vec::new();
        for _ in 0..count {
            let (key, message) = (self.key(), self.message());
            // A list is taken in key by key, so that what one sender says on two lines would have no order.
            let scope = |key: &SimKey| key.opt_out_scope(self.plan.scope);
            let of_that_sender =
                messages.iter().map(|(other, _)| *other).find(|other| scope(other) == scope(&key));
            messages.push((of_that_sender.unwrap_or(key), message));
        }
        messages.iter().for_each(|(key, message)| self.remember(*key, message));
        self.push(messages);
    }

    fn redeliver(&mut self) {
        if self.delivered.is_empty() {
            return;
        }
        let (key, mut message) = self.delivered[self.rng.usize(0..self.delivered.len())].clone();
        // The same id under another key is another message.
        let other = if self.rng.u8(0..4) == 0 { self.key() } else { key };
        if other != key {
            message.tag = self.next_tag;
            self.next_tag += 1;
        }
        self.push(vec![(other, message)]);
    }

    /// A call whose future is dropped, at once or on its way.
    fn drop_one(&mut self) {
        let call = match self.rng.u8(0..4) {
            0 => self.cancel(),
            1 => self.opt_out_or_in(),
            _ => self.push_one(),
        };
        if self.rng.bool() {
            self.take_turn();
        }
        call.abort();
    }

    fn step_for(&mut self, at_most: Duration) {
        let time = Duration::from_millis(self.rng.u64(0..=at_most.as_millis() as u64));
        self.trace(|_| format!("step {time:?}"));
        self.step(time);
    }

    /// The machine was asleep: all that became due meanwhile becomes so at once.
    fn suspend(&mut self) {
        let longest_s = [90, 600, 7_200][self.rng.usize(0..3)];
        let time = SECOND * self.rng.u32(1..=longest_s);
        self.trace(|_| format!("asleep for {time:?}"));
        self.world.jump(self.now() + time);
    }

    fn flush(&mut self) {
        let key = if self.rng.u8(0..4) == 0 { None } else { Some(self.key()) };
        let node = self.any_node();
        self.spawn(node, move |ground| async move {
            let flushed = match key {
                Some(key) => ground.consolidator.flush(&key).await,
                None => ground.consolidator.flush_all().await,
            };
            ground.expect("flush", flushed);
        });
    }

    fn cancel(&mut self) -> AbortHandle {
        let (node, key) = (self.any_node(), self.key());
        self.spawn(node, move |ground| async move {
            let cancelled = ground.consolidator.cancel(&key).await;
            ground.expect("cancel", cancelled);
        })
    }

    fn requeue(&mut self) {
        let (dead, known) = self.world.observe(|state| (state.oracle.dead_ids(), state.oracle.known_ids()));
        let ids = if dead.is_empty() || self.rng.u8(0..3) == 0 { known } else { dead };
        if ids.is_empty() {
            return;
        }
        let id = ids[self.rng.usize(0..ids.len())];
        let node = self.any_node();
        self.spawn(node, move |ground| async move {
            let requeued = ground.consolidator.requeue(id).await;
            ground.world.observe(|state| state.oracle.requeue_answered(id, &requeued));
        });
    }

    fn opt_out_or_in(&mut self) -> AbortHandle {
        let (node, key, out) = (self.any_node(), self.key(), self.rng.bool());
        self.spawn(node, move |ground| async move {
            let set = ground
                .consolidator
                .set_opted_out(&key, OptOutChange::new(out, OptOutCause::Operator))
                .await
                .map(|_| ());
            ground.expect("set_opted_out", set);
        })
    }

    fn process_due(&mut self) {
        let node = self.any_node();
        let (limit, within) = (self.rng.usize(0..5), SECOND * self.rng.u32(0..=30));
        self.trace(|run| format!("n{} process_due {limit} within {within:?}", run.nodes[node].number));
        self.spawn(node, move |ground| ground.process_due(limit, within));
    }

    fn crash(&mut self) {
        let node = self.any_node();
        self.trace(|run| format!("n{} crashes", run.nodes[node].number));
        self.kill(node);
        if self.nodes.is_empty() || self.rng.bool() {
            self.add_node();
        }
    }

    fn restart(&mut self) {
        if !self.plan.durable && self.nodes.len() > 1 {
            return;
        }
        let node = self.any_node();
        self.shut_down(node);
        if self.nodes.is_empty() || self.rng.bool() {
            self.add_node();
        }
    }

    pub(crate) fn start_all(&mut self) {
        self.nodes.iter_mut().for_each(crate::run::Node::start);
    }
}
