//! Money in the capital numerals of bills and receipts, which cannot be altered by a stroke: 壹仟贰佰叁拾肆元伍角陆分.
//!
//! The wording is that of the People's Bank of China's rules for filling in bills (支付结算办法, annex 1, 正确填写票据和结算凭证的基本规定):
//! 整 follows 元; zeros within a number are one 零; a 元 that is 0 before 角 is 零.

const DIGITS: [&str; 10] = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"];

/// An amount in 分.
pub(super) fn capitals(cents: i64) -> String {
    let all = cents.unsigned_abs();
    let (yuan, rest) = (all / 100, all % 100);
    let (jiao, fen) = (rest / 10, rest % 10);
    let mut out = String::new();
    if cents < 0 {
        out.push('负');
    }
    if yuan > 0 || rest == 0 {
        whole(yuan, &mut out);
        out.push('元');
    }
    if rest == 0 {
        out.push('整');
        return out;
    }
    let gap = if jiao == 0 {
        true
    } else {
        yuan.is_multiple_of(10)
    };
    if yuan > 0 && gap {
        out.push('零');
    }
    if jiao > 0 {
        out.push_str(digit(jiao));
        out.push('角');
    }
    if fen > 0 {
        out.push_str(digit(fen));
        out.push('分');
    }
    out
}

fn digit(n: u64) -> &'static str {
    usize::try_from(n)
        .ok()
        .and_then(|n| DIGITS.get(n))
        .copied()
        .unwrap_or("")
}

/// A whole number.
fn whole(n: u64, out: &mut String) {
    const UNITS: [(u64, &str); 5] = [
        (100_000_000, "亿"),
        (10_000, "万"),
        (1000, "仟"),
        (100, "佰"),
        (10, "拾"),
    ];
    for (unit, name) in UNITS {
        if n < unit {
            continue;
        }
        whole(n / unit, out);
        out.push_str(name);
        let rest = n % unit;
        if rest > 0 {
            // A place left out between two that are there.
            if rest < unit / 10 {
                out.push('零');
            }
            whole(rest, out);
        }
        return;
    }
    out.push_str(digit(n));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_read_as_on_bills() {
        let cases = [
            (0, "零元整"),
            (5, "伍分"),
            (10, "壹角"),
            (56, "伍角陆分"),
            (100, "壹元整"),
            (1_000, "壹拾元整"),
            (1_500, "壹拾伍元整"),
            (123_456, "壹仟贰佰叁拾肆元伍角陆分"),
            (140_950, "壹仟肆佰零玖元伍角"),
            (600_714, "陆仟零柒元壹角肆分"),
            (168_032, "壹仟陆佰捌拾元零叁角贰分"),
            (10_700_053, "壹拾万柒仟元零伍角叁分"),
            (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
            (32_504, "叁佰贰拾伍元零肆分"),
            (1_000_000, "壹万元整"),
            (100_000_100, "壹佰万零壹元整"),
            (10_000_000_000, "壹亿元整"),
            (10_000_010_000, "壹亿零壹佰元整"),
            (10_100_000_000, "壹亿零壹佰万元整"),
            (100_000_000_000_000, "壹万亿元整"),
            (-250, "负贰元伍角"),
        ];
        for (cents, said) in cases {
            assert_eq!(capitals(cents), said, "{cents}");
        }
    }

    /// What the words say, in 分.
    fn read(text: &str) -> i128 {
        let (sign, text) = match text.strip_prefix('负') {
            Some(t) => (-1, t),
            None => (1, text),
        };
        let (yuan, rest) = text.split_once('元').unwrap_or(("", text));
        let (mut cents, mut digit) = (number(yuan) * 100, 0);
        for c in rest.chars() {
            match c {
                '角' => cents += digit * 10,
                '分' => cents += digit,
                '整' => {}
                c => digit = value(c),
            }
        }
        sign * cents
    }

    fn value(c: char) -> i128 {
        let at = DIGITS.iter().position(|d| d.starts_with(c));
        i128::try_from(at.unwrap()).unwrap()
    }

    fn number(text: &str) -> i128 {
        for (unit, size) in [
            ('亿', 100_000_000),
            ('万', 10_000),
            ('仟', 1000),
            ('佰', 100),
            ('拾', 10),
        ] {
            if let Some((high, low)) = text.rsplit_once(unit) {
                return number(high) * size + number(low);
            }
        }
        text.chars().fold(0, |_, c| value(c))
    }

    proptest! {
        #[test]
        fn nothing_is_lost_in_words(cents in any::<i64>()) {
            let said = capitals(cents);
            prop_assert_eq!(read(&said), i128::from(cents));
            prop_assert!(!said.contains("零零"), "{}", said);
            prop_assert!(said.ends_with(['整', '角', '分']), "{}", said);
        }

        #[test]
        fn nothing_is_lost_in_small_words(cents in 0i64..100_000_000) {
            prop_assert_eq!(read(&capitals(cents)), i128::from(cents));
        }
    }
}
