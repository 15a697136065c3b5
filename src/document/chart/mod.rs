//! Figures → SVG, the same drawing in PDF and HTML: readable in greyscale, labelled where it stands, with units.
//!
//! Shapes carry classes, so that a stylesheet can turn them for a dark page; what they look like without one is
//! written on them.

mod levels;

use std::fmt::Write as _;

pub use levels::{Level, counts, levels, percents};

use crate::statistics::Permille;
use crate::text::xml;

const WIDTH: f64 = 640.0;
/// Of the type, in units of the drawing.
const SIZE: f64 = 13.0;
/// Of names on two lines.
const SMALL: f64 = 10.5;
const FONT: &str = "Noto Serif SC, Songti SC, SimSun, serif";

/// Best to worst: each lighter than the one before it, so that a photocopy keeps the order.
const TONES: [(&str, &str); 5] = [
    ("#0b4f4d", "#ffffff"),
    ("#3f8582", "#ffffff"),
    ("#a8b6b6", "#111111"),
    ("#dcc7a6", "#111111"),
    ("#f6efe4", "#111111"),
];

/// How the answers of one group divide, best first.
#[derive(Clone, Debug)]
pub struct Share {
    /// The group.
    pub label: String,
    /// Answers of each level.
    pub parts: Vec<u64>,
}

/// A rate at one time.
#[derive(Clone, Debug)]
pub struct Point {
    /// When.
    pub label: String,
    /// The rate; none with too few answers.
    pub value: Option<Permille>,
    /// Its interval.
    pub band: Option<(Permille, Permille)>,
}

/// Counts at one time: the first two as bars, the last as a line.
#[derive(Clone, Debug)]
pub struct Bar {
    /// When.
    pub label: String,
    /// One count a series.
    pub values: Vec<u64>,
}

struct Svg {
    body: String,
    height: f64,
}

impl Svg {
    fn new(height: f64) -> Self {
        Self {
            body: String::new(),
            height,
        }
    }

    fn done(self) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH:.0} {:.0}\" font-family=\"{FONT}\" font-size=\"{SIZE}\">{}</svg>",
            self.height, self.body
        )
    }

    fn text(&mut self, (x, y): (f64, f64), anchor: &str, text: &str) {
        self.toned((x, y), anchor, text, "ink", "#111111");
    }

    fn toned(&mut self, (x, y): (f64, f64), anchor: &str, text: &str, class: &str, fill: &str) {
        let text = xml(text);
        let _ = write!(
            self.body,
            "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"{fill}\">{text}</text>"
        );
    }

    /// A name that ends at a place: smaller, or on two lines, where the room does not hold it.
    fn name(&mut self, (x, y): (f64, f64), room: f64, name: &str) {
        let mut sizes = [SIZE, 12.0, 11.0].into_iter();
        if let Some(size) = sizes.find(|s| wide(name, *s) <= room) {
            return self.sized((x, y), size, name);
        }
        let (first, second) = halves(name);
        self.sized((x, y - 6.0), SMALL, &fitted(first, room, SMALL));
        self.sized((x, y + 6.5), SMALL, &fitted(second, room, SMALL));
    }

    fn sized(&mut self, (x, y): (f64, f64), size: f64, text: &str) {
        let text = xml(text);
        let _ = write!(
            self.body,
            "<text class=\"ink\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"end\" fill=\"#111111\" font-size=\"{size}\">{text}</text>"
        );
    }

    fn line(&mut self, (x, y): (f64, f64), (u, v): (f64, f64), class: &str) {
        let (stroke, width) = match class {
            "grid" => ("#c8c8c8", 0.7),
            "limit" => ("#111111", 2.4),
            _ => ("#111111", 1.2),
        };
        let _ = write!(
            self.body,
            "<line class=\"{class}\" x1=\"{x:.1}\" y1=\"{y:.1}\" x2=\"{u:.1}\" y2=\"{v:.1}\" stroke=\"{stroke}\" stroke-width=\"{width}\"/>"
        );
    }

    fn rect(&mut self, (x, y, w, h): (f64, f64, f64, f64), class: &str, fill: &str) {
        let _ = write!(
            self.body,
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" fill=\"{fill}\" stroke=\"#333333\" stroke-width=\"0.6\"/>"
        );
    }

    fn dot(&mut self, (x, y): (f64, f64)) {
        let _ = write!(
            self.body,
            "<circle class=\"mark\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"#111111\"/>"
        );
    }
}

/// How wide a text is, in units of the drawing: full-width characters take one em, others about half.
fn wide(text: &str, size: f64) -> f64 {
    text.chars()
        .map(|c| if c.is_ascii() { 0.54 } else { 1.0 })
        .sum::<f64>()
        * size
}

/// A text cut to fit.
fn fitted(text: &str, room: f64, size: f64) -> String {
    if wide(text, size) <= room {
        return text.to_owned();
    }
    let mut out = String::new();
    for c in text.chars() {
        if wide(&out, size) + 2.0 * size > room {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// A name in two, as even as can be: at a space, or between two characters that are no letters or figures.
fn halves(name: &str) -> (&str, &str) {
    let is_letter = |c: char| c.is_ascii() && c != ' ';
    let places = name.char_indices().skip(1).filter(|(at, c)| {
        let before = name[..*at].chars().next_back();
        !(is_letter(*c) && before.is_some_and(is_letter))
    });
    let longest = |at: usize| wide(&name[..at], 1.0).max(wide(&name[at..], 1.0));
    let best = places.min_by(|(a, _), (b, _)| longest(*a).total_cmp(&longest(*b)));
    let (first, second) = name.split_at(best.map_or(name.len(), |(at, _)| at));
    (first.trim_end(), second.trim_start())
}

#[expect(clippy::cast_precision_loss, reason = "counts below 2^53")]
fn float(n: u64) -> f64 {
    n as f64
}

/// The names of series beside a sample of each, from left to right.
fn legend(svg: &mut Svg, x: f64, names: &[&str], fills: &[&str]) {
    let whole: f64 = names.iter().map(|n| wide(n, 13.0) + 37.0).sum();
    let mut x = x.min(WIDTH - whole).max(0.0);
    for (name, fill) in names.iter().zip(fills) {
        if *fill == "line" {
            svg.line((x, 11.0), (x + 14.0, 11.0), "axis");
            svg.dot((x + 7.0, 11.0));
        } else {
            svg.rect((x, 5.0, 14.0, 12.0), "bar", fill);
        }
        svg.text((x + 19.0, 16.0), "start", name);
        x += 19.0 + wide(name, 13.0) + 18.0;
    }
}

/// Groups as bars of one length, divided by level; `levels` names them, best first.
pub fn shares(groups: &[Share], levels: &[&str]) -> String {
    const STEP: f64 = 28.0;
    let (left, right) = (150.0, WIDTH - 60.0);
    let mut svg = Svg::new(30.0 + STEP * float(groups.len() as u64));
    let fills: Vec<&str> = TONES.iter().map(|t| t.0).collect();
    legend(&mut svg, left, levels, &fills);
    let mut y = 28.0;
    for group in groups {
        let n: u64 = group.parts.iter().sum();
        svg.name((left - 8.0, y + 15.0), left - 10.0, &group.label);
        svg.text((right + 8.0, y + 15.0), "start", &format!("n={n}"));
        let mut x = left;
        for (i, part) in group.parts.iter().enumerate().filter(|(_, p)| **p > 0) {
            let w = (right - left) * float(*part) / float(n);
            let (fill, ink) = TONES[i.min(TONES.len() - 1)];
            svg.rect((x, y, w, 20.0), "bar", fill);
            let share = Permille::of(*part, n).unwrap_or(Permille(0)).to_string();
            if w > wide(&share, 12.0) + 4.0 {
                svg.toned((x + w / 2.0, y + 15.0), "middle", &share, "in", ink);
            }
            x += w;
        }
        y += STEP;
    }
    svg.done()
}

/// Rates over time with their intervals; `unit` says what the scale is.
pub fn trend(points: &[Point], unit: &str) -> String {
    let (left, right, top, bottom) = (44.0, WIDTH - 10.0, 34.0, 214.0);
    let mut svg = Svg::new(240.0);
    svg.text((left, 14.0), "start", unit);
    let y = |p: Permille| bottom - (bottom - top) * p.ratio();
    for tick in [0u32, 250, 500, 750, 1000] {
        let at = y(Permille(tick));
        svg.line(
            (left, at),
            (right, at),
            if tick == 0 { "axis" } else { "grid" },
        );
        svg.text((left - 6.0, at + 4.5), "end", &(tick / 10).to_string());
    }
    let step = (right - left) / float(points.len().max(1) as u64);
    let every = step_of_labels(points.iter().map(|p| p.label.as_str()), step);
    let mut last: Option<(f64, f64)> = None;
    for (i, p) in points.iter().enumerate() {
        let x = left + step * (float(i as u64) + 0.5);
        if i % every == 0 {
            svg.text(
                (x, bottom + 18.0),
                "middle",
                &fitted(&p.label, step * float(every as u64), SIZE),
            );
        }
        let (Some(value), Some((low, high))) = (p.value, p.band) else {
            last = None;
            continue;
        };
        svg.rect(
            (x - 5.0, y(high), 10.0, y(low) - y(high)),
            "band",
            "#d6dedd",
        );
        let at = (x, y(value));
        if let Some(before) = last {
            svg.line(before, at, "axis");
        }
        svg.dot(at);
        if step > 34.0 {
            let label = format!("{}.{}", value.0 / 10, value.0 % 10);
            svg.text((x, (y(high) - 5.0).max(top - 6.0)), "middle", &label);
        }
        last = Some(at);
    }
    svg.done()
}

/// Every how many labels one is written, so that none runs into the next.
fn step_of_labels<'l>(labels: impl Iterator<Item = &'l str>, step: f64) -> usize {
    let widest = labels.map(|l| wide(l, 13.0).min(120.0)).fold(0.0, f64::max) + 8.0;
    (1..)
        .find(|n| float(*n) * step >= widest || *n > 60)
        .map_or(1, |n| usize::try_from(n).unwrap_or(1))
}

/// Counts over time: two bars and a line; `names` are the series, `unit` what is counted.
pub fn bars(groups: &[Bar], names: &[&str], unit: &str) -> String {
    let (left, right, top, bottom) = (44.0, WIDTH - 10.0, 44.0, 214.0);
    let mut svg = Svg::new(240.0);
    const FILLS: [&str; 3] = ["#3f8582", "#e9e2d4", "line"];
    legend(&mut svg, left, names, &FILLS);
    svg.text((right, 16.0), "end", unit);
    let most = groups
        .iter()
        .flat_map(|g| &g.values)
        .copied()
        .max()
        .unwrap_or(0);
    let tick = tick(most);
    let ceiling = most.div_ceil(tick).max(1) * tick;
    let y = |n: u64| bottom - (bottom - top) * float(n) / float(ceiling);
    for i in 0..=ceiling / tick {
        let at = y(i * tick);
        svg.line(
            (left, at),
            (right, at),
            if i == 0 { "axis" } else { "grid" },
        );
        svg.text((left - 6.0, at + 4.5), "end", &(i * tick).to_string());
    }
    let step = (right - left) / float(groups.len().max(1) as u64);
    let every = step_of_labels(groups.iter().map(|g| g.label.as_str()), step);
    let mut last = None;
    for (i, group) in groups.iter().enumerate() {
        let x = left + step * float(i as u64);
        if i % every == 0 {
            svg.text((x + step / 2.0, bottom + 18.0), "middle", &group.label);
        }
        let width = step * 0.36;
        for (j, n) in group.values.iter().take(2).enumerate() {
            let at = x + step * 0.14 + width * float(j as u64);
            svg.rect((at, y(*n), width, bottom - y(*n)), "bar", FILLS[j]);
            if width > 16.0 && *n > 0 {
                svg.text((at + width / 2.0, y(*n) - 4.0), "middle", &n.to_string());
            }
        }
        if let Some(n) = group.values.get(2) {
            let at = (x + step / 2.0, y(*n));
            if let Some(before) = last {
                svg.line(before, at, "axis");
            }
            svg.dot(at);
            last = Some(at);
        }
    }
    svg.done()
}

/// The distance of grid lines: 1, 2 or 5 times a power of ten, at most five of them.
fn tick(most: u64) -> u64 {
    let mut power = 1;
    loop {
        for n in [1, 2, 5] {
            if most <= 5 * n * power {
                return n * power;
            }
        }
        power *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_text_and_never_markup() {
        let share = Share {
            label: "<b>&\"".into(),
            parts: vec![3, 1, 0, 0, 0],
        };
        let svg = shares(&[share], &["好", "较好"]);
        assert!(svg.contains("&lt;b&gt;&amp;&quot;"));
        assert!(svg.contains(">75.0%<") && svg.contains(">25.0%<") && svg.contains("n=4"));
    }

    #[test]
    fn a_long_name_takes_two_lines_and_is_not_cut() {
        let names = [
            (
                "云州市恒昌涂料助剂有限公司客户服务部",
                "云州市恒昌涂料助剂",
                "有限公司客户服务部",
            ),
            (
                "Customer service of the north district",
                "Customer service of",
                "the north district",
            ),
            (
                "云信通信 2025 年第一营业厅",
                "云信通信 2025",
                "年第一营业厅",
            ),
            ("abcdefghij", "abcdefghij", ""),
        ];
        for (name, first, second) in names {
            assert_eq!(halves(name), (first, second));
        }
        let share = Share {
            label: names[0].0.to_owned(),
            parts: vec![3],
        };
        let svg = shares(&[share], &["好"]);
        assert!(svg.contains(">云州市恒昌涂料助剂<") && !svg.contains('…'));
    }

    #[test]
    fn grid_lines_are_round_and_few() {
        for (most, expected) in [
            (0, 1),
            (5, 1),
            (6, 2),
            (10, 2),
            (23, 5),
            (51, 20),
            (1234, 500),
        ] {
            assert_eq!(tick(most), expected, "{most}");
        }
        assert!((1..10_000u64).all(|n| n.div_euclid(tick(n)) <= 5));
    }

    #[test]
    fn a_time_without_a_rate_interrupts_the_line() {
        let point = |value: Option<u32>| Point {
            label: "3".into(),
            value: value.map(Permille),
            band: value.map(|v| (Permille(v - 50), Permille(v + 50))),
        };
        let whole = trend(&[point(Some(900)), point(Some(800)), point(Some(700))], "%");
        let broken = trend(&[point(Some(900)), point(None), point(Some(700))], "%");
        let lines = |s: &str| s.matches("class=\"axis\"").count();
        assert_eq!((lines(&whole), lines(&broken)), (3, 1));
    }

    #[test]
    fn no_periods_draw_without_trouble() {
        for svg in [shares(&[], &[]), trend(&[], ""), bars(&[], &[], "")] {
            assert!(svg.starts_with("<svg") && !svg.contains("NaN") && !svg.contains("inf"));
        }
    }
}
