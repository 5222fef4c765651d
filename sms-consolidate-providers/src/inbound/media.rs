//! The addresses of pictures and other files.

use serde_json::value::RawValue;

use super::json;

/// The most that are kept of one message; an MMS holds ten.
pub(super) const MAX_MEDIA: usize = 10;

/// The longest address that is kept, in bytes.
pub(super) const MAX_URL_BYTES: usize = 2_048;

/// Those of `urls` that are kept.
pub(super) fn kept(urls: impl IntoIterator<Item = Box<str>>) -> Vec<Box<str>> {
    let is_kept = |url: &str| !url.trim().is_empty() && url.len() <= MAX_URL_BYTES;
    urls.into_iter().filter(|url| is_kept(url)).take(MAX_MEDIA).collect()
}

/// The field `name` of each object in `list`. What is not as expected is left out: a message is worth having without
/// its pictures.
pub(super) fn urls(list: Option<&RawValue>, name: &str) -> Vec<Box<str>> {
    let elements = list.and_then(|list| json::elements(list).ok()).unwrap_or_default();
    let url = |element: &RawValue| {
        let [url] = json::fields(element, [name]).ok()?;
        Some(json::string(url?).ok()?.into())
    };
    kept(elements.into_iter().filter_map(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_short_addresses_are_kept() {
        let long = "x".repeat(MAX_URL_BYTES + 1);
        let list =
            format!(r#"[{{"url":"a"}},{{"url":7}},{{}},5,{{"url":" "}},{{"url":"{long}"}},{{"url":"b"}}]"#);
        let list: Box<RawValue> = serde_json::from_str(&list).unwrap();
        assert_eq!(urls(Some(&list), "url"), ["a".into(), "b".into()]);
        assert!(urls(None, "url").is_empty());
        assert_eq!(kept((0..50).map(|n| n.to_string().into())).len(), MAX_MEDIA);
    }
}
