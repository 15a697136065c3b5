//! The set that benchmarks read: one office with a year of a million visits in CSV, mostly in order, some thousand faults.

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::big_office::{self, AREAS, CLERKS, LEADS, MANAGERS, PROJECTS, SUPERVISORS};
use super::big_rows::{LAST_DAY, Names, Times, Visit, create};
use super::pictures;
use super::rng::Rng;
use super::words::{Row, words};

/// What is wanted.
pub struct Big {
    /// The workspace to make: its `records/big/` is written.
    pub dir: PathBuf,
    /// How many visits; a tenth as many customers, a fifth repairs, a twentieth complaints.
    pub visits: usize,
    /// One `visits.csv` instead of a file a month.
    pub one_file: bool,
}

/// How many records were written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub visits: usize,
    pub customers: usize,
    pub repairs: usize,
    pub complaints: usize,
    pub work_orders: usize,
    /// Staff, projects, plans, meetings, campaigns, filings.
    pub others: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let c = self;
        write!(
            f,
            "{} visits, {} customers, {} repairs, {} complaints, {} work orders, {} others",
            c.visits, c.customers, c.repairs, c.complaints, c.work_orders, c.others
        )
    }
}

impl Big {
    pub fn new(dir: PathBuf) -> Self {
        Self {
            dir,
            visits: 1_000_000,
            one_file: false,
        }
    }

    /// Writes the set.
    ///
    /// # Errors
    /// A file can't be written.
    pub fn write(&self) -> io::Result<Counts> {
        let folder = self.dir.join("records/big");
        std::fs::create_dir_all(self.dir.join("records"))?;
        // Files of an earlier set would be read together with these: an old folder is refused.
        std::fs::create_dir(&folder)
            .map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", folder.display())))?;
        std::fs::create_dir(folder.join("attachments"))?;
        for (path, bytes) in pictures::files() {
            std::fs::write(folder.join(path), bytes)?;
        }
        let mut made = Maker::new(self, &folder)?;
        made.counts.others = big_office::office(&folder, made.wanted.customers, &made.names)?;
        big_office::customers(&folder, made.wanted.customers, &made.names)?;
        made.counts.customers = made.wanted.customers;
        made.year()?;
        made.finish()
    }
}

struct Maker {
    rng: Rng,
    names: Names,
    times: Times,
    scenes: Vec<Row>,
    troubles: Vec<Row>,
    talks: Vec<Row>,
    praise: Vec<&'static str>,
    counts: Counts,
    wanted: Counts,
    visits: Vec<BufWriter<File>>,
    repairs: BufWriter<File>,
    complaints: BufWriter<File>,
    orders: BufWriter<File>,
}

/// The rows of a table of words whose cells of some columns are short and need no quotes.
fn short(rows: Vec<Row>, columns: &[&str]) -> Vec<Row> {
    let plain = |t: &str| t.chars().count() <= 16 && !t.contains([',', '"', '{']);
    let fits = |r: &Row| columns.iter().all(|c| plain(r.get(c)));
    rows.into_iter().filter(fits).collect()
}

impl Maker {
    fn new(big: &Big, folder: &Path) -> io::Result<Self> {
        let header = "id,date,customer,staff,method,type,complaint,repair,purpose,content,opinion,satisfaction,\
                      onsite_checked,attitude_asked,fee_checked,signed_by,recorded_at";
        let mut visits = Vec::new();
        if big.one_file {
            visits.push(create(folder, "visits.csv", header)?);
        } else {
            let months = folder.join("visits");
            std::fs::create_dir_all(&months)?;
            for month in 1..=12 {
                visits.push(create(&months, &format!("2025-{month:02}.csv"), header)?);
            }
        }
        let praise = short(words!("opinions"), &["opinion"]).into_iter();
        let praise = praise
            .filter(|r| r.get("grade").ends_with("satisfied") && r.get("grade") != "dissatisfied");
        Ok(Self {
            rng: Rng::new(1_000_000),
            names: Names::new(),
            times: Times::new(),
            scenes: short(words!("repairs"), &["description", "work"]),
            troubles: short(words!("complaints"), &["summary", "result"]),
            talks: short(words!("patrols"), &["opinion", "content"]),
            praise: praise.map(|r| r.get("opinion")).collect(),
            counts: Counts::default(),
            wanted: Counts {
                visits: big.visits,
                customers: (big.visits / 10).max(1),
                repairs: big.visits / 5,
                complaints: big.visits / 20,
                ..Counts::default()
            },
            visits,
            repairs: create(
                folder,
                "repairs.csv",
                "id,received_at,source,kind,customer,project,part,category,description,recorded_by,assigned_to,\
                 labour,fee,paid_service,cause,surveyed_at,photos,replied_at,notified_at,arranged_at,started_at,\
                 completed_at,attempts,paid_by,outcome,user_signed_by",
            )?,
            complaints: create(
                folder,
                "complaints.csv",
                "id,received_at,channel,customer,complainant,phone,department,kind,severity,summary,registered_by,\
                 escalated_on,decided_by,tracker,result,replied_at,closed_at,archived_on",
            )?,
            orders: create(
                folder,
                "work_orders.csv",
                "id,issued_at,filled_by,signed_by,to_department,complaint,content,promised_on,closed_on",
            )?,
        })
    }

    /// Day after day: complaints, repairs and rounds in their shares, each with what follows it.
    fn year(&mut self) -> io::Result<()> {
        let rounds = self.wanted.visits
            - self.wanted.repairs
            - self.wanted.repairs.div_ceil(8)
            - self.wanted.complaints;
        let mut walked = 0;
        for day in 0..=LAST_DAY {
            let share = |all: usize| all * (day + 1) / (LAST_DAY + 1);
            while self.counts.complaints < share(self.wanted.complaints) {
                self.complaint(day)?;
            }
            while self.counts.repairs < share(self.wanted.repairs) {
                self.repair(day)?;
            }
            while walked < share(rounds) {
                self.round(walked, day)?;
                walked += 1;
            }
        }
        Ok(())
    }

    fn finish(mut self) -> io::Result<Counts> {
        for file in self.visits.iter_mut().chain([
            &mut self.repairs,
            &mut self.complaints,
            &mut self.orders,
        ]) {
            file.flush()?;
        }
        Ok(self.counts)
    }

    fn visit(&mut self, v: &Visit<'_>) -> io::Result<()> {
        self.counts.visits += 1;
        let month = self.times.month(v.day);
        let at = if self.visits.len() == 1 { 0 } else { month - 1 };
        v.write(
            &mut self.visits[at],
            self.counts.visits,
            &self.times,
            &mut self.rng,
        )
    }

    fn praise(&mut self) -> &'static str {
        self.praise[self.rng.index(self.praise.len())]
    }

    fn customer(&mut self) -> usize {
        self.rng.index(self.wanted.customers)
    }

    fn complaint(&mut self, day: usize) -> io::Result<()> {
        let n = self.counts.complaints;
        self.counts.complaints += 1;
        let (k, scene) = (self.customer(), self.rng.pick(&self.troubles).clone());
        let name = self.names.of(k);
        let (clerk, channel) = (
            self.rng.range(1, 60),
            *self.rng.pick(&["phone", "in_person", "online"]),
        );
        // The service centre's own troubles need no work order.
        let department = if n % 5 < 3 {
            "客服中心"
        } else {
            scene.get("department")
        };
        let severity = match (n % 101, n % 20) {
            (50, _) => "",
            (_, 7) => "important",
            _ => "minor",
        };
        let grave = severity == "important";
        let t = &self.times;
        let replied = if n % 203 == 100 {
            String::new()
        } else {
            t.at(day + 1, 600)
        };
        let archived = if n % 89 == 44 { "" } else { t.day(day + 14) };
        let kind = if scene.get("kind") == "misconduct" {
            "service"
        } else {
            scene.get("kind")
        };
        writeln!(
            self.complaints,
            "C{:05},{},{channel},K{k:06},{name},138-0000-{:04},{department},{kind},{severity},{},C{clerk:03},{},{},{},{},{replied},{},{archived}",
            n + 1,
            t.at(day, 540 + n % 400),
            k % 10_000,
            scene.get("summary"),
            if grave { t.day(day) } else { "" },
            if grave { "P001" } else { "" },
            if grave { "S001" } else { "" },
            scene.get("result"),
            t.at(day + 2, 960),
        )?;
        if department != "客服中心" {
            self.counts.work_orders += 1;
            let t = &self.times;
            writeln!(
                self.orders,
                "W{:05},{},C{clerk:03},S001,{department},C{:05},{},{},{}",
                self.counts.work_orders,
                t.at(day, 960),
                n + 1,
                scene.get("summary"),
                t.day(day + 3),
                t.day(day + 2)
            )?;
        }
        let id = format!("C{:05}", n + 1);
        let opinion = if n % 307 == 150 { "" } else { self.praise() };
        self.visit(&Visit {
            day: day + 3 + n % 3,
            customer: k,
            staff: format!("C{clerk:03}"),
            method: "phone",
            kind: "complaint",
            complaint: &id,
            content: "回访投诉处理情况",
            opinion,
            ..Visit::default()
        })
    }

    fn repair(&mut self, day: usize) -> io::Result<()> {
        let n = self.counts.repairs;
        self.counts.repairs += 1;
        let (k, scene) = (self.customer(), self.rng.pick(&self.scenes).clone());
        let name = self.names.of(k);
        let (category, fee, warranty) = (scene.get("category"), scene.get("fee"), n % 5 == 2);
        let t = &self.times;
        let received = t.at(day, 510 + n % 300);
        let started = t.at(day + if n % 509 == 250 { 5 } else { 1 }, 540 + n % 60);
        let done = day + if n % 509 == 250 { 5 } else { 1 };
        let completed = t.at(done, 620 + n % 200);
        let mut cells = [const { String::new() }; 8];
        if warranty {
            let cause = ["construction", "wear", "misuse"][n / 5 % 3];
            let built = cause == "construction";
            let (answered, notified) = (t.at(day, 900), t.at(day, 930));
            cells = [
                format!("P{:02}", n % PROJECTS + 1),
                cause.to_owned(),
                t.at(day, 840),
                if n % 401 == 200 {
                    String::new()
                } else {
                    pictures::named("wet_room", n, 1)
                },
                if built { String::new() } else { answered },
                if built { notified } else { String::new() },
                if built {
                    t.at(day, 1000)
                } else {
                    String::new()
                },
                if built { "contractor" } else { "owner" }.to_owned(),
            ];
        }
        let [
            project,
            cause,
            surveyed,
            photo,
            replied,
            notified,
            arranged,
            paid_by,
        ] = cells;
        let free = matches!(fee, "0" | "") || warranty;
        writeln!(
            self.repairs,
            "R{:06},{received},{},{},K{k:06},{project},{},{category},{},C{:03},L{:03},{},{},{},{cause},{surveyed},{photo},{replied},{notified},{arranged},{started},{completed},1,{paid_by},{},{name}",
            n + 1,
            if warranty { "warranty" } else { "owner" },
            if warranty { "warranty" } else { "request" },
            scene.get("part"),
            scene.get("description"),
            n % CLERKS + 1,
            n % LEADS + 1,
            scene.get("labour"),
            if free { "0" } else { fee },
            if free { "" } else { "true" },
            scene.get("work"),
        )?;
        self.revisits(n, k, done, category)
    }

    fn revisits(&mut self, n: usize, k: usize, done: usize, category: &str) -> io::Result<()> {
        let within = match category {
            "leak" => 3,
            "safety" => 2,
            _ => 7,
        };
        let late = n % 211 == 105;
        let day = done + if late { 12 } else { n % within + 1 };
        // Two of three by the leads, mixed so that every month has its shares.
        let staff = if n * 7 % 20 < 13 {
            format!("L{:03}", n % LEADS + 1)
        } else {
            format!("S{:03}", n % SUPERVISORS + 1)
        };
        let id = format!("R{:06}", n + 1);
        let name = self.names.of(k);
        let signed = if n % 97 == 48 { "" } else { name.as_str() };
        let mut v = Visit {
            day,
            customer: k,
            staff,
            method: "onsite",
            kind: "repair",
            repair: &id,
            content: "查看维修部位并试用",
            opinion: self.praise(),
            signed,
            ..Visit::default()
        };
        self.visit(&v)?;
        if n.is_multiple_of(8) {
            v.staff = format!("M{:03}", n % MANAGERS + 1);
            v.day = done + 1 + n % 8;
            v.opinion = self.praise();
            v.signed = &name;
            self.visit(&v)?;
        }
        Ok(())
    }

    /// A round: every customer in turn, by the officer of the area; once in a while the director goes.
    fn round(&mut self, n: usize, day: usize) -> io::Result<()> {
        let k = n % self.wanted.customers;
        let talk = self.rng.pick(&self.talks).clone();
        let kind = match n % 997 {
            500 => "holiday",
            501..=520 => "special",
            _ => "regular",
        };
        let staff = if n % 50_000 == 7 {
            "D001".to_owned()
        } else {
            format!("A{:03}", k % AREAS + 1)
        };
        let name = self.names.of(k);
        self.visit(&Visit {
            day,
            customer: if n % 1_999 == 1_000 { 999_999 } else { k },
            staff,
            method: if n % 5_003 == 2_500 {
                "上们"
            } else {
                "onsite"
            },
            kind,
            content: talk.get("content"),
            opinion: talk.get("opinion"),
            signed: &name,
            bad_time: n % 3_001 == 1_500,
            ..Visit::default()
        })
    }
}
