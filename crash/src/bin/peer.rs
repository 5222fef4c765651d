//! A fake gateway or a fake classifier: `crash-peer gateway|classifier JOURNAL`.

use std::error::Error;

use crash::child;
use crash::peer::{Role, router};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (role, journal) = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["gateway", journal] => (Role::Gateway, journal),
        ["classifier", journal] => (Role::Classifier, journal),
        _ => return Err("usage: crash-peer gateway|classifier JOURNAL".into()),
    };
    child::serve(router(role, journal)?, || {}).await?;
    Ok(())
}
