//! What each `sslmode` takes, against a server that speaks TLS.

use std::path::PathBuf;
use std::sync::LazyLock;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use sms_consolidate_postgres::ConnectError;
use tempfile::TempDir;
use throwaway_postgres::Server;

use crate::kit::{Postgres, SERVER, until};

/// The name that the server's certificate is for. It is reached by its address too, which is not in there.
const NAME: &str = "localhost";

struct Setting {
    server: Server,
    folder: TempDir,
}

impl Setting {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

static SETTING: LazyLock<Setting> = LazyLock::new(|| {
    let folder = TempDir::new().expect("a folder");
    let (ours, key) = (authority("Ours"), KeyPair::generate().expect("a key"));
    let params = CertificateParams::new([NAME.to_owned()]).expect("a name");
    let certificate = params.signed_by(&key, &ours.1).expect("a certificate");
    let server = Server::with_tls(&certificate.pem(), &key.serialize_pem());
    let (other, namesake) = (authority("Other").0, authority("Ours").0);
    for (name, content) in
        [("ours", ours.0), ("other", other), ("namesake", namesake), ("empty", String::new())]
    {
        std::fs::write(folder.path().join(name), content).expect("our own folder");
    }
    Setting { server, folder }
});

/// Somebody who signs certificates, and their own.
fn authority(name: &str) -> (String, Issuer<'static, KeyPair>) {
    let mut params = CertificateParams::new([]).expect("no name");
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    (params.self_signed(&key).expect("a certificate").pem(), Issuer::new(params, key))
}

/// Connects to `host` and says whether all lines are encrypted, or why it was refused.
async fn connect(host: &str, mode: &str, trusted: Option<&str>) -> Result<bool, String> {
    let trust = trusted.map(|name| format!("&sslrootcert={}", SETTING.path(name).display()));
    let case = format!("{host}-{mode}-{}", trusted.unwrap_or("system"));
    let url = SETTING.server.url().replace("127.0.0.1", host);
    let url = format!("{url}?application_name={case}&sslmode={mode}{}", trust.unwrap_or_default());
    let store = Postgres::connect(&url).await.map_err(|error| {
        assert!(
            matches!(error, ConnectError::Connect { .. } | ConnectError::Certificates { .. }),
            "{error:?}"
        );
        error.to_string()
    })?;
    let lines = |encrypted: &str| {
        let sql = format!(
            "SELECT count(*) FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) \
             WHERE application_name = '{case}' AND {encrypted}"
        );
        SETTING.server.psql(&sql).parse::<u32>().expect("a number")
    };
    // One of the pool, and the one that listens to other nodes.
    until(async || lines("true") == 2).await;
    let encrypted = lines("ssl");
    assert!(encrypted == 0 || encrypted == 2, "{case}: one line is encrypted and the other is not");
    drop(store);
    Ok(encrypted == 2)
}

#[tokio::test]
async fn each_mode_verifies_what_it_says() {
    const ADDRESS: &str = "127.0.0.1";
    let unknown = Err("UnknownIssuer");
    let wrong_name = Err("not valid for name");
    for (host, mode, trusted, expected) in [
        (NAME, "disable", None, Ok(false)),
        (NAME, "prefer", None, Ok(true)),
        (NAME, "require", None, Ok(true)),
        (ADDRESS, "require", None, Ok(true)),
        (ADDRESS, "require", Some("ours"), Ok(true)),
        (NAME, "require", Some("other"), unknown),
        (NAME, "verify-ca", Some("ours"), Ok(true)),
        (ADDRESS, "verify-ca", Some("ours"), Ok(true)),
        (NAME, "verify-ca", Some("other"), unknown),
        (ADDRESS, "verify-ca", Some("other"), unknown),
        (NAME, "verify-ca", Some("namesake"), Err("BadSignature")),
        (NAME, "verify-ca", None, unknown),
        (NAME, "verify-full", Some("ours"), Ok(true)),
        (ADDRESS, "verify-full", Some("ours"), wrong_name),
        (NAME, "verify-full", Some("other"), unknown),
        (NAME, "verify-full", None, unknown),
        (NAME, "verify-full", Some("empty"), Err("empty")),
    ] {
        let found = connect(host, mode, trusted).await;
        let case = format!("{host} {mode} {trusted:?}: {found:?}");
        match expected {
            Ok(encrypted) => assert_eq!(found, Ok(encrypted), "{case}"),
            Err(why) => assert!(found.is_err_and(|error| error.contains(why)), "{case}"),
        }
    }
}

/// A server without TLS: `prefer` goes on without, and nothing stronger does.
#[tokio::test]
async fn without_tls_on_the_server_only_the_weakest_modes_connect() {
    for (mode, connects) in [
        ("disable", true),
        ("prefer", true),
        ("require", false),
        ("verify-ca", false),
        ("verify-full", false),
    ] {
        let trusted = SETTING.path("ours");
        let url = format!("{}?sslmode={mode}&sslrootcert={}", SERVER.url(), trusted.display());
        assert_eq!(Postgres::connect(&url).await.is_ok(), connects, "{mode}");
    }
}

/// Neither does the server have to keep the key of an authority.
#[tokio::test]
async fn the_certificate_of_an_authority_is_not_taken_for_a_servers() {
    let (authority, issuer) = authority("Itself");
    let server = Server::with_tls(&authority, &issuer.key().serialize_pem());
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("itself");
    std::fs::write(&path, authority).expect("our own folder");
    for (mode, connects) in
        [("require", false), ("verify-ca", false), ("verify-full", false), ("prefer", true)]
    {
        let url = format!("{}?sslmode={mode}&sslrootcert={}", server.url(), path.display());
        let connected = Postgres::connect(&url.replace("127.0.0.1", NAME)).await;
        match connected {
            Ok(_) => assert!(connects, "{mode}"),
            Err(error) => assert!(!connects && error.to_string().contains("CaUsedAsEndEntity"), "{error}"),
        }
    }
}
