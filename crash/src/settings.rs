//! What a server is told, as environment variables. The driver writes them, the server reads them.

use std::path::PathBuf;
use std::time::Duration;

use crate::planted::Bug;

/// What a server is told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `memory:`, `sqlite:PATH` or `postgres://…`.
    pub database_url: String,
    /// Where the fake gateway is.
    pub gateway: String,
    /// Where the fake classifier is.
    pub classifier: String,
    /// Whether the gateway is said to know its replies again.
    pub idempotent: bool,
    /// What the server does wrong.
    pub bug: Option<Bug>,
    /// How long batches stay open.
    pub window: Duration,
    /// How long a claim lasts unless it is renewed.
    pub lease: Duration,
}

/// What differs from process to process.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// The name of the process, new with each start.
    pub name: String,
    /// The file of its trace.
    pub trace: String,
    /// Where it goes down by itself: see [`steps`](crate::steps).
    pub crash_at: Option<String>,
    /// How far its clock is off.
    pub skew: Skew,
}

/// A clock that is off, in milliseconds: ahead if positive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Skew {
    /// It is right.
    #[default]
    None,
    /// The machine's clock is off, by whole seconds, and the consolidator is left its default clock. With the
    /// [library](crate::skewed::preload) that moves it.
    Machine(i64, PathBuf),
    /// The consolidator is given a clock that is off.
    Given(i64),
}

const BUG: &str = "BUG";

const GIVEN_SKEW: &str = "GIVEN_CLOCK_SKEW_MS";

/// The variables of a process.
#[must_use]
pub fn to_environment(settings: &Settings, run: &Run) -> Vec<(&'static str, String)> {
    let mut variables = vec![
        ("DATABASE_URL", settings.database_url.clone()),
        ("GATEWAY_URL", settings.gateway.clone()),
        ("CLASSIFIER_URL", settings.classifier.clone()),
        ("IDEMPOTENT", settings.idempotent.to_string()),
        ("WINDOW_MS", settings.window.as_millis().to_string()),
        ("LEASE_MS", settings.lease.as_millis().to_string()),
        ("RUN", run.name.clone()),
        ("TRACE", run.trace.clone()),
    ];
    variables.extend(settings.bug.map(|bug| (BUG, bug.to_string())));
    variables.extend(run.crash_at.clone().map(|step| ("CRASH_AT", step)));
    match &run.skew {
        Skew::None => {}
        Skew::Machine(ms, library) => variables
            .extend([("CLOCK_SKEW_MS", ms.to_string()), ("LD_PRELOAD", library.display().to_string())]),
        Skew::Given(ms) => variables.push((GIVEN_SKEW, ms.to_string())),
    }
    variables
}

/// Reads them back.
///
/// # Errors
/// Which variable is missing or wrong.
pub fn from_environment() -> Result<(Settings, Run), String> {
    let settings = Settings {
        database_url: required("DATABASE_URL")?,
        gateway: required("GATEWAY_URL")?,
        classifier: required("CLASSIFIER_URL")?,
        idempotent: parsed("IDEMPOTENT")?,
        bug: if given(BUG).is_some() { Some(parsed(BUG)?) } else { None },
        window: Duration::from_millis(parsed("WINDOW_MS")?),
        lease: Duration::from_millis(parsed("LEASE_MS")?),
    };
    // That the machine's clock is off, the server does not know.
    let skew = if given(GIVEN_SKEW).is_some() { Skew::Given(parsed(GIVEN_SKEW)?) } else { Skew::None };
    let run = Run { name: required("RUN")?, trace: required("TRACE")?, crash_at: given("CRASH_AT"), skew };
    Ok((settings, run))
}

fn given(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn required(name: &str) -> Result<String, String> {
    given(name).ok_or_else(|| format!("{name} is not set"))
}

fn parsed<T: std::str::FromStr>(name: &str) -> Result<T, String> {
    required(name)?.parse().map_err(|_| format!("{name} cannot be read"))
}
