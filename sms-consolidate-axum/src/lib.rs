//! The HTTP side of [`sms_consolidate`] as an [`axum::Router`]: webhooks in, a status page, and a call for schedulers.
//!
//! | call | answer |
//! |---|---|
//! | `GET` [`WEBHOOK_PATH`] | 200: gateways probe it before they send. Some also deliver messages or ask a question by it |
//! | `POST` [`WEBHOOK_PATH`] | 200 once the messages are stored, with how many are new and how many came before |
//! | `GET` [`STATUS_PATH`] | counts, the most recent batches, health; needs the admin token |
//! | `POST` [`STATUS_PATH`] | makes a waiting batch due now, or brings back a dead one; needs the admin token |
//! | `GET`, `POST` [`CRON_PATH`] | handles what is due and does a step of maintenance; needs the cron secret |
//!
//! ```
//! use axum::Router;
//! use sms_consolidate::{Consolidator, Conversation, ReplyTemplates, RuleClassifier, SmsMessage};
//! use sms_consolidate_axum::SmsRouter;
//! use sms_consolidate_providers::inbound::SmsMobileApi;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let consolidator = Consolidator::<Conversation, SmsMessage>::builder()
//!     .classifier(RuleClassifier::default())
//!     .replies(ReplyTemplates::off())
//!     .build()?;
//! let sms = SmsRouter::new(consolidator)
//!     .webhook(SmsMobileApi::signed("whsec_…")?)
//!     .admin_token("a long random text")
//!     .into_router();
//! let app: Router = Router::new().nest("/sms", sms);
//! # drop(app);
//! # Ok(()) }
//! ```
//!
//! # What a webhook answers
//!
//! | status | when |
//! |---|---|
//! | 200 | every message is stored, or was before; of a list, at least one. `errors` lists the others by index. Also what is no message to take in, such as reports and what was said in groups: it is [counted](SmsRouter::ignored_events). A report that somebody has opted out is recorded |
//! | 400 | the body cannot be read |
//! | 401 | the signature is missing, wrong or stale |
//! | 408 | the body did not arrive within 30 seconds |
//! | 413 | the body is longer than the [limit](SmsRouter::body_limit) |
//! | 422 | the body can be read, and no message in it can be accepted: the field is named |
//! | 503 | there is no room, the store cannot be reached, or the service is stopping. `Retry-After` says when to try again; what was stored by then counts as a duplicate the next time |
//!
//! Bodies are JSON with `status` (`ok`, `success` or `error`) and `message`, but for a success that the gateway wants to
//! read otherwise, such as Twilio's XML. Neither answers nor log events hold texts of messages, and senders are masked.
//!
//! # Names of your own
//!
//! The paths are defaults. [`SmsRouter::webhook_route`], [`status_route`](SmsRouter::status_route) and
//! [`cron_route`](SmsRouter::cron_route) give each route by itself. Another gateway is another
//! [`Inbound`](sms_consolidate_providers::inbound::Inbound), mounted by [`SmsRouter::webhook_at`]; Twilio's usual path is
//! [`TWILIO_WEBHOOK_PATH`].

mod answer;
mod auth;
mod body;
mod cron;
mod ignored;
mod router;
mod status;
mod webhook;

pub use ignored::{IgnoredCount, IgnoredEvents};
pub use router::{CRON_PATH, DEFAULT_BODY_LIMIT, STATUS_PATH, SmsRouter, TWILIO_WEBHOOK_PATH, WEBHOOK_PATH};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
