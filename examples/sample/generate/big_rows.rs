//! What the big set's rows are made of: names by number, days and times as text, a visit's line.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use chrono::{Datelike, NaiveDate};

use super::clock;
use super::rng::Rng;

/// A CSV file with its header.
pub fn create(folder: &Path, name: &str, header: &str) -> io::Result<BufWriter<File>> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(folder.join(name))?);
    writeln!(file, "{header}")?;
    Ok(file)
}

/// The last day (from 0) on which something begins, so that all that follows lies within the year.
pub const LAST_DAY: usize = 345;

/// Names by number; several people may share one.
pub struct Names {
    surnames: Vec<char>,
    given: Vec<char>,
}

impl Names {
    pub fn new() -> Self {
        Self {
            surnames: super::names::SURNAMES.chars().collect(),
            given: super::names::GIVEN.chars().collect(),
        }
    }

    pub fn of(&self, n: usize) -> String {
        let (s, g) = (self.surnames.len(), self.given.len());
        let mut name = String::with_capacity(9);
        name.push(self.surnames[n % s]);
        name.push(self.given[n / s % g]);
        if !n.is_multiple_of(3) {
            name.push(self.given[n / 7 % g]);
        }
        name
    }
}

/// The year's days as text.
pub struct Times {
    days: Vec<(String, usize)>,
}

impl Times {
    pub fn new() -> Self {
        let first = clock::day(1, 1);
        let days = (0..365).map(|n| first + clock::days(n));
        let text = |d: NaiveDate| (clock::show_day(d), usize::try_from(d.month()).unwrap_or(1));
        Self {
            days: days.map(text).collect(),
        }
    }

    /// A day, from 0; the year's last for later ones.
    pub fn day(&self, n: usize) -> &str {
        &self.days[n.min(364)].0
    }

    pub fn month(&self, n: usize) -> usize {
        self.days[n.min(364)].1
    }

    /// A day and a minute of it.
    pub fn at(&self, day: usize, minute: usize) -> String {
        format!(
            "{} {:02}:{:02}",
            self.day(day),
            minute / 60 % 24,
            minute % 60
        )
    }
}

/// A line of visits.csv.
#[derive(Default)]
pub struct Visit<'a> {
    pub day: usize,
    pub customer: usize,
    pub staff: String,
    pub method: &'a str,
    pub kind: &'a str,
    pub complaint: &'a str,
    pub repair: &'a str,
    pub content: &'a str,
    pub opinion: &'a str,
    pub signed: &'a str,
    pub bad_time: bool,
}

impl Visit<'_> {
    pub fn write(
        &self,
        out: &mut impl Write,
        id: usize,
        times: &Times,
        rng: &mut Rng,
    ) -> io::Result<()> {
        let minute = usize::try_from(rng.range(510, 1_050)).unwrap_or(600);
        let grade = *rng.pick(&[
            "very_satisfied",
            "satisfied",
            "satisfied",
            "satisfied",
            "neutral",
        ]);
        let checked = if self.kind == "repair" {
            "true,true,true"
        } else {
            ",,"
        };
        let recorded = if self.bad_time {
            "2025-02-30".to_owned()
        } else {
            times.at(self.day, minute + 20)
        };
        writeln!(
            out,
            "V{id:07},{},K{:06},{},{},{},{},{},usage,{},{},{grade},{checked},{},{recorded}",
            times.at(self.day, minute),
            self.customer,
            self.staff,
            self.method,
            self.kind,
            self.complaint,
            self.repair,
            self.content,
            self.opinion,
            self.signed,
        )
    }
}
