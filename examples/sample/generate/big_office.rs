//! The big set's office.yaml, people, projects, periodic duties and customers.

use std::io::{self, Write};
use std::path::Path;

use super::big_rows::{Names, create};

/// Areas, each with an officer who walks it.
pub const AREAS: usize = 100;
pub const LEADS: usize = 40;
pub const SUPERVISORS: usize = 20;
pub const MANAGERS: usize = 8;
pub const CLERKS: usize = 60;
pub const PROJECTS: usize = 12;

/// Writes office.yaml and all that is not written by the day; returns how many records that is.
pub fn office(folder: &Path, households: usize, names: &Names) -> io::Result<usize> {
    let config =
        include_str!("../offices/big.yaml").replace("{households}", &households.to_string());
    std::fs::write(folder.join("office.yaml"), config)?;
    let mut staff = create(
        folder,
        "staff.csv",
        "id,name,role,department,area,joined_on",
    )?;
    let groups = [
        ("A", AREAS, "property_officer", "物业部"),
        ("L", LEADS, "repair_lead", "工程部"),
        ("S", SUPERVISORS, "supervisor", "客服中心"),
        ("M", MANAGERS, "manager", "物业部"),
        ("C", CLERKS, "service_officer", "客服中心"),
        ("D", 1, "office_director", "办公室"),
        ("P", 1, "deputy_manager", "物业部"),
    ];
    let mut people = 0;
    for (letter, count, role, department) in groups {
        for n in 1..=count {
            let area = if letter == "A" {
                area(n - 1)
            } else {
                String::new()
            };
            let name = names.of(900_000 + people);
            writeln!(
                staff,
                "{letter}{n:03},{name},{role},{department},{area},2020-01-06"
            )?;
            people += 1;
        }
    }
    let periodic = periodic(folder)?;
    Ok(people + periodic)
}

/// Projects, the plan, meetings, the campaign and the ledgers that the policies ask for.
fn periodic(folder: &Path) -> io::Result<usize> {
    let header = "id,name,contractor,handed_over_on,warranty_until,commitment_signed_on";
    let mut projects = create(folder, "projects.csv", header)?;
    for n in 1..=PROJECTS {
        writeln!(
            projects,
            "P{n:02},云城{n}期,云建{n}公司,2024-01-15,2026-01-14,2024-01-10"
        )?;
    }
    let mut plans = create(folder, "plans.csv", "id,kind,period,content,prepared_on")?;
    writeln!(plans, "P1,annual_work,2025,全年回访安排,2025-01-06")?;
    let mut meetings = create(folder, "meetings.csv", "id,kind,held_on")?;
    for (n, day) in ["2025-02-15", "2025-05-17", "2025-08-16", "2025-11-15"]
        .iter()
        .enumerate()
    {
        writeln!(meetings, "M{n},residents,{day}")?;
    }
    let mut campaigns = create(folder, "campaigns.csv", "id,name,starts_on")?;
    writeln!(campaigns, "D1,2025 年住户问卷,2025-04-01")?;
    let mut filings = create(folder, "filings.csv", "id,kind,period,submitted_on")?;
    for month in 1..=12 {
        // December's is handed in on the year's last day.
        let on = if month == 12 {
            "2025-12-31".to_owned()
        } else {
            format!("2025-{:02}-05", month + 1)
        };
        writeln!(filings, "T{month},ledger,2025-{month:02},{on}")?;
    }
    Ok(PROJECTS + 1 + 4 + 1 + 12)
}

/// Writes the customers, each in an area.
pub fn customers(folder: &Path, count: usize, names: &Names) -> io::Result<()> {
    let header = "id,name,kind,phone,building,unit,room,area,signed_on";
    let mut file = create(folder, "customers.csv", header)?;
    for k in 0..count {
        let (name, area) = (names.of(k), area(k % AREAS));
        let (building, unit, room) = (
            k / 200 % 40 + 1,
            k / 50 % 4 + 1,
            (k / 4 % 18 + 1) * 100 + k % 4 + 1,
        );
        let signed = k * 7 % 28 + 1;
        writeln!(
            file,
            "K{k:06},{name},owner,138-0000-{:04},{building}栋,{unit}单元,{room},{area},2019-0{}-{signed:02}",
            k % 10_000,
            k % 9 + 1
        )?;
    }
    file.flush()
}

/// `片区001` and so on.
fn area(n: usize) -> String {
    format!("片区{:03}", n + 1)
}
