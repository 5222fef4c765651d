//! Opening a store: what is made, what is waited for, and what is refused.

use std::time::Duration;

use sms_consolidate::store::Store;
use sms_consolidate_postgres::ConnectError;
use throwaway_postgres::PASSWORD;

use crate::kit::*;

#[tokio::test]
async fn only_a_store_whose_tables_are_missing_waits_for_whoever_makes_some() {
    SERVER.psql("CREATE DATABASE opening");
    let url = SERVER.url_of("opening");
    let builder = |schema: &str| Postgres::builder(&url).schema(schema).name(fresh_name());
    builder("Made \"before\"").connect().await.expect("connect");
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("connect");
    tokio::spawn(connection);
    client.batch_execute("SELECT pg_advisory_lock(x'736d73636f6e736f'::bigint)").await.expect("lock");
    builder("Made \"before\"").connect().await.expect("its tables are there");
    let openings: Vec<_> = (0..8).map(|_| tokio::spawn(builder("Not.made yet").connect())).collect();
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = 'opening' AND wait_event = 'advisory'";
    until(async || count(&SERVER, waiting) == 8).await;
    drop(client);
    for opening in openings {
        opening.await.expect("it does not panic").expect("one makes them, and the others find them");
    }
}

#[tokio::test]
async fn what_keeps_a_store_from_opening_is_said_without_the_password() {
    let schema = "newer";
    let good = Postgres::builder(&SERVER.url()).schema(schema);
    drop(good.clone().connect().await.expect("connect"));
    SERVER.psql("INSERT INTO newer.schema_version VALUES (99, 0)");
    let newer = good.connect().await.expect_err("a newer schema");
    assert!(matches!(newer, ConnectError::NewerSchema { found: 99, .. }), "{newer}");
    SERVER.psql("CREATE DATABASE latin1 ENCODING LATIN1 TEMPLATE template0");
    let encoding = Postgres::connect(&SERVER.url_of("latin1")).await.expect_err("not UTF-8");
    assert!(matches!(encoding, ConnectError::Encoding { .. }), "{encoding}");
    let wrong = "not the password";
    let port = SERVER.port();
    let url = SERVER.url();
    for (url, expected) in [
        (url.replace("a%20password", &wrong.replace(' ', "%20")), "password authentication failed"),
        (SERVER.url_of("nowhere"), "does not exist"),
        (url.replace(&port.to_string(), "1"), "refused"),
        (url.replace("127.0.0.1", "nowhere.invalid"), "nowhere.invalid"),
        (format!("{url}?sslmode=require"), "TLS"),
        (format!("{url}?sslmode=verify-full&sslrootcert=/nowhere.pem"), "/nowhere.pem"),
    ] {
        let error = Postgres::connect(&url).await.expect_err(expected);
        let said = format!("{error} {error:?}");
        assert!(said.contains(expected), "{said}");
        assert!(!said.contains(PASSWORD) && !said.contains(wrong), "{said}");
    }
    let builder = Postgres::builder(&SERVER.url());
    assert!(!format!("{builder:?}").contains("password"));
    assert!(!format!("{:?}", builder.connect().await.expect("connect")).contains("password"));
}

#[tokio::test]
async fn a_pool_that_is_too_small_is_refused() {
    for (writers, connections, is_enough) in [(1, 2, false), (1, 3, true), (4, 5, false), (4, 6, true)] {
        let builder = Postgres::builder(&SERVER.url()).name(fresh_name()).writers(limit(writers));
        match builder.max_connections(limit(connections)).connect().await {
            Ok(_) => assert!(is_enough, "{writers} {connections}"),
            Err(ConnectError::Setting { setting, .. }) => {
                assert!(setting == "max_connections" && !is_enough, "{setting} {writers} {connections}");
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn settings_that_the_system_or_the_server_cannot_take_are_refused() {
    let builder = || Postgres::builder(&SERVER.url()).name(fresh_name());
    let too_short = Duration::from_millis(9);
    for builder in [
        builder().connect_timeout(Duration::MAX),
        builder().connect_timeout(too_short),
        builder().statement_timeout(Duration::MAX),
        builder().statement_timeout(too_short),
        builder().max_connections(std::num::NonZeroUsize::MAX),
    ] {
        let error = builder.connect().await.expect_err("it is out of its range");
        assert!(matches!(error, ConnectError::Setting { .. }), "{error}");
    }
    let hour = Duration::from_secs(60 * 60);
    builder().connect_timeout(hour).statement_timeout(hour).connect().await.expect("these are in it");
}

/// Under another one nobody who has opted out would be found.
#[tokio::test]
async fn a_store_with_senders_and_without_their_secret_is_refused() {
    let schema = "secretless";
    let builder = |name: &str| Postgres::builder(&SERVER.url()).schema(schema).name(name);
    let secret = || SERVER.psql("SELECT encode(secret, 'hex') FROM secretless.secrets WHERE store = 'kept'");
    drop(builder("kept").connect().await.expect("connect"));
    let first = secret();
    SERVER.psql("DELETE FROM secretless.secrets");
    let store = builder("kept").connect().await.expect("nothing was kept under it");
    let second = secret();
    assert!(first != second && second.len() == 32, "{first} {second}");
    store.set_opted_out(at(0), "key", STOP).await.expect("set_opted_out");
    drop(store);
    for loss in
        ["DELETE FROM secretless.secrets", "INSERT INTO secretless.secrets VALUES ('kept', 'too short')"]
    {
        SERVER.psql(loss);
        let before = secret();
        let error = builder("kept").connect().await.expect_err(loss);
        assert!(matches!(&error, ConnectError::SecretLost { store, .. } if store == "kept"), "{error}");
        let said = error.to_string();
        assert!(["\"kept\"", "`secrets`", "`senders`"].iter().all(|part| said.contains(part)), "{said}");
        assert_eq!(secret(), before, "none is made");
    }
    drop(builder("another").connect().await.expect("that one has no senders"));
    // The two ways out that the error names.
    SERVER.psql(&format!("UPDATE secretless.secrets SET secret = '\\x{second}' WHERE store = 'kept'"));
    let restored = builder("kept").connect().await.expect("it is there again");
    assert!(restored.sender("key").await.expect("sender").is_opted_out());
    drop(restored);
    SERVER.psql("DELETE FROM secretless.senders; DELETE FROM secretless.secrets WHERE store = 'kept'");
    let emptied = builder("kept").connect().await.expect("nothing is kept any more");
    assert!(!emptied.sender("key").await.expect("sender").is_opted_out());
}
