//! What should have been written, for messages: the nearest name, the allowed values, a date's spelling.

use crate::schema::{EnumValue, FieldType, Kind};
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
    let quoted = unquoted(text).is_some_and(|t| super::scalar::code(t, values).is_some());
    let (more_zh, more_en) = if quoted {
        ("（去掉两边的引号）", " (without quotation marks)")
    } else {
        ("", "")
    };
    (
        format!("下列之一：{}{more_zh}", zh.join("、")),
        format!("one of: {}{more_en}", en.join(", ")),
    )
}

/// How to write a date, in view of what stands there now.
pub fn date(text: &str, time: bool) -> (String, String) {
    let example = if time {
        "2025-03-04 14:30"
    } else {
        "2025-03-04"
    };
    let (mut zh, mut en) = (
        format!("日期，如 {example}"),
        format!("a date such as {example}"),
    );
    if let Some((more_zh, more_en)) = super::dates::wrong(text, time) {
        zh += &format!("（{more_zh}）");
        en += &format!(" ({more_en})");
    }
    (zh, en)
}

/// How to write a period, in view of what stands there now.
pub fn period(text: &str) -> (String, String) {
    let zh = "期间，如 2025、2025-H1、2025-Q1、2025-03 或 2025-W14";
    let en = "a period such as 2025, 2025-H1, 2025-Q1, 2025-03 or 2025-W14";
    let (more_zh, more_en) = if super::dates::became_date(text) {
        (
            "（像是 Excel 把年月当成了日期：先把该列设为“文本”格式，再重新输入）",
            " (it looks as if Excel took a month for a date: format the column as text, then type it again)",
        )
    } else if !text.contains(|c: char| c.is_numeric())
        || text.starts_with(['第', '上', '下'])
        || text.chars().count() < 4
    {
        ("（要写明哪一年）", " (say of which year)")
    } else {
        ("", "")
    };
    (format!("{zh}{more_zh}"), format!("{en}{more_en}"))
}

/// What is wrong with a number, to be put after what is expected; nothing where that is plain.
pub fn number(text: &str, ty: &FieldType) -> (&'static str, &'static str) {
    let plain = super::scalar::narrow(text);
    let figure = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+');
    let has_digit = plain.contains(|c: char| c.is_ascii_digit());
    let looks_like_digits = |c: char| matches!(c, 'O' | 'o' | 'l' | 'I' | '〇');
    if let Some(inner) = unquoted(text)
        && is_number(inner, ty)
    {
        ("（去掉两边的引号）", " (without quotation marks)")
    } else if has_digit
        && plain
            .chars()
            .all(|c| figure(c) || looks_like_digits(c) || matches!(c, '¥' | '￥'))
        && plain.contains(looks_like_digits)
    {
        (
            "（里面有像数字的字母 O 或 l，要用 0 和 1）",
            " (there is a letter O or l in it: use the figures 0 and 1)",
        )
    } else if has_digit && plain.starts_with('(') && plain.ends_with(')') {
        (
            "（负数写成 -100，不用括号）",
            " (a negative one is written -100, without brackets)",
        )
    } else if plain.trim_start_matches('-').contains(['-', '~', '至']) {
        ("（只写一个数，不写范围）", " (one number, no range)")
    } else if has_digit && plain.chars().all(figure) && plain.contains(',') {
        (
            "（千分位的逗号不在每三位处，可以不写）",
            " (the commas do not stand at every third digit; leave them out)",
        )
    } else if has_digit
        && *ty == FieldType::Money
        && plain.chars().all(figure)
        && plain.matches('.').count() == 1
    {
        ("（最多写到分，两位小数）", " (two decimals at the most)")
    } else if has_digit
        && *ty == FieldType::Int
        && plain.chars().all(figure)
        && plain.matches('.').count() == 1
    {
        ("（不带小数）", " (without decimals)")
    } else if !plain.chars().all(figure) {
        (
            "（只写阿拉伯数字，不写单位、“约”等字）",
            " (figures alone, without units or words such as `about`)",
        )
    } else {
        ("", "")
    }
}

fn is_number(text: &str, ty: &FieldType) -> bool {
    match ty {
        FieldType::Int => super::scalar::int(text).is_some(),
        FieldType::Money => super::scalar::money(text).is_some(),
        _ => super::scalar::number(text).is_some(),
    }
}

/// A value without the quotation marks that a word processor put around it.
pub fn unquoted(text: &str) -> Option<&str> {
    let pairs = [
        ('“', '”'),
        ('‘', '’'),
        ('「', '」'),
        ('"', '"'),
        ('\'', '\''),
        ('＂', '＂'),
        ('”', '”'),
    ];
    pairs.into_iter().find_map(|(open, close)| {
        let inner = text.strip_prefix(open)?.strip_suffix(close)?;
        (!inner.is_empty()).then_some(inner)
    })
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
