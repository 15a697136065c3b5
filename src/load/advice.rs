//! What should have been written, for messages: the nearest name, the allowed values, a date's spelling.

use crate::schema::{EnumValue, Kind};
use crate::text::{Bilingual, nearest};

/// The allowed values, nearest to `text` first, in both languages.
pub fn one_of(text: &str, values: &[EnumValue]) -> (String, String) {
    let near = nearest(text, values.iter().map(|v| v.label.zh.as_str())).or_else(|| {
        let code = nearest(text, values.iter().map(|v| v.code.as_str()))?;
        let value = values.iter().find(|v| v.code == code)?;
        Some(value.label.zh.as_str())
    });
    let mut order: Vec<&EnumValue> = values.iter().collect();
    order.sort_by_key(|v| Some(v.label.zh.as_str()) != near);
    let zh: Vec<&str> = order.iter().map(|v| v.label.zh.as_str()).collect();
    let en: Vec<&str> = order.iter().map(|v| v.code.as_str()).collect();
    (
        format!("下列之一：{}", zh.join("、")),
        format!("one of: {}", en.join(", ")),
    )
}

/// How to write a date, in view of what stands there now.
pub fn date(text: &str, time: bool) -> (String, String) {
    let example = if time {
        "2025-03-04 14:30"
    } else {
        "2025-03-04"
    };
    let plain = text.trim();
    let (zh, en) = (
        format!("日期，如 {example}"),
        format!("a date such as {example}"),
    );
    if plain.len() == 5 && plain.bytes().all(|b| b.is_ascii_digit()) {
        return (
            format!("{zh}（{plain} 是 Excel 的日期序号：请把该列设为“文本”或“日期”格式后再保存）"),
            format!(
                "{en} ({plain} is Excel's serial number: format the column as a date or text and save again)"
            ),
        );
    }
    if plain.split('/').count() == 3 {
        return (
            format!("{zh}（年在前；3/4/2025 这样的写法分不清月和日）"),
            format!("{en} (year first: in 3/4/2025 month and day cannot be told apart)"),
        );
    }
    if !time && super::scalar::moment(plain, true, chrono_tz::UTC).is_some() {
        return (
            format!("{zh}（这一栏只写日期，不写时间）"),
            format!("{en} (this field holds a day without a time)"),
        );
    }
    (zh, en)
}

/// That a kind has no such field, and which is nearest.
pub fn unknown_field(def: &Kind, name: &str) -> (Bilingual, Bilingual) {
    let written = super::fault::shown(name);
    let message = Bilingual::new(
        format!("{}没有「{written}」这一栏", def.label.zh),
        format!("{} have no field `{written}`", def.name),
    );
    let names = def.fields.iter();
    let near = nearest(
        name,
        names.flat_map(|f| [f.name.as_str(), f.label.zh.as_str()]),
    );
    let help = match near {
        Some(n) => Bilingual::new(format!("是不是「{n}」？"), format!("Did you mean `{n}`?")),
        None if name == "<<" => Bilingual::new(
            "YAML 1.2 没有合并键 <<：请把各栏写全。",
            "YAML 1.2 has no merge key <<: write the fields out.",
        ),
        None => Bilingual::new(
            "改成该类记录有的栏目，或删去它。",
            "Use a field of this kind, or remove it.",
        ),
    };
    (message, help)
}
