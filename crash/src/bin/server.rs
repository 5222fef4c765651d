//! A service as small as one can be around a store, which may kill itself at a named step.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use crash::clients::{Gateway, Remote};
use crash::contents::{self, Clocks, Stored};
use crash::journal::Journal;
use crash::planted::{Bug, Planted};
use crash::settings::{Run, Settings, Skew, from_environment};
use crash::skewed::Skewed;
use crash::stepped::Stepped;
use crash::{ADMIN_TOKEN, child, steps};
use sms_consolidate::store::Store;
use sms_consolidate::{
    Clock, Consolidator, Conversation, MemoryStore, ReplyTemplates, RetryPolicy, SmsMessage, SystemClock,
    Window,
};
use sms_consolidate_axum::SmsRouter;
use sms_consolidate_postgres::PostgresStore;
use sms_consolidate_providers::inbound::SmsMobileApi;
use sms_consolidate_sqlite::SqliteStore;

type AnyError = Box<dyn Error + Send + Sync>;
type Sms = Consolidator<Conversation, SmsMessage>;

/// On a busy machine a server may start slowly, which is no finding. One that is away refuses at once.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A node that is stopped in the middle of a transaction keeps others waiting for half of this: much less than a lease.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(1);

#[tokio::main]
async fn main() -> Result<(), AnyError> {
    let (settings, run) = from_environment()?;
    steps::begin(run.name.clone(), Journal::open(&run.trace)?, run.crash_at.as_deref())?;
    match settings.database_url.split_once(':') {
        Some(("memory", _)) => {
            let store = MemoryStore::builder().keep_finished(1_000_000).build();
            serve(&settings, &run, store).await
        }
        Some(("sqlite", path)) => {
            let store = SqliteStore::builder(path).on_step(steps::pass).open()?;
            serve(&settings, &run, store).await
        }
        Some(("postgres", _)) => {
            let mut builder = PostgresStore::builder(&settings.database_url)
                .connect_timeout(CONNECT_TIMEOUT)
                .statement_timeout(STATEMENT_TIMEOUT);
            // With the hook a commit is not sent together with what it commits, as it is in service.
            let is_inside = |step: &String| step.starts_with("appended") || step.starts_with("committed");
            if run.crash_at.as_ref().is_some_and(is_inside) {
                builder = builder.on_step(steps::pass);
            }
            serve(&settings, &run, builder.connect().await?).await
        }
        _ => Err(format!("DATABASE_URL={} is of no known kind", settings.database_url).into()),
    }
}

async fn serve(
    settings: &Settings,
    run: &Run,
    store: impl Store<Conversation, SmsMessage>,
) -> Result<(), AnyError> {
    let consolidator = consolidator(settings, run, store)?;
    let router = SmsRouter::new(consolidator.clone())
        .webhook(SmsMobileApi::unsigned())
        .admin_token(ADMIN_TOKEN)
        .into_router()
        .merge(
            Router::new()
                .route(contents::PATH, get(tell))
                .route(contents::CLOCKS_PATH, get(tell_time))
                .with_state(consolidator.clone()),
        );
    // Not sooner: it may die of the first batch, and nobody would know that it came so far.
    child::serve(router, || consolidator.start()).await?;
    Ok(())
}

fn consolidator(
    settings: &Settings,
    run: &Run,
    store: impl Store<Conversation, SmsMessage>,
) -> Result<Sms, AnyError> {
    let gateway = Gateway {
        remote: Remote::new(settings.gateway.clone())?,
        idempotent: settings.idempotent,
        sends_twice: settings.bug == Some(Bug::SecondReply),
        always_waits: settings.bug == Some(Bug::StaleWrite),
    };
    // A batch that is in flight at every kill must not be given up for that.
    let retry = RetryPolicy::default()
        .with_max_attempts(u32::MAX)
        .with_max_lease_losses(u32::MAX)
        .with_first_wait(Duration::from_millis(20))
        .with_longest_wait(Duration::from_millis(200));
    let mut builder = Sms::builder()
        .store(Stepped(Planted::new(store, settings.bug, settings.window)))
        .window(Window::fixed(settings.window))
        .classifier(Remote::new(settings.classifier.clone())?)
        .sender(gateway)
        .replies(ReplyTemplates::default())
        .use_proposed_replies(true)
        .max_replies_per_hour(None)
        .retry(retry)
        .lease(settings.lease)
        .classify_timeout(settings.lease)
        .send_timeout(settings.lease / 2);
    if let Skew::Given(ms) = run.skew {
        builder = builder.override_clock(Skewed::new(Arc::new(SystemClock::new()), ms));
    }
    Ok(builder.build()?)
}

async fn tell(State(consolidator): State<Sms>) -> Result<Json<Vec<Stored>>, (StatusCode, String)> {
    let told = contents::of(&consolidator).await;
    told.map(Json).map_err(|error| (StatusCode::SERVICE_UNAVAILABLE, error.to_string()))
}

async fn tell_time(State(consolidator): State<Sms>) -> Json<Clocks> {
    Json(Clocks {
        machine_ms: SystemClock::new().now().as_unix_millis(),
        consolidator_ms: consolidator.clock().now().as_unix_millis(),
    })
}
