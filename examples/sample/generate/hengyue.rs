//! 恒岳基金: a fund house that telephones its investors, under the policy on visits to investors of private funds.

use chrono::{Duration, NaiveDate};

use super::Made;
use super::clock::{at, day, days, show, show_day};
use super::names::phone;
use super::office::Office;
use super::planned::{self, date};
use super::record::Record;
use super::rng::Deck;
use super::sheet::{Encoding, Place, Shape, Sheet};
use super::spelling::{Dates, Spelling};
use super::story::Story;
use super::words::{Row, records, words};
use super::workdays::{self, after, within};

const INVESTORS: usize = 34;
const VISITS: usize = 62;
const FUNDS: [&str; 6] = [
    "恒岳稳进三号",
    "恒岳量化精选",
    "恒岳价值成长一期",
    "恒岳债券增强",
    "恒岳多策略二号",
    "恒岳宏观对冲",
];
const FIRMS: [&str; 4] = [
    "云州启明实业有限公司",
    "江北众邦投资中心（有限合伙）",
    "云州远景教育基金会",
    "德隆家族办公室",
];
const GUIDANCE: [&str; 8] = [
    "记录完整，按期归档。",
    "请在下次开放日前再联系一次。",
    "投资者诉求已转产品部，跟进答复。",
    "适当性问题问得到位。",
    "意见有代表性，列入季度分析。",
    "注意通话开头先核对身份。",
    "资料更新后同步信息披露平台。",
    "已阅，同意报告意见。",
];

fn number(kind: &str, n: usize) -> String {
    match kind {
        "customers" => format!("TZ{n:03}"),
        "plans" => format!("JH25-{n:03}"),
        "visits" => format!("HF25-{n:03}"),
        _ => format!("DA-{n:03}"),
    }
}

/// The office, its office.yaml and how its records are written.
pub fn make(faults: bool) -> Made {
    let staff = records(include_str!("../offices/hengyue/staff.txt"));
    let mut s = Story::new(6_601, Office::new("hengyue", number), staff, false);
    investors(&mut s);
    planned::archives(&mut s, "HY08");
    year(&mut s);
    if faults {
        plant(&mut s.office);
    }
    let config = include_str!("../offices/hengyue/office.yaml").to_owned();
    (s.office, config, sheets())
}

fn investors(s: &mut Story) {
    for n in 0..INVESTORS {
        let firm = FIRMS.get(n / 8).filter(|_| n % 8 == 5);
        let name = s.names.next(&mut s.rng);
        let from = NaiveDate::from_ymd_opt(2021, 2, 1).unwrap_or_default();
        let signed = show_day(from + days(s.rng.range(0, 1_300)));
        let level = *s.rng.pick(&["C3", "C4", "C4", "C5"]);
        let (class, shown) = match firm {
            Some(firm) => ("机构投资者", *firm),
            None => ("自然人投资者", name.as_str()),
        };
        let c = Record::new().with(&[
            ("name", shown),
            ("kind", "investor"),
            ("class", class),
            ("contact", &name),
            ("phone", &phone(&mut s.rng)),
            ("risk_level", level),
            ("staff", *s.rng.pick(&["HY03", "HY04"])),
            ("signed_on", &signed),
            ("products", *s.rng.pick(&FUNDS)),
        ]);
        s.office.add("customers", c);
    }
}

fn year(s: &mut Story) {
    let (odd, usual): (Vec<Row>, Vec<Row>) = words!("fund")
        .into_iter()
        .partition(|r| !r.get("irregular").is_empty());
    let (mut odd, mut usual) = (Deck::new(odd, &mut s.rng), Deck::new(usual, &mut s.rng));
    let ids = s.office.table("customers").iter();
    let mut whom = Deck::new(ids.map(|c| c.id().to_owned()).collect(), &mut s.rng);
    let mut guidance = Deck::new(GUIDANCE.to_vec(), &mut s.rng);
    let calls = workdays::spread(&mut s.rng, VISITS, day(1, 13), day(12, 8));
    for (n, on) in calls.into_iter().enumerate() {
        let deck = if n % 14 == 11 { &mut odd } else { &mut usual };
        let talk = deck.draw(&mut s.rng);
        let customer = whom.draw(&mut s.rng);
        let guidance = guidance.draw(&mut s.rng);
        call(s, &talk, &customer, on, guidance);
    }
}

/// One call: planned before, written up on the day, reported the next, handed in, reviewed and filed.
fn call(s: &mut Story, talk: &Row, customer: &str, on: NaiveDate, guidance: &str) {
    let c = s.office.find("customers", customer).clone();
    let begins = at(on, 9, 15) + Duration::minutes(5 * s.rng.range(0, 90));
    let written = begins + Duration::minutes(s.rng.range(12, 55));
    let officer = s.person("visit_officer", on);
    let mut v = Record::new().with(&[
        ("date", &show(begins)),
        ("customer", customer),
        ("staff", &officer),
        ("method", "phone"),
        ("type", "regular"),
        ("phone", c.get("phone")),
        ("respondent", c.get("contact")),
        ("respondent_role", "signatory"),
        ("purpose", "suitability"),
        ("satisfaction", talk.get("grade")),
        ("recorded_at", &show(written)),
    ]);
    for field in ["content", "requirement", "opinion"] {
        v.set(field, talk.get(field));
    }
    planned::plan(s, &mut v, "HY02", talk.get("plan"));
    let odd = talk.get("irregular");
    for (field, sound) in [
        ("improper_promotion", "false"),
        ("promised_returns", "false"),
        ("risk_disclosed", "true"),
    ] {
        let bad = if sound == "true" { "false" } else { "true" };
        v.set(field, if field == odd { bad } else { sound });
    }
    if !odd.is_empty() {
        v.set("compliance_reported_on", show_day(within(on, 2)));
    }
    file(s, &mut v, on, guidance);
    s.office.add("visits", v);
}

fn file(s: &mut Story, v: &mut Record, on: NaiveDate, guidance: &str) {
    v.set("reported_on", show_day(within(on, 1)));
    let in_time = within(on, s.rng.range(1, 3));
    let late = within(on, 7);
    let submitted = if s.rng.chance(18) && late > on + days(3) {
        v.set("extension_approved_by", "HY02");
        late
    } else {
        in_time
    };
    let reviewed = within(submitted, s.rng.range(1, 5));
    let by = if s.rng.chance(70) { "HY02" } else { "HY01" };
    let filed = after(reviewed, s.rng.range(2, 9));
    v.set("submitted_on", show_day(submitted))
        .set("reviewed_by", by)
        .set("reviewed_on", show_day(reviewed))
        .set("guidance", guidance)
        .set("archived_on", show_day(filed));
}

fn plant(o: &mut Office) {
    let rule = |r: &str| format!("private-fund-visit/{r}");
    let usual = |v: &Record| !v.has("compliance_reported_on") && !v.has("extension_approved_by");

    let id = o.nth("visits", 4, usual);
    let v = o.find("visits", &id).clone();
    let next = show_day(date(&v) + days(1));
    o.find_mut("plans", v.get("plan"))
        .set("prepared_on", next.as_str())
        .set("approved_on", next);
    o.plant(&rule("planned"), "visits", &id, "回访之后才补的计划");

    let id = o.nth("visits", 9, usual);
    o.find_mut("visits", &id).set("method", "onsite");
    o.plant(&rule("phone-only"), "visits", &id, "上门拜访当作电话回访");

    let id = o.nth("visits", 17, usual);
    o.find_mut("visits", &id).set("risk_disclosed", "");
    o.plant(&rule("suitability"), "visits", &id, "没有问风险揭示");

    let id = o.nth("visits", 1, |v| v.has("compliance_reported_on"));
    o.find_mut("visits", &id).set("compliance_reported_on", "");
    o.plant(
        &rule("compliance"),
        "visits",
        &id,
        "发现违规说法，没有上报合规",
    );

    let id = o.nth("visits", 2, |v| v.has("extension_approved_by"));
    o.find_mut("visits", &id).set("extension_approved_by", "");
    o.plant(
        &rule("submitted"),
        "visits",
        &id,
        "一周才交，没有主管同意延期",
    );

    let id = o.nth("visits", 38, usual);
    o.find_mut("visits", &id).set("archived_on", "");
    o.plant(&rule("archived"), "visits", &id, "审阅后一直没有归档");
}

fn sheets() -> Vec<Sheet> {
    let labels = Spelling {
        labels: true,
        dates: Dates::Slash,
        by_name: &["staff", "reviewed_by"],
    };
    let excel = |kind, path, encoding| Sheet {
        shape: Shape::Csv {
            separator: b',',
            encoding,
        },
        spelling: labels,
        ..Sheet::csv(kind, path)
    };
    vec![
        Sheet::csv("staff", "staff.csv"),
        excel("customers", "customers.csv", Encoding::Gb18030),
        Sheet::csv("plans", "plans.csv"),
        Sheet {
            place: Place::Monthly("visits", "date", ""),
            ..excel("visits", "", Encoding::Bom)
        },
        Sheet {
            shape: Shape::List,
            ..Sheet::csv("archives", "archives.yaml")
        },
    ]
}
