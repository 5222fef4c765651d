//! Crash tests: servers are killed with SIGKILL at every named step and at random instants, stopped past their lease,
//! given wrong clocks, and have their database restarted under them. Afterwards every message and every reply is
//! accounted for.
//!
//! All parts are processes of their own, on loopback:
//!
//! - `crash-server` is as small as a service can be around a store. It kills or stops itself at one of
//!   [`steps::STEPS`] if it is told to, and writes down every claim and every write under one.
//! - `crash-peer` is the gateway or the classifier. It writes down what it receives before it answers. No two of its
//!   classifications are alike, so that a reply which is not the recorded one shows.
//! - The test itself posts as gateways do, in bursts, over several connections, with redeliveries and with retries
//!   under the same id; kills; starts again; and [checks](check) what is left.
//!
//! ```console
//! $ cargo test -p sms-consolidate-crash                   # a round of each; part of the gate
//! $ CRASH_ROUNDS=20 cargo test -p sms-consolidate-crash   # longer; scripts/soak does this
//! $ CRASH_SEED=1795238684182 cargo test -p sms-consolidate-crash --test crash NAME -- --nocapture
//! ```
//!
//! These tests run in real time, as no others of the project do. They need Linux, a C compiler (a small library,
//! `skew.c`, makes a machine's clock wrong) and the programs of a Postgres server, and fail where those are missing.
//!
//! # Reading a failure
//!
//! Each finding names the [promise](check::Broken) that was not kept and the batch, and then tells all that is known of
//! that batch in order of time, in seconds of the machine's monotonic clock:
//!
//! ```text
//! AnsweredTwice: the gateway was called 2 times for 01a1fc96-…: [["Judgement 7 of …"], ["Judgement 7 of …"]]
//!     17680.101 +15551234001-3 posted
//!     17680.104 +15551234001-3 acknowledged
//!     17680.230 node0-2 Claim Done under token 1
//!     17680.251 node0-2 BeginReply Done under token 1
//!     17680.252 gateway Received call of node0-2
//!     17680.260 node0-2 killed
//!     17682.239 node0-3 Claim Done under token 2
//!     …
//!     at the end: Finished Some(Replied(…))
//! ```
//!
//! `node0-2` is the second process of node 0. A deed is `Asked` when the store is called, `Done`, `Refused` (the claim is
//! gone) or `Failed` when it has answered; one that is only asked was cut off. The folder that the test prints keeps the
//! traces of all processes, the journals of the peers, and for SQLite the database.
//!
//! # Repeating one
//!
//! `CRASH_SEED`, which each test prints first, repeats the load and the plan: which step is the last the how many-th
//! time, how long a server lives. It does not repeat how the machine interleaves the processes, so a rare failure may
//! need `CRASH_ROUNDS` as well. A failure at a named step comes again nearly always.
//!
//! # That it can fail
//!
//! `tests/honest.rs` loses messages with the in-memory store, and [plants bugs](planted) in servers, one after the other;
//! the findings must name them. Each single check is tested with evidence that breaks it, in `check/tests.rs`.
//!
//! # What is excused
//!
//! A claim may be lost, and with it a call repeated or a reply unknown, only by what the driver did or saw: its process
//! was killed, or stopped for longer than its lease; its renewals failed while the database was away, until the lease
//! was over; or another was given a clock that is ahead. Each excuse belongs to one claim, and covers a call only if the
//! cut fell between the begin of that call and the record of its answer, by the journals of the peers and the times of
//! the kills. A claim that nobody has noted, which shows as a gap in the tokens of its key, needs a claim that failed or
//! a process that was killed at that time.

pub mod check;
pub mod child;
pub mod clients;
pub mod contents;
pub mod journal;
pub mod load;
pub mod peer;
pub mod planted;
pub mod rig;
pub mod settings;
pub mod skewed;
pub mod stepped;
pub mod steps;
pub mod time;

/// Opens the status page of every server here.
pub const ADMIN_TOKEN: &str = "crash";
