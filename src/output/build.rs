//! A build: recipes come in, batch by batch; what changed is made aside at once, so that memory stays flat, and moved into
//! place when all of it is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::time::SystemTime;

use chrono::NaiveDate;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::commit::{self, Commit, Move, foreign};
use super::disk::Disk;
use super::key::covers;
use super::state::{self, Entries, Entry, State, Told};
use super::{PRIVATE, manifest, path};
use crate::document::{Engine, Recipe};
use crate::pipeline::Failure;

/// So many bytes of contexts are planned before they are made. At the end of each such batch one thread may wait for the
/// other's last document.
const BATCH: usize = 16 << 20;

/// The output folder, ours alone until it is dropped.
pub struct Output {
    disk: Disk,
    state: State,
    lock: Lock,
}

impl Output {
    /// Takes the folder, and completes what a stopped build had left to do.
    ///
    /// # Errors
    /// Another build is at work in it, or it cannot be written.
    pub fn open(disk: Disk) -> Result<Self, Failure> {
        disk.folder(PRIVATE)?;
        let lock = lock(&disk)?;
        Commit::complete(&disk)?;
        let state = State::read(&disk);
        Ok(Self { disk, state, lock })
    }

    /// Now, by the clock of the folder's file system.
    pub fn now(&self) -> Option<SystemTime> {
        self.lock.0.metadata().and_then(|m| m.modified()).ok()
    }

    /// What was told by the build that made what is there, and how many files it holds, if nothing changed since.
    pub fn unchanged(&self, key: Option<&str>) -> Option<(Told, usize)> {
        let same = key.is_some() && self.state.key.as_deref() == key;
        (same && self.state.intact(&self.disk)).then_some((self.state.told, self.state.files.len()))
    }

    /// Whether each photograph that the key does not tell of is as it was; `stamp` tells what lies at a path now.
    pub fn same_photos(&self, stamp: impl Fn(&str) -> Option<String>) -> bool {
        let mut photos = self.state.photos.iter();
        photos.all(|(path, was)| stamp(path) == *was)
    }

    /// Begins a build.
    ///
    /// # Errors
    /// A manifest that no build made is in the way.
    pub fn build<'a>(&'a self, asked: Asked<'a>) -> Result<Build<'a>, Failure> {
        let there = self.disk.meta(manifest::NAME).is_some();
        if there && !manifest::is_ours(&self.disk) && self.state.manifest.is_none() {
            return Err(foreign(&self.disk, &[manifest::NAME]));
        }
        self.disk.folder(&commit::folder())?;
        Ok(Build {
            disk: &self.disk,
            old: &self.state,
            asked,
            files: Entries::new(),
            waiting: Vec::new(),
            planned: 0,
            taken: BTreeMap::new(),
            passable: BTreeSet::new(),
            moves: Vec::new(),
            next: 0,
            made: Made::default(),
            photos: BTreeMap::new(),
        })
    }
}

/// The lock on the folder. The system frees it when the process ends, however it ends.
struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing alone would leave it to a child process that has just been forked.
        let _ = self.0.unlock();
    }
}

fn lock(disk: &Disk) -> Result<Lock, Failure> {
    let path = format!("{PRIVATE}/lock");
    let told = |e: &std::io::Error| disk.fault(&path, e);
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(disk.at(&path))
        .map_err(|e| told(&e))?;
    if let Err(TryLockError::WouldBlock) = file.try_lock() {
        let mut who = String::new();
        let _ = file.read_to_string(&mut who);
        return Err(busy(who.trim()));
    }
    // Where a file system cannot lock, the folder is taken on trust.
    let mine = std::process::id().to_string();
    file.set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| file.write_all(mine.as_bytes()))
        .map_err(|e| told(&e))?;
    Ok(Lock(file))
}

fn busy(who: &str) -> Failure {
    let (zh, en) = if who.is_empty() {
        (String::new(), String::new())
    } else {
        (format!("（进程 {who}）"), format!(" (process {who})"))
    };
    Failure::program(
        format!("另一个 aftercare{zh}正在制作这个 output/"),
        format!("another aftercare{en} is building this output/"),
    )
    .helped(
        "等它结束，再运行一次。",
        "Wait for it to end, then run again.",
    )
}

/// What a build is asked.
pub struct Asked<'a> {
    /// Makes the documents.
    pub engine: &'a Engine,
    /// On so many threads.
    pub threads: usize,
    /// The day as of which.
    pub as_of: NaiveDate,
    /// The commit that the records are of, if they are kept in git.
    pub commit: Option<String>,
    /// Whether a file of an earlier build that is not among the recipes is no longer due; else it is kept.
    pub covers: &'a (dyn Fn(&str) -> bool + Sync),
    /// Told of each file that was made.
    pub progress: &'a (dyn Fn(&str) + Sync),
}

/// How many files were made, left as they were, and removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// New or changed.
    pub made: usize,
    /// As before.
    pub kept: usize,
    /// No longer due.
    pub removed: usize,
}

/// A build under way.
pub struct Build<'a> {
    disk: &'a Disk,
    old: &'a State,
    asked: Asked<'a>,
    files: Entries,
    /// Recipes that are not looked at yet: many are made at a time, so that no thread waits.
    waiting: Vec<Recipe>,
    /// The bytes of their contexts.
    planned: usize,
    /// Paths in lower case, and the first record of each: some systems do not tell `A` from `a`.
    taken: BTreeMap<String, (String, String)>,
    /// Folders that files may be moved into.
    passable: BTreeSet<String>,
    moves: Vec<Move>,
    /// The number of the next file made aside. Every document made takes one, moved or not: no two share a file.
    next: u64,
    made: Made,
    photos: BTreeMap<String, Option<String>>,
}

type Due = (Vec<Recipe>, Vec<String>);

impl Build<'_> {
    /// Makes those of these documents that changed, aside; at once or with later ones.
    ///
    /// # Errors
    /// A template that does not work, a path that cannot be, or a disk that cannot be written; nothing in place has changed.
    pub fn add(&mut self, recipes: Vec<Recipe>) -> Result<(), Failure> {
        self.planned += recipes.iter().map(|r| r.context.len()).sum::<usize>();
        self.waiting.extend(recipes);
        if self.planned < BATCH {
            return Ok(());
        }
        self.flush()
    }

    fn flush(&mut self) -> Result<(), Failure> {
        let recipes = std::mem::take(&mut self.waiting);
        self.planned = 0;
        let made = self.due(recipes).and_then(|due| self.make(due));
        self.tidied(made)
    }

    /// Notes what was seen of photographs, for [`Output::same_photos`].
    pub fn saw(&mut self, photos: impl IntoIterator<Item = (String, Option<String>)>) {
        let beside = photos.into_iter().filter(|(path, _)| !covers(path));
        self.photos.extend(beside);
    }

    /// What is left when a build fails before its record: nothing.
    fn tidied<T>(&self, result: Result<T, Failure>) -> Result<T, Failure> {
        if result.is_err() {
            let _ = self.disk.clear(&commit::folder());
        }
        result
    }

    /// Those that must be made, with their digests; the others are kept.
    fn due(&mut self, recipes: Vec<Recipe>) -> Result<Due, Failure> {
        let base = self.asked.engine.base();
        let digests: Vec<String> = recipes.par_iter().map(|r| hex(&r.digest(base))).collect();
        let mut due = (Vec::new(), Vec::new());
        let mut strangers = Vec::new();
        for (recipe, digest) in recipes.into_iter().zip(digests) {
            self.admit(&recipe)?;
            if let Some(entry) = self.kept(&recipe, &digest) {
                self.made.kept += 1;
                self.files.insert(recipe.path, entry);
                continue;
            }
            if self.is_foreign(&recipe.path)? {
                strangers.push(recipe.path.clone());
            }
            due.0.push(recipe);
            due.1.push(digest);
        }
        if strangers.is_empty() {
            return Ok(due);
        }
        let shown: Vec<&str> = strangers.iter().map(String::as_str).take(10).collect();
        Err(foreign(self.disk, &shown))
    }

    /// A path is sound, and no other document's.
    fn admit(&mut self, recipe: &Recipe) -> Result<(), Failure> {
        let path = &recipe.path;
        let record = recipe.records.first().cloned().unwrap_or_default();
        if let Err(why) = path::check(path) {
            return Err(Failure::usage(
                format!("「{record}」的文件不能叫「{path}」：{}", why.zh),
                format!("the file of `{record}` cannot be `{path}`: {}", why.en),
            ));
        }
        let taken = self
            .taken
            .insert(path.to_lowercase(), (path.clone(), record.clone()));
        match taken {
            None => Ok(()),
            Some((first, other)) => Err(two(&first, &other, path, &record)),
        }
    }

    /// The entry of a document that need not be made.
    fn kept(&self, recipe: &Recipe, digest: &str) -> Option<Entry> {
        let old = self.old.files.get(&recipe.path)?;
        let same = old.recipe.as_deref() == Some(digest) && self.is_intact(&recipe.path, old);
        same.then(|| Entry {
            as_of: self.asked.as_of.to_string(),
            records: recipe.records.clone(),
            ..old.clone()
        })
    }

    fn is_intact(&self, path: &str, old: &Entry) -> bool {
        old.stamp.is_some_and(|s| self.disk.intact(path, s))
    }

    /// Whether something that no build made stands where a document, or a folder above it, belongs.
    fn is_foreign(&mut self, path: &str) -> Result<bool, Failure> {
        for folder in path::folders(path) {
            if self.passable.contains(folder) {
                break;
            }
            match self.disk.meta(folder) {
                Some(m) if m.is_dir() => self.writable(folder, &m)?,
                Some(_) if !self.old.files.contains_key(folder) => return Ok(true),
                _ => {}
            }
            self.passable.insert(folder.to_owned());
        }
        let there = self.disk.meta(path);
        let ours = self.old.files.contains_key(path);
        // Beneath one of our files there may be none, or a folder that holds nothing but ours.
        Ok(there.is_some_and(|m| {
            if m.is_dir() {
                !self.holds_ours(path)
            } else {
                !ours
            }
        }))
    }

    fn holds_ours(&self, folder: &str) -> bool {
        let below = format!("{folder}/");
        let first = self.old.files.range(below.clone()..).next();
        first.is_some_and(|(p, _)| p.starts_with(&below))
    }

    fn writable(&self, folder: &str, meta: &std::fs::Metadata) -> Result<(), Failure> {
        if meta.permissions().readonly() {
            let e = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
            return Err(self.disk.fault(folder, &e));
        }
        Ok(())
    }

    fn make(&mut self, (recipes, digests): Due) -> Result<(), Failure> {
        let first = self.next;
        self.next += recipes.len() as u64;
        let slots: Vec<Mutex<Option<Result<Entry, Failure>>>> =
            recipes.iter().map(|_| Mutex::new(None)).collect();
        let (engine, threads) = (self.asked.engine, self.asked.threads);
        engine.render_all(&recipes, threads, |i, rendered| {
            let made = rendered
                .map_err(Failure::from)
                .and_then(|bytes| self.aside(&recipes[i], &digests[i], first + i as u64, &bytes));
            let stop = made.is_err();
            if let Ok(mut slot) = slots[i].lock() {
                *slot = Some(made);
            }
            (self.asked.progress)(&recipes[i].path);
            if stop {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        for (i, (recipe, slot)) in recipes.into_iter().zip(slots).enumerate() {
            match slot.into_inner().ok().flatten() {
                Some(Ok(entry)) => self.enter(recipe.path, entry, first + i as u64),
                Some(Err(failure)) => return Err(failure),
                None => {}
            }
        }
        Ok(())
    }

    /// Writes a document's bytes aside, unless they are what is there already.
    fn aside(
        &self,
        recipe: &Recipe,
        digest: &str,
        number: u64,
        bytes: &[u8],
    ) -> Result<Entry, Failure> {
        let sha256 = hex(&Sha256::digest(bytes));
        let old = self.old.files.get(&recipe.path);
        let there = old.filter(|o| o.sha256 == sha256 && self.is_intact(&recipe.path, o));
        let stamp = match there {
            Some(old) => old.stamp,
            None => Some(self.disk.write(&commit::aside(number), bytes, false)?),
        };
        Ok(Entry {
            recipe: Some(digest.to_owned()),
            sha256,
            stamp,
            as_of: self.asked.as_of.to_string(),
            records: recipe.records.clone(),
        })
    }

    fn enter(&mut self, path: String, entry: Entry, number: u64) {
        let old = self.old.files.get(&path);
        let moved = self.disk.meta(&commit::aside(number)).is_some();
        if moved {
            self.made.made += 1;
            self.moves.push(Move {
                from: number,
                to: path.clone(),
                size: entry.stamp.map_or(0, |s| s.size),
                replaces: old.is_some(),
            });
        } else {
            self.made.kept += 1;
        }
        self.files.insert(path, entry);
    }

    /// Moves all of it into place, removes what is no longer due, and writes the manifest.
    ///
    /// # Errors
    /// As [`Build::add`], or a disk that cannot be written. What was recorded by then is carried out by the next run.
    pub fn finish(mut self, key: Option<String>, told: Told) -> Result<Made, Failure> {
        self.flush()?;
        let prepared = self.prepare(key, told);
        let commit = self.tidied(prepared)?;
        let recorded = commit.record(self.disk);
        self.tidied(recorded)?;
        commit.carry_out(self.disk)?;
        Ok(self.made)
    }

    fn prepare(&mut self, key: Option<String>, told: Told) -> Result<Commit, Failure> {
        let removes = self.leave()?;
        self.nested()?;
        let as_of = self.asked.as_of.to_string();
        let bytes = manifest::bytes(&self.files, &as_of, self.asked.commit.as_deref());
        let mut state = State::new(std::mem::take(&mut self.files));
        (state.key, state.told) = (key, told);
        state.photos = std::mem::take(&mut self.photos);
        state.manifest = Some(self.last(manifest::NAME, &bytes)?);
        self.last(&state::file(), &state.bytes())?;
        Ok(Commit {
            removes,
            moves: std::mem::take(&mut self.moves),
        })
    }

    /// Writes one of our own files aside, to be moved after all others.
    fn last(&mut self, name: &str, bytes: &[u8]) -> Result<super::disk::Stamp, Failure> {
        let from = self.next;
        self.next += 1;
        let stamp = self.disk.write(&commit::aside(from), bytes, true)?;
        self.moves.push(Move {
            from,
            to: name.to_owned(),
            size: stamp.size,
            replaces: true,
        });
        Ok(stamp)
    }

    /// The files of earlier builds that are no longer due; those that this build does not answer for stay.
    fn leave(&mut self) -> Result<Vec<String>, Failure> {
        let mut removes = Vec::new();
        let old = self.old.files.iter();
        for (path, entry) in old
            .filter(|(p, _)| !self.files.contains_key(*p))
            .collect::<Vec<_>>()
        {
            if self.disk.meta(path).is_none() {
                continue;
            }
            if !(self.asked.covers)(path) {
                self.made.kept += 1;
                self.files.insert(path.clone(), entry.clone());
                continue;
            }
            if let Some((folder, meta)) = path::folders(path)
                .next()
                .and_then(|f| Some((f, self.disk.meta(f)?)))
            {
                self.writable(folder, &meta)?;
            }
            removes.push(path.clone());
        }
        self.made.removed = removes.len();
        Ok(removes)
    }

    /// No document is a folder of another.
    fn nested(&self) -> Result<(), Failure> {
        for (path, entry) in &self.files {
            let above = path::folders(path).find_map(|f| self.files.get_key_value(f));
            if let Some((folder, other)) = above {
                let first = |e: &Entry| e.records.first().cloned().unwrap_or_default();
                return Err(two(folder, &first(other), path, &first(entry)));
            }
        }
        Ok(())
    }
}

fn two(a: &str, of_a: &str, b: &str, of_b: &str) -> Failure {
    Failure::usage(
        format!("「{of_a}」的文件「{a}」和「{of_b}」的文件「{b}」不能都有"),
        format!("the file `{a}` of `{of_a}` and the file `{b}` of `{of_b}` cannot both be"),
    )
    .helped(
        "改一处编号或模板里的文件名，让两个文件名不同。",
        "Change an id, or the file name in a template, so that they differ.",
    )
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut out, b| {
            let _ = write!(out, "{b:02x}");
            out
        })
}
