//! The addresses of pictures and other files.

/// The most that are kept of one message; an MMS holds ten.
pub(super) const MAX_MEDIA: usize = 10;

/// The longest address that is kept, in bytes.
pub(super) const MAX_URL_BYTES: usize = 2_048;

/// Those of `urls` that are kept.
pub(super) fn kept(urls: impl IntoIterator<Item = Box<str>>) -> Vec<Box<str>> {
    let is_kept = |url: &str| !url.trim().is_empty() && url.len() <= MAX_URL_BYTES;
    urls.into_iter().filter(|url| is_kept(url)).take(MAX_MEDIA).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_short_addresses_are_kept() {
        let urls = ["a".into(), " ".into(), "x".repeat(MAX_URL_BYTES + 1).into(), "b".into()];
        assert_eq!(kept(urls), ["a".into(), "b".into()]);
        assert_eq!(kept((0..50).map(|n| n.to_string().into())).len(), MAX_MEDIA);
    }
}
