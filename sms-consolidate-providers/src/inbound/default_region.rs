//! National numbers as international ones.

use std::fmt;
use std::str::FromStr;

use phonenumber::country;
use sms_consolidate::{Address, Conversation, Timestamp};

use super::{ConfigError, Inbound, InboundRequest, Parsed, Rejection};

/// Fewer digits are a short code.
const MIN_DIGITS: usize = 7;

/// A country, by the two letters of ISO 3166-1, whose national numbers are known.
///
/// ```
/// use sms_consolidate_providers::inbound::{ConfigError, Region};
///
/// let region: Region = "ph".parse()?;
/// assert_eq!(region.to_string(), "PH");
/// let national = "0917 123 4567".parse().unwrap();
/// assert_eq!(region.international(&national).unwrap().to_string(), "+639171234567");
/// # Ok::<(), ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region(country::Id);

impl FromStr for Region {
    type Err = ConfigError;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let unknown = |_| ConfigError::UnknownRegion { code: code.to_owned() };
        code.trim().to_ascii_uppercase().parse().map(Self).map_err(unknown)
    }
}

/// The two letters.
impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_ref())
    }
}

impl Region {
    /// The international form of a national number; `None` for everything else.
    #[must_use]
    pub fn international(&self, address: &Address) -> Option<Address> {
        if address.is_number() {
            return None;
        }
        let text = address.to_string();
        let is_punctuation = |c| matches!(c, ' ' | '-' | '.' | '(' | ')' | '/');
        let digits = text.chars().filter(char::is_ascii_digit).count();
        if digits < MIN_DIGITS || !text.chars().all(|c| c.is_ascii_digit() || is_punctuation(c)) {
            return None;
        }
        let number = phonenumber::parse(Some(self.0), &text).ok().filter(phonenumber::is_valid)?;
        number.format().mode(phonenumber::Mode::E164).to_string().parse().ok()
    }
}

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
/// let (uri, headers) = (Uri::from_static("/"), HeaderMap::new());
/// let body = br#"{"guid": "abc", "number": "0917 123 4567", "message": "Yes"}"#;
/// let request = InboundRequest::new(&Method::POST, &uri, &headers, body);
/// let parsed = gateway.parse(&request, Timestamp::from_unix_millis(0))?;
/// assert_eq!(parsed.messages[0].conversation.to_string(), "+639171234567");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct DefaultRegion<I> {
    region: Region,
    gateway: I,
}

impl<I: Inbound> DefaultRegion<I> {
    /// What `gateway` reads, with national numbers read as those of `region`: two letters of ISO 3166-1, such as `PH`.
    ///
    /// # Errors
    /// If that is no region.
    pub fn new(region: &str, gateway: I) -> Result<Self, ConfigError> {
        region.parse().map(|region| Self::of(region, gateway))
    }

    /// What `gateway` reads, with national numbers read as those of `region`.
    #[must_use]
    pub const fn of(region: Region, gateway: I) -> Self {
        Self { region, gateway }
    }

    fn international(&self, mut parsed: Parsed) -> Parsed {
        let messages = parsed.messages.iter_mut().map(|inbound| &mut inbound.conversation);
        let preferences = parsed.preferences.iter_mut().map(|preference| &mut preference.conversation);
        for conversation in messages.chain(preferences) {
            let sender = self.region.international(conversation.sender());
            let line = conversation.line().and_then(|line| self.region.international(line));
            if sender.is_some() || line.is_some() {
                let sender = sender.unwrap_or_else(|| conversation.sender().clone());
                *conversation = Conversation::new(sender, line.or_else(|| conversation.line().cloned()));
            }
        }
        parsed
    }
}

impl<I: Inbound> Inbound for DefaultRegion<I> {
    fn name(&self) -> &'static str {
        self.gateway.name()
    }

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
            let region: Region = region.parse().unwrap();
            let number = region.international(&written.parse().unwrap());
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
