//! Working days over real letters and replies (../shared/data), counted exactly as its README says; skipped where the
//! data are absent.

use std::path::{Path, PathBuf};

use aftercare::calendar::working;

/// The folder of shared data: `AFTERCARE_SHARED`, or `shared` beside the checkout.
fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().skip(1);
    let named = std::env::var_os("AFTERCARE_SHARED").map(PathBuf::from);
    let mut all = named.into_iter().chain(beside.map(|d| d.join("shared")));
    all.find(|d| d.join("data/citizen-letters.gb18030.csv").is_file())
}

#[test]
fn the_letters_are_counted_exactly() {
    let Some(folder) = shared() else {
        eprintln!("skipped: ../shared/data/citizen-letters.gb18030.csv is not here");
        return;
    };
    let bytes = std::fs::read(folder.join("data/citizen-letters.gb18030.csv")).unwrap();
    let text = encoding_rs::GB18030.decode(&bytes).0;
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let headers = rows.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|h| h.trim() == name).unwrap();
    let (asked, replied) = (column("留言时间"), column("答复时间"));
    let day = |text: &str| {
        let date = text
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .replace('-', "/");
        chrono::NaiveDate::parse_from_str(&date, "%Y/%m/%d")
            .unwrap_or_else(|e| panic!("{text}: {e}"))
    };
    let counts: Vec<i64> = rows
        .records()
        .map(|row| {
            let row = row.unwrap();
            let (from, to) = (day(&row[asked]), day(&row[replied]));
            working::public().working_days_between(from, to).unwrap()
        })
        .collect();
    let over = |n: i64| counts.iter().filter(|c| **c > n).count();
    assert_eq!(counts.len(), 2816);
    assert_eq!((over(5), over(15), over(30)), (1738, 713, 248));
    assert_eq!(counts.iter().sum::<i64>(), 39_665);
    assert_eq!(counts.iter().max(), Some(&796));
}
