//! What every office's year is told with: its people and homes, visits, calls and work orders gathered before they get ids.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};

use super::clock::{self, days, later, show, show_day};
use super::names::{Names, phone};
use super::office::Office;
use super::record::Record;
use super::rng::{Deck, Rng};
use super::words::{Row, words};

/// An office's year in the making.
pub struct Story {
    pub rng: Rng,
    pub office: Office,
    pub names: Names,
    pub visits: Vec<Record>,
    pub calls: Vec<Record>,
    pub work_orders: Vec<Record>,
    /// The scene that each repair and complaint plays.
    pub scenes: BTreeMap<String, Row>,
    opinions: BTreeMap<&'static str, Deck<&'static str>>,
    guidance: Deck<&'static str>,
    english: bool,
}

const GUIDANCE: [&str; 14] = [
    "记录完整，继续跟进。",
    "请在一周内再电话了解一次。",
    "同类问题较多，建议集中排查。",
    "注意留好前后对比照片。",
    "材料批次写清楚，便于追溯。",
    "处理得当，已阅。",
    "与业主约定的时间要守住。",
    "收费公示再核对一遍。",
    "已阅，请客服中心归档。",
    "请工程部分析原因，避免重复发生。",
    "态度好，值得推广。",
    "下次雨后复查并补记。",
    "老人住户请优先安排。",
    "意见已转相关部门，月底检查落实。",
];
const GUIDANCE_EN: [&str; 4] = [
    "Complete. Keep an eye on it.",
    "Please ring once more within a week.",
    "Seen, to be filed.",
    "Several of these lately; check the whole riser.",
];

impl Story {
    /// Begins with the staff, whose names nobody else gets.
    pub fn new(seed: u64, mut office: Office, staff: Vec<Record>, english: bool) -> Self {
        let mut rng = Rng::new(seed);
        let names = Names::new(&mut rng, staff.iter().map(|s| s.get("name").to_owned()));
        *office.table_mut("staff") = staff;
        let mut opinions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for row in if english {
            words!("opinions-en")
        } else {
            words!("opinions")
        } {
            opinions
                .entry(row.get("grade"))
                .or_default()
                .push(row.get("opinion"));
        }
        let opinions = opinions
            .into_iter()
            .map(|(g, o)| (g, Deck::new(o, &mut rng)))
            .collect();
        let guidance = if english {
            GUIDANCE_EN.to_vec()
        } else {
            GUIDANCE.to_vec()
        };
        Self {
            guidance: Deck::new(guidance, &mut rng),
            rng,
            office,
            names,
            visits: Vec::new(),
            calls: Vec::new(),
            work_orders: Vec::new(),
            scenes: BTreeMap::new(),
            opinions,
            english,
        }
    }

    /// A grade of satisfaction, mostly good.
    pub fn grade(&mut self) -> &'static str {
        match self.rng.range(1, 100) {
            1..=27 => "very_satisfied",
            28..=82 => "satisfied",
            83..=94 => "neutral",
            _ => "dissatisfied",
        }
    }

    /// What somebody of that grade says about a piece of work.
    pub fn opinion(&mut self, grade: &str) -> &'static str {
        match self.opinions.get_mut(grade) {
            Some(deck) => deck.draw(&mut self.rng),
            None => panic!("no opinion of grade {grade}"),
        }
    }

    /// One of the people who have a role on a day.
    pub fn person(&mut self, role: &str, on: NaiveDate) -> String {
        let people = self.office.people(role, on);
        assert!(!people.is_empty(), "{}: nobody is {role}", self.office.id);
        self.rng.pick(&people).clone()
    }

    pub fn name_of(&self, kind: &str, id: &str) -> String {
        self.office.find(kind, id).get("name").to_owned()
    }

    /// A customer to whom something happens: people more often than shops.
    pub fn customer(&mut self, fits: impl Fn(&Record) -> bool) -> String {
        let all: Vec<String> = self
            .office
            .table("customers")
            .iter()
            .filter(|c| fits(c))
            .map(|c| c.id().to_owned())
            .collect();
        self.rng.pick(&all).clone()
    }

    /// Where a customer lives, in words: `3栋2单元501`.
    pub fn home(&self, customer: &str) -> [String; 3] {
        let c = self.office.find("customers", customer);
        let (b, u) = (c.get("building").to_owned(), c.get("unit").to_owned());
        [format!("{b}{u}{}", c.get("room")), b, u]
    }

    /// Fills `{h}`, `{b}` and `{u}` in.
    pub fn place(&self, pattern: &str, customer: &str) -> String {
        let [h, b, u] = self.home(customer);
        pattern
            .replace("{h}", &h)
            .replace("{b}", &b)
            .replace("{u}", &u)
    }

    /// The visitor's notes and the review that follow a visit; what would lie after the year is left open.
    pub fn reviewed(&mut self, visit: &mut Record, date: NaiveDateTime, reviewer: &str) {
        visit.set("recorded_at", show(later(&mut self.rng, date, 10, 60)));
        let on = date.date() + days(self.rng.range(1, 4));
        if on > clock::day(12, 31) {
            return;
        }
        visit
            .set("reviewed_by", reviewer)
            .set("reviewed_on", show_day(on));
        if self.rng.chance(40) {
            visit.set("guidance", self.guidance.draw(&mut self.rng));
        }
        let filed = on + days(self.rng.range(2, 20));
        if filed <= clock::day(12, 31) {
            visit.set("archived_on", show_day(filed));
        }
    }

    /// The three signatures below a visit's record.
    pub fn three_signatures(&mut self, visit: &mut Record, date: NaiveDate) {
        let last = clock::day(12, 31);
        let first = date + days(self.rng.range(0, 2));
        let second = first + days(self.rng.range(0, 2));
        let third = second.max(first) + days(self.rng.range(0, 3));
        let fields = [
            "supervisor_signed_on",
            "project_manager_signed_on",
            "property_manager_signed_on",
        ];
        for (field, day) in fields.into_iter().zip([first, second, third]) {
            visit.set(field, show_day(day.min(last)));
        }
    }

    /// Who opened the door: mostly the customer, sometimes family.
    pub fn respondent(&mut self, visit: &mut Record, customer: &str) -> String {
        let c = self.office.find("customers", customer).clone();
        let person = if c.has("contact") {
            c.get("contact")
        } else {
            c.get("name")
        };
        visit.set("phone", c.get("phone"));
        if c.get("kind") == "owner" && self.rng.chance(18) && !self.english {
            let name = self.names.next(&mut self.rng);
            visit
                .set("respondent", name.as_str())
                .set("respondent_role", "family");
            return name;
        }
        let role = match c.get("kind") {
            "owner" => "owner",
            "company" => "main_user",
            _ => "other",
        };
        visit.set("respondent", person).set("respondent_role", role);
        person.to_owned()
    }

    /// A call at the desk that began something (`complaint` or `repair`).
    pub fn call(
        &mut self,
        at: NaiveDateTime,
        customer: &str,
        field: &str,
        id: &str,
        content: &str,
        result: &str,
    ) {
        let c = self.office.find("customers", customer).clone();
        let staff = self.person("service_officer", at.date());
        let caller = if c.has("contact") {
            c.get("contact")
        } else {
            c.get("name")
        };
        let channel = if self.rng.chance(75) {
            "phone"
        } else {
            "in_person"
        };
        let (at_text, matter) = (show(at), if field.is_empty() { "enquiry" } else { field });
        let mut call = Record::new().with(&[
            ("at", &at_text),
            ("staff", &staff),
            ("customer", customer),
            ("caller", caller),
            ("phone", c.get("phone")),
            ("channel", channel),
            ("matter", matter),
            ("content", content),
            ("result", result),
        ]);
        if !field.is_empty() {
            call.set(field, id);
        }
        self.calls.push(call);
    }

    /// Gives visits, work orders and calls their ids, in order of time.
    pub fn settle(&mut self, notices: impl Fn(&mut Self, &Record) -> Record) {
        let visits = std::mem::take(&mut self.visits);
        self.office.add_sorted("visits", visits, "date");
        let found: Vec<Record> = self
            .office
            .table("visits")
            .iter()
            .filter(|v| v.get("problem_found") == "true")
            .cloned()
            .collect();
        for visit in found {
            let order = notices(self, &visit);
            self.work_orders.push(order);
        }
        let orders = std::mem::take(&mut self.work_orders);
        self.office.add_sorted("work_orders", orders, "issued_at");
        let calls = std::mem::take(&mut self.calls);
        self.office.add_sorted("calls", calls, "at");
    }
}

/// The homes of an estate: `(area, building, units, floors, rooms a floor)`.
pub type Block = (&'static str, &'static str, i64, i64, i64);

/// Makes so many owners and tenants in some blocks; no home twice.
pub fn households(story: &mut Story, estate: &str, blocks: &[Block], count: usize, tenants: i64) {
    let mut homes: Vec<(usize, i64, i64)> = Vec::new();
    for (i, b) in blocks.iter().enumerate() {
        for unit in 1..=b.2 {
            for floor in 1..=b.3 {
                homes.extend((1..=b.4).map(|room| (i, unit, floor * 100 + room)));
            }
        }
    }
    story.rng.shuffle(&mut homes);
    homes.truncate(count);
    homes.sort_unstable();
    for (i, unit, room) in homes {
        let (area, building, ..) = blocks[i];
        let kind = if story.rng.chance(tenants) {
            "resident"
        } else {
            "owner"
        };
        let (unit, room) = (format!("{unit}单元"), room.to_string());
        let name = story.names.next(&mut story.rng);
        let (phone, address) = (
            phone(&mut story.rng),
            format!("{estate}{building}{unit}{room}室"),
        );
        let signed = NaiveDate::from_ymd_opt(2018, 3, 1).unwrap_or_default()
            + days(story.rng.range(0, 2400));
        let signed = show_day(signed);
        let c = Record::new().with(&[
            ("name", &name),
            ("kind", kind),
            ("phone", &phone),
            ("address", &address),
            ("building", building),
            ("unit", &unit),
            ("room", &room),
            ("area", area),
            ("signed_on", &signed),
        ]);
        story.office.add("customers", c);
    }
}
