//! How nodes shut down, and how a run ends.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use sms_consolidate::store::{Filter, Store};
use sms_consolidate::{Clock, Event, ShutdownReport};

use crate::plan::{HOUR, SECOND, SimKey, SimMessage, Weather};
use crate::run::{Node, Run};
use crate::store::SLOWEST_ANSWER;

/// How many instants a run may need to come to its end. More is an end that is never reached.
const MAX_STEPS: usize = 5_000;

const MAX_MAINTAINED: NonZeroUsize = NonZeroUsize::new(10_000).expect("the limit is not zero");

impl Run {
    pub(crate) fn end(&mut self) {
        if self.rng.u8(0..3) > 0 {
            self.come_to_an_end();
        }
        self.settle();
        while !self.nodes.is_empty() && !self.is_over() {
            if self.rng.u8(0..4) == 0 {
                self.trace(|run| format!("n{} is killed", run.nodes[0].number));
                self.kill(0);
            } else {
                self.shut_down(0);
            }
        }
        if !self.is_over() {
            self.audit();
        }
    }

    /// Everything works from now on, so every batch ends.
    fn come_to_an_end(&mut self) {
        self.world.observe(|state| state.calm = true);
        self.trace(|_| "calm".to_owned());
        self.start_all();
        for _ in 0..MAX_STEPS {
            self.settle();
            if self.is_over() || !self.world.observe(|state| state.oracle.has_unfinished()) {
                break;
            }
            match self.world.clock.next_deadline() {
                Some(next) => self.world.clock.jump_to(next),
                None => break,
            }
        }
        self.world.observe(|state| state.oracle.check_everything_ended());
    }

    /// Shuts a node down in good order, while others go on.
    pub(crate) fn shut_down(&mut self, index: usize) {
        let within = SECOND * self.rng.u32(0..=30);
        let number = self.nodes[index].number;
        self.trace(|_| format!("n{number} shuts down within {within:?}"));
        let start = self.now();
        self.world.observe(|state| state.oracle.may_interrupt(number));
        let report = Arc::new(Mutex::new(None));
        let node = &mut self.nodes[index];
        node.has_driver = false;
        let (consolidator, world, slot) = (node.consolidator.clone(), self.world.clone(), report.clone());
        let task = node.runtime.spawn(async move {
            let mut result = consolidator.shutdown(within).await;
            if result.is_err() && world.observe(|state| state.plan.weather == Weather::Stormy) {
                world.observe(|state| state.calm = true);
                result = consolidator.shutdown(within).await;
            }
            // At this instant, because other nodes go on.
            let left = world.observe(|state| {
                state.oracle.stopped(number);
                state.oracle.unfinished()
            });
            let now = world.clock.now();
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some((result, left, now));
        });
        for _ in 0..MAX_STEPS {
            self.settle();
            if task.is_finished() || self.is_over() {
                break;
            }
            match self.world.clock.next_deadline() {
                Some(next) => self.world.clock.jump_to(next),
                None => break,
            }
        }
        let ended = report.lock().unwrap_or_else(PoisonError::into_inner).take();
        match ended {
            Some((Ok(report), left, at)) => {
                self.check_report(&report, left);
                let took = at.since(start);
                if self.plan.weather.is_prompt() && took > within + SECOND {
                    self.report(format!("the shutdown took {took:?}, it was given {within:?}"));
                }
            }
            Some((Err(error), ..)) => self.report(format!("the shutdown failed: {error}")),
            None => self.report("the shutdown never ends".to_owned()),
        }
        if !self.is_over() {
            self.check_node(index);
        }
        if self.plan.weather == Weather::Slow && !self.is_over() {
            // Answers that it no longer waited for arrive.
            self.step(SLOWEST_ANSWER);
        }
        // What it was cut off from at its deadline waits for a lease to end, as after a crash.
        self.kill(index);
    }

    fn check_report(&self, report: &ShutdownReport<SimKey, SimMessage>, left: u64) {
        if self.plan.durable {
            if report.kept != left || !report.unfinished.is_empty() {
                self.report(format!("the shutdown kept {}, expected {left}", report.kept));
            }
        } else if left > 0 {
            self.report(format!("the shutdown of a volatile store left {left} batches in it"));
        }
    }

    /// What a node says of itself agrees with what it was told.
    fn check_node(&mut self, index: usize) {
        let node = &mut self.nodes[index];
        let Ok(stats) = node.runtime.block_on(node.consolidator.stats()) else {
            return self.report("the stats are not to be had".to_owned());
        };
        let (tally, unheard) = self.world.observe(|state| {
            state.oracle.check_counts(&stats.counts);
            (state.tallies[node.number], state.unheard[node.number])
        });
        let events = EventCounts::of(node);
        let totals = stats.totals;
        if totals.batches_finished > tally.replied + tally.skipped + tally.unknown {
            self.world.observe(|state| state.oracle.reach("found out how it had ended"));
        }
        if !tally.agrees_with(&unheard, &totals) {
            return self.report(format!("{totals:?}, expected {tally:?}, with some of {unheard:?}"));
        }
        let seen = [
            (events.accepted, tally.accepted),
            (events.duplicates, tally.duplicates),
            (events.refused, tally.refused),
            (events.finished, totals.batches_finished),
            (events.retrying, totals.retries),
            (events.dead, totals.dead),
            (events.lost, totals.claims_lost),
            (events.opted_out, totals.opted_out),
            (events.opted_in, totals.opted_in),
        ];
        let handed_back = tally.handed_back..=tally.handed_back + unheard.handed_back;
        let classified = tally.classified..=tally.classified + unheard.classified;
        if seen.iter().any(|(seen, expected)| seen != expected)
            || !handed_back.contains(&events.handed_back)
            || !classified.contains(&events.classified)
        {
            self.report(format!("{events:?}, expected {tally:?}"));
        } else if self.plan.weather.is_prompt() && events.claimed != tally.claims {
            self.report(format!("{} claims showed as events, of {}", events.claimed, tally.claims));
        }
    }

    /// What the store holds once nobody is left.
    fn audit(&mut self) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().build().expect("a runtime without I/O starts");
        let memory = &*self.memory;
        let records = runtime.block_on(memory.list(&Filter::newest(usize::MAX))).unwrap_or_default();
        let mut wholes = BTreeMap::new();
        for record in &records {
            if let Ok(Some(whole)) = runtime.block_on(memory.batch(record.id)) {
                wholes.insert(record.id, whole);
            }
        }
        let counts = runtime.block_on(memory.counts(self.now())).unwrap_or_default();
        self.world.observe(|state| {
            state.oracle.check_counts(&counts);
            state.oracle.check_records(&records, &wholes);
            state.oracle.check_messages();
        });
        if self.world.observe(|state| state.oracle.has_unfinished()) {
            return;
        }
        self.world.clock.jump_to(self.now() + HOUR + self.plan.lease * 2);
        let now = self.now();
        while runtime.block_on(memory.maintain(now, MAX_MAINTAINED)).is_ok_and(|done| done.more) {}
        let counts = runtime.block_on(memory.counts(now)).unwrap_or_default();
        self.world.observe(|state| state.oracle.check_idle_keys(&counts));
    }
}

#[derive(Debug, Default)]
struct EventCounts {
    accepted: u64,
    duplicates: u64,
    refused: u64,
    claimed: u64,
    finished: u64,
    retrying: u64,
    dead: u64,
    lost: u64,
    classified: u64,
    opted_out: u64,
    opted_in: u64,
    handed_back: u64,
}

impl EventCounts {
    fn of(node: &mut Node) -> Self {
        let mut counts = Self::default();
        while let Ok(event) = node.events.try_recv() {
            let counter = match event {
                Event::Accepted { .. } => &mut counts.accepted,
                Event::Duplicate { .. } => &mut counts.duplicates,
                Event::Refused { .. } => &mut counts.refused,
                Event::Claimed { .. } => &mut counts.claimed,
                Event::Finished { .. } => &mut counts.finished,
                Event::Retrying { .. } => &mut counts.retrying,
                Event::Dead { .. } => &mut counts.dead,
                Event::Lost { .. } => &mut counts.lost,
                Event::HandedBack { .. } => &mut counts.handed_back,
                Event::Classified { .. } => &mut counts.classified,
                Event::OptedOut { opted_out: true, .. } => &mut counts.opted_out,
                Event::OptedOut { opted_out: false, .. } => &mut counts.opted_in,
                _ => continue,
            };
            *counter += 1;
        }
        counts
    }
}
