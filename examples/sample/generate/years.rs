//! Years in good order of policies that have no office of their own: a part of another office's records, under that policy
//! alone, so that every policy has a year in which nothing is found.

use super::record::Record;
use super::yunqi::{self, UNREACHED};
use super::{Made, cuihu, heyuan, qibo};

/// An office.yaml that adopts one policy for the year, in the text's own numbers.
fn config(name: &str, households: u32, policy: &str) -> String {
    format!(
        "name: {name}\nhouseholds: {households}\nsince: 2025-01-01\n\
         policies:\n  - use: {policy}\n    until: 2025-12-31\n"
    )
}

/// Keeps of a kind what fits.
fn keep(made: &mut Made, kind: &'static str, fits: impl Fn(&Record) -> bool) {
    made.0.table_mut(kind).retain(fits);
}

/// The reception room: complaints and the visits after them.
pub fn owner_complaint_desk() -> Made {
    let mut made = heyuan::make(false);
    keep(&mut made, "plans", |_| false);
    keep(&mut made, "visits", |v| v.has("complaint"));
    made.1 = config("和苑业主接待室", 468, "owner-complaint-desk");
    made
}

/// A small estate's complaints, their work orders and the visits after them.
pub fn complaint_handling() -> Made {
    let mut made = reached();
    keep(&mut made, "visits", |v| v.has("complaint"));
    keep(&mut made, "work_orders", |w| w.has("complaint"));
    for kind in ["repairs", "calls", "surveys", "campaigns", "meetings"] {
        keep(&mut made, kind, |_| false);
    }
    made.1 = config("云栖苑服务中心", 62, "complaint-handling");
    made
}

/// The same estate's rounds, paid repairs and surveys.
pub fn owner_visit_survey() -> Made {
    let mut made = reached();
    for kind in ["complaints", "work_orders", "calls"] {
        keep(&mut made, kind, |_| false);
    }
    keep(&mut made, "repairs", |r| r.has("paid_service"));
    let paid: Vec<String> = made
        .0
        .table("repairs")
        .iter()
        .map(|r| r.id().to_owned())
        .collect();
    keep(&mut made, "visits", |v| match v.get("repair") {
        "" => !v.has("complaint"),
        repair => paid.iter().any(|id| id == repair),
    });
    for r in made.0.table_mut("repairs") {
        r.set("complaint", "");
    }
    // What nothing is asked about would only make the case big.
    for v in made.0.table_mut("visits") {
        v.set("guidance", "").set("place", "").set("phone", "");
    }
    made.1 = config("云栖苑服务中心", 62, "owner-visit-survey");
    made
}

/// 云栖苑 without the two owners whom nobody reached.
fn reached() -> Made {
    let mut made = yunqi::sound();
    keep(&mut made, "customers", |c| !UNREACHED.contains(&c.id()));
    keep(&mut made, "surveys", |f| {
        !UNREACHED.contains(&f.get("customer"))
    });
    made
}

/// A part of the big estate: its repairs, the shares that are revisited, the rounds of its areas.
pub fn residential_visit_rates() -> Made {
    let mut made = cuihu::sound();
    let autumn = Record::new().with(&[
        ("id", "M-05"),
        ("kind", "residents"),
        ("held_on", "2025-08-23"),
        ("place", "社区活动室"),
        ("chair", "周岚"),
        ("topic", "防汛排险情况和车位分时停放"),
    ]);
    made.0.table_mut("meetings").push(autumn);
    made.1 = config("翠湖花园管理处", 1_286, "residential-visit-rates");
    made
}

/// A park's warranty repairs, their applications and ledgers.
pub fn warranty_period_repair() -> Made {
    let mut made = qibo::sound();
    made.1 = config("汽博园物业服务中心", 33, "warranty-period-repair");
    made
}
