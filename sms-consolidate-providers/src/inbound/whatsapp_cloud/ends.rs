//! Who speaks to which number of ours.

use std::borrow::Cow;

use serde_json::value::RawValue;
use sms_consolidate::{Address, MAX_ADDRESS_BYTES, ParseAddressError};

use super::super::{FieldError, Problem, address, json};

/// What a call says of our number and of who spoke, beside the messages.
pub(super) struct Ends<'a> {
    metadata: Result<json::Fields<'a, 2>, FieldError>,
    contact: json::Fields<'a, 2>,
}

impl<'a> Ends<'a> {
    pub(super) fn new(metadata: Option<&'a RawValue>, contacts: Option<&'a RawValue>) -> Self {
        let metadata = json::required("metadata", metadata, |metadata| {
            json::fields(metadata, ["display_phone_number", "phone_number_id"])
        });
        // Of several it is not known whose the message is.
        let contacts = contacts.and_then(|list| json::elements(list).ok()).unwrap_or_default();
        let contact = match contacts[..] {
            [only] => json::fields(only, ["wa_id", "user_id"]).ok(),
            _ => None,
        };
        Self { metadata, contact: contact.unwrap_or_default() }
    }

    /// The number that was written to. It says that it is WhatsApp's: the same number may take texts by SMS as well.
    pub(super) fn line(&self) -> Result<Address, FieldError> {
        let number = self.our_number()?;
        format!("whatsapp:{number}")
            .parse()
            .map_err(|error| FieldError::new("metadata", Problem::Address(error)))
    }

    /// Whether `number`, of whom a message is, is ours.
    pub(super) fn is_ours(&self, number: Option<&RawValue>) -> bool {
        let number = number.and_then(|number| number_of(number).ok());
        number.is_some_and(|number| self.our_number().is_ok_and(|ours| ours == number))
    }

    /// Who wrote: by number, else by the id that stands for somebody who hides it. `names` and `values` are the fields
    /// that say so.
    pub(super) fn sender(
        &self,
        names: [&'static str; 2],
        values: json::Fields<'_, 2>,
    ) -> Result<Address, FieldError> {
        type Read = fn(&RawValue) -> Result<Address, Problem>;
        let [contact_number, contact_user] = self.contact;
        let candidates = [
            (names[0], values[0], number_of as Read),
            (names[1], values[1], user_of),
            ("contacts.wa_id", contact_number, number_of),
            ("contacts.user_id", contact_user, user_of),
        ];
        let is_given = |value: &RawValue| !is_blank(value);
        let given = candidates.into_iter().find(|(_, value, _)| value.is_some_and(is_given));
        let (field, value, read) = given.unwrap_or(candidates[0]);
        json::required(field, value, read)
    }

    fn our_number(&self) -> Result<Address, FieldError> {
        let [number, id] = match &self.metadata {
            Ok(fields) => *fields,
            Err(error) => return Err(again(error)),
        };
        match json::required("metadata.display_phone_number", number, number_of) {
            Err(FieldError { problem: Problem::Missing | Problem::Empty, .. }) => {
                json::required("metadata.phone_number_id", id, user_of)
            }
            line => line,
        }
    }
}

/// The same error once more, for another message: it is about what all have in common.
fn again(error: &FieldError) -> FieldError {
    let problem = match &error.problem {
        Problem::WrongType { expected, found } => Problem::WrongType { expected, found },
        _ => Problem::Missing,
    };
    FieldError::new(error.field.clone(), problem)
}

fn number_of(value: &RawValue) -> Result<Address, Problem> {
    address::without_plus(&without_separators(&short(value)?))
}

fn user_of(value: &RawValue) -> Result<Address, Problem> {
    address::as_written(&short(value)?)
}

/// A string. One that is much too long for an address is refused unread: every message of a call may look at it.
fn short(value: &RawValue) -> Result<Cow<'_, str>, Problem> {
    if value.get().len() > 16 * MAX_ADDRESS_BYTES {
        return Err(Problem::Address(ParseAddressError::TooLong));
    }
    json::string(value)
}

/// An empty text is as good as none: `from` is one where somebody hides their number.
fn is_blank(value: &RawValue) -> bool {
    short(value).is_ok_and(|text| text.trim().is_empty())
}

/// `1 (555) 078-3881` as `15550783881`: it is a number for display.
fn without_separators(number: &str) -> String {
    number.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect()
}
