//! Phone numbers and the like: [`Address`], and [`Conversation`], the key of an SMS conversation.
//!
//! ```
//! use sms_consolidate::{Conversation, Key};
//!
//! let conversation: Conversation = "+639123456789>+15551230000".parse().unwrap();
//! assert_eq!(conversation.sender().to_string(), "+639123456789");
//! assert_eq!(conversation.redacted(), "+63912•••6789");
//! ```

use std::fmt;
use std::str::FromStr;

use crate::message::{Key, OptOutScope, mask};

/// The longest address that is accepted, in bytes. WhatsApp's user ids have up to 135: a country, `ENT` and 128 letters and
/// digits.
pub const MAX_ADDRESS_BYTES: usize = 160;

/// Fewest and most digits of an international number. E.164 allows 15; nobody assigns fewer than 7.
const E164_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// Between the sender and the line in the text form of a [`Conversation`].
const SEPARATOR: char = '>';

/// One end of a conversation: an E.164 number, or whatever else a gateway names one by (a short code, an alphanumeric
/// sender, a device). Numbers are kept as an integer, so that they are cheap to hash and compare.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address(Repr);

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Repr {
    Number(u64),
    Other(Box<str>),
}

/// A text that cannot be an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseAddressError {
    /// There is nothing in it.
    #[error("the address is empty")]
    Empty,
    /// It starts with a plus sign, and what follows is no international number.
    #[error("not a phone number: after the plus sign come 7 to 15 digits, the first one not 0")]
    NotANumber,
    /// It is longer than [`MAX_ADDRESS_BYTES`].
    #[error("the address is longer than {MAX_ADDRESS_BYTES} bytes")]
    TooLong,
    /// It holds a control character or `>`.
    #[error("the address holds a control character or '>'")]
    Forbidden,
}

impl Address {
    /// Whether this is an international number.
    #[must_use]
    pub fn is_number(&self) -> bool {
        matches!(self.0, Repr::Number(_))
    }

    /// Whether a text could be sent to it: an international number, or a national one of at least seven digits.
    /// Short codes and alphanumeric senders cannot receive.
    #[must_use]
    pub fn can_receive(&self) -> bool {
        match &self.0 {
            Repr::Number(_) => true,
            Repr::Other(text) => {
                text.len() >= *E164_DIGITS.start() && text.bytes().all(|b| b.is_ascii_digit())
            }
        }
    }
}

impl FromStr for Address {
    type Err = ParseAddressError;

    /// Reads an address. Spaces around it are dropped, and in numbers with a plus sign also spaces, dashes, dots and
    /// brackets within.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ParseAddressError::Empty);
        }
        if text.len() > MAX_ADDRESS_BYTES {
            return Err(ParseAddressError::TooLong);
        }
        if let Some(number) = text.strip_prefix('+') {
            return parse_number(number).map(Repr::Number).map(Self);
        }
        if text.chars().any(|c| c.is_control() || c == SEPARATOR) {
            return Err(ParseAddressError::Forbidden);
        }
        Ok(Self(Repr::Other(text.into())))
    }
}

fn parse_number(text: &str) -> Result<u64, ParseAddressError> {
    let (mut number, mut digits) = (0, 0);
    for byte in text.bytes() {
        match byte {
            b' ' | b'-' | b'.' | b'(' | b')' => continue,
            b'0' if digits == 0 => return Err(ParseAddressError::NotANumber),
            b'0'..=b'9' if digits < *E164_DIGITS.end() => number = number * 10 + u64::from(byte - b'0'),
            _ => return Err(ParseAddressError::NotANumber),
        }
        digits += 1;
    }
    if digits < *E164_DIGITS.start() { Err(ParseAddressError::NotANumber) } else { Ok(number) }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Number(number) => write!(f, "+{number}"),
            Repr::Other(text) => f.write_str(text),
        }
    }
}

/// Masked, because a `Debug` line may end up in a log.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mask(&self.to_string()))
    }
}

/// The key of an SMS conversation: who texted, and which of our lines (number, channel or device) they texted.
///
/// Two of our lines thus never mix one customer's texts, and the reply leaves from the line that was texted. The text
/// form is `sender>line`, or `sender` alone where the gateway names no line.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Conversation {
    sender: Address,
    /// Empty if the gateway names none. That is no `Option`, which would cost eight more bytes for every key.
    line: Address,
}

impl Conversation {
    /// The conversation of `sender` with our `line`.
    #[must_use]
    pub fn new(sender: Address, line: Option<Address>) -> Self {
        Self { sender, line: line.unwrap_or_else(|| Address(Repr::Other("".into()))) }
    }

    /// Who texted.
    #[must_use]
    pub fn sender(&self) -> &Address {
        &self.sender
    }

    /// Which of our lines was texted, if the gateway says so.
    #[must_use]
    pub fn line(&self) -> Option<&Address> {
        match &self.line.0 {
            Repr::Other(text) if text.is_empty() => None,
            _ => Some(&self.line),
        }
    }
}

impl Conversation {
    /// Whether the sender is a business-scoped user id: a country, a dot, perhaps `ENT.`, and letters and digits.
    fn is_of_whatsapp_user(&self) -> bool {
        let (Repr::Other(sender), Repr::Other(line)) = (&self.sender.0, &self.line.0) else { return false };
        let Some((country, user)) = sender.split_once('.') else { return false };
        let user = user.strip_prefix("ENT.").unwrap_or(user);
        line.starts_with("whatsapp:")
            && country.len() == 2
            && country.bytes().all(|byte| byte.is_ascii_uppercase())
            && !user.is_empty()
            && user.bytes().all(|byte| byte.is_ascii_alphanumeric())
    }
}

impl From<Address> for Conversation {
    fn from(sender: Address) -> Self {
        Self::new(sender, None)
    }
}

impl fmt::Display for Conversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line() {
            Some(line) => write!(f, "{}{SEPARATOR}{line}", self.sender),
            None => write!(f, "{}", self.sender),
        }
    }
}

impl FromStr for Conversation {
    type Err = ParseAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(SEPARATOR) {
            Some((sender, line)) => Ok(Self::new(sender.parse()?, Some(line.parse()?))),
            None => Ok(Self::new(text.parse()?, None)),
        }
    }
}

impl Key for Conversation {
    fn redacted(&self) -> String {
        mask(&self.sender.to_string())
    }

    /// Whether the sender [can receive](Address::can_receive), or is a user of WhatsApp who hides their number
    /// (`US.13491208655302741918`) and wrote to a line of it. Meta delivers to such an id
    /// (<https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids>); a
    /// [`ReplySender`](crate::ReplySender) that cannot refuses the reply.
    fn can_reply(&self) -> bool {
        self.sender.can_receive() || self.is_of_whatsapp_user()
    }

    fn opt_out_scope(&self, scope: OptOutScope) -> String {
        match scope {
            OptOutScope::Conversation => self.to_string(),
            OptOutScope::Sender => self.sender.to_string(),
        }
    }

    fn line(&self) -> Option<String> {
        Self::line(self).map(Address::to_string)
    }
}

/// Masked, because a `Debug` line may end up in a log.
impl fmt::Debug for Conversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.redacted())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversations_are_compact() {
        assert_eq!(size_of::<Address>(), 16);
        assert_eq!(size_of::<Conversation>(), 32);
    }

    #[test]
    fn addresses_are_read_and_written_back_canonically() {
        let check = |text: &str, written: Result<&str, ParseAddressError>| {
            let parsed = text.parse::<Address>();
            assert_eq!(
                parsed.clone().map(|address| address.to_string()),
                written.map(str::to_owned),
                "{text:?}"
            );
            if let Ok(address) = parsed {
                assert_eq!(address.to_string().parse(), Ok(address));
            }
        };
        check("+639123456789", Ok("+639123456789"));
        check(" +63 (912) 345-67.89 ", Ok("+639123456789"));
        check("+1234567", Ok("+1234567"));
        check("+123456", Err(ParseAddressError::NotANumber));
        check("+1234567890123456", Err(ParseAddressError::NotANumber));
        check("+0123456789", Err(ParseAddressError::NotANumber));
        check("+6391x3456789", Err(ParseAddressError::NotANumber));
        check("+", Err(ParseAddressError::NotANumber));
        check("+٦٣٩١٢٣٤٥٦", Err(ParseAddressError::NotANumber));
        check("09123456789", Ok("09123456789"));
        check("My Bank", Ok("My Bank"));
        check("office-phone-1", Ok("office-phone-1"));
        check("  ", Err(ParseAddressError::Empty));
        check("a>b", Err(ParseAddressError::Forbidden));
        check("a\0b", Err(ParseAddressError::Forbidden));
        check(&"x".repeat(160), Ok(&"x".repeat(160)));
        check(&"x".repeat(161), Err(ParseAddressError::TooLong));
    }

    #[test]
    fn conversations_round_trip() {
        for text in
            ["+639123456789>+15551230000", "+639123456789>office-phone-1", "12345", "My Bank>+15551230000"]
        {
            let conversation: Conversation = text.parse().unwrap();
            assert_eq!(conversation.to_string(), text);
        }
        assert!("+639123456789>".parse::<Conversation>().is_err());
    }

    #[test]
    fn only_numbers_that_can_receive_get_replies() {
        let check = |text: &str, can: bool| {
            assert_eq!(text.parse::<Conversation>().unwrap().can_reply(), can, "{text}");
        };
        check("+639123456789", true);
        check("09123456789", true);
        check("54321", false);
        check("My Bank", false);
        check("US.13491208655302741918>whatsapp:+15551230000", true);
        check("US.ENT.11815799212886844830>whatsapp:+15551230000", true);
        check("US.13491208655302741918>+15551230000", false);
        check("US.13491208655302741918", false);
        check("us.13491208655302741918>whatsapp:+15551230000", false);
        check("US.>whatsapp:+15551230000", false);
        check("My.Bank Ltd>whatsapp:+15551230000", false);
        check("group:Y2FwaV9ncm91cDo=>whatsapp:+15551230000", false);
        check("group:00000000000000000000000000000000>+15551230000", false);
        check("group:1234567>+15551230000", false);
    }

    #[test]
    fn debug_is_masked() {
        let conversation: Conversation = "+639123456789>+15551230000".parse().unwrap();
        assert!(!format!("{conversation:?}").contains("345"));
    }
}
