//! Answers by level as a table of a form: counts, response, satisfied, the 95 % interval, the mean.

use super::model::Distribution as Asked;
use super::sheet::{Block, Entry, Value as Shown};
use crate::document::workbook::Quantity;
use crate::policy::expr::Expr;
use crate::policy::value::Record;
use crate::statistics::{Distribution, Permille, Scale, WrittenScale};
use crate::table::Office;
use crate::text::Lang;

/// `92.3%（24/26）`; nothing of nothing.
pub(super) fn share(part: u64, whole: u64, lang: Lang) -> String {
    let said = |p| {
        lang.pick(
            format!("{p}（{part}/{whole}）"),
            format!("{p} ({part}/{whole})"),
        )
    };
    Permille::of(part, whole).map_or_else(String::new, said)
}

/// One line a question; its figures stay empty where there are no records to count (`None`).
pub(super) fn block(office: &Office, d: &Asked, rows: Option<&[Record]>) -> Block {
    let lang = office.config.lang;
    let mut head = vec![d.label.get(lang).to_owned()];
    let levels = d.questions.first().map_or(&[][..], |q| &q.answers);
    head.extend(levels.iter().map(|l| l.label.get(lang).to_owned()));
    let words = lang.pick(
        ["未答", "有效答卷 n", "满意率", "95% 置信区间", "平均分"],
        [
            "No answer",
            "Answers n",
            "Satisfied",
            "95% interval",
            "Mean",
        ],
    );
    head.extend(words.map(str::to_owned));
    let entries = d.questions.iter().filter_map(|q| {
        let Expr::Path(p) = &q.value else { return None };
        let scale = WrittenScale {
            field: office.schema.get(p.kind).get(p.field).name.clone(),
            satisfied: d.satisfied.clone(),
        };
        let scale = Scale::compile(&scale, p.kind, &office.schema).ok()?;
        let rows = rows.map(|rows| rows.iter().map(|r| r.1).collect::<Vec<_>>());
        let counted = rows.map(|rows| scale.count(office, p.kind, &rows));
        let figures = match counted {
            Some(counted) => figures(&counted),
            None => vec![String::new(); levels.len() + 5],
        };
        let label = Shown {
            text: q.label.get(lang).to_owned(),
            ..Shown::default()
        };
        let figures = figures.into_iter().map(|text| Shown {
            quantity: text
                .parse()
                .ok()
                .map(|n: u64| Quantity::Number(n.to_string())),
            text,
            short: true,
            ..Shown::default()
        });
        Some(Entry::Cells(
            std::iter::once(label).chain(figures).collect(),
        ))
    });
    let rows: Vec<Entry> = entries.collect();
    let mut columns = vec![5];
    columns.extend(levels.iter().map(|_| 3));
    columns.extend([3, 3, 4, 6, 3]);
    Block::Table {
        columns,
        label: None,
        head,
        rows,
    }
}

/// Counts of each level, without answer and with, rate, interval, mean; a dash where there are too few answers.
fn figures(d: &Distribution) -> Vec<String> {
    let dash = || "–".to_owned();
    let mut all: Vec<String> = d.levels.iter().map(u64::to_string).collect();
    all.push(d.unanswered.to_string());
    all.push(d.answered().to_string());
    all.push(d.rate().map_or_else(dash, |r| r.to_string()));
    all.push(d.interval().map_or_else(dash, |(a, b)| format!("{a}–{b}")));
    all.push(d.mean().unwrap_or_else(dash));
    all
}
