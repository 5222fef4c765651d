//! Peers, servers and load together: what a crash test drives.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;
use sms_consolidate::{Clock, SystemClock};
use sms_consolidate_axum::STATUS_PATH;

use crate::ADMIN_TOKEN;
use crate::check::{Cut, Evidence, How, Outage};
use crate::child::Listening;
use crate::contents::{self, Clocks, Stored, Text};
use crate::journal::{self, Call, CallPhase, Deed, DeedPhase, Noted};
use crate::load::{Addresses, Load, Posted};
use crate::planted::Bug;
use crate::settings::{Run, Settings, Skew, to_environment};
use crate::time::monotonic_us;

/// How long batches stay open in these runs.
pub const WINDOW: Duration = Duration::from_millis(120);

/// How long claims last in these runs. Long enough that a busy machine does not lose them, which would be a finding.
pub const LEASE: Duration = Duration::from_secs(2);

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// The programs of this package; only its tests know where they are.
#[derive(Clone, Copy, Debug)]
pub struct Programs {
    /// `crash-server`.
    pub server: &'static str,
    /// `crash-peer`.
    pub peer: &'static str,
    /// Where files may be written.
    pub folder: &'static str,
}

/// What is to be run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The name of its folder.
    pub name: String,
    /// The store. `sqlite:` alone is a file in the run's folder.
    pub database_url: String,
    /// Whether the gateway is said to know its replies again.
    pub idempotent: bool,
    /// What the servers do wrong.
    pub bug: Option<Bug>,
    /// What its load and its kills are derived from.
    pub seed: u64,
    /// How often it is to be done.
    pub rounds: u64,
}

/// A server, again and again.
#[derive(Debug)]
struct Node {
    starts: usize,
    process: Option<(String, Listening)>,
    /// When the process was last seen to stand still.
    stopped_by_us: u64,
}

/// See the [module](self).
#[derive(Debug)]
pub struct Rig {
    programs: Programs,
    folder: PathBuf,
    settings: Settings,
    seed: u64,
    _peers: [Listening; 2],
    nodes: Vec<Node>,
    addresses: Addresses,
    load: Option<Load>,
    cuts: Vec<Cut>,
    outages: Vec<Outage>,
    skews_us: BTreeMap<String, i64>,
    clock: SystemClock,
    client: reqwest::Client,
}

impl Rig {
    /// Starts the peers. No server runs yet.
    ///
    /// # Panics
    /// If something cannot be set up, as do all methods here: they are for tests.
    #[must_use]
    pub fn new(programs: Programs, plan: &Plan) -> Self {
        let folder = Path::new(programs.folder).join(&plan.name);
        // What an earlier run has left there.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("the folder for tests can be written to");
        let peer = |role: &str| {
            let (journal, errors) = (folder.join(role), folder.join(format!("{role}.log")));
            let arguments = [role, journal.to_str().expect("the folder has a plain name")];
            Listening::start(Path::new(programs.peer), &arguments, Vec::new(), &errors)
                .expect("a peer starts")
        };
        let peers = [peer("gateway"), peer("classifier")];
        let database_url = match plan.database_url.as_str() {
            "sqlite:" => format!("sqlite:{}", folder.join("store.db").display()),
            url => url.to_owned(),
        };
        let settings = Settings {
            database_url,
            gateway: peers[0].url.clone(),
            classifier: peers[1].url.clone(),
            idempotent: plan.idempotent,
            bug: plan.bug,
            window: WINDOW,
            lease: LEASE,
        };
        Self {
            programs,
            folder,
            settings,
            seed: plan.seed,
            _peers: peers,
            nodes: Vec::new(),
            addresses: Addresses::default(),
            load: None,
            cuts: Vec::new(),
            outages: Vec::new(),
            skews_us: BTreeMap::new(),
            clock: SystemClock::new(),
            client: reqwest::Client::builder().no_proxy().build().expect("a client needs nothing"),
        }
    }

    /// Starts the node `index`, for the first time or again. Posts go to it from now on.
    pub fn start(&mut self, index: usize, crash_at: Option<String>, skew: Skew) {
        self.nodes.resize_with(self.nodes.len().max(index + 1), || Node {
            starts: 0,
            process: None,
            stopped_by_us: 0,
        });
        let node = &mut self.nodes[index];
        node.starts += 1;
        let name = format!("node{index}-{}", node.starts);
        let trace = self.folder.join(format!("{name}.trace")).display().to_string();
        if let Skew::Given(ms) = skew {
            self.skews_us.insert(name.clone(), ms * 1_000);
        }
        let run = Run { name: name.clone(), trace, crash_at, skew };
        let environment = to_environment(&self.settings, &run);
        let errors = self.folder.join(format!("node{index}.log"));
        let program = Path::new(self.programs.server);
        let process = Listening::start(program, &[], environment, &errors).expect("a server starts");
        self.addresses.set(index, &process.url);
        node.process = Some((name, process));
    }

    /// Has `senders` senders text from now on.
    pub fn begin_load(&mut self, senders: usize) {
        self.load = Some(Load::start(&self.addresses, senders, self.seed));
    }

    /// Waits.
    pub async fn wait(&self, duration: Duration) {
        self.clock.sleep_until(self.clock.now() + duration).await;
    }

    /// Waits until `holds`.
    pub async fn wait_until(&mut self, what: &str, mut holds: impl FnMut(&mut Self) -> bool) {
        let deadline = self.clock.now() + PATIENCE;
        while !holds(self) {
            assert!(self.clock.now() < deadline, "waited in vain: {what}; {}", self.folder.display());
            self.wait(LOOK_EVERY).await;
        }
    }

    fn process(&mut self, index: usize) -> &mut (String, Listening) {
        self.nodes[index].process.as_mut().expect("the node runs")
    }

    /// The process that the node `index` is now.
    pub fn run(&mut self, index: usize) -> String {
        self.process(index).0.clone()
    }

    /// Kills a node.
    pub fn kill(&mut self, index: usize) {
        let (run, mut process) = self.nodes[index].process.take().expect("the node runs");
        let from_us = monotonic_us();
        process.kill();
        self.cuts.push(Cut { run, how: How::Killed, from_us, until_us: monotonic_us() });
    }

    /// Waits until a node has killed itself. Returns the step and the batch.
    pub async fn dies(&mut self, index: usize) -> Noted {
        let run = self.run(index);
        self.wait_until(&format!("{run} dies"), |rig| rig.process(index).1.is_dead()).await;
        self.nodes[index].process = None;
        let died = self.trace_of(&run).into_iter().rfind(|noted| noted.deed == Deed::Crash);
        let died = died.expect("nobody else kills it");
        let (from_us, until_us) = (died.at_us, monotonic_us());
        self.cuts.push(Cut { run, how: How::Killed, from_us, until_us });
        died
    }

    /// Waits until a node has stopped itself and stands still. Returns the step and the batch.
    pub async fn stops(&mut self, index: usize) -> Noted {
        let run = self.run(index);
        let mut stopped = None;
        self.wait_until(&format!("{run} stops"), |rig| {
            stopped = rig.trace_of(&run).into_iter().rfind(|noted| noted.deed == Deed::Crash);
            stopped.is_some() && rig.process(index).1.stands_still()
        })
        .await;
        self.nodes[index].stopped_by_us = monotonic_us();
        stopped.expect("that was waited for")
    }

    /// Whether the batch of a node that has stopped was claimed by another since.
    #[must_use]
    pub fn has_taken_over(&self, stopped: &Noted) -> bool {
        let is_next = |noted: &Noted| noted.batch == stopped.batch && noted.token > stopped.token;
        self.trace().iter().any(is_next)
    }

    /// Lets a node go on that has stopped itself.
    pub fn resume(&mut self, index: usize, stopped: &Noted) {
        let how = How::Stopped { by_us: self.nodes[index].stopped_by_us };
        let (run, process) = self.process(index);
        process.signal(Signal::CONT);
        let (run, from_us, until_us) = (run.clone(), stopped.at_us, monotonic_us());
        self.cuts.push(Cut { run, how, from_us, until_us });
    }

    /// Notes that the database has been away since `from_us`, and is back.
    pub fn database_was_away(&mut self, from_us: u64) {
        self.outages.push(Outage { from_us, until_us: monotonic_us() });
    }

    fn trace_of(&self, run: &str) -> Vec<Noted> {
        journal::read(self.folder.join(format!("{run}.trace")))
    }

    /// What all processes have noted so far, in order of time.
    #[must_use]
    pub fn trace(&self) -> Vec<Noted> {
        let runs = self.nodes.iter().enumerate().flat_map(|(index, node)| {
            (1..=node.starts).flat_map(move |start| self.trace_of(&format!("node{index}-{start}")))
        });
        let mut trace: Vec<Noted> = runs.collect();
        trace.sort_by_key(|noted| noted.at_us);
        trace
    }

    /// What the gateway has received so far.
    #[must_use]
    pub fn gateway(&self) -> Vec<Call> {
        journal::read(self.folder.join("gateway"))
    }

    /// Ends the load: what was begun is delivered first.
    pub async fn end_load(&mut self) -> Vec<Posted> {
        self.load.take().expect("there is a load").stop().await
    }

    async fn get(&self, url: &str) -> Option<Value> {
        let answer = self.client.get(url).bearer_auth(ADMIN_TOKEN).send().await.ok()?;
        serde_json::from_slice(&answer.bytes().await.ok()?).ok()
    }

    /// Waits until the status page of the node `index` shows nothing unfinished.
    pub async fn drain(&mut self, index: usize) {
        let url = self.process(index).1.url.clone() + STATUS_PATH;
        let deadline = self.clock.now() + PATIENCE;
        loop {
            let page = self.get(&url).await.unwrap_or_default();
            let count = |state: &str| page["batches"][state].as_u64();
            let unfinished = ["open", "closed", "claimed", "retrying"].map(count);
            if unfinished.iter().all(|count| *count == Some(0)) {
                return;
            }
            assert!(self.clock.now() < deadline, "not drained: {page:#}; {}", self.folder.display());
            self.wait(LOOK_EVERY).await;
        }
    }

    /// What the store holds now, as the node `index` tells it.
    pub async fn contents(&mut self, index: usize) -> Vec<Stored> {
        let url = self.process(index).1.url.clone() + contents::PATH;
        let deadline = self.clock.now() + PATIENCE;
        // Each batch is a question to the store, and on a busy machine one of them may exceed its time limit.
        loop {
            if let Some(told) = self.get(&url).await {
                return serde_json::from_value(told).expect("it tells it as it is agreed");
            }
            assert!(self.clock.now() < deadline, "nothing is told of the store; {}", self.folder.display());
            self.wait(LOOK_EVERY).await;
        }
    }

    /// What time the node `index` thinks it is, by its machine and by its consolidator, and between when and when it was
    /// asked: in milliseconds since the Unix epoch.
    pub async fn clocks(&mut self, index: usize) -> (Clocks, RangeInclusive<i64>) {
        let url = self.process(index).1.url.clone() + contents::CLOCKS_PATH;
        let before_ms = self.clock.now().as_unix_millis();
        let told = self.get(&url).await.expect("a server tells its time");
        let clocks = serde_json::from_value(told).expect("it tells it as it is agreed");
        (clocks, before_ms..=self.clock.now().as_unix_millis())
    }

    /// Everything that is left of the run, and its end.
    pub async fn end(mut self, posts: Vec<Posted>) -> (Evidence, PathBuf) {
        let mut batches = self.contents(0).await;
        let classifier: Vec<Call> = journal::read(self.folder.join("classifier"));
        if self.settings.database_url.starts_with("memory:") {
            forgotten_messages(&mut batches, &classifier);
        }
        let trace = self.trace();
        let evidence = Evidence {
            posts,
            batches,
            gateway: self.gateway(),
            classifier,
            trace,
            cuts: self.cuts.clone(),
            outages: self.outages.clone(),
            skews_us: self.skews_us.clone(),
            idempotent: self.settings.idempotent,
            window: WINDOW,
            lease: LEASE,
        };
        (evidence, self.folder.clone())
    }
}

/// The in-memory store drops the messages of finished batches. Its classifier has seen them.
fn forgotten_messages(batches: &mut [Stored], classifier: &[Call]) {
    for batch in batches.iter_mut().filter(|batch| batch.messages.is_none()) {
        let calls = classifier.iter().rev();
        let seen = calls.filter(|call| call.phase == CallPhase::Received && call.request.batch == batch.id);
        batch.messages = seen.map(|call| &call.request).next().map(|request| {
            let both = request.ids.iter().zip(&request.texts);
            both.map(|(id, text)| Text { id: id.clone(), text: text.clone() }).collect()
        });
    }
}

/// Whether a write of a worker that had stopped was refused afterwards, under the claim that it held then.
#[must_use]
pub fn was_refused_since(trace: &[Noted], stopped: &Noted) -> bool {
    trace.iter().any(|noted| {
        noted.phase == DeedPhase::Refused
            && noted.at_us > stopped.at_us
            && (&noted.run, &noted.batch, noted.token) == (&stopped.run, &stopped.batch, stopped.token)
    })
}
