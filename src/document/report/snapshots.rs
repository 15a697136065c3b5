//! The office judged as of each day that editions ask for: once a day, however many of them share it, and no longer in
//! memory than the next of them needs it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::edition::Snapshot;
use crate::pipeline::Judged;

/// How many records may be held in snapshots at a time, about.
const RECORDS: usize = 400_000;

/// Snapshots by day.
pub type Days = BTreeMap<NaiveDate, Arc<Snapshot>>;

/// Hands jobs on in their order, some at a time, with the snapshots of the days that each needs.
///
/// Snapshots are taken before the jobs that share them begin, never while one waits for another: a job that judges an
/// office on all threads must not be asked to wait by one of its own threads.
///
/// # Errors
/// The first job, in order, that fails.
pub fn each<J: Sync, R: Send, E: Send>(
    judged: &Judged,
    jobs: &[J],
    days: impl Fn(&J) -> Vec<NaiveDate> + Sync,
    make: impl Fn(&J, &Days) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    let records: usize = judged
        .office
        .tables
        .iter()
        .map(crate::table::Table::len)
        .sum();
    let some = (RECORDS / records.max(1)).clamp(1, 16);
    let mut all = Vec::with_capacity(jobs.len());
    let mut taken = Days::new();
    for (at, now) in jobs.chunks(some).enumerate() {
        let needed = |jobs: &[J]| jobs.iter().flat_map(&days).collect::<BTreeSet<_>>();
        let here = needed(now);
        let next = needed(&jobs[at * some..jobs.len().min((at + 2) * some)]);
        taken.retain(|day, _| next.contains(day));
        let fresh: Vec<NaiveDate> = here
            .into_iter()
            .filter(|d| !taken.contains_key(d))
            .collect();
        let new: Vec<(NaiveDate, Arc<Snapshot>)> = fresh
            .into_par_iter()
            .map(|day| (day, Arc::new(Snapshot::take(judged, day))))
            .collect();
        taken.extend(new);
        let made: Vec<R> = now
            .par_iter()
            .map(|job| make(job, &taken))
            .collect::<Result<_, _>>()?;
        all.extend(made);
    }
    Ok(all)
}
