//! What is due on the terminal: a line each, earliest first.

use std::io::{self, Write};

use super::Entry;
use crate::report::Style;
use crate::report::table::Table;
use crate::text::Lang;

/// Writes it; `offices` adds a column that tells them apart.
///
/// # Errors
/// The stream is closed or broken.
pub fn write(
    entries: &[Entry],
    offices: bool,
    lang: Lang,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    if entries.is_empty() {
        return writeln!(out, "{}", lang.pick("没有到期事项。", "Nothing falls due."));
    }
    let head = [
        ("最迟", "Last day"),
        ("单位", "Office"),
        ("责任人", "By whom"),
        ("事项", "What"),
        ("对象", "About"),
        ("依据", "Rule"),
    ];
    let told = |at: usize| at != 1 || offices;
    let pick = |cells: [String; 6]| {
        let cells = cells.into_iter().enumerate();
        cells
            .filter(|(i, _)| told(*i))
            .map(|(_, c)| c)
            .collect::<Vec<_>>()
    };
    let mut table = Table::new(pick(head.map(|(zh, en)| lang.pick(zh, en).to_owned())));
    let dash = |text: &str| if text.is_empty() { "—" } else { text }.to_owned();
    for e in entries {
        let f = &e.finding;
        table.row(pick([
            dash(&f.due.map(|d| d.to_string()).unwrap_or_default()),
            f.office.clone(),
            dash(&e.who),
            e.title.get(lang).to_owned(),
            dash(&e.about(lang)),
            format!("{} {}", f.rule, f.clause).trim_end().to_owned(),
        ]));
    }
    table.write(out, style, 0)?;
    match (lang, entries.len()) {
        (Lang::Zh, n) => writeln!(out, "\n共 {n} 项。"),
        (Lang::En, 1) => writeln!(out, "\n1 thing."),
        (Lang::En, n) => writeln!(out, "\n{n} things."),
    }
}
