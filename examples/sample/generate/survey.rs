//! A survey campaign: the sheets handed out, signed for, collected by name, opinions sorted by department.

use super::clock::{days, read, show_day};
use super::record::Record;
use super::rng::Deck;
use super::story::Story;
use super::words::{Row, words};

const GRADES: [&str; 5] = [
    "very_satisfied",
    "satisfied",
    "satisfied",
    "satisfied",
    "neutral",
];
const AREAS: [(&str, &str); 5] = [
    ("service", "客服中心"),
    ("security", "保卫部"),
    ("engineering", "工程部"),
    ("cleaning", "保洁部"),
    ("greening", "绿化部"),
];

/// Hands a campaign's sheets to so many owners, in the order of their homes.
pub fn handed_out(s: &mut Story, campaign: &str, count: usize, everyone: bool) {
    let c = s.office.find("campaigns", campaign).clone();
    let moment = |field| read(c.get(field)).unwrap_or_default().date();
    let (starts, ends, collect) = (moment("starts_on"), moment("ends_on"), moment("collect_by"));
    let owners = s
        .office
        .table("customers")
        .iter()
        .filter(|c| c.get("kind") == "owner");
    let mut owners: Vec<Record> = owners.cloned().collect();
    if !everyone {
        s.rng.shuffle(&mut owners);
    }
    let mut opinions = Deck::new(words!("survey"), &mut s.rng);
    for owner in owners.iter().take(count) {
        let given = starts + days(s.rng.range(0, (ends - starts).num_days()));
        let back = given + days(s.rng.range(2, (collect - ends).num_days()));
        let receipt = if s.rng.chance(20) {
            s.names.next(&mut s.rng)
        } else {
            owner.get("name").to_owned()
        };
        let mut r = Record::new().with(&[
            ("campaign", campaign),
            ("customer", owner.id()),
            ("distributed_on", &show_day(given)),
            ("receipt_signed_by", &receipt),
            ("collected_on", &show_day(back.min(collect))),
            ("signed_by", owner.get("name")),
        ]);
        let opinion = s.rng.chance(70).then(|| opinions.draw(&mut s.rng));
        judged(s, &mut r, opinion.as_ref());
        s.office.add("surveys", r);
    }
}

/// The departments an opinion is about get its grade; the rest get ordinary ones, a few stay blank.
fn judged(s: &mut Story, r: &mut Record, opinion: Option<&Row>) {
    for (field, department) in AREAS {
        let about = opinion.filter(|o| o.get("department").contains(department));
        let grade = about.map_or_else(|| *s.rng.pick(&GRADES), |o| o.get("grade"));
        if about.is_some() || s.rng.chance(93) {
            r.set(field, grade);
        }
    }
    let overall = opinion.map_or_else(|| *s.rng.pick(&GRADES), |o| o.get("grade"));
    r.set("overall", overall);
    if let Some(o) = opinion {
        r.set("opinion", o.get("opinion"))
            .set("opinion_department", o.get("department"));
    }
}
