use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use sms_consolidate::lane::{
    Abandoned, CloseReason, Effects, Lane, OptOutChange, Revived, Sender, SenderId, SenderIds, Transition,
};
use sms_consolidate::store::{
    AppendReport, Appended, AppendedOne, Arrival, ChangeError, Changed, Claim, Counts, Filter, IDS_KEPT_FOR,
    Maintained, OptedOut, Record, Refusal, Result, Store, Whole,
};
use sms_consolidate::{Arrived, Batch, BatchId, BatchIds, Key, Message, Timestamp, async_trait};
use tokio::sync::Mutex;

/// Keeps everything in maps behind one lock.
pub struct MapStore<K, M>(Mutex<State<K, M>>);

struct State<K, M> {
    lanes: HashMap<K, Lane>,
    /// Of unfinished batches, in order of arrival.
    messages: HashMap<BatchId, Vec<Arrived<M>>>,
    ended: HashMap<BatchId, Whole<K, M>>,
    /// The batch of the message that has this id, which is known as long as the batch is.
    ids: HashMap<(K, String), BatchId>,
    senders: HashMap<SenderId, Sender>,
    sender_ids: SenderIds,
}

impl<K: Key, M: Message> Default for MapStore<K, M> {
    fn default() -> Self {
        let (lanes, messages, ended, ids, senders) = Default::default();
        Self(Mutex::new(State { lanes, messages, ended, ids, senders, sender_ids: SenderIds::random() }))
    }
}

impl<K: Key, M: Message> State<K, M> {
    fn append(&mut self, now: Timestamp, arrival: Arrival<K, M>) -> AppendedOne {
        let id = arrival.message.id().map(|id| (arrival.key.clone(), id.to_owned()));
        if id.as_ref().is_some_and(|id| self.ids.contains_key(id)) {
            return Appended::Duplicate.into();
        }
        let sender_id = arrival.sender_scope().map(|scope| self.sender_ids.of(&scope));
        let sender = sender_id.and_then(|id| self.senders.get(&id)).copied().unwrap_or_default();
        let lane = self.lanes.entry(arrival.key.clone()).or_default();
        let arrived = lane.arrive(now, &arrival.for_lane(), &sender, || BatchIds::new().next(now));
        let Ok((accepted, changed)) = arrived else { return Appended::Refused(Refusal::Line).into() };
        self.senders.extend(sender_id.zip(changed));
        self.ids.extend(id.map(|id| (id, accepted.batch)));
        let arrived = Arrived { message: arrival.message, at: accepted.at };
        self.messages.entry(accepted.batch).or_default().push(arrived);
        AppendedOne { wake_at: lane.wake_at(), ..Appended::Accepted(accepted).into() }
    }

    /// Keeps what a transition has led to beside the lane.
    fn keep(&mut self, key: &K, Effects { ended, revived, abandoned }: Effects) {
        for ended in ended {
            let messages = self.messages.remove(&ended.facts.id).unwrap_or_default();
            self.ended.insert(ended.facts.id, Whole::ended(key.clone(), messages, ended));
        }
        if let Some(Revived { dead, batch, .. }) = revived {
            let dead_batch = self.ended.remove(&dead).and_then(|whole| whole.batch);
            self.messages.insert(batch, dead_batch.map(Batch::into_parts).unwrap_or_default());
            self.ids.values_mut().filter(|of| **of == dead).for_each(|of| *of = batch);
        }
        if let Some(Abandoned { batch, at, .. }) = abandoned {
            self.ended.entry(batch).and_modify(|whole| whole.record = whole.record.clone().abandoned(at));
        }
    }

    fn all(&self) -> impl Iterator<Item = Whole<K, M>> {
        let lines = self.lanes.iter().flat_map(|(key, lane)| lane.facts().map(move |facts| (key, facts)));
        let parts = |batch| self.messages[&batch].clone();
        let unfinished =
            lines.map(move |(key, facts)| Whole::unfinished(key.clone(), parts(facts.id), facts));
        unfinished.chain(self.ended.values().cloned())
    }
}

#[async_trait]
impl<K: Key, M: Message> Store<K, M> for MapStore<K, M> {
    async fn append(&self, now: Timestamp, arrivals: Vec<Arrival<K, M>>) -> Result<AppendReport> {
        let mut state = self.0.lock().await;
        Ok(arrivals.into_iter().map(|arrival| state.append(now, arrival)).collect())
    }

    async fn claim(&self, now: Timestamp, limit: NonZeroUsize, lease: Duration) -> Result<Vec<Claim<K, M>>> {
        let State { lanes, messages, .. } = &mut *self.0.lock().await;
        let mut lanes: Vec<_> = lanes.iter_mut().collect();
        lanes.sort_by_key(|(_, lane)| lane.wake_at());
        let claims = lanes.into_iter().filter_map(|(key, lane)| {
            let claimed = lane.claim(now, lease)?;
            let messages = messages[&claimed.facts.id].clone();
            let batch = Batch::assemble(&claimed.facts, key.clone(), messages);
            Some(Claim::new(claimed, Arc::new(batch)))
        });
        Ok(claims.take(limit.get()).collect())
    }

    async fn change(&self, now: Timestamp, key: &K, transition: Transition) -> Result<Changed, ChangeError> {
        let state = &mut *self.0.lock().await;
        let sender_id = transition.opt_out_scope(key).map(|scope| state.sender_ids.of(&scope));
        let sender = sender_id.and_then(|id| state.senders.get(&id)).copied().unwrap_or_default();
        let mut lane = state.lanes.get(key).cloned().unwrap_or_default();
        let (answer, effects) = transition.apply(&mut lane, &sender, now)?;
        let changed = Changed::new(answer, lane.wake_at());
        state.lanes.remove(key);
        let says_something = lane.forgettable_at().is_none_or(|at| at > now);
        state.lanes.extend(says_something.then(|| (key.clone(), lane)));
        state.keep(key, effects);
        Ok(changed)
    }

    async fn flush_all(&self, now: Timestamp, reason: CloseReason) -> Result<u64> {
        Ok(self.0.lock().await.lanes.values_mut().map(|lane| lane.flush(now, reason)).sum())
    }

    async fn next_wake(&self) -> Result<Option<Timestamp>> {
        Ok(self.0.lock().await.lanes.values().filter_map(Lane::wake_at).min())
    }

    async fn maintain(&self, now: Timestamp, limit: NonZeroUsize) -> Result<Maintained> {
        let State { lanes, messages, ended, ids, senders, .. } = &mut *self.0.lock().await;
        let (mut done, max) = (Maintained::default(), limit.get());
        let over = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        done.lanes_pruned = lanes.extract_if(|_, it| over(it.forgettable_at())).take(max).count() as u64;
        done.senders_pruned = senders.extract_if(|_, it| over(it.forgettable_at())).take(max).count() as u64;
        let old = ended.extract_if(|_, it| over(it.record.finished_at().map(|at| at + IDS_KEPT_FOR)));
        done.batches_pruned = old.take(max).count() as u64;
        let forgotten = ids.extract_if(|_, of| !messages.contains_key(of) && !ended.contains_key(of));
        done.ids_pruned = forgotten.count() as u64;
        done.more = [done.lanes_pruned, done.senders_pruned, done.batches_pruned].contains(&(max as u64));
        Ok(done)
    }

    async fn set_opted_out(&self, now: Timestamp, scope: &str, change: OptOutChange) -> Result<bool> {
        let State { senders, sender_ids, .. } = &mut *self.0.lock().await;
        Ok(senders.entry(sender_ids.of(scope)).or_default().apply(now, &change))
    }

    async fn sender(&self, scope: &str) -> Result<Sender> {
        let State { senders, sender_ids, .. } = &*self.0.lock().await;
        Ok(senders.get(&sender_ids.of(scope)).copied().unwrap_or_default())
    }

    async fn opted_out(&self, after: Option<SenderId>, limit: NonZeroUsize) -> Result<Vec<OptedOut>> {
        Ok(OptedOut::page(&self.0.lock().await.senders, after, limit))
    }

    async fn counts(&self, now: Timestamp) -> Result<Counts> {
        let (state, mut counts) = (self.0.lock().await, Counts::default());
        state.lanes.values().for_each(|lane| lane.count(now, &mut counts));
        counts.keys = state.lanes.len() as u64;
        counts.dead = state.ended.values().filter(|whole| whole.record.outcome.is_none()).count() as u64;
        counts.finished = state.ended.len() as u64 - counts.dead;
        counts.opted_out = state.senders.values().filter(|sender| sender.is_opted_out()).count() as u64;
        Ok(counts)
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Record<K>>> {
        Ok(filter.select(self.0.lock().await.all().map(|whole| whole.record)))
    }

    async fn batch(&self, id: BatchId) -> Result<Option<Whole<K, M>>> {
        Ok(self.0.lock().await.all().find(|whole| whole.record.id == id))
    }

    async fn hand_back(&self) -> Result<Vec<Batch<K, M>>> {
        let state = &mut *self.0.lock().await;
        let mut left: Vec<_> = state.all().filter(|whole| whole.record.outcome.is_none()).collect();
        for (key, mut lane) in std::mem::take(&mut state.lanes) {
            state.keep(&key, lane.hand_back(Timestamp::MIN));
        }
        state.messages.clear();
        state.ended.retain(|_, whole| whole.record.outcome.is_some());
        left.retain(|whole| !state.ended.contains_key(&whole.record.id));
        left.sort_by_key(|whole| whole.record.opened_at);
        Ok(left.into_iter().filter_map(|whole| whole.batch).collect())
    }
}
