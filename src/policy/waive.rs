//! Waivers of office.yaml: a waived finding is still listed; a weak, expired or unused waiver is a finding itself.

use chrono::Months;

use crate::finding::{Finding, Place, Severity, fingerprint};
use crate::table::{Office, Value, Waiver};
use crate::text::Bilingual;

/// Who may waive: a leader (contract/policies.md).
const LEADERS: [&str; 9] = [
    "supervisor",
    "manager",
    "deputy_manager",
    "department_head",
    "sales_manager",
    "office_director",
    "property_manager",
    "company_manager",
    "general_manager",
];

/// Marks the findings that waivers cover, and adds what is wrong with the waivers.
pub fn waive(office: &Office, findings: &mut Vec<Finding>) {
    let mut own = Vec::new();
    for w in &office.config.waivers {
        let expired = w.until.is_some_and(|u| office.as_of > u);
        let mut used = false;
        for f in findings.iter_mut().filter(|f| covers(w, f)) {
            used = true;
            f.waived |= !expired;
        }
        if expired || !used {
            own.push(stale(office, w, expired));
        }
        own.extend(weak(office, w));
    }
    findings.append(&mut own);
}

fn covers(w: &Waiver, f: &Finding) -> bool {
    let rule = f.rule == w.rule
        || f.rule
            .split_once('/')
            .is_some_and(|(_, short)| short == w.rule);
    rule && w
        .record
        .as_ref()
        .is_none_or(|r| f.record.as_ref() == Some(r))
        && w.period
            .as_ref()
            .is_none_or(|p| f.period.as_ref() == Some(p))
}

fn stale(office: &Office, w: &Waiver, expired: bool) -> Finding {
    let message = if expired {
        Bilingual::new(
            format!("对「{}」的豁免已过期", w.rule),
            format!("the waiver of `{}` has expired", w.rule),
        )
    } else {
        Bilingual::new(
            format!("对「{}」的豁免没有用到", w.rule),
            format!("the waiver of `{}` is not used", w.rule),
        )
    };
    note(
        office,
        "stale-waiver",
        &w.place,
        message,
        Bilingual::new(
            "删去它，或改正条款、记录和期间。",
            "Remove it, or correct its rule, record and period.",
        ),
    )
}

fn weak(office: &Office, w: &Waiver) -> Vec<Finding> {
    let far = office.as_of.checked_add_months(Months::new(12));
    let faults = [
        (w.reason.is_none(), "没有写理由", "gives no reason"),
        (w.until.is_none(), "没有写到期日", "has no last day"),
        (
            w.record.is_none() && w.period.is_none(),
            "没有写明记录或期间",
            "names neither record nor period",
        ),
        (
            w.until.is_some_and(|u| far.is_some_and(|f| u > f)),
            "到期日在一年以后",
            "runs for more than a year",
        ),
        (
            !w.by.as_deref().is_some_and(|by| is_leader(office, by)),
            "批准人不是在册的负责人",
            "is not by a leader among the staff",
        ),
    ];
    let help = Bilingual::new(
        "写明理由、到期日、记录和批准人。",
        "State the reason, the last day, the record and who approved it.",
    );
    let one = |(_, zh, en): &(bool, &str, &str)| {
        let message = Bilingual::new(
            format!("对「{}」的豁免{zh}", w.rule),
            format!("the waiver of `{}` {en}", w.rule),
        );
        note(office, "weak-waiver", &w.place, message, help.clone())
    };
    faults.iter().filter(|f| f.0).map(one).collect()
}

fn is_leader(office: &Office, by: &str) -> bool {
    use crate::schema::FieldType;
    // The people are whoever a waiver's `by` can name: the kind with a role.
    let people = office
        .schema
        .iter()
        .find(|(_, k)| k.field("role").is_some());
    let Some((kind, k)) = people else {
        return false;
    };
    let (Some(role), Some(name)) = (k.field("role"), k.field("name")) else {
        return false;
    };
    let FieldType::Enum(values) = &k.get(role).ty else {
        return false;
    };
    let leads = |row| match office.value(kind, row, role) {
        Value::Code(c) => values
            .get(usize::from(c) - 1)
            .is_some_and(|v| LEADERS.contains(&v.code.as_str())),
        _ => false,
    };
    let rows = 0..u32::try_from(office.table(kind).len()).unwrap_or(0);
    let named = |row: u32| {
        office.record_id(kind, row) == by || office.value(kind, row, name) == Value::Text(by)
    };
    rows.into_iter().any(|row| named(row) && leads(row))
}

fn note(
    office: &Office,
    rule: &str,
    place: &Place,
    message: Bilingual,
    help: Bilingual,
) -> Finding {
    let rule = format!("core/{rule}");
    let line = place.line.to_string();
    let fingerprint = fingerprint(&[
        &rule,
        &office.id,
        "",
        "",
        "",
        &message.zh,
        &format!("{}:{line}", place.file),
    ]);
    Finding {
        rule,
        severity: Severity::Warning,
        office: office.id.clone(),
        kind: None,
        record: None,
        field: None,
        period: None,
        place: place.clone(),
        message,
        help,
        clause: String::new(),
        due: None,
        waived: false,
        related: Vec::new(),
        fingerprint,
    }
}
