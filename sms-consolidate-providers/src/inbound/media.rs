//! The addresses of pictures and other files.

/// The most that are kept of one message; an MMS holds ten.
pub(super) const MAX_MEDIA: usize = 10;

/// The longest address that is kept, in bytes.
pub(super) const MAX_URL_BYTES: usize = 2_048;

/// Those of `urls` that are kept.
pub(super) fn kept(urls: impl IntoIterator<Item = Box<str>>) -> Vec<Box<str>> {
    let kept = urls.into_iter().filter(|url| !url.trim().is_empty() && url.len() <= MAX_URL_BYTES);
    kept.take(MAX_MEDIA).collect()
}
