use super::is_wish;

const WISHES: &str = include_str!("../../../tests/optout/wishes.tsv");

#[test]
fn figures() {
    let text = std::env::var("WISHES").map_or_else(|_| WISHES.to_owned(), |path| std::fs::read_to_string(path).unwrap());
    let (mut tp, mut fp, mut p, mut n) = (0, 0, 0, 0);
    for line in text.lines() {
        let Some((label, text)) = line.split_once('\t') else { continue };
        let (label, text) = if label.len() < 6 && label.chars().all(|c| c.is_ascii_uppercase()) && ["STOP", "NONE"].contains(&label) && !["STOP","NONE"].iter().any(|l| text == *l) { (label, text) } else { (text, label) };
        let found = is_wish(&text.replace("\\n", "\n"));
        let is = label == "STOP";
        if is { p += 1; tp += usize::from(found); } else { n += 1; fp += usize::from(found); }
        if found != is { println!("{} {text}", if is { "MISS " } else { "FALSE" }); }
    }
    println!("recall {tp}/{p} false {fp}/{n}");
}
