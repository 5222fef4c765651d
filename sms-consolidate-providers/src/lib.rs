//! SMS gateways for [`sms_consolidate`]: what their webhooks say, and how replies reach them.
//!
//! - [`inbound`]: from the method, URL, headers and raw body of a webhook to messages. Pure functions, with signatures
//!   checked, for whatever web framework you have.
//! - `outbound` (feature `outbound`, on by default): a [`ReplySender`](sms_consolidate::ReplySender) per gateway.
//! - [`ConsoleSender`]: prints replies instead of sending them.
//!
//! | gateway | inbound | outbound |
//! |---|---|---|
//! | Plivo | [`inbound::Plivo`] | – |
//! | SMS Mobile API | [`inbound::SmsMobileApi`] | `outbound::SmsMobileApiSender` |
//! | Sinch | [`inbound::Sinch`] | – |
//! | Sinch Conversation API | [`inbound::SinchConversation`] | – |
//! | Telnyx | [`inbound::Telnyx`] | – |
//! | Twilio | [`inbound::Twilio`] | `outbound::TwilioSender` |
//! | Vonage (SMS API) | [`inbound::Vonage`] | – |
//! | Vonage (Messages API) | [`inbound::VonageMessages`] | – |
//! | WhatsApp Cloud API | [`inbound::WhatsAppCloud`] | – |
//! | any that posts JSON or a form | [`inbound::ConfiguredJson`] | – |
//!
//! `docs/gateways.md` of the repository says how to set each of them up, and compares them; `docs/configured-json.md`
//! configures five more.
//!
//! ```
//! use http::{HeaderMap, Method, Uri};
//! use sms_consolidate::{Message, Timestamp};
//! use sms_consolidate_providers::inbound::{Inbound, InboundRequest, SmsMobileApi};
//!
//! let gateway = SmsMobileApi::unsigned();
//! let parsed = gateway.parse(
//!     &InboundRequest::new(
//!         &Method::POST,
//!         &Uri::from_static("/api/webhook/sms-received"),
//!         &HeaderMap::new(),
//!         br#"{"guid": "abc", "number": "+639123456789", "message": "Yes please"}"#,
//!     ),
//!     Timestamp::from_unix_millis(1_790_000_000_000),
//! )?;
//! assert_eq!(parsed.messages[0].conversation.to_string(), "+639123456789");
//! assert_eq!(parsed.messages[0].message.text(), "Yes please");
//! # Ok::<(), sms_consolidate_providers::inbound::Rejection>(())
//! ```

mod console;
pub mod inbound;
#[cfg(feature = "outbound")]
pub mod outbound;

pub use console::ConsoleSender;
