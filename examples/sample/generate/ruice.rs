//! 睿测仪器: a vendor of instruments and software whose visit officers ask customers and pass their questions on.

use chrono::{Duration, NaiveDate};

use super::Made;
use super::clock::{at, day, days, read, show, show_day};
use super::names::phone;
use super::office::Office;
use super::record::Record;
use super::rng::Deck;
use super::sheet::{Place, Shape, Sheet};
use super::spelling::{Dates, Spelling};
use super::story::Story;
use super::words::{Row, records, words};
use super::workdays::{self, after};

const VISITS: usize = 58;

fn number(kind: &str, n: usize) -> String {
    match kind {
        "customers" => format!("KH-{n:02}"),
        _ => format!("RC-{n:03}"),
    }
}

/// The office, its office.yaml and how its records are written.
pub fn make(faults: bool) -> Made {
    let staff = records(include_str!("../offices/ruice/staff.txt"));
    let mut s = Story::new(7_702, Office::new("ruice", number), staff, false);
    customers(&mut s);
    year(&mut s);
    let visits = std::mem::take(&mut s.visits);
    s.office.add_sorted("visits", visits, "date");
    confirm(&mut s.office);
    if faults {
        plant(&mut s.office);
    }
    let config = include_str!("../offices/ruice/office.yaml").to_owned();
    (s.office, config, sheets())
}

fn customers(s: &mut Story) {
    for mut c in records(include_str!("../offices/ruice/customers.txt")) {
        let contact = s.names.next(&mut s.rng);
        let seller = *s.rng.pick(&["32", "33"]);
        c.set("contact", contact)
            .set("phone", phone(&mut s.rng))
            .set("staff", seller);
        if c.get("kind") != "end_customer" {
            c.set("crm_registered", "true");
        }
        s.office.add("customers", c);
    }
}

/// The pile of words that suits a customer.
fn pile(kind: &str) -> &'static str {
    match kind {
        "direct" => "customer",
        "agent" => "agent",
        "trial" => "trial",
        _ => "prospect",
    }
}

fn year(s: &mut Story) {
    let mut piles: Vec<(&str, Deck<Row>)> = Vec::new();
    for name in ["customer", "agent", "trial", "prospect", "confirm"] {
        let rows = words!("vendor").into_iter();
        let rows = rows.filter(|r| r.get("for") == name).collect();
        piles.push((name, Deck::new(rows, &mut s.rng)));
    }
    let mut asked = Deck::new(words!("vendor-questions"), &mut s.rng);
    let mut whom = Deck::new(visited(&s.office), &mut s.rng);
    for on in workdays::spread(&mut s.rng, VISITS, day(1, 8), day(11, 12)) {
        // Whoever has neither accepted nor paid yet waits for a later turn.
        let customer = loop {
            let id = whom.draw(&mut s.rng);
            if open_to(s.office.find("customers", &id), on) {
                break id;
            }
        };
        let kind = s.office.find("customers", &customer).get("kind").to_owned();
        let mut draw = |s: &mut Story, name: &str| {
            let found = piles.iter_mut().find(|(n, _)| *n == name);
            found.map(|(_, deck)| deck.draw(&mut s.rng))
        };
        let Some(talk) = draw(s, pile(&kind)) else {
            continue;
        };
        let mut v = visit(s, &talk, &customer, on, "regular");
        if kind != "prospect" && kind != "lost" && s.rng.chance(45) {
            let row = asked.draw(&mut s.rng);
            let again = draw(s, "confirm").unwrap_or(talk);
            let q = question(s, &row, &customer, on, &again);
            v.nested.push(("questions", vec![q]));
        }
        s.visits.push(v);
    }
}

fn visited(o: &Office) -> Vec<String> {
    let all = o.table("customers").iter();
    let all = all.filter(|c| c.get("kind") != "end_customer");
    all.map(|c| c.id().to_owned()).collect()
}

/// Whether a customer may be visited by then: accepted a week ago at least, or not sold to at all.
fn open_to(c: &Record, on: NaiveDate) -> bool {
    match c.get("kind") {
        "direct" | "agent" => c.get("accepted_on") <= show_day(on - days(7)).as_str(),
        _ => true,
    }
}

fn visit(s: &mut Story, talk: &Row, customer: &str, on: NaiveDate, class: &str) -> Record {
    let c = s.office.find("customers", customer).clone();
    let date = at(on, 9, 0) + Duration::minutes(5 * s.rng.range(0, 95));
    let method = *s.rng.pick(&["phone", "phone", "phone", "onsite", "email"]);
    let role = match c.get("kind") {
        "trial" if s.rng.chance(60) => "delegate",
        "prospect" | "lost" => "main_user",
        _ => "signatory",
    };
    let officer = s.person("visit_officer", on);
    let noted = date + Duration::minutes(s.rng.range(10, 60));
    let mut v = Record::new().with(&[
        ("date", &show(date)),
        ("customer", customer),
        ("staff", &officer),
        ("method", method),
        ("type", class),
        ("phone", c.get("phone")),
        ("respondent", c.get("contact")),
        ("respondent_role", role),
        ("satisfaction", talk.get("grade")),
        ("recorded_at", &show(noted)),
    ]);
    for field in ["purpose", "content", "requirement", "opinion"] {
        v.set(field, talk.get(field));
    }
    v
}

/// A question, passed on to the director it concerns, answered and confirmed by another visit.
fn question(s: &mut Story, row: &Row, customer: &str, on: NaiveDate, again: &Row) -> Record {
    let routed = show_day(after(on, s.rng.range(0, 1)));
    let answered = after(on, s.rng.range(2, 6));
    let resolved = after(answered, s.rng.range(0, 6));
    let (to, by) = match row.get("category") {
        "technical" => ("21", s.person("specialist", on)),
        "service" => ("", "11".to_owned()),
        _ => ("31", "31".to_owned()),
    };
    let mut q = Record::new().with(&[
        ("category", row.get("category")),
        ("text", row.get("text")),
        ("answered_on", &show_day(answered)),
        ("answered_by", &by),
        ("routed_to", to),
        ("answer", row.get("answer")),
        ("resolved_on", &show_day(resolved)),
        ("resolution", row.get("resolution")),
    ]);
    if !to.is_empty() {
        q.set("routed_on", routed);
        let on = after(resolved, s.rng.range(1, 5));
        let mut v = visit(s, again, customer, on, "confirmation");
        // The visit gets its id later; until then the two know each other by this mark.
        let mark = format!("@{}", s.visits.len());
        v.set("mark", mark.as_str());
        q.set("confirm_visit", mark);
        s.visits.push(v);
    }
    q
}

/// Puts the ids of confirming visits in the place of their marks.
fn confirm(o: &mut Office) {
    let marked = o.table("visits").iter().filter(|v| v.has("mark"));
    let ids: Vec<(String, String)> = marked
        .map(|v| (v.get("mark").to_owned(), v.id().to_owned()))
        .collect();
    for v in o.table_mut("visits") {
        v.set("mark", "");
        for q in v.nested.iter_mut().flat_map(|(_, all)| all) {
            let found = ids.iter().find(|(mark, _)| mark == q.get("confirm_visit"));
            if let Some((_, id)) = found {
                q.set("confirm_visit", id.as_str());
            }
        }
    }
}

fn plant(o: &mut Office) {
    let rule = |r: &str| format!("vendor-visit/{r}");
    let kind_of = |o: &Office, v: &Record| {
        let kind = o.find("customers", v.get("customer")).get("kind");
        kind.to_owned()
    };
    let plain = |v: &Record| v.nested.is_empty() && v.get("type") == "regular";
    let of = |o: &Office, n: usize, kind: &str| {
        o.nth("visits", n, |v| plain(v) && kind_of(o, v) == kind)
    };

    let id = of(o, 3, "direct");
    let end = o.find("customers", "KH-28").clone();
    o.find_mut("visits", &id)
        .set("customer", "KH-28")
        .set("respondent", end.get("contact"))
        .set("phone", end.get("phone"));
    o.plant(
        &rule("end-customer"),
        "visits",
        &id,
        "回访了代理商的终端客户",
    );

    let id = of(o, 0, "prospect");
    o.find_mut("visits", &id).set("respondent", "前台");
    o.plant(
        &rule("respondent"),
        "visits",
        &id,
        "未合作客户，问的不是登记的联系人",
    );

    let id = of(o, 1, "agent");
    o.find_mut("visits", &id).set("staff", "32");
    o.plant(&rule("appointed"), "visits", &id, "销售人员代做回访");

    let early = of(o, 6, "direct");
    let visit = o.find("visits", &early).clone();
    let first = o.nth("visits", 0, |v| v.get("customer") == visit.get("customer"));
    let on = read(o.find("visits", &first).day("date")).unwrap_or_default();
    let accepted = show_day(on.date() + days(1));
    o.find_mut("customers", visit.get("customer"))
        .set("accepted_on", accepted)
        .set("paid_on", "");
    o.plant(&rule("not-yet"), "visits", &first, "验收前一天就回访");
    questions(o);
}

fn questions(o: &mut Office) {
    let rule = |r: &str| format!("vendor-visit/{r}");
    let asked = |o: &Office, n: usize, fits: fn(&str) -> bool| {
        let of = |v: &Record| {
            v.nested
                .first()
                .map(|(_, q)| q[0].get("category").to_owned())
        };
        o.nth("visits", n, |v| of(v).is_some_and(|c| fits(&c)))
    };
    let change = |o: &mut Office, id: &str, field: &str, value: &str| {
        if let Some((_, all)) = o.find_mut("visits", id).nested.first_mut() {
            all[0].set(field, value);
        }
    };
    let technical = |c: &str| c == "technical";
    let commercial = |c: &str| matches!(c, "price" | "policy" | "commitment");

    let id = asked(o, 1, technical);
    change(o, &id, "answered_by", "21");
    o.plant(
        &rule("technical-routed"),
        "questions",
        &format!("{id}#1"),
        "技术总监自己答复，没有交专业人员",
    );

    let id = asked(o, 1, commercial);
    let officer = o.find("visits", &id).get("staff").to_owned();
    change(o, &id, "answered_by", &officer);
    o.plant(
        &rule("commercial-routed"),
        "questions",
        &format!("{id}#1"),
        "价格由回访人当场答复",
    );

    let id = asked(o, 3, technical);
    change(o, &id, "confirm_visit", "");
    o.plant(
        &rule("confirmed"),
        "questions",
        &format!("{id}#1"),
        "答复以后没有再次回访确认",
    );
}

fn sheets() -> Vec<Sheet> {
    let labels = Spelling {
        labels: true,
        dates: Dates::Chinese,
        by_name: &["staff", "customer"],
    };
    vec![
        Sheet {
            spelling: Spelling {
                by_name: &[],
                ..labels
            },
            ..Sheet::csv("staff", "staff.csv")
        },
        Sheet {
            spelling: Spelling {
                by_name: &["agent", "staff"],
                ..Spelling::PLAIN
            },
            ..Sheet::csv("customers", "customers.csv")
        },
        Sheet {
            place: Place::Monthly("visits", "date", "-回访"),
            shape: Shape::List,
            spelling: labels,
            ..Sheet::csv("visits", "")
        },
    ]
}
