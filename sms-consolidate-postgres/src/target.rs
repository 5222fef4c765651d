//! What a database URL says: where to connect, as whom, and how the server is verified.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

use crate::error::{ConnectError, Reported};

/// How much of the server's identity is checked, by the names that Postgres gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verify {
    Nothing,
    /// That its certificate comes from somebody trusted.
    Authority,
    /// That, and that it is for this host.
    Full,
}

/// Where to connect. The password is in `config` alone.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) config: Config,
    pub(crate) verify: Verify,
    pub(crate) root_certificates: Option<PathBuf>,
    /// Host, port and database, for messages.
    pub(crate) server: String,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("server", &self.server)
            .field("verify", &self.verify)
            .finish_non_exhaustive()
    }
}

const SSL_MODES: &str = "sslmode is one of disable, prefer, require, verify-ca, verify-full";

fn refuse(reason: impl Into<String>) -> ConnectError {
    ConnectError::Url { reason: reason.into() }
}

impl Target {
    pub(crate) fn parse(url: &str) -> Result<Self, ConnectError> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(refuse("it must start with postgres:// or postgresql://"));
        }
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        if base.matches('@').count() > 1 {
            // What follows the first one would be taken for the host, and shown.
            return Err(refuse("it has more than one @: in a password write %40 for it"));
        }
        let (mut mode, mut root_certificates, mut rest) = (Cow::Borrowed("prefer"), None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decoded = percent_decode_str(value).decode_utf8().map_err(|_| refuse("it is not UTF-8"))?;
            match name {
                "sslmode" => mode = decoded,
                "sslrootcert" => root_certificates = Some(PathBuf::from(decoded.as_ref())),
                _ => rest.push(pair),
            }
        }
        let (ssl_mode, verify) = match mode.as_ref() {
            "disable" => (SslMode::Disable, Verify::Nothing),
            "prefer" => (SslMode::Prefer, Verify::Nothing),
            // As libpq does: whoever names an authority wants it asked.
            "require" if root_certificates.is_some() => (SslMode::Require, Verify::Authority),
            "require" => (SslMode::Require, Verify::Nothing),
            "verify-ca" => (SslMode::Require, Verify::Authority),
            "verify-full" => (SslMode::Require, Verify::Full),
            _ => return Err(refuse(SSL_MODES)),
        };
        let mut config: Config = format!("{base}?{}", rest.join("&"))
            .parse()
            .map_err(|error| refuse(Reported::from(&error).to_string()))?;
        if config.get_hosts().is_empty() {
            return Err(refuse("it names no host"));
        }
        config.ssl_mode(ssl_mode);
        if config.get_hosts().len() > 1 && !rest.iter().any(|pair| pair.starts_with("target_session_attrs="))
        {
            // Of several servers, most are copies, which take no writes.
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        if config.get_application_name().is_none() {
            config.application_name("sms-consolidate");
        }
        let server = describe(&config);
        Ok(Self { config, verify, root_certificates, server })
    }

    /// Limits how long the network may leave us without an answer, unless the URL says so itself.
    pub(crate) fn limit_waiting(&mut self, limit: Duration) {
        if self.config.get_connect_timeout().is_none() {
            self.config.connect_timeout(limit);
        }
        if self.config.get_tcp_user_timeout().is_none() {
            self.config.tcp_user_timeout(limit * 2);
        }
        // These are whole seconds.
        let limit = limit.max(Duration::from_secs(1));
        self.config.keepalives_idle(limit * 2).keepalives_interval(limit);
    }
}

fn describe(config: &Config) -> String {
    let ports = config.get_ports();
    let hosts = config.get_hosts().iter().enumerate().map(|(position, host)| {
        let port = ports.get(position).or(ports.first()).copied().unwrap_or(5432);
        match host {
            Host::Tcp(name) => format!("{name}:{port}"),
            #[cfg(unix)]
            Host::Unix(path) => format!("{}:{port}", path.display()),
        }
    });
    let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
    format!("{}/{database}", hosts.collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_says_what_is_verified() {
        let check = |query: &str, ssl: SslMode, verify: Verify| {
            let target = Target::parse(&format!("postgres://me:secret@db.example:5433/app?{query}")).unwrap();
            assert_eq!((target.config.get_ssl_mode(), target.verify), (ssl, verify), "{query}");
            assert_eq!(target.server, "db.example:5433/app");
            assert!(!format!("{target:?}").contains("secret"));
        };
        check("", SslMode::Prefer, Verify::Nothing);
        check("sslmode=disable", SslMode::Disable, Verify::Nothing);
        check("application_name=x&sslmode=require", SslMode::Require, Verify::Nothing);
        check("sslmode=require&sslrootcert=/ca%20file.pem", SslMode::Require, Verify::Authority);
        check("sslmode=verify-ca", SslMode::Require, Verify::Authority);
        check("sslmode=verify-full", SslMode::Require, Verify::Full);
    }

    #[test]
    fn of_several_servers_the_one_that_takes_writes_is_wanted() {
        let check = |url: &str, expected: TargetSessionAttrs| {
            let target = Target::parse(&format!("postgres://me:secret@{url}")).unwrap();
            assert_eq!(target.config.get_target_session_attrs(), expected, "{url}");
        };
        check("one/db", TargetSessionAttrs::Any);
        check("one/db?target_session_attrs=read-write", TargetSessionAttrs::ReadWrite);
        check("one,two:5433/db", TargetSessionAttrs::ReadWrite);
        check("one,two/db?target_session_attrs=any", TargetSessionAttrs::Any);
    }

    #[test]
    fn what_cannot_be_followed_is_refused_without_the_secret() {
        for url in [
            "mysql://me:secret@host/db",
            "host=localhost password=secret",
            "postgres://me:secret@host/db?sslmode=sometimes",
            "postgres://me:secret@host/db?nonsense=secret",
            "postgres://me:sec@secret@host/db",
            "postgres://me:secret@host:port/db",
            "postgres:///db",
        ] {
            let error = Target::parse(url).expect_err(url).to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
