//! Addresses as gateways write them.

use sms_consolidate::Address;

use super::Problem;

/// An address that is kept as it is written: an international number has its plus sign.
pub(super) fn as_written(text: &str) -> Result<Address, Problem> {
    if text.trim().is_empty() {
        return Err(Problem::Empty);
    }
    text.parse().map_err(Problem::Address)
}

/// An address of a gateway that writes international numbers without their plus sign, such as `639171234567`.
///
/// Digits alone are a number if there are as many as E.164 gives one, and it does not begin with 0. Fewer are a short
/// code, which stays as it is.
pub(super) fn without_plus(text: &str) -> Result<Address, Problem> {
    let text = text.trim();
    let is_number = (MIN_DIGITS..=MAX_DIGITS).contains(&text.len())
        && !text.starts_with('0')
        && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { as_written(&format!("+{text}")) } else { as_written(text) }
}

/// Short codes mostly have fewer. The mobile numbers of the Falkland Islands and of Saint Helena have eight digits with
/// their country code, so eight are read as a number, also where a network has short codes as long.
const MIN_DIGITS: usize = 8;
/// The most that E.164 allows.
const MAX_DIGITS: usize = 15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_without_its_plus_sign_is_known_by_its_length() {
        let check = |text: &str, read: &str| {
            assert_eq!(without_plus(text).map(|address| address.to_string()).ok().as_deref(), Some(read));
        };
        check("639171234567", "+639171234567");
        check(" +639171234567 ", "+639171234567");
        check("12345678", "+12345678");
        check("1234567", "1234567");
        check("54321", "54321");
        check("09171234567", "09171234567");
        check("1234567890123456", "1234567890123456");
        check("My Bank", "My Bank");
        assert!(matches!(without_plus(" "), Err(Problem::Empty)));
        assert!(matches!(without_plus("+12"), Err(Problem::Address(_))));
    }
}
