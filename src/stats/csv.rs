//! The figures as CSV for spreadsheets, a line for each group and each share: UTF-8 with a byte order mark.

use std::io::{self, Write};

use super::text::decided;
use super::{Asked, Figures, Line, Told, percent};
use crate::schema::EnumValue;
use crate::statistics::Permille;
use crate::text::{Lang, csv_cell};

const HEAD: [(&str, &str); 15] = [
    ("单位", "Office"),
    ("内容", "What"),
    ("项目", "Item"),
    ("分组", "Group"),
    ("名称", "Name"),
    ("调查数或应做", "Asked"),
    ("作答", "Answered"),
    ("满意或做到", "Satisfied or met"),
    ("应答率", "Response"),
    ("比率", "Rate"),
    ("区间下限", "Low"),
    ("区间上限", "High"),
    ("均分", "Mean"),
    ("规定", "Asked share"),
    ("结论", "Decided"),
];

/// Writes them.
///
/// # Errors
/// The stream is closed or broken.
pub fn write(all: &[Figures], lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    let levels = levels(all);
    write!(out, "\u{feff}")?;
    let head = HEAD.iter().map(|(zh, en)| lang.pick(*zh, *en).to_owned());
    let head = head.chain(levels.iter().map(|l| l.label.get(lang).to_owned()));
    row(head, out)?;
    for f in all {
        for told in &f.answers {
            for l in &told.rows {
                row(answers(f, told, l, &levels, lang), out)?;
            }
        }
        for asked in &f.shares {
            let mut cells = share(f, asked, lang);
            cells.resize(HEAD.len() + levels.len(), String::new());
            row(cells, out)?;
        }
    }
    Ok(())
}

/// The values of all scales, each once.
fn levels(all: &[Figures]) -> Vec<&EnumValue> {
    let mut levels: Vec<&EnumValue> = Vec::new();
    for level in all.iter().flat_map(|f| &f.answers).flat_map(|t| &t.levels) {
        if !levels.iter().any(|l| l.code == level.code) {
            levels.push(level);
        }
    }
    levels
}

fn answers(
    f: &Figures,
    told: &Told,
    line: &Line,
    levels: &[&EnumValue],
    lang: Lang,
) -> Vec<String> {
    let d = &line.counts;
    let ratio = |p: Option<Permille>| p.map_or_else(String::new, Permille::decimal);
    let mut cells = vec![
        f.office.clone(),
        lang.pick("满意度", "satisfaction").to_owned(),
        told.label.get(lang).to_owned(),
        line.key.clone(),
        line.label.get(lang).to_owned(),
        d.asked().to_string(),
        d.answered().to_string(),
        d.satisfied().to_string(),
        ratio(d.response()),
        ratio(d.rate()),
        ratio(d.interval().map(|i| i.0)),
        ratio(d.interval().map(|i| i.1)),
        d.mean().unwrap_or_default(),
        String::new(),
        String::new(),
    ];
    let own = |code: &str| told.levels.iter().position(|l| l.code == code);
    cells.extend(levels.iter().map(|l| {
        let count = own(&l.code).and_then(|i| d.levels.get(i));
        count.map(u64::to_string).unwrap_or_default()
    }));
    cells
}

fn share(f: &Figures, asked: &Asked, lang: Lang) -> Vec<String> {
    let s = &asked.share;
    let limit = if s.at_most { "<=" } else { ">=" };
    let group = s.period.clone().or_else(|| asked.record.clone());
    let none = String::new;
    vec![
        f.office.clone(),
        lang.pick("比率", "share").to_owned(),
        s.rule.clone(),
        group.unwrap_or_default(),
        s.title.get(lang).to_owned(),
        s.population.to_string(),
        none(),
        s.met.to_string(),
        none(),
        Permille::of(s.met, s.population).map_or_else(none, Permille::decimal),
        none(),
        none(),
        none(),
        format!("{limit}{}%", percent(s.milli_percent)),
        decided(s.decided, lang).to_owned(),
    ]
}

fn row(cells: impl IntoIterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<String> = cells.into_iter().map(|c| csv_cell(&c)).collect();
    write!(out, "{}\r\n", cells.join(","))
}
