//! Numbers as they were written, added and multiplied without loss: 2.5 × 19.99 元 is 49.98 元 by decimal arithmetic.

use crate::table::Value;

/// A decimal number: `digits` divided by ten to the power of `places`; or an amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exact {
    digits: i128,
    places: u32,
    money: bool,
}

/// More places than any written number has: a product of two keeps within `i128`.
const MOST_PLACES: u32 = 12;

impl Exact {
    /// A value as a decimal number; none where it is no number or has too many digits.
    pub fn of(v: Value<'_>) -> Option<Self> {
        let (digits, places, money) = match v {
            Value::Int(i) => (i128::from(i), 0, false),
            Value::Money(cents) => (i128::from(cents), 2, true),
            Value::Number(n) => return Self::written(&n.to_string()),
            _ => return None,
        };
        Some(Self {
            digits,
            places,
            money,
        })
    }

    /// Reads `-12.50`.
    fn written(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let places = u32::try_from(fraction.len()).ok()?;
        if places > MOST_PLACES || text.len() > 30 {
            return None;
        }
        let digits = format!("{whole}{fraction}").parse().ok()?;
        Some(Self {
            digits,
            places,
            money: false,
        })
    }

    /// With more places.
    fn with_places(self, places: u32) -> Option<i128> {
        let more = places.checked_sub(self.places)?;
        self.digits.checked_mul(10i128.checked_pow(more)?)
    }

    /// The sum; money with money is money, and money with a number a number, as 元.
    pub fn plus(self, other: Self) -> Option<Self> {
        let places = self.places.max(other.places);
        let digits = self.with_places(places)?;
        Some(Self {
            digits: digits.checked_add(other.with_places(places)?)?,
            places,
            money: self.money && other.money,
        })
    }

    /// The product; money by a number is money, to the nearest 分.
    pub fn times(self, other: Self) -> Option<Self> {
        let product = Self {
            digits: self.digits.checked_mul(other.digits)?,
            places: self.places + other.places,
            money: self.money != other.money,
        };
        if product.money {
            product.rounded(2)
        } else {
            Some(product)
        }
    }

    /// Its opposite.
    pub fn negative(self) -> Self {
        Self {
            digits: -self.digits,
            ..self
        }
    }

    /// To the nearest of so many places, a half away from zero.
    fn rounded(self, places: u32) -> Option<Self> {
        let digits = match self.places.checked_sub(places) {
            None | Some(0) => self.with_places(places)?,
            Some(fewer) => {
                let unit = 10i128.checked_pow(fewer)?;
                let half = unit / 2 * self.digits.signum();
                self.digits.checked_add(half)? / unit
            }
        };
        Some(Self {
            digits,
            places,
            ..self
        })
    }

    /// As money in 分: an amount, or a number of 元.
    pub fn cents(self) -> Option<i64> {
        i64::try_from(self.rounded(2)?.digits).ok()
    }

    /// Whether it is an amount of money.
    pub fn is_money(self) -> bool {
        self.money
    }

    /// The share of this in another, in thousandths, a half up.
    pub fn permille_of(self, whole: Self) -> Option<i64> {
        let places = self.places.max(whole.places);
        let (part, whole) = (self.with_places(places)?, whole.with_places(places)?);
        if whole <= 0 {
            return None;
        }
        let doubled = part.checked_mul(2000)?.checked_add(whole)?;
        i64::try_from(doubled.div_euclid(whole.checked_mul(2)?)).ok()
    }

    /// As a value again.
    pub fn value(self) -> Option<Value<'static>> {
        if self.money {
            return self.cents().map(Value::Money);
        }
        if self.places == 0 {
            return i64::try_from(self.digits).ok().map(Value::Int);
        }
        let sign = if self.digits < 0 { "-" } else { "" };
        let digits = self.digits.unsigned_abs();
        let unit = 10u128.checked_pow(self.places)?;
        let width = self.places as usize;
        let text = format!("{sign}{}.{:0width$}", digits / unit, digits % unit);
        text.parse().ok().map(Value::Number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(a: Value<'static>, b: Value<'static>) -> Option<Value<'static>> {
        Exact::of(a)?.times(Exact::of(b)?)?.value()
    }

    #[test]
    fn products_are_those_of_paper() {
        let money = |c| Some(Value::Money(c));
        assert_eq!(times(Value::Number(2.5), Value::Money(1999)), money(4998));
        assert_eq!(times(Value::Number(1.005), Value::Money(100)), money(101));
        assert_eq!(times(Value::Money(-100), Value::Number(1.005)), money(-101));
        assert_eq!(times(Value::Int(3), Value::Money(33)), money(99));
        assert_eq!(
            times(Value::Number(0.1), Value::Number(0.2)),
            Some(Value::Number(0.02))
        );
        assert_eq!(times(Value::Text("3"), Value::Int(1)), None);
    }

    #[test]
    fn sums_lose_nothing() {
        let sum = |a, b| Exact::of(a)?.plus(Exact::of(b)?)?.value();
        assert_eq!(
            sum(Value::Number(0.1), Value::Number(0.2)),
            Some(Value::Number(0.3))
        );
        assert_eq!(
            sum(Value::Money(1), Value::Money(-3)),
            Some(Value::Money(-2))
        );
        assert_eq!(
            sum(Value::Money(150), Value::Int(1)),
            Some(Value::Number(2.5))
        );
    }

    #[test]
    fn shares_are_in_thousandths() {
        let share = |a, b| Exact::of(a)?.permille_of(Exact::of(b)?);
        assert_eq!(
            share(Value::Money(50_000), Value::Money(100_000)),
            Some(500)
        );
        assert_eq!(share(Value::Money(1), Value::Money(3)), Some(333));
        assert_eq!(share(Value::Money(2), Value::Money(3)), Some(667));
        assert_eq!(share(Value::Money(2), Value::Money(0)), None);
    }
}
