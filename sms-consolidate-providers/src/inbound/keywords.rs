//! Who answers STOP, START and HELP.

use sms_consolidate::Timestamp;

use super::{Inbound, InboundRequest, Parsed, Rejection};

/// A gateway that answers STOP, START and HELP by itself, so that the library records them and sends nothing.
///
/// Which gateways do is often a setting of theirs, and a second confirmation is one too many. If yours does, wrap it:
///
/// ```
/// use sms_consolidate_providers::inbound::{ConfigError, KeywordsAnswered, Sinch};
///
/// let gateway = KeywordsAnswered::by(Sinch::signed("the secret")?);
/// # Ok::<(), ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct KeywordsAnswered<I> {
    gateway: I,
}

impl<I: Inbound> KeywordsAnswered<I> {
    /// What `gateway` reads, all of it answered by the gateway where it is a keyword.
    #[must_use]
    pub const fn by(gateway: I) -> Self {
        Self { gateway }
    }
}

fn answered(mut parsed: Parsed) -> Parsed {
    for inbound in &mut parsed.messages {
        inbound.message = inbound.message.clone().with_keywords_answered_by_gateway();
    }
    parsed
}

impl<I: Inbound> Inbound for KeywordsAnswered<I> {
    fn name(&self) -> &'static str {
        self.gateway.name()
    }

    fn parse(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<Parsed, Rejection> {
        self.gateway.parse(request, now).map(answered)
    }

    fn parse_get(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<Parsed, Rejection> {
        self.gateway.parse_get(request, now).map(answered)
    }
}
