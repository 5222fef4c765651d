//! What several fuzz targets need. Each target says in its first lines how it reads its input.

pub mod forms;

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::response::Response;
use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use sms_consolidate::{Key, Message, Origin, Timestamp};
use sms_consolidate_providers::inbound::{
    Ignored, Inbound, InboundMessage, InboundRequest, MAX_ID_BYTES, Parsed, Rejection,
};

/// Takes one line off `input`, without its end.
pub fn line<'a>(input: &mut &'a [u8]) -> &'a [u8] {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let (line, rest) = input.split_at(end);
    *input = rest.get(1..).unwrap_or_default();
    line
}

/// `masked` tells less than `full` does.
#[track_caller]
pub fn assert_hidden(masked: &str, full: &str) {
    if !full.is_empty() && !full.contains('•') {
        assert!(!masked.contains(full), "{masked:?} shows all of {full:?}");
    }
}

/// When every webhook call arrives, in seconds since the Unix epoch.
pub const NOW_SECONDS: i64 = 1_790_000_000;

/// What `gateway` says of a `POST` to `/in`. Headers that cannot be are left out.
pub fn post(
    gateway: &impl Inbound,
    headers: &[(&'static str, &[u8])],
    body: &[u8],
) -> Result<Parsed, Rejection> {
    let values = headers.iter().filter_map(|(name, value)| {
        Some((name.parse::<HeaderName>().ok()?, HeaderValue::from_bytes(value).ok()?))
    });
    let headers: HeaderMap = values.collect();
    let uri = Uri::from_static("/in");
    let now = Timestamp::from_unix_millis(NOW_SECONDS * 1_000);
    gateway.parse(&InboundRequest::new(&Method::POST, &uri, &headers, body), now)
}

/// Everything that a webhook says, texts included.
pub fn render_parsed(result: &Result<Parsed, Rejection>) -> String {
    match result {
        Ok(parsed) => {
            let texts: Vec<_> = parsed.messages.iter().map(|incoming| incoming.message.text()).collect();
            format!("{parsed:?} {texts:?}")
        }
        Err(rejection) => format!("{rejection:?}"),
    }
}

/// `all`, which takes in what is said in groups, differs from `closed`, which does not, in just that; and in a group
/// nobody is answered or opted out.
pub fn check_groups(closed: &Result<Parsed, Rejection>, all: &Result<Parsed, Rejection>) {
    // What is refused may be an element that the other ignores.
    let (Ok(closed), Ok(all)) = (closed, all) else { return };
    assert!(!all.ignored.contains(&Ignored::Group));
    assert_eq!(closed.preferences, all.preferences);
    let is_in_group = |inbound: &&InboundMessage| inbound.message.origin() == Origin::Group;
    assert!(!closed.messages.iter().any(|inbound| is_in_group(&inbound)));
    let others: Vec<_> = all.messages.iter().filter(|inbound| !is_in_group(inbound)).collect();
    assert_eq!(closed.messages.iter().collect::<Vec<_>>(), others);
    for InboundMessage { conversation, message, .. } in all.messages.iter().filter(is_in_group) {
        assert!(!conversation.can_reply() && conversation.sender().to_string().starts_with("group:"));
        assert_eq!(message.control(), None);
    }
}

/// What holds of whatever an unsigned webhook says of a body with at most `limit` messages.
pub fn check_parsed(result: &Result<Parsed, Rejection>, limit: usize) {
    match result {
        Ok(parsed) => {
            assert!(parsed.messages.len() + parsed.errors.len() <= limit);
            assert!(parsed.errors.is_sorted_by(|a, b| a.index < b.index), "{:?}", parsed.errors);
            assert!(parsed.messages.is_sorted_by(|a, b| a.index < b.index));
            parsed.messages.iter().for_each(check_message);
        }
        Err(rejection) => check_rejection(rejection, limit),
    }
}

fn check_message(incoming: &InboundMessage) {
    let conversation = &incoming.conversation;
    assert_eq!(conversation.to_string().parse().as_ref(), Ok(conversation));
    let id = incoming.message.id().expect("the gateway's messages have ids");
    assert!(!id.trim().is_empty() && id.len() <= MAX_ID_BYTES);
    assert!(incoming.message.media().count() <= 10);
    // The id may be the number: it is shown.
    let message = incoming.message.clone().with_id("id");
    let shown = format!("{:?}", InboundMessage::new(incoming.index, incoming.conversation.clone(), message));
    let sender = conversation.sender();
    if sender.is_number() {
        assert_hidden(&shown, &sender.to_string());
    }
}

fn check_rejection(rejection: &Rejection, limit: usize) {
    assert!([400, 422].contains(&rejection.status().as_u16()), "{rejection}");
    match rejection {
        Rejection::Unprocessable(errors) => assert!((1..=limit).contains(&errors.len())),
        Rejection::TooManyMessages { found, limit } => assert!(found > limit),
        _ => {}
    }
    // Of the body it holds nothing; positions and types are short.
    assert!(rejection.to_string().len() <= 200, "{rejection}");
}

/// What a service answers: a line each with the status, `Retry-After` and `Date`, then the body.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// From 200 to 599; what is none counts as 200.
    pub status: StatusCode,
    retry_after: Option<HeaderValue>,
    date: Option<HeaderValue>,
    body: Bytes,
}

impl Answer {
    /// Reads all of `input`.
    pub fn read(mut input: &[u8]) -> Self {
        let status = StatusCode::from_bytes(line(&mut input)).ok();
        let mut header = || HeaderValue::from_bytes(line(&mut input)).ok().filter(|value| !value.is_empty());
        Self {
            status: status.filter(|status| (200..600).contains(&status.as_u16())).unwrap_or_default(),
            retry_after: header(),
            date: header(),
            body: Bytes::copy_from_slice(input),
        }
    }

    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let headers = [(RETRY_AFTER, self.retry_after), (DATE, self.date)];
        response.headers_mut().extend(headers.into_iter().filter_map(|(name, value)| Some((name, value?))));
        response
    }
}

#[derive(Default)]
struct Exchange {
    answer: Answer,
    request: Bytes,
}

/// A server on a loopback port, and the one thread that both it and its client run on.
pub struct Loopback {
    runtime: tokio::runtime::Runtime,
    exchange: Arc<Mutex<Exchange>>,
    /// Where it listens.
    pub url: String,
}

impl Loopback {
    /// Starts it.
    pub fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let exchange = Arc::<Mutex<Exchange>>::default();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound port"));
        let service = Router::new().fallback({
            let exchange = exchange.clone();
            async move |request: Bytes| {
                let mut exchange = exchange.lock().unwrap_or_else(PoisonError::into_inner);
                exchange.request = request;
                exchange.answer.clone().into_response()
            }
        });
        runtime.spawn(async move { axum::serve(listener, service).await });
        Self { runtime, exchange, url }
    }

    /// Runs `client` while every request gets `answer`. Returns what the client returned, and the body of the last
    /// request.
    pub fn run<T>(&self, answer: Answer, client: impl Future<Output = T>) -> (T, Bytes) {
        let exchange = || self.exchange.lock().unwrap_or_else(PoisonError::into_inner);
        *exchange() = Exchange { answer, request: Bytes::new() };
        let returned = self.runtime.block_on(client);
        (returned, std::mem::take(&mut exchange().request))
    }
}
