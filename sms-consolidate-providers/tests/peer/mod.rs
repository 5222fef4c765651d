//! A gateway's real HTTP server on loopback, which answers byte for byte what it is told.

use std::time::Duration;

use sms_consolidate_providers::outbound::HttpClient;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the server does with its one connection.
pub(crate) enum Answer {
    /// Reads the request, sends these bytes, and closes.
    Bytes(String),
    /// Reads the request and never answers.
    Silence,
    /// Reads nothing and never answers: no TLS handshake, for one.
    Deaf,
}

pub(crate) fn answer(status: &str, headers: &str, body: &str) -> Answer {
    Answer::Bytes(format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    ))
}

pub(crate) fn ok(body: &str) -> Answer {
    answer("200 OK", "Content-Type: application/json\r\n", body)
}

/// Reads one request whole, head and body.
async fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    loop {
        assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0, "the request ends early");
        let text = String::from_utf8_lossy(&request);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return text.into_owned();
            }
        }
    }
}

/// Serves one connection on a free port. Resolves to the request.
pub(crate) async fn serve(answer: Answer) -> (u16, JoinHandle<String>) {
    let (port, requests) = serve_all([answer]).await;
    (port, tokio::spawn(async move { requests.await.unwrap().remove(0) }))
}

/// Serves one connection after another on a free port. Resolves to the requests.
pub(crate) async fn serve_all<const N: usize>(answers: [Answer; N]) -> (u16, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let mut requests = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            if matches!(answer, Answer::Deaf) {
                std::future::pending::<()>().await;
            }
            requests.push(read_request(&mut stream).await);
            match answer {
                Answer::Bytes(bytes) => stream.write_all(bytes.as_bytes()).await.unwrap(),
                _ => std::future::pending().await,
            }
        }
        requests
    });
    (port, task)
}

pub(crate) fn http() -> HttpClient {
    HttpClient::builder().without_proxy().timeout(Duration::from_secs(20)).build().unwrap()
}

/// Gives up connecting after one second and all after three. Both must not be over before a busy machine looks: then
/// nobody knows which was the first.
pub(crate) fn impatient() -> HttpClient {
    HttpClient::builder().without_proxy().timeout(Duration::from_secs(3)).build().unwrap()
}

/// Whether `future` is ready now.
pub(crate) async fn is_ready<T>(future: impl Future<Output = T>) -> bool {
    tokio::select! {
        biased;
        _ = future => true,
        () = tokio::task::yield_now() => false,
    }
}
