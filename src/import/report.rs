//! What an import says: the counts, then the reasons in groups with their first rows; or every row not taken as CSV.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::reason::{Reason, Why};
use super::{At, Outcome};
use crate::text::Lang;

/// How many rows of a group are told.
const FIRST: usize = 5;

/// The report for people.
pub fn text(outcome: &Outcome, lang: Lang) -> String {
    let mut out = String::new();
    summary(&mut out, outcome, lang);
    groups(&mut out, outcome, lang);
    filtered(&mut out, outcome, lang);
    asides(&mut out, outcome, lang);
    out
}

fn summary(out: &mut String, o: &Outcome, lang: Lang) {
    let (read, taken, left, refused) = (o.read, o.taken, o.filtered.len(), o.refused.len());
    let line = lang.pick(
        format!("读到 {read} 行：收下 {taken}，按条件略过 {left}，退回 {refused}"),
        format!(
            "{read} rows read: {taken} taken, {left} left out by conditions, {refused} refused"
        ),
    );
    let _ = writeln!(out, "{line}");
    let [added, updated, unchanged] = o.fresh;
    if updated + unchanged > 0 {
        let line = lang.pick(
            format!("收下的当中：新增 {added}，更新 {updated}，与上次相同 {unchanged}"),
            format!("of those taken: {added} added, {updated} updated, {unchanged} as before"),
        );
        let _ = writeln!(out, "{line}");
    }
    if o.gone > 0 {
        let n = o.gone;
        let line = lang.pick(
            format!("上次导入而来源这次没有的 {n} 条，照旧留着"),
            format!("{n} records are not in the source any more; they were left as they are"),
        );
        let _ = writeln!(out, "{line}");
    }
    let line = match &o.written {
        Some(path) => lang.pick(format!("写入 {path}"), format!("written to {path}")),
        None => lang
            .pick("没有写入任何文件", "nothing was written")
            .to_owned(),
    };
    let _ = writeln!(out, "{line}");
    if o.made_office {
        let what = lang.pick(
            "新建了单位；在 office.yaml 的 policies 里写上适用的制度",
            "the office was made; name its policies in office.yaml",
        );
        let _ = writeln!(out, "{what}");
    }
}

type Group<'o> = Vec<(At, &'o Reason)>;

fn groups(out: &mut String, o: &Outcome, lang: Lang) {
    if o.refused.is_empty() {
        return;
    }
    let mut all: BTreeMap<(Why, Option<&str>), Group<'_>> = BTreeMap::new();
    for r in &o.refused {
        for reason in &r.reasons {
            let field = reason.field.as_ref().map(|f| f.get(lang));
            all.entry((reason.why, field))
                .or_default()
                .push((r.at, reason));
        }
    }
    let mut sorted: Vec<_> = all.into_iter().collect();
    sorted.sort_by_key(|(_, rows)| std::cmp::Reverse(rows.len()));
    let _ = writeln!(
        out,
        "\n{}",
        lang.pick(
            "退回的行（一行可有几个原因）",
            "Refused rows (a row may have several reasons)"
        )
    );
    for ((why, field), rows) in sorted {
        let title = why.title();
        let n = rows.len();
        let field = field
            .map(|f| format!("{f}{}", lang.pick("：", ": ")))
            .unwrap_or_default();
        let _ = writeln!(
            out,
            "  {field}{}{}",
            title.get(lang),
            lang.pick(format!("（{n} 行）"), format!(" ({n})"))
        );
        for (at, reason) in rows.iter().take(FIRST) {
            let _ = writeln!(
                out,
                "    {}  {}",
                place(*at, lang),
                reason.message.get(lang)
            );
        }
        if n > FIRST {
            let more = n - FIRST;
            let _ = writeln!(
                out,
                "    {}",
                lang.pick(
                    format!("……另有 {more} 行（--report 文件名.csv 列出全部）"),
                    format!("… and {more} more (--report FILE.csv lists all)")
                )
            );
        }
    }
}

fn place(at: At, lang: Lang) -> String {
    lang.pick(format!("第 {} 行", at.row), format!("row {}", at.row))
}

fn filtered(out: &mut String, o: &Outcome, lang: Lang) {
    for (i, column) in o.conditions.iter().enumerate() {
        let rows: Vec<String> = o
            .filtered
            .iter()
            .filter(|f| f.1 == i)
            .map(|f| f.0.row.to_string())
            .collect();
        if rows.is_empty() {
            continue;
        }
        let n = rows.len();
        let dots = if n > FIRST { "……" } else { "" };
        let first = rows[..n.min(FIRST)].join(lang.pick("、", ", "));
        let _ = writeln!(
            out,
            "{}",
            lang.pick(
                format!(
                    "\n不符合第 {} 个条件（「{column}」列）而略过 {n} 行：第 {first}{dots} 行",
                    i + 1
                ),
                format!(
                    "\n{n} rows left out by condition {} (column `{column}`): rows {first}{dots}",
                    i + 1
                ),
            )
        );
    }
}

fn asides(out: &mut String, o: &Outcome, lang: Lang) {
    if !o.unused.is_empty() {
        let all = o.unused.join(lang.pick("、", ", "));
        let _ = writeln!(
            out,
            "\n{}",
            lang.pick(
                format!("没有用到的列：{all}"),
                format!("columns not used: {all}")
            )
        );
    }
    if !o.sheets.is_empty() {
        let all = o.sheets.join(lang.pick("、", ", "));
        let _ = writeln!(
            out,
            "{}",
            lang.pick(
                format!("没有读的工作表：{all}"),
                format!("sheets not read: {all}")
            )
        );
    }
}

/// The first records that would be taken, each with its fields.
pub fn preview(outcome: &Outcome, lang: Lang) -> String {
    let mut out = String::new();
    for (at, fields) in &outcome.first {
        let _ = writeln!(out, "{}", place(*at, lang));
        let colon = lang.pick("：", ": ");
        for (label, value) in fields {
            let value = super::reason::shown(value);
            let _ = writeln!(out, "  {}{colon}{value}", label.get(lang));
        }
    }
    let more = outcome.taken.saturating_sub(outcome.first.len() as u64);
    if more > 0 {
        let line = lang.pick(format!("……另有 {more} 条"), format!("… and {more} more"));
        let _ = writeln!(out, "{line}");
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// Every row that was not taken, as CSV for a spreadsheet: one line a reason, in the order of the source.
pub fn table(outcome: &Outcome, lang: Lang) -> Vec<u8> {
    let mut rows: Vec<(At, [String; 3])> = Vec::new();
    let words = lang.pick(("退回", "略过"), ("refused", "left out"));
    for r in &outcome.refused {
        for reason in &r.reasons {
            let field = reason.field.as_ref().map_or("", |f| f.get(lang)).to_owned();
            rows.push((
                r.at,
                [
                    words.0.to_owned(),
                    field,
                    reason.message.get(lang).to_owned(),
                ],
            ));
        }
    }
    for (at, condition) in &outcome.filtered {
        let (n, column) = (condition + 1, &outcome.conditions[*condition]);
        let why = lang.pick(
            format!("不符合第 {n} 个条件（「{column}」列）"),
            format!("does not meet condition {n} (column `{column}`)"),
        );
        rows.push((*at, [words.1.to_owned(), String::new(), why]));
    }
    rows.sort_by_key(|r| r.0.row);
    let mut out = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
    // Into memory, so that it cannot fail.
    let _ = out.write_record(lang.pick(
        ["行号", "文件行", "结果", "栏目", "原因"],
        ["row", "line", "result", "field", "reason"],
    ));
    for (at, [result, field, why]) in &rows {
        let line = at.line.map(|l| l.to_string()).unwrap_or_default();
        let _ = out.write_record([&at.row.to_string(), &line, result, field, why]);
    }
    out.into_inner().unwrap_or_default()
}
