//! One run: nodes that are started, crash and shut down, and what is done to them meanwhile.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use sms_consolidate::{
    Clock, Consolidator, Event, InFlight, Label, MemoryStore, OptOut, ReplyTemplates, RetryPolicy, Timestamp,
};
use tokio::runtime::Runtime;
use tokio::sync::broadcast;
use tokio::task::AbortHandle;

use crate::operations::Ground;
use crate::outside::Outside;
use crate::plan::{
    HELP_TEXT, Keywords, MAX_TEXT_BYTES, Plan, START_TEXT, STOP_TEXT, SimKey, SimMessage, Weather,
};
use crate::store::SimStore;
use crate::world::World;

/// How many turns everybody may take at one instant. More is a loop without an end.
const MAX_TURNS: usize = 20_000;

/// One process: a consolidator on a runtime of its own. Dropping it is a crash.
pub(crate) struct Node {
    pub(crate) number: usize,
    pub(crate) consolidator: Consolidator<SimKey, SimMessage>,
    pub(crate) events: broadcast::Receiver<Event<SimKey>>,
    pub(crate) has_driver: bool,
    pub(crate) runtime: Runtime,
}

pub(crate) struct Run {
    pub(crate) plan: Arc<Plan>,
    pub(crate) world: Arc<World>,
    pub(crate) memory: Arc<MemoryStore<SimKey, SimMessage>>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) rng: fastrand::Rng,
    pub(crate) next_tag: u32,
    /// Messages with ids, to be delivered again.
    pub(crate) delivered: Vec<(SimKey, SimMessage)>,
}

/// A run in which every promise was kept.
pub(crate) struct Ended {
    pub(crate) trace: Vec<String>,
    pub(crate) reached: BTreeSet<&'static str>,
}

/// What went wrong, and what led to it.
pub(crate) struct Failure {
    pub(crate) what: String,
    pub(crate) trace: Vec<String>,
}

/// Runs one seed, and keeps its trace if that is wanted.
pub(crate) fn run(seed: u64, traced: bool) -> Result<Ended, Failure> {
    let mut run = Run::new(Arc::new(Plan::draw(seed)), traced);
    for _ in 0..run.plan.operations {
        run.operate();
        if run.is_over() {
            break;
        }
    }
    if !run.is_over() {
        run.end();
    }
    let wrong = run.wrong();
    while !run.nodes.is_empty() {
        run.kill(0);
    }
    let trace = run.world.take_trace();
    match wrong {
        Some(what) => Err(Failure { what, trace }),
        None => Ok(Ended { trace, reached: run.world.observe(|state| state.oracle.reached.clone()) }),
    }
}

fn policy(plan: &Plan) -> RetryPolicy {
    RetryPolicy::default()
        .with_max_attempts(plan.max_attempts)
        .with_max_time(plan.max_retry_time)
        .with_first_wait(plan.first_wait)
        .with_longest_wait(plan.first_wait * 4)
        .with_max_lease_losses(plan.max_lease_losses)
}

fn consolidator(plan: &Arc<Plan>, store: SimStore) -> Consolidator<SimKey, SimMessage> {
    let outside = Outside { world: Arc::clone(&store.world), node: store.node };
    let template = |label: &Label| Plan::template(label, store.node).expect("the label is answered");
    let labels = [Label::AGREE, Label::NOT_AGREE];
    let replies = labels.into_iter().fold(ReplyTemplates::new(), |replies, label| {
        let text = template(&label);
        replies.with(label, text)
    });
    let window_plan = Arc::clone(plan);
    let mut builder = Consolidator::<SimKey, SimMessage>::builder()
        .clock(store.world.clock.clone())
        .window_fn(move |_, message, now| window_plan.window(message.kind, now))
        .store(store)
        .classifier(outside.clone())
        .sender(outside)
        .replies(if plan.replies { replies } else { ReplyTemplates::off() })
        .opt_out_scope(plan.scope)
        .in_flight(if plan.supersede { InFlight::Supersede } else { InFlight::Queue })
        .retry(policy(plan))
        .max_in_flight(plan.max_in_flight)
        .max_text_bytes(MAX_TEXT_BYTES)
        .max_replies_per_hour(plan.max_replies_per_hour.and_then(NonZeroU32::new))
        .reply_within(plan.reply_within)
        .lease(plan.lease)
        .classify_timeout(plan.classify_timeout)
        .send_timeout(plan.send_timeout);
    if let Some(within) = plan.supersede_within {
        builder = builder.supersede_within(within);
    }
    let ours = OptOut::sms().with_stop_text(STOP_TEXT).with_start_text(START_TEXT);
    match plan.keywords {
        Keywords::Off => {}
        Keywords::Ours { help: false } => builder = builder.opt_out(ours),
        Keywords::Ours { help: true } => builder = builder.opt_out(ours.with_help_text(HELP_TEXT)),
        Keywords::AnsweredByGateway => builder = builder.opt_out(ours.answered_by_gateway()),
    }
    builder.build().expect("the plan's settings agree with one another")
}

impl Run {
    fn new(plan: Arc<Plan>, traced: bool) -> Self {
        let world = World::new(&plan, traced);
        let memory = MemoryStore::builder()
            .seed(plan.seed)
            .max_messages(plan.max_buffered)
            .max_keys(plan.max_keys)
            .keep_finished(1_000_000)
            .build();
        let rng = fastrand::Rng::with_seed(plan.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 1);
        let mut run = Self {
            memory: Arc::new(memory),
            nodes: Vec::new(),
            rng,
            next_tag: 0,
            delivered: Vec::new(),
            plan,
            world,
        };
        run.trace(|run| format!("{:?}", run.plan));
        for _ in 0..run.plan.nodes {
            run.add_node();
        }
        run
    }

    pub(crate) fn trace(&self, line: impl FnOnce(&Self) -> String) {
        self.world.observe(|state| state.trace(|| line(self)));
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    fn wrong(&self) -> Option<String> {
        crate::panics::take().or_else(|| self.world.wrong())
    }

    pub(crate) fn is_over(&self) -> bool {
        crate::panics::happened() || self.world.wrong().is_some()
    }

    pub(crate) fn report(&self, what: String) {
        self.world.observe(|state| state.oracle.wrong.push(what));
    }

    pub(crate) fn add_node(&mut self) {
        let number = self.world.enrol();
        let store =
            SimStore { memory: Arc::clone(&self.memory), world: Arc::clone(&self.world), node: number };
        let runtime =
            tokio::runtime::Builder::new_current_thread().build().expect("a runtime without I/O starts");
        let consolidator = consolidator(&self.plan, store);
        let events = consolidator.subscribe();
        self.trace(|_| format!("n{number} starts"));
        let mut node = Node { number, consolidator, events, has_driver: false, runtime };
        // Some nodes only take in messages, or are driven by `process_due`, until something starts them.
        if self.rng.u8(0..8) != 0 {
            node.start();
        }
        self.nodes.push(node);
    }

    /// The process is gone, whatever it was about to do.
    pub(crate) fn kill(&mut self, index: usize) {
        let node = self.nodes.remove(index);
        self.world.observe(|state| {
            state.oracle.killed(node.number);
            state.is_hushed = true;
        });
        drop(node);
        self.world.observe(|state| state.is_hushed = false);
    }

    pub(crate) fn any_node(&mut self) -> usize {
        self.rng.usize(0..self.nodes.len())
    }

    /// Starts an operation on a node, to run whenever that takes turns.
    pub(crate) fn spawn<F>(&mut self, node: usize, operation: impl FnOnce(Ground) -> F) -> AbortHandle
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let node = &mut self.nodes[node];
        let (consolidator, world) = (node.consolidator.clone(), Arc::clone(&self.world));
        let task = node.runtime.spawn(operation(Ground { consolidator, world, node: node.number }));
        task.abort_handle()
    }

    /// Lets everybody take turns until all wait for the clock.
    pub(crate) fn settle(&self) {
        let mut quiet = 0;
        for _ in 0..MAX_TURNS {
            let before = self.world.stirred();
            self.take_turn();
            quiet = if self.world.stirred() == before { quiet + 1 } else { 0 };
            if quiet == 2 {
                return self.check_at_rest();
            }
        }
        self.report(format!("nobody comes to rest within {MAX_TURNS} turns"));
    }

    pub(crate) fn take_turn(&self) {
        for node in &self.nodes {
            self.world.turn();
            node.runtime.block_on(tokio::task::yield_now());
        }
    }

    /// With a prompt store, what is due has been taken up wherever there was room.
    fn check_at_rest(&self) {
        if !self.plan.weather.is_prompt() {
            return;
        }
        let now = self.now();
        if self.plan.weather == Weather::Clear {
            self.world.observe(|state| state.oracle.check_pointless_calls());
        }
        let is_idle = self.world.observe(|state| state.oracle.claimable(now).is_empty());
        if is_idle {
            return;
        }
        let has_room = |node: &Node| {
            node.has_driver
                && node
                    .runtime
                    .block_on(node.consolidator.stats())
                    .is_ok_and(|stats| stats.in_flight < self.plan.max_in_flight)
        };
        if self.nodes.iter().any(has_room) {
            self.world.observe(|state| state.oracle.check_nothing_waits(now));
        }
    }

    /// Moves the clock through every instant that somebody waits for.
    pub(crate) fn step(&self, time: Duration) {
        let target = self.now() + time;
        self.settle();
        while let Some(next) = self.world.clock.next_deadline().filter(|next| *next <= target) {
            self.world.clock.jump_to(next);
            self.settle();
            if self.is_over() {
                return;
            }
        }
        self.world.clock.jump_to(target);
        self.settle();
    }
}

impl Node {
    pub(crate) fn start(&mut self) {
        self.has_driver = true;
        self.runtime.block_on(async { self.consolidator.start() });
    }
}
