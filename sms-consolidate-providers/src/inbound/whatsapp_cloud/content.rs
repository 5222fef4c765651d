//! What a message says.

use std::borrow::Cow;

use serde_json::value::RawValue;
use sms_consolidate::{Origin, SmsMessage};

use super::super::button::OptOutButtons;
use super::super::{FieldError, Ignored, Problem, json, media};

/// What a message says: a text, how it came to be, and the address of a file.
pub(super) struct Content<'a> {
    text: Cow<'a, str>,
    origin: Origin,
    /// The payload or id of the button that was tapped.
    button: Option<Cow<'a, str>>,
    file: Option<Box<str>>,
}

/// What there is to say of a message.
pub(super) type Read<T> = Result<Result<T, Ignored>, FieldError>;

impl<'a> Content<'a> {
    /// Reads `element`, one of `messages`, or says why it is to be ignored.
    ///
    /// What is missing was not given, and will not be: there is nothing to refuse. So it is with whatever comes with errors
    /// of Meta's.
    pub(super) fn of(element: &'a RawValue) -> Read<Self> {
        let in_element = |problem| FieldError::new("element", problem);
        let [kind, errors] = json::fields(element, ["type", "errors"]).map_err(in_element)?;
        let Some(kind) = kind else { return Ok(Err(Ignored::NoContent)) };
        let has_errors =
            errors.and_then(|list| json::elements(list).ok()).is_some_and(|list| !list.is_empty());
        let read = json::required("type", Some(kind), json::string).and_then(|kind| of_kind(element, &kind));
        match read {
            Err(FieldError { problem: Problem::Missing, .. }) => Ok(Err(Ignored::NoContent)),
            Err(_) | Ok(Err(Ignored::NotAMessage)) if has_errors => Ok(Err(Ignored::NoContent)),
            read => read,
        }
    }

    /// The message that says this in a group.
    pub(super) fn into_group_message(self) -> SmsMessage {
        SmsMessage::new(self.text).with_media(media::kept(self.file)).with_origin(Origin::Group)
    }

    /// The message that says this to us alone. Of buttons `buttons` opt out.
    pub(super) fn into_message(self, buttons: &OptOutButtons) -> SmsMessage {
        let message = SmsMessage::new(self.text).with_media(media::kept(self.file));
        match self.origin {
            Origin::Button => buttons.tapped(message, self.button.as_deref()),
            origin => message.with_origin(origin),
        }
    }

    fn new(text: Cow<'a, str>, origin: Origin) -> Self {
        Self { text, origin, button: None, file: None }
    }
}

fn of_kind<'a>(element: &'a RawValue, kind: &str) -> Read<Content<'a>> {
    let object = |name| -> Result<&'a RawValue, FieldError> {
        let [value] = json::fields(element, [name]).map_err(|problem| FieldError::new("element", problem))?;
        json::required(name, value, Ok)
    };
    Ok(Ok(match kind {
        "text" => {
            let [body] = fields(object("text")?, "text", ["body"])?;
            Content::new(json::required("text.body", body, json::lossy_string)?, Origin::Typed)
        }
        "button" => {
            let [text, payload] = fields(object("button")?, "button", ["text", "payload"])?;
            button(text, "button.text", payload)?
        }
        "interactive" => return interactive(object("interactive")?),
        "image" => file(object("image")?, "image", "image.caption")?,
        "video" => file(object("video")?, "video", "video.caption")?,
        "document" => file(object("document")?, "document", "document.caption")?,
        "audio" => file(object("audio")?, "audio", "audio.caption")?,
        "voice" => file(object("voice")?, "voice", "voice.caption")?,
        "sticker" => file(object("sticker")?, "sticker", "sticker.caption")?,
        "location" | "contacts" => Content::new("".into(), Origin::Typed),
        "edit" => return Ok(Err(Ignored::Edited)),
        "revoke" => return Ok(Err(Ignored::Revoked)),
        "unsupported" | "unknown" => return Ok(Err(Ignored::NoContent)),
        _ => return Ok(Err(Ignored::NotAMessage)),
    }))
}

/// A button below a message, or a row of a list.
fn interactive(object: &RawValue) -> Read<Content<'_>> {
    let [kind, button_reply, list_reply] =
        fields(object, "interactive", ["type", "button_reply", "list_reply"])?;
    let (name, path, chosen) = match &*json::required("interactive.type", kind, json::string)? {
        "button_reply" => ("interactive.button_reply", "interactive.button_reply.title", button_reply),
        "list_reply" => ("interactive.list_reply", "interactive.list_reply.title", list_reply),
        _ => return Ok(Err(Ignored::NotAMessage)),
    };
    let [title, id] = fields(json::required(name, chosen, Ok)?, name, ["title", "id"])?;
    button(title, path, id).map(Ok)
}

/// The button whose label `text` is at `path`.
fn button<'a>(
    text: Option<&'a RawValue>,
    path: &'static str,
    name: Option<&'a RawValue>,
) -> Result<Content<'a>, FieldError> {
    let text = json::required(path, text, json::lossy_string)?;
    let button = name.and_then(|name| json::string(name).ok());
    Ok(Content { button, ..Content::new(text, Origin::Button) })
}

/// The caption of a file, and where the file is.
fn file<'a>(
    object: &'a RawValue,
    name: &'static str,
    caption_path: &'static str,
) -> Result<Content<'a>, FieldError> {
    let [id, url, link, caption] = fields(object, name, ["id", "url", "link", "caption"])?;
    let caption = caption.map_or(Ok("".into()), json::lossy_string);
    let caption = caption.map_err(|problem| FieldError::new(caption_path, problem))?;
    // A message is worth having without its file.
    let by_id = id.and_then(|id| json::id(id).ok()).map(|id| format!("whatsapp-media:{id}").into());
    let file = by_id.or_else(|| Some(json::string(url.or(link)?).ok()?.into()));
    Ok(Content { file, ..Content::new(caption, Origin::Caption) })
}

/// The fields `names` of the object `name`.
fn fields<'a, const N: usize>(
    object: &'a RawValue,
    name: &'static str,
    names: [&str; N],
) -> Result<json::Fields<'a, N>, FieldError> {
    json::fields(object, names).map_err(|problem| FieldError::new(name, problem))
}
