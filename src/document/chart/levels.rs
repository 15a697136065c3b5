//! Bars from left to right, one a line: rates against what is demanded, amounts against a budget, rates with their
//! intervals.

use super::{Svg, WIDTH, float, tick};

/// One line; lengths are shares of the scale, from 0 to 1.
#[derive(Clone, Debug, Default)]
pub struct Level {
    /// What it is of.
    pub label: String,
    /// How far the bar reaches.
    pub value: f64,
    /// An interval, drawn instead of a bar, with a dot at the value.
    pub band: Option<(f64, f64)>,
    /// A line across the bar: what is demanded, or a budget.
    pub mark: Option<f64>,
    /// Whether the bar is drawn hollow.
    pub hollow: bool,
    /// What is written at its end.
    pub note: String,
}

/// A scale's lines: where, and what is written there.
pub type Ticks = Vec<(f64, String)>;

/// From 0 to 100.
pub fn percents() -> Ticks {
    let tick = |n: u32| (f64::from(n) / 100.0, n.to_string());
    [0, 25, 50, 75, 100].into_iter().map(tick).collect()
}

/// A round scale that holds so many: its end, and its lines.
pub fn counts(most: u64) -> (f64, Ticks) {
    let step = tick(most);
    let lines = most.div_ceil(step).max(1);
    let line = |i: u64| (float(i) / float(lines), grouped(i * step));
    (float(lines * step), (0..=lines).map(line).collect())
}

/// `12,000`.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// Draws them below each other; `unit` says what the scale is.
pub fn levels(lines: &[Level], ticks: &Ticks, unit: &str) -> String {
    const STEP: f64 = 26.0;
    let (left, right, top) = (196.0, WIDTH - 132.0, 26.0);
    let bottom = top + STEP * float(lines.len() as u64) + 4.0;
    let mut svg = Svg::new(bottom + 24.0);
    let x = |share: f64| left + (right - left) * share.clamp(0.0, 1.0);
    svg.text((0.0, 14.0), "start", unit);
    for (at, label) in ticks {
        let class = if *at == 0.0 { "axis" } else { "grid" };
        svg.line((x(*at), top), (x(*at), bottom), class);
        svg.text((x(*at), bottom + 16.0), "middle", label);
    }
    let mut y = top + 4.0;
    for line in lines {
        svg.name((left - 8.0, y + 14.0), left - 10.0, &line.label);
        match line.band {
            Some((low, high)) => {
                svg.rect((x(low), y + 3.0, x(high) - x(low), 12.0), "band", "#d6dedd");
                svg.dot((x(line.value), y + 9.0));
            }
            None => {
                let (class, fill) = if line.hollow {
                    ("hollow", "#ffffff")
                } else {
                    ("bar", "#3f8582")
                };
                svg.rect((left, y, x(line.value) - left, 18.0), class, fill);
            }
        }
        if let Some(mark) = line.mark {
            svg.line((x(mark), y - 3.0), (x(mark), y + 21.0), "limit");
        }
        svg.text((right + 8.0, y + 14.0), "start", &line.note);
        y += STEP;
    }
    svg.done()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_on_round_numbers() {
        let (end, ticks) = counts(23_400);
        assert!((end - 25_000.0).abs() < f64::EPSILON);
        assert_eq!(ticks.first().map(|t| t.1.as_str()), Some("0"));
        assert_eq!(ticks.last().map(|t| t.1.as_str()), Some("25,000"));
        assert_eq!(counts(0).1.len(), 2);
        assert_eq!(percents().len(), 5);
    }

    #[test]
    fn a_bar_never_leaves_its_scale_and_labels_are_no_markup() {
        let line = Level {
            label: "<甲>".into(),
            value: 7.0,
            mark: Some(0.5),
            note: "7 & 8".into(),
            ..Level::default()
        };
        let svg = levels(&[line], &percents(), "%");
        assert!(svg.contains("&lt;甲&gt;") && svg.contains("7 &amp; 8"));
        assert!(svg.contains("class=\"limit\"") && svg.contains("width=\"312.0\""));
        assert!(levels(&[], &Vec::new(), "").starts_with("<svg"));
    }
}
