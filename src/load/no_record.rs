//! Rows of a sheet that are no records: sums, signatures below the table, the header once more.

use super::scalar;

/// Why a row is no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoRecord {
    /// It adds up the rows above.
    Total,
    /// It says who made the sheet, and the like.
    Footer,
}

const TOTALS: [&str; 6] = ["合计", "总计", "小计", "共计", "总和", "汇总"];
const ENGLISH: [&str; 5] = ["total", "subtotal", "grand total", "sum", "totals"];
const FOOTERS: [&str; 13] = [
    "制表",
    "填表",
    "审核",
    "复核",
    "校对",
    "负责人",
    "单位负责人",
    "备注",
    "说明",
    "注",
    "打印",
    "导出",
    "统计",
];
/// A longer text is no mere word.
const LONGEST: usize = 60;

/// What the text of a row's first cell says of the row; `filled` counts the cells with something in them.
pub(super) fn told_by(text: &str, filled: impl FnOnce() -> usize) -> Option<NoRecord> {
    let quick = text.as_bytes().first()?;
    let may_be = *quick >= 0x80 || matches!(quick, b't' | b'T' | b's' | b'S' | b'g' | b'G');
    if !may_be || text.len() > LONGEST {
        return None;
    }
    let plain = scalar::narrow(text).to_lowercase();
    let word = plain.split(['(', ':']).next().unwrap_or_default().trim();
    // 合 计 is often written with space between.
    let close: String = word.split_whitespace().collect();
    if ENGLISH.contains(&word) || TOTALS.iter().any(|t| close.ends_with(t)) {
        return Some(NoRecord::Total);
    }
    let (said, _) = plain.split_once(':')?;
    let said = said.trim().trim_end_matches(['人', '者']);
    (FOOTERS.iter().any(|f| said.starts_with(f)) && filled() < 4).then_some(NoRecord::Footer)
}

/// Whether a row, given by the texts of its cells, is a sum or stands below the table; one with an id of its own is a record.
pub(crate) fn is_no_record(cells: &[&str], id: Option<usize>) -> bool {
    let full = || cells.iter().filter(|c| !c.is_empty());
    let said = full().next().copied().unwrap_or_default();
    let id = id.and_then(|i| cells.get(i)).copied().unwrap_or_default();
    (id.is_empty() || id == said) && told_by(said, || full().count()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_signatures_are_no_records() {
        for text in [
            "合计",
            "总计：",
            "本月合计",
            "小计（3户）",
            "Total",
            "GRAND TOTAL:",
            "Sum (2)",
            "合 计",
        ] {
            assert_eq!(told_by(text, || 2), Some(NoRecord::Total), "{text}");
        }
        assert_eq!(told_by("制表人：王芳", || 1), Some(NoRecord::Footer));
        assert_eq!(told_by("备注：以上已核对", || 1), Some(NoRecord::Footer));
        for text in [
            "",
            "S-1",
            "T-0001",
            "total-1",
            "维-1",
            "合计室改造",
            "说明会",
            "汇总表-3",
            "summer",
        ] {
            assert_eq!(told_by(text, || 1), None, "{text}");
        }
        assert_eq!(told_by("制表：王芳", || 9), None);
    }
}
