use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::routing::MethodRouter;
use sms_consolidate::{Consolidator, Conversation, SmsMessage};
use sms_consolidate_providers::inbound::Inbound;

use crate::auth::Token;
use crate::ignored::IgnoredEvents;
use crate::status::{Desk, HealthCheck};
use crate::{cron, status, webhook};

/// What this crate serves.
pub(crate) type SmsConsolidator = Consolidator<Conversation, SmsMessage>;

/// Where SMS Mobile API posts messages, or whichever gateway [`SmsRouter::webhook`] is given.
pub const WEBHOOK_PATH: &str = "/api/webhook/sms-received";

/// Where Twilio posts messages: the path to give to [`SmsRouter::webhook_at`].
pub const TWILIO_WEBHOOK_PATH: &str = "/api/webhooks/twilio/sms";

/// Where operators look, and requeue.
pub const STATUS_PATH: &str = "/api/debug/sms-batch-status";

/// What a scheduler calls.
pub const CRON_PATH: &str = "/api/cron/process-sms-batches";

/// The longest body that is accepted, in bytes, unless another limit is set.
pub const DEFAULT_BODY_LIMIT: usize = 256 * 1024;

/// Puts together the routes. See the [crate](crate) for what they answer.
///
/// It neither starts the consolidator's driver nor shuts it down: that is the service's to do.
#[derive(Clone)]
#[must_use = "routes are not served until into_router() is called"]
pub struct SmsRouter {
    consolidator: SmsConsolidator,
    webhooks: BTreeMap<String, Arc<dyn Inbound>>,
    admin_token: Option<Token>,
    cron_secret: Option<Token>,
    body_limit: usize,
    shows_full_numbers: bool,
    ignored: IgnoredEvents,
    health_checks: Vec<HealthCheck>,
}

impl fmt::Debug for SmsRouter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmsRouter")
            .field("webhooks", &self.webhooks.keys())
            .field("admin_token", &self.admin_token)
            .field("cron_secret", &self.cron_secret)
            .field("body_limit", &self.body_limit)
            .finish_non_exhaustive()
    }
}

impl SmsRouter {
    /// No routes yet.
    pub fn new(consolidator: Consolidator<Conversation, SmsMessage>) -> Self {
        Self {
            consolidator,
            webhooks: BTreeMap::new(),
            admin_token: None,
            cron_secret: None,
            body_limit: DEFAULT_BODY_LIMIT,
            shows_full_numbers: false,
            ignored: IgnoredEvents::default(),
            health_checks: Vec::new(),
        }
    }

    /// Mounts the webhook of `gateway` at [`WEBHOOK_PATH`].
    pub fn webhook(self, gateway: impl Inbound) -> Self {
        self.webhook_at(WEBHOOK_PATH, gateway)
    }

    /// Mounts the webhook of one more gateway. A second one at the same path takes the place of the first.
    pub fn webhook_at(mut self, path: impl Into<String>, gateway: impl Inbound) -> Self {
        self.webhooks.insert(path.into(), Arc::new(gateway));
        self
    }

    /// Mounts the status page at [`STATUS_PATH`] for those who show this token as `Authorization: Bearer <token>`. A
    /// blank one mounts nothing.
    pub fn admin_token(mut self, token: impl Into<String>) -> Self {
        self.admin_token = Token::new(token);
        self
    }

    /// Mounts the scheduler's call at [`CRON_PATH`] for those who show this secret as `Authorization: Bearer
    /// <secret>`. A blank one mounts nothing.
    pub fn cron_secret(mut self, secret: impl Into<String>) -> Self {
        self.cron_secret = Token::new(secret);
        self
    }

    /// The longest body that is accepted, in bytes. Default [`DEFAULT_BODY_LIMIT`].
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Shows senders and lines in full on the status page. Default: masked.
    pub fn show_full_numbers(mut self, on: bool) -> Self {
        self.shows_full_numbers = on;
        self
    }

    /// Adds what `check` says to the health of the status page: its warnings stand behind those of the store, and the
    /// service is unhealthy while there are any. It is called each time the page is shown, so it must not block. Each
    /// call of this method adds one more.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use sms_consolidate_axum::SmsRouter;
    /// # struct Disk;
    /// # impl Disk { fn is_full(&self) -> bool { false } }
    /// # fn mount(router: SmsRouter, disk: Arc<Disk>) -> SmsRouter {
    /// router.health_check(move || disk.is_full().then(|| "the disk is full".to_owned()).into_iter().collect())
    /// # }
    /// ```
    pub fn health_check(mut self, check: impl Fn() -> Vec<String> + Send + Sync + 'static) -> Self {
        self.health_checks.push(Arc::new(check));
        self
    }

    /// The webhook of `gateway` by itself: `GET` and `POST`, for a path of yours.
    pub fn webhook_route(&self, gateway: impl Inbound) -> MethodRouter {
        self.shared_webhook_route(Arc::new(gateway))
    }

    fn shared_webhook_route(&self, gateway: Arc<dyn Inbound>) -> MethodRouter {
        webhook::route(self.consolidator.clone(), gateway, self.body_limit, self.ignored.clone())
    }

    /// The counts of events that the webhooks acknowledge and do not take in.
    #[must_use]
    pub fn ignored_events(&self) -> IgnoredEvents {
        self.ignored.clone()
    }

    /// The status page by itself: `GET` and `POST`, for a path of yours. `None` without an admin token.
    #[must_use]
    pub fn status_route(&self) -> Option<MethodRouter> {
        let token = self.admin_token.as_ref()?;
        let desk = Desk {
            consolidator: self.consolidator.clone(),
            body_limit: self.body_limit,
            shows_full_numbers: self.shows_full_numbers,
            health_checks: self.health_checks.clone(),
            ignored: self.ignored.clone(),
        };
        Some(status::route(desk, token))
    }

    /// The scheduler's call by itself: `GET` and `POST`, for a path of yours. `None` without a cron secret.
    #[must_use]
    pub fn cron_route(&self) -> Option<MethodRouter> {
        Some(cron::route(self.consolidator.clone(), self.cron_secret.as_ref()?))
    }

    /// All routes at their paths, to be served or nested.
    ///
    /// # Panics
    /// If a path given to [`webhook_at`](Self::webhook_at) is not one to axum (it starts with `/`), or is that of
    /// another route.
    pub fn into_router(self) -> Router {
        let mut router = Router::new();
        for (path, gateway) in &self.webhooks {
            router = router.route(path, self.shared_webhook_route(Arc::clone(gateway)));
        }
        if let Some(route) = self.status_route() {
            router = router.route(STATUS_PATH, route);
        }
        if let Some(route) = self.cron_route() {
            router = router.route(CRON_PATH, route);
        }
        router
    }
}
