//! Made-up people: names (rare characters among them), phones that cannot be real, homes.

use std::collections::BTreeSet;

use super::rng::Rng;

pub const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文翟逄仝瞿佘隗亓";
pub const GIVEN: &str = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红鹏雪玲建国志辉海燕春梅晨曦子涵浩宇欣怡梓萱雨桐思远佳琪俊凯晓东文博雅婷嘉懿景行若溪知言清和怀瑾亦凡书瑶承泽念慈";
/// Characters that old fonts and code pages lack.
const RARE: [&str; 24] = [
    "陆䶮",
    "陈㛃",
    "李玥",
    "赵赟",
    "方𬱟",
    "宋喆",
    "苏昉",
    "郑祎",
    "顾旻昊",
    "钱珺婠",
    "徐璟雯",
    "何芃芃",
    "沈翀",
    "吴頔",
    "孙彧",
    "马骉",
    "梁堃",
    "许曌",
    "蒋旸",
    "欧阳澍",
    "司徒祯",
    "尉迟恭华",
    "上官婧",
    "诸葛焱",
];
const LONG: [&str; 5] = [
    "阿依古丽·买买提",
    "阿卜杜热合曼·买买提艾力",
    "马克·约翰逊",
    "扎西多吉",
    "金惠珍",
];

/// Gives every person of an office another name.
pub struct Names {
    taken: BTreeSet<String>,
    special: Vec<&'static str>,
}

impl Names {
    pub fn new(rng: &mut Rng, taken: impl IntoIterator<Item = String>) -> Self {
        let mut special: Vec<&str> = RARE.iter().chain(&LONG).copied().collect();
        rng.shuffle(&mut special);
        Self {
            taken: taken.into_iter().collect(),
            special,
        }
    }

    pub fn next(&mut self, rng: &mut Rng) -> String {
        if rng.chance(9)
            && let Some(name) = self.special.pop()
            && self.taken.insert(name.to_owned())
        {
            return name.to_owned();
        }
        let surnames: Vec<char> = SURNAMES.chars().collect();
        let given: Vec<char> = GIVEN.chars().collect();
        loop {
            let mut name = rng.pick(&surnames).to_string();
            name.push(*rng.pick(&given));
            if rng.chance(72) {
                name.push(*rng.pick(&given));
            }
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}

/// 138-0000-xxxx and the like: no such exchange exists.
pub fn phone(rng: &mut Rng) -> String {
    let prefix = rng.pick(&["138", "139", "137", "150", "186"]);
    let n = rng.range(0, 9999);
    match rng.range(0, 4) {
        0 => format!("{prefix} 0000 {n:04}"),
        1 => format!("{prefix}0000{n:04}"),
        _ => format!("{prefix}-0000-{n:04}"),
    }
}
