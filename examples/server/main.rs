//! The whole service: gateways post to a webhook, bursts become batches, each batch gets one classification and at
//! most one reply.
//!
//! `cargo run --release --example server`, and `-- --help` for every setting. Without any it needs no keys: rules
//! classify, and replies appear on the console.

mod config;
mod gateways;
mod logging;
mod service;

use std::error::Error;
use std::future::IntoFuture;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use sms_consolidate::{Clock, Consolidator, Conversation, Key, SmsMessage};
use sms_consolidate_axum::{TWILIO_WEBHOOK_PATH, WEBHOOK_PATH};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::config::{Config, Database, LogFormat};

type AnyError = Box<dyn Error + Send + Sync>;

/// How long a shutdown may take in all.
const SHUTDOWN_WITHIN: Duration = Duration::from_secs(10);

/// Of that, how long calls under way may take to finish.
const CALLS_WITHIN: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        None => {}
        Some("--help" | "-h") => {
            say(&config::help());
            return ExitCode::SUCCESS;
        }
        Some(_) => return fail("the only argument is --help; everything is set by the environment"),
    }
    let config = match Config::from_environment() {
        Ok(config) => config,
        Err(error) => return fail(&error.to_string()),
    };
    match run(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

/// Writes to standard output. If nobody reads it any more, the service goes on.
fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

fn fail(why: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "server: {why}");
    ExitCode::FAILURE
}

#[tokio::main]
async fn run(mut config: Config) -> Result<(), AnyError> {
    logging::start(config.log_format, std::mem::take(&mut config.log_filter));
    let openai = service::openai(&config)?;
    let consolidator = service::consolidator(&config, openai.as_ref()).await?;
    let router = service::router(&config, consolidator.clone(), openai)?;
    let mut signals = Signals::listen()?;
    let listener = TcpListener::bind(config.bind)
        .await
        .map_err(|error| format!("BIND: cannot listen on {}: {error}", config.bind))?;
    announce(&config, listener.local_addr()?);
    announce_waiting(&consolidator).await;
    consolidator.start();

    let (stop, stopped) = oneshot::channel::<()>();
    let server = axum::serve(listener, router).with_graceful_shutdown(async {
        // A dropped sender stops the server too.
        let _ = stopped.await;
    });
    let mut serving = tokio::spawn(server.into_future());
    let signal = tokio::select! {
        signal = signals.next() => signal,
        ended = &mut serving => return Err(format!("the server ended by itself: {ended:?}").into()),
    };
    let in_json = config.log_format == LogFormat::Json;
    if in_json {
        tracing::info!(signal, "STOPPING");
    } else {
        say(&format!("{signal}: stopping"));
    }
    let clock = consolidator.clock();
    let deadline = clock.now() + SHUTDOWN_WITHIN;
    let _ = stop.send(());
    tokio::select! {
        _ = &mut serving => {}
        () = clock.sleep_until(clock.now() + CALLS_WITHIN) => serving.abort(),
    }
    shut_down(&consolidator, deadline.since(clock.now()), in_json).await
}

fn announce(config: &Config, address: SocketAddr) {
    let summary = service::summary(config);
    if config.log_format == LogFormat::Json {
        let settings: serde_json::Map<_, _> =
            summary.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        tracing::info!(%address, settings = %serde_json::Value::from(settings), "LISTENING");
    } else {
        say(&format!("Listening on http://{address}"));
        for (name, value) in summary {
            say(&format!("  {name:<11}{value}"));
        }
        let (takes_unsigned, path) = match gateways::receives_by_sms_mobile_api(config) {
            true => (config.webhook_secret.is_none(), WEBHOOK_PATH),
            false => (false, TWILIO_WEBHOOK_PATH),
        };
        if !takes_unsigned {
            say("Try (it says that it is up; messages must be signed):");
            say(&format!("  curl http://{address}{path}"));
        } else {
            say("Try:");
            say(&format!(
                "  curl http://{address}{WEBHOOK_PATH} -d \
                 '{{\"guid\":\"'$(date +%s%N)'\",\"number\":\"+639171234567\",\"message\":\"Yes\"}}'"
            ));
        }
    }
    if matches!(config.database, Database::Memory) {
        tracing::info!("the store is in memory: a crash loses what is not answered yet");
    }
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
}

/// What an earlier run has left. After a crash a claimed batch waits for its lease, and nothing else would tell of it.
async fn announce_waiting(consolidator: &Consolidator<Conversation, SmsMessage>) {
    let counts = match consolidator.stats().await {
        Ok(stats) => stats.counts,
        Err(error) => return tracing::warn!(%error, "what is waiting cannot be counted"),
    };
    let (open, closed, claimed, retrying) = (counts.open, counts.closed, counts.claimed, counts.retrying);
    let (dead, messages) = (counts.dead, counts.messages_buffered);
    if open + closed + claimed + retrying + dead > 0 {
        tracing::info!(open, closed, claimed, retrying, dead, messages, "BATCHES WAITING");
    }
}

/// Handles what is open, and says what became of it.
async fn shut_down(
    consolidator: &Consolidator<Conversation, SmsMessage>,
    within: Duration,
    in_json: bool,
) -> Result<(), AnyError> {
    let report = consolidator.shutdown(within).await?;
    for batch in &report.unfinished {
        let (from, messages) = (batch.key.redacted(), batch.messages.len());
        tracing::warn!(batch = %batch.id, %from, messages, "BATCH NOT HANDLED");
    }
    let (handled, kept) = (report.finished, report.kept);
    let not_handled = report.unfinished.len();
    if in_json {
        tracing::info!(handled, not_handled, kept, "STOPPED");
    } else {
        say(&format!(
            "Stopped. Batches handled while stopping: {handled}, not handled: {not_handled}, kept for the next start: {kept}"
        ));
    }
    Ok(())
}

/// Ctrl-C and SIGTERM, listened for before anybody is told that the server is there.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    #[cfg(unix)]
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "Ctrl-C",
        }
    }

    #[cfg(not(unix))]
    fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> &'static str {
        let _ = tokio::signal::ctrl_c().await;
        "Ctrl-C"
    }
}
