//! The figures on the terminal: for each office a table of answers and a table of shares.

use std::io::{self, Write};

use super::{Asked, Figures, Told, percent};
use crate::policy::Decided;
use crate::report::table::Table;
use crate::report::{Paint, Style, safe};
use crate::statistics::{MIN_ANSWERS, Permille};
use crate::text::Lang;

/// Writes them.
///
/// # Errors
/// The stream is closed or broken.
pub fn write(all: &[Figures], lang: Lang, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut few = false;
    for (i, figures) in all.iter().enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        let name = style.paint(Paint::Strong, safe(&figures.name));
        match figures.office.as_str() {
            "" => writeln!(out, "{name}")?,
            id => writeln!(out, "{name}  {}", safe(id))?,
        }
        for told in &figures.answers {
            writeln!(out, "\n  {}", safe(told.label.get(lang)))?;
            answers(told, lang).write(out, style, 2)?;
            few |= told.rows.iter().any(|r| !r.counts.is_enough());
        }
        if figures.answers.is_empty() {
            let none = lang.pick("没有问过满意度。", "Nobody was asked.");
            writeln!(out, "\n  {none}")?;
        }
        if !figures.shares.is_empty() {
            let heading = lang.pick("制度规定的比率", "Shares that the policies ask");
            writeln!(out, "\n  {heading}")?;
            shares(&figures.shares, lang).write(out, style, 2)?;
        }
    }
    if few {
        let note = lang.pick(
            format!("作答不足 {MIN_ANSWERS} 份的只列件数，不算比率。"),
            format!("With fewer than {MIN_ANSWERS} answers there are counts and no rate."),
        );
        writeln!(out, "\n{note}")?;
    }
    Ok(())
}

fn answers(told: &Told, lang: Lang) -> Table {
    let own = lang.pick(
        ["调查", "作答 n", "应答率", "满意率", "95% 区间", "均分"],
        ["asked", "n", "response", "rate", "95% interval", "mean"],
    );
    let levels = told.levels.iter().map(|l| l.label.get(lang));
    let first = std::iter::once(told.by.get(lang));
    let mut table = Table::new(first.chain(own).chain(levels));
    let dash = |t: Option<String>| t.unwrap_or_else(|| "—".to_owned());
    for row in &told.rows {
        let d = &row.counts;
        let mut cells = vec![
            row.label.get(lang).to_owned(),
            d.asked().to_string(),
            d.answered().to_string(),
            dash(d.response().map(|p| p.to_string())),
            dash(d.rate().map(|p| p.to_string())),
            dash(d.interval().map(|(low, high)| format!("{low}–{high}"))),
            dash(d.mean()),
        ];
        cells.extend(d.levels.iter().map(u64::to_string));
        table.row(cells);
    }
    table
}

fn shares(all: &[Asked], lang: Lang) -> Table {
    let mut table = Table::new(lang.pick(
        ["要求", "期间", "做到", "应做", "比率", "规定", "结论"],
        ["rule", "period", "met", "of", "share", "asked", ""],
    ));
    let mut before = "";
    for Asked { share: s, record } in all {
        // A rule is named once, above its periods.
        let title = if s.rule == before {
            ""
        } else {
            s.title.get(lang)
        };
        before = &s.rule;
        let limit = if s.at_most { "≤" } else { "≥" };
        table.row([
            title.to_owned(),
            s.period
                .clone()
                .or_else(|| record.clone())
                .unwrap_or_default(),
            s.met.to_string(),
            s.population.to_string(),
            Permille::of(s.met, s.population).map_or("—".to_owned(), |p| p.to_string()),
            format!("{limit} {}%", percent(s.milli_percent)),
            decided(s.decided, lang).to_owned(),
        ]);
    }
    table
}

/// What was decided, in a word.
pub(super) fn decided(decided: Decided, lang: Lang) -> &'static str {
    match decided {
        Decided::Met => lang.pick("做到", "met"),
        Decided::Missed => lang.pick("未做到", "missed"),
        Decided::Pending => lang.pick("未到期", "pending"),
        Decided::Unjudged | Decided::NotApplicable => "",
    }
}
