//! Vonage, by every algorithm.

use sms_consolidate::Timestamp;
use sms_consolidate_providers::inbound::{
    Inbound, InboundRequest, Parsed, Rejection, Unauthorized, Vonage, VonageSignature,
};

use crate::agrees;

/// A webhook for each algorithm; a header of the test's own says which one is meant.
struct EveryAlgorithm(Vec<(&'static str, Vonage)>);

impl EveryAlgorithm {
    fn new() -> Self {
        let webhook = |algorithm| Vonage::signed("my0secret", algorithm).unwrap();
        Self(vec![
            ("md5hash", webhook(VonageSignature::Md5Hash)),
            ("md5", webhook(VonageSignature::Md5Hmac)),
            ("sha1", webhook(VonageSignature::Sha1Hmac)),
            ("sha256", webhook(VonageSignature::Sha256Hmac)),
            ("sha512", webhook(VonageSignature::Sha512Hmac)),
        ])
    }

    fn of(&self, request: &InboundRequest<'_>) -> Result<&Vonage, Unauthorized> {
        let header = "X-Algorithm";
        let name = request.headers.get(header).ok_or(Unauthorized::Missing { header: header.into() })?;
        let found = self.0.iter().find(|(algorithm, _)| name == algorithm);
        Ok(&found.unwrap_or_else(|| panic!("no algorithm {name:?}")).1)
    }
}

impl Inbound for EveryAlgorithm {
    fn name(&self) -> &'static str {
        "Vonage, by each algorithm"
    }

    fn parse(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<Parsed, Rejection> {
        self.of(request)?.parse(request, now)
    }

    fn parse_get(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<Parsed, Rejection> {
        self.of(request)?.parse_get(request, now)
    }
}

#[tokio::test]
async fn vonage_signs_and_verifies_as_we_do() {
    agrees("vonage.py", EveryAlgorithm::new()).await;
}
