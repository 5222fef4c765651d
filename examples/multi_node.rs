//! Three nodes behind a load balancer, one Postgres: a sender's messages arrive at different nodes and become one batch,
//! a redelivery is recognised everywhere, and when a node is lost the others go on with what it had accepted.
//!
//! ```console
//! $ DATABASE_URL=postgres://user:password@localhost/sms cargo run --example multi_node
//! ```
//!
//! Without `DATABASE_URL` it starts a throw-away Postgres, for which the server's programs must be installed.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what it does")]

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use sms_consolidate::{
    Classification, Consolidator, Conversation, Label, Message, Receipt, SmsMessage, Window,
};
use sms_consolidate_postgres::PostgresStore;
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;

type Service = Consolidator<Conversation, SmsMessage>;

/// A node with threads of its own, so that it can be lost as a whole.
struct Node {
    number: usize,
    service: Service,
    runtime: Runtime,
}

impl Node {
    fn start(number: usize, url: &str, replies: &Arc<Semaphore>) -> Result<Self, Box<dyn Error>> {
        let runtime = Runtime::new()?;
        let store = runtime.block_on(PostgresStore::builder(url).name("multi_node").connect())?;
        let replied = Arc::clone(replies);
        let service = Service::builder()
            .store(store)
            .window(Window::fixed(Duration::from_millis(700)))
            .classify_fn(move |messages, _| async move {
                let texts: Vec<&str> = messages.iter().map(Message::text).collect();
                println!("node {number} classifies {texts:?}");
                Ok(Classification::new(Label::AGREE, "Optimist"))
            })
            .send_fn(move |reply| {
                println!("node {number} replies to {}: {}", reply.to, reply.text);
                replied.add_permits(1);
                async { Ok(Receipt::default()) }
            })
            .build()?;
        runtime.block_on(async { service.start() });
        println!("node {number} is up");
        Ok(Self { number, service, runtime })
    }

    fn push(&self, from: &str, text: &str, id: &str) -> Result<(), Box<dyn Error>> {
        // Ids are remembered for 48 hours, also from one run of this example to the next.
        let id = format!("{}-{id}", std::process::id());
        let message = SmsMessage::new(text).with_id(id);
        let pushed = self.runtime.block_on(self.service.push(from.parse()?, message))?;
        let what = if pushed.is_duplicate() { "knows it already" } else { "accepts it" };
        println!("node {} gets {text:?} from {from} and {what}", self.number);
        Ok(())
    }

    /// As if somebody had pulled the plug: nothing is shut down in order.
    fn lose(self) {
        self.runtime.shutdown_background();
        println!("node {} is lost", self.number);
    }
}

fn main() -> ExitCode {
    // Returned from here, an error would be shown as its `Debug` form, and not as the sentence that it is.
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("multi_node: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let (url, _server) = match std::env::var("DATABASE_URL") {
        Ok(url) => (url, None),
        Err(_) => {
            println!("DATABASE_URL is not set: starting a throw-away Postgres");
            let server = throwaway_postgres::Server::start();
            (server.url(), Some(server))
        }
    };
    let replies = Arc::new(Semaphore::new(0));
    let [first, second, third] = [1, 2, 3].map(|number| Node::start(number, &url, &replies));
    let (first, second, third) = (first?, second?, third?);

    let (maria, ben) = ("+639171234567", "+639181234567");
    first.push(maria, "Yes", "m1")?;
    second.push(maria, "I can help", "m2")?;
    third.push(maria, "I can help", "m2")?;
    third.push(maria, "Thanks", "m3")?;
    third.push(ben, "Count me in", "b1")?;
    third.lose();

    // One reply to each, from whichever node took the batch.
    first.runtime.block_on(async {
        let clock = first.service.clock();
        tokio::select! {
            replied = replies.acquire_many(2) => replied.map(drop).map_err(Box::from),
            () = clock.sleep_until(clock.now() + Duration::from_secs(60)) => {
                Err(Box::<dyn Error>::from("no two replies within a minute"))
            }
        }
    })?;
    for node in [&first, &second] {
        node.runtime.block_on(node.service.shutdown(Duration::from_secs(5)))?;
    }
    println!("both were answered once, by the nodes that were left");
    Ok(())
}
