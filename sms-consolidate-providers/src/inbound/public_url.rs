//! The address of a webhook as its gateway calls it, which signatures cover.

use std::fmt;

use http::Uri;

use super::ConfigError;

/// The address under which a gateway was told to call a webhook. Behind a proxy requests have another one.
#[derive(Clone)]
pub(super) struct PublicUrl {
    /// Up to the path, as it was given.
    base: String,
    /// The same with and without its port, each also without a password.
    spellings: Vec<String>,
    query: Option<String>,
}

impl PublicUrl {
    /// Reads an absolute URL of `http` or `https`. Its fragment is for the gateway, and never sent.
    pub(super) fn new(text: &str) -> Result<Self, ConfigError> {
        let text = text.split('#').next().unwrap_or_default().trim();
        let uri: Uri = text.parse().map_err(|_| ConfigError::BadPublicUrl)?;
        let default_port = match uri.scheme_str() {
            Some("https") => 443,
            Some("http") => 80,
            _ => return Err(ConfigError::BadPublicUrl),
        };
        let (base, query) = match text.split_once('?') {
            Some((base, query)) => (base, Some(query.to_owned())),
            None => (text, None),
        };
        let (scheme, rest) = base.split_once("://").ok_or(ConfigError::BadPublicUrl)?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (user, host) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
        let (host, port) = match host.rsplit_once(':') {
            // The colons of an IPv6 address stand in brackets.
            Some((host, port)) if !port.contains(']') => {
                (host, port.parse::<u16>().map_err(|_| ConfigError::BadPublicUrl)?)
            }
            _ => (host, default_port),
        };
        if host.is_empty() {
            return Err(ConfigError::BadPublicUrl);
        }
        let scheme = scheme.to_ascii_lowercase();
        let mut spellings = Vec::new();
        for user in [user, ""] {
            spellings.push(format!("{scheme}://{user}{host}{path}"));
            spellings.push(format!("{scheme}://{user}{host}:{port}{path}"));
        }
        if user.is_empty() {
            spellings.truncate(2);
        }
        Ok(Self { base: format!("{scheme}://{authority}{path}"), spellings, query })
    }

    /// The URL as it was given, up to its path.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// The same, written in the ways that mean the same: with and without the port, and without a password.
    pub(super) fn spellings(&self) -> impl Iterator<Item = &str> {
        self.spellings.iter().map(String::as_str)
    }

    /// What comes after its question mark.
    pub(super) fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }
}

/// Not shown, because it may hold a password.
impl fmt::Debug for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicUrl(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_spelt_with_and_without_its_port() {
        let check = |text: &str, base: &str, query: Option<&str>, spellings: &[&str]| {
            let url = PublicUrl::new(text).unwrap();
            assert_eq!((url.base(), url.query()), (base, query), "{text}");
            assert_eq!(url.spellings().collect::<Vec<_>>(), spellings, "{text}");
        };
        check(
            " https://Example.com/in#rc=5&rp=all?x ",
            "https://Example.com/in",
            None,
            &["https://Example.com/in", "https://Example.com:443/in"],
        );
        check(
            "HTTP://example.com:80?a=/b",
            "http://example.com:80",
            Some("a=/b"),
            &["http://example.com", "http://example.com:80"],
        );
        check(
            "https://[::1]:8443/a?",
            "https://[::1]:8443/a",
            Some(""),
            &["https://[::1]/a", "https://[::1]:8443/a"],
        );
        check(
            "https://me:pa@example.com/",
            "https://me:pa@example.com/",
            None,
            &[
                "https://me:pa@example.com/",
                "https://me:pa@example.com:443/",
                "https://example.com/",
                "https://example.com:443/",
            ],
        );
        assert!(
            !format!("{:?}", PublicUrl::new("https://me:secret@example.com/").unwrap()).contains("secret")
        );
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for text in [
            "",
            "/api/webhooks/twilio/sms",
            "example.com/sms",
            "ftp://example.com/",
            "https://",
            "https:///sms",
            "https://:443/sms",
            "https://example.com:99999/",
            "https://example.com:/",
            "https://exa mple.com/",
            "https://example.com/a b",
        ] {
            assert_eq!(PublicUrl::new(text).err(), Some(ConfigError::BadPublicUrl), "{text}");
        }
    }
}
