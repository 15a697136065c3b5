//! Shares and their 95 % intervals, in whole thousandths: no floating point, the same on every machine.

use std::fmt;

/// The square of the 0.975 quantile of the normal distribution (1.959963984540054), times 10^12.
const Z2: i128 = 3_841_458_820_694;
const Z2_SCALE: i128 = 1_000_000_000_000;

/// A share in thousandths; written as a percentage with one decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permille(pub u32);

impl Permille {
    /// `part` of `whole`, halves rounded up; `None` of nothing.
    pub fn of(part: u64, whole: u64) -> Option<Self> {
        let (part, whole) = (u128::from(part), u128::from(whole));
        let rounded = (2000 * part + whole).checked_div(2 * whole)?;
        u32::try_from(rounded).ok().map(Self)
    }

    /// As a number between 0 and 1, for drawing.
    pub fn ratio(self) -> f64 {
        f64::from(self.0) / 1000.0
    }

    /// As a decimal number, for CSV and JSON: `0.875`.
    pub fn decimal(self) -> String {
        format!("{}.{:03}", self.0 / 1000, self.0 % 1000)
    }
}

impl fmt::Display for Permille {
    /// `87.5%`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}%", self.0 / 10, self.0 % 10)
    }
}

/// The Wilson score interval (95 %) of `part` of `whole`, rounded to thousandths: all shares p for which
/// (part/whole − p)² ≤ z² p(1 − p)/whole, with z = 1.959964. `None` of nothing.
///
/// Source: E. B. Wilson, *Probable inference, the law of succession, and statistical inference*, Journal of the American
/// Statistical Association 22 (1927), 209–212. The ends are found by asking the inequality itself in whole numbers, not by
/// solving it with roots.
pub fn wilson(part: u64, whole: u64) -> Option<(Permille, Permille)> {
    if whole == 0 || part > whole {
        return None;
    }
    let low = lower(part, whole);
    let high = 1000 - lower(whole - part, whole);
    Some((Permille(low), Permille(high)))
}

/// The lower end, rounded to thousandths: how many m have (2m − 1)/2000 below it.
fn lower(part: u64, whole: u64) -> u32 {
    let (mut below, mut above) = (0u32, 1001u32);
    while above - below > 1 {
        let middle = u32::midpoint(below, above);
        if is_below(part, whole, i128::from(2 * middle - 1)) {
            below = middle;
        } else {
            above = middle;
        }
    }
    below
}

/// Whether k/2000 lies at or below the lower end: below the share itself, and not within the interval.
/// (part/whole − k/d)² ≥ z² (k/d)(1 − k/d)/whole, times (whole·d)².
fn is_below(part: u64, whole: u64, k: i128) -> bool {
    const D: i128 = 2000;
    let (s, n) = (i128::from(part), i128::from(whole));
    let apart = s * D - k * n;
    apart >= 0 && apart * apart * Z2_SCALE >= Z2 * n * k * (D - k)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn published_values() {
        // Newcombe 1998, table I: 81/263, 15/148, 0/20, 1/29 by Wilson's method.
        let of = |s, n| wilson(s, n).map(|(a, b)| (a.0, b.0)).unwrap();
        assert_eq!(of(81, 263), (255, 366));
        assert_eq!(of(15, 148), (62, 160));
        assert_eq!(of(0, 20), (0, 161));
        assert_eq!(of(1, 29), (6, 172));
        assert_eq!(wilson(0, 0), None);
        assert_eq!(wilson(3, 2), None);
    }

    #[test]
    fn shares_round_halves_up() {
        assert_eq!(Permille::of(1, 16).unwrap().to_string(), "6.3%");
        assert_eq!(Permille::of(7, 8).unwrap().to_string(), "87.5%");
        assert_eq!(Permille::of(5, 5).unwrap().to_string(), "100.0%");
        assert_eq!(Permille::of(7, 8).unwrap().decimal(), "0.875");
        assert_eq!(Permille::of(0, 0), None);
    }

    /// The score equation solved by halving, in floating point: the brute-force twin.
    #[expect(clippy::cast_precision_loss, reason = "counts below 2^53")]
    fn solved(part: u64, whole: u64, upper: bool) -> f64 {
        let (n, p) = (whole as f64, part as f64 / whole as f64);
        let outside =
            |x: f64| (p - x).powi(2) > 1.959_963_984_540_054_f64.powi(2) * x * (1.0 - x) / n;
        let (mut a, mut b) = if upper { (1.0, p) } else { (0.0, p) };
        for _ in 0..200 {
            let m = f64::midpoint(a, b);
            if outside(m) { a = m } else { b = m }
        }
        f64::midpoint(a, b)
    }

    proptest! {
        #[test]
        fn the_interval_solves_the_score_equation(whole in 1u64..20_000, share in 0.0f64..=1.0) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "test sizes")]
            let part = (whole as f64 * share) as u64;
            let (low, high) = wilson(part, whole).unwrap();
            prop_assert!((low.ratio() - solved(part, whole, false)).abs() <= 0.000_5 + 1e-9);
            prop_assert!((high.ratio() - solved(part, whole, true)).abs() <= 0.000_5 + 1e-9);
        }

        #[test]
        fn it_holds_the_share_and_mirrors(whole in 1u64..4_000_000_000, share in 0u64..=1000) {
            let part = u64::try_from(u128::from(whole) * u128::from(share) / 1000).unwrap();
            let (low, high) = wilson(part, whole).unwrap();
            let p = Permille::of(part, whole).unwrap();
            prop_assert!(low <= p && p <= high && high.0 <= 1000);
            let (a, b) = wilson(whole - part, whole).unwrap();
            prop_assert_eq!((1000 - b.0, 1000 - a.0), (low.0, high.0));
        }
    }
}
