//! National numbers as international ones.

use phonenumber::country;
use sms_consolidate::{Address, Conversation, Timestamp};

use super::{ConfigError, Inbound, InboundRequest, Parsed, Rejection};

/// Fewer digits are a short code.
const MIN_DIGITS: usize = 7;

/// A gateway that writes numbers as they are dialled in one country: `0917 123 4567` becomes `+639171234567`.
///
/// Without this they stay as written, and a customer whose number comes now in one form and now in the other is two
/// customers. What is no valid number of the region (a short code, a name, a device) stays as it is; international
/// numbers are left alone. The plan of each country is Google's, by the crate `phonenumber`.
///
/// ```
/// use http::{HeaderMap, Method, Uri};
/// use sms_consolidate::Timestamp;
/// use sms_consolidate_providers::inbound::{DefaultRegion, Inbound, InboundRequest, SmsMobileApi};
///
/// let gateway = DefaultRegion::new("PH", SmsMobileApi::unsigned())?;
/// let request = InboundRequest {
///     method: &Method::POST,
///     uri: &Uri::from_static("/"),
///     headers: &HeaderMap::new(),
///     body: br#"{"guid": "abc", "number": "0917 123 4567", "message": "Yes"}"#,
/// };
/// let parsed = gateway.parse(&request, Timestamp::from_unix_millis(0))?;
/// assert_eq!(parsed.messages[0].conversation.to_string(), "+639171234567");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct DefaultRegion<I> {
    region: country::Id,
    gateway: I,
}

impl<I: Inbound> DefaultRegion<I> {
    /// What `gateway` reads, with national numbers read as those of `region`: two letters of ISO 3166-1, such as `PH`.
    ///
    /// # Errors
    /// If that is no region.
    pub fn new(region: &str, gateway: I) -> Result<Self, ConfigError> {
        let unknown = |_| ConfigError::UnknownRegion { code: region.to_owned() };
        let region = region.trim().to_ascii_uppercase().parse().map_err(unknown)?;
        Ok(Self { region, gateway })
    }

    fn international(&self, mut parsed: Parsed) -> Parsed {
        for inbound in &mut parsed.messages {
            let conversation = &inbound.conversation;
            let sender = self.number(conversation.sender());
            let line = conversation.line().and_then(|line| self.number(line));
            if sender.is_some() || line.is_some() {
                let sender = sender.unwrap_or_else(|| conversation.sender().clone());
                inbound.conversation =
                    Conversation::new(sender, line.or_else(|| conversation.line().cloned()));
            }
        }
        parsed
    }

    /// The international form of a national number; `None` for everything else.
    fn number(&self, address: &Address) -> Option<Address> {
        if address.is_number() {
            return None;
        }
        let text = address.to_string();
        let is_punctuation = |c| matches!(c, ' ' | '-' | '.' | '(' | ')' | '/');
        let digits = text.chars().filter(char::is_ascii_digit).count();
        if digits < MIN_DIGITS || !text.chars().all(|c| c.is_ascii_digit() || is_punctuation(c)) {
            return None;
        }
        let number = phonenumber::parse(Some(self.region), &text).ok().filter(phonenumber::is_valid)?;
        number.format().mode(phonenumber::Mode::E164).to_string().parse().ok()
    }
}

impl<I: Inbound> Inbound for DefaultRegion<I> {
    fn parse(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<Parsed, Rejection> {
        self.gateway.parse(request, now).map(|parsed| self.international(parsed))
    }

    fn parse_get(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<Parsed, Rejection> {
        self.gateway.parse_get(request, now).map(|parsed| self.international(parsed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbound::SmsMobileApi;

    #[test]
    fn national_numbers_become_international_and_nothing_else_does() {
        let check = |region: &str, written: &str, read: Option<&str>| {
            let region = DefaultRegion::new(region, SmsMobileApi::unsigned()).unwrap();
            let number = region.number(&written.parse().unwrap());
            assert_eq!(number.map(|number| number.to_string()).as_deref(), read, "{written}");
        };
        check("PH", "09171234567", Some("+639171234567"));
        check("ph", "0917-123-4567", Some("+639171234567"));
        check("PH", "9171234567", Some("+639171234567"));
        check("PH", "639171234567", Some("+639171234567"));
        check("PH", "00639171234567", Some("+639171234567"));
        check("US", "(212) 555-0123", Some("+12125550123"));
        check("US", "12125550123", Some("+12125550123"));
        check("DE", "0151/23456789", Some("+4915123456789"));
        check("IT", "0612345678", Some("+390612345678"));
        check("PH", "+639171234567", None);
        check("PH", "54321", None);
        check("US", "262966", None);
        check("PH", "My Bank", None);
        check("PH", "office-phone-1", None);
        check("PH", "1234567890123", None);
        check("PH", "0000000000", None);
    }

    #[test]
    fn a_region_is_two_letters() {
        for code in ["", "P", "PHL", "XX", "+63"] {
            assert!(DefaultRegion::new(code, SmsMobileApi::unsigned()).is_err(), "{code}");
        }
    }
}
